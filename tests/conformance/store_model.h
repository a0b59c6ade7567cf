/* A store's content the slow and plain way: for each table and each of a few keys a value number,
 * or none. */
#ifndef STORE_MODEL_H
#define STORE_MODEL_H

#include "base/prng.h"
#include "base/writes.h"
#include "samme/store.h"

enum { MODEL_TABLES = 4, MODEL_KEYS = 60 };

typedef struct store_model {
    uint64_t head;
    uint32_t values[MODEL_TABLES][MODEL_KEYS]; /* 0: absent */
} store_model;

/* The writes of the commit after `head`, in a history that the seed determines. */
samme_writes *store_model_writes(uint64_t seed, uint64_t head);
/* What that commit does to the model. */
void store_model_apply(store_model *model, uint64_t seed);
/* Asserts that the snapshot holds exactly the model. */
void store_model_check(const store_model *model, const samme_reader *reader, uint64_t seed);

#endif
