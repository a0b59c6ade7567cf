#include "fuzz/sparse.h"

enum { PATCH_MAX = 255, ZEROS_BETWEEN = 4, PAGES_MASK = 31 };

size_t fuzz_sparse_read(fuzz_input *input, uint8_t out[static FUZZ_SPARSE_MAX]) {
    size_t pages = fuzz_u8(input) & PAGES_MASK;
    memset(out, 0, FUZZ_SPARSE_MAX);
    while (input->rest.length > 0) {
        size_t at = (size_t)fuzz_u16(input) * 2;
        samme_span patch = fuzz_take(input, fuzz_u8(input));
        size_t length = patch.length < FUZZ_SPARSE_MAX - at ? patch.length : FUZZ_SPARSE_MAX - at;
        if (length > 0)
            memcpy(out + at, patch.data, length);
    }
    return (pages == 0 ? PAGES_MASK + 1 : pages) * FUZZ_SPARSE_PAGE;
}

/* How long a patch that begins here should be: up to a few zeros. */
static size_t patch_length(samme_span from) {
    size_t length = 0, zeros = 0;
    while (length + zeros < from.length && length + zeros + 1 < PATCH_MAX &&
           zeros < ZEROS_BETWEEN) {
        if (from.data[length + zeros] == 0) {
            zeros++;
        } else {
            length += zeros + 1;
            zeros = 0;
        }
    }
    return length;
}

void fuzz_sparse_write(samme_span file, samme_buffer *out) {
    samme_buffer_u8(out, (uint8_t)(file.length / FUZZ_SPARSE_PAGE) & PAGES_MASK);
    for (size_t at = 0; at < file.length;) {
        size_t length = patch_length(SAMME_SPAN(file.data + at, file.length - at));
        if (length == 0) {
            at++;
            continue;
        }
        if (at % 2 != 0) { /* a zero along */
            at--;
            length++;
        }
        samme_buffer_u16(out, (uint16_t)(at / 2));
        samme_buffer_u8(out, (uint8_t)length);
        samme_buffer_append(out, SAMME_SPAN(file.data + at, length));
        at += length;
    }
}
