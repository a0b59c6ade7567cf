/* Bytes as text: hexadecimal, base64 (RFC 4648 section 4, strict), strict integers, UTF-8. */
#ifndef SAMME_BASE_TEXT_H
#define SAMME_BASE_TEXT_H

#include "base/buffer.h"

void samme_hex_append(samme_buffer *out, samme_span bytes); /* lower case */
/* Exactly `length` bytes as 2*length hex digits of either case, nothing else. */
samme_status samme_hex_parse(samme_span text, uint8_t *out, size_t length) SAMME_CHECKED;

void samme_base64_append(samme_buffer *out, samme_span bytes);
/* Strict: alphabet, padding and zero trailing bits are required, white space refused. Appends to
 * out. */
samme_status samme_base64_parse(samme_span text, samme_buffer *out) SAMME_CHECKED;

/* Decimal digits only, no sign, no leading zero except "0" itself. SAMME_MALFORMED,
 * SAMME_TOO_LARGE. */
samme_status samme_u64_parse(samme_span text, uint64_t *out) SAMME_CHECKED;
/* The same with an optional leading '-' ("-0" is malformed). */
samme_status samme_i64_parse(samme_span text, int64_t *out) SAMME_CHECKED;

/* Well-formed UTF-8 without U+0000, surrogates or overlong forms. */
bool samme_utf8_valid(samme_span text) SAMME_CHECKED;

/* Big-endian integers from a fixed place. */
uint16_t samme_get_u16(const uint8_t *at);
uint32_t samme_get_u32(const uint8_t *at);
uint64_t samme_get_u64(const uint8_t *at);
void samme_put_u32(uint8_t *at, uint32_t value);
void samme_put_u64(uint8_t *at, uint64_t value);

#endif
