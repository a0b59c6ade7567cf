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
        samme_outbox_add(&hub->outbox, route, 0, samme_buffer_span(&packed)) != SAMME_OK)
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

static void later(samme_hub_call *call, const char *what) {
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
    if (status != SAMME_OK)
        samme_space_abandon(&hub->log);
    return status;
}

static void close_spaces(samme_hub *hub) {
    if (hub->log.open)
        samme_space_abandon(&hub->log);
    if (hub->views.open)
        samme_space_abandon(&hub->views);
}

static samme_status init_replay(samme_hub *hub, samme_error *error) {
    hub->rows_binding = (samme_space_table){.space = &hub->views, .table = SAMME_TABLE_ROWS};
    samme_replay_options options = {.check_content = false}; /* checked when it was taken */
    samme_status status =
        samme_replay_init(&hub->replay, hub->setup.root, samme_space_rows(&hub->rows_binding),
                          samme_held_documents(&hub->log), &options, error);
    if (status ==
        SAMME_CORRUPT) /* views are only a fold: whatever is wrong with them, they are made again */
        return samme_fail_in(error, SAMME_MISMATCH, "views do not fit the journal");
    if (status == SAMME_OK && hub->replay.range.size > hub->journal.size) {
        samme_replay_fini(&hub->replay);
        return samme_fail(error, SAMME_MISMATCH, "views are ahead of the journal");
    }
    return status;
}

/* Drops what this step wrote and said, and loads again what it changed. */
static samme_status start_over(samme_hub *hub, samme_error *error) {
    samme_outbox_abandon(&hub->outbox);
    samme_space_abandon(&hub->log);
    samme_space_abandon(&hub->views);
    samme_replay_fini(&hub->replay);
    samme_status status = open_spaces(hub, error);
    if (status == SAMME_OK)
        status = samme_hub_load(hub, error);
    if (status == SAMME_OK)
        status = init_replay(hub, error);
    return status;
}

/* Drops what folding put. What was taken stays: bytes are accepted, kept and served whether or not
 * they can be folded yet. */
