/* What is particular to the store on disk: settings, kinds, groups, a full map, a second opener. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/prng.h"
#include "store/lmdb.h"
#include "store/writer.h"
#include "tests/conformance/store_folder.h"
#include "tests/conformance/store_support.h"

static store_folder folder;

static void start(void) {
    folder = store_folder_make();
}

static void stop(void) {
    store_folder_remove(&folder);
}

TestSuite(lmdb_store, .init = start, .fini = stop);

/* Commits `writes` and expects it done. */
static void commit(samme_lmdb_store *store, samme_writes *writes) {
    samme_store port = samme_lmdb_port(store);
    uint64_t head = port.head(port.self);
    store_queue(&port, head, 0, writes);
    store_folder_settle(store);
    store_expect(&port, head + 1, SAMME_COMMIT_DONE);
}

static samme_status try_open(const samme_lmdb_options *options, samme_error *error) {
    samme_lmdb_store *store = NULL;
    samme_status status = samme_lmdb_open(options, &store, error);
    if (status == SAMME_OK)
        samme_lmdb_close(store);
    return status;
}

static void expect_mode(const char *path, mode_t mode) {
    struct stat info;
    cr_assert_eq(stat(path, &info), 0, "%s", path);
    cr_assert_eq(info.st_mode & 0777, mode, "%s has mode %o", path, (unsigned)info.st_mode);
}

Test(lmdb_store, makes_its_folder_for_its_owner_only) {
    char path[128], data[160], lock[160];
    snprintf(path, sizeof path, "%s/inner", folder.path);
    snprintf(data, sizeof data, "%s/data.mdb", path);
    snprintf(lock, sizeof lock, "%s/lock.mdb", path);
    samme_lmdb_options options = {.folder = path, .kind = "test"};
    cr_assert_eq(try_open(&options, NULL), SAMME_OK);
    expect_mode(path, 0700);
    expect_mode(data, 0600);
    expect_mode(lock, 0600);
    unlink(data);
    unlink(lock);
    cr_assert_eq(rmdir(path), 0);

    snprintf(path, sizeof path, "%s/no/parent", folder.path);
    samme_error error = {0};
    cr_assert_eq(try_open(&options, &error), SAMME_IO);
    cr_assert_not_null(strstr(error.text, path), "%s", error.text);
}

Test(lmdb_store, id_is_drawn_once) {
    uint8_t id[SAMME_LMDB_ID_BYTES];
    static const uint8_t zero[SAMME_LMDB_ID_BYTES];
    samme_lmdb_store *store = store_folder_open(&folder);
    memcpy(id, samme_lmdb_id(store), sizeof id);
    samme_lmdb_close(store);
    cr_assert_neq(memcmp(id, zero, sizeof id), 0);
    store = store_folder_open(&folder);
    cr_assert_eq(memcmp(id, samme_lmdb_id(store), sizeof id), 0);
    samme_lmdb_close(store);

    store_folder other = store_folder_make();
    store = store_folder_open(&other);
    cr_assert_neq(memcmp(id, samme_lmdb_id(store), sizeof id), 0);
    samme_lmdb_close(store);
    store_folder_remove(&other);
}

Test(lmdb_store, another_kind_is_refused) {
    samme_lmdb_close(store_folder_open(&folder));
    samme_error error = {0};
    samme_lmdb_options options = {.folder = folder.path, .kind = "views"};
    cr_assert_eq(try_open(&options, &error), SAMME_CORRUPT);
    cr_assert_not_null(strstr(error.text, folder.path), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "\"test\""), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "\"views\""), "%s", error.text);
    samme_lmdb_close(store_folder_open(&folder)); /* and unharmed */
}

Test(lmdb_store, commits_that_wait_share_a_transaction) {
    samme_lmdb_store *store = store_folder_open(&folder);
    samme_store port = samme_lmdb_port(store);
    samme_writer_pause(samme_lmdb_writer(store), true);
    for (uint64_t head = 0; head < 200; head++)
        store_queue(&port, head, 0, store_one(0, "k", "v"));
    samme_writer_pause(samme_lmdb_writer(store), false);
    store_folder_settle(store);
    samme_lmdb_counters count = samme_lmdb_count(store);
    cr_assert_eq(count.commits, 200);
    cr_assert_eq(count.transactions, 4, "64 + 64 + 64 + 8 in %lu",
                 (unsigned long)count.transactions);
    samme_lmdb_close(store);
}

