/* The store port on LMDB: one environment, one writer thread that groups queued commits into one transaction and one
 * sync. Only this folder includes <lmdb.h>. Layout and settings: docs/FORMATS.md. */
#ifndef SAMME_STORE_LMDB_H
#define SAMME_STORE_LMDB_H

#include "samme/store.h"

typedef struct samme_lmdb_store samme_lmdb_store;

typedef struct samme_lmdb_options {
    const char *folder;     /* data.mdb and lock.mdb lie here; made when absent (0700) */
    const char *kind;       /* "log", "views": stored inside; another kind is SAMME_CORRUPT */
    uint64_t map_bytes;     /* 0: 16 GiB; sparse, a hard cap */
    unsigned group_max;     /* commits per transaction; 0: 64 */
    bool read_only;         /* no writer thread; commit() is SAMME_DENIED */
} samme_lmdb_options;

/* SAMME_CORRUPT for a file that is truncated, empty, foreign or of another version, with the file named;
 * SAMME_IO. Retries a few times when another process is opening or closing it. */
samme_status samme_lmdb_open(const samme_lmdb_options *options, samme_lmdb_store **out, samme_error *error)
    SAMME_CHECKED;
/* Finishes queued commits, stops the writer, closes. */
void samme_lmdb_close(samme_lmdb_store *store);
samme_store samme_lmdb_port(samme_lmdb_store *store);

#endif
