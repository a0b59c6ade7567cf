/* The hub's side: it gives sequences, and hands out. */
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "keymap/keymap.h"
#include "keymap/rows.h"

typedef struct taken {
    const samme_subject *subject;
    Samme__KeyKind kind;
    const samme_secret_key *key;
    uint32_t branch;
} taken;

static samme_status take_new(samme_keymap *map, const taken *what, samme_map_state *state) {
    samme_span ignored;
    samme_key_row row = {.kind = what->kind,
                         .branch = what->branch,
                         .boxed = samme_box(map, what->subject, what->key)};
    samme_status status = samme_row_bump(map, what->subject, &row, state);
    row.first = row.sequence;
    samme_state_count(state, &row, 1);
    if (status == SAMME_OK)
        status = samme_key_row_write(map, what->subject, &row);
    /* a hub that misses it has it now, whichever way it came */
    if (status == SAMME_OK &&
        samme_space_get(map->space, SAMME_KEYMAP_WANTED, samme_span_of_subject(what->subject),
                        &ignored) == SAMME_OK)
        status = samme_space_remove(map->space, SAMME_KEYMAP_WANTED,
                                    samme_span_of_subject(what->subject));
    return status;
}

/* Who has another key for the subject pulls the one that is everybody's: the row moves to the end,
 * as it does when more branches may have it. */
static samme_status take_known(samme_keymap *map, const taken *what, samme_key_row *row,
                               samme_map_state *state, samme_key_outcome *out) {
    samme_secret_key held;
    samme_status status = samme_unbox(map, what->subject, &row->boxed, &held);
    if (status != SAMME_OK)
        return status;
    bool moves = false;
    *out = SAMME_KEY_HELD;
    if (!samme_secret_equal(SAMME_SPAN(held.bytes, sizeof held.bytes),
                            SAMME_SPAN(what->key->bytes, sizeof what->key->bytes))) {
        *out = SAMME_KEY_SET_ASIDE;
        status = samme_other_add(map, what->subject, what->branch, what->key, state);
        moves = status == SAMME_OK;
        status = status == SAMME_CONFLICT ? SAMME_OK : status;
    }
    samme_wipe(&held, sizeof held);
    if (status == SAMME_OK && row->kind == SAMME__KEY_KIND__key_of_clerk &&
        what->kind == SAMME__KEY_KIND__key_of_customer) {
        samme_state_count(state, row, -1);
        row->kind = what->kind;
        samme_state_count(state, row, 1);
        moves = true;
    }
    if (status == SAMME_OK && moves) {
        status = samme_row_bump(map, what->subject, row, state);
        if (status == SAMME_OK)
            status = samme_key_row_write(map, what->subject, row);
    }
    return status;
}

samme_status samme_keymap_take(samme_keymap *map, const samme_subject *subject, Samme__KeyKind kind,
                               const samme_secret_key *key, uint32_t branch,
                               samme_key_outcome *out) {
    const taken what = {subject, kind, key, branch};
    samme_key_row row;
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status != SAMME_OK)
        return status;
    *out = SAMME_KEY_HELD;
    const uint64_t size = state.size, others = state.others;
    status = samme_key_row_read(map, subject, &row);
    if (status == SAMME_NOT_FOUND) {
        *out = SAMME_KEY_TAKEN;
        status = take_new(map, &what, &state);
    } else if (status == SAMME_OK && row.erased) {
        *out = SAMME_KEY_REFUSED;
        state.refused++;
    } else if (status == SAMME_OK) {
        status = take_known(map, &what, &row, &state, out);
    }
    const bool changed = state.size != size || state.others != others || *out == SAMME_KEY_REFUSED;
    return status == SAMME_OK && changed ? samme_state_write(map, &state) : status;
}

typedef struct sequence_key {
    uint8_t bytes[8];
} sequence_key;

/* What the first sequence from `from` on stands for; *out_moved: nothing any more. */
static samme_status row_from(samme_keymap *map, uint64_t from, uint64_t *out_sequence,
                             samme_key_mark *out_mark, bool *out_moved, samme_subject *out_subject,
                             samme_key_row *out) {
    sequence_key at;
    samme_span key, value;
    samme_put_u64(at.bytes, from);
    samme_status status = samme_space_seek(map->space, SAMME_KEYMAP_SEQUENCE,
                                           SAMME_SPAN(at.bytes, sizeof at.bytes), &key, &value);
    if (status != SAMME_OK)
        return status;
    *out_moved = value.length == sizeof out_mark->bytes;
    if (key.length != sizeof at.bytes ||
        (!*out_moved && value.length != sizeof out_mark->bytes + sizeof out_subject->bytes))
        return SAMME_CORRUPT;
    *out_sequence = samme_get_u64(key.data);
    memcpy(out_mark->bytes, value.data, sizeof out_mark->bytes);
    if (*out_moved)
        return SAMME_OK;
    memcpy(out_subject->bytes, value.data + sizeof out_mark->bytes, sizeof out_subject->bytes);
    status = samme_key_row_read(map, out_subject, out);
    return status == SAMME_NOT_FOUND || (status == SAMME_OK && out->sequence != *out_sequence)
               ? SAMME_CORRUPT
               : status;
}

