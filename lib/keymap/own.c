/* A node's side: keys of its own entries, and those it pulls. */
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "keymap/keymap.h"
#include "keymap/rows.h"

typedef struct made_key {
    uint8_t bytes[8];
} made_key;

static made_key made_key_of(uint64_t number) {
    made_key key;
    samme_put_u64(key.bytes, number);
    return key;
}

static samme_status forget_made(samme_keymap *map, samme_key_row *row) {
    if (row->made == 0)
        return SAMME_OK;
    const made_key key = made_key_of(row->made);
    row->made = 0;
    return samme_space_remove(map->space, SAMME_KEYMAP_MADE,
                              SAMME_SPAN(key.bytes, sizeof key.bytes));
}

static samme_status make(samme_keymap *map, const samme_subject *subject, Samme__KeyKind kind) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status != SAMME_OK)
        return status;
    samme_secret_key key;
    samme_secret_key_new(&key, map->random);
    samme_key_row row = {
        .kind = kind, .made = ++state.made, .boxed = samme_box(map, subject, &key)};
    samme_wipe(&key, sizeof key);
    samme_state_count(&state, &row, 1);
    const made_key made = made_key_of(row.made);
    status =
        samme_space_put(map->space, SAMME_KEYMAP_MADE, SAMME_SPAN(made.bytes, sizeof made.bytes),
                        samme_span_of_subject(subject));
    if (status == SAMME_OK)
        status = samme_key_row_write(map, subject, &row);
    return status == SAMME_OK ? samme_state_write(map, &state) : status;
}

samme_status samme_keymap_name(samme_keymap *map, const samme_subject *subject,
                               Samme__KeyKind kind) {
    samme_key_row row;
    samme_status status = samme_key_row_read(map, subject, &row);
    if (status == SAMME_NOT_FOUND)
        return make(map, subject, kind);
    if (status != SAMME_OK || row.erased || row.kind == SAMME__KEY_KIND__key_of_customer ||
        kind == row.kind)
        return status;
    samme_map_state state;
    status = samme_state_read(map, &state);
    if (status != SAMME_OK)
        return status;
    samme_state_count(&state, &row, -1);
    row.kind = kind;
    row.generation = 0; /* the hub is told with the entry */
    samme_state_count(&state, &row, 1);
    status = samme_key_row_write(map, subject, &row);
    return status == SAMME_OK ? samme_state_write(map, &state) : status;
}

samme_status samme_keymap_unsettled(samme_keymap *map, const samme_subject *subject,
                                    samme_secret_key *out) {
    samme_key_row row;
    samme_map_state state;
    samme_status status = samme_key_row_read(map, subject, &row);
    if (status == SAMME_OK)
        status = samme_state_read(map, &state);
    if (status == SAMME_OK && (row.erased || row.generation == state.generation))
        return SAMME_NOT_FOUND;
    return status == SAMME_OK ? samme_unbox(map, subject, &row.boxed, out) : status;
}

/* One that was made; what is the hub's too is no orphan, whatever number it had. */
static samme_status sweep_one(samme_keymap *map, const samme_subject *subject, uint64_t number,
                              samme_map_state *state) {
    samme_key_row row;
    samme_status status = samme_key_row_read(map, subject, &row);
    if (status == SAMME_OK && row.made == number && row.generation == 0) {
        samme_state_count(state, &row, -1);
        status =
            samme_space_remove(map->space, SAMME_KEYMAP_SUBJECT, samme_span_of_subject(subject));
    }
    const made_key key = made_key_of(number);
    return status == SAMME_OK || status == SAMME_NOT_FOUND
               ? samme_space_remove(map->space, SAMME_KEYMAP_MADE,
                                    SAMME_SPAN(key.bytes, sizeof key.bytes))
               : status;
}

samme_status samme_keymap_sweep_made(samme_keymap *map, uint64_t made) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status != SAMME_OK || state.made <= made)
        return status;
    bool swept = false;
    for (;;) { /* as many as were made in the commits that a crash lost */
        const made_key from = made_key_of(made + 1);
        samme_span key, value;
        samme_subject subject;
        status = samme_space_seek(map->space, SAMME_KEYMAP_MADE,
                                  SAMME_SPAN(from.bytes, sizeof from.bytes), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return swept ? samme_state_write(map, &state) : SAMME_OK;
        if (status == SAMME_OK &&
            (key.length != sizeof from.bytes || value.length != sizeof subject.bytes))
            status = SAMME_CORRUPT;
        if (status != SAMME_OK)
            return status;
        memcpy(subject.bytes, value.data, sizeof subject.bytes);
        status = sweep_one(map, &subject, samme_get_u64(key.data), &state);
        if (status != SAMME_OK)
            return status;
        swept = true;
    }
}

samme_status samme_keymap_ask(samme_keymap *map, samme_arena *arena, Samme__PullKeys *out) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status != SAMME_OK)
        return status;
    samme__pull_keys__init(out);
    out->from = state.size;
    if (state.size == 0)
        return SAMME_OK;
    const samme_span mark =
        samme_arena_copy(arena, SAMME_SPAN(state.mark.bytes, sizeof state.mark.bytes));
    out->mark = samme_bytes_of_span(mark);
    return mark.data == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

/* Replaces what this branch made, or (under branch 0) what a hub had given before it was put back
 * from a backup. It is kept: something may be sealed under it. */
