/* What the hub has lost of its journal, it pulls from the nodes: as a follower does, with the same
 * checks, from whoever holds it. */
#include "hub/core.h"

#include <stdio.h>

#include "crypto/hash.h"

enum { RECORD_ARENA_BYTES = 32 * 1024 * 1024 }; /* one record with its batch */

bool samme_hub_is_behind(const samme_hub *hub) {
    return hub->follow.held.size > hub->journal.size || hub->refill.ahead.length > 0;
}

uint64_t samme_hub_missing(const samme_hub *hub) {
    const samme_hub_own_head *ahead = &hub->refill.ahead;
    const uint64_t shown = hub->follow.held.size,
                   known = ahead->length > 0 && ahead->head.size > shown ? ahead->head.size : shown;
    return known - hub->journal.size;
}

static bool may_give(const samme_hub *hub, const samme_hub_peer *peer) {
    const samme_follow *follow = &hub->follow;
    const bool records = !follow->wants_entries && follow->wanted_count == 0;
    return peer->said.hello && peer->said.branch != 0 &&
           (!records || peer->said.head.size > follow->held.size);
}

/* The branch that wrote the batch wanted has it as long as it has its disk, and may not hold the
 * record yet: it is asked when the first one asked had nothing. */
static samme_hub_peer *author(samme_hub *hub) {
    const samme_follow *follow = &hub->follow;
    for (size_t i = 0; i < hub->peer_count && follow->wants_entries; i++)
        if (hub->peers[i].said.hello && hub->peers[i].said.branch == follow->wanted_batch.branch)
            return &hub->peers[i];
    return NULL;
}

static samme_hub_peer *next_giver(samme_hub *hub) {
    samme_hub_refill *refill = &hub->refill;
    samme_hub_peer *wrote = refill->fruitless % 2 == 1 ? author(hub) : NULL;
    if (wrote != NULL)
        return wrote;
    for (size_t i = 0; i < hub->peer_count; i++) {
        samme_hub_peer *peer = &hub->peers[(refill->next_giver + i) % hub->peer_count];
        if (may_give(hub, peer)) {
            refill->next_giver = (size_t)(peer - hub->peers);
            return peer;
        }
    }
    return NULL;
}

static void ask_next(samme_hub *hub) {
    hub->refill.next_giver++;
    hub->refill.fruitless++;
}

void samme_hub_pull_at_once(samme_hub *hub) {
    if (!samme_hub_is_behind(hub) || hub->refill.fruitless == 0)
        return;
    hub->refill.fruitless = 1;
    hub->follow.requested = false;
}

void samme_hub_pull_more(samme_hub *hub) {
    samme_follow *follow = &hub->follow;
    if (follow->requested && hub->monotonic_ms - follow->requested_ms < SAMME_FOLLOW_RETRY_MS)
        return;
    if (follow->requested) /* silence */
        ask_next(hub);
    samme_hub_peer *peer = next_giver(hub);
    samme_buffer request;
    samme_buffer_init(&request, SAMME_MESSAGE_MAX_BYTES);
    if (peer != NULL && samme_follow_request(follow, hub->monotonic_ms, &request)) {
        peer->said.gives = true;
        if (samme_outbox_add(&hub->outbox, peer->route, 0, samme_buffer_span(&request)) != SAMME_OK)
            follow->requested = false;
    }
    samme_buffer_free(&request);
}

samme_status samme_hub_take_part(samme_hub_call *call, const Samme__Message *message,
                                 samme_error *error) {
    samme_hub *hub = call->hub;
    samme_follow *follow = &hub->follow;
    samme_hub_said *said = &call->peer->said;
    if (!samme_hub_is_behind(hub) || !said->gives) {
        hub->refused_messages++;
        return SAMME_OK;
    }
    const uint64_t before = follow->held.size + follow->replay.range.size + follow->documents_taken;
    samme_status status = samme_follow_receive(follow, message, hub->monotonic_ms, error);
    if (status == SAMME_OK)
        status = samme_hub_take_over(hub, error);
    if (status != SAMME_OK) { /* until it says hello again it is not asked for records */
        said->gives = false;
        said->head = (samme_checkpoint){0};
        snprintf(hub->refill.failure, sizeof hub->refill.failure, "branch %u handed up: %.160s",
                 said->branch, error->text);
        ask_next(hub);
        follow->requested = false;
        return status;
    }
    if (follow->held.size + follow->replay.range.size + follow->documents_taken > before) {
        hub->refill.fruitless = 0;
        hub->refill.failure[0] = 0;
        return SAMME_OK;
    }
    if (follow->requested) { /* it has nothing of it; when nobody has, that is not found out fast */
        ask_next(hub);
        follow->requested = hub->refill.fruitless > 2 * hub->peer_count;
    }
    return SAMME_OK;
}