samme_status samme_keymap_sweep_taken(samme_keymap *map, uint64_t size) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    const uint64_t end = state.size;
    bool swept = false;
    /* what moved stays where it is; sequences are given once */
    for (uint64_t from = size + 1; status == SAMME_OK && from <= end;) {
        samme_subject subject;
        samme_key_row row;
        samme_key_mark mark;
        uint64_t sequence;
        bool moved;
        status = row_from(map, from, &sequence, &mark, &moved, &subject, &row);
        if (status != SAMME_OK)
            break;
        from = sequence + 1;
        if (moved || row.first <= size || row.erased)
            continue;
        samme_state_count(&state, &row, -1);
        swept = true;
        status = samme_sequence_empty(map, sequence);
        if (status == SAMME_OK)
            status = samme_space_remove(map->space, SAMME_KEYMAP_SUBJECT,
                                        samme_span_of_subject(&subject));
    }
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    return swept ? samme_state_write(map, &state) : SAMME_OK;
}

samme_status samme_keymap_agrees(samme_keymap *map, const Samme__PullKeys *pull,
                                 samme_error *error) {
    samme_map_state state;
    samme_span stored;
    sequence_key at;
    samme_put_u64(at.bytes, pull->from);
    samme_status status = samme_state_read(map, &state);
    bool agrees = pull->from == 0;
    if (status == SAMME_OK && !agrees) {
        status = samme_space_get(map->space, SAMME_KEYMAP_SEQUENCE,
                                 SAMME_SPAN(at.bytes, sizeof at.bytes), &stored);
        agrees = status == SAMME_OK && pull->mark.len == sizeof state.mark.bytes &&
                 stored.length >= pull->mark.len &&
                 memcmp(stored.data, pull->mark.data, pull->mark.len) == 0;
        status = status == SAMME_NOT_FOUND ? SAMME_OK : status;
    }
    if (status != SAMME_OK)
        return samme_fail(error, status, "keys store: the key map cannot be read");
    return agrees ? SAMME_OK
                  : samme_fail(error, SAMME_MISMATCH,
                               "keys up to %llu were not given by this hub, which gave %llu",
                               (unsigned long long)pull->from, (unsigned long long)state.size);
}

/* A clerk's key goes to the branches that name the clerk. */
static samme_status may_have(samme_keymap *map, const samme_subject *subject,
                             const samme_key_row *row, uint32_t branch, bool *out) {
    *out = row->erased || row->kind != SAMME__KEY_KIND__key_of_clerk || row->branch == branch;
    if (*out)
        return SAMME_OK;
    const samme_other_key other = samme_other_key_of(subject, branch);
    samme_boxed ignored;
    samme_status status = samme_other_read(map, &other, &ignored);
    *out = status == SAMME_OK;
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_status item_of(samme_keymap *map, const samme_subject *subject,
                            const samme_key_row *row, samme_arena *arena, Samme__KeyItem **out) {
    Samme__KeyItem *item = samme_arena_alloc(arena, sizeof *item);
    const samme_span id = samme_arena_copy(arena, samme_span_of_subject(subject));
    if (item == NULL || id.data == NULL)
        return SAMME_NO_MEMORY;
    samme__key_item__init(item);
    item->subject = samme_bytes_of_span(id);
    item->sequence = row->sequence;
    item->kind = row->kind;
    item->erased = row->erased;
    *out = item;
    if (row->erased)
        return SAMME_OK;
    samme_secret_key *key = samme_arena_alloc(arena, sizeof *key);
    if (key == NULL)
        return SAMME_NO_MEMORY;
    item->key = samme_bytes_of_span(SAMME_SPAN(key->bytes, sizeof key->bytes));
    return samme_unbox(map, subject, &row->boxed, key);
}

samme_status samme_keymap_part(samme_keymap *map, uint64_t from, uint32_t branch,
                               samme_arena *arena, Samme__KeysPart *out) {
    enum { LOOKED_AT_MAX = 4 * SAMME_KEYS_IN_PART_MAX }; /* clerks of others are passed over */
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status != SAMME_OK)
        return status;
    Samme__KeyItem **items =
        samme_arena_alloc(arena, SAMME_KEYS_IN_PART_MAX * sizeof(Samme__KeyItem *));
    if (items == NULL)
        return SAMME_NO_MEMORY;
    samme__keys_part__init(out);
    out->from = out->to = from;
    out->size = state.size;
    out->items = items;
    samme_key_mark *mark = samme_arena_alloc(arena, sizeof *mark);
    if (mark == NULL)
        return SAMME_NO_MEMORY;
    for (unsigned i = 0; i < LOOKED_AT_MAX && out->n_items < SAMME_KEYS_IN_PART_MAX; i++) {
        samme_subject subject;
        samme_key_row row;
        uint64_t sequence;
        bool moved, may = false;
        status = row_from(map, out->to + 1, &sequence, mark, &moved, &subject, &row);
        if (status == SAMME_NOT_FOUND)
            break;
        if (status == SAMME_OK && !moved)
            status = may_have(map, &subject, &row, branch, &may);
        if (status == SAMME_OK && may)
            status = item_of(map, &subject, &row, arena, &items[out->n_items]);
        if (status != SAMME_OK)
            return status;
        out->n_items += may ? 1 : 0;
        out->to = sequence;
    }
    if (out->to == from) /* nothing new: the asker's own */
        *mark = state.mark;
    if (out->to > 0)
        out->mark = samme_bytes_of_span(SAMME_SPAN(mark->bytes, sizeof mark->bytes));
    return SAMME_OK;
}
