#include "sim/world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "tlog/tree.h"
#include "wire/pack.h"

void sim_note(sim_world *world, const char *format, ...) {
    char line[300];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    world->trace = samme_sha256_of(samme_span_of_hash(&world->trace),
                                   SAMME_SPAN(&world->now_ms, sizeof world->now_ms),
                                   SAMME_SPAN(line, (size_t)length));
    if (getenv("SIM_TRACE") != NULL)
        fprintf(stderr, "[%6lld] %s\n", (long long)world->now_ms, line);
}

static void make_stores(sim_stores *stores) {
    stores->log_memory = samme_memory_store_new();
    stores->views_memory = samme_memory_store_new();
    stores->keys_memory = samme_memory_store_new();
    assert(stores->log_memory != NULL && stores->views_memory != NULL &&
           stores->keys_memory != NULL);
    stores->keys = samme_memory_store_port(stores->keys_memory);
    stores->log = samme_memory_store_port(stores->log_memory);
    stores->views = samme_memory_store_port(stores->views_memory);
}

static void empty_views(sim_stores *stores) {
    samme_memory_store_free(stores->views_memory);
    stores->views_memory = samme_memory_store_new();
    assert(stores->views_memory != NULL);
    stores->views = samme_memory_store_port(stores->views_memory);
}

static void free_stores(sim_stores *stores) {
    samme_memory_store_free(stores->log_memory);
    samme_memory_store_free(stores->views_memory);
    samme_memory_store_free(stores->keys_memory);
}

static void lose_unsynced(sim_stores *stores) {
    samme_memory_store_crash(stores->log_memory);
    samme_memory_store_crash(stores->views_memory);
    samme_memory_store_crash(stores->keys_memory);
}

static void node_sends(void *output, samme_span bytes) {
    sim_node *self = output;
    samme_status ignored = self->transport.send(self->transport.self, 0, bytes);
    (void)ignored;
}

static void node_answers(void *output, uint64_t request_id, const samme_response *response) {
    sim_node *self = output;
    sim_answer(self->world, request_id, response);
}

static samme_status hub_sends(void *output, uint64_t route, samme_span bytes) {
    sim_world *world = output;
    return world->hub_transport.send(world->hub_transport.self, route, bytes);
}

static void start_node(sim_world *world, sim_node *self) {
    samme_node_setup setup = {.root = &world->chain.root,
                              .branch = self->number,
                              .epoch = world->chain.branches[self->number - 1].epoch,
                              .recover = true,
                              .older_count = self->older_count,
                              .region = 1,
                              .name = "simulated",
                              .hub_log = world->chain.hub_log,
                              .log_seed = world->chain.branches[self->number - 1].log_seed,
                              .push_after_ms = 300,
                              .poll_every_ms = 2000,
                              .claim_wait_ms = 800,
                              .layer_entries_a_step = self->number - 1, /* 0: as it ships */
                              .log = &self->stores.log,
                              .views = &self->stores.views,
                              .keys = &self->stores.keys,
                              .keks = self->stores.keks,
                              .erasures = sim_erasures(world),
                              .random = samme_prng_as_random(&world->node_random),
                              .output = self,
                              .send = node_sends,
                              .answer = node_answers};
    for (size_t i = 0; i < self->older_count; i++)
        setup.older[i] = &self->older[i];
    samme_error error = {0};
    samme_status status = samme_node_new(&setup, &self->node, &error);
    if (status == SAMME_MISMATCH) {
        sim_note(world, "node %u folds its views again", self->number);
        empty_views(&self->stores);
        status = samme_node_new(&setup, &self->node, &error);
    }
    if (status != SAMME_OK) {
        fprintf(stderr, "node %u does not start: %s\n", self->number, error.text);
        abort();
    }
}

static void start_hub(sim_world *world) {
    samme_hub_setup setup = {.root = &world->chain.root,
                             .log_seed = world->chain.hub_seed,
                             .log = &world->hub_stores.log,
                             .views = &world->hub_stores.views,
                             .gather_ms = 300,
                             .recover = world->recovering,
                             .keys = &world->hub_stores.keys,
                             .keks = world->hub_stores.keks,
                             .random = samme_prng_as_random(&world->hub_random),
                             .output = world,
                             /* chaos sets clocks further apart than a hub goes by itself */
                             .clock_confirmed = true,
                             .send = hub_sends};
    samme_error error = {0};
    samme_status status = samme_hub_new(&setup, &world->hub, &error);
    if (status == SAMME_MISMATCH) {
        empty_views(&world->hub_stores);
        status = samme_hub_new(&setup, &world->hub, &error);
    }
    if (status != SAMME_OK) {
        fprintf(stderr, "the hub does not start: %s\n", error.text);
        abort();
    }
    sim_bring_rosters(world);
    if (!world->restores)
        sim_erase_again(world);
}

