#include "hub/core.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"

enum {
    HUB_ARENA_BYTES = 96 * 1024 * 1024,
    PEERS_MAX = SAMME_ROSTER_BRANCHES_MAX + SAMME_ROSTER_PEERS_MAX,
};

int64_t samme_hub_time(const samme_hub *hub) {
    return hub->wall_ms > hub->hub_time_ms ? hub->wall_ms : hub->hub_time_ms;
}

void samme_hub_reply(samme_hub *hub, uint64_t route, const Samme__Message *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, &packed);
    /* no room: the peer repeats its request */
    if (samme_buffer_status(&packed) != SAMME_OK ||
        samme_outbox_add(&hub->outbox, route, (unsigned)message->what_case,
                         samme_buffer_span(&packed)) != SAMME_OK)
        hub->refused_messages++;
    samme_buffer_free(&packed);
}

void samme_hub_refuse(samme_hub_call *call, const char *what, samme_status status, const char *text,
                      const samme_hash *about) {
    char words[3][400]; /* the message's strings must be writable text */
    snprintf(words[0], sizeof words[0], "%s", what);
    snprintf(words[1], sizeof words[1], "%s", samme_status_name(status));
    snprintf(words[2], sizeof words[2], "%s", text);
    Samme__Refused refused = SAMME__REFUSED__INIT;
    refused.what = words[0];
    refused.status = words[1];
    refused.text = words[2];
    if (about != NULL)
        refused.hash = samme_bytes_of_span(samme_span_of_hash(about));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_REFUSED;
    message.refused = &refused;
    samme_hub_reply(call->hub, call->route, &message);
}

void samme_hub_later(samme_hub_call *call, const char *what) {
    call->hub->counts.later++;
    char word[32];
    snprintf(word, sizeof word, "%s", what);
    Samme__Later say = SAMME__LATER__INIT;
    say.what = word;
    say.after_ms = 1000;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_LATER;
    message.later = &say;
    samme_hub_reply(call->hub, call->route, &message);
}

static samme_status open_spaces(samme_hub *hub, samme_error *error) {
    samme_status status = samme_space_begin(&hub->log, error);
    if (status != SAMME_OK)
        return status;
    status = samme_space_begin(&hub->views, error);
    if (status == SAMME_OK) {
        status = samme_hub_keys_begin(hub, error);
        if (status != SAMME_OK)
            samme_space_abandon(&hub->views);
    }
    if (status != SAMME_OK)
        samme_space_abandon(&hub->log);
    return status;
}

static void close_spaces(samme_hub *hub) {
    samme_hub_keys_abandon(hub);
    if (hub->log.open)
        samme_space_abandon(&hub->log);
    if (hub->views.open)
        samme_space_abandon(&hub->views);
}

/* What the hub took it has verified then; what it is handed up now is verified when it is folded.
 */
static samme_status note_seen(void *context, const samme_unsigned_note *note) {
    const samme_hub *hub = context;
    samme_checkpoint ignored;
    return note->journal_index < hub->journal.size
               ? SAMME_OK
               : samme_checkpoint_open(note->note, note->log_key, &ignored, NULL);
}

/* In service the follower holds what was appended, stored or not; else what it has been shown. */
static samme_status check_views(samme_hub *hub, samme_error *error) {
    if (hub->follow.held.size < hub->journal.size)
        hub->follow.held = hub->journal;
    hub->follow.hub_size =
        hub->refill.ahead.length > 0 ? hub->refill.ahead.head.size : hub->follow.held.size;
    samme_hub_set_stage(hub);
    if (hub->follow.replay.range.size <= hub->journal.size)
        return SAMME_OK;
    return samme_fail(error, SAMME_MISMATCH, "views are ahead of the journal");
}

