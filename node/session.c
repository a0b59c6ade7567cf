/* The session with the hub: hello until welcomed, checkpoints signed only over what the hub has
 * shown to agree, one batch in flight, everything repeated until acknowledged. */
#include "node/core.h"

#include <stdio.h>

#include "tlog/checkpoint.h"

enum {
    HELLO_RETRY_MS = 1000,
    HELLO_RETRY_MAX_MS = 30000,
    HELLO_SPREAD_MS = 250, /* over which branches that lost the hub together say hello */
    HELLO_TRIES_LATER = 3, /* a hub that says later is asked about every four seconds */
    PUSH_RETRY_MS = 5000,
    SILENCE_MS = 90000,    /* the session ends when nothing was heard for this long */
    PUSH_FRAME_BYTES = 16, /* around each entry in a push */
};

static bool root_at(samme_node *node, uint64_t size, samme_hash *out) {
    if (size == 0) {
        samme_range empty;
        samme_range_init(&empty);
        *out = samme_range_root(&empty);
        return true;
    }
    samme_key8 key = samme_key_u64(size);
    samme_span note;
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(node->setup.root->chain, node->setup.branch, node->setup.epoch, origin);
    samme_public_key public_key = samme_sign_public(&node->setup.log_seed);
    samme_vkey own_key;
    samme_checkpoint checkpoint;
    if (samme_space_get(&node->log, SAMME_TABLE_SIGNED, SAMME_SPAN(key.bytes, sizeof key.bytes),
                        &note) != SAMME_OK ||
        samme_vkey_make(origin, &public_key, &own_key, NULL) != SAMME_OK ||
        samme_checkpoint_open(note, &own_key, &checkpoint, NULL) != SAMME_OK)
        return false;
    *out = checkpoint.root;
    return checkpoint.size == size;
}

static bool is_prefix(samme_node *node, uint64_t size, ProtobufCBinaryData root) {
    samme_hash held;
    return size <= node->signed_range.size && root_at(node, size, &held) &&
           samme_span_equal(samme_span_of_bytes(root), samme_span_of_hash(&held));
}

static void welcomed(samme_node *node, const Samme__Welcome *welcome) {
    if (!is_prefix(node, welcome->branch_size, welcome->branch_root)) {
        samme_error error;
        samme_fail(
            &error, SAMME_MISMATCH,
            "the hub holds %llu entries of this branch that are not the first of the %llu "
            "signed here: a restored backup or a cloned disk. Head office begins a new epoch: "
            "samme chain rotate, then samme-node --recover here",
            (unsigned long long)welcome->branch_size, (unsigned long long)node->signed_range.size);
        samme_node_trouble(node, &error);
        return;
    }
    node->in_session = true;
    node->push_in_flight = false;
    node->credit_bytes = welcome->credit_bytes;
    if (node->acked_size != welcome->branch_size) {
        node->acked_size = welcome->branch_size;
        node->own_changed = true;
    }
    if (welcome->journal_size > node->follow.hub_size)
        node->follow.hub_size = welcome->journal_size;
    node->hello_tries = 0;
    node->probes_hub = (samme_hash){0};
    if (welcome->probes_digest.len == sizeof node->probes_hub.bytes)
        memcpy(node->probes_hub.bytes, welcome->probes_digest.data, sizeof node->probes_hub.bytes);
    samme_follow_poke(&node->follow);
}

static void acknowledged(samme_node *node, const Samme__Ack *ack) {
    if (!node->in_session || ack->size <= node->acked_size)
        return; /* doubled */
    if (!is_prefix(node, ack->size, ack->root)) {
        node->in_session = false; /* the welcome will show where we stand */
        return;
    }
    node->acked_size = ack->size;
    node->own_changed = true;
    node->push_in_flight = false;
    if (ack->journal_size > node->follow.hub_size)
        node->follow.hub_size = ack->journal_size;
}

static void refused(samme_node *node, const Samme__Refused *refused) {
    snprintf(node->notice, sizeof node->notice, "the hub refused a %.20s: %.300s", refused->what,
             refused->text);
    if (strcmp(refused->what, "push") == 0) {
        node->in_session = false;
        node->hello_ms = node->monotonic_ms; /* what was refused now would be at once, too */
        node->hello_tries = 1;
    } else if (strcmp(refused->what, "hello") == 0) {
        node->in_session = false; /* its journal is not ours any more: nothing for it */
    }
}

void samme_session_message(samme_node *node, const Samme__Message *message) {
    if (message->what_case == SAMME__MESSAGE__WHAT_WELCOME && node->trouble[0] == 0)
        welcomed(node, message->welcome);
    else if (message->what_case == SAMME__MESSAGE__WHAT_ACK)
        acknowledged(node, message->ack);
    else if (message->what_case == SAMME__MESSAGE__WHAT_REFUSED)
        refused(node, message->refused);
    else if (message->what_case == SAMME__MESSAGE__WHAT_LATER &&
             strcmp(message->later->what, "hello") == 0 && node->hello_tries > HELLO_TRIES_LATER)
        node->hello_tries =
            HELLO_TRIES_LATER; /* it is there, and fills itself up, perhaps from us */
}

