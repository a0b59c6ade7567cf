#include "base/space.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"

/* A store whose writer works when the test says so. */

enum { QUEUE_ROOM = 40, QUEUE_MAX = 8 };

typedef struct fake_store {
    samme_map *disk;     /* table || key -> value */
    samme_map *snapshot; /* a copy of disk while one is open, so that using it later is seen */
    samme_commit queue[QUEUE_ROOM];
    size_t queued;
    size_t queue_maximum;
    samme_completion done[4 * QUEUE_ROOM];
    size_t done_count;
    uint64_t applied_head;
    uint64_t collected_head;
    bool broken;                 /* everything queued from now on fails */
    samme_status commit_refusal; /* what commit() answers when it is not OK */
    samme_status read_refusal;   /* the same for the reader, */
    unsigned reads_before;       /* after so many reads */
} fake_store;

static samme_span path_of(uint8_t out[1 + SAMME_STORE_KEY_MAX], uint8_t table, samme_span key) {
    cr_assert_leq(key.length, SAMME_STORE_KEY_MAX, "the port promises no longer keys");
    out[0] = table;
    if (key.length > 0)
        memcpy(out + 1, key.data, key.length);
    return SAMME_SPAN(out, key.length + 1);
}

static samme_status may_read(fake_store *fake) {
    if (fake->read_refusal == SAMME_OK || fake->reads_before == 0)
        return fake->read_refusal;
    fake->reads_before--;
    return SAMME_OK;
}

static samme_status fake_get(void *self, uint8_t table, samme_span key, samme_span *out_value) {
    fake_store *fake = self;
    uint8_t path[1 + SAMME_STORE_KEY_MAX];
    samme_map_entry entry;
    samme_status status = may_read(fake);
    if (status != SAMME_OK)
        return status;
    if (!samme_map_get(fake->snapshot, path_of(path, table, key), &entry))
        return SAMME_NOT_FOUND;
    *out_value = entry.value;
    return SAMME_OK;
}

static samme_status show(bool found, const samme_map_entry *entry, uint8_t table,
                         samme_span *out_key, samme_span *out_value) {
    if (!found || entry->key.data[0] != table)
        return SAMME_NOT_FOUND;
    *out_key = SAMME_SPAN(entry->key.data + 1, entry->key.length - 1);
    *out_value = entry->value;
    return SAMME_OK;
}

static samme_status fake_seek(void *self, uint8_t table, samme_span from, samme_span *out_key,
                              samme_span *out_value) {
    fake_store *fake = self;
    uint8_t path[1 + SAMME_STORE_KEY_MAX];
    samme_map_entry entry;
    samme_status status = may_read(fake);
    if (status != SAMME_OK)
        return status;
    bool found = samme_map_at_or_after(fake->snapshot, path_of(path, table, from), &entry);
    return show(found, &entry, table, out_key, out_value);
}

static samme_status fake_last(void *self, uint8_t table, samme_span *out_key,
                              samme_span *out_value) {
    fake_store *fake = self;
    uint8_t next = table + 1;
    samme_map_entry entry;
    samme_status status = may_read(fake);
    if (status != SAMME_OK)
        return status;
    bool found = samme_map_before(fake->snapshot, SAMME_SPAN(&next, 1), &entry);
    return show(found, &entry, table, out_key, out_value);
}

static samme_status fake_open(void *self, samme_reader *out_reader) {
    fake_store *fake = self;
    cr_assert_null(fake->snapshot, "one snapshot at a time");
    fake->snapshot = samme_map_new();
    samme_map_entry entry;
    for (bool more = samme_map_at_or_after(fake->disk, SAMME_LITERAL(""), &entry); more;
         more = samme_map_after(fake->disk, entry.key, &entry))
        cr_assert_eq(samme_map_put(fake->snapshot, entry.key, entry.value, 0), SAMME_OK);
    *out_reader =
        (samme_reader){.self = fake, .get = fake_get, .seek = fake_seek, .last = fake_last};
    return SAMME_OK;
}

static void fake_close(void *self) {
    fake_store *fake = self;
    cr_assert_not_null(fake->snapshot);
    samme_map_free(fake->snapshot);
    fake->snapshot = NULL;
}

