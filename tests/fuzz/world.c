#include "fuzz/world.h"

#include <stdlib.h>

#include "base/writes.h"
#include "fuzz/fuzz.h"
#include "sync/tables.h"

enum {
    TICKS_MAX = 64, /* of work at one instant */
    PASSES_MAX = 400,
    PASS_MS = 100,
    POLL_MS = 500,
};

static const pair *base(void) {
    static pair made;
    if (made.node_count > 0)
        return &made;
    pair_open(&made, FUZZ_NODES);
    pair_publish(&made, 365);
    pair_quiet(&made);
    FUZZ_MUST(pair_sell(&made, 1, "N1", 3000, 2999) == 201);
    FUZZ_MUST(pair_sell(&made, 1, "N2", 1000, 500) == 201);
    FUZZ_MUST(pair_sell(&made, 2, "N3", 2000, 12345) == 201);
    pair_quiet(&made);
    FUZZ_MUST(pair_return(&made, 2, 1, "N1", 1000, "first") == 200);
    FUZZ_MUST(pair_return(&made, 1, 1, "N2", 1000, "second") == 200);
    pair_publish(&made, 30);
    pair_quiet(&made);
    return &made;
}

static void make_empty(fuzz_stores *stores) {
    stores->log_memory = samme_memory_store_new();
    stores->views_memory = samme_memory_store_new();
    stores->keys_memory = samme_memory_store_new();
    FUZZ_MUST(stores->log_memory != NULL && stores->views_memory != NULL &&
              stores->keys_memory != NULL);
    stores->keys = samme_memory_store_port(stores->keys_memory);
    stores->log = samme_memory_store_port(stores->log_memory);
    stores->views = samme_memory_store_port(stores->views_memory);
}

static void copy_table(const samme_reader *reader, uint8_t table, samme_writes *writes) {
    uint8_t from[SAMME_STORE_KEY_MAX + 1];
    size_t length = 0;
    samme_span key, value;
    while (reader->seek(reader->self, table, SAMME_SPAN(from, length), &key, &value) == SAMME_OK) {
        FUZZ_MUST(samme_writes_put(writes, table, key, value) == SAMME_OK);
        memcpy(from, key.data, key.length);
        from[key.length] = 0; /* the next key there can be */
        length = key.length + 1;
        if (length > SAMME_STORE_KEY_MAX)
            return;
    }
}

/* The head is kept too, for views know which commit of the log they rest on: most commits are
 * empty.
 */
static void copy_store(const samme_store *source, samme_memory_store *memory, samme_store *target) {
    samme_reader reader;
    samme_completion completion;
    uint64_t head = source->head(source->self);
    for (uint64_t i = 0; i < head; i++) {
        samme_writes *writes = samme_writes_new();
        FUZZ_MUST(writes != NULL && source->open_snapshot(source->self, &reader) == SAMME_OK);
        for (unsigned table = 0; i + 1 == head && table < SAMME_STORE_TABLES_MAX; table++)
            copy_table(&reader, (uint8_t)table, writes);
        source->close_snapshot(source->self);
        samme_commit commit = {
            .expected_head = i, .term = source->term(source->self), .writes = writes};
        FUZZ_MUST(target->commit(target->self, commit) == SAMME_OK);
        FUZZ_MUST(samme_memory_store_sync(memory, 1) == 1);
        FUZZ_MUST(target->completions(target->self, &completion, 1) == 1);
        FUZZ_MUST(completion.outcome == SAMME_COMMIT_DONE);
    }
}

static void copy_stores(const pair_stores *source, fuzz_stores *out) {
    make_empty(out);
    copy_store(&source->log, out->log_memory, &out->log);
    copy_store(&source->views, out->views_memory, &out->views);
}

static void free_stores(fuzz_stores *stores) {
    samme_memory_store_free(stores->keys_memory);
    samme_memory_store_free(stores->log_memory);
    samme_memory_store_free(stores->views_memory);
}

static bool sync_stores(fuzz_stores *stores) {
    size_t done = samme_memory_store_sync(stores->log_memory, SIZE_MAX);
    done += samme_memory_store_sync(stores->keys_memory, SIZE_MAX);
    return done + samme_memory_store_sync(stores->views_memory, SIZE_MAX) > 0;
}

