#include "node/core.h"

#include <assert.h>
#include <stdlib.h>

#include "node/claims.h"
#include "node/waits.h"

enum {
    NODE_ARENA_BYTES = 96 * 1024 * 1024,
    HEARD_STORED_EVERY_MS = 30000,
};

int64_t samme_node_time(samme_node *node) {
    int64_t floor = node->follow.replay.hub_time_ms; /* of a record the hub has signed for */
    if (floor < node->last_time_ms)
        floor = node->last_time_ms;
    node->clock_behind = node->wall_ms < floor;
    return node->clock_behind ? floor : node->wall_ms;
}

void samme_node_trouble(samme_node *node, const samme_error *error) {
    memcpy(node->trouble, error->text, sizeof node->trouble);
    node->in_session = false;
}

samme_horizon samme_node_present(const samme_node *node) {
    return (samme_horizon){.branch = node->setup.branch,
                           .epoch = node->setup.epoch,
                           .journal_size = UINT64_MAX,
                           .own_size = UINT64_MAX};
}

void samme_node_send(samme_node *node, const Samme__Message *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_MESSAGE_MAX_BYTES);
    samme_pack(message, &packed);
    /* A message may be lost; what it asks or says is repeated. */
    if (samme_buffer_status(&packed) == SAMME_OK &&
        samme_outbox_add(&node->outbox, 0, 0, samme_buffer_span(&packed)) != SAMME_OK)
        node->hello_ms = node->monotonic_ms;
    samme_buffer_free(&packed);
}

static void close_spaces(samme_node *node) {
    if (node->log.open)
        samme_space_abandon(&node->log);
    if (node->views.open)
        samme_space_abandon(&node->views);
    if (node->access.present && node->access.keys.open)
        samme_space_abandon(&node->access.keys);
}

static samme_status open_spaces(samme_node *node, samme_error *error) {
    samme_status status = samme_space_begin(&node->log, error);
    if (status != SAMME_OK)
        return status;
    status = samme_space_begin(&node->views, error);
    if (status == SAMME_OK && node->access.present)
        status = samme_space_begin(&node->access.keys, error);
    if (status != SAMME_OK)
        close_spaces(node);
    return status;
}

samme_status samme_node_start_over(samme_node *node, samme_error *error) {
    node->policy = NULL; /* it goes with the replay */
    samme_outbox_abandon(&node->outbox);
    if (node->access.present)
        samme_outbox_abandon(&node->access.outbox);
    node->access.loaded = false;
    samme_keys_abandoned(node);
    close_spaces(node);
    samme_status status = open_spaces(node, error);
    if (status == SAMME_OK)
        status = samme_access_load(&node->access, error);
    if (status == SAMME_OK)
        status = samme_follow_reload(&node->follow, error);
    if (status == SAMME_OK)
        status = samme_own_load(node, error);
    if (status == SAMME_OK)
        status = samme_keys_sweep(node, error);
    if (status == SAMME_OK)
        status = samme_recovery_load(node, error);
    if (status == SAMME_OK)
        status = samme_own_layer_undone(node, error);
    if (status == SAMME_OK)
        status = samme_release_load(node, error);
    return status;
}

/* Says 503 to everybody whose answer can no longer become true. */
static void refuse_waiters_of(samme_node *node, samme_outbox *outbox) {
    samme_buffer body;
    samme_buffer_init(&body, 4096);
    samme_api_problem(node, 503, "read_only", node->trouble, &body);
    samme_outgoing item;
    while (samme_outbox_take_first(outbox, &item)) {
        samme_response response = {.status = 503,
                                   .content_type = "application/problem+json",
                                   .body = samme_buffer_span(&body)};
        if (item.code != 0)
            samme_node_say(node, item.to, &response);
        free(item.bytes);
    }
    samme_buffer_free(&body);
}

/* Those whose decision is held back likewise. */
static void refuse_held(samme_node *node) {
    samme_buffer body;
    samme_buffer_init(&body, 4096);
    samme_api_problem(node, 503, "read_only", node->trouble, &body);
    uint64_t request;
    const samme_response response = {.status = 503,
                                     .content_type = "application/problem+json",
                                     .body = samme_buffer_span(&body)};
    while (samme_claims_take_waiting(node, &request) || samme_waits_take(node, &request))
        samme_node_say(node, request, &response);
    samme_buffer_free(&body);
}