static samme_status fake_commit(void *self, samme_commit commit) {
    fake_store *fake = self;
    if (fake->commit_refusal != SAMME_OK)
        return fake->commit_refusal;
    if (fake->queued == fake->queue_maximum)
        return SAMME_FULL;
    cr_assert_eq(commit.expected_head, fake->applied_head + fake->queued,
                 "heads follow each other");
    cr_assert_gt(commit.writes->count, 0);
    fake->queue[fake->queued++] = commit;
    return SAMME_OK;
}

static size_t fake_completions(void *self, samme_completion *out, size_t maximum) {
    fake_store *fake = self;
    size_t count = fake->done_count < maximum ? fake->done_count : maximum;
    memcpy(out, fake->done, count * sizeof *out);
    memmove(fake->done, fake->done + count, (fake->done_count - count) * sizeof *out);
    fake->done_count -= count;
    for (size_t i = 0; i < count; i++)
        if (out[i].outcome == SAMME_COMMIT_DONE)
            fake->collected_head = out[i].head;
    return count;
}

static uint64_t fake_head(void *self) {
    return ((fake_store *)self)->collected_head;
}

static uint64_t fake_term(void *self) {
    (void)self;
    return 1;
}

static int fake_wake_fd(void *self) {
    (void)self;
    return -1;
}

static samme_store port_of(fake_store *fake) {
    return (samme_store){.self = fake,
                         .open_snapshot = fake_open,
                         .close_snapshot = fake_close,
                         .commit = fake_commit,
                         .completions = fake_completions,
                         .head = fake_head,
                         .term = fake_term,
                         .wake_fd = fake_wake_fd};
}

static void fake_init(fake_store *fake) {
    *fake = (fake_store){.disk = samme_map_new(), .queue_maximum = QUEUE_MAX};
}

static void fake_fini(fake_store *fake) {
    for (size_t i = 0; i < fake->queued; i++)
        samme_writes_free(fake->queue[i].writes);
    samme_map_free(fake->disk);
}

static void put_on_disk(fake_store *fake, const samme_writes *writes) {
    size_t offset = 0;
    samme_write write;
    uint8_t path[1 + SAMME_STORE_KEY_MAX];
    while (samme_writes_next(writes, &offset, &write)) {
        samme_span at = path_of(path, write.table, write.key);
        if (write.removes)
            samme_map_remove(fake->disk, at);
        else
            cr_assert_eq(samme_map_put(fake->disk, at, write.value, 0), SAMME_OK);
    }
}

/* The writer takes the oldest commit. An unknown outcome may or may not have reached the disk. */
static void fake_work(fake_store *fake, samme_outcome outcome, bool reaches_disk) {
    cr_assert_gt(fake->queued, 0);
    samme_commit commit = fake->queue[0];
    if (fake->broken)
        outcome = SAMME_COMMIT_FAILED;
    bool written =
        outcome == SAMME_COMMIT_DONE || (outcome == SAMME_COMMIT_UNKNOWN && reaches_disk);
    if (written)
        put_on_disk(fake, commit.writes);
    samme_completion done = {.head = commit.expected_head + 1, .outcome = outcome};
    if (outcome != SAMME_COMMIT_DONE) {
        samme_fail(&done.error, SAMME_IO, "the disk is on fire");
        fake->broken = true;
    }
    fake->done[fake->done_count++] = done;
    fake->applied_head++;
    fake->queued--;
    memmove(fake->queue, fake->queue + 1, fake->queued * sizeof fake->queue[0]);
    samme_writes_free(commit.writes);
}

/* Single properties. */

static uint64_t commit_one(samme_space *space, const char *key, const char *value) {
    uint64_t head = 0;
    cr_assert_eq(samme_space_begin(space, NULL), SAMME_OK);
    samme_status status = value == NULL ? samme_space_remove(space, 1, samme_span_of_text(key))
                                        : samme_space_put(space, 1, samme_span_of_text(key),
                                                          samme_span_of_text(value));
    cr_assert_eq(status, SAMME_OK);
    cr_assert_eq(samme_space_end(space, &head, NULL), SAMME_OK);
    return head;
}