static samme_status give_way(samme_keymap *map, const samme_subject *subject, samme_key_row *row,
                             uint32_t own, const samme_secret_key *key, samme_map_state *state) {
    samme_secret_key mine;
    samme_status status = samme_unbox(map, subject, &row->boxed, &mine);
    if (status == SAMME_OK)
        status = samme_other_add(map, subject, own, &mine, state);
    samme_wipe(&mine, sizeof mine);
    row->boxed = samme_box(map, subject, key);
    return status == SAMME_CONFLICT ? SAMME_OK : status;
}

static samme_status settle_key(samme_keymap *map, const samme_subject *subject,
                               const Samme__KeyItem *item, uint32_t own, samme_map_state *state) {
    samme_key_row row = {.kind = item->kind};
    samme_secret_key key, held;
    memcpy(key.bytes, item->key.data, sizeof key.bytes);
    samme_status status = samme_key_row_read(map, subject, &row);
    const bool known = status == SAMME_OK;
    if (known && row.erased)
        return SAMME_OK; /* for ever */
    if (known) {
        samme_state_count(state, &row, -1);
        status = samme_unbox(map, subject, &row.boxed, &held);
        const bool same =
            status == SAMME_OK && samme_secret_equal(SAMME_SPAN(held.bytes, sizeof held.bytes),
                                                     SAMME_SPAN(key.bytes, sizeof key.bytes));
        if (status == SAMME_OK && !same && row.generation == state->generation) {
            state->refused++; /* what the hub gave once is not given otherwise */
        } else {
            if (status == SAMME_OK && !same)
                status = give_way(map, subject, &row, row.generation == 0 ? own : 0, &key, state);
            /* a clerk here whom this branch has since named as a customer stays one */
            if (row.kind != SAMME__KEY_KIND__key_of_customer || row.generation != 0)
                row.kind = item->kind;
        }
        samme_wipe(&held, sizeof held);
    } else if (status == SAMME_NOT_FOUND) {
        status = SAMME_OK;
        row.boxed = samme_box(map, subject, &key);
    }
    samme_wipe(&key, sizeof key);
    if (status != SAMME_OK)
        return status;
    samme_state_count(state, &row, 1);
    row.sequence = item->sequence;
    if (row.kind == item->kind) /* else the hub is still to be told */
        row.generation = state->generation;
    status = forget_made(map, &row);
    return status == SAMME_OK ? samme_key_row_write(map, subject, &row) : status;
}

static samme_status settle_erased(samme_keymap *map, const samme_subject *subject,
                                  const Samme__KeyItem *item, const samme_erasures *erasures,
                                  samme_map_state *state) {
    if (erasures == NULL || erasures->ordered == NULL ||
        !erasures->ordered(erasures->self, subject, samme_span_of_bytes(item->authority))) {
        state->refused++;
        return SAMME_OK;
    }
    samme_key_row row = {.kind = item->kind};
    samme_status status = samme_key_row_read(map, subject, &row);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    if (!row.erased) {
        if (status == SAMME_OK)
            samme_state_count(state, &row, -1);
        status = samme_row_erase(map, subject, &row, state);
        if (status != SAMME_OK)
            return status;
    }
    row.sequence = item->sequence;
    row.generation = state->generation;
    return samme_key_row_write(map, subject, &row);
}

static bool sound_item(const Samme__KeyItem *item, uint64_t from, uint64_t to) {
    return item->subject.len == SAMME_SUBJECT_BYTES && item->sequence > from &&
           item->sequence <= to && item->key.len == (item->erased ? 0 : SAMME_SEAL_KEY_BYTES) &&
           (item->erased || item->kind == SAMME__KEY_KIND__key_of_customer ||
            item->kind == SAMME__KEY_KIND__key_of_clerk);
}

samme_status samme_keymap_receive(samme_keymap *map, const Samme__KeysPart *part, uint32_t own,
                                  const samme_erasures *erasures, samme_error *error) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    if (status != SAMME_OK || part->from != state.size)
        return status;
    uint64_t before = part->from;
    bool sound = part->to >= part->from && part->n_items <= SAMME_KEYS_IN_PART_MAX &&
                 part->mark.len == (part->to > 0 ? sizeof state.mark.bytes : 0);
    for (size_t i = 0; i < part->n_items && sound; i++) {
        sound = sound_item(part->items[i], before, part->to);
        before = part->items[i]->sequence;
    }
    if (!sound)
        return samme_fail(error, SAMME_MALFORMED,
                          "keys from %llu: expected at most %u items of ascending sequence up to "
                          "%llu, each of a subject of 16 bytes and a key of 32",
                          (unsigned long long)part->from, SAMME_KEYS_IN_PART_MAX,
                          (unsigned long long)part->to);
    for (size_t i = 0; i < part->n_items && status == SAMME_OK; i++) {
        const Samme__KeyItem *item = part->items[i];
        samme_subject subject;
        memcpy(subject.bytes, item->subject.data, sizeof subject.bytes);
        status = item->erased ? settle_erased(map, &subject, item, erasures, &state)
                              : settle_key(map, &subject, item, own, &state);
    }
    state.size = part->to;
    if (part->mark.len == sizeof state.mark.bytes)
        memcpy(state.mark.bytes, part->mark.data, sizeof state.mark.bytes);
    if (status == SAMME_OK && part->to > part->from)
        status = samme_state_write(map, &state);
    return status == SAMME_OK
               ? SAMME_OK
               : samme_fail(error, status, "keys store: what was pulled cannot be kept");
}

samme_status samme_keymap_start_again(samme_keymap *map) {
    samme_map_state state;
    samme_status status = samme_state_read(map, &state);
    state.size = 0;
    state.mark = (samme_key_mark){{0}};
    state.generation++;
    return status == SAMME_OK ? samme_state_write(map, &state) : status;
}
