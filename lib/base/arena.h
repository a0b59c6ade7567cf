/* Memory that is given back all at once: for what one step or one message needs. Bounded; not
 * zeroed. */
#ifndef SAMME_BASE_ARENA_H
#define SAMME_BASE_ARENA_H

#include "samme/span.h"
#include "samme/status.h"

struct samme_arena_block;

typedef struct samme_arena {
    struct samme_arena_block *blocks;
    size_t used_bytes;
    size_t maximum_bytes;
} samme_arena;

void samme_arena_init(samme_arena *arena, size_t maximum_bytes);
void samme_arena_free(samme_arena *arena); /* then as after init */
void samme_arena_reset(
    samme_arena *arena); /* forgets everything, keeps one block for the next round */

/* Aligned for any object; NULL when the maximum is reached or there is no memory. */
void *samme_arena_alloc(samme_arena *arena, size_t bytes) SAMME_CHECKED;
/* A copy that lives in the arena; the copy has a 0 byte behind it. data is NULL on failure (length
 * 0 too). */
samme_span samme_arena_copy(samme_arena *arena, samme_span bytes) SAMME_CHECKED;
char *samme_arena_text(samme_arena *arena, const char *text) SAMME_CHECKED;

#endif
