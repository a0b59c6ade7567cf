/* Exact sizes of boxes: how many cells of the grid. Whole numbers of a few words, little end first.
 */
#ifndef SAMME_BOXES_VOLUME_H
#define SAMME_BOXES_VOLUME_H

#include <stdint.h>
#include <string.h>

#define SAMME_BOX_VOLUME_WORDS 16u

__extension__ typedef unsigned __int128 samme_wide; /* not ISO C */

typedef struct samme_box_volume {
    uint64_t words[SAMME_BOX_VOLUME_WORDS];
} samme_box_volume;

/* `count` is how many words are in use: the caller knows a bound. */
static inline void samme_box_volume_set(samme_box_volume *a, uint32_t count, uint64_t value) {
    memset(a->words, 0, count * sizeof *a->words);
    a->words[0] = value;
}
static inline void samme_box_volume_times(samme_box_volume *a, uint32_t count, uint32_t factor) {
    uint64_t carry = 0;
    for (uint32_t w = 0; w < count; w++) {
        samme_wide product = (samme_wide)a->words[w] * factor + carry;
        a->words[w] = (uint64_t)product;
        carry = (uint64_t)(product >> 64);
    }
}
static inline void samme_box_volume_plus(samme_box_volume *a, const samme_box_volume *b,
                                         uint32_t count) {
    uint64_t carry = 0;
    for (uint32_t w = 0; w < count; w++) {
        samme_wide sum = (samme_wide)a->words[w] + b->words[w] + carry;
        a->words[w] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
}
static inline int samme_box_volume_compare(const samme_box_volume *a, const samme_box_volume *b,
                                           uint32_t count) {
    for (uint32_t w = count; w-- > 0;)
        if (a->words[w] != b->words[w])
            return a->words[w] < b->words[w] ? -1 : 1;
    return 0;
}

#endif
