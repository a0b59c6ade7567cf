/* A growable run of bytes with a stated maximum. Errors stick: after a failed append the buffer
 * says so in samme_buffer_status() and further appends do nothing, so a writer can be checked once
 * at its end. */
#ifndef SAMME_BASE_BUFFER_H
#define SAMME_BASE_BUFFER_H

#include "samme/span.h"
#include "samme/status.h"

typedef struct samme_buffer {
    uint8_t *data;
    size_t length;
    size_t capacity;
    size_t maximum;
    samme_status status;
} samme_buffer;

void samme_buffer_init(samme_buffer *buffer, size_t maximum_bytes);
void samme_buffer_free(samme_buffer *buffer);  /* then as after init */
void samme_buffer_clear(samme_buffer *buffer); /* keeps the memory, forgets content and error */

/* SAMME_OK, SAMME_TOO_LARGE (the maximum) or SAMME_NO_MEMORY. */
samme_status samme_buffer_status(const samme_buffer *buffer) SAMME_CHECKED;
samme_span samme_buffer_span(const samme_buffer *buffer);
/* The content as a C string (a terminator is kept behind the content); "" when empty. */
const char *samme_buffer_text(samme_buffer *buffer);

void samme_buffer_append(samme_buffer *buffer, samme_span bytes);
void samme_buffer_append_text(samme_buffer *buffer, const char *text);
void samme_buffer_printf(samme_buffer *buffer, const char *format, ...) SAMME_PRINTF(2, 3);
void samme_buffer_u8(samme_buffer *buffer, uint8_t value);
void samme_buffer_u16(samme_buffer *buffer,
                      uint16_t value); /* big-endian, as all integers in our formats */
void samme_buffer_u32(samme_buffer *buffer, uint32_t value);
void samme_buffer_u64(samme_buffer *buffer, uint64_t value);
/* Room for `length` more bytes that the caller fills; NULL when the buffer is in error. */
uint8_t *samme_buffer_extend(samme_buffer *buffer, size_t length);

#endif
