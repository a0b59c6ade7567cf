#include "base/prng.h"

#include <assert.h>
#include <string.h>

/* splitmix64, which the authors of xoshiro advise for seeding: it never gives four zeros. */
void samme_prng_seed(samme_prng *prng, uint64_t seed) {
    for (unsigned i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15u;
        uint64_t mixed = seed;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
        prng->state[i] = mixed ^ (mixed >> 31);
    }
}

static uint64_t rotate_left(uint64_t value, unsigned bits) {
    return (value << bits) | (value >> (64 - bits));
}

uint64_t samme_prng_next(samme_prng *prng) {
    uint64_t *state = prng->state;
    uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

uint64_t samme_prng_below(samme_prng *prng, uint64_t bound) {
    assert(bound > 0);
    /* 2^64 mod bound values at the bottom would make small results likelier: draw again. */
    uint64_t surplus = (UINT64_MAX - bound + 1) % bound;
    uint64_t drawn;
    do
        drawn = samme_prng_next(prng);
    while (drawn < surplus);
    return drawn % bound;
}

bool samme_prng_chance(samme_prng *prng, unsigned per_mille) {
    return samme_prng_below(prng, 1000) < per_mille;
}

/* Byte for byte the same on every machine. */
static void fill(void *self, void *out, size_t length) {
    uint8_t *at = out;
    while (length > 0) {
        uint64_t drawn = samme_prng_next(self);
        for (unsigned i = 0; i < 8 && length > 0; i++, length--, drawn >>= 8)
            *at++ = (uint8_t)drawn;
    }
}

samme_random samme_prng_as_random(samme_prng *prng) {
    return (samme_random){.self = prng, .fill = fill};
}
