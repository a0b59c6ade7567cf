#include <criterion/criterion.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static void setup(void) {
    chain_start(&c, false);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(batch, .init = setup, .fini = teardown);

static const samme_vkey *log_key(uint32_t branch) {
    return &samme_roster_branch_by_number(&c.replay.roster, branch)->log_key;
}

static chain_push make(uint32_t branch, size_t count) {
    samme_span entries[8];
    for (size_t i = 0; i < count; i++)
        entries[i] =
            SAMME_SPAN("entry-0\0entry-1\0entry-2\0entry-3\0entry-4\0entry-5\0" + 8 * i, 7);
    return chain_make_push(&c, branch, entries, count);
}

/* The status, and that the range is untouched when it is not OK. */
static samme_status check(const samme_batch *batch, const samme_vkey *key) {
    samme_range range = c.logs[1];
    samme_error error = {.text = ""};
    samme_status status = samme_batch_check(batch, key, &range, &error);
    cr_assert_eq(error.text[0] != 0, status != SAMME_OK);
    if (status != SAMME_OK)
        cr_assert_eq(memcmp(&range, &c.logs[1], sizeof range), 0);
    return status;
}

Test(batch, an_honest_one_moves_the_range) {
    chain_push push = make(1, 3);
    samme_range range = c.logs[1];
    cr_assert_eq(samme_batch_check(&push.batch, log_key(1), &range, NULL), SAMME_OK);
    cr_assert_eq(range.size, 3);
    samme_hash root = samme_range_root(&range);
    cr_assert(samme_hash_equal(&root, &push.record.batch.root));
}

Test(batch, any_flipped_byte_is_refused) {
    chain_push push = make(1, 3);
    for (size_t i = 0; i < 3; i++) {
        uint8_t *entry = (uint8_t *)(uintptr_t)push.entries[i].data;
        for (size_t at = 0; at < push.entries[i].length; at++) {
            entry[at] ^= 1;
            cr_assert_eq(check(&push.batch, log_key(1)), SAMME_MISMATCH);
            entry[at] ^= 1;
        }
    }
    uint8_t *note = (uint8_t *)(uintptr_t)push.batch.note.data;
    for (size_t at = 0; at < push.batch.note.length; at++) {
        note[at] ^= 1;
        cr_assert_neq(check(&push.batch, log_key(1)), SAMME_OK, "byte %zu of the note", at);
        note[at] ^= 1;
    }
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_OK);
}

Test(batch, order_and_count_are_part_of_it) {
    chain_push push = make(1, 3);
    samme_span first = push.entries[0];
    push.entries[0] = push.entries[1];
    push.entries[1] = first;
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_MISMATCH);
    push = make(1, 3);
    push.batch.count = 2;
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_MISMATCH);
    push.batch.count = 0;
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_MALFORMED);
}

Test(batch, a_checkpoint_of_another_size_does_not_do) {
    chain_push push = make(1, 3);
    const samme_checkpoint wrong = {.size = 4, .root = push.record.batch.root};
    const samme_seed seed = chain_log_seed(1, 1);
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_checkpoint_sign(log_key(1)->name, &seed, &wrong, &note), SAMME_OK);
    push.batch.note = samme_buffer_span(&note);
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_MISMATCH);
    samme_buffer_free(&note);
}

Test(batch, another_branchs_signature_does_not_do) {
    chain_push push = make(2, 3);
    cr_assert_neq(check(&push.batch, log_key(1)), SAMME_OK);
    cr_assert_eq(check(&push.batch, log_key(2)), SAMME_OK);
}

Test(batch, sizes_have_maxima) {
    samme_span *entries =
        samme_arena_alloc(&c.f.arena, (SAMME_BATCH_MAX_ENTRIES + 1) * sizeof *entries);
    static uint8_t zeros[SAMME_ENTRY_MAX_BYTES + 1];
    for (size_t i = 0; i <= SAMME_BATCH_MAX_ENTRIES; i++)
        entries[i] = SAMME_SPAN(zeros, 1);
    samme_batch batch = {.entries = entries, .count = SAMME_BATCH_MAX_ENTRIES + 1};
    cr_assert_eq(check(&batch, log_key(1)), SAMME_TOO_LARGE);
    chain_push push = chain_make_push(&c, 1, entries, SAMME_BATCH_MAX_ENTRIES);
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_OK);
    entries[0] = SAMME_SPAN(zeros, sizeof zeros);
    batch.count = 1;
    cr_assert_eq(check(&batch, log_key(1)), SAMME_TOO_LARGE);
    entries[0].length--;
    push = chain_make_push(&c, 1, entries, 1);
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_OK);
    for (size_t i = 0; i < 65; i++)
        entries[i] = SAMME_SPAN(zeros, SAMME_ENTRY_MAX_BYTES);
    batch.count = 65;
    cr_assert_eq(check(&batch, log_key(1)), SAMME_TOO_LARGE, "over 4 MiB together");
}

