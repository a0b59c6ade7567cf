/* The fleet's status: who holds what, how far behind, and who answers a probe otherwise. */
#include "hub/core.h"

enum {
    RECORDS_COUNTED = 4096, /* back from the journal's end; beyond, "more" is said */
    NAMES_MAX = 8192,       /* of probes, in one status */
};

/* For each of the last records of the journal: its time, and the entries in it and behind it. */
typedef struct tail {
    uint64_t first;
    size_t count;
    struct tail_record {
        int64_t hub_time_ms;
        uint64_t entries;
    } * records;
} tail;

static samme_status read_record(samme_hub *hub, uint64_t index, struct tail_record *out) {
    const samme_key8 key = samme_key_u64(index);
    samme_span stored;
    samme_record record;
    samme_status status = samme_space_get(&hub->log, SAMME_TABLE_JOURNAL,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    if (samme_record_open(stored, &hub->arena, &record, NULL) != SAMME_OK)
        return SAMME_CORRUPT;
    out->hub_time_ms = record.hub_time_ms;
    out->entries =
        record.kind == SAMME_RECORD_BATCH ? record.batch.new_size - record.batch.old_size : 0;
    return SAMME_OK;
}

/* From the record that the peer furthest behind has not folded. */
static samme_status read_tail(samme_hub *hub, tail *out) {
    const uint64_t size = hub->journal.size;
    uint64_t first = size;
    for (size_t i = 0; i < hub->peer_count; i++)
        if (hub->peers[i].folded_size < first)
            first = hub->peers[i].folded_size;
    if (size - first > RECORDS_COUNTED)
        first = size - RECORDS_COUNTED;
    *out = (tail){.first = first, .count = (size_t)(size - first)};
    out->records = samme_arena_alloc(&hub->arena, (out->count + 1) * sizeof *out->records);
    if (out->records == NULL)
        return SAMME_NO_MEMORY;
    uint64_t entries = 0;
    for (size_t i = out->count; i-- > 0;) {
        samme_status status = read_record(hub, first + i, &out->records[i]);
        if (status != SAMME_OK)
            return status;
        entries += out->records[i].entries;
        out->records[i].entries = entries;
    }
    return SAMME_OK;
}

static samme_status behind(samme_hub *hub, const tail *records, uint64_t folded_size,
                           Samme__PeerStatus *out) {
    if (folded_size >= hub->journal.size)
        return SAMME_OK;
    struct tail_record oldest = {0};
    samme_status status = read_record(hub, folded_size, &oldest);
    if (status != SAMME_OK)
        return status;
    out->behind_more = folded_size < records->first;
    out->behind_entries = out->behind_more ? records->records[0].entries
                                           : records->records[folded_size - records->first].entries;
    out->behind_ms = samme_hub_time(hub) - oldest.hub_time_ms;
    return SAMME_OK;
}

/* Which release the branch may have taken by now, and what is still ahead of it: a difference
 * between branches that is planned. */
static samme_status rollout(const samme_hub *hub, uint32_t branch, Samme__PeerStatus *out) {
    const samme_replay *replay = &hub->follow.replay;
    const samme_release_asked asked = {
        .branch = branch, .time_ms = samme_hub_time(hub), .journal_size = UINT64_MAX};
    samme_hash ignored;
    samme_status status =
        samme_replay_release_due(replay, 0, branch, asked.time_ms, &out->due_release, &ignored);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    const uint64_t newest = replay->release.version;
    if (newest <= out->due_release || newest <= out->release)
        return SAMME_OK;
    samme_release_standing standing;
    status =
        samme_replay_release_standing(replay, newest, &asked, &standing, &out->waiting_until_ms);
    out->waiting_release = newest;
    if (status == SAMME_OK && standing == SAMME_RELEASE_HALTED)
        out->waiting_until_ms = 0;
    return status;
}

static samme_status branch_status(samme_hub *hub, const tail *records, samme_roster_branch *branch,
                                  size_t *names_left, Samme__PeerStatus *out) {
    samme__peer_status__init(out);
    samme_range range;
    const Samme__BranchRow *row = NULL;
    samme_status status = samme_hub_branch_range(hub, branch->number, branch->epoch, &range);
    if (status != SAMME_OK)
        return status;
    out->branch = branch->number;
    out->name = branch->name;
    out->epoch = branch->epoch;
    out->branch_size = range.size;
    status = samme_find_branch(&hub->follow.replay.rows, branch->number, &hub->arena, &row);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    out->release = status == SAMME_OK ? row->release : 0;
    status = rollout(hub, branch->number, out);
    if (status != SAMME_OK)
        return status;
    samme_hub_peer *peer = samme_hub_heard_peer(hub, &branch->curve);
    if (peer == NULL)
        return SAMME_OK;
    out->folded_size = peer->folded_size;
    out->state_digest = samme_bytes_of_span(samme_span_of_hash(&peer->state_digest));
    out->heard_ms = peer->heard_ms;
    out->keys_size = peer->keys_size;
    status = behind(hub, records, peer->folded_size, out);
    return status == SAMME_OK ? samme_hub_probe_status(hub, peer, names_left, out) : status;
}

samme_status samme_hub_pull_status(samme_hub_call *call) {
    samme_hub *hub = call->hub;
    samme_roster *roster = &hub->follow.replay.roster;
    samme_hub_view view;
    samme_hub_look(hub, &view);
    Samme__PeerStatus *peers =
        samme_arena_alloc(&hub->arena, (roster->branch_count + 1) * sizeof *peers);
    Samme__PeerStatus **pointers =
        samme_arena_alloc(&hub->arena, (roster->branch_count + 1) * sizeof *pointers);
    tail records;
    size_t names_left = NAMES_MAX;
    samme_status status = peers == NULL || pointers == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    if (status == SAMME_OK)
        status = read_tail(hub, &records);
    for (size_t i = 0; i < roster->branch_count && status == SAMME_OK; i++) {
        status = branch_status(hub, &records, &roster->branches[i], &names_left, &peers[i]);
        pointers[i] = &peers[i];
    }
    if (status != SAMME_OK)
        return status;
    samme_hub_alarms alarms;
    status = samme_hub_alarms_read(hub, &alarms);
    if (status != SAMME_OK)
        return status;
    for (size_t i = 0; i < roster->branch_count; i++) {
        peers[i].alarms = alarms.of[i].pending;
        peers[i].alarm_oldest_ms = alarms.of[i].oldest_ms;
        if (status == SAMME_OK)
            status = samme_hub_quota_used(hub, roster->branches[i].number, &peers[i].day_bytes);
    }
    if (status != SAMME_OK) {
        samme_hub_alarms_free(&alarms);
        return status;
    }
    Samme__StatusPart part = SAMME__STATUS_PART__INIT;
    part.alarms = alarms.pending;
    part.alarms_more = alarms.more;
    part.branch_quota_bytes = hub->setup.branch_quota_bytes;
    samme_hub_alarms_free(&alarms);
    part.journal_size = view.journal_size;
    part.folded_size = view.folded_size;
    part.state_digest = samme_bytes_of_span(samme_span_of_hash(&view.state_digest));
    part.release = view.release;
    part.n_peers = roster->branch_count;
    part.peers = pointers;
    part.refused_messages = view.refused_messages;
    part.hub_time_ms = samme_hub_time(hub);
    const samme_keymap_figures keys = samme_hub_look_at_keys(hub).figures;
    part.keys_size = keys.size;
    part.keys_customers = keys.customers;
    part.keys_clerks = keys.clerks;
    part.keys_erased = keys.erased;
    part.keys_others = keys.others;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_STATUS_PART;
    message.status_part = &part;
    samme_hub_reply(hub, call->route, &message);
    return SAMME_OK;
}
