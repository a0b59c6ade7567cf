/* Batches and documents as they lie in the log's tables. */
#include "tests/unit/lib/sync/maker.h"

static maker *m;
static samme_record record;
static void setup(void) {
    m = calloc(1, sizeof *m);
    maker_open(m, 0);
    maker_sales(m, 1, 3);
    cr_assert_eq(samme_record_open(m->records[0], &m->arena, &record, NULL), SAMME_OK);
    cr_assert_eq(samme_space_begin(&m->log, NULL), SAMME_OK);
}
static void teardown(void) {
    samme_space_abandon(&m->log);
    maker_close(m);
    free(m);
}
TestSuite(held, .init = setup, .fini = teardown);

static void put(uint8_t table, uint64_t number, samme_span value) {
    samme_key8 key = samme_key_u64(number);
    cr_assert_eq(samme_space_put(&m->log, table, SAMME_SPAN(key.bytes, 8), value), SAMME_OK);
}

static samme_status find(samme_batch *out) {
    return samme_held_batch(&m->log, 0, &record, &m->arena, out);
}

static void check(const samme_batch *found) {
    cr_assert_eq(found->count, 3);
    cr_assert(samme_span_equal(found->note, m->batches[0].note));
    for (size_t i = 0; i < 3; i++)
        cr_assert(samme_span_equal(found->entries[i], m->batches[0].entries[i]), "entry %zu", i);
}

Test(held, a_batch_that_was_stored_is_found) {
    samme_batch batch;
    cr_assert_eq(find(&batch), SAMME_NOT_FOUND);
    cr_assert_eq(samme_store_batch(&m->log, 0, &m->batches[0]), SAMME_OK);
    cr_assert_eq(find(&batch), SAMME_OK);
    check(&batch);
    cr_assert_eq(samme_held_batch(&m->log, 1, &record, &m->arena, &batch), SAMME_NOT_FOUND,
                 "another record's is another");
}

Test(held, an_own_batch_is_found_in_the_own_log) {
    samme_batch batch;
    put(SAMME_TABLE_SIGNED, 3, m->batches[0].note);
    for (uint64_t i = 0; i < 3; i++)
        put(SAMME_TABLE_OWN, i, m->batches[0].entries[i]);
    cr_assert_eq(find(&batch), SAMME_OK);
    check(&batch);
}

Test(held, an_own_checkpoint_of_that_size_need_not_be_the_records) {
    samme_batch batch;
    put(SAMME_TABLE_SIGNED, 3, SAMME_LITERAL("another note"));
    for (uint64_t i = 0; i < 3; i++)
        put(SAMME_TABLE_OWN, i, m->batches[0].entries[i]);
    cr_assert_eq(find(&batch), SAMME_NOT_FOUND);
}

Test(held, a_note_without_its_entries_is_damage) {
    samme_batch batch;
    put(SAMME_TABLE_NOTE, 0, m->batches[0].note);
    cr_assert_eq(find(&batch), SAMME_CORRUPT);
    samme_space_abandon(&m->log);
    cr_assert_eq(samme_space_begin(&m->log, NULL), SAMME_OK);
    put(SAMME_TABLE_SIGNED, 3, m->batches[0].note);
    put(SAMME_TABLE_OWN, 0, m->batches[0].entries[0]);
    put(SAMME_TABLE_OWN, 2, m->batches[0].entries[2]);
    cr_assert_eq(find(&batch), SAMME_CORRUPT);
}

Test(held, documents_are_found_by_hash) {
    samme_content documents = samme_held_documents(&m->log);
    samme_span text = SAMME_LITERAL("a document"), found;
    samme_hash hash = samme_sha256(text);
    cr_assert_eq(documents.document(documents.self, &hash, &found), SAMME_NOT_FOUND);
    cr_assert_eq(samme_space_put(&m->log, SAMME_TABLE_DOCUMENT, samme_span_of_hash(&hash), text),
                 SAMME_OK);
    cr_assert_eq(documents.document(documents.self, &hash, &found), SAMME_OK);
    cr_assert(samme_span_equal(found, text));
}
