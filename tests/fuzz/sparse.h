/* Files of up to 64 KiB, mostly zeros, as short inputs: a byte for the number of pages (low four
 * bits, 0 is 16), then patches until the end, a later one over an earlier one: u16 place, u8
 * length, the bytes. */
#ifndef SAMME_FUZZ_SPARSE_H
#define SAMME_FUZZ_SPARSE_H

#include "fuzz/fuzz.h"

enum { FUZZ_SPARSE_PAGE = 4096, FUZZ_SPARSE_MAX = 32 * FUZZ_SPARSE_PAGE };

/* Takes the rest of the input; returns how many bytes of `out` are the file. */
size_t fuzz_sparse_read(fuzz_input *input, uint8_t out[static FUZZ_SPARSE_MAX]);
/* The input that gives this file, of whole pages. */
void fuzz_sparse_write(samme_span file, samme_buffer *out);

#endif