static void post(fuzz_queue *queue, unsigned peer, samme_span bytes) {
    if (queue->count == FUZZ_QUEUE_MAX)
        return;
    fuzz_letter *letter = &queue->letters[queue->count++];
    letter->peer = peer;
    samme_buffer_init(&letter->bytes, SAMME_MESSAGE_MAX_BYTES);
    samme_buffer_append(&letter->bytes, bytes);
    FUZZ_MUST(samme_buffer_status(&letter->bytes) == SAMME_OK);
}

static void empty_queue(fuzz_queue *queue) {
    for (size_t i = 0; i < queue->count; i++)
        samme_buffer_free(&queue->letters[i].bytes);
    queue->count = 0;
}

static void node_sends(void *output, samme_span bytes) {
    struct fuzz_node *self = output;
    post(&self->world->to_hub, self->number, bytes);
}

static samme_status hub_sends(void *output, uint64_t route, samme_span bytes) {
    fuzz_world *world = output;
    FUZZ_MUST(route < FUZZ_STRANGER); /* nothing is ever said to who is not enrolled */
    post(&world->from_hub, (unsigned)route, bytes);
    return SAMME_OK;
}

static void node_answers(void *output, uint64_t request_id, const samme_response *response) {
    struct fuzz_node *self = output;
    fuzz_world *world = self->world;
    FUZZ_MUST(world->answer_count < FUZZ_ANSWERS_MAX);
    fuzz_answer *answer = &world->answers[world->answer_count++];
    answer->request_id = request_id;
    answer->status = response->status;
    samme_buffer_init(&answer->body, SAMME_MESSAGE_MAX_BYTES);
    samme_buffer_append(&answer->body, response->body);
}

fuzz_world *fuzz_world_open(void) {
    fuzz_world *world = calloc(1, sizeof *world);
    FUZZ_MUST(world != NULL);
    world->base = base();
    world->now_ms = world->base->now_ms;
    samme_prng_seed(&world->random, 1);
    for (unsigned i = 0; i <= FUZZ_NODES; i++) {
        world->nodes[i].world = world;
        world->nodes[i].number = i;
    }
    return world;
}

void fuzz_world_close(fuzz_world *world) {
    for (unsigned i = 1; i <= FUZZ_NODES; i++)
        if (world->nodes[i].node != NULL) {
            samme_node_free(world->nodes[i].node);
            free_stores(&world->nodes[i].stores);
        }
    if (world->hub != NULL) {
        samme_hub_free(world->hub);
        free_stores(&world->hub_stores);
    }
    empty_queue(&world->to_hub);
    empty_queue(&world->from_hub);
    for (size_t i = 0; i < world->answer_count; i++)
        samme_buffer_free(&world->answers[i].body);
    free(world);
}

static samme_keks keks_of(unsigned number) {
    samme_prng prng;
    samme_keks keks;
    samme_prng_seed(&prng, 100 + number);
    samme_keks_new(&keks, NULL, PAIR_WALL_MS, samme_prng_as_random(&prng));
    return keks;
}

static void run_hub(fuzz_world *world) {
    const samme_test_chain *chain = &world->base->chain;
    samme_hub_setup setup = {.root = &chain->root,
                             .log_seed = chain->hub_seed,
                             .log = &world->hub_stores.log,
                             .views = &world->hub_stores.views,
                             .keys = &world->hub_stores.keys,
                             .keks = keks_of(0),
                             .random = samme_prng_as_random(&world->random),
                             .output = world,
                             .send = hub_sends};
    samme_error error = {0};
    FUZZ_MUST_OK(samme_hub_new(&setup, &world->hub, &error), &error);
}

static bool node_has_pin(void *output, const samme_pin_job *job) {
    struct fuzz_node *self = output;
    if (self->pin_count == SAMME_PIN_JOBS_MAX)
        return false;
    self->pins[self->pin_count++] = *job;
    return true;
}