Test(lmdb_store, read_only_reads_and_refuses_commits) {
    samme_lmdb_options options = {.folder = folder.path, .kind = "test", .read_only = true};
    cr_assert_eq(try_open(&options, NULL), SAMME_NOT_FOUND);
    samme_lmdb_store *store = store_folder_open(&folder);
    commit(store, store_one(2, "k", "v"));
    samme_lmdb_close(store);

    cr_assert_eq(samme_lmdb_open(&options, &store, NULL), SAMME_OK);
    samme_store port = samme_lmdb_port(store);
    cr_assert_eq(port.head(port.self), 1);
    cr_assert_eq(port.term(port.self), 0);
    cr_assert_eq(port.wake_fd(port.self), -1);
    store_expect_none(&port);
    samme_reader reader = store_snapshot(&port);
    store_expect_table(&reader, 2, "k=v");
    port.close_snapshot(port.self);
    samme_commit change = {.expected_head = 1, .writes = store_one(2, "k", "w")};
    cr_assert_eq(port.commit(port.self, change), SAMME_DENIED);
    samme_writes_free(change.writes);
    samme_lmdb_close(store);
}

/* What an auditor's process does: opens, reads "k", and ends without closing, so that its slot
 * stays taken. Returns what it found wrong, 0 for nothing. */
static int read_and_die(const char *expected) {
    samme_lmdb_options options = {.folder = folder.path, .kind = "test", .read_only = true};
    samme_lmdb_store *store = NULL;
    if (samme_lmdb_open(&options, &store, NULL) != SAMME_OK)
        return 1;
    samme_store port = samme_lmdb_port(store);
    samme_reader reader;
    samme_span value;
    if (port.open_snapshot(port.self, &reader) != SAMME_OK)
        return 2;
    if (reader.get(reader.self, 0, SAMME_LITERAL("k"), &value) != SAMME_OK)
        return 3;
    return samme_span_equal(value, samme_span_of_text(expected)) ? 0 : 4;
}

/* More readers than there are slots: those that died must be swept. */
Test(lmdb_store, other_processes_may_read_and_die) {
    samme_lmdb_store *store = store_folder_open(&folder);
    for (unsigned round = 0; round < 40; round++) {
        char value[16];
        snprintf(value, sizeof value, "%u", round);
        commit(store, store_one(0, "k", value));
        pid_t child = fork(); /* touches only what it opens itself */
        cr_assert_geq(child, 0);
        if (child == 0)
            _exit(read_and_die(value));
        int ended = 0;
        cr_assert_eq(waitpid(child, &ended, 0), child);
        cr_assert_eq(ended, 0, "reader %u ended with %x", round, (unsigned)ended);
    }
    samme_lmdb_close(store);
}

static samme_writes *filler(size_t bytes, uint8_t first) {
    static uint8_t value[SAMME_STORE_VALUE_MAX];
    samme_writes *writes = store_writes();
    samme_span key = SAMME_SPAN(&first, 1);
    cr_assert_eq(samme_writes_put(writes, 0, key, SAMME_SPAN(value, bytes)), SAMME_OK);
    return writes;
}

