/* Sets of small numbers as words. */
#ifndef SAMME_BOXES_BITS_H
#define SAMME_BOXES_BITS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool samme_bits_has(const uint64_t *bits, uint32_t at) {
    return (bits[at / 64] >> (at % 64) & 1) != 0;
}
static inline void samme_bits_set(uint64_t *bits, uint32_t at) {
    bits[at / 64] |= UINT64_C(1) << (at % 64);
}
static inline uint32_t samme_bits_words(uint32_t count) {
    return (count + 63) / 64;
}
static inline uint32_t samme_bits_count(const uint64_t *bits, uint32_t words) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < words; w++)
        count += (uint32_t)__builtin_popcountll(bits[w]);
    return count;
}
static inline bool samme_bits_within(const uint64_t *inner, const uint64_t *outer, uint32_t words) {
    for (uint32_t w = 0; w < words; w++)
        if ((inner[w] & ~outer[w]) != 0)
            return false;
    return true;
}
static inline bool samme_bits_any(const uint64_t *bits, uint32_t words) {
    for (uint32_t w = 0; w < words; w++)
        if (bits[w] != 0)
            return true;
    return false;
}
/* Whether a and b have one in common. */
static inline bool samme_bits_meet(const uint64_t *a, const uint64_t *b, uint32_t words) {
    for (uint32_t w = 0; w < words; w++)
        if ((a[w] & b[w]) != 0)
            return true;
    return false;
}
/* for (uint32_t at = samme_bits_next(bits, words, 0); at != SAMME_BITS_END;
 *      at = samme_bits_next(bits, words, at + 1)) */
#define SAMME_BITS_END UINT32_MAX
static inline uint32_t samme_bits_next(const uint64_t *bits, uint32_t words, uint32_t from) {
    uint32_t w = from / 64;
    if (w >= words)
        return SAMME_BITS_END;
    uint64_t word = bits[w] & ~UINT64_C(0) << (from % 64);
    while (word == 0) {
        if (++w == words)
            return SAMME_BITS_END;
        word = bits[w];
    }
    return w * 64 + (uint32_t)__builtin_ctzll(word);
}
static inline uint64_t samme_bits_hash(const uint64_t *bits, uint32_t words) {
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t w = 0; w < words; w++) {
        hash = (hash ^ bits[w]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    return hash;
}

#endif
