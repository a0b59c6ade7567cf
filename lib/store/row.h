/* Rows in LMDB's transactions: values sealed when they are put, opened when they are read. */
#ifndef SAMME_STORE_ROW_H
#define SAMME_STORE_ROW_H

#include "store/env.h"
#include "store/value.h"

/* Puts a row; flags are LMDB's. *out_sum is its sum. An LMDB code. */
int samme_row_put(const samme_env *env, MDB_txn *txn, uint8_t table, samme_span key,
                  samme_span value, unsigned flags, uint64_t *out_sum) SAMME_CHECKED;

/* Opens what LMDB gave for this key: false when it does not lie within its page, as a changed
 * length would have it, or does not match its sum. */
bool samme_row_open(const samme_env *env, uint8_t table, samme_span key, MDB_val stored,
                    samme_span *out_value) SAMME_CHECKED;

/* The sum of the row that is there; 0 when there is none. An LMDB code, MDB_CORRUPTED when the
 * value does not match it. */
int samme_row_sum(const samme_env *env, MDB_txn *txn, uint8_t table, samme_span key,
                  uint64_t *out_sum) SAMME_CHECKED;

#endif
