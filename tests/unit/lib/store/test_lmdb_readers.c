/* Readers in other processes: those that die are cleared, at open and while the store runs, so that
 * the pages they held are used again; those that live see a sound store whatever the writer does.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/datafile.h"
#include "tests/conformance/store_folder.h"
#include "tests/conformance/store_model.h"
#include "tests/conformance/store_support.h"

enum {
    HISTORY = 31,
    CHECK_MS = 5,
    WAIT_MS = 20000,
    VALUE_BYTES = 200 * 1000,
    ROUNDS = 40,
    BUSY_COMMITS = 600,
    QUEUED = 50,
};

static store_folder folder;

static void start(void) {
    folder = store_folder_make();
    samme_lmdb_close(store_folder_open(&folder));
}

static void stop(void) {
    store_folder_remove(&folder);
}

TestSuite(lmdb_readers, .init = start, .fini = stop);

/* A process that has a snapshot open until it is killed. */
static pid_t make_reader(void) {
    int ends[2];
    char ready = 0;
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        samme_lmdb_options options = {.folder = folder.path, .kind = "test", .read_only = true};
        samme_lmdb_store *store = NULL;
        samme_reader reader;
        if (samme_lmdb_open(&options, &store, NULL) != SAMME_OK)
            _exit(1);
        samme_store port = samme_lmdb_port(store);
        if (port.open_snapshot(port.self, &reader) != SAMME_OK || write(ends[1], "r", 1) != 1)
            _exit(2);
        for (;;)
            pause();
    }
    close(ends[1]);
    cr_assert_eq(read(ends[0], &ready, 1), 1, "the reader did not open the store");
    close(ends[0]);
    return child;
}

static void kill_reader(pid_t child) {
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
}

static samme_lmdb_store *open_checking(void) {
    samme_lmdb_options options = {
        .folder = folder.path, .kind = "test", .reader_check_ms = CHECK_MS};
    samme_lmdb_store *store = NULL;
    samme_error error = {0};
    cr_assert_eq(samme_lmdb_open(&options, &store, &error), SAMME_OK, "%s", error.text);
    return store;
}

static void commit(samme_lmdb_store *store, samme_writes *writes) {
    samme_store port = samme_lmdb_port(store);
    uint64_t head = port.head(port.self);
    store_queue(&port, head, 0, writes);
    store_folder_settle(store);
    store_expect(&port, head + 1, SAMME_COMMIT_DONE);
}

/* The same key again and again, so that only pages somebody still sees make the file grow. */
static void overwrite(samme_lmdb_store *store, unsigned times) {
    static uint8_t value[VALUE_BYTES];
    for (unsigned i = 0; i < times; i++) {
        samme_writes *writes = store_writes();
        value[0]++;
        cr_assert_eq(
            samme_writes_put(writes, 0, SAMME_LITERAL("k"), SAMME_SPAN(value, sizeof value)),
            SAMME_OK);
        commit(store, writes);
    }
}

static uint64_t pages(void) {
    char data[96];
    samme_error error = {0};
    samme_datafile file;
    cr_assert_eq(samme_datafile_open(store_folder_data(&folder, data), &file, &error), SAMME_OK,
                 "%s", error.text);
    samme_datafile_close(&file);
    return file.pages;
}

static void wait_until_cleared(samme_lmdb_store *store, uint64_t expected) {
    for (unsigned waited = 0; samme_lmdb_count(store).dead_readers < expected; waited++) {
        cr_assert_lt(waited, WAIT_MS, "the dead reader stays");
        poll(NULL, 0, 1);
    }
    cr_assert_eq(samme_lmdb_count(store).dead_readers, expected);
}