static void hello(samme_node *node) {
    samme_hash own_root, journal_root = samme_range_root(&node->follow.held), digest;
    own_root = samme_range_root(&node->signed_range);
    Samme__Hello say = SAMME__HELLO__INIT;
    say.protocol = SAMME_PROTOCOL_VERSION;
    say.branch = node->setup.branch;
    say.epoch = node->setup.epoch;
    say.journal_epoch = samme_replay_journal_epoch(&node->follow.replay);
    say.wall_ms = node->wall_ms;
    say.own_size = node->signed_range.size;
    say.own_root = samme_bytes_of_span(samme_span_of_hash(&own_root));
    say.journal_size = node->follow.held.size;
    say.journal_root = samme_bytes_of_span(samme_span_of_hash(&journal_root));
    say.folded_size = node->follow.replay.range.size;
    if (samme_state_digest(&node->follow.replay.rows, &digest) == SAMME_OK)
        say.state_digest = samme_bytes_of_span(samme_span_of_hash(&digest));
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_HELLO;
    message.hello = &say;
    samme_node_send(node, &message);
    node->hello_ms = node->monotonic_ms;
    node->hello_tries++;
}

/* Branches that lost the hub together do not come back together. */
static int64_t spread(const samme_node *node, int64_t over_ms) {
    return over_ms == 0 ? 0 : (int64_t)((node->setup.branch * 2654435761u) % (uint32_t)over_ms);
}

/* Of what went over a connection before, nothing is answered over this one. */
void samme_session_connected(samme_node *node) {
    node->in_session = false;
    node->push_in_flight = false;
    node->follow.requested = false;
    node->hello_tries = 0;
    node->hello_ms = node->monotonic_ms;
    if (node->connected_before)
        node->hello_ms += spread(node, HELLO_SPREAD_MS);
    node->connected_before = true;
}

/* When the next hello is due: soon and then ever later while the hub is silent, as a poll when it
 * is not. */
static int64_t hello_due_ms(const samme_node *node) {
    if (node->in_session)
        return node->hello_ms + node->setup.poll_every_ms;
    unsigned doublings = node->hello_tries < 6 ? node->hello_tries : 6;
    int64_t wait = doublings == 0 ? 0 : (int64_t)HELLO_RETRY_MS << (doublings - 1);
    if (wait > HELLO_RETRY_MAX_MS)
        wait = HELLO_RETRY_MAX_MS;
    return node->hello_ms + wait + spread(node, wait) / 4;
}

/* The push of [old, new), from what is stored; bytes are copied into the step's arena. */
static samme_status push(samme_node *node, uint64_t old_size, uint64_t new_size, samme_span note) {
    size_t count = (size_t)(new_size - old_size);
    Samme__Item *items = samme_arena_alloc(&node->arena, count * sizeof *items);
    Samme__Item **pointers = samme_arena_alloc(&node->arena, count * sizeof *pointers);
    if (items == NULL || pointers == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        samme_span entry;
        samme_status status = samme_own_bytes(node, old_size + i, &entry);
        if (status != SAMME_OK)
            return status;
        samme__item__init(&items[i]);
        items[i].what_case = SAMME__ITEM__WHAT_ENTRY;
        items[i].entry = samme_bytes_of_span(entry);
        pointers[i] = &items[i];
    }
    Samme__Push what = SAMME__PUSH__INIT;
    what.epoch = node->setup.epoch;
    what.old_size = old_size;
    what.n_items = count;
    what.items = pointers;
    what.note = samme_bytes_of_span(note);
    samme_status status = samme_keys_push(node, &what);
    if (status != SAMME_OK)
        return status;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_PUSH;
    message.push = &what;
    samme_node_send(node, &message);
    node->push_in_flight = true;
    node->push_ms = node->monotonic_ms;
    return SAMME_OK;
}

