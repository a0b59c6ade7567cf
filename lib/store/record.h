/* What a store says about itself, in its table "meta": version, kind, id, position. Integers are
 * u64, big-endian. */
#ifndef SAMME_STORE_RECORD_H
#define SAMME_STORE_RECORD_H

#include "store/env.h"

#define SAMME_KIND_MAX       32
#define SAMME_FORMAT_VERSION 2

/* The record as it is found row by row, before LMDB is let at the file. */
typedef struct samme_store_record {
    bool has_version, has_kind, has_id, has_position;
    uint64_t version;
    char kind[SAMME_KIND_MAX + 1];
    uint8_t id[SAMME_LMDB_ID_BYTES];
    samme_store_position position;
} samme_store_record;

/* Takes a row of "meta"; one that is not right counts as missing. */
void samme_record_take(samme_store_record *record, samme_span key, samme_span stored);
/* After the last row. SAMME_UNSUPPORTED: another format version, and what to do; SAMME_CORRUPT: not
 * a record of ours, or another kind. */
samme_status samme_record_check(const samme_store_record *record, const char *path,
                                const char *kind, samme_error *error) SAMME_CHECKED;

/* Writes the record of a new store: this kind, the id of env, position all 0. An LMDB code. */
int samme_record_write(const samme_env *env, MDB_txn *txn, const char *kind) SAMME_CHECKED;
/* The position as this transaction sees it. */
samme_status samme_record_position(const samme_env *env, MDB_txn *txn, samme_store_position *out,
                                   samme_error *error) SAMME_CHECKED;
/* Sets it; its transaction is this one. An LMDB code. */
int samme_record_set_position(const samme_env *env, MDB_txn *txn,
                              const samme_store_position *position) SAMME_CHECKED;

#endif
