#include <criterion/criterion.h>

#include "tests/unit/lib/journal/chain.h"

static chain c;
static void setup(void) {
    chain_start(&c, false);
}
static void teardown(void) {
    chain_free(&c);
}
TestSuite(replay, .init = setup, .fini = teardown);

static Samme__Sale *sale_at(uint32_t branch, const char *number) {
    Samme__Sale *sale = fixture_sale(&c.f.arena, branch, number);
    fixture_line(&c.f.arena, sale, 1, 1000, 500);
    return sale;
}

static void sell(uint32_t branch, const char *number) {
    chain_push_event(&c, branch, SAMME__EVENT_KIND__sale, sale_at(branch, number));
}

static bool sold(uint32_t branch, const char *number) {
    const samme_horizon present = fixture_present(branch);
    const Samme__ReceiptRow *row;
    return samme_find_receipt(&c.f.rows, fixture_receipt(&c.f.arena, branch, number), &present,
                              &c.f.arena, &row) == SAMME_OK;
}

Test(replay_of_nothing, is_the_empty_journal) {
    chain_init(&c, true, true);
    samme_hash root;
    samme_range log;
    cr_assert_eq(c.replay.range.size, 0);
    cr_assert_eq(c.replay.roster.version, 0);
    cr_assert_eq(c.replay.release.version, 0);
    cr_assert_eq(samme_replay_root_at(&c.replay, 0, &root), SAMME_OK);
    samme_hash empty = samme_sha256(SAMME_LITERAL(""));
    cr_assert(samme_hash_equal(&root, &empty));
    cr_assert_eq(samme_replay_root_at(&c.replay, 1, &root), SAMME_NOT_FOUND);
    cr_assert_eq(samme_replay_release_hash(&c.replay, 1, &root), SAMME_NOT_FOUND);
    cr_assert_eq(samme_replay_branch(&c.replay, 1, 1, &log), SAMME_OK);
    cr_assert_eq(log.size, 0);
    root = samme_range_root(&log);
    cr_assert(samme_hash_equal(&root, &empty));
    chain_free(&c);
}

Test(replay, a_chain_of_records_becomes_state) {
    sell(1, "1");
    sell(2, "1");
    sell(1, "2");
    cr_assert_eq(c.replay.range.size, 5);
    cr_assert_eq(c.replay.entries, 3);
    cr_assert_eq(c.replay.roster.version, 1);
    cr_assert_eq(c.replay.release.version, 1);
    cr_assert_eq(c.finding_count, 0);
    cr_assert(sold(1, "1") && sold(2, "1") && sold(1, "2") && !sold(2, "2"));
    samme_hash root, expected = samme_range_root(&c.journal);
    cr_assert_eq(samme_replay_root_at(&c.replay, 5, &root), SAMME_OK);
    cr_assert(samme_hash_equal(&root, &expected));
    cr_assert_eq(samme_replay_root_at(&c.replay, 6, &root), SAMME_NOT_FOUND);
    samme_range log;
    cr_assert_eq(samme_replay_branch(&c.replay, 1, 1, &log), SAMME_OK);
    cr_assert_eq(log.size, 2);
    root = samme_range_root(&log);
    expected = samme_range_root(&c.logs[1]);
    cr_assert(samme_hash_equal(&root, &expected));
    cr_assert_eq(samme_replay_branch(&c.replay, 1, 2, &log), SAMME_OK);
    cr_assert_eq(log.size, 0, "another epoch is another log");
    const Samme__BranchRow *row;
    cr_assert_eq(samme_find_branch(&c.f.rows, 1, &c.f.arena, &row), SAMME_OK);
    cr_assert_eq(row->size, 2);
    cr_assert_eq(row->journal_index, 4);
}

Test(replay, every_root_passed_is_remembered) {
    samme_hash roots[12];
    for (int i = 0; i < 10; i++) {
        char number[4] = {'n', (char)('0' + i), 0};
        roots[c.journal.size] = samme_range_root(&c.journal);
        sell(1 + (uint32_t)i % 2, number);
    }
    for (uint64_t size = 2; size < 12; size++) {
        samme_hash root;
        cr_assert_eq(samme_replay_root_at(&c.replay, size, &root), SAMME_OK);
        cr_assert(samme_hash_equal(&root, &roots[size]), "size %llu", (unsigned long long)size);
    }
}

