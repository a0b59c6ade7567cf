#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

/* Many arenas hold one small message: their one block is of a size that malloc keeps at hand. */
enum { FIRST_BLOCK_BYTES = 960, BLOCK_BYTES = 16 * 1024 };

struct samme_arena_block {
    struct samme_arena_block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) uint8_t bytes[];
};

void samme_arena_init(samme_arena *arena, size_t maximum_bytes) {
    *arena = (samme_arena){.maximum_bytes = maximum_bytes};
}

static void free_from(struct samme_arena_block *block) {
    while (block != NULL) {
        struct samme_arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void samme_arena_free(samme_arena *arena) {
    free_from(arena->blocks);
    samme_arena_init(arena, arena->maximum_bytes);
}

void samme_arena_reset(samme_arena *arena) {
    if (arena->blocks != NULL) {
        free_from(arena->blocks->next);
        arena->blocks->next = NULL;
        arena->blocks->used = 0;
    }
    arena->used_bytes = 0;
}

void *samme_arena_alloc(samme_arena *arena, size_t bytes) {
    const size_t unit = alignof(max_align_t);
    if (bytes > arena->maximum_bytes || bytes > SIZE_MAX / 2) /* the sums below cannot overflow */
        return NULL;
    bytes = (bytes + unit - 1) / unit * unit;
    if (bytes > arena->maximum_bytes - arena->used_bytes)
        return NULL;
    struct samme_arena_block *block = arena->blocks;
    if (block == NULL || bytes > block->size - block->used) {
        const size_t least = block == NULL ? FIRST_BLOCK_BYTES : BLOCK_BYTES;
        size_t size = bytes > least ? bytes : least;
        block = malloc(sizeof *block + size);
        if (block == NULL)
            return NULL;
        block->next = arena->blocks;
        block->size = size;
        block->used = 0;
        arena->blocks = block;
    }
    void *room = block->bytes + block->used;
    block->used += bytes;
    arena->used_bytes += bytes;
    return room;
}

samme_span samme_arena_copy(samme_arena *arena, samme_span bytes) {
    uint8_t *copy = samme_arena_alloc(arena, bytes.length + 1);
    if (copy == NULL)
        return SAMME_SPAN(NULL, 0);
    if (bytes.length > 0)
        memcpy(copy, bytes.data, bytes.length);
    copy[bytes.length] = 0;
    return SAMME_SPAN(copy, bytes.length);
}

char *samme_arena_text(samme_arena *arena, const char *text) {
    return (char *)(uintptr_t)samme_arena_copy(arena, samme_span_of_text(text)).data;
}
