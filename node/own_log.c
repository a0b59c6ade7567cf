/* This branch's own log: entries are folded on trial before they are written, so that nothing
 * enters the log that every reader would put into quarantine. */
#include "node/core.h"

#include <assert.h>

#include "crypto/hash.h"

static samme_status put_own(samme_node *node, uint64_t index, samme_span entry) {
    samme_key8 key = samme_key_u64(index);
    return samme_space_put(&node->log, SAMME_TABLE_OWN, SAMME_SPAN(key.bytes, sizeof key.bytes),
                           entry);
}

samme_status samme_own_bytes(samme_node *node, uint64_t index, samme_span *out) {
    samme_key8 key = samme_key_u64(index);
    samme_span stored;
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_OWN,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    *out = samme_arena_copy(&node->arena, stored);
    return out->data == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

static samme_status place_bytes(samme_node *node, uint64_t place, samme_span *out) {
    uint64_t journal_index;
    uint32_t offset;
    if (!samme_held_place_of(place, &journal_index, &offset))
        return samme_own_bytes(node, place, out);
    const samme_key12 key = samme_key_u64_u32(journal_index, offset);
    samme_span stored;
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_ENTRY,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    *out = samme_arena_copy(&node->arena, stored);
    return out->data == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

samme_status samme_own_entry(samme_node *node, uint64_t place, samme_span *out) {
    samme_position ignored, at = {.branch = node->setup.branch};
    bool carried;
    samme_status status = place_bytes(node, place, out);
    return status == SAMME_OK
               ? samme_carried_event(&at, *out, &node->arena, &ignored, out, &carried)
               : status;
}

samme_status samme_own_index(samme_node *node, uint64_t place, uint64_t *out) {
    samme_span bytes, event;
    samme_position first, at = {.branch = node->setup.branch};
    bool carried;
    samme_status status = place_bytes(node, place, &bytes);
    if (status == SAMME_OK)
        status = samme_carried_event(&at, bytes, &node->arena, &first, &event, &carried);
    if (status != SAMME_OK)
        return status;
    uint64_t journal_index;
    uint32_t offset;
    *out = place;
    if (carried) {
        *out = first.first_index;
    } else if (samme_held_place_of(place, &journal_index, &offset)) {
        const samme_key8 key = samme_key_u64(journal_index);
        samme_record record;
        samme_span stored;
        status = samme_space_get(&node->log, SAMME_TABLE_JOURNAL,
                                 SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
        if (status == SAMME_OK)
            status = samme_record_open(stored, &node->arena, &record, NULL);
        if (status == SAMME_OK)
            *out = record.batch.old_size + offset;
    }
    return status;
}

static samme_status decode_range(ProtobufCBinaryData bytes, samme_range *out) {
    if (bytes.len > 0)
        return samme_range_decode(samme_span_of_bytes(bytes), out);
    samme_range_init(out);
    return SAMME_OK;
}

static samme_status other_log(const samme_node *node, const Samme__OwnState *held,
                              samme_error *error) {
    const bool older = held->branch == node->setup.branch && held->epoch < node->setup.epoch;
    return samme_fail(error, SAMME_CONFLICT,
                      "this data folder holds the log of branch %u in epoch %u, not that of branch "
                      "%u in epoch %u%s",
                      held->branch, held->epoch, node->setup.branch, node->setup.epoch,
                      older ? ": when no other machine runs as this branch, start samme-node once "
                              "with --recover"
                            : "");
}

samme_status samme_own_load(samme_node *node, samme_error *error) {
    samme_span stored;
    Samme__OwnState empty = SAMME__OWN_STATE__INIT, *state = &empty;
    samme_status status =
        samme_space_get(&node->log, SAMME_TABLE_STATE, SAMME_LITERAL("own"), &stored);
    if (status == SAMME_OK) {
        state = SAMME_UNPACK(OwnState, own_state, stored, &node->arena, error);
        if (state == NULL)
            return samme_fail_in(error, SAMME_CORRUPT, "log store: state of the own log");
    } else if (status != SAMME_NOT_FOUND) {
        return samme_fail(error, status, "log store: the own log's state cannot be read");
    } else if (samme_space_get(&node->log, SAMME_TABLE_STATE, SAMME_LITERAL("hub"), &stored) ==
               SAMME_OK) {
        return samme_fail(error, SAMME_CORRUPT,
                          "log store: it is a hub's; a branch needs a data folder of its own");
    }
    if (state->branch != 0 &&
        (state->branch != node->setup.branch || state->epoch != node->setup.epoch))
        return other_log(node, state, error);
    if (decode_range(state->range, &node->own) != SAMME_OK ||
        decode_range(state->signed_range, &node->signed_range) != SAMME_OK ||
        node->signed_range.size > node->own.size || state->acked_size > node->signed_range.size)
        return samme_fail(error, SAMME_CORRUPT, "log store: the own log's state is damaged");
    node->acked_size = state->acked_size;
    node->last_time_ms = state->last_time_ms;
    node->release = state->release == NULL ? 0 : state->release->version;
    if (state->release != NULL && state->release->note_hash.len == sizeof node->release_hash)
        memcpy(node->release_hash.bytes, state->release->note_hash.data, sizeof node->release_hash);
    node->release_taken_ms = state->release_taken_ms;
    node->keys.logged = state->keys_made;
    node->keys.adopt = state == &empty && node->setup.epoch > 1;
    if (node->hub_heard_ms < state->hub_heard_ms)
        node->hub_heard_ms = state->hub_heard_ms;
    node->own_changed = false;
    return SAMME_OK;
}

samme_status samme_own_store(samme_node *node) {
    samme_buffer range, signed_range, packed;
    samme_buffer_init(&range, 4096);
    samme_buffer_init(&signed_range, 4096);
    samme_buffer_init(&packed, 16384);
    samme_range_encode(&node->own, &range);
    samme_range_encode(&node->signed_range, &signed_range);
    Samme__ReleaseRef release = SAMME__RELEASE_REF__INIT;
    release.version = node->release;
    release.note_hash = samme_bytes_of_span(samme_span_of_hash(&node->release_hash));
    Samme__OwnState state = SAMME__OWN_STATE__INIT;
    state.range = samme_bytes_of_span(samme_buffer_span(&range));
    state.signed_range = samme_bytes_of_span(samme_buffer_span(&signed_range));
    state.branch = node->setup.branch;
    state.epoch = node->setup.epoch;
    state.acked_size = node->acked_size;
    state.last_time_ms = node->last_time_ms;
    state.release = node->release > 0 ? &release : NULL;
    state.release_taken_ms = node->release_taken_ms;
    state.hub_heard_ms = node->hub_heard_stored_ms = node->hub_heard_ms;
    samme_status status = samme_keys_made(node, &state.keys_made);
    samme_pack(&state, &packed);
    if (status == SAMME_OK)
        status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_space_put(&node->log, SAMME_TABLE_STATE, SAMME_LITERAL("own"),
                                 samme_buffer_span(&packed));
    node->own_changed = status != SAMME_OK;
    samme_buffer_free(&range);
    samme_buffer_free(&signed_range);
    samme_buffer_free(&packed);
    return status;
}

static samme_status fold_own(samme_node *node, const samme_rows *rows, uint64_t index,
                             samme_span entry, bool *out_quarantined, samme_error *error) {
    samme_position position = {.branch = node->setup.branch,
                               .epoch = node->setup.epoch,
                               .index = index,
                               .own_layer = true};
    return samme_fold(rows, &position, entry, &node->follow.arena, out_quarantined, error);
}

/* The reason a trial fold gave, as the fold wrote it. */
static samme_status trial_refused(samme_node *node, samme_layer *trial, uint64_t index,
                                  samme_error *error) {
    samme_map_entry row;
    const char *reason = "not acceptable";
    for (bool more = samme_map_at_or_after(trial->map, SAMME_LITERAL("q"), &row);
         more && row.key.data[0] == 'q'; more = samme_map_after(trial->map, row.key, &row)) {
        const Samme__QuarantineRow *quarantined =
            SAMME_UNPACK(QuarantineRow, quarantine_row, row.value, &node->arena, NULL);
        if (quarantined != NULL && quarantined->index == index)
            reason = quarantined->reason;
    }
    return samme_fail(error, SAMME_CONFLICT, "%s", reason);
}

static samme_status build(samme_node *node, const samme_new_entry *entry, samme_span *out,
                          samme_error *error) {
    uint8_t random[10];
    node->setup.random.fill(node->setup.random.self, random, sizeof random);
    samme_entry_head head = {.kind = entry->kind,
                             .event_class = entry->event_class,
                             .region = node->setup.region,
                             .time_ms = samme_node_time(node),
                             .key_hash = entry->key_hash,
                             .request_hash = entry->request_hash};
    samme_event_id(head.id, head.time_ms, random);
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    samme_status status = samme_entry_build(&head, entry->body, &packed);
    if (status == SAMME_OK) {
        *out = samme_arena_copy(&node->arena, samme_buffer_span(&packed));
        status = out->data == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    }
    samme_buffer_free(&packed);
    return status == SAMME_OK
               ? SAMME_OK
               : samme_fail(error, status, "an entry of at most %u bytes", SAMME_EVENT_MAX_BYTES);
}

static samme_status write_entries(samme_node *node, const samme_span *entries, size_t count,
                                  samme_layer *trial) {
    samme_status status = SAMME_OK;
    if (node->own.size == node->signed_range.size)
        node->tail_ms = node->monotonic_ms;
    for (size_t i = 0; i < count && status == SAMME_OK; i++) {
        samme_hash leaf = samme_leaf_hash(entries[i]);
        status = put_own(node, node->own.size, entries[i]);
        if (status == SAMME_OK)
            status = samme_range_append(&node->own, &leaf);
    }
    node->layers.touched = true;
    samme_map_entry row;
    for (bool more = samme_map_at_or_after(trial->map, SAMME_SPAN(NULL, 0), &row);
         more && status == SAMME_OK; more = samme_map_after(trial->map, row.key, &row))
        status = samme_map_put(node->layer.map, row.key, row.value, 0);
    node->last_time_ms = samme_node_time(node);
    node->own_changed = true;
    return status;
}

/* What gives a right back is told at once: the next customer may wait for it at the branch that
 * lent it. */
static bool gives_back(const samme_new_entry *entry) {
    if (entry->kind == SAMME__EVENT_KIND__return_decided) {
        const Samme__ReturnDecided *decided = entry->body;
        size_t authorised = 0;
        for (size_t i = 0; i < decided->n_lines; i++)
            authorised += decided->lines[i]->answer->verdict == SAMME__VERDICT__authorise ? 1 : 0;
        return decided->n_lent > authorised;
    }
    if (entry->kind == SAMME__EVENT_KIND__return_done)
        return ((const Samme__ReturnDone *)entry->body)->outcome != SAMME__RETURN_OUTCOME__paid;
    return entry->kind == SAMME__EVENT_KIND__given_back;
}

samme_status samme_own_append(samme_node *node, const samme_new_entry *entries, size_t count,
                              uint64_t *out_index, samme_error *error) {
    assert(count > 0);
    if (node->trouble[0] != 0)
        return samme_fail(error, SAMME_DENIED, "this node does not write: %s", node->trouble);
    Samme__Anchor anchor = SAMME__ANCHOR__INIT;
    /* as verified, not as folded: views may be folded again from their start, anchors never go back
     */
    samme_hash root = samme_range_root(&node->follow.held);
    anchor.journal_epoch = samme_replay_journal_epoch(&node->follow.replay);
    anchor.journal_size = node->follow.held.size;
    anchor.root = samme_bytes_of_span(samme_span_of_hash(&root));
    if (node->own.size == 0) /* of the log's first entry */
        anchor.lost_epoch = node->recovery.lost_epoch;
    samme_new_entry first = {.kind = SAMME__EVENT_KIND__anchor, .body = &anchor};
    /* the first entry after a signed checkpoint says which journal this branch has verified */
    size_t anchors = node->own.size == node->signed_range.size ? 1 : 0;
    samme_span *packed = samme_arena_alloc(&node->arena, (anchors + count) * sizeof *packed);
    samme_layer trial;
    samme_status status =
        packed == NULL ? SAMME_NO_MEMORY : samme_layer_init(&trial, samme_layer_rows(&node->layer));
    if (status != SAMME_OK)
        return status;
    samme_rows rows = samme_layer_rows(&trial);
    for (size_t i = 0; i < anchors + count && status == SAMME_OK; i++) {
        bool quarantined = false;
        status = build(node, i < anchors ? &first : &entries[i - anchors], &packed[i], error);
        if (status == SAMME_OK)
            status = fold_own(node, &rows, node->own.size + i, packed[i], &quarantined, error);
        if (status == SAMME_OK && quarantined)
            status = trial_refused(node, &trial, node->own.size + i, error);
    }
    uint64_t index = node->own.size + anchors;
    if (status == SAMME_OK) {
        status = samme_keys_name(node, packed, anchors + count, error);
        if (status == SAMME_OK)
            status = write_entries(node, packed, anchors + count, &trial);
        if (status != SAMME_OK) /* a part of it may be written: none of it may stay */
            samme_node_undo(node);
    }
    if (status == SAMME_OK)
        *out_index = index;
    for (size_t i = 0; i < count && status == SAMME_OK; i++)
        node->push_now = node->push_now || gives_back(&entries[i]);
    samme_layer_fini(&trial);
    return status;
}

/* The first that came under a key is what it is answered with. */
static samme_status remember_once(samme_node *node, const Samme__Event *event, uint64_t index) {
    const samme_key8 place = samme_key_u64(index);
    samme_span held;
    if (event->key_hash.len != sizeof(samme_hash))
        return SAMME_OK;
    const samme_span key = samme_span_of_bytes(event->key_hash);
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_KEY, key, &held);
    return status == SAMME_NOT_FOUND ? samme_space_put(&node->log, SAMME_TABLE_KEY, key,
                                                       SAMME_SPAN(place.bytes, sizeof place.bytes))
                                     : status;
}

samme_status samme_own_carry(samme_node *node, const samme_position *first, samme_span event,
                             samme_error *error) {
    const Samme__Event *opened = SAMME_UNPACK(Event, event, event, &node->arena, error);
    if (opened == NULL)
        return SAMME_CORRUPT;
    Samme__Carried carried = SAMME__CARRIED__INIT;
    carried.epoch = first->first_epoch;
    carried.index = first->first_index;
    carried.common = first->common;
    carried.event = samme_bytes_of_span(event);
    const samme_new_entry entry = {
        .kind = SAMME__EVENT_KIND__carried, .body = &carried, .event_class = opened->event_class};
    uint64_t index;
    samme_status status = samme_own_append(node, &entry, 1, &index, error);
    return status == SAMME_OK ? remember_once(node, opened, index) : status;
}
