#include "keymap/rows.h"

#include "crypto/sign.h"

enum { ROW_MAX_BYTES = 512 };

static samme_span state_name(void) {
    return SAMME_LITERAL("map");
}

static const samme_kek *kek_by(const samme_keymap *map, uint32_t number) {
    return number == 0                          ? NULL
           : number == map->keks.current.number ? &map->keks.current
           : number == map->keks.next.number    ? &map->keks.next
                                                : NULL;
}

static samme_status put(samme_keymap *map, uint8_t table, samme_span key, const void *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, ROW_MAX_BYTES);
    samme_pack(message, &packed);
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_space_put(map->space, table, key, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return status;
}

static bool read_boxed(uint32_t by, ProtobufCBinaryData nonce, ProtobufCBinaryData wrapped,
                       samme_boxed *out) {
    if (by == 0 || nonce.len != sizeof out->wrapped.nonce || wrapped.len != sizeof out->wrapped.box)
        return false;
    out->by = by;
    memcpy(out->wrapped.nonce, nonce.data, nonce.len);
    memcpy(out->wrapped.box, wrapped.data, wrapped.len);
    return true;
}

/* What the keys above tell: which one rows are wrapped under from now on, and whether a renewal has
 * begun (then erasures until now are in it) or has ended (then they are done). */
static void note_keks(const samme_keymap *map, samme_map_state *state) {
    const samme_kek *newest = samme_keks_newest(&map->keks);
    if (state->renewing != 0 && state->renewing == map->keks.current.number) {
        state->renewed_erased = state->renewing_erased;
        state->renewing = 0;
    }
    if (map->keks.next.number != 0 && state->renewing != map->keks.next.number) {
        state->renewing = map->keks.next.number;
        state->renewing_erased = state->erased;
    }
    state->kek = newest->number;
    state->kek_check = samme_key_check(&newest->key);
}

samme_status samme_state_read(samme_keymap *map, samme_map_state *out) {
    samme_span stored;
    samme_status status = samme_space_get(map->space, SAMME_KEYMAP_STATE, state_name(), &stored);
    *out = (samme_map_state){.generation = 1};
    if (status == SAMME_OK) {
        samme_arena_reset(&map->arena);
        const Samme__KeyMapState *state =
            SAMME_UNPACK(KeyMapState, key_map_state, stored, &map->arena, NULL);
        if (state == NULL || state->kek_check.len != sizeof out->kek_check)
            return SAMME_CORRUPT;
        *out = (samme_map_state){.size = state->size,
                                 .made = state->made,
                                 .generation = state->generation,
                                 .customers = state->customers,
                                 .clerks = state->clerks,
                                 .erased = state->erased,
                                 .others = state->others,
                                 .refused = state->refused,
                                 .kek = state->kek,
                                 .renewing = state->renewing,
                                 .renewing_erased = state->renewing_erased,
                                 .renewed_erased = state->renewed_erased};
        memcpy(out->kek_check.bytes, state->kek_check.data, sizeof out->kek_check.bytes);
        if (state->mark.len == sizeof out->mark.bytes)
            memcpy(out->mark.bytes, state->mark.data, sizeof out->mark.bytes);
    } else if (status != SAMME_NOT_FOUND) {
        return status;
    }
    const samme_kek *known = kek_by(map, out->kek);
    if (out->kek != 0) {
        const samme_hash check = known == NULL ? (samme_hash){0} : samme_key_check(&known->key);
        if (known == NULL || !samme_hash_equal(&check, &out->kek_check))
            return SAMME_CORRUPT;
    }
    note_keks(map, out);
    return SAMME_OK;
}

samme_status samme_state_write(samme_keymap *map, const samme_map_state *state) {
    Samme__KeyMapState row = SAMME__KEY_MAP_STATE__INIT;
    row.size = state->size;
    row.made = state->made;
    row.generation = state->generation;
    row.customers = state->customers;
    row.clerks = state->clerks;
    row.erased = state->erased;
    row.others = state->others;
    row.refused = state->refused;
    row.kek = state->kek;
    row.kek_check = samme_bytes_of_span(samme_span_of_hash(&state->kek_check));
    row.renewing = state->renewing;
    row.renewing_erased = state->renewing_erased;
    row.renewed_erased = state->renewed_erased;
    row.mark = samme_bytes_of_span(SAMME_SPAN(state->mark.bytes, sizeof state->mark.bytes));
    return put(map, SAMME_KEYMAP_STATE, state_name(), &row);
}

