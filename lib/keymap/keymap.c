#include "keymap/keymap.h"

#include "crypto/sign.h"
#include "keymap/rows.h"

enum { ARENA_BYTES = 64 * 1024, PASS_KEY_MAX = 64 };

void samme_keymap_init(samme_keymap *map, samme_space *space, const samme_keks *keks,
                       samme_random random) {
    *map = (samme_keymap){.space = space, .keks = *keks, .random = random};
    samme_arena_init(&map->arena, ARENA_BYTES);
    samme_buffer_init(&map->pass_from, PASS_KEY_MAX);
    samme_keymap_abandoned(map);
}

void samme_keymap_fini(samme_keymap *map) {
    samme_arena_free(&map->arena);
    samme_buffer_free(&map->pass_from);
    samme_wipe(&map->keks, sizeof map->keks);
}

samme_status samme_keymap_check(samme_keymap *map, samme_error *error) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status == SAMME_OK)
        return SAMME_OK;
    return samme_fail(error, status,
                      status == SAMME_CORRUPT
                          ? "keys store: its keys are not under machine.key, or its state is "
                            "damaged: expected the file that lay beside this store"
                          : "keys store: the key map's state cannot be read");
}

samme_status samme_keymap_find(samme_keymap *map, const samme_subject *subject,
                               samme_key_known *out) {
    samme_key_row row;
    samme_map_state state;
    samme_status status = samme_key_row_read(map, subject, &row);
    if (status == SAMME_OK)
        status = samme_state_read(map, &state);
    if (status == SAMME_OK)
        *out = (samme_key_known){.kind = row.kind,
                                 .erased = row.erased,
                                 .settled = row.generation == state.generation,
                                 .sequence = row.sequence};
    return status;
}

samme_status samme_keymap_key(samme_keymap *map, const samme_subject *subject,
                              samme_secret_key *out) {
    samme_key_row row;
    samme_status status = samme_key_row_read(map, subject, &row);
    if (status == SAMME_OK && row.erased)
        return SAMME_DENIED;
    return status == SAMME_OK ? samme_unbox(map, subject, &row.boxed, out) : status;
}

samme_status samme_keymap_after(samme_keymap *map, const samme_subject *subject,
                                samme_subject *out) {
    uint8_t from[SAMME_SUBJECT_BYTES + 1] = {0};
    samme_span key, ignored;
    if (subject != NULL)
        memcpy(from, subject->bytes, sizeof subject->bytes); /* and a 0: the smallest behind it */
    samme_status status =
        samme_space_seek(map->space, SAMME_KEYMAP_SUBJECT,
                         SAMME_SPAN(from, subject != NULL ? sizeof from : 0), &key, &ignored);
    if (status == SAMME_OK && key.length != sizeof out->bytes)
        return SAMME_CORRUPT;
    if (status == SAMME_OK)
        memcpy(out->bytes, key.data, sizeof out->bytes);
    return status;
}

samme_status samme_keymap_look(samme_keymap *map, samme_keymap_figures *out) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status == SAMME_OK)
        *out = (samme_keymap_figures){.size = state.size,
                                      .mark = state.mark,
                                      .made = state.made,
                                      .customers = state.customers,
                                      .clerks = state.clerks,
                                      .erased = state.erased,
                                      .others = state.others,
                                      .refused = state.refused,
                                      .renewal_due = state.erased > state.renewed_erased};
    return status;
}

samme_status samme_keymap_erase(samme_keymap *map, const samme_subject *subject) {
    samme_key_row row = {.kind = SAMME__KEY_KIND__key_kind_unset};
    samme_map_state state;
    samme_status status = samme_key_row_read(map, subject, &row);
    const bool known = status == SAMME_OK;
    if (known && row.erased)
        return SAMME_OK;
    if (status == SAMME_OK || status == SAMME_NOT_FOUND)
        status = samme_state_read(map, &state);
    if (status != SAMME_OK)
        return status;
    if (known)
        samme_state_count(&state, &row, -1);
    status = samme_row_erase(map, subject, &row, &state);
    if (status == SAMME_OK)
        status = samme_row_bump(map, subject, &row, &state);
    if (status == SAMME_OK)
        status = samme_key_row_write(map, subject, &row);
    return status == SAMME_OK ? samme_state_write(map, &state) : status;
}