static void make_release(sim_world *world, unsigned index, const samme_hash *previous) {
    struct sim_release *release = &world->releases[index];
    samme_buffer_init(&release->chain_yaml, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&release->policy_yaml, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&release->note, SAMME_DOCUMENT_MAX_BYTES);
    samme_test_chain_yaml(&world->chain, &release->chain_yaml);
    samme_test_policy_yaml(index == 0 ? 365 : 30, &release->policy_yaml);
    samme_buffer_append_text(&release->policy_yaml, "basis: better\n");
    samme_document documents[2] = {
        {"chain.yaml", samme_buffer_span(&release->chain_yaml)},
        {"policy/returns.yaml", samme_buffer_span(&release->policy_yaml)}};
    samme_test_release_note(&world->chain, index + 1, previous, documents, 2, &release->note);
}

void sim_world_make(sim_world *world, uint64_t seed, bool restores) {
    *world = (sim_world){.seed = seed, .now_ms = 1, .restores = restores};
    samme_prng_seed(&world->prng, seed);
    samme_prng_seed(&world->node_random, seed ^ 0x5eed);
    samme_prng_seed(&world->hub_random, seed ^ 0xeed);
    world->node_count = 2 + (unsigned)samme_prng_below(&world->prng, SIM_NODES_MAX - 1);
    samme_test_chain_make(&world->chain, seed, world->node_count);
    world->network = samme_network_new(seed);
    world->hub_transport = samme_network_hub(world->network);
    make_release(world, 0, NULL);
    samme_hash first = samme_sha256(samme_buffer_span(&world->releases[0].note));
    make_release(world, 1, &first);
    sim_keep_roster(world);
    make_stores(&world->hub_stores);
    sim_keys_make(&world->hub_stores, seed << 3);
    start_hub(world);
    for (unsigned i = 0; i < world->node_count; i++) {
        sim_node *self = &world->nodes[i];
        self->number = i + 1;
        self->world = world;
        self->transport = samme_network_peer(world->network, &world->chain.branches[i].curve);
        make_stores(&self->stores);
        sim_keys_make(&self->stores, seed << 3 | (i + 1));
        start_node(world, self);
    }
}

void sim_world_free(sim_world *world) {
    for (unsigned i = 0; i < world->node_count; i++) {
        samme_node_free(world->nodes[i].node);
        free_stores(&world->nodes[i].stores);
    }
    samme_hub_free(world->hub);
    free_stores(&world->hub_stores);
    samme_memory_store_free(world->hub_copy);
    samme_memory_store_free(world->hub_keys_copy);
    sim_free_epochs(world);
    for (unsigned i = 0; i < 2; i++) {
        samme_buffer_free(&world->releases[i].chain_yaml);
        samme_buffer_free(&world->releases[i].policy_yaml);
        samme_buffer_free(&world->releases[i].note);
    }
    samme_network_free(world->network);
    samme_test_chain_free(&world->chain);
}

void sim_stop_node(sim_world *world, unsigned index) {
    samme_node_free(world->nodes[index].node);
    lose_unsynced(&world->nodes[index].stores);
}

void sim_start_node(sim_world *world, unsigned index) {
    start_node(world, &world->nodes[index]);
}

void sim_crash_node(sim_world *world, unsigned index) {
    sim_note(world, "node %u crashes", world->nodes[index].number);
    sim_stop_node(world, index);
    samme_network_reconnect(world->network, &world->chain.branches[index].curve);
    sim_start_node(world, index);
    world->crashes++;
}

static void stop_hub(sim_world *world) {
    samme_hub_free(world->hub);
    lose_unsynced(&world->hub_stores);
    samme_network_restart_hub(world->network);
}

void sim_restore_hub(sim_world *world) {
    sim_note(world, "the hub's disk is an older one");
    stop_hub(world);
    empty_views(&world->hub_stores);
    samme_memory_store *log = world->hub_copy != NULL ? samme_memory_store_copy(world->hub_copy)
                                                      : samme_memory_store_new();
    assert(log != NULL);
    samme_memory_store_free(world->hub_stores.log_memory);
    world->hub_stores.log_memory = log;
    world->hub_stores.log = samme_memory_store_port(log);
    samme_memory_store *keys = world->hub_keys_copy != NULL
                                   ? samme_memory_store_copy(world->hub_keys_copy)
                                   : samme_memory_store_new();
    assert(keys != NULL);
    samme_memory_store_free(world->hub_stores.keys_memory);
    world->hub_stores.keys_memory = keys;
    world->hub_stores.keys = samme_memory_store_port(keys);
    if (world->hub_keys_copy != NULL)
        world->hub_stores.keks = world->hub_keks_copy;
    start_hub(world);
}