samme_status samme_key_row_read(samme_keymap *map, const samme_subject *subject,
                                samme_key_row *out) {
    samme_span stored;
    samme_status status =
        samme_space_get(map->space, SAMME_KEYMAP_SUBJECT, samme_span_of_subject(subject), &stored);
    if (status != SAMME_OK)
        return status;
    samme_arena_reset(&map->arena);
    const Samme__KeyRow *row = SAMME_UNPACK(KeyRow, key_row, stored, &map->arena, NULL);
    if (row == NULL)
        return SAMME_CORRUPT;
    *out = (samme_key_row){.kind = row->kind,
                           .sequence = row->sequence,
                           .first = row->first,
                           .branch = row->branch,
                           .made = row->made,
                           .generation = row->generation,
                           .erased = row->erased};
    return row->erased || read_boxed(row->wrapped_by, row->nonce, row->wrapped, &out->boxed)
               ? SAMME_OK
               : SAMME_CORRUPT;
}

samme_status samme_key_row_write(samme_keymap *map, const samme_subject *subject,
                                 const samme_key_row *row) {
    Samme__KeyRow packed = SAMME__KEY_ROW__INIT;
    packed.kind = row->kind;
    packed.sequence = row->sequence;
    packed.first = row->first;
    packed.branch = row->branch;
    packed.made = row->made;
    packed.generation = row->generation;
    packed.erased = row->erased;
    if (!row->erased) {
        const samme_wrapped *wrapped = &row->boxed.wrapped;
        packed.wrapped_by = row->boxed.by;
        packed.nonce = samme_bytes_of_span(SAMME_SPAN(wrapped->nonce, sizeof wrapped->nonce));
        packed.wrapped = samme_bytes_of_span(SAMME_SPAN(wrapped->box, sizeof wrapped->box));
    }
    return put(map, SAMME_KEYMAP_SUBJECT, samme_span_of_subject(subject), &packed);
}

samme_other_key samme_other_key_of(const samme_subject *subject, uint32_t branch) {
    samme_other_key key;
    memcpy(key.bytes, subject->bytes, SAMME_SUBJECT_BYTES);
    samme_put_u32(key.bytes + SAMME_SUBJECT_BYTES, branch);
    return key;
}

samme_status samme_other_read(samme_keymap *map, const samme_other_key *key, samme_boxed *out) {
    samme_span stored;
    samme_status status = samme_space_get(map->space, SAMME_KEYMAP_OTHER,
                                          SAMME_SPAN(key->bytes, sizeof key->bytes), &stored);
    if (status != SAMME_OK)
        return status;
    samme_arena_reset(&map->arena);
    const Samme__OtherKeyRow *row =
        SAMME_UNPACK(OtherKeyRow, other_key_row, stored, &map->arena, NULL);
    return row != NULL && read_boxed(row->wrapped_by, row->nonce, row->wrapped, out)
               ? SAMME_OK
               : SAMME_CORRUPT;
}

samme_status samme_other_write(samme_keymap *map, const samme_other_key *key,
                               const samme_boxed *boxed) {
    Samme__OtherKeyRow row = SAMME__OTHER_KEY_ROW__INIT;
    row.wrapped_by = boxed->by;
    row.nonce = samme_bytes_of_span(SAMME_SPAN(boxed->wrapped.nonce, sizeof boxed->wrapped.nonce));
    row.wrapped = samme_bytes_of_span(SAMME_SPAN(boxed->wrapped.box, sizeof boxed->wrapped.box));
    return put(map, SAMME_KEYMAP_OTHER, SAMME_SPAN(key->bytes, sizeof key->bytes), &row);
}

samme_status samme_other_add(samme_keymap *map, const samme_subject *subject, uint32_t branch,
                             const samme_secret_key *key, samme_map_state *state) {
    const samme_other_key name = samme_other_key_of(subject, branch);
    samme_boxed boxed;
    samme_status status = samme_other_read(map, &name, &boxed);
    if (status != SAMME_NOT_FOUND)
        return status == SAMME_OK ? SAMME_CONFLICT : status;
    boxed = samme_box(map, subject, key);
    state->others++;
    return samme_other_write(map, &name, &boxed);
}

