/* The store port: an ordered key-value store with tables, snapshot reads and queued durable
 * commits. Implemented by lib/store/lmdb.h (disk) and lib/store/memory.h (simulator);
 * tests/conformance/store_suite runs against both.
 *
 * Tables are numbered 0..SAMME_STORE_TABLES_MAX-1 by the owner of a store. Keys
 * are 1..SAMME_STORE_KEY_MAX bytes, ordered bytewise; values 0..SAMME_STORE_VALUE_MAX bytes.
 *
 * Threads: all functions are called from one thread (control). Writing happens elsewhere;
 * completions are collected by the caller. */
#ifndef SAMME_STORE_H
#define SAMME_STORE_H

#include "samme/span.h"
#include "samme/status.h"

#define SAMME_STORE_TABLES_MAX 16u
#define SAMME_STORE_KEY_MAX    500u
#define SAMME_STORE_VALUE_MAX  (8u * 1024u * 1024u)
#define SAMME_STORE_QUEUE_MAX  256u /* commits queued; one more is SAMME_FULL */

/* One consistent view of the store. Spans it gives are valid until the snapshot is closed. */
typedef struct samme_reader {
    void *self;
    /* SAMME_NOT_FOUND when absent; SAMME_CORRUPT or SAMME_IO when it cannot be read. */
    samme_status (*get)(void *self, uint8_t table, samme_span key, samme_span *out_value);
    /* First key at or after `from` (an empty `from` is the start of the table); SAMME_NOT_FOUND at
     * the end. */
    samme_status (*seek)(void *self, uint8_t table, samme_span from, samme_span *out_key,
                         samme_span *out_value);
    /* Last key of the table; SAMME_NOT_FOUND when it is empty. */
    samme_status (*last)(void *self, uint8_t table, samme_span *out_key, samme_span *out_value);
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
    samme_status (*open_snapshot)(void *self, samme_reader *out_reader);
    void (*close_snapshot)(void *self);
    /* Queues; SAMME_FULL when SAMME_STORE_QUEUE_MAX are waiting (the caller still owns the writes).
     */
    samme_status (*commit)(void *self, samme_commit commit);
    /* Takes up to `maximum` completions, in commit order; returns how many. Never blocks. */
    size_t (*completions)(void *self, samme_completion *out, size_t maximum);
    /* Head and term as of the last collected completion (or as found at open). */
    uint64_t (*head)(void *self);
    uint64_t (*term)(void *self);
    /* A file descriptor that becomes readable when completions wait, or -1 (memory). */
    int (*wake_fd)(void *self);
} samme_store;

#endif
