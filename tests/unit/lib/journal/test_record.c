#include <criterion/criterion.h>

#include "journal/record.h"
#include "samme/limits.h"

static samme_record batch_record(void) {
    samme_record record = {.hub_time_ms = 1291190400000,
                           .kind = SAMME_RECORD_BATCH,
                           .batch = {.branch = 3, .epoch = 2, .old_size = 5, .new_size = 9}};
    memset(record.batch.root.bytes, 1, 32);
    memset(record.note_hash.bytes, 2, 32);
    return record;
}

static samme_status reopen(const samme_record *record, samme_record *out) {
    samme_buffer bytes;
    samme_arena arena;
    samme_error error = {.text = ""};
    samme_buffer_init(&bytes, SAMME_ENTRY_MAX_BYTES);
    samme_arena_init(&arena, 1u << 20);
    cr_assert_eq(samme_record_build(record, &bytes), SAMME_OK);
    samme_status status = samme_record_open(samme_buffer_span(&bytes), &arena, out, &error);
    cr_assert_eq(error.text[0] != 0, status != SAMME_OK);
    samme_arena_free(&arena);
    samme_buffer_free(&bytes);
    return status;
}

Test(record, batches_open_as_they_were_built) {
    const samme_record record = batch_record();
    samme_record opened;
    cr_assert_eq(reopen(&record, &opened), SAMME_OK);
    cr_assert_eq(opened.kind, SAMME_RECORD_BATCH);
    cr_assert_eq(opened.hub_time_ms, record.hub_time_ms);
    cr_assert_eq(opened.batch.branch, 3);
    cr_assert_eq(opened.batch.epoch, 2);
    cr_assert_eq(opened.batch.old_size, 5);
    cr_assert_eq(opened.batch.new_size, 9);
    cr_assert(samme_hash_equal(&opened.batch.root, &record.batch.root));
    cr_assert(samme_hash_equal(&opened.note_hash, &record.note_hash));
}

Test(record, notes_open_as_they_were_built) {
    const samme_record_kind kinds[] = {SAMME_RECORD_RELEASE, SAMME_RECORD_ROSTER};
    for (size_t i = 0; i < 2; i++) {
        samme_record record = {.hub_time_ms = 7, .kind = kinds[i], .version = 42}, opened;
        memset(record.note_hash.bytes, 9, 32);
        cr_assert_eq(reopen(&record, &opened), SAMME_OK);
        cr_assert_eq(opened.kind, kinds[i]);
        cr_assert_eq(opened.version, 42);
        cr_assert(samme_hash_equal(&opened.note_hash, &record.note_hash));
    }
}

Test(record, the_first_journal_epoch_is_not_written) {
    samme_record record = batch_record(), opened;
    cr_assert_eq(reopen(&record, &opened), SAMME_OK);
    cr_assert_eq(opened.journal_epoch, 1);
    record.journal_epoch = 2;
    cr_assert_eq(reopen(&record, &opened), SAMME_OK);
    cr_assert_eq(opened.journal_epoch, 2);
}

Test(record, a_batch_holds_one_to_the_maximum_of_entries) {
    samme_record record = batch_record(), opened = {.hub_time_ms = -1};
    record.batch.new_size = record.batch.old_size;
    cr_assert_eq(reopen(&record, &opened), SAMME_MALFORMED);
    record.batch.new_size = record.batch.old_size - 1;
    cr_assert_eq(reopen(&record, &opened), SAMME_MALFORMED);
    record.batch.new_size = record.batch.old_size + SAMME_BATCH_MAX_ENTRIES + 1;
    cr_assert_eq(reopen(&record, &opened), SAMME_TOO_LARGE);
    cr_assert_eq(opened.hub_time_ms, -1, "written on success only");
    record.batch.new_size--;
    cr_assert_eq(reopen(&record, &opened), SAMME_OK);
}

static samme_status open_message(const Samme__Record *message) {
    samme_buffer bytes;
    samme_arena arena;
    samme_record opened;
    samme_buffer_init(&bytes, 1u << 20);
    samme_arena_init(&arena, 1u << 20);
    samme_pack(message, &bytes);
    samme_status status = samme_record_open(samme_buffer_span(&bytes), &arena, &opened, NULL);
    samme_arena_free(&arena);
    samme_buffer_free(&bytes);
    return status;
}

Test(record, kinds_of_later_versions_are_unsupported) {
    Samme__Record message = SAMME__RECORD__INIT;
    cr_assert_eq(open_message(&message), SAMME_UNSUPPORTED);
    Samme__NoteRecord note = SAMME__NOTE_RECORD__INIT;
    message.what_case = SAMME__RECORD__WHAT_ERASURE;
    message.erasure = &note;
    cr_assert_eq(open_message(&message), SAMME_UNSUPPORTED);
    Samme__RulesRecord rules = SAMME__RULES_RECORD__INIT;
    message.what_case = SAMME__RECORD__WHAT_RULES;
    message.rules = &rules;
    cr_assert_eq(open_message(&message), SAMME_UNSUPPORTED);
    Samme__ForkRecord fork = SAMME__FORK_RECORD__INIT;
    message.what_case = SAMME__RECORD__WHAT_FORK;
    message.fork = &fork;
    cr_assert_eq(open_message(&message), SAMME_UNSUPPORTED);
    Samme__SnapshotRecord snapshot = SAMME__SNAPSHOT_RECORD__INIT;
    message.what_case = SAMME__RECORD__WHAT_SNAPSHOT;
    message.snapshot = &snapshot;
    cr_assert_eq(open_message(&message), SAMME_UNSUPPORTED);
}

Test(record, hashes_have_32_bytes) {
    static uint8_t zeros[33];
    Samme__Record message = SAMME__RECORD__INIT;
    Samme__NoteRecord note = SAMME__NOTE_RECORD__INIT;
    message.what_case = SAMME__RECORD__WHAT_RELEASE;
    message.release = &note;
    cr_assert_eq(open_message(&message), SAMME_MALFORMED);
    note.note_hash = (ProtobufCBinaryData){.len = 33, .data = zeros};
    cr_assert_eq(open_message(&message), SAMME_MALFORMED);
    note.note_hash.len = 32;
    cr_assert_eq(open_message(&message), SAMME_OK);
    Samme__BatchRecord batch = SAMME__BATCH_RECORD__INIT;
    batch.new_size = 1;
    batch.root = batch.note_hash = note.note_hash;
    message.what_case = SAMME__RECORD__WHAT_BATCH;
    message.batch = &batch;
    cr_assert_eq(open_message(&message), SAMME_OK);
    batch.root.len = 31;
    cr_assert_eq(open_message(&message), SAMME_MALFORMED);
    batch.root.len = 32;
    batch.note_hash.len = 0;
    cr_assert_eq(open_message(&message), SAMME_MALFORMED);
}

Test(record, bytes_that_are_none_are_refused) {
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    samme_record opened;
    cr_assert_eq(samme_record_open(SAMME_LITERAL("\xff\xff"), &arena, &opened, NULL),
                 SAMME_MALFORMED);
    static uint8_t zeros[SAMME_ENTRY_MAX_BYTES + 1];
    cr_assert_eq(samme_record_open(SAMME_SPAN(zeros, sizeof zeros), &arena, &opened, NULL),
                 SAMME_TOO_LARGE);
    samme_arena_free(&arena);
}
