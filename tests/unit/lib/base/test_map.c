#include "base/map.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/prng.h"

enum { KEYS = 120, KEY_BYTES = 5, ROUNDS = 4000 };

/* A universe of keys in order, and for each what the map should hold. */
struct model {
    uint8_t keys[KEYS][KEY_BYTES];
    size_t lengths[KEYS];
    bool present[KEYS];
    uint8_t values[KEYS][40];
    size_t value_lengths[KEYS];
    uint64_t tags[KEYS];
    size_t count;
};

static samme_span key_at(const struct model *model, size_t i) {
    return SAMME_SPAN(model->keys[i], model->lengths[i]);
}

static bool contains(const struct model *model, size_t count, samme_span key) {
    for (size_t i = 0; i < count; i++)
        if (samme_span_equal(key_at(model, i), key))
            return true;
    return false;
}

/* Inserts in order; keys are short and of few bytes, so that many are prefixes of others. */
static void make_keys(struct model *model, samme_prng *prng) {
    static const uint8_t alphabet[] = {0, 1, 'a', 'b', 0xff};
    size_t count = 0;
    while (count < KEYS) {
        uint8_t key[KEY_BYTES];
        size_t length = (size_t)samme_prng_below(prng, KEY_BYTES + 1);
        for (size_t i = 0; i < length; i++)
            key[i] = alphabet[samme_prng_below(prng, sizeof alphabet)];
        if (contains(model, count, SAMME_SPAN(key, length)))
            continue;
        size_t at = count++;
        for (; at > 0 && samme_span_compare(key_at(model, at - 1), SAMME_SPAN(key, length)) > 0;
             at--) {
            memcpy(model->keys[at], model->keys[at - 1], KEY_BYTES);
            model->lengths[at] = model->lengths[at - 1];
        }
        memcpy(model->keys[at], key, length);
        model->lengths[at] = length;
    }
}

static void put(struct model *model, samme_map *map, samme_prng *prng, size_t i) {
    size_t length = (size_t)samme_prng_below(prng, sizeof model->values[i] + 1);
    samme_random random = samme_prng_as_random(prng);
    random.fill(random.self, model->values[i], length);
    model->count += model->present[i] ? 0 : 1;
    model->present[i] = true;
    model->value_lengths[i] = length;
    model->tags[i] = samme_prng_next(prng);
    cr_assert_eq(
        samme_map_put(map, key_at(model, i), SAMME_SPAN(model->values[i], length), model->tags[i]),
        SAMME_OK);
}

static void take(struct model *model, samme_map *map, size_t i) {
    model->count -= model->present[i] ? 1 : 0;
    model->present[i] = false;
    samme_map_remove(map, key_at(model, i));
}

/* `expected` is KEYS when there should be nothing. */
static void check(const struct model *model, bool found, const samme_map_entry *entry,
                  size_t expected, const char *what, unsigned round) {
    cr_assert_eq(found, expected < KEYS, "%s, round %u", what, round);
    if (!found)
        return;
    cr_assert(samme_span_equal(entry->key, key_at(model, expected)), "%s, round %u", what, round);
    cr_assert(samme_span_equal(entry->value,
                               SAMME_SPAN(model->values[expected], model->value_lengths[expected])),
              "%s, round %u", what, round);
    cr_assert_eq(entry->tag, model->tags[expected], "%s, round %u", what, round);
}

static size_t at_or_after(const struct model *model, size_t i) {
    while (i < KEYS && !model->present[i])
        i++;
    return i;
}

static size_t before(const struct model *model, size_t i) {
    while (i-- > 0)
        if (model->present[i])
            return i;
    return KEYS;
}

static void check_all_ways(const struct model *model, const samme_map *map, size_t i,
                           unsigned round) {
    samme_map_entry entry;
    samme_span key = key_at(model, i);
    check(model, samme_map_get(map, key, &entry), &entry, model->present[i] ? i : KEYS, "get",
          round);
    check(model, samme_map_at_or_after(map, key, &entry), &entry, at_or_after(model, i),
          "at_or_after", round);
    check(model, samme_map_after(map, key, &entry), &entry, at_or_after(model, i + 1), "after",
          round);
    check(model, samme_map_before(map, key, &entry), &entry, before(model, i), "before", round);
    check(model, samme_map_last(map, &entry), &entry, before(model, KEYS), "last", round);
    cr_assert_eq(samme_map_count(map), model->count);
}