void sim_crash_hub(sim_world *world) {
    sim_note(world, "the hub crashes");
    stop_hub(world);
    for (unsigned i = 0; i < world->node_count && world->restored == 0; i++) {
        samme_node_view view;
        samme_node_look(world->nodes[i].node, &view);
        samme_reader reader;
        samme_store *log = &world->hub_stores.log;
        if (log->open_snapshot(log->self, &reader) != SAMME_OK)
            abort();
        uint8_t key[8] = {0, 0, 0, (uint8_t)(i + 1),
                          0, 0, 0, (uint8_t)world->chain.branches[i].epoch};
        samme_span value;
        uint64_t size = 0;
        samme_arena arena;
        samme_arena_init(&arena, 65536);
        samme_range range;
        if (reader.get(reader.self, 9, SAMME_SPAN(key, 8), &value) == SAMME_OK) {
            Samme__HubBranchState *state =
                SAMME_UNPACK(HubBranchState, hub_branch_state, value, &arena, NULL);
            if (state == NULL ||
                samme_range_decode(samme_span_of_bytes(state->range), &range) != SAMME_OK)
                abort();
            size = range.size;
        }
        samme_arena_free(&arena);
        log->close_snapshot(log->self);
        if (view.acked_size > size) {
            fprintf(stderr,
                    "seed %llu: the hub had acknowledged %llu entries of node %u, and holds %llu\n",
                    (unsigned long long)world->seed, (unsigned long long)view.acked_size, i + 1,
                    (unsigned long long)size);
            abort();
        }
    }
    start_hub(world);
    world->crashes++;
}

/* Disks are not equally fast; while healing they are. */
static void sync_some(sim_world *world, sim_stores *stores) {
    bool all = world->healing;
    if (all || samme_prng_chance(&world->prng, 700))
        samme_memory_store_sync(stores->log_memory,
                                all ? SIZE_MAX : samme_prng_below(&world->prng, 8));
    if (all || samme_prng_chance(&world->prng, 700))
        samme_memory_store_sync(stores->views_memory,
                                all ? SIZE_MAX : samme_prng_below(&world->prng, 8));
    if (all || samme_prng_chance(&world->prng, 700))
        samme_memory_store_sync(stores->keys_memory,
                                all ? SIZE_MAX : samme_prng_below(&world->prng, 8));
}

static void node_turn(sim_world *world, sim_node *self) {
    samme_node_event event = {.wall_ms = SIM_WALL_MS + world->now_ms + self->clock_offset_ms,
                              .monotonic_ms = world->now_ms};
    samme_received received;
    event.kind = SAMME_NODE_MESSAGE;
    while (self->transport.receive(self->transport.self, &received) == SAMME_OK) {
        event.message = received.bytes;
        samme_node_step(self->node, &event);
    }
    sync_some(world, &self->stores);
    event.kind = SAMME_NODE_TICK;
    samme_node_step(self->node, &event);
}

static void hub_turn(sim_world *world) {
    samme_hub_event event = {.wall_ms = SIM_WALL_MS + world->now_ms, .monotonic_ms = world->now_ms};
    samme_received received;
    event.kind = SAMME_HUB_MESSAGE;
    while (world->hub_transport.receive(world->hub_transport.self, &received) == SAMME_OK) {
        event.peer = received.peer;
        event.route = received.route;
        event.message = received.bytes;
        samme_hub_step(world->hub, &event);
    }
    sync_some(world, &world->hub_stores);
    event.kind = SAMME_HUB_TICK;
    samme_hub_step(world->hub, &event);
    sim_watch_service(world);
}

void sim_tick(sim_world *world) {
    world->now_ms += SIM_TICK_MS;
    samme_network_advance(world->network, world->now_ms);
    sim_publish(world);
    sim_bring_rosters(world);
    sim_tills(world);
    hub_turn(world);
    for (unsigned i = 0; i < world->node_count; i++)
        node_turn(world, &world->nodes[i]);
    if (!world->restores)
        sim_keys_turn(world);
}
