/* Steps that the store tests share: each asserts that it worked. */
#ifndef STORE_SUPPORT_H
#define STORE_SUPPORT_H

#include "base/writes.h"
#include "samme/store.h"

samme_writes *store_writes(void);
void store_put(samme_writes *writes, uint8_t table, const char *key, const char *value);
void store_remove(samme_writes *writes, uint8_t table, const char *key);
/* One put, as a commit's writes. */
samme_writes *store_one(uint8_t table, const char *key, const char *value);
/* Queues the writes. */
void store_queue(const samme_store *store, uint64_t expected_head, uint64_t term,
                 samme_writes *writes);
/* Collects exactly one completion and asserts its head and outcome. */
void store_expect(const samme_store *store, uint64_t head, samme_outcome outcome);
void store_expect_none(const samme_store *store);

samme_reader store_snapshot(const samme_store *store);
/* value NULL: the key is absent. */
void store_expect_value(const samme_reader *reader, uint8_t table, const char *key,
                        const char *value);
/* The whole table by seek: "key=value key=value", with spaces between. */
void store_expect_table(const samme_reader *reader, uint8_t table, const char *rows);

/* The least key after `key`, to go on from; writes into `room`. */
samme_span store_key_after(samme_span key, uint8_t room[SAMME_STORE_KEY_MAX + 1]);

#endif
