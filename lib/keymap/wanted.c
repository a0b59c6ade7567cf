/* Keys that a hub put back from a backup misses. */
#include "keymap/keymap.h"
#include "keymap/rows.h"

static samme_status read_wanted(samme_keymap *map, const samme_subject *subject,
                                const Samme__WantedKeyRow **out) {
    samme_span stored;
    samme_status status =
        samme_space_get(map->space, SAMME_KEYMAP_WANTED, samme_span_of_subject(subject), &stored);
    if (status != SAMME_OK)
        return status;
    samme_arena_reset(&map->arena);
    *out = SAMME_UNPACK(WantedKeyRow, wanted_key_row, stored, &map->arena, NULL);
    return *out == NULL ? SAMME_CORRUPT : SAMME_OK;
}

samme_status samme_keymap_want(samme_keymap *map, const samme_subject *subject, Samme__KeyKind kind,
                               uint32_t branch) {
    samme_key_row row;
    const Samme__WantedKeyRow *held;
    samme_status status = samme_key_row_read(map, subject, &row);
    if (status != SAMME_NOT_FOUND)
        return status;
    status = read_wanted(map, subject, &held);
    if (status != SAMME_NOT_FOUND &&
        (status != SAMME_OK || held->kind == SAMME__KEY_KIND__key_of_customer ||
         held->kind == kind))
        return status;
    Samme__WantedKeyRow wanted = SAMME__WANTED_KEY_ROW__INIT;
    wanted.kind = kind;
    wanted.branch = branch;
    samme_buffer packed;
    samme_buffer_init(&packed, 64);
    samme_pack(&wanted, &packed);
    status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_space_put(map->space, SAMME_KEYMAP_WANTED, samme_span_of_subject(subject),
                                 samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return status;
}

samme_status samme_keymap_wanted(samme_keymap *map, const samme_subject *after, samme_arena *arena,
                                 samme_subject **out, size_t *out_count, uint32_t *out_branch) {
    uint8_t from[SAMME_SUBJECT_BYTES + 1] = {0};
    size_t length = 0;
    samme_status status = SAMME_OK;
    *out_count = 0;
    *out = samme_arena_alloc(arena, SAMME_KEYS_IN_PART_MAX * sizeof **out);
    if (*out == NULL)
        return SAMME_NO_MEMORY;
    if (after != NULL) {
        memcpy(from, after->bytes, sizeof after->bytes);
        length = sizeof from; /* the smallest key behind it */
    }
    while (*out_count < SAMME_KEYS_IN_PART_MAX) {
        samme_span key, value;
        status = samme_space_seek(map->space, SAMME_KEYMAP_WANTED, SAMME_SPAN(from, length), &key,
                                  &value);
        if (status == SAMME_OK && key.length != SAMME_SUBJECT_BYTES)
            status = SAMME_CORRUPT;
        if (status != SAMME_OK)
            break;
        memcpy((*out)[*out_count].bytes, key.data, key.length);
        memcpy(from, key.data, key.length);
        length = sizeof from;
        ++*out_count;
    }
    if (*out_count == 0 || (status != SAMME_OK && status != SAMME_NOT_FOUND))
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    const Samme__WantedKeyRow *first;
    status = read_wanted(map, &(*out)[0], &first);
    *out_branch = status == SAMME_OK ? first->branch : 0;
    return status;
}

samme_status samme_keymap_hand(samme_keymap *map, const samme_subject *subject,
                               const samme_secret_key *key) {
    const Samme__WantedKeyRow *wanted;
    samme_key_outcome ignored;
    samme_status status = read_wanted(map, subject, &wanted);
    if (status != SAMME_OK)
        return status;
    status = samme_keymap_take(map, subject, wanted->kind, key, wanted->branch, &ignored);
    return status;
}