static void refuse_waiters(samme_node *node) {
    samme_api_pins_refuse(node);
    refuse_waiters_of(node, &node->outbox);
    if (node->access.present)
        refuse_waiters_of(node, &node->access.outbox);
    refuse_held(node);
}

static void store_failed(samme_node *node, const samme_error *error) {
    node->store_failed = true;
    samme_node_trouble(node, error);
    refuse_waiters(node);
}

void samme_node_undo(samme_node *node) {
    samme_error error = {0};
    if (samme_node_start_over(node, &error) != SAMME_OK)
        store_failed(node, &error);
}

static void flush(samme_node *node, samme_outbox *outbox, uint64_t durable_head) {
    samme_outgoing item;
    while (samme_outbox_peek(outbox, durable_head, &item)) {
        samme_span bytes = SAMME_SPAN(item.bytes, item.length);
        if (item.code == 0) {
            node->setup.send(node->setup.output, bytes);
        } else {
            samme_response response = {.status = item.code,
                                       .content_type = item.code >= 400 ? "application/problem+json"
                                                                        : "application/json",
                                       .body = bytes};
            samme_node_say(node, item.to, &response);
        }
        samme_outbox_drop(outbox);
    }
}

/* What is to be done whatever woke us; bounded. */
static samme_status background(samme_node *node, samme_error *error) {
    bool more = false;
    samme_status status = samme_follow_fold(&node->follow, &more, error);
    if (status != SAMME_OK) { /* folding has stopped, or will be tried again; the rest goes on */
        memcpy(node->notice, error->text, sizeof node->notice);
        status = samme_node_start_over(node, error);
    }
    if (status == SAMME_OK)
        status = samme_own_layer_work(node, more, error);
    node->warming = node->warming && more;
    bool recovering = false;
    if (status == SAMME_OK && !more)
        status = samme_recovery_work(node, &recovering, error);
    if (status == SAMME_OK && node->policy == NULL)
        status = samme_release_load(node, error);
    if (status == SAMME_OK && node->trouble[0] == 0 && !node->recovery.active)
        status = samme_take_release(node, error);
    if (status == SAMME_OK)
        status = samme_session_work(node, error);
    bool wrapping = false;
    if (status == SAMME_OK)
        status = samme_keys_work(node, &wrapping, error);
    if (status == SAMME_OK && !more &&
        !node->recovery.active) /* last: who is answered here must not be undone */
        status = samme_claims_work(node, error);
    if (status == SAMME_OK && !more)
        samme_waits_work(node);
    node->work_at_hand =
        more || recovering || wrapping || (status == SAMME_OK && samme_probes_work(node));
    return status;
}

static void message_event(samme_node *node, samme_span bytes) {
    samme_error error = {0};
    Samme__Message *message = SAMME_UNPACK(Message, message, bytes, &node->arena, &error);
    if (message == NULL) {
        node->refused_messages++;
        return;
    }
    node->heard_ms = node->monotonic_ms;
    samme_session_message(node, message);
    if (samme_hand_up(node, message) != SAMME_OK)
        node->refused_messages++; /* the hub asks again, or somebody else */
    if (samme_claims_message(node, message) != SAMME_OK)
        node->refused_messages++; /* the asker repeats */
    if (node->store_failed)
        return;
    samme_status status = samme_keys_message(node, message, &error);
    if (status == SAMME_OK)
        status = samme_follow_receive(&node->follow, message, node->monotonic_ms, &error);
    if (status != SAMME_OK) { /* it did not verify: as if it had never come */
        node->refused_messages++;
        memcpy(node->notice, error.text, sizeof node->notice);
        if (samme_node_start_over(node, &error) != SAMME_OK)
            store_failed(node, &error);
    } else if (message->what_case != SAMME__MESSAGE__WHAT_REFUSED) {
        node->hub_heard_ms = samme_node_time(node);
        if (node->hub_heard_ms - node->hub_heard_stored_ms > HEARD_STORED_EVERY_MS)
            node->own_changed = true;
    }
}

