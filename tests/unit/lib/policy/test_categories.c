/* The category tree as intervals of places. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "policy/categories.h"
#include "policy/policy.h"
#include "tests/unit/lib/policy/fixture.h"

enum { MANY = 60 };

typedef struct forest {
    Samme__Category categories[MANY];
    Samme__Category *pointers[MANY];
    char codes[MANY][24];
    Samme__Chain chain;
} forest;

/* parents[i] is the number of the parent, or -1 at the top. */
static void plant(forest *out, const int *parents, size_t count) {
    out->chain = (Samme__Chain)SAMME__CHAIN__INIT;
    out->chain.n_categories = count;
    out->chain.categories = out->pointers;
    for (size_t i = 0; i < count; i++) {
        snprintf(out->codes[i], sizeof out->codes[i], "c%zu", i);
        out->categories[i] = (Samme__Category)SAMME__CATEGORY__INIT;
        out->categories[i].code = out->codes[i];
        out->pointers[i] = &out->categories[i];
    }
    for (size_t i = 0; i < count; i++)
        if (parents[i] >= 0)
            out->categories[i].under = out->codes[parents[i]];
}

static bool is_under(const int *parents, int child, int ancestor) {
    for (; child >= 0; child = parents[child])
        if (child == ancestor)
            return true;
    return false;
}

/* In random forests, in random file order: x lies in the interval of y exactly when y is x or above
 * it; places are 0..n-1, each once. */
Test(categories, intervals_say_what_is_under_what) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        int count = (int)samme_prng_below(&prng, MANY) + 1;
        int order[MANY]; /* parents come before children in here, not in the file */
        int parents[MANY];
        for (int i = 0; i < count; i++) {
            int other = (int)samme_prng_below(&prng, (uint64_t)i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        for (int i = 0; i < count; i++) {
            bool top = i == 0 || samme_prng_chance(&prng, 200);
            parents[order[i]] = top ? -1 : order[samme_prng_below(&prng, (uint64_t)i)];
        }
        forest trees;
        plant(&trees, parents, (size_t)count);
        samme_arena arena;
        samme_arena_init(&arena, 1 << 16);
        samme_categories built;
        size_t at = 0;
        cr_assert_eq(samme_categories_build(&trees.chain, &arena, &built, &at, NULL), SAMME_OK,
                     "seed %llu", (unsigned long long)seed);
        bool taken[MANY] = {false};
        for (int x = 0; x < count; x++) {
            const samme_category *low =
                samme_categories_find(&built, samme_span_of_text(trees.codes[x]));
            cr_assert_not_null(low);
            cr_assert(low->first < (uint32_t)count && !taken[low->first], "seed %llu",
                      (unsigned long long)seed);
            taken[low->first] = true;
            for (int y = 0; y < count; y++) {
                const samme_category *high =
                    samme_categories_find(&built, samme_span_of_text(trees.codes[y]));
                bool inside = high->first <= low->first && low->first <= high->last;
                cr_assert_eq(inside, is_under(parents, x, y), "seed %llu: c%d under c%d",
                             (unsigned long long)seed, x, y);
            }
        }
        samme_arena_free(&arena);
    }
}

static samme_status build(forest *trees, size_t *out_at, samme_error *error) {
    samme_arena arena;
    samme_arena_init(&arena, 1 << 16);
    samme_categories built;
    samme_status status = samme_categories_build(&trees->chain, &arena, &built, out_at, error);
    samme_arena_free(&arena);
    return status;
}

Test(categories, a_cycle_is_refused_at_one_of_its_codes) {
    /* 0 alone, 1 and 2 hang on the cycle 3 - 4 - 5 */
    const int parents[] = {-1, 2, 3, 4, 5, 3};
    forest trees;
    samme_error error;
    size_t at = 0;
    plant(&trees, parents, 6);
    cr_assert_eq(build(&trees, &at, &error), SAMME_MALFORMED);
    cr_assert(at >= 3 && at <= 5, "%zu", at);
    cr_assert_not_null(strstr(error.text, "is under itself"), "%s", error.text);
    const int itself[] = {0};
    plant(&trees, itself, 1);
    cr_assert_eq(build(&trees, &at, &error), SAMME_MALFORMED);
    cr_assert_str_eq(error.text,
                     "category \"c0\": under: expected a tree, found that \"c0\" is under itself");
}

Test(categories, doubled_unknown_and_odd_codes_are_refused) {
    const int parents[] = {-1, 0, 0, -1};
    forest trees;
    samme_error error;
    size_t at = 0;
    plant(&trees, parents, 4);
    trees.categories[2].code = trees.codes[1];
    cr_assert_eq(build(&trees, &at, &error), SAMME_MALFORMED);
    cr_assert_eq(at, 2);
    cr_assert_str_eq(error.text, "category \"c1\": expected each code once, found it twice");
    plant(&trees, parents, 4);
    trees.categories[3].under = fixture_text("c9");
    cr_assert_eq(build(&trees, &at, &error), SAMME_MALFORMED);
    cr_assert_eq(at, 3);
    cr_assert_str_eq(error.text,
                     "category \"c3\": under: expected a code of this file, found \"c9\"");
    const char *odd[] = {"", "-", "a b", "a,b", "a)", "_a", "\xc3\xb8l"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        plant(&trees, parents, 4);
        trees.categories[1].code = fixture_text(odd[i]);
        cr_assert_eq(build(&trees, &at, &error), SAMME_MALFORMED, "%s", odd[i]);
        cr_assert_eq(at, 1);
    }
}

Test(categories, none_is_fine_and_too_many_is_not) {
    Samme__Chain chain = SAMME__CHAIN__INIT;
    samme_arena arena;
    samme_arena_init(&arena, 1 << 16);
    samme_categories built;
    size_t at = 0;
    cr_assert_eq(samme_categories_build(&chain, &arena, &built, &at, NULL), SAMME_OK);
    cr_assert_null(samme_categories_find(&built, SAMME_LITERAL("")));
    chain.n_categories = SAMME_CATEGORIES_MAX + 1;
    cr_assert_eq(samme_categories_build(&chain, &arena, &built, &at, NULL), SAMME_TOO_LARGE);
    samme_arena_free(&arena);
}

/* The deepest tree there can be: no stack is used up. */
Test(categories, a_chain_of_categories_may_be_as_deep_as_there_are) {
    size_t count = SAMME_CATEGORIES_MAX;
    Samme__Category *categories = calloc(count, sizeof *categories);
    Samme__Category **pointers = calloc(count, sizeof *pointers);
    char(*codes)[24] = calloc(count, sizeof *codes);
    for (size_t i = 0; i < count; i++) {
        snprintf(codes[i], sizeof codes[i], "d%zu", i);
        categories[i] = (Samme__Category)SAMME__CATEGORY__INIT;
        categories[i].code = codes[i];
        if (i > 0)
            categories[i].under = codes[i - 1];
        pointers[i] = &categories[i];
    }
    Samme__Chain chain = SAMME__CHAIN__INIT;
    chain.n_categories = count;
    chain.categories = pointers;
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    samme_categories built;
    size_t at = 0;
    cr_assert_eq(samme_categories_build(&chain, &arena, &built, &at, NULL), SAMME_OK);
    const samme_category *middle = samme_categories_find(&built, SAMME_LITERAL("d2000"));
    cr_assert_eq(middle->first, 2000);
    cr_assert_eq(middle->last, SAMME_CATEGORIES_MAX - 1);
    samme_arena_free(&arena);
    free(codes);
    free(pointers);
    free(categories);
}
