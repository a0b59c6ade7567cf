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

/* As on paper, digit by digit. */
static samme_hash add_by_bytes(samme_hash a, const samme_hash *b) {
    unsigned carry = 0;
    for (size_t i = sizeof a.bytes; i-- > 0; carry >>= 8) {
        carry += (unsigned)a.bytes[i] + b->bytes[i];
        a.bytes[i] = (uint8_t)carry;
    }
    return a;
}

Test(digest, sums_are_those_on_paper) {
    samme_prng prng;
    samme_prng_seed(&prng, 1);
    for (unsigned i = 0; i < 20000; i++) {
        const samme_hash a = random_hash(&prng), b = random_hash(&prng);
        const samme_hash expected = add_by_bytes(a, &b);
        samme_hash sum = a;
        samme_digest_add(&sum, &b);
        cr_assert(samme_hash_equal(&sum, &expected), "seed 1, sum %u", i);
        samme_digest_subtract(&sum, &b);
        cr_assert(samme_hash_equal(&sum, &a), "seed 1, sum %u", i);
    }
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

typedef struct counted {
    samme_rows below;
    uint64_t bytes;
} counted;

static samme_status counted_get(void *self, samme_span key, samme_span *out) {
    return ((counted *)self)->below.get(((counted *)self)->below.self, key, out);
}
static samme_status counted_seek(void *self, samme_span from, samme_span *key, samme_span *value) {
    return ((counted *)self)->below.seek(((counted *)self)->below.self, from, key, value);
}
static samme_status counted_put(void *self, samme_span key, samme_span value) {
    ((counted *)self)->bytes += key.length + value.length;
    return ((counted *)self)->below.put(((counted *)self)->below.self, key, value);
}

/* SAMME_RECORD_PUTS_MAX_BYTES counts digests at each entry that moves them, and decides what is
 * quarantined: a run puts them once, but counts the same. */
Test(digest, a_run_counts_as_its_entries_do_singly) {
    fixture single, joined;
    fixture_init(&single);
    fixture_init(&joined);
    Samme__Sale *sale = fixture_sale(&single.arena, 1, "17");
    fixture_line(&single.arena, sale, 1, 1000, 500);
    Samme__Sale *training = fixture_sale(&single.arena, 1, "18");
    training->kind = SAMME__SALE_KIND__training;
    const samme_span entries[] = {
        fixture_entry(&single.arena, SAMME__EVENT_KIND__sale, sale),
        fixture_entry(&single.arena, SAMME__EVENT_KIND__sale, sale),     /* quarantined */
        fixture_entry(&single.arena, SAMME__EVENT_KIND__sale, training), /* no row */
        fixture_entry(
            &single.arena, SAMME__EVENT_KIND__return_opened,
            fixture_opened(&single.arena, "A1", fixture_receipt(&single.arena, 1, "17"), 1, 1000)),
    };
    counted one = {.below = single.rows}, run_of = {.below = joined.rows};
    const samme_rows one_rows = {&one, counted_get, counted_seek, counted_put};
    const samme_rows run_rows = {&run_of, counted_get, counted_seek, counted_put};
    samme_error error = {.text = ""};
    samme_fold_run run;
    samme_fold_begin(&run, &run_rows, 1, &joined.scratch);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        const samme_position at = {.branch = 1, .epoch = 1, .index = i};
        cr_assert_eq(samme_fold(&one_rows, &at, entries[i], &single.scratch, NULL, &error),
                     SAMME_OK, "%s", error.text);
        cr_assert_eq(samme_fold_next(&run, &at, entries[i], NULL, &error), SAMME_OK, "%s",
                     error.text);
        cr_assert_eq(one.bytes, run_of.bytes + run.digest_bytes, "entry %zu", i);
    }
    cr_assert_gt(run.digest_bytes, 2 * (6 + 32));
    cr_assert_eq(samme_fold_end(&run, SAMME_OK), SAMME_OK);
    samme_hash a, b;
    cr_assert_eq(samme_state_digest(&single.rows, &a), SAMME_OK);
    cr_assert_eq(samme_state_digest(&joined.rows, &b), SAMME_OK);
    cr_assert(samme_hash_equal(&a, &b));
    fixture_free(&single);
    fixture_free(&joined);
}
