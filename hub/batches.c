/* Hello and push: a peer shows where it stands, a branch hands over signed entries. */
#include "hub/core.h"

#include "crypto/hash.h"

enum { PUSH_CREDIT_BYTES = 4 * 1024 * 1024 };

samme_status samme_hub_branch_range(samme_hub *hub, uint32_t branch, uint32_t epoch,
                                    samme_range *out) {
    samme_key8 key = samme_key_u32_u32(branch, epoch);
    samme_span stored;
    samme_range_init(out);
    samme_status status = samme_space_get(&hub->log, SAMME_TABLE_BRANCH,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    if (status != SAMME_OK)
        return status;
    Samme__HubBranchState *state =
        SAMME_UNPACK(HubBranchState, hub_branch_state, stored, &hub->arena, NULL);
    if (state == NULL)
        return SAMME_CORRUPT;
    return samme_range_decode(samme_span_of_bytes(state->range), out);
}

samme_status samme_hub_hello(samme_hub_call *call, const Samme__Hello *hello, samme_error *error) {
    samme_hub *hub = call->hub;
    if (hello->protocol != SAMME_PROTOCOL_VERSION)
        return samme_fail(error, SAMME_UNSUPPORTED, "this hub speaks protocol %u",
                          SAMME_PROTOCOL_VERSION);
    if (call->branch != NULL &&
        (hello->branch != call->branch->number || hello->epoch != call->branch->epoch))
        return samme_fail(error, SAMME_DENIED, "this key belongs to branch %u in epoch %u",
                          call->branch->number, call->branch->epoch);
    const uint32_t epoch = hello->journal_epoch != 0 ? hello->journal_epoch : 1;
    if (epoch != samme_replay_journal_epoch(&hub->follow.replay))
        return samme_fail(error, SAMME_MISMATCH,
                          "your journal is of epoch %u, this one is of epoch %u", epoch,
                          samme_replay_journal_epoch(&hub->follow.replay));
    if (hello->journal_root.len != sizeof(samme_hash))
        return samme_fail(error, SAMME_MISMATCH, "a journal has a root of %zu bytes",
                          sizeof(samme_hash));
    call->peer->folded_size = hello->folded_size;
    call->peer->signed_size = hello->own_size;
    if (hello->state_digest.len == sizeof(samme_hash))
        memcpy(call->peer->state_digest.bytes, hello->state_digest.data, sizeof(samme_hash));
    samme_hub_said *said = &call->peer->said;
    said->hello = true;
    said->branch = call->branch == NULL ? 0 : call->branch->number;
    said->journal_size = hello->journal_size;
    memcpy(said->journal_root.bytes, hello->journal_root.data, sizeof(samme_hash));
    said->clock_known = hello->wall_ms > 0; /* so that the difference is a number */
    said->clock_ahead_ms = said->clock_known ? hello->wall_ms - hub->wall_ms : 0;
    samme_hub_pull_at_once(hub);
    return samme_hub_stand(call);
}

void samme_hub_welcome(samme_hub *hub, samme_hub_peer *peer, const samme_range *range) {
    const samme_hash root = samme_range_root(range);
    Samme__Welcome welcome = SAMME__WELCOME__INIT;
    welcome.protocol = SAMME_PROTOCOL_VERSION;
    welcome.hub_time_ms = samme_hub_time(hub);
    welcome.branch_size = range->size;
    welcome.branch_root = samme_bytes_of_span(samme_span_of_hash(&root));
    welcome.journal_size = hub->journal.size;
    welcome.credit_bytes = samme_hub_quota_credit(hub, peer->said.branch, PUSH_CREDIT_BYTES);
    welcome.keys_size = hub->keys.size;
    if (hub->keys.size > 0)
        welcome.keys_mark =
            samme_bytes_of_span(SAMME_SPAN(hub->keys.mark.bytes, sizeof hub->keys.mark.bytes));
    if (peer->answers.release != 0)
        welcome.probes_digest = samme_bytes_of_span(samme_span_of_hash(&peer->answers.digest));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_WELCOME;
    message.welcome = &welcome;
    samme_hub_reply(hub, peer->route, &message);
    peer->welcomed = true;
    peer->welcomed_route = peer->route;
}

static void acknowledge(samme_hub_call *call, const samme_range *range) {
    samme_hash root = samme_range_root(range);
    Samme__Ack ack = SAMME__ACK__INIT;
    ack.size = range->size;
    ack.root = samme_bytes_of_span(samme_span_of_hash(&root));
    ack.journal_size = call->hub->journal.size;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_ACK;
    message.ack = &ack;
    samme_hub_reply(call->hub, call->route, &message); /* leaves when the commit is durable */
}

samme_status samme_hub_store_branch(samme_hub *hub, const struct samme_batch_record *batch,
                                    const samme_range *range, const samme_hash *note_hash,
                                    uint64_t journal_index) {
    samme_buffer encoded, packed;
    samme_buffer_init(&encoded, 4096);
    samme_buffer_init(&packed, 8192);
    samme_range_encode(range, &encoded);
    Samme__HubBranchState state = SAMME__HUB_BRANCH_STATE__INIT;
    state.range = samme_bytes_of_span(samme_buffer_span(&encoded));
    state.note_hash = samme_bytes_of_span(samme_span_of_hash(note_hash));
    state.journal_index = journal_index;
    samme_pack(&state, &packed);
    samme_key8 key = samme_key_u32_u32(batch->branch, batch->epoch);
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status =
            samme_space_put(&hub->log, SAMME_TABLE_BRANCH, SAMME_SPAN(key.bytes, sizeof key.bytes),
                            samme_buffer_span(&packed));
    samme_buffer_free(&encoded);
    samme_buffer_free(&packed);
    return status;
}

samme_status samme_hub_push(samme_hub_call *call, const Samme__Push *push, samme_error *error) {
    samme_hub *hub = call->hub;
    const samme_roster_branch *branch = call->branch;
    if (branch == NULL || push->epoch != branch->epoch)
        return samme_fail(error, SAMME_DENIED, "no branch may push epoch %u with this key",
                          push->epoch);
    /* a hub that came back from an old backup must see the branch's journal before it grows its own
     */
    if (!call->peer->welcomed || call->peer->welcomed_route != call->route)
        return samme_fail(error, SAMME_DENIED, "say hello first");
    samme_range range;
    samme_status status = samme_hub_branch_range(hub, branch->number, branch->epoch, &range);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the branch's state cannot be read");
    if (push->old_size <
        range.size) { /* doubled: what we hold is acknowledged again; the branch compares */
        acknowledge(call, &range);
        return SAMME_OK;
    }
    if (push->old_size > range.size)
        return samme_fail(error, SAMME_MISMATCH,
                          "a push from %llu on leaves a gap: the hub holds %llu entries",
                          (unsigned long long)push->old_size, (unsigned long long)range.size);
    samme_batch batch;
    samme_range grown = range;
    status = samme_batch_from_items(push->items, push->n_items, samme_span_of_bytes(push->note),
                                    &hub->arena, &batch, error);
    if (status == SAMME_OK)
        status = samme_batch_check(&batch, &branch->log_key, &grown, error);
    if (status == SAMME_OK)
        status = samme_hub_quota_take(hub, branch->number, &batch, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "batch %llu.. of branch %u",
                             (unsigned long long)push->old_size, branch->number);
    samme_hash note_hash = samme_sha256(batch.note);
    samme_record record = {.kind = SAMME_RECORD_BATCH,
                           .batch = {.branch = branch->number,
                                     .epoch = branch->epoch,
                                     .old_size = range.size,
                                     .new_size = grown.size,
                                     .root = samme_range_root(&grown)},
                           .note_hash = note_hash};
    uint64_t index = hub->journal.size;
    status = samme_store_batch(&hub->log, index, &batch);
    if (status == SAMME_OK)
        status = samme_hub_store_branch(hub, &record.batch, &grown, &note_hash, index);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the batch cannot be stored");
    status = samme_hub_take_keys(call, push, &batch, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "batch %llu.. of branch %u",
                             (unsigned long long)push->old_size, branch->number);
    status = samme_hub_append(hub, &record, error);
    if (status != SAMME_OK)
        return status;
    hub->counts.batches++;
    hub->counts.entries += batch.count;
    for (size_t i = 0; i < batch.count; i++)
        hub->counts.bytes += batch.entries[i].length;
    acknowledge(call, &grown);
    return SAMME_OK;
}
