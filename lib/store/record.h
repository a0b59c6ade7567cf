/* What a store says about itself, in its table "meta": version, kind, id, head, term. Integers are
 * u64, big-endian. */
#ifndef SAMME_STORE_RECORD_H
#define SAMME_STORE_RECORD_H

#include "store/env.h"

#define SAMME_KIND_MAX 32

/* Writes the record of a new store: this kind, the id of env, head and term 0. An LMDB code. */
int samme_record_write(const samme_env *env, MDB_txn *txn, const char *kind);
/* Fills id, head and term of env. SAMME_CORRUPT: not a record of ours, or another kind;
 * SAMME_UNSUPPORTED: another format version. */
samme_status samme_record_read(samme_env *env, MDB_txn *txn, const char *kind,
                               samme_error *error) SAMME_CHECKED;

/* Head and term as this transaction sees them. */
samme_status samme_record_position(const samme_env *env, MDB_txn *txn, uint64_t *out_head,
                                   uint64_t *out_term, samme_error *error) SAMME_CHECKED;
/* Sets them. An LMDB code. */
int samme_record_set_position(const samme_env *env, MDB_txn *txn, uint64_t head, uint64_t term);

#endif