/* Signs as much of the tail as one batch may hold. */
static samme_status sign_tail(samme_node *node) {
    samme_range range = node->signed_range;
    /* What is signed can only be pushed whole: never more than a batch may hold, whatever the hub
     * says. */
    const uint64_t credit =
        node->credit_bytes < SAMME_BATCH_MAX_BYTES ? node->credit_bytes : SAMME_BATCH_MAX_BYTES;
    uint64_t bytes = 4096; /* the note and the frame */
    while (range.size < node->own.size &&
           range.size - node->signed_range.size < SAMME_BATCH_MAX_ENTRIES) {
        samme_key8 key = samme_key_u64(range.size);
        samme_span entry;
        samme_status status = samme_space_get(&node->log, SAMME_TABLE_OWN,
                                              SAMME_SPAN(key.bytes, sizeof key.bytes), &entry);
        if (status != SAMME_OK)
            return status;
        bytes += entry.length + PUSH_FRAME_BYTES;
        if (bytes > credit && range.size > node->signed_range.size)
            break;
        samme_hash leaf = samme_leaf_hash(entry);
        status = samme_range_append(&range, &leaf);
        if (status != SAMME_OK)
            return status;
    }
    char origin[SAMME_NOTE_NAME_MAX + 1];
    samme_branch_origin(node->setup.root->chain, node->setup.branch, node->setup.epoch, origin);
    samme_checkpoint checkpoint = {.size = range.size, .root = samme_range_root(&range)};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    samme_status status = samme_checkpoint_sign(origin, &node->setup.log_seed, &checkpoint, &note);
    samme_key8 key = samme_key_u64(range.size);
    if (status == SAMME_OK)
        status = samme_space_put(&node->log, SAMME_TABLE_SIGNED,
                                 SAMME_SPAN(key.bytes, sizeof key.bytes), samme_buffer_span(&note));
    samme_buffer_free(&note);
    if (status != SAMME_OK)
        return status;
    node->signed_range = range;
    node->push_now = node->push_now && range.size < node->own.size;
    node->tail_ms = node->monotonic_ms;
    node->own_changed = true;
    return SAMME_OK;
}

static bool tail_is_due(const samme_node *node) {
    uint64_t tail = node->own.size - node->signed_range.size;
    return tail >= SAMME_PUSH_ENTRIES || (tail > 0 && (node->stopping || node->push_now)) ||
           (tail > 0 && node->monotonic_ms - node->tail_ms >= node->setup.push_after_ms);
}

/* The message waits in the outbox until the checkpoint in it is durable: sending first would be a
 * fork after a crash. */
static samme_status push_work(samme_node *node) {
    if (node->credit_bytes == 0 || /* no more today: the next welcome may say otherwise */
        (node->push_in_flight && node->monotonic_ms - node->push_ms < PUSH_RETRY_MS))
        return SAMME_OK;
    samme_status status = SAMME_OK;
    if (node->acked_size == node->signed_range.size) {
        if (!tail_is_due(node))
            return SAMME_OK;
        status = sign_tail(node);
    }
    samme_key8 next = samme_key_u64(node->acked_size + 1);
    samme_span key, stored;
    if (status == SAMME_OK)
        status = samme_space_seek(&node->log, SAMME_TABLE_SIGNED,
                                  SAMME_SPAN(next.bytes, sizeof next.bytes), &key, &stored);
    if (status != SAMME_OK)
        return status;
    uint64_t new_size = samme_get_u64(key.data);
    samme_span note = samme_arena_copy(&node->arena, stored);
    return note.data == NULL ? SAMME_NO_MEMORY : push(node, node->acked_size, new_size, note);
}

samme_status samme_session_work(samme_node *node, samme_error *error) {
    if (node->in_session && node->monotonic_ms - node->heard_ms > SILENCE_MS)
        node->in_session = false;
    if (node->monotonic_ms >= hello_due_ms(node))
        hello(node);
    samme_status status = SAMME_OK;
    if (node->in_session && node->trouble[0] == 0)
        status = push_work(node);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the own log cannot be pushed");
    if (!node->in_session && node->trouble[0] == 0) /* who may not write may still follow */
        return SAMME_OK;
    samme_buffer request;
    samme_buffer_init(&request, SAMME_MESSAGE_MAX_BYTES);
    if (samme_follow_request(&node->follow, node->monotonic_ms, &request) &&
        samme_outbox_add(&node->outbox, 0, 0, samme_buffer_span(&request)) != SAMME_OK)
        node->follow.requested = false;
    samme_buffer_free(&request);
    return SAMME_OK;
}

int64_t samme_session_next_ms(const samme_node *node) {
    int64_t next = hello_due_ms(node);
    if (!node->in_session)
        return next;
    int64_t candidates[3] = {INT64_MAX, INT64_MAX, node->heard_ms + SILENCE_MS + 1};
    if (node->push_in_flight)
        candidates[0] = node->push_ms + PUSH_RETRY_MS;
    else if (node->own.size > node->signed_range.size && node->credit_bytes > 0)
        candidates[0] =
            node->push_now ? node->monotonic_ms : node->tail_ms + node->setup.push_after_ms;
    if (node->follow.requested)
        candidates[1] = node->follow.requested_ms + SAMME_FOLLOW_RETRY_MS;
    for (size_t i = 0; i < 3; i++)
        if (candidates[i] < next)
            next = candidates[i];
    return next;
}
