#include "base/prng.h"

#include <criterion/criterion.h>
#include <string.h>

/* Made by the reference code of splitmix64 and xoshiro256** (prng.di.unimi.it). */
Test(prng, follows_the_published_algorithm) {
    samme_prng prng;
    samme_prng_seed(&prng, 0);
    static const uint64_t state[4] = {0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f,
                                      0xf88bb8a8724c81ec};
    cr_assert_eq(memcmp(prng.state, state, sizeof state), 0);
    prng = (samme_prng){.state = {1, 2, 3, 4}};
    static const uint64_t expected[10] = {11520,
                                          0,
                                          1509978240,
                                          1215971899390074240,
                                          1216172134540287360,
                                          607988272756665600,
                                          16172922978634559625u,
                                          8476171486693032832,
                                          10595114339597558777u,
                                          2904607092377533576};
    for (unsigned i = 0; i < 10; i++)
        cr_assert_eq(samme_prng_next(&prng), expected[i], "number %u", i);
}

Test(prng, same_seed_same_numbers) {
    samme_prng a, b, c;
    samme_prng_seed(&a, 42);
    samme_prng_seed(&b, 42);
    samme_prng_seed(&c, 43);
    unsigned equal = 0;
    for (unsigned i = 0; i < 100; i++) {
        uint64_t drawn = samme_prng_next(&a);
        cr_assert_eq(drawn, samme_prng_next(&b));
        equal += drawn == samme_prng_next(&c);
    }
    cr_assert_eq(equal, 0);
}

Test(prng, below_stays_below_and_reaches_all) {
    samme_prng prng;
    samme_prng_seed(&prng, 5);
    unsigned counts[7] = {0};
    for (unsigned i = 0; i < 70000; i++) {
        uint64_t drawn = samme_prng_below(&prng, 7);
        cr_assert_lt(drawn, 7);
        counts[drawn]++;
    }
    for (unsigned i = 0; i < 7; i++)
        cr_assert(counts[i] > 9500 && counts[i] < 10500, "%u came %u times", i, counts[i]);
    /* Three quarters of the range: a plain remainder would give the lower third twice as often. */
    uint64_t bound = UINT64_MAX / 4 * 3;
    unsigned low = 0;
    for (unsigned i = 0; i < 30000; i++)
        low += samme_prng_below(&prng, bound) < bound / 3;
    cr_assert(low > 9500 && low < 10500, "%u of 30000", low);
    cr_assert_eq(samme_prng_below(&prng, 1), 0);
}

Test(prng, chance_is_per_mille) {
    samme_prng prng;
    samme_prng_seed(&prng, 6);
    unsigned hits = 0;
    for (unsigned i = 0; i < 100000; i++) {
        hits += samme_prng_chance(&prng, 250);
        cr_assert_not(samme_prng_chance(&prng, 0));
        cr_assert(samme_prng_chance(&prng, 1000));
    }
    cr_assert(hits > 24000 && hits < 26000, "%u of 100000", hits);
}

Test(prng, fills_exactly) {
    samme_prng prng, same;
    samme_prng_seed(&prng, 7);
    same = prng;
    samme_random random = samme_prng_as_random(&prng);
    uint8_t bytes[24];
    memset(bytes, 0xee, sizeof bytes);
    random.fill(random.self, bytes, 13);
    uint64_t first = samme_prng_next(&same), second = samme_prng_next(&same);
    for (unsigned i = 0; i < 13; i++)
        cr_assert_eq(bytes[i], (uint8_t)((i < 8 ? first : second) >> (8 * (i % 8))));
    for (unsigned i = 13; i < sizeof bytes; i++)
        cr_assert_eq(bytes[i], 0xee);
    cr_assert_eq(samme_prng_next(&prng), samme_prng_next(&same));
}
