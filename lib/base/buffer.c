#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void samme_buffer_init(samme_buffer *buffer, size_t maximum_bytes) {
    *buffer = (samme_buffer){.maximum = maximum_bytes};
}

void samme_buffer_free(samme_buffer *buffer) {
    free(buffer->data);
    samme_buffer_init(buffer, buffer->maximum);
}

void samme_buffer_clear(samme_buffer *buffer) {
    buffer->length = 0;
    buffer->status = SAMME_OK;
}

samme_status samme_buffer_status(const samme_buffer *buffer) {
    return buffer->status;
}

samme_span samme_buffer_span(const samme_buffer *buffer) {
    return SAMME_SPAN(buffer->data, buffer->length);
}

/* Makes room for `more` bytes and a terminator. */
static bool reserve(samme_buffer *buffer, size_t more) {
    if (buffer->status != SAMME_OK)
        return false;
    if (more > buffer->maximum - buffer->length) {
        buffer->status = SAMME_TOO_LARGE;
        return false;
    }
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    if (capacity - 1 > buffer->maximum)
        capacity = buffer->maximum + 1;
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->status = SAMME_NO_MEMORY;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

uint8_t *samme_buffer_extend(samme_buffer *buffer, size_t length) {
    if (!reserve(buffer, length))
        return NULL;
    uint8_t *room = buffer->data + buffer->length;
    buffer->length += length;
    return room;
}

const char *samme_buffer_text(samme_buffer *buffer) {
    if (buffer->data == NULL)
        return "";
    buffer->data[buffer->length] = 0;
    return (const char *)buffer->data;
}

void samme_buffer_append(samme_buffer *buffer, samme_span bytes) {
    uint8_t *room = samme_buffer_extend(buffer, bytes.length);
    if (room != NULL && bytes.length > 0)
        memcpy(room, bytes.data, bytes.length);
}

void samme_buffer_append_text(samme_buffer *buffer, const char *text) {
    samme_buffer_append(buffer, samme_span_of_text(text));
}

void samme_buffer_printf(samme_buffer *buffer, const char *format, ...) {
    va_list measured, written;
    va_start(measured, format);
    va_copy(written, measured);
    int length = vsnprintf(NULL, 0, format, measured);
    va_end(measured);
    if (length < 0 && buffer->status == SAMME_OK)
        buffer->status = SAMME_TOO_LARGE; /* over INT_MAX */
    uint8_t *room = length < 0 ? NULL : samme_buffer_extend(buffer, (size_t)length);
    if (room != NULL) /* reserve() left room for the terminator */
        vsnprintf((char *)room, (size_t)length + 1, format, written);
    va_end(written);
}

static void append_integer(samme_buffer *buffer, uint64_t value, unsigned bytes) {
    uint8_t *room = samme_buffer_extend(buffer, bytes);
    if (room == NULL)
        return;
    for (unsigned i = bytes; i-- > 0; value >>= 8)
        room[i] = (uint8_t)value;
}

void samme_buffer_u8(samme_buffer *buffer, uint8_t value) {
    append_integer(buffer, value, 1);
}
void samme_buffer_u16(samme_buffer *buffer, uint16_t value) {
    append_integer(buffer, value, 2);
}
void samme_buffer_u32(samme_buffer *buffer, uint32_t value) {
    append_integer(buffer, value, 4);
}
void samme_buffer_u64(samme_buffer *buffer, uint64_t value) {
    append_integer(buffer, value, 8);
}
