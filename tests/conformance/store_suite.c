#include "store_suite.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "store_support.h"

/* Lets what is queued through and expects all of it done: heads first..last. */
static void done(const store_fixture *fixture, const samme_store *store, uint64_t first,
                 uint64_t last) {
    fixture->let_through(fixture->self);
    for (uint64_t head = first; head <= last; head++)
        store_expect(store, head, SAMME_COMMIT_DONE);
    store_expect_none(store);
}

/* Opens a store in which one commit, head 1, is done. */
static samme_store store_with(const store_fixture *fixture, samme_writes *writes) {
    samme_store store = fixture->open(fixture->self);
    store_queue(&store, 0, 0, writes);
    done(fixture, &store, 1, 1);
    return store;
}

static void expect_last(const samme_reader *reader, uint8_t table, const char *key,
                        const char *value) {
    samme_span last_key, last_value;
    cr_assert_eq(reader->last(reader->self, table, &last_key, &last_value), SAMME_OK);
    cr_assert(samme_span_equal(last_key, samme_span_of_text(key)), "last is '%.*s', expected '%s'",
              (int)last_key.length, (const char *)last_key.data, key);
    cr_assert(samme_span_equal(last_value, samme_span_of_text(value)));
}

static void expect_seek(const samme_reader *reader, samme_span from, const char *key) {
    samme_span found = {0}, value = {0};
    samme_status status = reader->seek(reader->self, 0, from, &found, &value);
    if (key == NULL) {
        cr_assert_eq(status, SAMME_NOT_FOUND);
        return;
    }
    cr_assert_eq(status, SAMME_OK);
    cr_assert(samme_span_equal(found, samme_span_of_text(key)), "found '%.*s', expected '%s'",
              (int)found.length, (const char *)found.data, key);
}

