/* An ordered map from bytes to bytes; keys in memcmp order, keys and values copied in. Not for many
 * threads. O(log n) each; a red-black tree. */
#ifndef SAMME_BASE_MAP_H
#define SAMME_BASE_MAP_H

#include "samme/span.h"
#include "samme/status.h"

typedef struct samme_map samme_map;

samme_map *samme_map_new(void) SAMME_CHECKED; /* NULL: no memory */
void samme_map_free(samme_map *map);          /* accepts NULL */

/* `tag` is a number kept beside the value for the caller's use. Replaces. SAMME_OK or
 * SAMME_NO_MEMORY. */
samme_status samme_map_put(samme_map *map, samme_span key, samme_span value,
                           uint64_t tag) SAMME_CHECKED;
void samme_map_remove(samme_map *map, samme_span key);
void samme_map_clear(samme_map *map);
size_t samme_map_count(const samme_map *map);

/* One element; spans valid until that element is changed or removed. */
typedef struct samme_map_entry {
    samme_span key;
    samme_span value;
    uint64_t tag;
} samme_map_entry;

/* Each answers false when there is none. out may be NULL. */
bool samme_map_get(const samme_map *map, samme_span key, samme_map_entry *out);
bool samme_map_at_or_after(const samme_map *map, samme_span key, samme_map_entry *out);
bool samme_map_after(const samme_map *map, samme_span key, samme_map_entry *out);
bool samme_map_last(const samme_map *map, samme_map_entry *out);
/* The last element whose key is before `key`. */
bool samme_map_before(const samme_map *map, samme_span key, samme_map_entry *out);

#endif