static samme_status init_follow(samme_hub *hub, samme_error *error) {
    const samme_follow_setup setup = {.root = hub->setup.root,
                                      .hub_log = hub->log_key,
                                      .log = &hub->log,
                                      .views = &hub->views,
                                      .replay = {.check_content = true,
                                                 .unsigned_note = note_seen,
                                                 .unsigned_note_context = hub}};
    samme_status status = samme_follow_init(&hub->follow, &setup, error);
    if (status != SAMME_OK)
        return status;
    status = check_views(hub, error);
    const samme_roster *roster = &hub->follow.replay.roster;
    for (size_t i = 0; i < roster->branch_count && status == SAMME_OK; i++) {
        samme_range ignored;
        const samme_roster_branch *branch = &roster->branches[i];
        if (samme_replay_branch(&hub->follow.replay, branch->number, branch->epoch, &ignored) ==
            SAMME_NOT_FOUND)
            status = samme_fail(error, SAMME_MISMATCH, "views hold no tree of branch %u",
                                branch->number);
    }
    if (status != SAMME_OK)
        samme_follow_fini(&hub->follow);
    return status;
}

/* Drops what this step wrote and said, and loads again what it changed. */
static samme_status start_over(samme_hub *hub, samme_error *error) {
    samme_outbox_abandon(&hub->outbox);
    close_spaces(hub);
    samme_status status = open_spaces(hub, error);
    if (status == SAMME_OK)
        status = samme_hub_load(hub, error);
    if (status == SAMME_OK)
        status = samme_hub_keys_sweep(hub, error);
    if (status == SAMME_OK)
        status = samme_follow_reload(&hub->follow, error);
    return status == SAMME_OK ? check_views(hub, error) : status;
}

/* Drops what folding put. What was taken stays: bytes are accepted, kept and served whether or not
 * they can be folded yet. */
static samme_status fold_over(samme_hub *hub, samme_error *error) {
    if (samme_hub_is_behind(hub)) /* what was handed up counts with its fold or not at all */
        return start_over(hub, error);
    samme_space_abandon(&hub->views);
    samme_status status = samme_space_begin(&hub->views, error);
    if (status == SAMME_OK)
        status = samme_follow_reload(&hub->follow, error);
    return status == SAMME_OK ? check_views(hub, error) : status;
}

static void store_failed(samme_hub *hub, const samme_error *error) {
    hub->store_failed = true;
    memcpy(hub->trouble, error->text, sizeof hub->trouble);
    while (hub->outbox.count > 0) /* nothing that is not durable is said */
        samme_outbox_drop(&hub->outbox);
}

samme_hub_peer *samme_hub_heard_peer(samme_hub *hub, const samme_peer_key *key) {
    for (size_t i = 0; i < hub->peer_count; i++)
        if (memcmp(hub->peers[i].key.bytes, key->bytes, sizeof key->bytes) == 0)
            return &hub->peers[i];
    return NULL;
}

static samme_hub_peer *peer_of(samme_hub *hub, const samme_peer_key *key) {
    samme_hub_peer *heard = samme_hub_heard_peer(hub, key);
    if (heard != NULL || hub->peer_count == PEERS_MAX)
        return heard;
    hub->peers[hub->peer_count] = (samme_hub_peer){.key = *key};
    return &hub->peers[hub->peer_count++];
}

static void message_event(samme_hub *hub, const samme_hub_event *event, bool busy) {
    samme_error error = {0};
    samme_hub_call call = {.hub = hub, .route = event->route};
    call.branch = samme_roster_branch_by_curve(samme_hub_roster(hub), &event->peer);
    call.other = samme_roster_peer_by_curve(samme_hub_roster(hub), &event->peer);
    call.peer = call.branch == NULL && call.other == NULL ? NULL : peer_of(hub, &event->peer);
    Samme__Message *message =
        call.peer == NULL ? NULL
                          : SAMME_UNPACK(Message, message, event->message, &hub->arena, &error);
    if (message == NULL) {
        hub->refused_messages++;
        return;
    }
    call.peer->route = event->route;
    call.peer->heard_ms = samme_hub_time(hub);
    samme_status status = samme_hub_answer(&call, message, busy, &error);
    if (status == SAMME_OK)
        return;
    hub->refused_messages++;
    if (start_over(hub, &error) != SAMME_OK)
        store_failed(hub, &error);
    else
        samme_hub_refuse(&call, samme_hub_request_name(message), status,
                         error.text[0] != 0 ? error.text : samme_status_name(status), NULL);
}