Test(lmdb_store, full_map_fails_cleanly_and_stays_usable) {
    samme_lmdb_options options = {.folder = folder.path, .kind = "test", .map_bytes = 1 << 20};
    samme_lmdb_store *store = NULL;
    cr_assert_eq(samme_lmdb_open(&options, &store, NULL), SAMME_OK);
    samme_store port = samme_lmdb_port(store);
    commit(store, filler(100 * 1000, 'a'));

    /* In one group: one that fits, one that never will, one behind it. */
    samme_writer_pause(samme_lmdb_writer(store), true);
    store_queue(&port, 1, 0, filler(200 * 1000, 'b'));
    store_queue(&port, 2, 0, filler(2 * 1000 * 1000, 'c'));
    store_queue(&port, 3, 0, filler(10, 'd'));
    samme_writer_pause(samme_lmdb_writer(store), false);
    store_folder_settle(store);
    store_expect(&port, 2, SAMME_COMMIT_DONE);
    samme_completion completion = {0};
    cr_assert_eq(port.completions(port.self, &completion, 1), 1);
    cr_assert_eq(completion.outcome, SAMME_COMMIT_FAILED);
    cr_assert_eq(completion.error.status, SAMME_FULL, "%s", completion.error.text);
    cr_assert_not_null(strstr(completion.error.text, folder.path), "%s", completion.error.text);
    store_expect(&port, 4, SAMME_COMMIT_FAILED);

    samme_writes *writes = store_one(1, "k", "v");
    cr_assert_eq(samme_writes_remove(writes, 0, SAMME_LITERAL("b")), SAMME_OK);
    commit(store, writes);
    commit(store, filler(150 * 1000, 'e'));
    samme_lmdb_close(store);

    cr_assert_eq(samme_lmdb_open(&options, &store, NULL), SAMME_OK);
    port = samme_lmdb_port(store);
    cr_assert_eq(port.head(port.self), 4);
    samme_reader reader = store_snapshot(&port);
    samme_span key, value;
    cr_assert_eq(reader.last(reader.self, 0, &key, &value), SAMME_OK);
    cr_assert(samme_span_equal(key, SAMME_LITERAL("e")));
    store_expect_value(&reader, 0, "b", NULL);
    store_expect_value(&reader, 0, "c", NULL);
    store_expect_value(&reader, 1, "k", "v");
    port.close_snapshot(port.self);
    samme_lmdb_close(store);
}

/* Commits that fit one by one but not together are done one by one. */
Test(lmdb_store, a_group_too_large_for_the_map_is_divided) {
    samme_lmdb_options options = {.folder = folder.path, .kind = "test", .map_bytes = 1 << 20};
    samme_lmdb_store *store = NULL;
    cr_assert_eq(samme_lmdb_open(&options, &store, NULL), SAMME_OK);
    samme_store port = samme_lmdb_port(store);
    samme_writer_pause(samme_lmdb_writer(store), true);
    for (uint64_t head = 0; head < 8; head++)
        store_queue(&port, head, 0, filler(250 * 1000, (uint8_t)('a' + head % 2)));
    samme_writer_pause(samme_lmdb_writer(store), false);
    store_folder_settle(store);
    for (uint64_t head = 1; head <= 8; head++)
        store_expect(&port, head, SAMME_COMMIT_DONE);
    samme_lmdb_close(store);
}

/* Keys that come in order and out of order, over many pages: appends must not lose the order. */
Test(lmdb_store, sequential_and_random_keys_mix) {
    samme_lmdb_store *store = store_folder_open(&folder);
    samme_prng prng;
    samme_prng_seed(&prng, 11);
    uint64_t count = 0;
    for (unsigned round = 0; round < 60; round++) {
        samme_writes *writes = store_writes();
        for (unsigned i = 0; i < 200; i++) {
            uint64_t n = i % 50 == 7 ? samme_prng_below(&prng, 1u << 30) : 10000 + round * 1000 + i;
            uint8_t key[8];
            for (unsigned b = 0; b < 8; b++)
                key[b] = (uint8_t)(n >> (56 - 8 * b));
            cr_assert_eq(samme_writes_put(writes, 5, SAMME_SPAN(key, 8), SAMME_SPAN(key, 8)),
                         SAMME_OK);
        }
        commit(store, writes);
    }
    samme_store port = samme_lmdb_port(store);
    samme_reader reader = store_snapshot(&port);
    uint8_t room[SAMME_STORE_KEY_MAX + 1], before[8] = {0};
    samme_span from = {0}, key, value;
    while (reader.seek(reader.self, 5, from, &key, &value) == SAMME_OK) {
        cr_assert(samme_span_equal(key, value));
        cr_assert(count == 0 || memcmp(before, key.data, 8) < 0);
        memcpy(before, key.data, 8);
        from = store_key_after(key, room);
        count++;
    }
    cr_assert_geq(count, 60 * 196 + 60 * 4 - 5, "%lu keys", (unsigned long)count);
    port.close_snapshot(port.self);
    samme_lmdb_close(store);
}