void store_suite_new_store_is_empty(const store_fixture *fixture) {
    samme_store store = fixture->open(fixture->self);
    cr_assert_eq(store.head(store.self), 0);
    cr_assert_eq(store.term(store.self), 0);
    store_expect_none(&store);
    samme_reader reader = store_snapshot(&store);
    for (uint8_t table = 0; table < SAMME_STORE_TABLES_MAX; table++) {
        samme_span key, value;
        store_expect_value(&reader, table, "a", NULL);
        store_expect_table(&reader, table, "");
        cr_assert_eq(reader.last(reader.self, table, &key, &value), SAMME_NOT_FOUND);
    }
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_get_finds_what_was_put(const store_fixture *fixture) {
    samme_writes *writes = store_one(3, "key", "value");
    store_put(writes, 3, "empty", "");
    samme_store store = store_with(fixture, writes);
    samme_reader reader = store_snapshot(&store);
    store_expect_value(&reader, 3, "key", "value");
    store_expect_value(&reader, 3, "empty", "");
    store_expect_value(&reader, 3, "ke", NULL);
    store_expect_value(&reader, 3, "keys", NULL);
    store_expect_value(&reader, 3, "", NULL);
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_seek_walks_in_byte_order(const store_fixture *fixture) {
    static const char *const keys[] = {"b", "\xff", "a", "ab", "aa", "B", "a\x01", "\x01"};
    samme_writes *writes = store_writes();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        store_put(writes, 0, keys[i], "v");
    samme_store store = store_with(fixture, writes);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "\x01=v B=v a=v a\x01=v aa=v ab=v b=v \xff=v");
    expect_seek(&reader, SAMME_SPAN(NULL, 0), "\x01");
    expect_seek(&reader, SAMME_LITERAL("\0"), "\x01");
    expect_seek(&reader, SAMME_LITERAL("a"), "a");
    expect_seek(&reader, SAMME_LITERAL("a\0"), "a\x01");
    expect_seek(&reader, SAMME_LITERAL("ac"), "b");
    expect_seek(&reader, SAMME_LITERAL("\xff"), "\xff");
    expect_seek(&reader, SAMME_LITERAL("\xff\0"), NULL);
    expect_seek(&reader, SAMME_LITERAL("A"), "B"); /* and backwards again */
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_last_is_the_greatest_key(const store_fixture *fixture) {
    samme_writes *writes = store_one(1, "m", "1");
    store_put(writes, 1, "z", "2");
    store_put(writes, 1, "a", "3");
    samme_store store = store_with(fixture, writes);
    samme_reader reader = store_snapshot(&store);
    expect_last(&reader, 1, "z", "2");
    store.close_snapshot(store.self);

    writes = store_writes();
    store_remove(writes, 1, "z");
    store_queue(&store, 1, 0, writes);
    store_queue(&store, 2, 0, store_one(1, "n", "4"));
    done(fixture, &store, 2, 3);
    reader = store_snapshot(&store);
    expect_last(&reader, 1, "n", "4");
    store_expect_table(&reader, 1, "a=3 m=1 n=4");
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_put_replaces_and_remove_removes(const store_fixture *fixture) {
    samme_writes *writes = store_one(0, "a", "1");
    store_put(writes, 0, "b", "1");
    store_put(writes, 0, "c", "1");
    samme_store store = store_with(fixture, writes);
    writes = store_one(0, "a", "a longer value than before");
    store_remove(writes, 0, "b");
    store_remove(writes, 0, "never there");
    store_put(writes, 0, "c", "");
    store_queue(&store, 1, 0, writes);
    done(fixture, &store, 2, 2);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "a=a longer value than before c=");
    store_expect_value(&reader, 0, "b", NULL);
    store.close_snapshot(store.self);

    writes = store_writes();
    store_remove(writes, 0, "a");
    store_remove(writes, 0, "c");
    store_queue(&store, 2, 0, writes);
    done(fixture, &store, 3, 3);
    reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "");
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_later_writes_of_a_key_win(const store_fixture *fixture) {
    samme_writes *writes = store_one(0, "a", "first");
    store_put(writes, 0, "a", "second");
    store_put(writes, 0, "b", "put");
    store_remove(writes, 0, "b");
    store_remove(writes, 0, "c");
    store_put(writes, 0, "c", "put after remove");
    samme_store store = store_with(fixture, writes);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "a=second c=put after remove");
    store.close_snapshot(store.self);

    store_queue(&store, 1, 0, store_one(0, "a", "third")); /* in one transaction, or not */
    store_queue(&store, 2, 0, store_one(0, "a", "fourth"));
    done(fixture, &store, 2, 3);
    reader = store_snapshot(&store);
    store_expect_value(&reader, 0, "a", "fourth");
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_tables_are_apart(const store_fixture *fixture) {
    samme_writes *writes = store_writes();
    char value[8];
    for (uint8_t table = 0; table < SAMME_STORE_TABLES_MAX; table++) {
        snprintf(value, sizeof value, "%u", table);
        store_put(writes, table, "k", value);
    }
    store_remove(writes, 7, "k");
    samme_store store = store_with(fixture, writes);
    samme_reader reader = store_snapshot(&store);
    for (uint8_t table = 0; table < SAMME_STORE_TABLES_MAX; table++) {
        char row[16] = "";
        if (table != 7)
            snprintf(row, sizeof row, "k=%u", table);
        store_expect_table(&reader, table, row);
    }
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_largest_and_smallest(const store_fixture *fixture) {
    static uint8_t key[SAMME_STORE_KEY_MAX];
    uint8_t *big = malloc(SAMME_STORE_VALUE_MAX);
    cr_assert_not_null(big);
    memset(key, 0xff, sizeof key);
    for (size_t i = 0; i < SAMME_STORE_VALUE_MAX; i++)
        big[i] = (uint8_t)(i * 2654435761u >> 13);
    samme_span longest = SAMME_SPAN(key, sizeof key), shortest = SAMME_LITERAL("\0");
    samme_span largest = SAMME_SPAN(big, SAMME_STORE_VALUE_MAX);
    samme_writes *writes = store_writes();
    cr_assert_eq(samme_writes_put(writes, 0, longest, largest), SAMME_OK);
    cr_assert_eq(samme_writes_put(writes, 0, shortest, largest), SAMME_OK);
    cr_assert_eq(samme_writes_put(writes, 1, longest, SAMME_SPAN(NULL, 0)), SAMME_OK);
    samme_store store = store_with(fixture, writes);
    samme_reader reader = store_snapshot(&store);
    samme_span found_key, found;
    cr_assert_eq(reader.get(reader.self, 0, longest, &found), SAMME_OK);
    cr_assert(samme_span_equal(found, largest));
    cr_assert_eq(reader.seek(reader.self, 0, SAMME_SPAN(NULL, 0), &found_key, &found), SAMME_OK);
    cr_assert(samme_span_equal(found_key, shortest));
    cr_assert(samme_span_equal(found, largest));
    cr_assert_eq(reader.last(reader.self, 1, &found_key, &found), SAMME_OK);
    cr_assert(samme_span_equal(found_key, longest));
    cr_assert_eq(found.length, 0);
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
    free(big);
}

void store_suite_snapshot_does_not_change(const store_fixture *fixture) {
    samme_writes *writes = store_one(0, "a", "old");
    store_put(writes, 0, "gone", "here");
    samme_store store = store_with(fixture, writes);
    samme_reader reader = store_snapshot(&store);
    samme_span kept = {0};
    cr_assert_eq(reader.get(reader.self, 0, SAMME_LITERAL("a"), &kept), SAMME_OK);

    writes = store_one(0, "a", "new");
    store_put(writes, 0, "b", "new");
    store_remove(writes, 0, "gone");
    store_queue(&store, 1, 0, writes);
    done(fixture, &store, 2, 2);
    store_queue(&store, 2, 0, store_one(0, "a", "newer"));
    done(fixture, &store, 3, 3);
    cr_assert_eq(store.head(store.self), 3);
    store_expect_table(&reader, 0, "a=old gone=here");
    store_expect_value(&reader, 0, "b", NULL);
    cr_assert(samme_span_equal(kept, SAMME_LITERAL("old")),
              "a span must hold until the snapshot is closed");
    store.close_snapshot(store.self);

    reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "a=newer b=new");
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_snapshot_holds_what_was_collected(const store_fixture *fixture) {
    samme_store store = fixture->open(fixture->self);
    for (uint64_t head = 0; head < 40; head++) {
        char key[8];
        snprintf(key, sizeof key, "%03u", (unsigned)head);
        store_queue(&store, head, 0, store_one((uint8_t)(head % 3), key, "x"));
        fixture->let_through(fixture->self);
        store_expect(&store, head + 1, SAMME_COMMIT_DONE);
        samme_reader reader = store_snapshot(&store);
        expect_last(&reader, (uint8_t)(head % 3), key, "x");
        store.close_snapshot(store.self);
    }
    fixture->close(fixture->self);
}

void store_suite_completions_come_in_order(const store_fixture *fixture) {
    samme_store store = fixture->open(fixture->self);
    for (uint64_t head = 0; head < 10; head++)
        store_queue(&store, head, head / 4, store_one(0, "k", "v"));
    store_expect_none(&store);
    fixture->let_through(fixture->self);
    cr_assert_eq(store.head(store.self), 0, "the head moves when a completion is collected");

    samme_completion few[3];
    cr_assert_eq(store.completions(store.self, few, 0), 0);
    cr_assert_eq(store.completions(store.self, few, 3), 3);
    for (uint64_t i = 0; i < 3; i++) {
        cr_assert_eq(few[i].head, i + 1);
        cr_assert_eq(few[i].outcome, SAMME_COMMIT_DONE);
    }
    cr_assert_eq(store.head(store.self), 3);
    cr_assert_eq(store.term(store.self), 0);
    samme_completion rest[10];
    cr_assert_eq(store.completions(store.self, rest, 10), 7);
    for (uint64_t i = 0; i < 7; i++)
        cr_assert_eq(rest[i].head, i + 4);
    cr_assert_eq(store.head(store.self), 10);
    cr_assert_eq(store.term(store.self), 2);
    store_expect_none(&store);
    fixture->close(fixture->self);
}

static bool readable(int fd) {
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    return poll(&wait, 1, 0) == 1;
}

void store_suite_completions_wake(const store_fixture *fixture) {
    samme_store store = fixture->open(fixture->self);
    int fd = store.wake_fd(store.self);
    if (fd >= 0) {
        for (uint64_t round = 0; round < 3; round++) {
            cr_assert_not(readable(fd));
            store_queue(&store, 2 * round, 0, store_one(0, "a", "1"));
            store_queue(&store, 2 * round + 1, 0, store_one(0, "a", "2"));
            cr_assert_not(readable(fd));
            fixture->let_through(fixture->self);
            cr_assert(readable(fd));
            store_expect(&store, 2 * round + 1, SAMME_COMMIT_DONE);
            cr_assert(readable(fd), "one completion still waits");
            store_expect(&store, 2 * round + 2, SAMME_COMMIT_DONE);
        }
        cr_assert_not(readable(fd));
    }
    fixture->close(fixture->self);
}

void store_suite_empty_commit_counts(const store_fixture *fixture) {
    samme_store store = store_with(fixture, store_writes());
    cr_assert_eq(store.head(store.self), 1);
    fixture->close(fixture->self);
    store = fixture->open(fixture->self);
    cr_assert_eq(store.head(store.self), 1);
    fixture->close(fixture->self);
}

void store_suite_wrong_head_fails_and_changes_nothing(const store_fixture *fixture) {
    samme_store store = store_with(fixture, store_one(0, "a", "1"));
    static const uint64_t wrong[] = {0, 2, 7};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        store_queue(&store, wrong[i], 9, store_one(0, "a", "wrong"));
        fixture->let_through(fixture->self);
        store_expect(&store, wrong[i] + 1, SAMME_COMMIT_FAILED);
        cr_assert_eq(store.head(store.self), 1);
        cr_assert_eq(store.term(store.self), 0);
    }
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "a=1");
    store.close_snapshot(store.self);
    store_queue(&store, 1, 0, store_one(0, "a", "2"));
    done(fixture, &store, 2, 2);
    fixture->close(fixture->self);
}

void store_suite_failure_fails_those_behind(const store_fixture *fixture) {
    samme_store store = store_with(fixture, store_one(0, "a", "1"));
    store_queue(&store, 1, 0, store_one(0, "b", "before it"));
    store_queue(&store, 5, 0, store_one(0, "c", "wrong head"));
    store_queue(&store, 6, 0, store_one(0, "d", "after that"));
    store_queue(&store, 2, 0, store_one(0, "e", "would fit, but is behind"));
    store_queue(&store, 3, 0, store_one(0, "f", "and this"));
    fixture->let_through(fixture->self);
    store_expect(&store, 2, SAMME_COMMIT_DONE);
    store_expect(&store, 6, SAMME_COMMIT_FAILED);
    store_expect(&store, 7, SAMME_COMMIT_FAILED);
    store_expect(&store, 3, SAMME_COMMIT_FAILED);
    store_expect(&store, 4, SAMME_COMMIT_FAILED);
    store_expect_none(&store);
    cr_assert_eq(store.head(store.self), 2);
    store_queue(&store, 2, 0, store_one(0, "g", "a new start"));
    done(fixture, &store, 3, 3);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "a=1 b=before it g=a new start");
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_term_never_falls(const store_fixture *fixture) {
    samme_store store = fixture->open(fixture->self);
    store_queue(&store, 0, 5, store_one(0, "a", "1"));
    store_queue(&store, 1, 5, store_one(0, "a", "2"));
    store_queue(&store, 2, 8, store_one(0, "a", "3"));
    done(fixture, &store, 1, 3);
    cr_assert_eq(store.term(store.self), 8);
    store_queue(&store, 3, 7, store_one(0, "a", "of an old term"));
    fixture->let_through(fixture->self);
    store_expect(&store, 4, SAMME_COMMIT_FAILED);
    cr_assert_eq(store.term(store.self), 8);
    fixture->close(fixture->self);

    store = fixture->open(fixture->self);
    cr_assert_eq(store.head(store.self), 3);
    cr_assert_eq(store.term(store.self), 8);
    store_queue(&store, 3, 0, store_one(0, "a", "of an old term"));
    fixture->let_through(fixture->self);
    store_expect(&store, 4, SAMME_COMMIT_FAILED);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "a=3");
    store.close_snapshot(store.self);
    fixture->close(fixture->self);
}

