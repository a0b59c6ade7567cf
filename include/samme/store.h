/* The store port: an ordered key-value store with tables, snapshot reads and queued durable
 * commits. Implemented by lib/store/lmdb.h (disk) and lib/store/memory.h (simulator);
 * tests/conformance/store_suite runs against both.
 *
 * Tables are numbered 0..SAMME_STORE_TABLES_MAX-1 by the owner of a store. Keys
 * are 1..SAMME_STORE_KEY_MAX bytes, ordered bytewise; values 0..SAMME_STORE_VALUE_MAX bytes.
 *
 * Statuses of reading and of open_snapshot: beside those named, SAMME_CORRUPT (damage was found),
 * SAMME_IO, SAMME_FULL (no room for another reader) and SAMME_NO_MEMORY. A table out of range, two
 * snapshots at once, or reading without one is the caller's bug.
 *
 * Threads: all functions are called from one thread (control), and none waits for the disk to
 * write. Writing happens elsewhere; completions are collected by the caller. Whoever opened the
 * store closes it; the samme_store is a view of it and owns nothing. */
#ifndef SAMME_STORE_H
#define SAMME_STORE_H

#include "samme/span.h"
#include "samme/status.h"

#define SAMME_STORE_TABLES_MAX 16u
#define SAMME_STORE_KEY_MAX    500u
#define SAMME_STORE_VALUE_MAX  (8u * 1024u * 1024u)
#define SAMME_STORE_QUEUE_MAX  256u /* commits queued; one more is SAMME_FULL */

/* One consistent view of the store. Spans it gives are the store's own memory, valid until the
 * snapshot is closed. */
typedef struct samme_reader {
    void *self;
    /* SAMME_NOT_FOUND when absent. */
    samme_status (*get)(void *self, uint8_t table, samme_span key,
                        samme_span *out_value) SAMME_CHECKED;
    /* First key at or after `from` (an empty `from` is the start of the table); SAMME_NOT_FOUND at
     * the end. */
    samme_status (*seek)(void *self, uint8_t table, samme_span from, samme_span *out_key,
                         samme_span *out_value) SAMME_CHECKED;
    /* Last key of the table; SAMME_NOT_FOUND when it is empty. */
    samme_status (*last)(void *self, uint8_t table, samme_span *out_key,
                         samme_span *out_value) SAMME_CHECKED;
} samme_reader;

/* A list of puts and deletes, encoded one after the other: see base/writes.h. */
struct samme_writes;

/* Commits are numbered by the store: the head is the number of the last one applied (0 in a new
 * store). A commit is applied, whole, when the head is `expected_head` and the store's term is at
 * most `term`; the head is then expected_head + 1. Otherwise it fails and changes nothing, and so
 * do all queued behind it. */
typedef struct samme_commit {
    uint64_t expected_head;
    uint64_t term;
    struct samme_writes *writes; /* ownership passes to the store when commit() returns SAMME_OK */
} samme_commit;

typedef enum samme_outcome {
    SAMME_COMMIT_DONE,    /* on disk */
    SAMME_COMMIT_FAILED,  /* nothing of it is there, nor will be */
    SAMME_COMMIT_UNKNOWN, /* may be there: restart and look */
} samme_outcome;

typedef struct samme_completion {
    uint64_t head; /* expected_head + 1 of the commit this is about */
    samme_outcome outcome;
    samme_error error; /* why, when not done */
} samme_completion;

typedef struct samme_store {
    void *self;
    /* Opens a snapshot that holds every commit whose completion was collected, perhaps more. One at
     * a time. */
    samme_status (*open_snapshot)(void *self, samme_reader *out_reader) SAMME_CHECKED;
    void (*close_snapshot)(void *self);
    /* Queues; never waits. SAMME_FULL when SAMME_STORE_QUEUE_MAX are waiting; SAMME_DENIED: the
     * store was opened for reading; SAMME_CORRUPT: damage was found. On failure the caller still
     * owns the writes. */
    samme_status (*commit)(void *self, samme_commit commit) SAMME_CHECKED;
    /* Takes up to `maximum` completions, in commit order; returns how many. Never blocks. */
    size_t (*completions)(void *self, samme_completion *out, size_t maximum);
    /* Head and term as of the last collected completion (or as found at open). */
    uint64_t (*head)(void *self);
    uint64_t (*term)(void *self);
    /* A file descriptor that is readable while completions wait, or -1 (memory, or opened for
     * reading). The store's own: to be polled, not read or closed. */
    int (*wake_fd)(void *self);
} samme_store;

#endif
