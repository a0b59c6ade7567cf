/* The data folder of a daemon: DATA/owner (the lock), DATA/log and DATA/views (LMDB), at a node
 * DATA/keys too. The log is what was acknowledged; views can be thrown away and folded again; keys
 * say who may ask, and are in no log. */
#ifndef SAMME_DAEMON_STORES_H
#define SAMME_DAEMON_STORES_H

#include "store/lmdb.h"

typedef struct samme_stores {
    char folder[1024];
    int owner_fd;
    samme_lmdb_store *log_store, *views_store, *keys_store;
    samme_store log, views, keys; /* ports */
} samme_stores;

/* Makes what is absent. SAMME_CONFLICT names the process that owns the folder. Views that are
 * damaged or of another version are thrown away, which is logged; a damaged log is SAMME_CORRUPT,
 * one of another version SAMME_UNSUPPORTED, and both are left as they are. */
samme_status samme_stores_open(const char *folder, samme_stores *out,
                               samme_error *error) SAMME_CHECKED;
/* Opens DATA/keys too; it is left as it is when it is damaged. Statuses as of a log. */
samme_status samme_stores_open_keys(samme_stores *stores, samme_error *error) SAMME_CHECKED;
/* Throws the views away and starts them empty; views must not be in use. */
samme_status samme_stores_reset_views(samme_stores *stores, samme_error *error) SAMME_CHECKED;
void samme_stores_close(samme_stores *stores);

#endif
