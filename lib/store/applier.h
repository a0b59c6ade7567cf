/* Commits applied in LMDB transactions. Used by the writer's thread only. */
#ifndef SAMME_STORE_APPLIER_H
#define SAMME_STORE_APPLIER_H

#include "base/writes.h"
#include "store/env.h"

/* The last key of a table, so that most puts are known to be appends without asking LMDB. */
typedef struct samme_table_end {
    bool known;
    size_t length; /* 0: the table is empty */
    uint8_t key[SAMME_STORE_KEY_MAX];
} samme_table_end;

enum { SAMME_META_BYTES = 152 }; /* what LMDB uses of a meta page */

typedef struct samme_applier {
    const samme_env *env;
    samme_table_end ends[SAMME_STORE_TABLES_MAX];
    uint64_t transactions;
    /* The meta page that this transaction's commit writes over, as it was. */
    uint8_t meta[SAMME_META_BYTES];
    uint64_t meta_at; /* in the file */
    bool broken;      /* an outcome was unknown: nothing is written any more */
} samme_applier;

/* Of a run of commits the first `done` are on disk, the next `unknown` may be, the rest are not and
 * will not be. */
typedef struct samme_applied {
    size_t done;
    size_t unknown;
    samme_error error; /* why not all are done */
} samme_applied;

void samme_applier_init(samme_applier *applier, const samme_env *env);
/* Applies the commits in order, together if possible. The writes stay the caller's. */
samme_applied samme_applier_run(samme_applier *applier, const samme_commit *commits, size_t count);

/* Frees the slots of readers whose process died, which would keep pages from being used again;
 * returns how many there were. */
unsigned samme_applier_clear_readers(const samme_applier *applier);

#endif
