/* Inputs made from other inputs, for standalone.c: bits, bytes, runs and words changed, cut,
 * doubled and taken from a second input. No feedback; libFuzzer has it. */
#ifndef SAMME_FUZZ_MUTATE_H
#define SAMME_FUZZ_MUTATE_H

#include "base/buffer.h"
#include "base/prng.h"

/* *out: `input` with a few changes, at most out->maximum bytes. `other` gives what is spliced in.
 */
void fuzz_mutate(samme_prng *prng, samme_span input, samme_span other, samme_buffer *out);

#endif