/* The branch's log grows by the batch, which the replay has checked. */
static samme_status take_batch(samme_hub *hub, uint64_t index, const samme_record *record,
                               samme_arena *arena) {
    samme_batch batch = {0};
    samme_range range;
    samme_status status = samme_held_batch(&hub->log, index, record, arena, &batch);
    if (status == SAMME_OK)
        status = samme_hub_branch_range(hub, record->batch.branch, record->batch.epoch, &range);
    if (status == SAMME_OK)
        status = samme_hub_want_keys(hub, record->batch.branch, batch.entries, batch.count);
    for (size_t i = 0; i < batch.count && status == SAMME_OK; i++) {
        const samme_hash leaf = samme_leaf_hash(batch.entries[i]);
        status = samme_range_append(&range, &leaf);
    }
    if (status != SAMME_OK)
        return status;
    const samme_hash root = samme_range_root(&range);
    if (range.size != record->batch.new_size || !samme_hash_equal(&root, &record->batch.root))
        return SAMME_CORRUPT; /* what is stored of the branch is not what was folded */
    return samme_hub_store_branch(hub, &record->batch, &range, &record->note_hash, index);
}

static samme_status take_record(samme_hub *hub, uint64_t index, samme_arena *arena) {
    const samme_key8 key = samme_key_u64(index);
    samme_span stored;
    samme_record record;
    samme_status status = samme_space_get(&hub->log, SAMME_TABLE_JOURNAL,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    const samme_span bytes = samme_arena_copy(arena, stored);
    if (bytes.data == NULL)
        return SAMME_NO_MEMORY;
    status = samme_record_open(bytes, arena, &record, NULL);
    if (status == SAMME_OK && record.kind == SAMME_RECORD_BATCH)
        status = take_batch(hub, index, &record, arena);
    return status == SAMME_OK ? samme_hub_put_record(hub, bytes) : status;
}

/* Whoever holds a head of a size that has been reached holds this journal, or shows now that there
 * are two. */
static void compare_heads(samme_hub *hub) {
    for (size_t i = 0; i < hub->peer_count; i++) {
        samme_hub_peer *peer = &hub->peers[i];
        const samme_checkpoint *head = &peer->said.head;
        samme_hash root;
        if (head->size == 0 || head->size > hub->journal.size)
            continue;
        if (samme_hub_root_at(hub, head->size, &root) == SAMME_OK &&
            !samme_hash_equal(&root, &head->root))
            samme_hub_ask_head(hub, peer);
        peer->said.head = (samme_checkpoint){0};
    }
}

/* The head it was after is reached: it must be that one. */
static samme_status reach(samme_hub *hub) {
    samme_hub_own_head *ahead = &hub->refill.ahead;
    samme_hash root;
    if (ahead->length == 0 || hub->journal.size < ahead->head.size)
        return SAMME_OK;
    samme_status status = samme_hub_root_at(hub, ahead->head.size, &root);
    if (status == SAMME_OK && !samme_hash_equal(&root, &ahead->head.root))
        hub->refill.other = *ahead;
    ahead->length = status == SAMME_OK ? 0 : ahead->length;
    hub->state_changed = true;
    return status;
}

samme_status samme_hub_take_over(samme_hub *hub, samme_error *error) {
    const samme_replay *replay = &hub->follow.replay;
    const bool more = hub->journal.size < replay->range.size;
    samme_status status = SAMME_OK;
    samme_arena arena;
    samme_arena_init(&arena, RECORD_ARENA_BYTES);
    while (hub->journal.size < replay->range.size && status == SAMME_OK) {
        samme_arena_reset(&arena);
        status = take_record(hub, hub->journal.size, &arena);
    }
    samme_arena_free(&arena);
    if (status != SAMME_OK)
        return samme_fail(error, status, "journal record %llu cannot be taken over: %s",
                          (unsigned long long)hub->journal.size, samme_status_name(status));
    if (more) {
        hub->hub_time_ms = replay->hub_time_ms;
        hub->root = replay->root;
        hub->roster_version = replay->roster.version;
        hub->roster_hash = replay->roster_hash;
        hub->release_version = replay->release.version;
        hub->release_hash = replay->release_hash;
        compare_heads(hub);
    }
    return reach(hub);
}