Test(lmdb_readers, one_that_dies_holds_pages_no_longer_than_the_next_look) {
    samme_lmdb_store *store = open_checking();
    pid_t reader = make_reader();
    overwrite(store, ROUNDS);
    uint64_t held = pages();
    cr_assert_gt(held, ROUNDS * (VALUE_BYTES / 4096), "it does not hold what it sees");
    cr_assert_eq(samme_lmdb_count(store).dead_readers, 0, "it lives");
    kill_reader(reader);
    wait_until_cleared(store, 1); /* nothing is committed meanwhile */
    overwrite(store, ROUNDS);
    cr_assert_lt(pages(), held + 5 * (VALUE_BYTES / 4096), "%lu pages, then %lu",
                 (unsigned long)held, (unsigned long)pages());
    samme_lmdb_close(store);
}

Test(lmdb_readers, one_that_dies_is_cleared_by_a_busy_writer) {
    samme_lmdb_store *store = open_checking();
    kill_reader(make_reader());
    for (unsigned i = 0; samme_lmdb_count(store).dead_readers == 0; i++) {
        cr_assert_lt(i, 10000);
        overwrite(store, 1);
    }
    samme_lmdb_close(store);
}

Test(lmdb_readers, one_that_died_before_is_cleared_at_open) {
    pid_t living = make_reader(); /* else LMDB makes the table of readers anew */
    kill_reader(make_reader());
    samme_lmdb_store *store = store_folder_open(&folder);
    cr_assert_eq(samme_lmdb_count(store).dead_readers, 1);
    samme_lmdb_close(store);
    kill_reader(living);
}

/* Opens the store, which checks the whole file, and reads; 0 when all was right. */
static int open_and_read(void) {
    samme_lmdb_options options = {.folder = folder.path, .kind = "test", .read_only = true};
    samme_lmdb_store *store = NULL;
    samme_error error = {0};
    if (samme_lmdb_open(&options, &store, &error) != SAMME_OK) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    samme_store port = samme_lmdb_port(store);
    samme_reader reader;
    if (port.open_snapshot(port.self, &reader) != SAMME_OK)
        return 2;
    for (uint8_t table = 0; table < MODEL_TABLES; table++) {
        samme_span key, value;
        samme_status status = reader.seek(reader.self, table, SAMME_SPAN(NULL, 0), &key, &value);
        if (status != SAMME_OK && status != SAMME_NOT_FOUND)
            return 3;
    }
    port.close_snapshot(port.self);
    samme_lmdb_close(store);
    return 0;
}

/* Again and again until the other end of the pipe is closed. */
static int read_until_closed(int pipe) {
    struct pollfd wait = {.fd = pipe, .events = POLLIN};
    int wrong = 0;
    unsigned times = 0;
    while (wrong == 0 && poll(&wait, 1, 0) == 0) {
        wrong = open_and_read();
        times++;
    }
    return wrong == 0 && times < 10 ? 4 : wrong;
}

Test(lmdb_readers, the_check_of_a_reader_is_not_misled_by_a_busy_writer) {
    samme_lmdb_options options = {.folder = folder.path, .kind = "test", .group_max = 1};
    samme_lmdb_store *store = NULL;
    int ends[2], ended = 0;
    cr_assert_eq(pipe(ends), 0);
    /* before the writer's thread is there: a copy of a process whose other thread just allocates
     * may wait for ever for the allocator's lock */
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        close(ends[1]);
        _exit(read_until_closed(ends[0]));
    }
    close(ends[0]);
    cr_assert_eq(samme_lmdb_open(&options, &store, NULL), SAMME_OK);
    samme_store port = samme_lmdb_port(store);
    for (uint64_t head = 0; head < BUSY_COMMITS; head += QUEUED) {
        for (uint64_t i = head; i < head + QUEUED; i++)
            store_queue(&port, i, 0, store_model_writes(HISTORY, i));
        store_folder_settle(store);
        for (uint64_t i = head; i < head + QUEUED; i++)
            store_expect(&port, i + 1, SAMME_COMMIT_DONE);
    }
    close(ends[1]);
    cr_assert_eq(waitpid(child, &ended, 0), child);
    cr_assert_eq(ended, 0, "the reader ended with %x", (unsigned)ended);
    samme_lmdb_close(store);
}
