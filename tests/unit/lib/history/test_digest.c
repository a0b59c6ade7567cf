#include <criterion/criterion.h>

#include "base/prng.h"
#include "history/digest.h"
#include "tests/unit/lib/history/fixture.h"

static samme_hash random_hash(samme_prng *prng) {
    samme_hash hash;
    for (size_t i = 0; i < sizeof hash.bytes; i++) /* many 00 and ff, so that carries run far */
        hash.bytes[i] = samme_prng_chance(prng, 300)   ? 0xff
                        : samme_prng_chance(prng, 300) ? 0
                                                       : (uint8_t)samme_prng_next(prng);
    return hash;
}

Test(digest, a_row_hash_binds_key_and_value_apart) {
    samme_hash a = samme_row_hash(SAMME_LITERAL("ab"), SAMME_LITERAL("c"));
    samme_hash b = samme_row_hash(SAMME_LITERAL("a"), SAMME_LITERAL("bc"));
    cr_assert(!samme_hash_equal(&a, &b));
    samme_hash expected = samme_sha256(SAMME_LITERAL("\x00\x02"
                                                     "abc"));
    cr_assert(samme_hash_equal(&a, &expected));
}

Test(digest, carry_runs_through_all_bytes) {
    samme_hash sum, one = {{0}};
    memset(sum.bytes, 0xff, sizeof sum.bytes);
    one.bytes[31] = 1;
    samme_digest_add(&sum, &one);
    cr_assert(samme_hash_equal(&sum, &(samme_hash){{0}}));
    samme_digest_subtract(&sum, &one);
    for (size_t i = 0; i < sizeof sum.bytes; i++)
        cr_assert_eq(sum.bytes[i], 0xff);
    one.bytes[31] = 0;
    one.bytes[30] = 1;
    sum = (samme_hash){{0}};
    samme_digest_add(&sum, &one);
    cr_assert_eq(sum.bytes[30], 1);
}

Test(digest, order_does_not_matter_and_subtracting_undoes) {
    for (uint64_t seed = 0; seed < 200; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        samme_hash rows[8], forward = random_hash(&prng), backward = forward, start = forward;
        for (int i = 0; i < 8; i++)
            rows[i] = random_hash(&prng);
        for (int i = 0; i < 8; i++) {
            samme_digest_add(&forward, &rows[i]);
            samme_digest_add(&backward, &rows[7 - i]);
        }
        cr_assert(samme_hash_equal(&forward, &backward), "seed %llu", (unsigned long long)seed);
        for (int i = 0; i < 8; i++)
            samme_digest_subtract(&forward, &rows[(i * 3) % 8]);
        cr_assert(samme_hash_equal(&forward, &start), "seed %llu", (unsigned long long)seed);
    }
}

Test(digest, groups_stand_apart_and_the_state_is_their_hash) {
    fixture f;
    fixture_init(&f);
    samme_hash empty, expected = samme_sha256(SAMME_LITERAL(""));
    cr_assert_eq(samme_state_digest(&f.rows, &empty), SAMME_OK);
    cr_assert(samme_hash_equal(&empty, &expected));
    samme_digests digests;
    samme_digests_init(&digests, 258);
    cr_assert_eq(samme_digests_put(&digests, SAMME_DIGEST_SALES, &f.rows, SAMME_LITERAL("rA"),
                                   SAMME_LITERAL("1")),
                 SAMME_OK);
    cr_assert_eq(samme_digests_put(&digests, SAMME_DIGEST_SERVICE, &f.rows, SAMME_LITERAL("cB"),
                                   SAMME_LITERAL("2")),
                 SAMME_OK);
    cr_assert_eq(samme_digests_put(&digests, SAMME_DIGEST_SALES, &f.rows, SAMME_LITERAL("rA"),
                                   SAMME_LITERAL("3")), /* replaces the first */
                 SAMME_OK);
    cr_assert_eq(samme_digests_flush(&digests, &f.rows), SAMME_OK);
    samme_hash sale = samme_row_hash(SAMME_LITERAL("rA"), SAMME_LITERAL("3"));
    samme_hash service = samme_row_hash(SAMME_LITERAL("cB"), SAMME_LITERAL("2"));
    samme_span value;
    cr_assert_eq(f.rows.get(f.rows.self, SAMME_SPAN("ds\x00\x00\x01\x02", 6), &value), SAMME_OK);
    cr_assert(samme_span_equal(value, samme_span_of_hash(&sale)));
    cr_assert_eq(f.rows.get(f.rows.self, SAMME_SPAN("dr\x00\x00\x00\x01", 6), &value), SAMME_OK);
    cr_assert(samme_span_equal(value, samme_span_of_hash(&service)));
    uint8_t all[76] = "dr\x00\x00\x00\x01";
    memcpy(all + 6, service.bytes, 32);
    memcpy(all + 38, "ds\x00\x00\x01\x02", 6);
    memcpy(all + 44, sale.bytes, 32);
    expected = samme_sha256(SAMME_SPAN(all, sizeof all));
    samme_hash state;
    cr_assert_eq(samme_state_digest(&f.rows, &state), SAMME_OK);
    cr_assert(samme_hash_equal(&state, &expected));
    fixture_free(&f);
}
