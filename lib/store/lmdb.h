/* The store port on LMDB: one environment, one writer thread that groups queued commits into one
 * transaction and one sync. Only this folder includes <lmdb.h>. Layout and settings:
 * docs/FORMATS.md. */
#ifndef SAMME_STORE_LMDB_H
#define SAMME_STORE_LMDB_H

#include "samme/store.h"

#define SAMME_LMDB_ID_BYTES 16u
#define SAMME_LMDB_MAP_MAX  (1ull << 40)

typedef struct samme_lmdb_store samme_lmdb_store;

typedef struct samme_lmdb_options {
    const char *folder; /* of data.mdb and lock.mdb; made when absent (0700), its parent is not */
    const char *kind;   /* "log", "views": stored inside; another kind is SAMME_CORRUPT */
    uint64_t map_bytes; /* 0: 16 GiB; sparse, a hard cap; at most SAMME_LMDB_MAP_MAX */
    unsigned group_max; /* commits per transaction; 0: 64 */
    bool read_only;     /* no writer: commit() is SAMME_DENIED, an absent store SAMME_NOT_FOUND */
    bool scratch; /* need not outlive this process: "on disk" is said without waiting for the disk,
                   * and a crash of the machine may leave it damaged */
    /* How often the writer looks for readers in other processes that died, which pin pages; 0: each
     * minute. */
    unsigned reader_check_ms;
    /* Called once, by the thread that uses the port, when a read finds damage while the store is
     * open; the error names table and key. May be NULL. */
    void (*damaged)(void *context, const samme_error *error);
    void *context;
} samme_lmdb_options;

/* Reads and checks the whole file before it is used. SAMME_CORRUPT for one that is truncated,
 * empty, foreign, damaged or of another kind, SAMME_UNSUPPORTED for one of another version, with
 * file and place named; SAMME_IO. Retries a few times when another process is opening or closing
 * it.
 *
 * What is damaged while the store is open is SAMME_CORRUPT when it is read, and never a wrong
 * value; from then on there is no snapshot and no commit (SAMME_CORRUPT), so that nothing is made
 * of what was misread. */
samme_status samme_lmdb_open(const samme_lmdb_options *options, samme_lmdb_store **out,
                             samme_error *error) SAMME_CHECKED;
/* Finishes queued commits, stops the writer, closes. Accepts NULL. */
void samme_lmdb_close(samme_lmdb_store *store);
samme_store samme_lmdb_port(samme_lmdb_store *store);

/* Random bytes drawn when the store was made: tells it from another one put in its place. */
const uint8_t *samme_lmdb_id(const samme_lmdb_store *store);

/* Since it was opened: commits done, the transactions begun for them, and the readers found dead;
 * all 0 when it is read-only. */
typedef struct samme_lmdb_counters {
    uint64_t commits;
    uint64_t transactions;
    uint64_t dead_readers;
} samme_lmdb_counters;
samme_lmdb_counters samme_lmdb_count(samme_lmdb_store *store);

#endif
