#include "tlog/fork.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tlog/tree.h"

enum { LEAVES = 40 };

static samme_seed seed = {{7}};
static samme_vkey key;
static samme_hash honest[LEAVES], forged[LEAVES]; /* the same up to leaf 12 */
static samme_buffer notes[4];
static size_t note_count;

static samme_span sign(const samme_hash *leaves, uint64_t size) {
    samme_range range;
    samme_range_init(&range);
    for (uint64_t i = 0; i < size; i++)
        cr_assert_eq(samme_range_append(&range, &leaves[i]), SAMME_OK);
    const samme_checkpoint head = {.size = size, .root = samme_range_root(&range)};
    samme_buffer *note = &notes[note_count++];
    samme_buffer_init(note, 4096);
    cr_assert_eq(samme_checkpoint_sign(key.name, &seed, &head, note), SAMME_OK);
    return samme_buffer_span(note);
}

static void setup(void) {
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    const samme_public_key public_key = samme_sign_public(&seed);
    cr_assert_eq(samme_vkey_make("shop.example/b/0002/e1", &public_key, &key, NULL), SAMME_OK);
    for (unsigned i = 0; i < LEAVES; i++) {
        char entry[32];
        snprintf(entry, sizeof entry, "entry %u", i);
        honest[i] = samme_leaf_hash(samme_span_of_text(entry));
        if (i >= 12)
            entry[0] = 'E';
        forged[i] = samme_leaf_hash(samme_span_of_text(entry));
    }
}
static void teardown(void) {
    for (size_t i = 0; i < note_count; i++)
        samme_buffer_free(&notes[i]);
    note_count = 0;
}
TestSuite(fork, .init = setup, .fini = teardown);

/* Made, written, read and checked again; then every byte of it changed breaks it or is the text. */
static void proved(samme_span one, samme_span other, const samme_hash *leaves, uint64_t count) {
    samme_fork fork, again;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_fork_make(&key, one, other, leaves, count, &fork, &error), SAMME_OK, "%s",
                 error.text);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_FORK_TEXT_MAX);
    samme_fork_format(&fork, &text);
    cr_assert_eq(samme_fork_parse(samme_buffer_span(&text), &again, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_eq(samme_fork_check(&again, &key, &error), SAMME_OK, "%s", error.text);
    for (size_t i = 0; i < text.length; i++) {
        text.data[i] ^= 1;
        if (samme_fork_parse(samme_buffer_span(&text), &again, NULL) == SAMME_OK)
            cr_assert_neq(samme_fork_check(&again, &key, NULL), SAMME_OK, "byte %zu", i);
        text.data[i] ^= 1;
    }
    for (size_t length = 0; length < text.length; length++)
        cr_assert_neq(samme_fork_parse(SAMME_SPAN(text.data, length), &again, NULL), SAMME_OK);
    samme_buffer_free(&text);
}

Test(fork, two_roots_of_one_size) {
    proved(sign(honest, 20), sign(forged, 20), honest, 20);
}

Test(fork, a_smaller_and_a_larger_history_whichever_comes_first) {
    const samme_span small = sign(honest, 13), large = sign(forged, 40);
    proved(small, large, forged, 40);
    proved(large, small, forged, 40);
}

Test(fork, one_history_proves_nothing) {
    const samme_span small = sign(honest, 12), large = sign(forged, 40);
    samme_fork fork;
    cr_assert_eq(samme_fork_make(&key, small, large, forged, 40, &fork, NULL), SAMME_MISMATCH);
    cr_assert_eq(samme_fork_make(&key, large, large, forged, 40, &fork, NULL), SAMME_MISMATCH);
}

Test(fork, nobody_but_the_owner_of_the_key_can_be_accused) {
    samme_seed other_seed = {{8}}, kept = seed;
    const samme_span mine = sign(honest, 20);
    seed = other_seed;
    const samme_span forgery = sign(forged, 20);
    seed = kept;
    samme_fork fork;
    cr_assert_eq(samme_fork_make(&key, mine, forgery, honest, 20, &fork, NULL),
                 SAMME_BAD_SIGNATURE);
    fork = (samme_fork){.note_a = mine, .note_b = forgery};
    cr_assert_eq(samme_fork_check(&fork, &key, NULL), SAMME_BAD_SIGNATURE);
}

Test(fork, a_proof_of_other_leaves_is_none) {
    const samme_span small = sign(honest, 13), large = sign(forged, 40);
    samme_fork fork;
    cr_assert_eq(samme_fork_make(&key, small, large, honest, 40, &fork, NULL), SAMME_MISMATCH);
    cr_assert_eq(samme_fork_make(&key, small, large, forged, 39, &fork, NULL), SAMME_MISMATCH);
    cr_assert_eq(samme_fork_make(&key, small, large, forged, 40, &fork, NULL), SAMME_OK);
    fork.root = forged[0];
    cr_assert_eq(samme_fork_check(&fork, &key, NULL), SAMME_MISMATCH);
}
