#include <assert.h>

#include "base/space.h"
#include "base/space_path.h"

static samme_span key_in(const samme_map_entry *entry) {
    return SAMME_SPAN(entry->key.data + 1, entry->key.length - 1);
}

samme_status samme_space_get(samme_space *space, uint8_t table, samme_span key,
                             samme_span *out_value) {
    assert(space->open && table < SAMME_STORE_TABLES_MAX);
    if (key.length == 0 || key.length > SAMME_STORE_KEY_MAX)
        return SAMME_NOT_FOUND;
    struct samme_path path = samme_path_of(table, key);
    samme_map_entry entry;
    if (!samme_map_get(space->overlay, samme_path_span(&path), &entry))
        return space->reader.get(space->reader.self, table, key, out_value);
    if (samme_entry_removes(&entry))
        return SAMME_NOT_FOUND;
    *out_value = entry.value;
    return SAMME_OK;
}

/* A row of the snapshot, or the end of its table. */
struct row {
    samme_status status;
    samme_span key;
    samme_span value;
};

static struct row stored_row(const samme_space *space, uint8_t table, samme_span from) {
    struct row row = {0};
    row.status = space->reader.seek(space->reader.self, table, from, &row.key, &row.value);
    return row;
}

/* The least key a store can hold that is after `key`: key || 0, or for a key of full length the
 * next one of its kind. False when there is none. */
static bool key_after(samme_span key, uint8_t out[static SAMME_STORE_KEY_MAX], size_t *out_length) {
    memcpy(out, key.data, key.length);
    if (key.length < SAMME_STORE_KEY_MAX) {
        out[key.length] = 0;
        *out_length = key.length + 1;
        return true;
    }
    size_t length = key.length;
    while (length > 0 && out[length - 1] == 0xff)
        length--;
    if (length == 0)
        return false;
    out[length - 1]++;
    *out_length = length;
    return true;
}

static struct row stored_row_after(const samme_space *space, uint8_t table, samme_span key) {
    uint8_t next[SAMME_STORE_KEY_MAX];
    size_t length;
    if (!key_after(key, next, &length))
        return (struct row){.status = SAMME_NOT_FOUND};
    return stored_row(space, table, SAMME_SPAN(next, length));
}

static bool in_error(const struct row *row) {
    return row->status != SAMME_OK && row->status != SAMME_NOT_FOUND;
}

/* The last row of the snapshot before `bound`. A reader only goes forward, so the key is found byte
 * by byte: best.key always begins with the bytes found, and so does every row between it and the
 * answer. At most nine seeks a byte; asked only when a removal hides the last row. */
static struct row stored_row_before(const samme_space *space, uint8_t table, samme_span bound) {
    uint8_t found[SAMME_STORE_KEY_MAX];
    struct row best = stored_row(space, table, SAMME_SPAN(NULL, 0));
    if (best.status == SAMME_OK && samme_span_compare(best.key, bound) >= 0)
        return (struct row){.status = SAMME_NOT_FOUND};
    for (size_t length = 0; best.status == SAMME_OK && length < SAMME_STORE_KEY_MAX; length++) {
        struct row next = stored_row_after(space, table, best.key);
        if (in_error(&next))
            return next;
        if (next.status == SAMME_NOT_FOUND || samme_span_compare(next.key, bound) >= 0)
            return best;
        best = next;
        unsigned low = best.key.data[length];
        for (unsigned high = 256; high - low > 1;) {
            unsigned middle = (low + high) / 2;
            found[length] = (uint8_t)middle;
            next = stored_row(space, table, SAMME_SPAN(found, length + 1));
            if (in_error(&next))
                return next;
            if (next.status == SAMME_OK && samme_span_compare(next.key, bound) < 0) {
                best = next;
                low = best.key.data[length];
            } else {
                high = middle;
            }
        }
        found[length] = (uint8_t)low;
    }
    return best;
}

/* The nearer of an overlay entry and a row of the snapshot, walking past what is removed. */
static samme_status nearer(const samme_space *space, uint8_t table, bool forwards, bool found,
                           samme_map_entry entry, struct row stored, samme_span *out_key,
                           samme_span *out_value) {
    while (found && entry.key.data[0] == table && !in_error(&stored)) {
        int order = stored.status == SAMME_OK ? samme_span_compare(key_in(&entry), stored.key) : 0;
        if (order != 0 && (order > 0) == forwards)
            break;
        if (!samme_entry_removes(&entry)) {
            *out_key = key_in(&entry);
            *out_value = entry.value;
            return SAMME_OK;
        }
        if (order == 0 && stored.status == SAMME_OK)
            stored = forwards ? stored_row_after(space, table, stored.key)
                              : stored_row_before(space, table, stored.key);
        found = forwards ? samme_map_after(space->overlay, entry.key, &entry)
                         : samme_map_before(space->overlay, entry.key, &entry);
    }
    if (stored.status == SAMME_OK) {
        *out_key = stored.key;
        *out_value = stored.value;
    }
    return stored.status;
}

samme_status samme_space_seek(samme_space *space, uint8_t table, samme_span from,
                              samme_span *out_key, samme_span *out_value) {
    assert(space->open && table < SAMME_STORE_TABLES_MAX);
    uint8_t shortened[SAMME_STORE_KEY_MAX];
    if (from.length > SAMME_STORE_KEY_MAX) {
        from.length = SAMME_STORE_KEY_MAX;
        if (!key_after(from, shortened, &from.length))
            return SAMME_NOT_FOUND;
        from.data = shortened;
    }
    struct samme_path start = samme_path_of(table, from);
    samme_map_entry entry = {0};
    bool found = samme_map_at_or_after(space->overlay, samme_path_span(&start), &entry);
    struct row stored = stored_row(space, table, from);
    return nearer(space, table, true, found, entry, stored, out_key, out_value);
}

samme_status samme_space_last(samme_space *space, uint8_t table, samme_span *out_key,
                              samme_span *out_value) {
    assert(space->open && table < SAMME_STORE_TABLES_MAX);
    struct samme_path end = samme_path_of((uint8_t)(table + 1), SAMME_SPAN(NULL, 0));
    samme_map_entry entry = {0};
    bool found = samme_map_before(space->overlay, samme_path_span(&end), &entry);
    struct row stored = {0};
    stored.status = space->reader.last(space->reader.self, table, &stored.key, &stored.value);
    return nearer(space, table, false, found, entry, stored, out_key, out_value);
}
