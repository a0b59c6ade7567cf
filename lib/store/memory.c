#include "store/memory.h"

#include <assert.h>
#include <stdlib.h>

#include "base/map.h"
#include "store/queue.h"

struct samme_memory_store {
    samme_map *tables[SAMME_STORE_TABLES_MAX]; /* what a snapshot opened now would show */
    bool snapshot_open;
    /* Durable commits that came while a snapshot was open: applied when it is closed. */
    samme_writes *deferred[SAMME_STORE_QUEUE_MAX];
    size_t deferred_count;
    uint64_t head; /* durable, the deferred ones included */
    uint64_t term;
    bool broken;                /* an outcome was unknown */
    samme_outcome next_outcome; /* DONE: nothing was asked for */
    samme_commit_queue queue;
};

samme_memory_store *samme_memory_store_new(void) {
    samme_memory_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return NULL;
    for (unsigned i = 0; i < SAMME_STORE_TABLES_MAX; i++) {
        store->tables[i] = samme_map_new();
        if (store->tables[i] == NULL) {
            samme_memory_store_free(store);
            return NULL;
        }
    }
    return store;
}

samme_memory_store *samme_memory_store_copy(const samme_memory_store *store) {
    assert(!store->snapshot_open);
    samme_memory_store *copy = samme_memory_store_new();
    for (unsigned i = 0; copy != NULL && i < SAMME_STORE_TABLES_MAX; i++) {
        samme_map_entry entry;
        bool more = samme_map_at_or_after(store->tables[i], SAMME_SPAN(NULL, 0), &entry);
        for (; copy != NULL && more; more = samme_map_after(store->tables[i], entry.key, &entry))
            if (samme_map_put(copy->tables[i], entry.key, entry.value, 0) != SAMME_OK) {
                samme_memory_store_free(copy);
                copy = NULL;
            }
    }
    if (copy != NULL) {
        copy->head = copy->queue.head = store->head;
        copy->term = copy->queue.term = store->term;
    }
    return copy;
}

/* What is durable cannot be taken back, so a process without the memory for it ends here. */
static void apply(samme_memory_store *store, samme_writes *writes) {
    size_t offset = 0;
    samme_write write;
    while (samme_writes_next(writes, &offset, &write)) {
        samme_map *table = store->tables[write.table];
        if (write.removes)
            samme_map_remove(table, write.key);
        else if (samme_map_put(table, write.key, write.value, 0) != SAMME_OK)
            abort();
    }
    samme_writes_free(writes);
}

static void apply_deferred(samme_memory_store *store) {
    for (size_t i = 0; i < store->deferred_count; i++)
        apply(store, store->deferred[i]);
    store->deferred_count = 0;
}

static void close_snapshot(void *self) {
    samme_memory_store *store = self;
    assert(store->snapshot_open);
    store->snapshot_open = false;
    apply_deferred(store);
}

void samme_memory_store_crash(samme_memory_store *store) {
    if (store->snapshot_open)
        close_snapshot(store);
    samme_commit_queue_drop(&store->queue);
    store->queue.head = store->head;
    store->queue.term = store->term;
    store->next_outcome = SAMME_COMMIT_DONE;
    store->broken = false;
}

void samme_memory_store_free(samme_memory_store *store) {
    if (store == NULL)
        return;
    samme_memory_store_crash(store);
    for (unsigned i = 0; i < SAMME_STORE_TABLES_MAX; i++)
        samme_map_free(store->tables[i]);
    free(store);
}

void samme_memory_store_fail_next(samme_memory_store *store, samme_outcome outcome) {
    assert(outcome != SAMME_COMMIT_DONE);
    store->next_outcome = outcome;
}

/* Makes the oldest queued commit durable. */
static void make_durable(samme_memory_store *store) {
    samme_queued_commit *slot = samme_commit_queue_at(&store->queue, store->queue.completed);
    samme_writes *writes = slot->commit.writes;
    slot->commit.writes = NULL;
    if (store->snapshot_open)
        store->deferred[store->deferred_count++] = writes;
    else
        apply(store, writes);
    store->head++;
    store->term = slot->commit.term;
}