static const char *seen(samme_space *space, const char *key) {
    static char text[100];
    samme_span value;
    cr_assert_eq(samme_space_begin(space, NULL), SAMME_OK);
    samme_status status = samme_space_get(space, 1, samme_span_of_text(key), &value);
    if (status == SAMME_OK)
        snprintf(text, sizeof text, "%.*s", (int)value.length, (const char *)value.data);
    samme_space_abandon(space);
    return status == SAMME_OK ? text : "(none)";
}

Test(space, heads_are_promised_and_reached) {
    fake_store fake;
    fake_init(&fake);
    fake.applied_head = fake.collected_head = 41;
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    uint64_t head = 0;
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_end(&space, &head, NULL), SAMME_OK);
    cr_assert_eq(head, 41, "nothing written: what is seen is durable");
    cr_assert_eq(fake.queued, 0);
    cr_assert_eq(commit_one(&space, "k", "v"), 42);
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_end(&space, &head, NULL), SAMME_OK);
    cr_assert_eq(head, 42, "a reader of what is queued waits for it");
    cr_assert_eq(space.durable_head, 41);
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(space.durable_head, 41);
    cr_assert_eq(samme_space_collect(&space, NULL), SAMME_OK);
    cr_assert_eq(space.durable_head, 42);
    cr_assert_str_eq(seen(&space, "k"), "v");
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, a_later_write_stays_when_an_earlier_one_is_durable) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    commit_one(&space, "k", "one");
    commit_one(&space, "k", NULL);
    commit_one(&space, "other", "x");
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(samme_space_collect(&space, NULL), SAMME_OK);
    cr_assert_str_eq(seen(&space, "k"), "(none)", "the removal hides the snapshot's row");
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(samme_space_collect(&space, NULL), SAMME_OK);
    cr_assert_str_eq(seen(&space, "k"), "(none)");
    cr_assert_str_eq(seen(&space, "other"), "x");
    cr_assert_eq(samme_map_count(space.overlay), 0);
    cr_assert_eq(space.overlay_bytes, 0);
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, an_abandoned_step_leaves_what_was_queued) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    commit_one(&space, "k", "queued");
    size_t bytes = space.overlay_bytes;
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    cr_assert_eq(
        samme_space_put(&space, 1, SAMME_LITERAL("k"), SAMME_LITERAL("longer than before")),
        SAMME_OK);
    cr_assert_eq(samme_space_remove(&space, 1, SAMME_LITERAL("k")), SAMME_OK);
    cr_assert_eq(samme_space_put(&space, 1, SAMME_LITERAL("new"), SAMME_LITERAL("x")), SAMME_OK);
    samme_space_abandon(&space);
    cr_assert_str_eq(seen(&space, "k"), "queued");
    cr_assert_str_eq(seen(&space, "new"), "(none)");
    cr_assert_eq(space.overlay_bytes, bytes);
    cr_assert_eq(commit_one(&space, "k", "next"), 2, "the abandoned step used no head");
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, a_full_queue_drops_the_step_only) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    for (unsigned i = 0; i < QUEUE_MAX; i++)
        commit_one(&space, "k", "kept");
    uint64_t head = 77;
    samme_error error = {0};
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_put(&space, 1, SAMME_LITERAL("k"), SAMME_LITERAL("shed")), SAMME_OK);
    cr_assert_eq(samme_space_end(&space, &head, &error), SAMME_FULL);
    cr_assert_eq(head, 77);
    cr_assert_eq(error.status, SAMME_FULL);
    cr_assert_not(space.failed);
    cr_assert_str_eq(seen(&space, "k"), "kept");
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(commit_one(&space, "k", "again"), QUEUE_MAX + 1);
    cr_assert_str_eq(seen(&space, "k"), "again");
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, a_refused_commit_fails_the_space_but_not_what_is_queued) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    commit_one(&space, "k", "queued");
    fake.commit_refusal = SAMME_IO;
    uint64_t head = 77;
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_put(&space, 1, SAMME_LITERAL("k"), SAMME_LITERAL("lost")), SAMME_OK);
    cr_assert_eq(samme_space_end(&space, &head, NULL), SAMME_IO);
    cr_assert_eq(head, 77);
    cr_assert(space.failed);
    cr_assert_str_eq(seen(&space, "k"), "queued");
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(samme_space_collect(&space, NULL), SAMME_OK);
    cr_assert_eq(space.durable_head, 1);
    cr_assert_str_eq(seen(&space, "k"), "queued");
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_put(&space, 1, SAMME_LITERAL("k"), SAMME_LITERAL("x")), SAMME_IO);
    cr_assert_eq(samme_space_end(&space, &head, NULL), SAMME_OK);
    cr_assert_eq(head, 1);
    samme_space_fini(&space);
    fake_fini(&fake);
}

