/* The data folder of a daemon: DATA/owner (the lock), DATA/log, DATA/views and DATA/keys (LMDB), at
 * a node DATA/log.eN, its logs of epochs that have ended. The log is what was acknowledged; views
 * can be thrown away and folded again; keys are of subjects, and at a node say who may ask: they
 * are in no log. */
#ifndef SAMME_DAEMON_STORES_H
#define SAMME_DAEMON_STORES_H

#include "store/lmdb.h"

#define SAMME_STORES_OLDER_MAX 8u

typedef struct samme_stores {
    char folder[1024];
    int owner_fd;
    bool scratch; /* opened as such */
    samme_lmdb_store *log_store, *views_store, *keys_store;
    samme_store log, views, keys; /* ports */
    samme_lmdb_store *older_stores[SAMME_STORES_OLDER_MAX];
    samme_store older[SAMME_STORES_OLDER_MAX];
    size_t older_count;
} samme_stores;

/* Makes what is absent. SAMME_CONFLICT names the process that owns the folder. Views that are
 * damaged or of another version are thrown away, which is logged; a damaged log is SAMME_CORRUPT,
 * one of another version SAMME_UNSUPPORTED, and both are left as they are. */
samme_status samme_stores_open(const char *folder, samme_stores *out,
                               samme_error *error) SAMME_CHECKED;
/* The same of a folder that goes with this process: nothing waits for the disk. */
samme_status samme_stores_open_scratch(const char *folder, samme_stores *out,
                                       samme_error *error) SAMME_CHECKED;
/* Opens DATA/keys too; it is left as it is when it is damaged. Statuses as of a log. */
samme_status samme_stores_open_keys(samme_stores *stores, samme_error *error) SAMME_CHECKED;
/* Throws the views away and starts them empty; views must not be in use. */
samme_status samme_stores_reset_views(samme_stores *stores, samme_error *error) SAMME_CHECKED;
/* Moves DATA/log to DATA/log.eEPOCH, throws the views away and begins both anew; neither must be in
 * use. SAMME_CONFLICT: there is one of that name already; nothing is changed. */
samme_status samme_stores_set_log_aside(samme_stores *stores, uint32_t epoch,
                                        samme_error *error) SAMME_CHECKED;
/* Opens the logs that were set aside, of epochs before `before`, for reading: newest first, at most
 * SAMME_STORES_OLDER_MAX. SAMME_TOO_LARGE: there are more. */
samme_status samme_stores_open_older(samme_stores *stores, uint32_t before,
                                     samme_error *error) SAMME_CHECKED;
void samme_stores_close(samme_stores *stores);

#endif
