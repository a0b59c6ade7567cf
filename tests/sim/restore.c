/* The hub's disk comes back from an older copy, with `--restore`: from then on an operator waits
 * for every branch (`samme-hub --recover`), and hands in again what nobody else holds. */
#include <stdlib.h>

#include "sim/world.h"

void sim_restore_chaos(sim_world *world) {
    if (!world->restores)
        return;
    const uint64_t dice = samme_prng_below(&world->prng, 1000);
    if (dice < 8 && !world->recovering) {
        samme_memory_store_free(world->hub_copy);
        world->hub_copy = samme_memory_store_copy(world->hub_stores.log_memory);
        samme_memory_store_free(world->hub_keys_copy);
        world->hub_keys_copy = samme_memory_store_copy(world->hub_stores.keys_memory);
        world->hub_keks_copy = world->hub_stores.keks;
        sim_note(world, "the hub's disk is copied");
    } else if (dice < 11 && !world->recovering) { /* a lost one when there is no copy */
        world->recovering = true;
        world->restored++;
        sim_restore_hub(world);
    }
}

/* What an operator does: what was published and is not there is published again, documents while
 * the hub still waits for them. */
void sim_watch_service(sim_world *world) {
    samme_hub_view view;
    samme_hub_look(world->hub, &view);
    if (world->recovering && (view.serves || world->now_ms % 2000 < SIM_TICK_MS)) {
        for (unsigned i = 0; i < 2; i++)
            world->releases[i].published = view.release > i;
        world->recovering = !view.serves;
    }
}