static void check_failure(samme_outcome outcome, bool reaches_disk, const char *after) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    commit_one(&space, "k", "one");
    commit_one(&space, "k", "two");
    commit_one(&space, "k", "three");
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    fake_work(&fake, outcome, reaches_disk);
    fake_work(&fake, SAMME_COMMIT_DONE, true); /* fails, as it is behind a failure */
    samme_error error = {0};
    cr_assert_eq(samme_space_collect(&space, &error), SAMME_IO);
    cr_assert_not_null(strstr(error.text, "commit 2 "), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "the disk is on fire"), "%s", error.text);
    cr_assert(space.failed);
    cr_assert_eq(space.durable_head, 1);
    cr_assert_eq(samme_map_count(space.overlay), 0);
    cr_assert_eq(space.overlay_bytes, 0);
    cr_assert_str_eq(seen(&space, "k"), after);
    uint64_t head = 77;
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    cr_assert_eq(samme_space_remove(&space, 1, SAMME_LITERAL("k")), SAMME_IO);
    cr_assert_eq(samme_space_end(&space, &head, NULL), SAMME_OK);
    cr_assert_eq(head, 1, "a reader must not wait for what will not come");
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, a_failed_commit_takes_all_behind_it_along) {
    check_failure(SAMME_COMMIT_FAILED, false, "one");
    check_failure(SAMME_COMMIT_UNKNOWN, false, "one");
    check_failure(SAMME_COMMIT_UNKNOWN, true, "two");
}

Test(space, a_bound_on_what_waits) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    space.overlay_bytes = SAMME_SPACE_OVERLAY_MAX_BYTES - 400;
    cr_assert_eq(samme_space_put(&space, 0, SAMME_LITERAL("a"), SAMME_LITERAL("fits")), SAMME_OK);
    static const uint8_t large[400];
    cr_assert_eq(samme_space_put(&space, 0, SAMME_LITERAL("b"), SAMME_SPAN(large, sizeof large)),
                 SAMME_FULL);
    cr_assert_eq(space.writes->count, 1);
    samme_span value;
    cr_assert_eq(samme_space_get(&space, 0, SAMME_LITERAL("b"), &value), SAMME_NOT_FOUND);
    space.overlay_bytes -= SAMME_SPACE_OVERLAY_MAX_BYTES - 400;
    space.keys.maximum = space.keys.length + 5;
    cr_assert_eq(samme_space_put(&space, 0, SAMME_LITERAL("b"), SAMME_LITERAL("v")), SAMME_FULL);
    cr_assert_eq(samme_space_put(&space, 0, SAMME_LITERAL("a"), SAMME_LITERAL("v")), SAMME_OK,
                 "a second write of a key is noted once");
    cr_assert_eq(space.writes->count, 2);
    cr_assert_eq(samme_space_get(&space, 0, SAMME_LITERAL("b"), &value), SAMME_NOT_FOUND);
    uint64_t head;
    cr_assert_eq(samme_space_end(&space, &head, NULL), SAMME_OK);
    fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(samme_map_count(fake.disk), 1, "what was refused must not reach the disk");
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, bad_keys_and_values_are_refused) {
    static const uint8_t large[SAMME_STORE_VALUE_MAX + 1];
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    samme_span key, value;
    samme_span long_key = SAMME_SPAN(large, SAMME_STORE_KEY_MAX + 1);
    cr_assert_eq(samme_space_put(&space, 0, SAMME_LITERAL(""), SAMME_LITERAL("v")),
                 SAMME_MALFORMED);
    cr_assert_eq(samme_space_put(&space, 0, long_key, SAMME_LITERAL("v")), SAMME_TOO_LARGE);
    cr_assert_eq(samme_space_put(&space, 0, SAMME_LITERAL("k"), SAMME_SPAN(large, sizeof large)),
                 SAMME_TOO_LARGE);
    cr_assert_eq(samme_space_get(&space, 0, long_key, &value), SAMME_NOT_FOUND);
    cr_assert_eq(samme_space_seek(&space, 0, SAMME_LITERAL(""), &key, &value), SAMME_NOT_FOUND);
    uint64_t head = 77;
    cr_assert_eq(samme_space_end(&space, &head, NULL), SAMME_OK);
    cr_assert_eq(fake.queued, 0, "refused writes are no commit");
    cr_assert_eq(head, 0);
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, a_store_that_cannot_be_read_is_told) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    commit_one(&space, "k", "v");
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    samme_span key, value;
    fake.read_refusal = SAMME_CORRUPT;
    cr_assert_eq(samme_space_get(&space, 1, SAMME_LITERAL("x"), &value), SAMME_CORRUPT);
    cr_assert_eq(samme_space_seek(&space, 1, SAMME_LITERAL("a"), &key, &value), SAMME_CORRUPT);
    cr_assert_eq(samme_space_last(&space, 1, &key, &value), SAMME_CORRUPT);
    samme_space_fini(&space);
    fake_fini(&fake);
}

