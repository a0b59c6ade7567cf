#include "base/layer.h"

#include <criterion/criterion.h>

#include "base/prng.h"
#include "samme/store.h"

/* The rows below: a map, read as rows. Writing through the layer must never reach it. */
static samme_status below_get(void *self, samme_span key, samme_span *out_value) {
    samme_map_entry entry;
    if (!samme_map_get(self, key, &entry))
        return SAMME_NOT_FOUND;
    *out_value = entry.value;
    return SAMME_OK;
}

static samme_status below_seek(void *self, samme_span from, samme_span *out_key,
                               samme_span *out_value) {
    samme_map_entry entry;
    if (!samme_map_at_or_after(self, from, &entry))
        return SAMME_NOT_FOUND;
    *out_key = entry.key;
    *out_value = entry.value;
    return SAMME_OK;
}

static samme_status below_put(void *self, samme_span key, samme_span value) {
    (void)self, (void)key, (void)value;
    cr_assert_fail("the layer wrote to the rows below");
    return SAMME_IO;
}

static samme_status broken_seek(void *self, samme_span from, samme_span *out_key,
                                samme_span *out_value) {
    (void)self, (void)from, (void)out_key, (void)out_value;
    return SAMME_CORRUPT;
}

static samme_rows rows_of(samme_map *map) {
    return (samme_rows){.self = map, .get = below_get, .seek = below_seek, .put = below_put};
}

static samme_span two_bytes(uint8_t out[2], samme_prng *prng) {
    out[0] = (uint8_t)samme_prng_below(prng, 8);
    out[1] = (uint8_t)samme_prng_below(prng, 8);
    return SAMME_SPAN(out, 1 + (size_t)samme_prng_below(prng, 2));
}

Test(layer, reads_as_one_merged_map) {
    for (uint64_t seed = 1; seed <= 20; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        samme_map *below = samme_map_new(), *merged = samme_map_new();
        uint8_t key[2], value[1];
        for (unsigned i = 0; i < 40; i++) {
            samme_span k = two_bytes(key, &prng);
            value[0] = (uint8_t)i;
            cr_assert_eq(samme_map_put(below, k, SAMME_SPAN(value, 1), 0), SAMME_OK);
            cr_assert_eq(samme_map_put(merged, k, SAMME_SPAN(value, 1), 0), SAMME_OK);
        }
        samme_layer layer;
        cr_assert_eq(samme_layer_init(&layer, rows_of(below)), SAMME_OK);
        samme_rows rows = samme_layer_rows(&layer), expected = rows_of(merged);
        for (unsigned i = 0; i < 200; i++) {
            samme_span k = two_bytes(key, &prng), got_key, got, want_key = {0}, want = {0};
            if (samme_prng_chance(&prng, 200)) {
                value[0] = (uint8_t)(100 + i % 100);
                cr_assert_eq(rows.put(rows.self, k, SAMME_SPAN(value, 1)), SAMME_OK);
                cr_assert_eq(samme_map_put(merged, k, SAMME_SPAN(value, 1), 0), SAMME_OK);
            }
            samme_status status = expected.get(expected.self, k, &want);
            cr_assert_eq(rows.get(rows.self, k, &got), status, "seed %u", (unsigned)seed);
            cr_assert(status != SAMME_OK || samme_span_equal(got, want), "seed %u", (unsigned)seed);
            status = expected.seek(expected.self, k, &want_key, &want);
            cr_assert_eq(rows.seek(rows.self, k, &got_key, &got), status, "seed %u",
                         (unsigned)seed);
            if (status != SAMME_OK)
                continue;
            cr_assert(samme_span_equal(got_key, want_key), "seed %u", (unsigned)seed);
            cr_assert(samme_span_equal(got, want), "seed %u", (unsigned)seed);
        }
        samme_layer_fini(&layer);
        samme_map_free(below);
        samme_map_free(merged);
    }
}

Test(layer, clear_shows_what_is_below_again) {
    samme_map *below = samme_map_new();
    cr_assert_eq(samme_map_put(below, SAMME_LITERAL("k"), SAMME_LITERAL("old"), 0), SAMME_OK);
    samme_layer layer;
    cr_assert_eq(samme_layer_init(&layer, rows_of(below)), SAMME_OK);
    samme_rows rows = samme_layer_rows(&layer);
    samme_span value;
    cr_assert_eq(rows.put(rows.self, SAMME_LITERAL("k"), SAMME_LITERAL("new")), SAMME_OK);
    cr_assert_eq(rows.put(rows.self, SAMME_LITERAL("other"), SAMME_LITERAL("x")), SAMME_OK);
    cr_assert_eq(rows.get(rows.self, SAMME_LITERAL("k"), &value), SAMME_OK);
    cr_assert(samme_span_equal(value, SAMME_LITERAL("new")));
    samme_layer_clear(&layer);
    cr_assert_eq(rows.get(rows.self, SAMME_LITERAL("k"), &value), SAMME_OK);
    cr_assert(samme_span_equal(value, SAMME_LITERAL("old")));
    cr_assert_eq(rows.get(rows.self, SAMME_LITERAL("other"), &value), SAMME_NOT_FOUND);
    samme_layer_fini(&layer);
    samme_map_free(below);
}

Test(layer, refuses_keys_that_no_store_takes_and_passes_errors_on) {
    static const uint8_t long_key[SAMME_STORE_KEY_MAX + 1];
    samme_map *below = samme_map_new();
    samme_layer layer;
    cr_assert_eq(samme_layer_init(&layer, rows_of(below)), SAMME_OK);
    samme_rows rows = samme_layer_rows(&layer);
    samme_span key, value;
    cr_assert_eq(rows.put(rows.self, SAMME_LITERAL(""), SAMME_LITERAL("v")), SAMME_MALFORMED);
    cr_assert_eq(rows.put(rows.self, SAMME_SPAN(long_key, sizeof long_key), SAMME_LITERAL("v")),
                 SAMME_TOO_LARGE);
    cr_assert_eq(rows.put(rows.self, SAMME_LITERAL("k"), SAMME_LITERAL("v")), SAMME_OK);
    layer.below.seek = broken_seek;
    cr_assert_eq(rows.seek(rows.self, SAMME_LITERAL("a"), &key, &value), SAMME_CORRUPT);
    samme_layer_fini(&layer);
    samme_map_free(below);
}