static samme_status fold_over(samme_hub *hub, samme_error *error) {
    samme_space_abandon(&hub->views);
    samme_replay_fini(&hub->replay);
    samme_status status = samme_space_begin(&hub->views, error);
    return status == SAMME_OK ? init_replay(hub, error) : status;
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

static const char *request_name(const Samme__Message *message) {
    return message->what_case == SAMME__MESSAGE__WHAT_PUSH           ? "push"
           : message->what_case == SAMME__MESSAGE__WHAT_HELLO        ? "hello"
           : message->what_case == SAMME__MESSAGE__WHAT_PROBE_ANSWERS ? "probe_answers"
           : message->what_case == SAMME__MESSAGE__WHAT_PUT_RELEASE  ? "put_release"
           : message->what_case == SAMME__MESSAGE__WHAT_PUT_DOCUMENT ? "put_document"
                                                                     : "pull";
}

static bool writes(const Samme__Message *message) {
    return message->what_case == SAMME__MESSAGE__WHAT_PUSH ||
           message->what_case == SAMME__MESSAGE__WHAT_PUT_DOCUMENT ||
           message->what_case == SAMME__MESSAGE__WHAT_PUT_RELEASE;
}

static samme_status dispatch(samme_hub_call *call, const Samme__Message *message, bool busy,
                             samme_error *error) {
    /* who may write is the roster's word, so the newest one must have been folded */
    if (writes(message) && (busy || call->hub->replay.roster.version < call->hub->roster_version)) {
        later(call, request_name(message));
        return SAMME_OK;
    }
    switch (message->what_case) {
    case SAMME__MESSAGE__WHAT_HELLO:
        return samme_hub_hello(call, message->hello, error);
    case SAMME__MESSAGE__WHAT_PUSH:
        return samme_hub_push(call, message->push, error);
    case SAMME__MESSAGE__WHAT_PULL_JOURNAL:
        return samme_hub_pull_journal(call, message->pull_journal);
    case SAMME__MESSAGE__WHAT_PULL_ENTRIES:
        return samme_hub_pull_entries(call, message->pull_entries);
    case SAMME__MESSAGE__WHAT_PULL_DOCUMENTS:
        return samme_hub_pull_documents(call, message->pull_documents);
    case SAMME__MESSAGE__WHAT_PROBE_ANSWERS:
        return samme_hub_probe_answers(call, message->probe_answers, error);
    case SAMME__MESSAGE__WHAT_PULL_STATUS:
        return samme_hub_pull_status(call);
    case SAMME__MESSAGE__WHAT_CLAIM_ASK:
        samme_hub_claim_ask(call, message->claim_ask);
        return SAMME_OK;
    case SAMME__MESSAGE__WHAT_CLAIM_ANSWER:
        samme_hub_claim_answer(call, message->claim_answer);
        return SAMME_OK;
    case SAMME__MESSAGE__WHAT_PUT_DOCUMENT:
        return samme_hub_put_document(call, message->put_document, error);
    case SAMME__MESSAGE__WHAT_PUT_RELEASE:
        return samme_hub_put_release(call, message->put_release, error);
    default:
        call->hub->refused_messages++; /* a hub's own words, or none: not of the protocol */
        return SAMME_OK;
    }
}

static void message_event(samme_hub *hub, const samme_hub_event *event, bool busy) {
    samme_error error = {0};
    samme_hub_call call = {.hub = hub, .route = event->route};
    call.branch = samme_roster_branch_by_curve(&hub->replay.roster, &event->peer);
    call.other = samme_roster_peer_by_curve(&hub->replay.roster, &event->peer);
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
    samme_status status = dispatch(&call, message, busy, &error);
    if (status == SAMME_OK)
        return;
    hub->refused_messages++;
    if (start_over(hub, &error) != SAMME_OK)
        store_failed(hub, &error);
    else
        samme_hub_refuse(&call, request_name(message), status,
                         error.text[0] != 0 ? error.text : samme_status_name(status), NULL);
}

/* One doorbell to everyone heard of when the journal has grown; lost ones cost a poll. */
static void ring(samme_hub *hub) {
    if (hub->journal.size == hub->rung_size)
        return;
    Samme__Doorbell doorbell = SAMME__DOORBELL__INIT;
    doorbell.journal_size = hub->journal.size;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_DOORBELL;
    message.doorbell = &doorbell;
    for (size_t i = 0; i < hub->peer_count; i++)
        samme_hub_reply(hub, hub->peers[i].route, &message);
    hub->rung_size = hub->journal.size;
}

static void flush(samme_hub *hub) {
    samme_outgoing item;
    while (samme_outbox_peek(&hub->outbox, hub->log.durable_head, &item)) {
        hub->setup.send(hub->setup.output, item.to, SAMME_SPAN(item.bytes, item.length));
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

void samme_hub_step(samme_hub *hub, const samme_hub_event *event) {
    samme_error error = {0};
    watch_clock(hub, event);
    hub->transport_refused = event->transport_refused;
    hub->work_at_hand = false;
    samme_arena_reset(&hub->arena);
    if (samme_space_collect(&hub->log, &error) != SAMME_OK ||
        samme_space_collect(&hub->views, &error) != SAMME_OK)
        store_failed(hub, &error);
    samme_hub_commits_durable(&hub->counts, hub->log.durable_head, hub->monotonic_ms);
    if (!hub->store_failed && open_spaces(hub, &error) != SAMME_OK)
        store_failed(hub, &error);
    if (hub->store_failed)
        return;
    bool busy = hub->log.next_head - hub->log.durable_head > SAMME_HUB_COMMITS_IN_FLIGHT_MAX ||
                hub->views.next_head - hub->views.durable_head > SAMME_HUB_COMMITS_IN_FLIGHT_MAX ||
                samme_outbox_busy(&hub->outbox);
    if (event->kind == SAMME_HUB_MESSAGE)
        message_event(hub, event, busy);
    else if ((event->kind == SAMME_HUB_ROSTER &&
              samme_hub_put_roster(hub, event->message, &error) != SAMME_OK) ||
             (event->kind == SAMME_HUB_ROOT &&
              samme_hub_put_root(hub, event->message, &error) != SAMME_OK)) {
        memcpy(hub->trouble, error.text, sizeof hub->trouble);
        if (start_over(hub, &error) != SAMME_OK)
            store_failed(hub, &error);
    }
    if (!hub->store_failed && !busy) {
        if (samme_hub_fold(hub, &hub->work_at_hand, &error) != SAMME_OK) {
            memcpy(hub->trouble, error.text, sizeof hub->trouble);
            if (fold_over(hub, &error) != SAMME_OK)
                store_failed(hub, &error);
        }
    }
    if (hub->store_failed) { /* a step that could not be begun again has nothing to end */
        close_spaces(hub);
        return;
    }
    ring(hub);
    end_step(hub);
    flush(hub);
}

int64_t samme_hub_next_ms(const samme_hub *hub) {
    return hub->work_at_hand ? hub->monotonic_ms : hub->monotonic_ms + 1000;
}

static bool durable(const samme_space *space) {
    return space->durable_head + 1 == space->next_head;
}

bool samme_hub_idle(const samme_hub *hub) {
    return hub->outbox.count == 0 &&
           (hub->store_failed || (durable(&hub->log) && durable(&hub->views)));
}

void samme_hub_look(samme_hub *hub, samme_hub_view *out) {
    *out = (samme_hub_view){.journal_size = hub->journal.size,
                            .folded_size = hub->replay.range.size,
                            .release = hub->release_version,
                            .refused_messages = hub->refused_messages + hub->transport_refused,
                            .roster = &hub->replay.roster,
                            .newest_roster = hub->roster_version,
                            .newest_root = hub->root.version,
                            .trouble = hub->trouble,
                            .store_failed = hub->store_failed};
    bool opened = !hub->views.open;
    if (opened && samme_space_begin(&hub->views, NULL) != SAMME_OK)
        return;
    samme_hash digest;
    if (samme_state_digest(&hub->replay.rows, &digest) == SAMME_OK)
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
        status = init_replay(hub, error);
    samme_space_abandon(&hub->log);
    samme_space_abandon(&hub->views);
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
    for (size_t i = 0; i < SAMME_HUB_REFERENCES; i++)
        samme_probes_init(&hub->references[i]);
    samme_arena_init(&hub->arena, HUB_ARENA_BYTES);
    samme_status status = samme_space_init(&hub->log, setup->log);
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
    samme_replay_fini(&hub->replay);
    samme_outbox_fini(&hub->outbox);
    samme_space_fini(&hub->views);
    samme_space_fini(&hub->log);
    samme_arena_free(&hub->arena);
    for (size_t i = 0; i < SAMME_HUB_REFERENCES; i++)
        samme_probes_free(&hub->references[i]);
    samme_wipe(&hub->setup.log_seed, sizeof hub->setup.log_seed);
    free(hub->peers);
    free(hub);
}