/* The search for the last row asks many times; each of them may be the one that fails. */
Test(space, a_search_that_cannot_be_read_is_told) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    commit_one(&space, "abc", "v");
    commit_one(&space, "abd", "v");
    commit_one(&space, "b", "v");
    commit_one(&space, "c", "v");
    while (fake.queued > 0)
        fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(samme_space_collect(&space, NULL), SAMME_OK);
    commit_one(&space, "c", NULL);
    commit_one(&space, "b", NULL);
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    samme_status status = SAMME_CORRUPT;
    samme_span key, value;
    unsigned reads = 0;
    for (; status != SAMME_OK && reads < 1000; reads++) {
        fake.read_refusal = SAMME_CORRUPT;
        fake.reads_before = reads;
        status = samme_space_last(&space, 1, &key, &value);
        cr_assert(status == SAMME_OK || status == SAMME_CORRUPT, "after %u reads", reads);
    }
    cr_assert_eq(status, SAMME_OK);
    cr_assert(samme_span_equal(key, SAMME_LITERAL("abd")));
    cr_assert_gt(reads, 10);
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, all_completions_are_taken_at_once) {
    fake_store fake;
    fake_init(&fake);
    fake.queue_maximum = QUEUE_ROOM;
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    for (unsigned i = 0; i < QUEUE_ROOM; i++)
        commit_one(&space, "k", "v");
    while (fake.queued > 0)
        fake_work(&fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(samme_space_collect(&space, NULL), SAMME_OK);
    cr_assert_eq(space.durable_head, QUEUE_ROOM);
    cr_assert_eq(samme_map_count(space.overlay), 0);
    samme_space_fini(&space);
    fake_fini(&fake);
}

Test(space, one_table_as_rows) {
    fake_store fake;
    fake_init(&fake);
    samme_store store = port_of(&fake);
    samme_space space;
    cr_assert_eq(samme_space_init(&space, &store), SAMME_OK);
    cr_assert_eq(samme_space_begin(&space, NULL), SAMME_OK);
    samme_space_table binding = {.space = &space, .table = 5};
    samme_rows rows = samme_space_rows(&binding);
    samme_span key, value;
    cr_assert_eq(rows.put(rows.self, SAMME_LITERAL("k"), SAMME_LITERAL("v")), SAMME_OK);
    cr_assert_eq(rows.get(rows.self, SAMME_LITERAL("k"), &value), SAMME_OK);
    cr_assert(samme_span_equal(value, SAMME_LITERAL("v")));
    cr_assert_eq(rows.seek(rows.self, SAMME_LITERAL(""), &key, &value), SAMME_OK);
    cr_assert(samme_span_equal(key, SAMME_LITERAL("k")));
    cr_assert_eq(samme_space_get(&space, 4, SAMME_LITERAL("k"), &value), SAMME_NOT_FOUND);
    cr_assert_eq(samme_space_get(&space, 5, SAMME_LITERAL("k"), &value), SAMME_OK);
    samme_space_fini(&space);
    fake_fini(&fake);
}

/* The whole against a model: an array of rows. */

enum { TABLES = 3, KEYS = 60, ROWS = TABLES * KEYS, HELD = 12 };

struct model {
    uint8_t keys[KEYS][SAMME_STORE_KEY_MAX]; /* in order; every table may hold each */
    size_t lengths[KEYS];
    uint32_t rows[ROWS];     /* table-major; 0 is absent, else the number the value is made of */
    uint32_t at_begin[ROWS]; /* as the step found them */
    uint32_t next_value;
    uint64_t next_head;
};

typedef struct bench {
    uint64_t seed;
    samme_prng prng;
    fake_store fake;
    samme_store store;
    samme_space space;
    struct model model;
    struct {
        samme_span span;
        uint32_t value;
    } held[HELD]; /* spans that must still be good */
    size_t held_count;
} bench;

static samme_span key_at(const struct model *model, size_t i) {
    return SAMME_SPAN(model->keys[i], model->lengths[i]);
}

/* Values of many lengths, told apart by their number. */
static samme_span value_of(uint32_t number, uint8_t out[300]) {
    size_t length = 4 + number % 7 * (number % 41);
    memset(out, (int)(number % 256), length);
    memcpy(out, &number, 4);
    return SAMME_SPAN(out, length);
}

static size_t random_key(samme_prng *prng, uint8_t *out) {
    static const uint8_t alphabet[] = {0, 1, 'a', 0xfe, 0xff};
    bool full = samme_prng_chance(prng, 150);
    size_t length = 1 + (size_t)samme_prng_below(prng, 4);
    if (full) { /* as long as can be, alike but for their ends */
        memset(out, samme_prng_chance(prng, 500) ? 0xff : 'a', SAMME_STORE_KEY_MAX);
        out[0] = samme_prng_chance(prng, 500) ? 0xff : 'a';
        length = SAMME_STORE_KEY_MAX - (size_t)samme_prng_below(prng, 2);
        out[length - 1] = alphabet[samme_prng_below(prng, sizeof alphabet)];
        return length;
    }
    for (size_t i = 0; i < length; i++)
        out[i] = alphabet[samme_prng_below(prng, sizeof alphabet)];
    return length;
}

static void make_keys(struct model *model, samme_prng *prng) {
    for (size_t count = 0; count < KEYS;) {
        uint8_t key[SAMME_STORE_KEY_MAX];
        size_t length = random_key(prng, key), at = 0;
        while (at < count && samme_span_compare(key_at(model, at), SAMME_SPAN(key, length)) < 0)
            at++;
        if (at < count && samme_span_equal(key_at(model, at), SAMME_SPAN(key, length)))
            continue;
        memmove(model->keys[at + 1], model->keys[at], (count - at) * sizeof model->keys[0]);
        memmove(model->lengths + at + 1, model->lengths + at,
                (count - at) * sizeof model->lengths[0]);
        memcpy(model->keys[at], key, length);
        model->lengths[at] = length;
        count++;
    }
}

static void check_value(const bench *b, samme_span value, uint32_t expected) {
    uint8_t bytes[300];
    cr_assert(samme_span_equal(value, value_of(expected, bytes)), "seed %u: value %u",
              (unsigned)b->seed, expected);
}

static void check_held(bench *b) {
    for (size_t i = 0; i < b->held_count; i++)
        check_value(b, b->held[i].span, b->held[i].value);
}

static void hold(bench *b, samme_span span, uint32_t value) {
    if (b->held_count < HELD) {
        b->held[b->held_count].span = span;
        b->held[b->held_count++].value = value;
    }
}

static void check_get(bench *b) {
    size_t row = (size_t)samme_prng_below(&b->prng, ROWS);
    uint32_t expected = b->model.rows[row];
    samme_span value;
    samme_status status =
        samme_space_get(&b->space, (uint8_t)(row / KEYS), key_at(&b->model, row % KEYS), &value);
    cr_assert_eq(status, expected != 0 ? SAMME_OK : SAMME_NOT_FOUND, "seed %u", (unsigned)b->seed);
    if (expected != 0) {
        check_value(b, value, expected);
        hold(b, value, expected);
    }
}

static void check_row(bench *b, samme_status status, samme_span key, samme_span value, size_t table,
                      size_t expected) {
    bool exists = expected < KEYS;
    cr_assert_eq(status, exists ? SAMME_OK : SAMME_NOT_FOUND, "seed %u", (unsigned)b->seed);
    if (!exists)
        return;
    cr_assert(samme_span_equal(key, key_at(&b->model, expected)), "seed %u", (unsigned)b->seed);
    check_value(b, value, b->model.rows[table * KEYS + expected]);
    hold(b, value, b->model.rows[table * KEYS + expected]);
}

static void check_seek(bench *b) {
    uint8_t from[SAMME_STORE_KEY_MAX + 1];
    size_t table = (size_t)samme_prng_below(&b->prng, TABLES), length;
    if (samme_prng_chance(&b->prng, 500)) { /* just behind a key, as one who walks a table asks */
        size_t i = (size_t)samme_prng_below(&b->prng, KEYS);
        length = b->model.lengths[i] + 1;
        memcpy(from, b->model.keys[i], length - 1);
        from[length - 1] = 0;
    } else {
        length = samme_prng_chance(&b->prng, 100) ? 0 : random_key(&b->prng, from);
    }
    size_t expected = 0;
    while (expected < KEYS &&
           (b->model.rows[table * KEYS + expected] == 0 ||
            samme_span_compare(key_at(&b->model, expected), SAMME_SPAN(from, length)) < 0))
        expected++;
    samme_span key, value;
    samme_status status =
        samme_space_seek(&b->space, (uint8_t)table, SAMME_SPAN(from, length), &key, &value);
    check_row(b, status, key, value, table, expected);
}

static void check_last(bench *b) {
    size_t table = (size_t)samme_prng_below(&b->prng, TABLES), expected = KEYS;
    for (size_t i = 0; i < KEYS; i++)
        if (b->model.rows[table * KEYS + i] != 0)
            expected = i;
    samme_span key, value;
    samme_status status = samme_space_last(&b->space, (uint8_t)table, &key, &value);
    check_row(b, status, key, value, table, expected);
}

static void change(bench *b) {
    size_t row = (size_t)samme_prng_below(&b->prng, ROWS);
    uint8_t bytes[300];
    uint8_t table = (uint8_t)(row / KEYS);
    samme_span key = key_at(&b->model, row % KEYS);
    bool removes = samme_prng_chance(&b->prng, 450);
    uint32_t number = removes ? 0 : ++b->model.next_value;
    check_held(b);
    b->held_count = 0;
    samme_status status = removes ? samme_space_remove(&b->space, table, key)
                                  : samme_space_put(&b->space, table, key, value_of(number, bytes));
    cr_assert_eq(status, SAMME_OK, "seed %u", (unsigned)b->seed);
    b->model.rows[row] = number;
}

static void end_step(bench *b, bool wrote) {
    uint64_t head = 0;
    bool full = b->fake.queued == QUEUE_MAX;
    samme_status status = samme_space_end(&b->space, &head, NULL);
    if (wrote && full) {
        cr_assert_eq(status, SAMME_FULL, "seed %u", (unsigned)b->seed);
        memcpy(b->model.rows, b->model.at_begin, sizeof b->model.rows);
        return;
    }
    cr_assert_eq(status, SAMME_OK, "seed %u", (unsigned)b->seed);
    b->model.next_head += wrote ? 1 : 0;
    cr_assert_eq(head, b->model.next_head - 1, "seed %u", (unsigned)b->seed);
}

static void step(bench *b) {
    cr_assert_eq(samme_space_begin(&b->space, NULL), SAMME_OK);
    memcpy(b->model.at_begin, b->model.rows, sizeof b->model.rows);
    unsigned changes =
        samme_prng_chance(&b->prng, 300) ? 0 : (unsigned)samme_prng_below(&b->prng, 12);
    unsigned left = changes;
    for (unsigned i = 0; i < 40; i++) {
        if (left > 0 && samme_prng_chance(&b->prng, 400)) {
            change(b);
            left--;
        }
        /* The writer goes on while a step reads: it must not be seen. */
        if (b->fake.queued > 0 && samme_prng_chance(&b->prng, 40))
            fake_work(&b->fake, SAMME_COMMIT_DONE, true);
        check_get(b);
        check_seek(b);
        check_last(b);
    }
    check_held(b);
    b->held_count = 0;
    if (samme_prng_chance(&b->prng, 250)) {
        samme_space_abandon(&b->space);
        memcpy(b->model.rows, b->model.at_begin, sizeof b->model.rows);
    } else {
        end_step(b, left < changes);
    }
}

/* The rows become what is on the disk. */
static void read_disk(bench *b) {
    for (size_t row = 0; row < ROWS; row++) {
        uint8_t path[1 + SAMME_STORE_KEY_MAX];
        samme_map_entry entry;
        samme_span key = key_at(&b->model, row % KEYS);
        b->model.rows[row] = 0;
        if (samme_map_get(b->fake.disk, path_of(path, (uint8_t)(row / KEYS), key), &entry))
            memcpy(&b->model.rows[row], entry.value.data, 4);
    }
}

static void check_nothing_waits(const bench *b) {
    cr_assert_eq(samme_map_count(b->space.overlay), 0, "seed %u", (unsigned)b->seed);
    cr_assert_eq(b->space.overlay_bytes, 0, "seed %u", (unsigned)b->seed);
    cr_assert_eq(b->space.keys.length, 0, "seed %u", (unsigned)b->seed);
}

static void fail_and_restart(bench *b) {
    if (b->fake.queued == 0)
        return;
    uint64_t durable = b->fake.applied_head;
    bool unknown = samme_prng_chance(&b->prng, 500);
    fake_work(&b->fake, unknown ? SAMME_COMMIT_UNKNOWN : SAMME_COMMIT_FAILED,
              samme_prng_chance(&b->prng, 500));
    while (b->fake.queued > 0)
        fake_work(&b->fake, SAMME_COMMIT_DONE, true);
    cr_assert_eq(samme_space_collect(&b->space, NULL), SAMME_IO, "seed %u", (unsigned)b->seed);
    cr_assert(b->space.failed);
    cr_assert_eq(b->space.durable_head, durable);
    check_nothing_waits(b);
    read_disk(b);
    cr_assert_eq(samme_space_begin(&b->space, NULL), SAMME_OK);
    for (unsigned i = 0; i < 50; i++) {
        check_get(b);
        check_seek(b);
        check_last(b);
    }
    check_held(b);
    b->held_count = 0;
    samme_space_fini(&b->space); /* with a step open, as a process that stops */
    b->fake.broken = false;
    b->fake.collected_head = b->fake.applied_head;
    cr_assert_eq(samme_space_init(&b->space, &b->store), SAMME_OK);
    b->model.next_head = b->fake.applied_head + 1;
}

static void run(uint64_t seed) {
    bench *b = calloc(1, sizeof *b);
    b->seed = seed;
    samme_prng_seed(&b->prng, seed);
    make_keys(&b->model, &b->prng);
    fake_init(&b->fake);
    b->store = port_of(&b->fake);
    b->model.next_head = 1;
    cr_assert_eq(samme_space_init(&b->space, &b->store), SAMME_OK);
    for (unsigned round = 0; round < 250; round++) {
        step(b);
        while (b->fake.queued > 0 && samme_prng_chance(&b->prng, 450))
            fake_work(&b->fake, SAMME_COMMIT_DONE, true);
        if (samme_prng_chance(&b->prng, 500)) {
            uint64_t applied = b->fake.applied_head;
            cr_assert_eq(samme_space_collect(&b->space, NULL), SAMME_OK);
            cr_assert_eq(b->space.durable_head, applied, "seed %u", (unsigned)seed);
            if (b->fake.queued == 0)
                check_nothing_waits(b);
        }
        if (samme_prng_chance(&b->prng, 15))
            fail_and_restart(b);
    }
    samme_space_fini(&b->space);
    fake_fini(&b->fake);
    free(b);
}

Test(space, is_what_an_array_of_rows_is) {
    for (uint64_t seed = 1; seed <= 40; seed++)
        run(seed);
}
