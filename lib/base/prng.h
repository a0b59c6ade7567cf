/* Seeded pseudo-random numbers for simulation and property tests (xoshiro256**). Never for keys or
 * ids. */
#ifndef SAMME_BASE_PRNG_H
#define SAMME_BASE_PRNG_H

#include <stdbool.h>
#include <stdint.h>

#include "samme/random.h"

typedef struct samme_prng {
    uint64_t state[4];
} samme_prng;

void samme_prng_seed(samme_prng *prng, uint64_t seed); /* every seed is good, 0 too */
uint64_t samme_prng_next(samme_prng *prng);
uint64_t samme_prng_below(samme_prng *prng, uint64_t bound); /* 0..bound-1, unbiased; bound > 0 */
bool samme_prng_chance(samme_prng *prng, unsigned per_mille);
samme_random samme_prng_as_random(samme_prng *prng); /* the randomness port over it */

#endif