/* One doorbell to everyone heard of when the journal has grown; lost ones cost a poll. */
static void ring(samme_hub *hub) {
    if ((hub->journal.size == hub->rung_size && hub->keys.size == hub->keys.rung_size) ||
        !samme_hub_serves(hub))
        return;
    Samme__Doorbell doorbell = SAMME__DOORBELL__INIT;
    doorbell.journal_size = hub->journal.size;
    doorbell.keys_size = hub->keys.size;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_DOORBELL;
    message.doorbell = &doorbell;
    for (size_t i = 0; i < hub->peer_count; i++)
        if (hub->peers[i].route != 0)
            samme_hub_reply(hub, hub->peers[i].route, &message);
    hub->rung_size = hub->journal.size;
    hub->keys.rung_size = hub->keys.size;
}

/* Its peer is away until it says hello again. Who waits for an answer of it need not: what that
 * says hangs on no commit. */
static void route_gone(samme_hub *hub, const samme_outgoing *item) {
    for (size_t i = 0; i < hub->peer_count; i++) {
        samme_hub_peer *peer = &hub->peers[i];
        peer->welcomed = peer->welcomed && peer->welcomed_route != item->to;
        if (peer->route == item->to)
            peer->route = 0;
    }
    if (item->code != SAMME__MESSAGE__WHAT_CLAIM_ASK)
        return;
    samme_hub_claim_undelivered(hub, SAMME_SPAN(item->bytes, item->length));
    samme_outbox_seal(&hub->outbox, hub->log.durable_head);
}

static void flush(samme_hub *hub) {
    samme_outgoing item;
    while (samme_outbox_peek(&hub->outbox, hub->log.durable_head, &item)) {
        const samme_span bytes = SAMME_SPAN(item.bytes, item.length);
        if (hub->setup.send(hub->setup.output, item.to, bytes) == SAMME_NOT_FOUND)
            route_gone(hub, &item);
        samme_outbox_drop(&hub->outbox);
    }
}

static void end_step(samme_hub *hub) {
    samme_error error = {0};
    uint64_t head = 0, ignored = 0;
    samme_status status = hub->state_changed ? samme_hub_store(hub) : SAMME_OK;
    if (status != SAMME_OK)
        samme_fail(&error, status, "the journal's state cannot be stored");
    if (status == SAMME_OK)
        status = samme_hub_keys_end(hub, &error);
    else
        samme_hub_keys_abandon(hub);
    if (status == SAMME_OK)
        status = samme_space_end(&hub->log, &head, &error);
    else
        samme_space_abandon(&hub->log);
    if (status == SAMME_OK)
        status = samme_space_end(&hub->views, &ignored, &error);
    else
        samme_space_abandon(&hub->views);
    if (status != SAMME_OK)
        store_failed(hub, &error);
    else
        samme_outbox_seal(&hub->outbox, head);
    if (status == SAMME_OK && head > hub->log.durable_head)
        samme_hub_commit_begun(&hub->counts, head, hub->monotonic_ms);
}

static void watch_clock(samme_hub *hub, const samme_hub_event *event) {
    hub->wall_ms = event->wall_ms;
    hub->monotonic_ms = event->monotonic_ms;
    if (hub->first_wall_ms == 0) {
        hub->first_wall_ms = event->wall_ms;
        hub->first_monotonic_ms = event->monotonic_ms;
    }
    int64_t drift =
        (hub->wall_ms - hub->first_wall_ms) - (hub->monotonic_ms - hub->first_monotonic_ms);
    if (drift > SAMME_HUB_CLOCK_JUMP_MS || drift < -SAMME_HUB_CLOCK_JUMP_MS) {
        hub->clock_jumped = true;
        snprintf(hub->trouble, sizeof hub->trouble,
                 "the clock jumped by %lld s against monotonic time: nothing is appended until the "
                 "hub is "
                 "restarted by an operator who has checked it",
                 (long long)(drift / 1000));
    }
}

