#include "boxes/known.h"

samme_status samme_box_known_init(samme_box_known *known, samme_arena *arena, uint32_t words) {
    *known = (samme_box_known){.words = words};
    known->cores =
        samme_arena_alloc(arena, (size_t)SAMME_BOX_KNOWN_MAX * words * sizeof *known->cores);
    return known->cores == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_box_known_forget(samme_box_known *known) {
    memset(known->added, 0, sizeof known->added);
}

/* Sizes double: below 64, below 128, ... */
static uint32_t size_of(uint32_t shapes) {
    uint32_t size = 0;
    while (size + 1 < SAMME_BOX_KNOWN_SIZES && shapes >> (size + 6) != 0)
        size++;
    return size;
}

uint64_t *samme_box_known_add(samme_box_known *known, uint32_t fixed, uint32_t shapes) {
    const uint32_t size = size_of(shapes);
    const uint32_t at =
        size * SAMME_BOX_KNOWN_A_SIZE + known->added[size]++ % SAMME_BOX_KNOWN_A_SIZE;
    known->fixed[at] = fixed;
    uint64_t *core = known->cores + (size_t)at * known->words;
    memset(core, 0, known->words * sizeof *core);
    return core;
}

const uint64_t *samme_box_known_find(const samme_box_known *known, const uint64_t *shapes,
                                     uint32_t open) {
    for (uint32_t size = SAMME_BOX_KNOWN_SIZES; size-- > 0;)
        for (uint32_t i = 0; i < SAMME_BOX_KNOWN_A_SIZE && i < known->added[size]; i++) {
            const uint32_t at = size * SAMME_BOX_KNOWN_A_SIZE + i;
            const uint64_t *core = known->cores + (size_t)at * known->words;
            if ((known->fixed[at] & open) == 0 && samme_bits_within(core, shapes, known->words))
                return core;
        }
    return NULL;
}
