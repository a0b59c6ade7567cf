#include "store/value.h"

#include <assert.h>
#include <stdio.h>
#include <xxhash.h>

enum { KEY_BYTES_SHOWN = 20 };

static uint64_t sum_of(uint8_t table, samme_span key, samme_span value) {
    uint8_t place[1 + SAMME_STORE_KEY_MAX];
    assert(key.length <= SAMME_STORE_KEY_MAX);
    place[0] = table;
    if (key.length > 0)
        memcpy(place + 1, key.data, key.length);
    return XXH3_64bits_withSeed(value.data, value.length, XXH3_64bits(place, 1 + key.length));
}

uint64_t samme_value_seal(uint8_t table, samme_span key, samme_span value, uint8_t *room) {
    uint64_t sum = sum_of(table, key, value);
    if (value.length > 0)
        memcpy(room, value.data, value.length);
    for (unsigned i = 0; i < SAMME_SUM_BYTES; i++)
        room[value.length + i] = (uint8_t)(sum >> 8 * i);
    return sum;
}

static uint64_t stored_sum(samme_span stored) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < SAMME_SUM_BYTES; i++)
        sum |= (uint64_t)stored.data[stored.length - SAMME_SUM_BYTES + i] << 8 * i;
    return sum;
}

bool samme_value_open(uint8_t table, samme_span key, samme_span stored, samme_span *out_value,
                      uint64_t *out_sum) {
    if (stored.length < SAMME_SUM_BYTES || key.length > SAMME_STORE_KEY_MAX)
        return false;
    samme_span value = SAMME_SPAN(stored.data, stored.length - SAMME_SUM_BYTES);
    uint64_t sum = stored_sum(stored);
    if (sum_of(table, key, value) != sum)
        return false;
    *out_value = value;
    *out_sum = sum;
    return true;
}

const char *samme_value_place(uint8_t table, samme_span key, char room[static SAMME_PLACE_MAX]) {
    char digits[2 * KEY_BYTES_SHOWN + 1] = "";
    size_t shown = key.length < KEY_BYTES_SHOWN ? key.length : KEY_BYTES_SHOWN;
    for (size_t i = 0; i < shown; i++)
        snprintf(digits + 2 * i, 3, "%02x", key.data[i]);
    snprintf(room, SAMME_PLACE_MAX, "table t%02u, key %s%s (%zu bytes)", table, digits,
             shown < key.length ? ".." : "", key.length);
    return room;
}