Test(replay, goes_on_from_its_rows) {
    sell(1, "1");
    c.hub_time_ms = 5000;
    sell(2, "1");
    samme_hash rows = chain_rows_hash(&c);
    samme_error error = {.text = ""};
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(c.replay.range.size, 4);
    cr_assert_eq(c.replay.hub_time_ms, 5000);
    cr_assert_eq(c.replay.roster.version, 1);
    cr_assert_eq(c.replay.roster.branch_count, 2);
    cr_assert(samme_hash_equal(&c.replay.roster_hash, &c.roster_hash));
    cr_assert_eq(c.replay.release.version, 1);
    cr_assert(samme_hash_equal(&c.replay.release_hash, &c.release_hash));
    samme_hash after = chain_rows_hash(&c);
    cr_assert(samme_hash_equal(&rows, &after));
    sell(1, "2");
    samme_hash root, expected = samme_range_root(&c.journal);
    cr_assert_eq(samme_replay_root_at(&c.replay, 5, &root), SAMME_OK);
    cr_assert(samme_hash_equal(&root, &expected));
}

Test(replay, rows_that_contradict_themselves_are_corrupt) {
    samme_error error = {.text = ""};
    samme_span kept;
    samme_map_entry entry;
    cr_assert(samme_map_get(c.documents, samme_span_of_hash(&c.roster_hash), &entry));
    kept = samme_arena_copy(&c.f.arena, entry.value);
    chain_forget(&c, &c.roster_hash);
    cr_assert_eq(chain_reopen(&c, &error), SAMME_CORRUPT);
    cr_assert_not_null(strstr(error.text, "roster 1"), "%s", error.text);
    chain_store(&c, kept);
    chain_forget(&c, &c.release_hash);
    cr_assert_eq(chain_reopen(&c, &error), SAMME_CORRUPT);
    chain_release_note(&c, 1, &(samme_hash){{0}}, 0);
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(c.f.rows.put(c.f.rows.self, SAMME_LITERAL("j"), SAMME_LITERAL("\x0a\x01x")),
                 SAMME_OK);
    cr_assert_eq(chain_reopen(&c, &error), SAMME_CORRUPT);
    cr_assert_eq(c.f.rows.put(c.f.rows.self, SAMME_LITERAL("j"), SAMME_LITERAL("\xff")), SAMME_OK);
    cr_assert_eq(chain_reopen(&c, &error), SAMME_CORRUPT);
}

/* A record that must be refused so, with nothing written and the replay as it was. */
static void refused(const samme_record *record, const samme_batch *batch, samme_status expected) {
    samme_hash before = chain_rows_hash(&c);
    samme_error error = {.text = ""};
    const uint64_t size = c.replay.range.size;
    samme_status status = chain_replay(&c, record, batch, &error);
    cr_assert_eq(status, expected, "%s, expected %s: %s", samme_status_name(status),
                 samme_status_name(expected), error.text);
    cr_assert_neq(error.text[0], 0);
    cr_assert_eq(error.status, expected);
    samme_hash after = chain_rows_hash(&c);
    cr_assert(samme_hash_equal(&before, &after));
    cr_assert_eq(c.replay.range.size, size);
    cr_assert_eq(c.replay.entries, 1);
}

static chain_push push_of_two(void) {
    samme_span entries[2];
    sell(1, "0");
    entries[0] = fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale_at(1, "1"));
    entries[1] = fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale_at(1, "2"));
    return chain_make_push(&c, 1, entries, 2);
}

Test(replay, a_flipped_byte_is_refused_with_nothing_written) {
    chain_push push = push_of_two();
    uint8_t *byte = (uint8_t *)(uintptr_t)(push.entries[1].data + push.entries[1].length - 1);
    *byte ^= 1;
    refused(&push.record, &push.batch, SAMME_MISMATCH);
    *byte ^= 1;
    cr_assert_eq(chain_replay(&c, &push.record, &push.batch, NULL), SAMME_OK);
    cr_assert(sold(1, "2"));
}