Test(batch, items_of_a_message_become_entries) {
    Samme__Item first = SAMME__ITEM__INIT, items[2];
    items[0] = items[1] = first;
    Samme__Item *list[2] = {&items[0], &items[1]};
    Samme__Subtree subtree = SAMME__SUBTREE__INIT;
    samme_batch batch = {.count = 9};
    for (size_t i = 0; i < 2; i++) {
        items[i].what_case = SAMME__ITEM__WHAT_ENTRY;
        items[i].entry = samme_bytes_of_span(i == 0 ? SAMME_LITERAL("a") : SAMME_LITERAL("bc"));
    }
    cr_assert_eq(samme_batch_from_items(list, 2, SAMME_LITERAL("note"), &c.f.arena, &batch, NULL),
                 SAMME_OK);
    cr_assert_eq(batch.count, 2);
    cr_assert(samme_span_equal(batch.entries[1], SAMME_LITERAL("bc")));
    cr_assert(samme_span_equal(batch.note, SAMME_LITERAL("note")));
    items[1].what_case = SAMME__ITEM__WHAT_SUBTREE;
    items[1].subtree = &subtree;
    batch.count = 9;
    cr_assert_eq(samme_batch_from_items(list, 2, SAMME_LITERAL(""), &c.f.arena, &batch, NULL),
                 SAMME_UNSUPPORTED);
    items[1].what_case = SAMME__ITEM__WHAT__NOT_SET;
    cr_assert_eq(samme_batch_from_items(list, 2, SAMME_LITERAL(""), &c.f.arena, &batch, NULL),
                 SAMME_MALFORMED);
    cr_assert_eq(samme_batch_from_items(list, SAMME_BATCH_MAX_ENTRIES + 1, SAMME_LITERAL(""),
                                        &c.f.arena, &batch, NULL),
                 SAMME_TOO_LARGE);
    cr_assert_eq(batch.count, 9, "written on success only");
    cr_assert_eq(samme_batch_from_items(list, 0, SAMME_LITERAL(""), &c.f.arena, &batch, NULL),
                 SAMME_OK);
    cr_assert_eq(batch.count, 0);
}

/* Who looks at the signature of a later note only: entries, size, root and form count as before. */
Test(batch, without_the_signature_all_else_is_checked) {
    chain_push push = make(1, 3);
    samme_range range = c.logs[1];
    samme_error error = {.text = ""};
    uint8_t *note = (uint8_t *)(uintptr_t)push.batch.note.data;
    uint8_t *signature = note + push.batch.note.length - 10;
    *signature = *signature == 'A' ? 'B' : 'A';
    cr_assert_eq(check(&push.batch, log_key(1)), SAMME_BAD_SIGNATURE);
    cr_assert_eq(samme_batch_check_unsigned(&push.batch, log_key(1), &range, &error), SAMME_OK,
                 "%s", error.text);
    samme_hash root = samme_range_root(&range);
    cr_assert(samme_hash_equal(&root, &push.record.batch.root));
    range = c.logs[1];
    cr_assert_neq(samme_batch_check_unsigned(&push.batch, log_key(2), &range, NULL), SAMME_OK,
                  "a note of another log");
    uint8_t *entry = (uint8_t *)(uintptr_t)push.entries[1].data;
    entry[0] ^= 1;
    cr_assert_eq(samme_batch_check_unsigned(&push.batch, log_key(1), &range, NULL), SAMME_MISMATCH);
    entry[0] ^= 1;
    push.batch.count = 0;
    cr_assert_eq(samme_batch_check_unsigned(&push.batch, log_key(1), &range, NULL),
                 SAMME_MALFORMED);
    cr_assert_eq(memcmp(&range, &c.logs[1], sizeof range), 0);
}