Test(map, is_what_a_sorted_array_is) {
    for (uint64_t seed = 1; seed <= 8; seed++) {
        struct model model = {0};
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        make_keys(&model, &prng);
        samme_map *map = samme_map_new();
        for (unsigned round = 0; round < ROUNDS; round++) {
            /* Phases of growing and shrinking, so that the empty and the full map are visited. */
            unsigned puts = round / 500 % 2 == 0 ? 700 : 250;
            size_t i = (size_t)samme_prng_below(&prng, KEYS);
            if (samme_prng_chance(&prng, puts))
                put(&model, map, &prng, i);
            else
                take(&model, map, i);
            check_all_ways(&model, map, (size_t)samme_prng_below(&prng, KEYS), round);
            check_all_ways(&model, map, i, round);
        }
        samme_map_free(map);
    }
}

Test(map, walks_in_order_and_clears) {
    samme_map *map = samme_map_new();
    for (unsigned i = 0; i < 5000; i++) {
        unsigned scattered = i * 2654435761u;
        uint8_t key[2] = {(uint8_t)(scattered >> 24), (uint8_t)(scattered >> 16)};
        cr_assert_eq(samme_map_put(map, SAMME_SPAN(key, 2), SAMME_LITERAL("v"), i), SAMME_OK);
    }
    samme_map_entry entry, next;
    cr_assert(samme_map_at_or_after(map, SAMME_LITERAL(""), &entry));
    size_t count = 1;
    for (; samme_map_after(map, entry.key, &next); entry = next, count++)
        cr_assert_lt(samme_span_compare(entry.key, next.key), 0);
    cr_assert_eq(count, samme_map_count(map));
    samme_map_clear(map);
    cr_assert_eq(samme_map_count(map), 0);
    cr_assert_not(samme_map_last(map, NULL));
    cr_assert_eq(samme_map_put(map, SAMME_LITERAL("again"), SAMME_LITERAL(""), 1), SAMME_OK);
    cr_assert(samme_map_get(map, SAMME_LITERAL("again"), NULL));
    samme_map_free(map);
    samme_map_free(NULL);
}

Test(map, spans_stay_while_other_elements_change) {
    samme_map *map = samme_map_new();
    samme_map_entry held;
    cr_assert_eq(samme_map_put(map, SAMME_LITERAL("held"), SAMME_LITERAL("value"), 7), SAMME_OK);
    cr_assert(samme_map_get(map, SAMME_LITERAL("held"), &held));
    for (unsigned i = 0; i < 1000; i++) {
        uint8_t key[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        cr_assert_eq(samme_map_put(map, SAMME_SPAN(key, 2), SAMME_SPAN(key, 2), 0), SAMME_OK);
        if (i % 3 == 0)
            samme_map_remove(map, SAMME_SPAN(key, 2));
    }
    cr_assert(samme_span_equal(held.value, SAMME_LITERAL("value")));
    cr_assert(samme_span_equal(held.key, SAMME_LITERAL("held")));
    samme_map_free(map);
}

Test(map, a_value_may_be_made_of_the_one_it_replaces) {
    samme_map *map = samme_map_new();
    samme_map_entry entry;
    cr_assert_eq(samme_map_put(map, SAMME_LITERAL("k"), SAMME_LITERAL("abcdef"), 0), SAMME_OK);
    cr_assert(samme_map_get(map, SAMME_LITERAL("k"), &entry));
    samme_span part = SAMME_SPAN(entry.value.data + 1, 4);
    cr_assert_eq(samme_map_put(map, entry.key, part, 1), SAMME_OK);
    cr_assert(samme_map_get(map, SAMME_LITERAL("k"), &entry));
    cr_assert(samme_span_equal(entry.value, SAMME_LITERAL("bcde")));
    cr_assert_eq(entry.tag, 1);
    samme_map_free(map);
}
