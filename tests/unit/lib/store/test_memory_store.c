/* What the memory store can do beside the port: partial syncs, faults, crashes. The port itself:
 * tests/conformance. */
#include <criterion/criterion.h>

#include "store/memory.h"
#include "tests/conformance/store_support.h"

static samme_memory_store *memory;
static samme_store store;

static void start(void) {
    memory = samme_memory_store_new();
    cr_assert_not_null(memory);
    store = samme_memory_store_port(memory);
}

static void stop(void) {
    samme_memory_store_free(memory);
}

TestSuite(memory_store, .init = start, .fini = stop);

static void queue(uint64_t count) {
    for (uint64_t head = 0; head < count; head++)
        store_queue(&store, head, 0, store_one(0, "k", "v"));
}

Test(memory_store, sync_takes_as_many_as_it_is_told) {
    queue(5);
    cr_assert_eq(samme_memory_store_sync(memory, 0), 0);
    store_expect_none(&store);
    cr_assert_eq(samme_memory_store_sync(memory, 2), 2);
    store_expect(&store, 1, SAMME_COMMIT_DONE);
    store_expect(&store, 2, SAMME_COMMIT_DONE);
    store_expect_none(&store);
    cr_assert_eq(samme_memory_store_sync(memory, 9), 3);
    cr_assert_eq(samme_memory_store_sync(memory, 9), 0);
    cr_assert_eq(store.wake_fd(store.self), -1);
}

Test(memory_store, a_failure_asked_for_comes_once) {
    samme_memory_store_fail_next(memory, SAMME_COMMIT_FAILED);
    queue(3);
    cr_assert_eq(samme_memory_store_sync(memory, 1), 3, "those behind fail with it");
    for (uint64_t head = 1; head <= 3; head++)
        store_expect(&store, head, SAMME_COMMIT_FAILED);
    queue(1);
    samme_memory_store_sync(memory, 1);
    store_expect(&store, 1, SAMME_COMMIT_DONE);
}

Test(memory_store, unknown_applies_and_stops_until_a_restart) {
    queue(1);
    samme_memory_store_sync(memory, 1);
    store_expect(&store, 1, SAMME_COMMIT_DONE);
    samme_memory_store_fail_next(memory, SAMME_COMMIT_UNKNOWN);
    store_queue(&store, 1, 0, store_one(0, "k", "perhaps"));
    store_queue(&store, 2, 0, store_one(0, "k", "behind"));
    samme_memory_store_sync(memory, 2);
    store_expect(&store, 2, SAMME_COMMIT_UNKNOWN);
    store_expect(&store, 3, SAMME_COMMIT_FAILED);
    cr_assert_eq(store.head(store.self), 1, "nobody knows");
    store_queue(&store, 2, 0, store_one(0, "k", "later"));
    samme_memory_store_sync(memory, 1);
    store_expect(&store, 3, SAMME_COMMIT_FAILED);

    samme_memory_store_crash(memory);
    cr_assert_eq(store.head(store.self), 2);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "k=perhaps");
    store.close_snapshot(store.self);
    store_queue(&store, 2, 0, store_one(0, "k", "goes on"));
    samme_memory_store_sync(memory, 1);
    store_expect(&store, 3, SAMME_COMMIT_DONE);
}

Test(memory_store, syncs_under_a_snapshot_are_bounded) {
    samme_reader reader = store_snapshot(&store);
    queue(SAMME_STORE_QUEUE_MAX);
    cr_assert_eq(samme_memory_store_sync(memory, SIZE_MAX), SAMME_STORE_QUEUE_MAX);
    for (uint64_t head = 1; head <= SAMME_STORE_QUEUE_MAX; head++)
        store_expect(&store, head, SAMME_COMMIT_DONE);
    store_queue(&store, SAMME_STORE_QUEUE_MAX, 0, store_one(0, "last", "1"));
    cr_assert_eq(samme_memory_store_sync(memory, SIZE_MAX), 0, "waits for the snapshot to close");
    store_expect_table(&reader, 0, "");
    store.close_snapshot(store.self);
    cr_assert_eq(samme_memory_store_sync(memory, SIZE_MAX), 1);
    store_expect(&store, SAMME_STORE_QUEUE_MAX + 1, SAMME_COMMIT_DONE);
    reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "k=v last=1");
    store.close_snapshot(store.self);
}

Test(memory_store, a_crash_within_a_step_keeps_what_was_synced) {
    queue(1);
    store_snapshot(&store);
    samme_memory_store_sync(memory, 1);
    store_queue(&store, 1, 0, store_one(0, "lost", "1"));
    samme_memory_store_crash(memory);
    cr_assert_eq(store.head(store.self), 1);
    store_expect_none(&store);
    samme_reader reader = store_snapshot(&store);
    store_expect_table(&reader, 0, "k=v");
    store.close_snapshot(store.self);
}