/* The outcome of the oldest queued commit, and why it is not done. */
static samme_outcome judge(samme_memory_store *store, samme_error *error) {
    const samme_queued_commit *slot = samme_commit_queue_at(&store->queue, store->queue.completed);
    if (store->broken) {
        samme_fail(error, SAMME_IO, "the store writes nothing more: an outcome is unknown");
        return SAMME_COMMIT_FAILED;
    }
    if (!samme_commit_follows(&slot->commit, store->head, store->term, error))
        return SAMME_COMMIT_FAILED;
    samme_outcome outcome = store->next_outcome;
    store->next_outcome = SAMME_COMMIT_DONE;
    if (outcome == SAMME_COMMIT_FAILED)
        samme_fail(error, SAMME_IO, "the disk refused the commit");
    if (outcome == SAMME_COMMIT_UNKNOWN)
        samme_fail(error, SAMME_UNKNOWN, "the disk failed while the commit was written");
    return outcome;
}

size_t samme_memory_store_sync(samme_memory_store *store, size_t maximum) {
    samme_commit_queue *queue = &store->queue;
    uint64_t before = queue->completed;
    while (queue->completed < queue->queued && queue->completed - before < maximum &&
           store->deferred_count < SAMME_STORE_QUEUE_MAX) {
        samme_error error = {0};
        samme_outcome outcome = judge(store, &error);
        if (outcome != SAMME_COMMIT_FAILED)
            make_durable(store);
        store->broken = store->broken || outcome == SAMME_COMMIT_UNKNOWN;
        samme_commit_queue_complete(queue, outcome, &error);
        if (outcome != SAMME_COMMIT_DONE)
            samme_commit_queue_fail_rest(queue, &error);
    }
    return (size_t)(queue->completed - before);
}

static samme_status show(bool found, const samme_map_entry *entry, samme_span *out_key,
                         samme_span *out_value) {
    if (!found)
        return SAMME_NOT_FOUND;
    *out_key = entry->key;
    *out_value = entry->value;
    return SAMME_OK;
}

static const samme_map *table_of(const samme_memory_store *store, uint8_t table) {
    assert(store->snapshot_open && table < SAMME_STORE_TABLES_MAX);
    return store->tables[table];
}

static samme_status get(void *self, uint8_t table, samme_span key, samme_span *out_value) {
    samme_map_entry entry = {0};
    samme_span same_key;
    bool found = samme_map_get(table_of(self, table), key, &entry);
    return show(found, &entry, &same_key, out_value);
}

static samme_status seek(void *self, uint8_t table, samme_span from, samme_span *out_key,
                         samme_span *out_value) {
    samme_map_entry entry = {0};
    bool found = samme_map_at_or_after(table_of(self, table), from, &entry);
    return show(found, &entry, out_key, out_value);
}

static samme_status last(void *self, uint8_t table, samme_span *out_key, samme_span *out_value) {
    samme_map_entry entry = {0};
    bool found = samme_map_last(table_of(self, table), &entry);
    return show(found, &entry, out_key, out_value);
}

static samme_status open_snapshot(void *self, samme_reader *out_reader) {
    samme_memory_store *store = self;
    assert(!store->snapshot_open);
    store->snapshot_open = true;
    *out_reader = (samme_reader){.self = store, .get = get, .seek = seek, .last = last};
    return SAMME_OK;
}

static samme_status commit(void *self, samme_commit commit) {
    samme_memory_store *store = self;
    return samme_commit_queue_push(&store->queue, commit);
}

static size_t completions(void *self, samme_completion *out, size_t maximum) {
    samme_memory_store *store = self;
    return samme_commit_queue_collect(&store->queue, out, maximum);
}

static uint64_t head(void *self) {
    const samme_memory_store *store = self;
    return store->queue.head;
}

static uint64_t term(void *self) {
    const samme_memory_store *store = self;
    return store->queue.term;
}

static int wake_fd(void *self) {
    (void)self;
    return -1;
}

samme_store samme_memory_store_port(samme_memory_store *store) {
    return (samme_store){.self = store,
                         .open_snapshot = open_snapshot,
                         .close_snapshot = close_snapshot,
                         .commit = commit,
                         .completions = completions,
                         .head = head,
                         .term = term,
                         .wake_fd = wake_fd};
}