/* Folds, takes over what was handed up, and goes on towards service. */
static void fold(samme_hub *hub, bool tick) {
    samme_error error = {0};
    bool wrapping = false;
    samme_status status = samme_follow_fold(&hub->follow, &hub->work_at_hand, &error);
    if (status == SAMME_OK)
        status = samme_hub_keys_renew(hub, &wrapping, &error);
    if (status == SAMME_OK)
        status = samme_hub_ask_keys(hub, &error);
    hub->work_at_hand = hub->work_at_hand || wrapping;
    if (status == SAMME_OK && samme_hub_is_behind(hub))
        status = samme_hub_take_over(hub, &error);
    if (status == SAMME_OK)
        status = samme_hub_refill_work(hub, tick, &error);
    if (status == SAMME_OK)
        return;
    memcpy(hub->trouble, error.text, sizeof hub->trouble);
    if (fold_over(hub, &error) != SAMME_OK)
        store_failed(hub, &error);
}

void samme_hub_step(samme_hub *hub, const samme_hub_event *event) {
    samme_error error = {0};
    watch_clock(hub, event);
    hub->transport_refused = event->transport_refused;
    hub->work_at_hand = false;
    samme_arena_reset(&hub->arena);
    if (samme_hub_keys_collect(hub, &error) != SAMME_OK ||
        samme_space_collect(&hub->log, &error) != SAMME_OK ||
        samme_space_collect(&hub->views, &error) != SAMME_OK)
        store_failed(hub, &error);
    samme_hub_commits_durable(&hub->counts, hub->log.durable_head, hub->monotonic_ms);
    if (!hub->store_failed && open_spaces(hub, &error) != SAMME_OK)
        store_failed(hub, &error);
    if (!hub->store_failed && samme_hub_keys_sweep(hub, &error) != SAMME_OK) {
        close_spaces(hub);
        store_failed(hub, &error);
    }
    if (hub->store_failed)
        return;
    bool busy = samme_hub_keys_behind(hub) ||
                hub->log.next_head - hub->log.durable_head > SAMME_HUB_COMMITS_IN_FLIGHT_MAX ||
                hub->views.next_head - hub->views.durable_head > SAMME_HUB_COMMITS_IN_FLIGHT_MAX ||
                samme_outbox_busy(&hub->outbox);
    if (event->kind == SAMME_HUB_MESSAGE)
        message_event(hub, event, busy);
    else if ((event->kind == SAMME_HUB_ROSTER &&
              samme_hub_put_roster(hub, event->message, &error) != SAMME_OK) ||
             (event->kind == SAMME_HUB_ROOT &&
              samme_hub_put_root(hub, event->message, &error) != SAMME_OK)) {
        memcpy(hub->trouble, error.text, sizeof hub->trouble);
        if (samme_hub_serves(hub)) /* what waited cannot follow any more */
            samme_hub_refill_free(hub);
        if (start_over(hub, &error) != SAMME_OK)
            store_failed(hub, &error);
    }
    if (!hub->store_failed && !busy)
        fold(hub, event->kind == SAMME_HUB_TICK);
    if (hub->store_failed) { /* a step that could not be begun again has nothing to end */
        close_spaces(hub);
        return;
    }
    ring(hub);
    end_step(hub);
    flush(hub);
}

int64_t samme_hub_next_ms(const samme_hub *hub) {
    return hub->work_at_hand ? hub->monotonic_ms : samme_hub_refill_next_ms(hub);
}

static bool durable(const samme_space *space) {
    return space->durable_head + 1 == space->next_head;
}

bool samme_hub_idle(const samme_hub *hub) {
    return hub->outbox.count == 0 &&
           (hub->store_failed || (durable(&hub->log) && durable(&hub->views) &&
                                  (!hub->keys.present || durable(&hub->keys.space))));
}

