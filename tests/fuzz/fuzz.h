/* What the fuzz targets share. A target is one function of one input; it aborts when a promise of
 * the code is broken. The same input gives the same run: nothing of one input is there for the
 * next. */
#ifndef SAMME_FUZZ_FUZZ_H
#define SAMME_FUZZ_FUZZ_H

#include "base/arena.h"
#include "base/buffer.h"

/* The target: called by libFuzzer or by standalone.c. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_MUST(condition)                                                                       \
    ((condition) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #condition, NULL))
/* The same for what the code says with a reason. */
#define FUZZ_MUST_OK(status, error)                                                                \
    ((status) == SAMME_OK ? (void)0 : fuzz_broken(__FILE__, __LINE__, #status, (error)->text))

_Noreturn void fuzz_broken(const char *file, int line, const char *what, const char *why);

/* An input taken apart from its front; at its end numbers are 0 and spans empty. */
typedef struct fuzz_input {
    samme_span rest;
} fuzz_input;

static inline fuzz_input fuzz_open(const uint8_t *data, size_t size) {
    return (fuzz_input){.rest = SAMME_SPAN(data, size)};
}
uint8_t fuzz_u8(fuzz_input *input);
uint16_t fuzz_u16(fuzz_input *input);
uint64_t fuzz_u64(fuzz_input *input);
samme_span fuzz_take(fuzz_input *input, size_t length); /* less when there is less */
samme_span fuzz_rest(fuzz_input *input);
/* Up to a line that is "%%" or the end; false when nothing is left. For inputs people can read. */
bool fuzz_part(fuzz_input *input, samme_span *out);
/* Up to a newline or the end, without it. */
samme_span fuzz_line(fuzz_input *input);

/* A C string of its own size, so that reading beyond it shows; cut at the first 0. To be freed. */
char *fuzz_text(samme_span bytes);
bool fuzz_buffers_equal(const samme_buffer *a, const samme_buffer *b);

#endif
