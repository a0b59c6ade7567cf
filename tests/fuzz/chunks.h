/* A CSV source over bytes, in pieces of a size. */
#ifndef SAMME_FUZZ_CHUNKS_H
#define SAMME_FUZZ_CHUNKS_H

#include "base/csv.h"

typedef struct fuzz_chunks {
    samme_span rest;
    size_t piece; /* at most so much at once; not 0 */
} fuzz_chunks;

samme_csv_source fuzz_chunks_source(fuzz_chunks *chunks);

#endif