static void run_node(struct fuzz_node *self) {
    fuzz_world *world = self->world;
    const samme_test_chain *chain = &world->base->chain;
    samme_node_setup setup = {.root = &chain->root,
                              .branch = self->number,
                              .epoch = 1,
                              .region = 1,
                              .name = "fuzzed",
                              .hub_log = chain->hub_log,
                              .log_seed = chain->branches[self->number - 1].log_seed,
                              .push_after_ms = PASS_MS,
                              .poll_every_ms = POLL_MS,
                              .log = &self->stores.log,
                              .views = &self->stores.views,
                              .keys = &self->stores.keys,
                              .keks = keks_of(self->number),
                              .operator_token_hash = samme_sha256(SAMME_LITERAL("operator")),
                              .make_verifier = node_has_pin,
                              .random = samme_prng_as_random(&world->random),
                              .output = self,
                              .send = node_sends,
                              .answer = node_answers};
    samme_error error = {0};
    FUZZ_MUST_OK(samme_node_new(&setup, &self->node, &error), &error);
}

void fuzz_start_hub(fuzz_world *world) {
    copy_stores(&world->base->hub_stores, &world->hub_stores);
    run_hub(world);
}

void fuzz_start_node(fuzz_world *world, unsigned number) {
    struct fuzz_node *self = &world->nodes[number];
    copy_stores(&world->base->nodes[number - 1].stores, &self->stores);
    run_node(self);
}

void fuzz_restart_node(fuzz_world *world, unsigned number) {
    struct fuzz_node *self = &world->nodes[number];
    samme_node_free(self->node);
    self->pin_count = 0;
    samme_memory_store_crash(self->stores.keys_memory);
    samme_memory_store_crash(self->stores.log_memory);
    samme_memory_store_crash(self->stores.views_memory);
    run_node(self);
}

void fuzz_restart_hub(fuzz_world *world) {
    samme_hub_free(world->hub);
    samme_memory_store_crash(world->hub_stores.keys_memory);
    samme_memory_store_crash(world->hub_stores.log_memory);
    samme_memory_store_crash(world->hub_stores.views_memory);
    run_hub(world);
}

static void step_node(struct fuzz_node *self, samme_node_event event) {
    event.wall_ms = PAIR_WALL_MS + self->world->now_ms;
    event.monotonic_ms = self->world->now_ms;
    samme_node_step(self->node, &event);
}

/* A verifier that is made at once. */
static void make_verifiers(struct fuzz_node *self) {
    for (unsigned i = 0; i < self->pin_count; i++) {
        const samme_pin_job *job = &self->pins[i];
        samme_hash hash = samme_sha256_of(samme_span_of_text(job->pin), SAMME_LITERAL("/"),
                                          SAMME_SPAN(job->salt, sizeof job->salt));
        samme_pin_done done = {.id = job->id};
        memcpy(done.verifier, hash.bytes, sizeof done.verifier);
        step_node(self, (samme_node_event){.kind = SAMME_NODE_PIN, .pin = &done});
    }
    self->pin_count = 0;
}

static void finish_node(struct fuzz_node *self) {
    make_verifiers(self);
    for (unsigned i = 0; i < TICKS_MAX; i++) {
        bool synced = sync_stores(&self->stores);
        step_node(self, (samme_node_event){.kind = SAMME_NODE_TICK});
        if (!synced && samme_node_next_ms(self->node) > self->world->now_ms)
            return;
    }
}

static void step_hub(fuzz_world *world, samme_hub_event event) {
    event.wall_ms = PAIR_WALL_MS + world->now_ms;
    event.monotonic_ms = world->now_ms;
    samme_hub_step(world->hub, &event);
}

static void finish_hub(fuzz_world *world) {
    for (unsigned i = 0; i < TICKS_MAX; i++) {
        bool synced = sync_stores(&world->hub_stores);
        step_hub(world, (samme_hub_event){.kind = SAMME_HUB_TICK});
        if (!synced && samme_hub_next_ms(world->hub) > world->now_ms)
            return;
    }
}

void fuzz_ask(fuzz_world *world, unsigned number, const samme_request *request) {
    struct fuzz_node *self = &world->nodes[number];
    step_node(self, (samme_node_event){.kind = SAMME_NODE_REQUEST, .request = request});
    finish_node(self);
}

void fuzz_pass(fuzz_world *world, unsigned number, int64_t ms) {
    world->now_ms += ms;
    finish_node(&world->nodes[number]);
}