static void end_step(samme_node *node) {
    samme_error error = {0};
    uint64_t head = 0, keys_head = 0, ignored = 0;
    samme_status status = node->own_changed ? samme_own_store(node) : SAMME_OK;
    if (status == SAMME_OK && node->recovery.changed)
        status = samme_recovery_store(node);
    if (status != SAMME_OK)
        samme_fail(&error, status, "the log's state cannot be stored");
    if (status == SAMME_OK && node->access.present)
        status = samme_space_end(&node->access.keys, &keys_head, &error);
    if (status == SAMME_OK && node->keys.named) /* durable before the entries that need them */
        samme_gate_need(&node->keys.gate, keys_head);
    node->keys.named = node->keys.swept_now = false;
    if (status == SAMME_OK)
        status = samme_space_end(&node->log, &head, &error);
    else
        samme_space_abandon(&node->log);
    if (status == SAMME_OK)
        status = samme_follow_stamp(&node->follow, head);
    if (status == SAMME_OK)
        status = samme_space_end(&node->views, &ignored, &error);
    else
        samme_space_abandon(&node->views);
    if (status != SAMME_OK) {
        close_spaces(node);
        store_failed(node, &error);
        return;
    }
    samme_outbox_seal(&node->outbox, head);
    if (node->access.present)
        samme_outbox_seal(&node->access.outbox, keys_head);
}

static samme_status collect(samme_node *node, samme_error *error) {
    samme_status status = SAMME_OK;
    if (node->access.present)
        status = samme_space_collect(&node->access.keys, error);
    if (status == SAMME_OK && node->keys.present)
        samme_gate_open(&node->keys.gate, node->access.keys.durable_head);
    if (status == SAMME_OK)
        status = samme_space_collect(&node->log, error);
    return status == SAMME_OK ? samme_space_collect(&node->views, error) : status;
}

static bool far_behind(const samme_space *space) {
    return space->next_head - space->durable_head > SAMME_COMMITS_IN_FLIGHT_MAX;
}

void samme_node_step(samme_node *node, const samme_node_event *event) {
    samme_error error = {0};
    node->wall_ms = event->wall_ms;
    node->monotonic_ms = event->monotonic_ms;
    node->work_at_hand = node->layers.touched = false;
    samme_arena_reset(&node->arena);
    if (collect(node, &error) != SAMME_OK)
        store_failed(node, &error);
    if (!node->store_failed && open_spaces(node, &error) != SAMME_OK)
        store_failed(node, &error);
    if (!node->store_failed && samme_keys_sweep(node, &error) != SAMME_OK) {
        close_spaces(node);
        store_failed(node, &error);
    }
    if (node->store_failed) {
        if (event->kind == SAMME_NODE_REQUEST &&
            samme_outbox_add(&node->outbox, event->request->id, 503, SAMME_LITERAL("")) == SAMME_OK)
            refuse_waiters(node);
        return;
    }
    /* With many commits under way nothing new is begun: messages may be lost, requests are told so.
     */
    bool behind = far_behind(&node->log) || far_behind(&node->views) ||
                  (node->access.present && far_behind(&node->access.keys));
    node->stopping = node->stopping || event->kind == SAMME_NODE_STOP;
    if (event->kind == SAMME_NODE_REQUEST)
        samme_api_handle(node, event->request, behind);
    else if (event->kind == SAMME_NODE_PIN)
        samme_api_pin_done(node, event->pin);
    else if (event->kind == SAMME_NODE_MESSAGE && !behind)
        message_event(node, event->message);
    else if (event->kind == SAMME_NODE_CONNECTED)
        samme_session_connected(node);
    if (!node->store_failed && event->kind != SAMME_NODE_REQUEST && !behind &&
        background(node, &error) != SAMME_OK && samme_node_start_over(node, &error) != SAMME_OK)
        store_failed(node, &error);
    if (node->store_failed) { /* a step that could not be begun again has nothing to end */
        close_spaces(node);
        return;
    }
    end_step(node);
    flush(node, &node->outbox, node->log.durable_head);
    if (node->access.present)
        flush(node, &node->access.outbox, node->access.keys.durable_head);
}

int64_t samme_node_next_ms(const samme_node *node) {
    if (node->work_at_hand)
        return node->monotonic_ms;
    const int64_t session = samme_session_next_ms(node), claims = samme_claims_next_ms(node);
    const int64_t waits = samme_waits_next_ms(node), keys = samme_keys_next_ms(node);
    int64_t next = claims < session ? claims : session;
    next = keys < next ? keys : next;
    const int64_t layer = samme_own_layer_next_ms(node);
    next = layer < next ? layer : next;
    return waits < next ? waits : next;
}

bool samme_node_idle(const samme_node *node) {
    return node->outbox.count == 0 && node->access.outbox.count == 0 &&
           node->access.waiting_count == 0 && samme_claims_waiting(node) == 0 &&
           samme_waits_count(node) == 0;
}

