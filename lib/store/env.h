/* An LMDB environment of ours: opened and checked, or made, with its tables and its record about
 * itself. */
#ifndef SAMME_STORE_ENV_H
#define SAMME_STORE_ENV_H

#include <lmdb.h>

#include "store/lmdb.h"

#define SAMME_DATA_NAME "data.mdb"
#define SAMME_META_NAME "meta"

/* Where a store is: the last commit, and what its rows must add up to. */
typedef struct samme_store_position {
    uint64_t head;
    uint64_t term;
    uint64_t rows;        /* the sum, modulo 2^64, of the sums of all rows outside "meta" */
    uint64_t transaction; /* LMDB's, which wrote this */
} samme_store_position;

typedef struct samme_env {
    MDB_env *env;
    MDB_dbi meta;
    MDB_dbi tables[SAMME_STORE_TABLES_MAX];
    uint32_t page_size;
    char *folder; /* for messages */
    uint64_t map_bytes;
    uint8_t id[SAMME_LMDB_ID_BYTES];
    samme_store_position position; /* as found at open */
    unsigned dead_readers;         /* found and cleared at open */
} samme_env;

samme_status samme_env_open(const samme_lmdb_options *options, samme_env *out,
                            samme_error *error) SAMME_CHECKED;
void samme_env_close(samme_env *env);

#define SAMME_TABLE_NAME_MAX 8
/* "t00".. in `room`. */
const char *samme_env_table_name(unsigned table, char room[static SAMME_TABLE_NAME_MAX]);

/* LMDB's form of a span. It takes pointers to non-const also for what it only reads. */
static inline MDB_val samme_env_value(samme_span bytes) {
    return (MDB_val){.mv_size = bytes.length, .mv_data = (void *)(uintptr_t)bytes.data};
}
static inline samme_span samme_env_span(MDB_val value) {
    return SAMME_SPAN(value.mv_data, value.mv_size);
}

/* What an LMDB code other than MDB_SUCCESS means to the port's user. */
samme_status samme_env_status(int code);
/* Fails with that status: "folder: what: LMDB's words". */
samme_status samme_env_fail(const samme_env *env, samme_error *error, int code, const char *what);

#endif
