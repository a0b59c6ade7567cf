#include "tlog/lines.h"

#include "base/text.h"

bool samme_line_take(samme_span *text, samme_span *out) {
    const uint8_t *end = text->length > 0 ? memchr(text->data, '\n', text->length) : NULL;
    if (end == NULL)
        return false;
    *out = SAMME_SPAN(text->data, (size_t)(end - text->data));
    *text = SAMME_SPAN(end + 1, text->length - out->length - 1);
    return true;
}

bool samme_line_hash(samme_span line, samme_hash *out) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, sizeof out->bytes);
    bool good = samme_base64_parse(line, &bytes) == SAMME_OK && bytes.length == sizeof out->bytes;
    if (good)
        memcpy(out->bytes, bytes.data, sizeof out->bytes);
    samme_buffer_free(&bytes);
    return good;
}
