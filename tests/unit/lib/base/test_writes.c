#include "base/writes.h"

#include <criterion/criterion.h>

#include "base/prng.h"

Test(writes, come_back_in_order) {
    samme_writes *writes = samme_writes_new();
    cr_assert_eq(samme_writes_put(writes, 3, SAMME_LITERAL("key"), SAMME_LITERAL("value")),
                 SAMME_OK);
    cr_assert_eq(samme_writes_remove(writes, 0, SAMME_LITERAL("gone")), SAMME_OK);
    cr_assert_eq(samme_writes_put(writes, 15, SAMME_LITERAL("k"), SAMME_LITERAL("")), SAMME_OK);
    cr_assert_eq(writes->count, 3);
    size_t offset = 0;
    samme_write write;
    cr_assert(samme_writes_next(writes, &offset, &write));
    cr_assert_eq(write.table, 3);
    cr_assert_not(write.removes);
    cr_assert(samme_span_equal(write.key, SAMME_LITERAL("key")));
    cr_assert(samme_span_equal(write.value, SAMME_LITERAL("value")));
    cr_assert(samme_writes_next(writes, &offset, &write));
    cr_assert(write.removes);
    cr_assert(samme_span_equal(write.key, SAMME_LITERAL("gone")));
    cr_assert_eq(write.value.length, 0);
    cr_assert(samme_writes_next(writes, &offset, &write));
    cr_assert_eq(write.table, 15);
    cr_assert_not(write.removes);
    cr_assert_eq(write.value.length, 0);
    cr_assert_not(samme_writes_next(writes, &offset, &write));
    cr_assert_not(samme_writes_next(writes, &offset, &write));
    samme_writes_free(writes);
    samme_writes_free(NULL);
}

static samme_span random_bytes(samme_prng *prng, uint8_t *out, size_t maximum, size_t minimum) {
    size_t length = minimum + (size_t)samme_prng_below(prng, maximum - minimum + 1);
    samme_random random = samme_prng_as_random(prng);
    random.fill(random.self, out, length);
    return SAMME_SPAN(out, length);
}

Test(writes, any_bytes_survive) {
    enum { WRITES = 3000 };
    uint8_t key_bytes[SAMME_STORE_KEY_MAX], value_bytes[2000];
    samme_writes *writes = samme_writes_new();
    samme_prng made, checked;
    samme_prng_seed(&made, 9);
    checked = made;
    for (unsigned i = 0; i < WRITES; i++) {
        samme_span key = random_bytes(&made, key_bytes, sizeof key_bytes, 1);
        samme_span value = random_bytes(&made, value_bytes, sizeof value_bytes, 0);
        cr_assert_eq(samme_writes_put(writes, i % SAMME_STORE_TABLES_MAX, key, value), SAMME_OK);
    }
    size_t offset = 0;
    samme_write write;
    for (unsigned i = 0; i < WRITES; i++) {
        cr_assert(samme_writes_next(writes, &offset, &write), "write %u", i);
        cr_assert_eq(write.table, i % SAMME_STORE_TABLES_MAX);
        cr_assert(
            samme_span_equal(write.key, random_bytes(&checked, key_bytes, sizeof key_bytes, 1)));
        cr_assert(samme_span_equal(write.value,
                                   random_bytes(&checked, value_bytes, sizeof value_bytes, 0)));
    }
    cr_assert_not(samme_writes_next(writes, &offset, &write));
    samme_writes_free(writes);
}

Test(writes, what_is_too_large_is_refused_and_changes_nothing) {
    static uint8_t large[SAMME_STORE_VALUE_MAX + 1];
    samme_writes *writes = samme_writes_new();
    samme_span value = SAMME_SPAN(large, SAMME_STORE_VALUE_MAX);
    cr_assert_eq(samme_writes_put(writes, 0, SAMME_SPAN(large, 0), value), SAMME_MALFORMED);
    cr_assert_eq(samme_writes_put(writes, 0, SAMME_SPAN(large, SAMME_STORE_KEY_MAX + 1), value),
                 SAMME_TOO_LARGE);
    cr_assert_eq(samme_writes_put(writes, 0, SAMME_LITERAL("k"), SAMME_SPAN(large, sizeof large)),
                 SAMME_TOO_LARGE);
    cr_assert_eq(samme_writes_put(writes, 0, SAMME_SPAN(large, SAMME_STORE_KEY_MAX), value),
                 SAMME_OK);
    size_t count = 1;
    samme_status status;
    while ((status = samme_writes_put(writes, 0, SAMME_LITERAL("k"), value)) == SAMME_OK)
        count++;
    cr_assert_eq(status, SAMME_TOO_LARGE);
    cr_assert_eq(count, SAMME_WRITES_MAX_BYTES / SAMME_STORE_VALUE_MAX - 1);
    cr_assert_leq(writes->bytes.length, SAMME_WRITES_MAX_BYTES);
    cr_assert_eq(samme_writes_put(writes, 0, SAMME_LITERAL("k"), SAMME_LITERAL("small")), SAMME_OK,
                 "a refused write must not spoil the next");
    cr_assert_eq(writes->count, count + 1);
    samme_writes_free(writes);
}
