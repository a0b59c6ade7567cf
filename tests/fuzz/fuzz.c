#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fuzz_broken(const char *file, int line, const char *what, const char *why) {
    fprintf(stderr, "%s:%d: broken: %s%s%s\n", file, line, what, why != NULL ? ": " : "",
            why != NULL ? why : "");
    abort();
}

samme_span fuzz_take(fuzz_input *input, size_t length) {
    size_t taken = length < input->rest.length ? length : input->rest.length;
    samme_span part = SAMME_SPAN(input->rest.data, taken);
    if (taken > 0)
        input->rest = SAMME_SPAN(input->rest.data + taken, input->rest.length - taken);
    return part;
}

samme_span fuzz_rest(fuzz_input *input) {
    return fuzz_take(input, input->rest.length);
}

uint8_t fuzz_u8(fuzz_input *input) {
    samme_span byte = fuzz_take(input, 1);
    return byte.length == 1 ? byte.data[0] : 0;
}

uint16_t fuzz_u16(fuzz_input *input) {
    unsigned high = fuzz_u8(input);
    return (uint16_t)(high << 8 | fuzz_u8(input));
}

uint64_t fuzz_u64(fuzz_input *input) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++)
        value = value << 8 | fuzz_u8(input);
    return value;
}

samme_span fuzz_line(fuzz_input *input) {
    const uint8_t *feed =
        input->rest.length > 0 ? memchr(input->rest.data, '\n', input->rest.length) : NULL;
    if (feed == NULL)
        return fuzz_rest(input);
    samme_span line = fuzz_take(input, (size_t)(feed - input->rest.data));
    (void)fuzz_take(input, 1);
    return line;
}

bool fuzz_part(fuzz_input *input, samme_span *out) {
    if (input->rest.length == 0)
        return false;
    const uint8_t *start = input->rest.data, *end = start + input->rest.length;
    while (input->rest.length > 0) {
        samme_span line = fuzz_line(input);
        if (samme_span_equal(line, SAMME_LITERAL("%%"))) {
            end = line.data;
            break;
        }
    }
    *out = SAMME_SPAN(start, (size_t)(end - start));
    return true;
}

char *fuzz_text(samme_span bytes) {
    const uint8_t *zero = bytes.length > 0 ? memchr(bytes.data, 0, bytes.length) : NULL;
    size_t length = zero != NULL ? (size_t)(zero - bytes.data) : bytes.length;
    char *text = malloc(length + 1);
    if (text == NULL)
        abort();
    if (length > 0)
        memcpy(text, bytes.data, length);
    text[length] = 0;
    return text;
}

bool fuzz_buffers_equal(const samme_buffer *a, const samme_buffer *b) {
    return samme_span_equal(samme_buffer_span(a), samme_buffer_span(b));
}
