/* The store port in memory, for the simulator and tests. It has a synced part and a queue of
 * commits that are not: sync() completes queued commits; crash() loses them and leaves what a
 * restart would find. */
#ifndef SAMME_STORE_MEMORY_H
#define SAMME_STORE_MEMORY_H

#include "samme/store.h"

typedef struct samme_memory_store samme_memory_store;

samme_memory_store *samme_memory_store_new(void) SAMME_CHECKED; /* NULL: no memory */
void samme_memory_store_free(samme_memory_store *store);        /* accepts NULL */
/* Another store with what is durable in this one, as a backup of its file would be. No snapshot is
 * open. NULL: no memory. */
samme_memory_store *samme_memory_store_copy(const samme_memory_store *store) SAMME_CHECKED;
samme_store samme_memory_store_port(samme_memory_store *store);

/* Completes up to `maximum` queued commits, in order: those that may be applied are durable, the
 * others failed. Returns how many; one that fails takes all behind it along. An open snapshot does
 * not see them; while it is open at most SAMME_STORE_QUEUE_MAX can be made durable. */
size_t samme_memory_store_sync(samme_memory_store *store, size_t maximum);
/* Loses every queued commit and every uncollected completion; closes the snapshot. The port is then
 * that of the restarted store. */
void samme_memory_store_crash(samme_memory_store *store);
/* The next synced commit ends with this outcome (FAILED or UNKNOWN; UNKNOWN applies it, and the
 * store then fails every commit until it crashed, as a disk of which nobody knows would). */
void samme_memory_store_fail_next(samme_memory_store *store, samme_outcome outcome);

#endif