Test(replay, what_the_journal_says_of_a_batch_must_hold) {
    const chain_push push = push_of_two();
    samme_record record = push.record;
    record.batch.old_size--;
    refused(&record, &push.batch, SAMME_MISMATCH);
    record = push.record;
    record.batch.old_size++;
    refused(&record, &push.batch, SAMME_MISMATCH);
    record = push.record;
    record.batch.new_size++;
    refused(&record, &push.batch, SAMME_MISMATCH);
    record = push.record;
    record.batch.root.bytes[0] ^= 1;
    refused(&record, &push.batch, SAMME_MISMATCH);
    record = push.record;
    record.note_hash.bytes[0] ^= 1;
    refused(&record, &push.batch, SAMME_MISMATCH);
    record = push.record;
    record.batch.branch = 2; /* whose log begins at 0 */
    refused(&record, &push.batch, SAMME_MISMATCH);
    record = push.record;
    record.batch.branch = 3;
    refused(&record, &push.batch, SAMME_DENIED);
    record = push.record;
    record.batch.epoch = 2;
    refused(&record, &push.batch, SAMME_DENIED);
    refused(&push.record, NULL, SAMME_LATER);
    record = push.record;
    record.journal_epoch = 2;
    refused(&record, &push.batch, SAMME_MISMATCH);
    record = push.record;
    record.hub_time_ms = c.hub_time_ms - 1;
    refused(&record, &push.batch, SAMME_MISMATCH);
    samme_batch batch = push.batch;
    batch.count--;
    refused(&push.record, &batch, SAMME_MISMATCH);
}

Test(replay, another_branchs_note_is_a_bad_signature) {
    chain_push push = push_of_two();
    const samme_seed stranger = {{5}};
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(c.root.chain, 1, 1, origin);
    samme_checkpoint checkpoint = {.size = 3, .root = push.record.batch.root};
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_checkpoint_sign(origin, &stranger, &checkpoint, &note), SAMME_OK);
    push.batch.note = samme_buffer_span(&note);
    push.record.note_hash = samme_sha256(push.batch.note);
    refused(&push.record, &push.batch, SAMME_BAD_SIGNATURE);
    samme_buffer_free(&note);
}

Test(replay, records_of_no_known_form_stop_it) {
    samme_error error = {.text = ""};
    const uint64_t size = c.replay.range.size;
    cr_assert_eq(samme_replay_record(&c.replay, SAMME_LITERAL("\xff"), NULL, &error),
                 SAMME_MALFORMED);
    cr_assert_eq(samme_replay_record(&c.replay, SAMME_LITERAL(""), NULL, &error),
                 SAMME_UNSUPPORTED);
    cr_assert_eq(c.replay.range.size, size);
}

Test(replay, quarantined_entries_are_reported_and_stop_nothing) {
    const samme_span entries[] = {
        SAMME_LITERAL("\xff"),
        fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale_at(1, "1")),
        fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale_at(1, "1")),
    };
    chain_push_entries(&c, 1, entries, 3);
    cr_assert_eq(c.finding_count, 2);
    cr_assert_eq(c.findings[0].kind, SAMME_FINDING_QUARANTINED);
    cr_assert_eq(c.findings[0].position.branch, 1);
    cr_assert_eq(c.findings[0].position.index, 0);
    cr_assert_eq(c.findings[0].position.journal_index, 2);
    cr_assert_not_null(strstr(c.findings[1].text, "second sale under one receipt"));
    cr_assert_eq(c.findings[1].position.index, 2);
    cr_assert_eq(samme_quarantine_count(&c.f.rows), 2);
    cr_assert(sold(1, "1"));
}

