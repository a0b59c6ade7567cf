/* What a step sees and changes of one store: a snapshot, under an overlay of writes that are queued
 * but not yet known to be committed, under the writes of this step. Pure: it knows the port only.
 * One thread.
 *
 *   begin (with the step's snapshot) -> get/seek/put/remove ... -> end
 * end() queues the step's writes as one commit, if there are any. When a commit fails, everything
 * from it on is dropped and the space refuses further writes: its owner turns read-only. */
#ifndef SAMME_BASE_SPACE_H
#define SAMME_BASE_SPACE_H

#include "base/arena.h"
#include "base/map.h"
#include "base/writes.h"
#include "samme/rows.h"

#define SAMME_SPACE_OVERLAY_MAX_BYTES (256u * 1024u * 1024u)

typedef struct samme_space {
    samme_store *store;  /* not owned */
    samme_reader reader; /* between begin and end */
    bool open;
    bool failed; /* a commit failed or its outcome is unknown */
    samme_map
        *overlay; /* table || key -> value; tag = head of the commit that wrote it * 2 + removed */
    size_t overlay_bytes;
    samme_buffer
        keys; /* what each commit wrote: head u64, length u16, table || key; oldest first */
    size_t keys_taken;    /* bytes at its start whose commits are durable */
    size_t keys_kept;     /* its length when the step began */
    samme_map *replaced;  /* what this step's writes covered in the overlay, to put back */
    samme_writes *writes; /* of this step; NULL until the first */
    uint64_t next_head;   /* head that this step's commit will have */
    uint64_t durable_head;
    uint64_t term;
} samme_space;

samme_status samme_space_init(samme_space *space, samme_store *store) SAMME_CHECKED;
void samme_space_fini(samme_space *space);

/* Collects nothing; opens the snapshot. */
samme_status samme_space_begin(samme_space *space, samme_error *error) SAMME_CHECKED;
/* Spans are valid until the next put, remove or end. */
samme_status samme_space_get(samme_space *space, uint8_t table, samme_span key,
                             samme_span *out_value) SAMME_CHECKED;
/* First key at or after `from`, seen through the overlay; SAMME_NOT_FOUND at the end of the table.
 */
samme_status samme_space_seek(samme_space *space, uint8_t table, samme_span from,
                              samme_span *out_key, samme_span *out_value) SAMME_CHECKED;
samme_status samme_space_last(samme_space *space, uint8_t table, samme_span *out_key,
                              samme_span *out_value) SAMME_CHECKED;
/* SAMME_FULL when the overlay is full, SAMME_IO when an earlier commit failed, else as
 * samme_writes_put. What fails changes nothing. */
samme_status samme_space_put(samme_space *space, uint8_t table, samme_span key,
                             samme_span value) SAMME_CHECKED;
samme_status samme_space_remove(samme_space *space, uint8_t table, samme_span key) SAMME_CHECKED;
/* Closes the snapshot and queues the step's writes. *out_head is the head after which everything
 * this step saw or wrote is durable (a reply that depends on it waits for it). SAMME_FULL when the
 * store's queue is full: the step's writes are gone, the space goes on. On any other failure they
 * are gone and the space is failed. */
samme_status samme_space_end(samme_space *space, uint64_t *out_head,
                             samme_error *error) SAMME_CHECKED;
/* Drops the step's writes and closes the snapshot. */
void samme_space_abandon(samme_space *space);
/* Takes the store's completions; moves durable_head. SAMME_IO with the reason when one failed.
 * Between steps. */
samme_status samme_space_collect(samme_space *space, samme_error *error) SAMME_CHECKED;

/* One table of a space as rows; `binding` is the caller's memory and must outlive the rows. */
typedef struct samme_space_table {
    samme_space *space;
    uint8_t table;
} samme_space_table;
samme_rows samme_space_rows(samme_space_table *binding);

#endif
