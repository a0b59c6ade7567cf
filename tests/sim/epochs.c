/* Branches that lose their disk, come back with an old one, or are given new keys: head office
 * begins a new epoch of their log, and they come back in it. */
#include <assert.h>
#include <stdlib.h>

#include "sim/world.h"

/* The rosters, one by one: a hub that crashed may have lost the newest. */
void sim_bring_rosters(sim_world *world) {
    samme_hub_view view;
    samme_hub_look(world->hub, &view);
    if (view.newest_roster >= world->roster_count)
        return;
    const samme_hub_event event = {.kind = SAMME_HUB_ROSTER,
                                   .wall_ms = SIM_WALL_MS + world->now_ms,
                                   .monotonic_ms = world->now_ms,
                                   .message =
                                       samme_buffer_span(&world->rosters[view.newest_roster])};
    samme_hub_step(world->hub, &event);
}

void sim_keep_roster(sim_world *world) {
    assert(world->roster_count < SIM_ROSTERS_MAX);
    samme_buffer *note = &world->rosters[world->roster_count++];
    samme_buffer_init(note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append(note, samme_buffer_span(&world->chain.roster_note));
    assert(samme_buffer_status(note) == SAMME_OK);
}

static void forget_older(sim_node *node) {
    for (size_t i = 0; i < node->older_count; i++)
        samme_memory_store_free(node->older_memory[i]);
    node->older_count = 0;
}

void sim_free_epochs(sim_world *world) {
    for (unsigned i = 0; i < world->node_count; i++) {
        forget_older(&world->nodes[i]);
        samme_memory_store_free(world->nodes[i].backup);
    }
    for (size_t i = 0; i < world->roster_count; i++)
        samme_buffer_free(&world->rosters[i]);
}

static void set_aside(sim_node *node, samme_memory_store *log) {
    for (size_t i = node->older_count; i > 0; i--)
        node->older_memory[i] = node->older_memory[i - 1];
    node->older_memory[0] = log;
    node->older_count++;
    for (size_t i = 0; i < node->older_count; i++)
        node->older[i] = samme_memory_store_port(node->older_memory[i]);
}

typedef enum loss { SAME_DISK, OLD_DISK, NO_DISK } loss;

/* What the hub does not hold dies with a disk, and nobody could tell a till: here a disk dies when
 * there is nothing like that, and the rest must come back. */
static bool all_merged(const sim_node *node) {
    samme_node_view view;
    samme_node_look(node->node, &view);
    return !view.recovering && view.acked_size == view.own_size && samme_node_idle(node->node);
}

/* Mostly the branch at hand with its disk; else the next one whose disk may die. */
static loss choose_loss(sim_world *world, unsigned *index) {
    if (samme_prng_chance(&world->prng, 500))
        return SAME_DISK;
    for (unsigned i = 0; i < world->node_count; i++) {
        const unsigned at = (*index + i) % world->node_count;
        const sim_node *node = &world->nodes[at];
        if (!all_merged(node))
            continue;
        *index = at;
        return node->backup != NULL && samme_prng_chance(&world->prng, 500) ? OLD_DISK : NO_DISK;
    }
    return SAME_DISK;
}

static void rotate(sim_world *world, unsigned index) {
    static const char *const words[] = {"with its disk", "with an old disk", "without its disk"};
    const loss lost = choose_loss(world, &index);
    sim_node *node = &world->nodes[index];
    if (node->older_count == SAMME_OLDER_LOGS_MAX)
        return;
    sim_note(world, "branch %u begins a new epoch, %s", node->number, words[lost]);
    sim_stop_node(world, index);
    if (lost != SAME_DISK) {
        samme_memory_store_free(node->stores.log_memory);
        forget_older(node);
    }
    if (lost != NO_DISK)
        set_aside(node, lost == SAME_DISK ? node->stores.log_memory : node->backup);
    if (lost != OLD_DISK)
        samme_memory_store_free(node->backup);
    node->backup = NULL; /* of an epoch that is over */
    samme_memory_store_free(node->stores.views_memory);
    node->stores.log_memory = samme_memory_store_new();
    node->stores.views_memory = samme_memory_store_new();
    assert(node->stores.log_memory != NULL && node->stores.views_memory != NULL);
    node->stores.log = samme_memory_store_port(node->stores.log_memory);
    node->stores.views = samme_memory_store_port(node->stores.views_memory);
    samme_test_chain_rotate(&world->chain, node->number, samme_prng_as_random(&world->node_random));
    sim_keep_roster(world);
    node->cut_until_ms = 0;
    node->takes_again = true;
    node->transport = samme_network_peer(world->network, &world->chain.branches[index].curve);
    sim_start_node(world, index);
    world->epochs++;
    world->disks_lost += lost != SAME_DISK ? 1 : 0;
}

void sim_epochs_chaos(sim_world *world) {
    samme_prng *prng = &world->prng;
    if (samme_prng_chance(prng, 5)) {
        sim_node *node = &world->nodes[samme_prng_below(prng, world->node_count)];
        samme_memory_store_free(node->backup);
        node->backup = samme_memory_store_copy(node->stores.log_memory);
        assert(node->backup != NULL);
        sim_note(world, "node %u is backed up", node->number);
    }
    if (samme_prng_chance(prng, 2) && world->roster_count < SIM_ROSTERS_MAX)
        rotate(world, (unsigned)samme_prng_below(prng, world->node_count));
}
