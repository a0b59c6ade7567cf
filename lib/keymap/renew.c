/* Renewing the key above the keys: every row wrapped again, a bounded number a step. */
#include "crypto/sign.h"
#include "keymap/keymap.h"
#include "keymap/rows.h"

void samme_keymap_abandoned(samme_keymap *map) {
    map->pass_table = SAMME_KEYMAP_SUBJECT;
    samme_buffer_clear(&map->pass_from);
    map->passed = false;
    map->pass_head = 0;
}

void samme_keymap_set_keks(samme_keymap *map, const samme_keks *keks) {
    map->keks = *keks;
    samme_keymap_abandoned(map);
}

static samme_status again(samme_keymap *map, const samme_subject *subject, samme_boxed *boxed) {
    samme_secret_key key;
    samme_status status = samme_unbox(map, subject, boxed, &key);
    if (status == SAMME_OK)
        *boxed = samme_box(map, subject, &key);
    samme_wipe(&key, sizeof key);
    return status;
}

static samme_status again_subject(samme_keymap *map, samme_span at) {
    samme_subject subject;
    samme_key_row row;
    if (at.length != sizeof subject.bytes)
        return SAMME_CORRUPT;
    memcpy(subject.bytes, at.data, sizeof subject.bytes);
    samme_status status = samme_key_row_read(map, &subject, &row);
    if (status != SAMME_OK || row.erased || row.boxed.by == map->keks.next.number)
        return status;
    status = again(map, &subject, &row.boxed);
    return status == SAMME_OK ? samme_key_row_write(map, &subject, &row) : status;
}

static samme_status again_other(samme_keymap *map, samme_span at) {
    samme_subject subject;
    samme_other_key key;
    samme_boxed boxed;
    if (at.length != sizeof key.bytes)
        return SAMME_CORRUPT;
    memcpy(key.bytes, at.data, sizeof key.bytes);
    memcpy(subject.bytes, at.data, sizeof subject.bytes);
    samme_status status = samme_other_read(map, &key, &boxed);
    if (status != SAMME_OK || boxed.by == map->keks.next.number)
        return status;
    status = again(map, &subject, &boxed);
    return status == SAMME_OK ? samme_other_write(map, &key, &boxed) : status;
}

/* The row at or behind pass_from; *out_ended: there is none. */
static samme_status pass_row(samme_keymap *map, bool *out_ended) {
    samme_span key, ignored;
    samme_status status = samme_space_seek(map->space, map->pass_table,
                                           samme_buffer_span(&map->pass_from), &key, &ignored);
    *out_ended = status == SAMME_NOT_FOUND;
    if (status != SAMME_OK)
        return *out_ended ? SAMME_OK : status;
    samme_buffer_clear(&map->pass_from);
    samme_buffer_append(&map->pass_from, key);
    status = samme_buffer_status(&map->pass_from);
    if (status != SAMME_OK)
        return status;
    const samme_span at = samme_buffer_span(&map->pass_from);
    status =
        map->pass_table == SAMME_KEYMAP_SUBJECT ? again_subject(map, at) : again_other(map, at);
    samme_buffer_u8(&map->pass_from, 0); /* the smallest key behind it */
    return status == SAMME_OK ? samme_buffer_status(&map->pass_from) : status;
}

samme_status samme_keymap_renew(samme_keymap *map, unsigned rows_max, bool *out_more) {
    *out_more = false;
    if (map->keks.next.number == 0)
        return SAMME_OK;
    if (map->passed) { /* in an earlier step, whose commit is queued by now */
        if (map->pass_head == 0)
            map->pass_head = map->space->next_head - 1;
        return SAMME_OK;
    }
    for (unsigned i = 0; i < rows_max; i++) {
        bool ended;
        samme_status status = pass_row(map, &ended);
        if (status != SAMME_OK)
            return status;
        if (!ended)
            continue;
        if (map->pass_table == SAMME_KEYMAP_SUBJECT) {
            map->pass_table = SAMME_KEYMAP_OTHER;
            samme_buffer_clear(&map->pass_from);
            continue;
        }
        samme_map_state state; /* says under which key all is now */
        status = samme_state_read(map, &state);
        if (status == SAMME_OK)
            status = samme_state_write(map, &state);
        map->passed = status == SAMME_OK;
        *out_more = true; /* once more, to learn the commit's number */
        return status;
    }
    *out_more = true;
    return SAMME_OK;
}

bool samme_keymap_renewed(const samme_keymap *map) {
    return map->keks.next.number != 0 && map->passed && map->pass_head != 0 &&
           map->space->durable_head >= map->pass_head;
}
