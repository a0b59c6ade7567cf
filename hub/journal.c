/* The journal: records appended in the order they were taken, heads signed over what is durable. */
#include "hub/core.h"

#include "crypto/hash.h"

/* The note was judged when it was appended. */
static samme_status load_root(samme_hub *hub, const Samme__HubState *state, samme_error *error) {
    samme_span note;
    if (state->root_version == 0)
        return SAMME_OK;
    samme_status status = samme_space_get(&hub->log, SAMME_TABLE_DOCUMENT,
                                          samme_span_of_bytes(state->root_hash), &note);
    if (status == SAMME_OK)
        status = samme_root_open(note, &hub->root, error);
    return status == SAMME_OK
               ? status
               : samme_fail(error, SAMME_CORRUPT, "log store: root %llu, which is in force: %s",
                            (unsigned long long)state->root_version, samme_status_name(status));
}

samme_status samme_hub_load(samme_hub *hub, samme_error *error) {
    samme_span stored;
    samme_status status =
        samme_space_get(&hub->log, SAMME_TABLE_STATE, SAMME_LITERAL("hub"), &stored);
    samme_range_init(&hub->journal);
    hub->hub_time_ms = 0;
    hub->roster_version = hub->release_version = 0;
    hub->root = *hub->setup.root;
    hub->state_changed = false;
    hub->refill.ahead.length = hub->refill.other.length = 0;
    if (status == SAMME_NOT_FOUND) {
        samme_span ignored;
        if (samme_space_get(&hub->log, SAMME_TABLE_STATE, SAMME_LITERAL("own"), &ignored) ==
            SAMME_OK)
            return samme_fail(error, SAMME_CORRUPT,
                              "log store: it is a branch's; a hub needs a data folder of its own");
        return SAMME_OK;
    }
    if (status != SAMME_OK)
        return samme_fail(error, status, "log store: the journal's state cannot be read");
    Samme__HubState *state = SAMME_UNPACK(HubState, hub_state, stored, &hub->arena, error);
    if (state == NULL ||
        samme_range_decode(samme_span_of_bytes(state->range), &hub->journal) != SAMME_OK ||
        state->roster_hash.len != sizeof(samme_hash) ||
        state->release_hash.len != sizeof(samme_hash))
        return samme_fail(error, SAMME_CORRUPT, "log store: the journal's state is damaged");
    hub->hub_time_ms = state->hub_time_ms;
    hub->roster_version = state->roster_version;
    hub->release_version = state->release_version;
    hub->keys.logged = state->keys_size;
    memcpy(hub->roster_hash.bytes, state->roster_hash.data, sizeof(samme_hash));
    memcpy(hub->release_hash.bytes, state->release_hash.data, sizeof(samme_hash));
    status = load_root(hub, state, error);
    return status == SAMME_OK ? samme_hub_refill_load(hub, state, error) : status;
}

samme_status samme_hub_store(samme_hub *hub) {
    samme_buffer range, packed;
    samme_buffer_init(&range, 4096);
    samme_buffer_init(&packed, 8192);
    samme_range_encode(&hub->journal, &range);
    Samme__HubState state = SAMME__HUB_STATE__INIT;
    state.range = samme_bytes_of_span(samme_buffer_span(&range));
    state.hub_time_ms = hub->hub_time_ms;
    state.roster_version = hub->roster_version;
    state.roster_hash = samme_bytes_of_span(samme_span_of_hash(&hub->roster_hash));
    state.release_version = hub->release_version;
    state.release_hash = samme_bytes_of_span(samme_span_of_hash(&hub->release_hash));
    if (hub->root.version != hub->setup.root->version) {
        state.root_version = hub->root.version;
        state.root_hash = samme_bytes_of_span(samme_span_of_hash(&hub->root.note_hash));
    }
    const samme_hub_refill *refill = &hub->refill;
    state.ahead_note = samme_bytes_of_span(SAMME_SPAN(refill->ahead.note, refill->ahead.length));
    state.other_note = samme_bytes_of_span(SAMME_SPAN(refill->other.note, refill->other.length));
    samme_status status = samme_hub_keys_size(hub, &state.keys_size);
    samme_pack(&state, &packed);
    if (status == SAMME_OK)
        status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_space_put(&hub->log, SAMME_TABLE_STATE, SAMME_LITERAL("hub"),
                                 samme_buffer_span(&packed));
    hub->state_changed = status != SAMME_OK;
    samme_buffer_free(&range);
    samme_buffer_free(&packed);
    return status;
}