void store_suite_queue_is_bounded(const store_fixture *fixture) {
    samme_store store = fixture->open(fixture->self);
    for (uint64_t head = 0; head < SAMME_STORE_QUEUE_MAX; head++)
        store_queue(&store, head, 0, store_one(0, "a", "v"));
    samme_writes *writes = store_one(0, "b", "one too many");
    samme_commit commit = {.expected_head = SAMME_STORE_QUEUE_MAX, .writes = writes};
    cr_assert_eq(store.commit(store.self, commit), SAMME_FULL);
    cr_assert_eq(writes->count, 1, "the writes are still the caller's");
    done(fixture, &store, 1, SAMME_STORE_QUEUE_MAX);
    cr_assert_eq(store.commit(store.self, commit), SAMME_OK);
    done(fixture, &store, SAMME_STORE_QUEUE_MAX + 1, SAMME_STORE_QUEUE_MAX + 1);
    fixture->close(fixture->self);
}

void store_suite_crash_keeps_exactly_what_completed(const store_fixture *fixture) {
    samme_store store = store_with(fixture, store_one(0, "a", "1"));
    store_queue(&store, 1, 3, store_one(0, "b", "completed, never collected"));
    fixture->let_through(fixture->self);
    store_queue(&store, 2, 4, store_one(0, "c", "only queued"));
    fixture->crash(fixture->self);

    store = fixture->open(fixture->self);
    store_expect_none(&store);
    cr_assert_eq(store.head(store.self), 2);
    cr_assert_eq(store.term(store.self), 3);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "a=1 b=completed, never collected");
    store.close_snapshot(store.self);
    store_queue(&store, 2, 3, store_one(0, "d", "goes on"));
    done(fixture, &store, 3, 3);
    fixture->close(fixture->self);
}

void store_suite_close_finishes_what_is_queued(const store_fixture *fixture) {
    samme_store store = fixture->open(fixture->self);
    for (uint64_t head = 0; head < 100; head++)
        store_queue(&store, head, 1, store_one(0, "a", "v"));
    fixture->close(fixture->self);
    store = fixture->open(fixture->self);
    cr_assert_eq(store.head(store.self), 100);
    cr_assert_eq(store.term(store.self), 1);
    fixture->close(fixture->self);
}
