/* The store port in memory, for the simulator and tests. It has a synced part and a queue of commits that are not:
 * sync() completes queued commits; crash() loses them and leaves what a restart would find. */
#ifndef SAMME_STORE_MEMORY_H
#define SAMME_STORE_MEMORY_H

#include "samme/store.h"

typedef struct samme_memory_store samme_memory_store;

samme_memory_store *samme_memory_store_new(void);
void samme_memory_store_free(samme_memory_store *store);
samme_store samme_memory_store_port(samme_memory_store *store);

/* Makes up to `maximum` queued commits durable, in order; returns how many. */
size_t samme_memory_store_sync(samme_memory_store *store, size_t maximum);
/* Loses every queued commit and every uncollected completion. */
void samme_memory_store_crash(samme_memory_store *store);
/* The next synced commit ends with this outcome (FAILED or UNKNOWN; UNKNOWN applies it). */
void samme_memory_store_fail_next(samme_memory_store *store, samme_outcome outcome);

#endif
