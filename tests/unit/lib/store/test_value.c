/* Stored values: the sum covers table, key and value, and its form is fixed. */
#include "store/value.h"

#include <criterion/criterion.h>

#include "base/prng.h"

enum { ROOM = 2000 };

static void fill(uint64_t seed, uint8_t *out, size_t length) {
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    for (size_t i = 0; i < length; i++)
        out[i] = (uint8_t)samme_prng_below(&prng, 256);
}

static bool opens(uint8_t table, samme_span key, const uint8_t *stored, size_t length,
                  samme_span *out) {
    uint64_t sum;
    return samme_value_open(table, key, SAMME_SPAN(stored, length), out, &sum);
}

Test(value, what_is_sealed_opens) {
    static const size_t lengths[] = {0, 1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1024, 1900};
    uint8_t room[ROOM], content[ROOM];
    fill(4, content, sizeof content);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        samme_span key = SAMME_SPAN(content, 1 + lengths[i] % SAMME_STORE_KEY_MAX);
        samme_span value = SAMME_SPAN(content, lengths[i]), out = {0};
        uint64_t sum = samme_value_seal(7, key, value, room), found = 0;
        samme_span stored = SAMME_SPAN(room, lengths[i] + SAMME_SUM_BYTES);
        cr_assert(samme_value_open(7, key, stored, &out, &found));
        cr_assert(samme_span_equal(out, value));
        cr_assert_eq(found, sum);
    }
}

/* The format: a store that was written must be read by every later version. */
Test(value, the_sum_of_a_row_is_fixed) {
    uint8_t room[ROOM];
    cr_assert_eq(samme_value_seal(1, SAMME_LITERAL("key"), SAMME_LITERAL("value"), room),
                 UINT64_C(0xaf6982417bec3acb));
    cr_assert_eq(memcmp(room, "value", 5), 0);
    cr_assert_eq(room[5], 0xcb, "the least byte comes first");
    cr_assert_eq(samme_value_seal(SAMME_META_TABLE, SAMME_LITERAL("k"), SAMME_LITERAL(""), room),
                 UINT64_C(0xaea341ba7f8cd234));
}

static void every_bit_counts(size_t key_length, size_t value_length) {
    uint8_t key[64], room[ROOM], content[ROOM];
    samme_span out;
    fill(1, key, sizeof key);
    fill(2, content, sizeof content);
    samme_value_seal(3, SAMME_SPAN(key, key_length), SAMME_SPAN(content, value_length), room);
    size_t length = value_length + SAMME_SUM_BYTES;
    for (size_t bit = 0; bit < 8 * length; bit++) {
        room[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_not(opens(3, SAMME_SPAN(key, key_length), room, length, &out), "bit %zu of %zu",
                      bit, length);
        room[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * key_length; bit++) {
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_not(opens(3, SAMME_SPAN(key, key_length), room, length, &out), "key bit %zu",
                      bit);
        key[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < length; cut++)
        cr_assert_not(opens(3, SAMME_SPAN(key, key_length), room, cut, &out), "cut to %zu", cut);
    for (unsigned table = 0; table < 256; table++)
        cr_assert_eq(opens((uint8_t)table, SAMME_SPAN(key, key_length), room, length, &out),
                     table == 3);
}

Test(value, every_bit_of_key_value_sum_and_table_counts) {
    static const size_t lengths[] = {0, 1, 5, 12, 40, 200, 300, 1500};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        every_bit_counts(1 + i * 7, lengths[i]);
}

Test(value, a_key_that_is_too_long_does_not_open) {
    static uint8_t key[SAMME_STORE_KEY_MAX + 1], stored[20];
    samme_span out;
    cr_assert_not(opens(0, SAMME_SPAN(key, sizeof key), stored, sizeof stored, &out));
}

Test(value, a_place_is_named_in_few_words) {
    static uint8_t key[SAMME_STORE_KEY_MAX];
    char place[SAMME_PLACE_MAX];
    cr_assert_str_eq(samme_value_place(5, SAMME_LITERAL("\x01\xff"), place),
                     "table t05, key 01ff (2 bytes)");
    cr_assert_str_eq(samme_value_place(5, SAMME_SPAN(key, sizeof key), place),
                     "table t05, key 0000000000000000000000000000000000000000.. (500 bytes)");
}