static void write_down(samme_buffer *out, samme_span message) {
    samme_buffer_u8(out, 0);
    samme_buffer_u16(out, (uint16_t)message.length);
    samme_buffer_append(out, message);
}

void fuzz_tell_node(fuzz_world *world, unsigned number, samme_span message) {
    struct fuzz_node *self = &world->nodes[number];
    if (world->overheard != NULL && number == 1 && message.length <= UINT16_MAX)
        write_down(world->overheard, message);
    step_node(self, (samme_node_event){.kind = SAMME_NODE_MESSAGE, .message = message});
    finish_node(self);
}

static samme_peer_key key_of(const fuzz_world *world, unsigned peer) {
    static const samme_peer_key stranger = {.bytes = {0x5a}};
    if (peer == FUZZ_STRANGER)
        return stranger;
    const samme_test_chain *chain = &world->base->chain;
    return peer == FUZZ_OPERATOR ? chain->operator_curve : chain->branches[peer - 1].curve;
}

void fuzz_tell_hub(fuzz_world *world, unsigned peer, samme_span message) {
    step_hub(world, (samme_hub_event){.kind = SAMME_HUB_MESSAGE,
                                      .peer = key_of(world, peer),
                                      .route = peer,
                                      .message = message});
    finish_hub(world);
}

/* Takes the queue as it is; what is sent meanwhile is for the next pass. */
static void carry(fuzz_world *world, fuzz_queue *queue) {
    fuzz_queue *taken = malloc(sizeof *taken);
    FUZZ_MUST(taken != NULL);
    *taken = *queue;
    queue->count = 0;
    for (size_t i = 0; i < taken->count; i++) {
        fuzz_letter *letter = &taken->letters[i];
        samme_span bytes = samme_buffer_span(&letter->bytes);
        if (queue == &world->to_hub)
            fuzz_tell_hub(world, letter->peer, bytes);
        else if (letter->peer <= FUZZ_NODES && world->nodes[letter->peer].node != NULL)
            fuzz_tell_node(world, letter->peer, bytes);
        samme_buffer_free(&letter->bytes);
    }
    free(taken);
}

static bool settled(fuzz_world *world) {
    samme_hub_view hub;
    samme_node_view node;
    samme_hub_look(world->hub, &hub);
    bool all = hub.folded_size == hub.journal_size;
    for (unsigned i = 1; i <= FUZZ_NODES && all; i++) {
        if (world->nodes[i].node == NULL)
            continue;
        samme_node_look(world->nodes[i].node, &node);
        all = node.folded_size == hub.journal_size && node.acked_size == node.own_size;
    }
    return all;
}

bool fuzz_settle(fuzz_world *world) {
    for (unsigned pass = 0; pass < PASSES_MAX; pass++) {
        world->now_ms += PASS_MS;
        carry(world, &world->to_hub);
        finish_hub(world);
        carry(world, &world->from_hub);
        for (unsigned i = 1; i <= FUZZ_NODES; i++)
            if (world->nodes[i].node != NULL)
                finish_node(&world->nodes[i]);
        if (settled(world))
            return true;
    }
    return false;
}

static void sum_up(const samme_store *store, uint8_t table, samme_range *out) {
    samme_reader reader;
    samme_range_init(out);
    FUZZ_MUST(store->open_snapshot(store->self, &reader) == SAMME_OK);
    samme_key8 from = samme_key_u64(0);
    samme_span key, value;
    while (reader.seek(reader.self, table, SAMME_SPAN(from.bytes, sizeof from.bytes), &key,
                       &value) == SAMME_OK) {
        samme_hash leaf = samme_leaf_hash(value);
        FUZZ_MUST(samme_range_append(out, &leaf) == SAMME_OK);
        from = samme_key_u64(out->size);
    }
    store->close_snapshot(store->self);
}

void fuzz_branch_range(unsigned number, samme_range *out) {
    sum_up(&base()->nodes[number - 1].stores.log, SAMME_TABLE_OWN, out);
}

void fuzz_journal_range(samme_range *out) {
    sum_up(&base()->hub_stores.log, SAMME_TABLE_JOURNAL, out);
}