samme_boxed samme_box(samme_keymap *map, const samme_subject *subject,
                      const samme_secret_key *key) {
    const samme_kek *kek = samme_keks_newest(&map->keks);
    samme_boxed boxed = {.by = kek->number};
    samme_key_wrap(&kek->key, samme_span_of_subject(subject), key, map->random, &boxed.wrapped);
    return boxed;
}

samme_status samme_unbox(const samme_keymap *map, const samme_subject *subject,
                         const samme_boxed *boxed, samme_secret_key *out) {
    const samme_kek *kek = kek_by(map, boxed->by);
    return kek == NULL
               ? SAMME_CORRUPT
               : samme_key_unwrap(&kek->key, samme_span_of_subject(subject), &boxed->wrapped, out);
}

void samme_state_count(samme_map_state *state, const samme_key_row *row, int by) {
    uint64_t *count = row->erased                                  ? &state->erased
                      : row->kind == SAMME__KEY_KIND__key_of_clerk ? &state->clerks
                                                                   : &state->customers;
    *count = by < 0 ? *count - 1 : *count + 1;
}

samme_status samme_row_erase(samme_keymap *map, const samme_subject *subject, samme_key_row *row,
                             samme_map_state *state) {
    samme_other_key from = samme_other_key_of(subject, 0);
    samme_status status;
    samme_span key, ignored;
    while ((status = samme_space_seek(map->space, SAMME_KEYMAP_OTHER,
                                      SAMME_SPAN(from.bytes, sizeof from.bytes), &key, &ignored)) ==
               SAMME_OK &&
           key.length == sizeof from.bytes &&
           memcmp(key.data, subject->bytes, sizeof subject->bytes) == 0) {
        memcpy(from.bytes, key.data, sizeof from.bytes);
        status = samme_space_remove(map->space, SAMME_KEYMAP_OTHER,
                                    SAMME_SPAN(from.bytes, sizeof from.bytes));
        if (status != SAMME_OK)
            return status;
    }
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    if (row->made != 0) {
        uint8_t made[8];
        samme_put_u64(made, row->made);
        status = samme_space_remove(map->space, SAMME_KEYMAP_MADE, SAMME_SPAN(made, sizeof made));
        if (status != SAMME_OK)
            return status;
    }
    row->made = 0;
    row->erased = true;
    samme_wipe(&row->boxed, sizeof row->boxed);
    samme_state_count(state, row, 1);
    return SAMME_OK;
}

/* What remains of a sequence whose row has moved on, or was swept: its mark. */
samme_status samme_sequence_empty(samme_keymap *map, uint64_t sequence) {
    uint8_t at[8];
    samme_key_mark mark;
    samme_span stored;
    samme_put_u64(at, sequence);
    samme_status status =
        samme_space_get(map->space, SAMME_KEYMAP_SEQUENCE, SAMME_SPAN(at, sizeof at), &stored);
    if (status != SAMME_OK || stored.length < sizeof mark.bytes)
        return status == SAMME_OK || status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    memcpy(mark.bytes, stored.data, sizeof mark.bytes);
    return samme_space_put(map->space, SAMME_KEYMAP_SEQUENCE, SAMME_SPAN(at, sizeof at),
                           SAMME_SPAN(mark.bytes, sizeof mark.bytes));
}

samme_status samme_row_bump(samme_keymap *map, const samme_subject *subject, samme_key_row *row,
                            samme_map_state *state) {
    uint8_t at[8], value[sizeof state->mark.bytes + SAMME_SUBJECT_BYTES];
    samme_status status = row->sequence != 0 ? samme_sequence_empty(map, row->sequence) : SAMME_OK;
    row->sequence = ++state->size;
    map->random.fill(map->random.self, state->mark.bytes, sizeof state->mark.bytes);
    samme_put_u64(at, row->sequence);
    memcpy(value, state->mark.bytes, sizeof state->mark.bytes);
    memcpy(value + sizeof state->mark.bytes, subject->bytes, SAMME_SUBJECT_BYTES);
    return status == SAMME_OK
               ? samme_space_put(map->space, SAMME_KEYMAP_SEQUENCE, SAMME_SPAN(at, sizeof at),
                                 SAMME_SPAN(value, sizeof value))
               : status;
}
