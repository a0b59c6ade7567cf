/* Target: samme_test_parse. The first byte names the input that the text tests. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "policy/test.h"

static samme_vocabulary make_vocabulary(samme_arena *arena) {
    static Samme__Category list[4];
    static Samme__Category *pointers[4];
    static char codes[4][8] = {"goods", "food", "bread", "plants"};
    static const int under[4] = {-1, 0, 1, 0};
    Samme__Chain chain = SAMME__CHAIN__INIT;
    for (size_t i = 0; i < 4; i++) {
        list[i] = (Samme__Category)SAMME__CATEGORY__INIT;
        list[i].code = codes[i];
        if (under[i] >= 0)
            list[i].under = codes[under[i]];
        pointers[i] = &list[i];
    }
    chain.n_categories = 4;
    chain.categories = pointers;
    static char silver[] = "silver", gold[] = "gold";
    static char *const tiers[] = {silver, gold};
    samme_vocabulary vocabulary = {.tiers = tiers, .tier_count = 2};
    samme_error error = {0};
    size_t at = 0;
    FUZZ_MUST_OK(samme_categories_build(&chain, arena, &vocabulary.categories, &at, &error),
                 &error);
    return vocabulary;
}

/* Intervals ascend, are not empty and do not meet. */
static void check_form(const samme_test *test) {
    FUZZ_MUST(test->any == (test->count == 0));
    for (size_t i = 0; i < test->count; i++) {
        FUZZ_MUST(test->intervals[i].low <= test->intervals[i].high);
        if (i > 0) /* low is above another number, so there is one below it */
            FUZZ_MUST(test->intervals[i].low > test->intervals[i - 1].high &&
                      test->intervals[i].low - 1 > test->intervals[i - 1].high);
    }
}

static bool holds(const samme_test *test, int64_t value) {
    for (size_t i = 0; i < test->count; i++)
        if (value >= test->intervals[i].low && value <= test->intervals[i].high)
            return true;
    return false;
}

/* At the ends of one test, and beside them within what either can hold, exactly one of both holds.
 */
static void check_opposite(const samme_test *test, const samme_test *opposite) {
    int64_t low = test->intervals[0].low, high = test->intervals[test->count - 1].high;
    if (opposite->intervals[0].low < low)
        low = opposite->intervals[0].low;
    if (opposite->intervals[opposite->count - 1].high > high)
        high = opposite->intervals[opposite->count - 1].high;
    for (size_t i = 0; i < test->count; i++) {
        const samme_interval *at = &test->intervals[i];
        FUZZ_MUST(!holds(opposite, at->low) && !holds(opposite, at->high));
        FUZZ_MUST(at->low == low || holds(opposite, at->low - 1));
        FUZZ_MUST(at->high == high || holds(opposite, at->high + 1));
    }
}

static void check_negation(const samme_input *input, const samme_vocabulary *vocabulary,
                           const char *text, const samme_test *test) {
    static samme_test opposite;
    samme_error error = {0};
    size_t size = strlen(text) + sizeof "not()";
    char *negated = malloc(size);
    if (negated == NULL)
        abort();
    snprintf(negated, size, "not(%s)", text);
    if (samme_test_parse(input, vocabulary, negated, &opposite, &error) == SAMME_OK) {
        check_form(&opposite);
        check_opposite(test, &opposite);
        check_opposite(&opposite, test);
    }
    free(negated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static samme_test test;
    fuzz_input bytes = fuzz_open(data, size);
    const samme_input *input =
        samme_input_at((samme_input_id)(fuzz_u8(&bytes) % SAMME_INPUT_COUNT));
    char *text = fuzz_text(fuzz_rest(&bytes));
    samme_arena arena;
    samme_arena_init(&arena, 64 * 1024);
    samme_vocabulary vocabulary = make_vocabulary(&arena);
    samme_error error = {0};
    samme_status status = samme_test_parse(input, &vocabulary, text, &test, &error);
    FUZZ_MUST(status == SAMME_OK || status == SAMME_MALFORMED || status == SAMME_TOO_LARGE);
    if (status == SAMME_OK) {
        check_form(&test);
        if (!test.any)
            check_negation(input, &vocabulary, text, &test);
    }
    samme_arena_free(&arena);
    free(text);
    return 0;
}
