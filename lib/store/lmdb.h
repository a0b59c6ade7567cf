/* The store port on LMDB: one environment, one writer thread that groups queued commits into one
 * transaction and one sync. Only this folder includes <lmdb.h>. Layout and settings:
 * docs/FORMATS.md. */
#ifndef SAMME_STORE_LMDB_H
#define SAMME_STORE_LMDB_H

#include "samme/store.h"

#define SAMME_LMDB_ID_BYTES 16u

typedef struct samme_lmdb_store samme_lmdb_store;

typedef struct samme_lmdb_options {
    const char *folder; /* of data.mdb and lock.mdb; made when absent (0700), its parent is not */
    const char *kind;   /* "log", "views": stored inside; another kind is SAMME_CORRUPT */
    uint64_t map_bytes; /* 0: 16 GiB; sparse, a hard cap */
    unsigned group_max; /* commits per transaction; 0: 64 */
    bool read_only;     /* no writer: commit() is SAMME_DENIED, an absent store SAMME_NOT_FOUND */
} samme_lmdb_options;

/* SAMME_CORRUPT for a file that is truncated, empty, foreign or of another kind, SAMME_UNSUPPORTED
 * for one of another version, with the file named; SAMME_IO. Retries a few times when another
 * process is opening or closing it. */
samme_status samme_lmdb_open(const samme_lmdb_options *options, samme_lmdb_store **out,
                             samme_error *error) SAMME_CHECKED;
/* Finishes queued commits, stops the writer, closes. Accepts NULL. */
void samme_lmdb_close(samme_lmdb_store *store);
samme_store samme_lmdb_port(samme_lmdb_store *store);

/* Random bytes drawn when the store was made: tells it from another one put in its place. */
const uint8_t *samme_lmdb_id(const samme_lmdb_store *store);

/* Since it was opened: commits done, and the transactions begun for them. */
typedef struct samme_lmdb_counters {
    uint64_t commits;
    uint64_t transactions;
} samme_lmdb_counters;
samme_lmdb_counters samme_lmdb_count(samme_lmdb_store *store);

#endif