samme_status samme_hub_put_record(samme_hub *hub, samme_span record) {
    const samme_key8 key = samme_key_u64(hub->journal.size);
    const samme_hash leaf = samme_leaf_hash(record);
    samme_status status = samme_range_append(&hub->journal, &leaf);
    if (status == SAMME_OK)
        status = samme_space_put(&hub->log, SAMME_TABLE_JOURNAL,
                                 SAMME_SPAN(key.bytes, sizeof key.bytes), record);
    const samme_hash root = samme_range_root(&hub->journal);
    const samme_key8 size = samme_key_u64(hub->journal.size);
    if (status == SAMME_OK)
        status =
            samme_space_put(&hub->log, SAMME_TABLE_ROOT, SAMME_SPAN(size.bytes, sizeof size.bytes),
                            samme_span_of_hash(&root));
    hub->state_changed = true;
    return status;
}

samme_status samme_hub_append(samme_hub *hub, samme_record *record, samme_error *error) {
    if (hub->clock_jumped)
        return samme_fail(error, SAMME_LATER, "%s", hub->trouble);
    if (!samme_hub_serves(hub))
        return samme_fail(error, SAMME_LATER, "%s", hub->refill.words);
    hub->hub_time_ms = samme_hub_time(hub);
    record->hub_time_ms = hub->hub_time_ms;
    record->journal_epoch = samme_replay_journal_epoch(&hub->follow.replay);
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    samme_status status = samme_record_build(record, &packed);
    if (status == SAMME_OK)
        status = samme_hub_put_record(hub, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    hub->follow.held = hub->journal;
    hub->follow.hub_size = hub->journal.size;
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "the journal cannot be appended to");
}

samme_status samme_hub_root_at(samme_hub *hub, uint64_t size, samme_hash *out) {
    samme_range empty;
    samme_range_init(&empty);
    if (size == 0) {
        *out = samme_range_root(&empty);
        return SAMME_OK;
    }
    samme_key8 key = samme_key_u64(size);
    samme_span stored;
    samme_status status = samme_space_get(&hub->log, SAMME_TABLE_ROOT,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    if (stored.length != sizeof out->bytes)
        return SAMME_CORRUPT;
    memcpy(out->bytes, stored.data, sizeof out->bytes);
    return SAMME_OK;
}

samme_status samme_hub_head(samme_hub *hub, uint64_t size, samme_span *out) {
    samme_hub_own_head *newest = &hub->newest_head;
    samme_checkpoint head = {.size = size};
    samme_status status = samme_hub_root_at(hub, size, &head.root);
    if (status != SAMME_OK)
        return status;
    /* most who ask are up to date: a head is signed once for all of them */
    if (newest->length == 0 || newest->head.size != size ||
        !samme_hash_equal(&newest->head.root, &head.root)) {
        samme_buffer note;
        samme_buffer_init(&note, sizeof newest->note);
        status = samme_checkpoint_sign(hub->log_key.name, &hub->setup.log_seed, &head, &note);
        if (status == SAMME_OK)
            status = samme_buffer_status(&note);
        newest->length = status == SAMME_OK ? note.length : 0;
        if (status == SAMME_OK)
            memcpy(newest->note, note.data, note.length);
        newest->head = head;
        samme_buffer_free(&note);
    }
    *out = samme_arena_copy(&hub->arena, SAMME_SPAN(newest->note, newest->length));
    return status == SAMME_OK && out->data == NULL ? SAMME_NO_MEMORY : status;
}
