#include "store_support.h"

#include <criterion/criterion.h>

#include "base/buffer.h"

samme_writes *store_writes(void) {
    samme_writes *writes = samme_writes_new();
    cr_assert_not_null(writes);
    return writes;
}

void store_put(samme_writes *writes, uint8_t table, const char *key, const char *value) {
    cr_assert_eq(
        samme_writes_put(writes, table, samme_span_of_text(key), samme_span_of_text(value)),
        SAMME_OK);
}

void store_remove(samme_writes *writes, uint8_t table, const char *key) {
    cr_assert_eq(samme_writes_remove(writes, table, samme_span_of_text(key)), SAMME_OK);
}

samme_writes *store_one(uint8_t table, const char *key, const char *value) {
    samme_writes *writes = store_writes();
    store_put(writes, table, key, value);
    return writes;
}

void store_queue(const samme_store *store, uint64_t expected_head, uint64_t term,
                 samme_writes *writes) {
    samme_commit commit = {.expected_head = expected_head, .term = term, .writes = writes};
    samme_status status = store->commit(store->self, commit);
    cr_assert_eq(status, SAMME_OK, "queueing after head %lu: %s", (unsigned long)expected_head,
                 samme_status_name(status));
}

void store_expect(const samme_store *store, uint64_t head, samme_outcome outcome) {
    samme_completion completion = {0};
    cr_assert_eq(store->completions(store->self, &completion, 1), 1,
                 "no completion where head %lu was expected", (unsigned long)head);
    cr_assert_eq(completion.head, head, "head %lu, expected %lu", (unsigned long)completion.head,
                 (unsigned long)head);
    cr_assert_eq(completion.outcome, outcome, "head %lu: outcome %d, expected %d: %s",
                 (unsigned long)head, (int)completion.outcome, (int)outcome, completion.error.text);
    if (outcome == SAMME_COMMIT_DONE)
        return;
    cr_assert_neq(completion.error.status, SAMME_OK);
    cr_assert_neq(completion.error.text[0], '\0', "a failure must say why");
}

void store_expect_none(const samme_store *store) {
    samme_completion completion;
    cr_assert_eq(store->completions(store->self, &completion, 1), 0);
}

samme_reader store_snapshot(const samme_store *store) {
    samme_reader reader = {0};
    cr_assert_eq(store->open_snapshot(store->self, &reader), SAMME_OK);
    return reader;
}

void store_expect_value(const samme_reader *reader, uint8_t table, const char *key,
                        const char *value) {
    samme_span found = {0};
    samme_status status = reader->get(reader->self, table, samme_span_of_text(key), &found);
    if (value == NULL) {
        cr_assert_eq(status, SAMME_NOT_FOUND, "%s is there: %s", key, samme_status_name(status));
        return;
    }
    cr_assert_eq(status, SAMME_OK, "%s: %s", key, samme_status_name(status));
    cr_assert(samme_span_equal(found, samme_span_of_text(value)), "%s is '%.*s', expected '%s'",
              key, (int)found.length, (const char *)found.data, value);
}

samme_span store_key_after(samme_span key, uint8_t room[SAMME_STORE_KEY_MAX + 1]) {
    memcpy(room, key.data, key.length);
    room[key.length] = 0;
    return SAMME_SPAN(room, key.length + 1);
}

void store_expect_table(const samme_reader *reader, uint8_t table, const char *rows) {
    samme_buffer seen;
    samme_buffer_init(&seen, 1u << 16);
    uint8_t room[SAMME_STORE_KEY_MAX + 1];
    samme_span from = {0}, key, value;
    samme_status status;
    while ((status = reader->seek(reader->self, table, from, &key, &value)) == SAMME_OK) {
        samme_buffer_printf(&seen, "%s%.*s=%.*s", seen.length == 0 ? "" : " ", (int)key.length,
                            (const char *)key.data, (int)value.length, (const char *)value.data);
        from = store_key_after(key, room);
    }
    cr_assert_eq(status, SAMME_NOT_FOUND);
    cr_assert_str_eq(samme_buffer_text(&seen), rows);
    samme_buffer_free(&seen);
}
