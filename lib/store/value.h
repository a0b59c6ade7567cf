/* A value as it is stored: its bytes, then a sum (u64, little-endian) over table, key and value, so
 * that a value which was changed, or lies under another key, is found whenever it is read.
 *
 * The sum is XXH3-64 of the value, seeded with XXH3-64 of the table's number (one byte) and the
 * key. It is against failing disks: whoever can write the file can write a right sum too. */
#ifndef SAMME_STORE_VALUE_H
#define SAMME_STORE_VALUE_H

#include "samme/store.h"

#define SAMME_SUM_BYTES 8u
/* The number that stands for the table "meta" in sums. */
#define SAMME_META_TABLE 255u

/* Writes value and sum into `room`, value.length + SAMME_SUM_BYTES bytes; returns the sum. Key at
 * most SAMME_STORE_KEY_MAX. */
uint64_t samme_value_seal(uint8_t table, samme_span key, samme_span value, uint8_t *room);

/* Takes a stored value apart; false when its sum is not right or there is no room for one. What it
 * gives points into `stored`. */
bool samme_value_open(uint8_t table, samme_span key, samme_span stored, samme_span *out_value,
                      uint64_t *out_sum) SAMME_CHECKED;

/* "table t05, key 00000011.. (8 bytes)" for messages, in `room`. */
#define SAMME_PLACE_MAX 80
const char *samme_value_place(uint8_t table, samme_span key, char room[static SAMME_PLACE_MAX]);

#endif