/* The hub has checked a batch when it took it, and keeps the trees of branch logs itself. */
Test(replay, without_checking_content_the_state_is_the_same) {
    static chain hub;
    chain_init(&hub, false, false);
    chain_push pushes[3];
    cr_assert_eq(chain_roster_note(&hub, 1, &(samme_hash){{0}}, 0).bytes[0],
                 c.roster_hash.bytes[0]);
    chain_release_note(&hub, 1, &(samme_hash){{0}}, 0);
    cr_assert_eq(chain_replay_note(&hub, SAMME_RECORD_ROSTER, 1, &c.roster_hash, NULL), SAMME_OK);
    cr_assert_eq(chain_replay_note(&hub, SAMME_RECORD_RELEASE, 1, &c.release_hash, NULL), SAMME_OK);
    for (uint32_t i = 0; i < 3; i++) {
        char number[4] = {'n', (char)('0' + i), 0};
        samme_span entry =
            fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale_at(1 + i % 2, number));
        pushes[i] = chain_make_push(&c, 1 + i % 2, &entry, 1);
        chain_push_entries(&c, 1 + i % 2, &entry, 1);
        cr_assert_eq(chain_replay(&hub, &pushes[i].record, &pushes[i].batch, NULL), SAMME_OK);
    }
    samme_hash here, there;
    cr_assert_eq(samme_state_digest(&c.f.rows, &here), SAMME_OK);
    cr_assert_eq(samme_state_digest(&hub.f.rows, &there), SAMME_OK);
    cr_assert(samme_hash_equal(&here, &there));
    here = samme_range_root(&c.replay.range);
    there = samme_range_root(&hub.replay.range);
    cr_assert(samme_hash_equal(&here, &there));
    samme_range log;
    cr_assert_eq(samme_replay_branch(&hub.replay, 1, 1, &log), SAMME_NOT_FOUND);
    cr_assert_eq(chain_replay(&hub, &pushes[0].record, &pushes[0].batch, NULL), SAMME_MISMATCH,
                 "sizes are checked all the same");
    hub.options.check_content = true;
    cr_assert_eq(chain_reopen(&hub, NULL), SAMME_OK);
    samme_span entry = fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale_at(1, "9"));
    chain_push push = chain_make_push(&c, 1, &entry, 1);
    cr_assert_eq(chain_replay(&hub, &push.record, &push.batch, NULL), SAMME_CORRUPT,
                 "what was folded unchecked cannot be gone on with checking");
    chain_free(&hub);
}

/* What a test was handed. */
typedef struct handed {
    unsigned count;
    uint32_t branch, epoch;
    uint64_t journal_index;
    bool verifies;
    samme_status answer;
} handed;

static samme_status take_unsigned(void *context, const samme_unsigned_note *note) {
    handed *self = context;
    samme_checkpoint ignored;
    *self = (handed){.count = self->count + 1,
                     .branch = note->branch,
                     .epoch = note->epoch,
                     .journal_index = note->journal_index,
                     .verifies = samme_checkpoint_open(note->note, note->log_key, &ignored, NULL) ==
                                 SAMME_OK,
                     .answer = self->answer};
    return self->answer;
}

Test(replay, notes_that_are_looked_at_later_are_handed_over) {
    handed self = {.count = 0};
    samme_error error = {.text = ""};
    c.options.unsigned_note = take_unsigned;
    c.options.unsigned_note_context = &self;
    cr_assert_eq(chain_reopen(&c, &error), SAMME_OK, "%s", error.text);
    sell(2, "1");
    cr_assert(self.count == 1 && self.branch == 2 && self.epoch == 1 && self.journal_index == 2);
    cr_assert(self.verifies);
    samme_span entry = fixture_entry(&c.f.arena, SAMME__EVENT_KIND__sale, sale_at(1, "1"));
    chain_push push = chain_make_push(&c, 1, &entry, 1);
    uint8_t *signature = (uint8_t *)(uintptr_t)push.batch.note.data + push.batch.note.length - 10;
    *signature = *signature == 'A' ? 'B' : 'A';
    push.record.note_hash = samme_sha256(push.batch.note);
    self.answer = SAMME_NO_MEMORY;
    cr_assert_eq(chain_replay(&c, &push.record, &push.batch, &error), SAMME_NO_MEMORY);
    cr_assert_not(sold(1, "1"));
    self.answer = SAMME_OK;
    cr_assert_eq(chain_replay(&c, &push.record, &push.batch, &error), SAMME_OK, "%s", error.text);
    cr_assert(self.count == 3 && self.branch == 1 && !self.verifies);
    cr_assert(sold(1, "1"), "taken, and whoever was handed the note knows that it is bad");
}
