/* Inside of the space only: how an overlay entry is named and marked. */
#ifndef SAMME_BASE_SPACE_PATH_H
#define SAMME_BASE_SPACE_PATH_H

#include "base/space.h"

/* table || key, the key of an overlay entry. */
struct samme_path {
    uint8_t bytes[1 + SAMME_STORE_KEY_MAX];
    size_t length;
};

static inline struct samme_path samme_path_of(uint8_t table, samme_span key) {
    struct samme_path path;
    size_t length = key.length < SAMME_STORE_KEY_MAX ? key.length : SAMME_STORE_KEY_MAX;
    path.bytes[0] = table;
    if (length > 0)
        memcpy(path.bytes + 1, key.data, length);
    path.length = 1 + length;
    return path;
}

static inline samme_span samme_path_span(const struct samme_path *path) {
    return SAMME_SPAN(path->bytes, path->length);
}

static inline bool samme_entry_removes(const samme_map_entry *entry) {
    return (entry->tag & 1) != 0;
}
static inline uint64_t samme_entry_head(const samme_map_entry *entry) {
    return entry->tag >> 1;
}

#endif
