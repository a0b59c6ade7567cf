#include "base/text.h"

static const char hex_digits[] = "0123456789abcdef";

void samme_hex_append(samme_buffer *out, samme_span bytes) {
    if (bytes.length > SIZE_MAX / 2) {
        out->status = SAMME_TOO_LARGE;
        return;
    }
    uint8_t *at = samme_buffer_extend(out, bytes.length * 2);
    if (at == NULL)
        return;
    for (size_t i = 0; i < bytes.length; i++) {
        *at++ = (uint8_t)hex_digits[bytes.data[i] >> 4];
        *at++ = (uint8_t)hex_digits[bytes.data[i] & 15];
    }
}

static int hex_value(uint8_t digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

samme_status samme_hex_parse(samme_span text, uint8_t *out, size_t length) {
    if (text.length % 2 != 0 || text.length / 2 != length)
        return SAMME_MALFORMED;
    for (size_t i = 0; i < text.length; i++)
        if (hex_value(text.data[i]) < 0)
            return SAMME_MALFORMED;
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t)(hex_value(text.data[2 * i]) << 4 | hex_value(text.data[2 * i + 1]));
    return SAMME_OK;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void samme_base64_append(samme_buffer *out, samme_span bytes) {
    if (bytes.length > SIZE_MAX / 4 * 3 - 3) {
        out->status = SAMME_TOO_LARGE;
        return;
    }
    uint8_t *at = samme_buffer_extend(out, (bytes.length + 2) / 3 * 4);
    if (at == NULL)
        return;
    for (size_t i = 0; i < bytes.length; i += 3, at += 4) {
        size_t left = bytes.length - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= bytes.data[i + 2];
        at[0] = (uint8_t)base64_digits[group >> 18];
        at[1] = (uint8_t)base64_digits[group >> 12 & 63];
        at[2] = left > 1 ? (uint8_t)base64_digits[group >> 6 & 63] : '=';
        at[3] = left > 2 ? (uint8_t)base64_digits[group & 63] : '=';
    }
}

static int base64_value(uint8_t digit) {
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

/* Four digits, the last `padding` of them '=', into 3 - padding bytes. */
static bool base64_group(const uint8_t digits[static 4], size_t padding, uint8_t *out) {
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i >= 4 - padding ? 0 : base64_value(digits[i]);
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    if (padding > 0 && (group & ((1u << (8 * padding)) - 1)) != 0)
        return false; /* bits that no byte holds: a second spelling of the same bytes */
    for (size_t i = 0; i < 3 - padding; i++)
        out[i] = (uint8_t)(group >> (16 - 8 * i));
    return true;
}

samme_status samme_base64_parse(samme_span text, samme_buffer *out) {
    if (text.length % 4 != 0)
        return SAMME_MALFORMED;
    if (text.length == 0)
        return samme_buffer_status(out);
    size_t padding = text.data[text.length - 1] != '='   ? 0
                     : text.data[text.length - 2] != '=' ? 1
                                                         : 2;
    size_t groups = text.length / 4;
    size_t before = out->length;
    uint8_t *at = samme_buffer_extend(out, groups * 3 - padding);
    if (at == NULL)
        return samme_buffer_status(out);
    for (size_t i = 0; i < groups; i++) {
        if (!base64_group(text.data + 4 * i, i + 1 == groups ? padding : 0, at + 3 * i)) {
            out->length = before;
            return SAMME_MALFORMED;
        }
    }
    return SAMME_OK;
}

samme_status samme_u64_parse(samme_span text, uint64_t *out) {
    if (text.length == 0 || (text.length > 1 && text.data[0] == '0'))
        return SAMME_MALFORMED;
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return SAMME_MALFORMED;
    uint64_t value = 0;
    for (size_t i = 0; i < text.length; i++) {
        uint64_t digit = (uint64_t)text.data[i] - '0';
        if (value > (UINT64_MAX - digit) / 10)
            return SAMME_TOO_LARGE;
        value = value * 10 + digit;
    }
    *out = value;
    return SAMME_OK;
}

samme_status samme_i64_parse(samme_span text, int64_t *out) {
    bool negative = text.length > 0 && text.data[0] == '-';
    if (negative)
        text = SAMME_SPAN(text.data + 1, text.length - 1);
    uint64_t magnitude;
    samme_status status = samme_u64_parse(text, &magnitude);
    if (status != SAMME_OK)
        return status;
    if (negative && magnitude == 0)
        return SAMME_MALFORMED;
    if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return SAMME_TOO_LARGE;
    *out = negative ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return SAMME_OK;
}

/* Length of the sequence that starts at `at`, 0 when it is not well-formed (Unicode, table 3-7). */
static size_t utf8_sequence(const uint8_t *at, size_t left) {
    uint8_t first = at[0];
    if (first == 0)
        return 0;
    if (first < 0x80)
        return 1;
    size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (length == 0 || length > left)
        return 0;
    /* The second byte's range keeps out overlong forms, surrogates and what is over U+10FFFF. */
    uint8_t lowest = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    uint8_t highest = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < lowest || at[1] > highest)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

bool samme_utf8_valid(samme_span text) {
    for (size_t i = 0; i < text.length;) {
        size_t length = utf8_sequence(text.data + i, text.length - i);
        if (length == 0)
            return false;
        i += length;
    }
    return true;
}

/* Written out, which compilers see is one load. */
uint16_t samme_get_u16(const uint8_t *at) {
    return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}
uint32_t samme_get_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}
uint64_t samme_get_u64(const uint8_t *at) {
    return (uint64_t)samme_get_u32(at) << 32 | samme_get_u32(at + 4);
}

static void put_integer(uint8_t *at, uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0; value >>= 8)
        at[i] = (uint8_t)value;
}

void samme_put_u32(uint8_t *at, uint32_t value) {
    put_integer(at, value, 4);
}
void samme_put_u64(uint8_t *at, uint64_t value) {
    put_integer(at, value, 8);
}
