#include "base/arena.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>

#include "base/prng.h"

Test(arena, pieces_are_aligned_and_do_not_overlap) {
    enum { PIECES = 2000, SEED = 3 };
    static uint8_t *pieces[PIECES];
    static size_t lengths[PIECES];
    samme_arena arena;
    samme_arena_init(&arena, 64u * 1024 * 1024);
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    for (size_t i = 0; i < PIECES; i++) {
        bool large = samme_prng_chance(&prng, 20);
        lengths[i] = (size_t)samme_prng_below(&prng, large ? 40000 : 200);
        pieces[i] = samme_arena_alloc(&arena, lengths[i]);
        cr_assert_not_null(pieces[i], "seed %d piece %zu", SEED, i);
        cr_assert_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        memset(pieces[i], (int)(i % 251), lengths[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t j = 0; j < lengths[i]; j++)
            cr_assert_eq(pieces[i][j], i % 251, "seed %d piece %zu byte %zu", SEED, i, j);
    samme_arena_free(&arena);
}

Test(arena, the_maximum_holds_until_reset) {
    samme_arena arena;
    samme_arena_init(&arena, 1024);
    cr_assert_null(samme_arena_alloc(&arena, 1025));
    cr_assert_null(samme_arena_alloc(&arena, SIZE_MAX));
    cr_assert_not_null(samme_arena_alloc(&arena, 1000));
    cr_assert_null(samme_arena_alloc(&arena, 32));
    cr_assert_null(samme_arena_copy(&arena, SAMME_LITERAL("0123456789012345")).data);
    samme_arena_reset(&arena);
    cr_assert_eq(arena.used_bytes, 0);
    cr_assert_not_null(samme_arena_alloc(&arena, 1024));
    cr_assert_null(samme_arena_alloc(&arena, 1));
    samme_arena_free(&arena);
    cr_assert_null(arena.blocks);
    cr_assert_eq(arena.maximum_bytes, 1024);
}

Test(arena, a_huge_request_under_a_huge_maximum_is_refused) {
    samme_arena arena;
    samme_arena_init(&arena, SIZE_MAX);
    cr_assert_null(samme_arena_alloc(&arena, SIZE_MAX));
    cr_assert_null(samme_arena_alloc(&arena, SIZE_MAX - 3));
    samme_arena_free(&arena);
}

Test(arena, copies_end_with_a_zero_and_are_their_own) {
    samme_arena arena;
    samme_arena_init(&arena, 4096);
    char text[] = "abc";
    samme_span copy = samme_arena_copy(&arena, SAMME_SPAN(text, 2));
    char *whole = samme_arena_text(&arena, text);
    text[0] = 'x';
    cr_assert_eq(copy.length, 2);
    cr_assert_eq(memcmp(copy.data, "ab\0", 3), 0);
    cr_assert_str_eq(whole, "abc");
    samme_span empty = samme_arena_copy(&arena, SAMME_SPAN(NULL, 0));
    cr_assert_not_null(empty.data);
    cr_assert_eq(empty.data[0], 0);
    samme_arena_free(&arena);
}

Test(arena, reset_keeps_one_block) {
    samme_arena arena;
    samme_arena_init(&arena, 1024u * 1024);
    for (unsigned i = 0; i < 10; i++)
        cr_assert_not_null(samme_arena_alloc(&arena, 15000));
    samme_arena_reset(&arena);
    const void *kept = arena.blocks;
    cr_assert_not_null(kept);
    cr_assert_not_null(samme_arena_alloc(&arena, 15000));
    cr_assert_eq(arena.blocks, kept);
    samme_arena_free(&arena);
}