void samme_hub_look(samme_hub *hub, samme_hub_view *out) {
    *out = (samme_hub_view){.journal_size = hub->journal.size,
                            .folded_size = hub->follow.replay.range.size,
                            .release = hub->release_version,
                            .refused_messages = hub->refused_messages + hub->transport_refused,
                            .roster = samme_hub_roster(hub),
                            .newest_roster = hub->roster_version,
                            .newest_root = hub->root.version,
                            .trouble = hub->trouble,
                            .serves = samme_hub_serves(hub),
                            .waits_for = hub->refill.words,
                            .store_failed = hub->store_failed};
    const samme_hub_refill *refill = &hub->refill;
    if (refill->stage == SAMME_HUB_FORKED || refill->stage == SAMME_HUB_CLOCK)
        out->trouble = hub->trouble[0] != 0 ? hub->trouble : refill->words;
    if (!out->serves && refill->waiting.version > out->newest_roster)
        out->newest_roster = refill->waiting.version;
    if (!out->serves && refill->waiting_root.version > out->newest_root)
        out->newest_root = refill->waiting_root.version;
    bool opened = !hub->views.open;
    if (opened && samme_space_begin(&hub->views, NULL) != SAMME_OK)
        return;
    samme_hash digest;
    if (samme_state_digest(&hub->follow.replay.rows, &digest) == SAMME_OK)
        out->state_digest = digest;
    if (opened)
        samme_space_abandon(&hub->views);
}

static samme_status load(samme_hub *hub, samme_error *error) {
    samme_public_key public_key = samme_sign_public(&hub->setup.log_seed);
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_hub_origin(hub->setup.root->chain, 1, origin);
    samme_status status = samme_vkey_make(origin, &public_key, &hub->log_key, error);
    if (status == SAMME_OK)
        status = open_spaces(hub, error);
    if (status != SAMME_OK)
        return status;
    status = samme_hub_load(hub, error);
    if (status == SAMME_OK)
        status = samme_hub_keys_check(hub, error);
    if (status == SAMME_OK)
        status = init_follow(hub, error);
    close_spaces(hub);
    return status;
}

samme_status samme_hub_new(const samme_hub_setup *setup, samme_hub **out, samme_error *error) {
    samme_hub *hub = calloc(1, sizeof *hub);
    samme_hub_peer *peers = calloc(PEERS_MAX, sizeof *peers);
    if (hub == NULL || peers == NULL) {
        free(hub);
        free(peers);
        return samme_fail(error, SAMME_NO_MEMORY, "hub: no memory");
    }
    hub->setup = *setup;
    hub->peers = peers;
    hub->refill.gathering = setup->gather_ms > 0 || setup->recover;
    hub->refill.clock_compared = setup->clock_confirmed;
    for (size_t i = 0; i < SAMME_HUB_REFERENCES; i++)
        samme_probes_init(&hub->references[i]);
    samme_arena_init(&hub->arena, HUB_ARENA_BYTES);
    samme_status status = samme_hub_keys_open(hub);
    if (status == SAMME_OK)
        status = samme_space_init(&hub->log, hub->keys.present ? &hub->keys.gate.port : setup->log);
    if (status == SAMME_OK)
        status = samme_space_init(&hub->views, setup->views);
    if (status == SAMME_OK)
        status = samme_outbox_init(&hub->outbox);
    if (status == SAMME_OK)
        status = load(hub, error);
    if (status != SAMME_OK) {
        samme_outbox_fini(&hub->outbox);
        samme_space_fini(&hub->views);
        samme_space_fini(&hub->log);
        samme_hub_keys_fini(hub);
        samme_arena_free(&hub->arena);
        free(peers);
        free(hub);
        return status;
    }
    *out = hub;
    return SAMME_OK;
}

void samme_hub_free(samme_hub *hub) {
    if (hub == NULL)
        return;
    samme_follow_fini(&hub->follow);
    samme_hub_refill_free(hub);
    samme_outbox_fini(&hub->outbox);
    samme_space_fini(&hub->views);
    samme_space_fini(&hub->log);
    samme_hub_keys_fini(hub);
    samme_arena_free(&hub->arena);
    for (size_t i = 0; i < SAMME_HUB_REFERENCES; i++)
        samme_probes_free(&hub->references[i]);
    samme_wipe(&hub->setup.log_seed, sizeof hub->setup.log_seed);
    free(hub->peers);
    free(hub);
}
