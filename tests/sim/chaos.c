/* What breaks, how often, and for how long. */
#include "sim/world.h"

static void set_faults(sim_world *world) {
    samme_network_faults faults = {.loss_per_mille = (unsigned)samme_prng_below(&world->prng, 300),
                                   .duplicate_per_mille =
                                       (unsigned)samme_prng_below(&world->prng, 300),
                                   .delay_min_ms = 0,
                                   .delay_max_ms = (int64_t)samme_prng_below(&world->prng, 400)};
    if (samme_prng_chance(&world->prng, 400)) /* a good line, on which branches reach each other */
        faults = (samme_network_faults){.loss_per_mille = 5, .delay_max_ms = 8};
    samme_network_set_faults(world->network, faults);
    sim_note(world, "network: loss %u doubled %u delay to %lld", faults.loss_per_mille,
             faults.duplicate_per_mille, (long long)faults.delay_max_ms);
}

static void cut_somebody(sim_world *world) {
    unsigned index = (unsigned)samme_prng_below(&world->prng, world->node_count);
    bool up = samme_prng_chance(&world->prng, 700),
         down = !up || samme_prng_chance(&world->prng, 700);
    world->nodes[index].cut_until_ms =
        world->now_ms + 200 + (int64_t)samme_prng_below(&world->prng, 6000);
    samme_network_partition(world->network, &world->chain.branches[index].curve, up, down);
    sim_note(world, "node %u is cut off%s%s", index + 1, up ? " up" : "", down ? " down" : "");
    world->partitions++;
}

static void mend(sim_world *world, bool all) {
    for (unsigned i = 0; i < world->node_count; i++) {
        sim_node *node = &world->nodes[i];
        if (node->cut_until_ms != 0 && (all || world->now_ms >= node->cut_until_ms)) {
            samme_network_partition(world->network, &world->chain.branches[i].curve, false, false);
            node->cut_until_ms = 0;
            sim_note(world, "node %u is back", node->number);
        }
    }
}

void sim_chaos(sim_world *world) {
    samme_prng *prng = &world->prng;
    if (world->now_ms < 2 * SIM_TICK_MS || samme_prng_chance(prng, 5))
        set_faults(world);
    mend(world, false);
    if (samme_prng_chance(prng, 8))
        cut_somebody(world);
    if (samme_prng_chance(prng, 5))
        sim_crash_node(world, (unsigned)samme_prng_below(prng, world->node_count));
    if (!world->restores)
        sim_epochs_chaos(world);
    if (samme_prng_chance(prng, 3))
        sim_crash_hub(world);
    if (samme_prng_chance(prng, 2)) { /* a clock is set, forwards or back, by at most ten minutes */
        sim_node *node = &world->nodes[samme_prng_below(prng, world->node_count)];
        node->clock_offset_ms = (int64_t)samme_prng_below(prng, 1200000) - 600000;
        sim_note(world, "clock of node %u is off by %lld ms", node->number,
                 (long long)node->clock_offset_ms);
    }
    if (samme_prng_chance(prng, 30))
        sim_rogue(world);
    sim_restore_chaos(world);
    if (!world->restores)
        sim_keys_chaos(world);
}

void sim_heal(sim_world *world) {
    world->healing = true;
    mend(world, true);
    samme_network_set_faults(world->network, (samme_network_faults){.delay_max_ms = 5});
    for (unsigned i = 0; i < world->node_count; i++)
        world->nodes[i].clock_offset_ms = 0;
    if (!world->restores)
        sim_erase_again(world);
    sim_note(world, "faults end");
}

/* A key nobody enrolled, or an enrolled operator, says something that is not of the protocol. */
void sim_rogue(sim_world *world) {
    uint8_t noise[64];
    samme_random random = samme_prng_as_random(&world->prng);
    random.fill(random.self, noise, sizeof noise);
    samme_peer_key key = world->chain.operator_curve;
    if (samme_prng_chance(&world->prng, 500))
        random.fill(random.self, key.bytes, sizeof key.bytes);
    samme_hub_event event = {.kind = SAMME_HUB_MESSAGE,
                             .wall_ms = SIM_WALL_MS + world->now_ms,
                             .monotonic_ms = world->now_ms,
                             .peer = key,
                             .route = 0,
                             .message =
                                 SAMME_SPAN(noise, samme_prng_below(&world->prng, sizeof noise))};
    samme_hub_view before, after;
    samme_hub_look(world->hub, &before);
    samme_hub_step(world->hub, &event);
    samme_hub_look(world->hub, &after);
    if (after.journal_size != before.journal_size)
        sim_note(world, "NOISE CHANGED THE JOURNAL");
    world->rogue_messages++;
}