void samme_node_look(samme_node *node, samme_node_view *out) {
    *out = (samme_node_view){
        .own_size = node->own.size,
        .signed_size = node->signed_range.size,
        .acked_size = node->acked_size,
        .journal_size = node->follow.held.size,
        .folded_size = node->follow.replay.range.size,
        .release = node->release,
        .in_session = node->in_session,
        .trouble = node->trouble,
        .notice = node->notice,
        .recovering = node->recovery.active,
        .recovery = node->recovery.text,
        .store_failed = node->store_failed,
        .refused_messages = node->refused_messages,
    };
    samme_error error;
    bool opened = !node->views.open;
    if (opened && samme_space_begin(&node->views, &error) != SAMME_OK)
        return;
    samme_hash digest;
    if (samme_state_digest(&node->follow.replay.rows, &digest) == SAMME_OK)
        out->state_digest = digest;
    if (opened)
        samme_space_abandon(&node->views);
}

static samme_status load(samme_node *node, samme_error *error) {
    const samme_node_setup *setup = &node->setup;
    samme_status status = open_spaces(node, error);
    if (status != SAMME_OK)
        return status;
    samme_follow_setup follow = {.root = setup->root,
                                 .hub_log = setup->hub_log,
                                 .branch = setup->branch,
                                 .epoch = setup->epoch,
                                 .log = &node->log,
                                 .views = &node->views,
                                 .replay = {.check_content = true, .known = setup->known}};
    status = samme_access_load(&node->access, error);
    if (status == SAMME_OK)
        status = samme_keys_check(node, error);
    if (status == SAMME_OK)
        status = samme_follow_init(&node->follow, &follow, error);
    if (status == SAMME_OK) {
        status = samme_layer_init(&node->layer, node->follow.replay.rows);
        if (status == SAMME_OK)
            status = samme_layer_init(&node->layers.next, node->follow.replay.rows);
        if (status == SAMME_OK)
            status = samme_own_load(node, error);
        if (status == SAMME_OK)
            status = samme_recovery_load(node, error);
        if (status == SAMME_OK)
            status = samme_own_layer(node, error);
        if (status == SAMME_OK)
            status = samme_release_load(node, error);
        if (status != SAMME_OK) {
            samme_layer_fini(&node->layer);
            samme_layer_fini(&node->layers.next);
            samme_follow_fini(&node->follow);
        }
    }
    node->warming = status == SAMME_OK && node->follow.replay.range.size < node->follow.held.size;
    close_spaces(node);
    return status;
}

samme_status samme_node_new(const samme_node_setup *setup, samme_node **out, samme_error *error) {
    samme_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "node: no memory");
    node->setup = *setup;
    node->hello_ms = INT64_MIN / 2;
    samme_probes_init(&node->probes);
    samme_arena_init(&node->arena, NODE_ARENA_BYTES);
    samme_status status = samme_keys_open(node);
    if (status == SAMME_OK)
        status =
            samme_space_init(&node->log, node->keys.present ? &node->keys.gate.port : setup->log);
    if (status == SAMME_OK)
        status = samme_space_init(&node->views, setup->views);
    if (status == SAMME_OK)
        status = samme_outbox_init(&node->outbox);
    if (status == SAMME_OK)
        status = samme_claims_new(&node->claims);
    if (status == SAMME_OK)
        status = samme_waits_new(&node->waits);
    if (status == SAMME_OK)
        status = samme_access_init(&node->access, setup->keys);
    samme_keys_init(node);
    if (status == SAMME_OK)
        status = load(node, error);
    if (status != SAMME_OK) {
        samme_keys_fini(node);
        samme_claims_free(node->claims);
        samme_waits_free(node->waits);
        samme_access_fini(&node->access);
        samme_outbox_fini(&node->outbox);
        samme_space_fini(&node->views);
        samme_space_fini(&node->log);
        samme_arena_free(&node->arena);
        free(node);
        return status;
    }
    *out = node;
    return SAMME_OK;
}

void samme_node_free(samme_node *node) {
    if (node == NULL)
        return;
    samme_layer_fini(&node->layer);
    samme_layer_fini(&node->layers.next);
    samme_probes_free(&node->probes);
    samme_follow_fini(&node->follow);
    samme_claims_free(node->claims);
    samme_waits_free(node->waits);
    samme_access_fini(&node->access);
    samme_outbox_fini(&node->outbox);
    samme_space_fini(&node->views);
    samme_space_fini(&node->log);
    samme_keys_fini(node);
    samme_arena_free(&node->arena);
    samme_wipe(&node->setup.log_seed, sizeof node->setup.log_seed);
    free(node);
}
