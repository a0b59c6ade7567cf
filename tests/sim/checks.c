/* What must hold: always, and in the end. */
#include <stdarg.h>
#include <stdio.h>

#include "sim/world.h"
#include "sync/follow.h"
#include "wire/mapping.h"

static bool wrong(const sim_world *world, const char *format, ...) SAMME_PRINTF(2, 3);
static bool wrong(const sim_world *world, const char *format, ...) {
    va_list arguments;
    fprintf(stderr, "seed %llu at %lld ms: ", (unsigned long long)world->seed,
            (long long)world->now_ms);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n  replay: SIM_TRACE=1 test_sim --seed %llu\n",
            (unsigned long long)world->seed);
    return false;
}

/* I5: a branch never goes back to an older release. I4: nobody finds the hub's story changed. */
bool sim_check_always(sim_world *world) {
    for (unsigned i = 0; i < world->node_count; i++) {
        sim_node *self = &world->nodes[i];
        samme_node_view view;
        samme_node_look(self->node, &view);
        if (view.trouble[0] != 0)
            return wrong(world, "node %u: %s", self->number, view.trouble);
        if (view.release < self->newest_release)
            return wrong(world, "node %u went from release %llu back to %llu", self->number,
                         (unsigned long long)self->newest_release,
                         (unsigned long long)view.release);
        if (view.acked_size > view.signed_size || view.signed_size > view.own_size)
            return wrong(world, "node %u: acknowledged %llu, signed %llu, has %llu", self->number,
                         (unsigned long long)view.acked_size, (unsigned long long)view.signed_size,
                         (unsigned long long)view.own_size);
        self->newest_release = view.release;
    }
    samme_hub_view hub;
    samme_hub_look(world->hub, &hub);
    return hub.trouble[0] == 0 || wrong(world, "hub: %s", hub.trouble);
}

/* I3 and I10: same journal, same state, nothing left to push, the newest release everywhere. */
bool sim_converged(sim_world *world) {
    samme_hub_view hub;
    samme_hub_look(world->hub, &hub);
    if (!sim_tills_idle(world) || !world->releases[1].published ||
        hub.folded_size != hub.journal_size)
        return false;
    for (unsigned i = 0; i < world->node_count; i++) {
        samme_node_view view;
        samme_node_look(world->nodes[i].node, &view);
        if (view.acked_size != view.own_size || view.folded_size != hub.journal_size ||
            view.release != 2)
            return false;
        if (!samme_hash_equal(&view.state_digest, &hub.state_digest))
            return wrong(world, "node %u holds another state than the hub at journal size %llu",
                         world->nodes[i].number, (unsigned long long)hub.journal_size);
    }
    return true;
}

/* I1 and I2: whatever was acknowledged is there, once: repeating its key finds the same event. */
static bool repeats(sim_world *world, sim_visit *visit) {
    sim_visit again = *visit;
    char id[sizeof visit->recorded_id];
    snprintf(id, sizeof id, "%s", visit->recorded_id);
    visit->stage = SIM_SALE;
    visit->asked_ms = 0;
    for (unsigned i = 0; i < 100 && visit->stage != SIM_DONE; i++)
        sim_tick(world);
    bool same = visit->stage == SIM_DONE && strcmp(visit->recorded_id, id) == 0;
    *visit = again;
    return same || wrong(world, "sale %u was acknowledged as %s, and is not found again",
                         visit->number, id);
}

static unsigned findings;
static void count_finding(void *context, const samme_finding *finding) {
    (void)wrong(context, "audit: %s: branch %u entry %llu: %s", samme_finding_name(finding->kind),
                finding->position.branch, (unsigned long long)finding->position.index,
                finding->text);
    findings++;
}

/* An auditor replays the hub's journal and decides everything again. */
static bool audit(sim_world *world) {
    samme_memory_store *memory = samme_memory_store_new();
    samme_store views_port = samme_memory_store_port(memory);
    samme_space log, views;
    samme_follow follow;
    samme_error error = {0};
    findings = 0;
    bool more = true, good = samme_space_init(&log, &world->hub_stores.log) == SAMME_OK &&
                             samme_space_init(&views, &views_port) == SAMME_OK &&
                             samme_space_begin(&log, &error) == SAMME_OK &&
                             samme_space_begin(&views, &error) == SAMME_OK;
    samme_follow_setup setup = {.root = &world->chain.root,
                                .hub_log = world->chain.hub_log,
                                .log = &log,
                                .views = &views,
                                .replay = {.check_content = true,
                                           .decide_again = true,
                                           .finding = count_finding,
                                           .finding_context = world}};
    good = good && samme_follow_init(&follow, &setup, &error) == SAMME_OK;
    while (good && more)
        good = samme_follow_fold(&follow, &more, &error) == SAMME_OK;
    samme_hub_view hub;
    samme_hash digest;
    samme_space_abandon(&log);
    samme_hub_look(world->hub, &hub);
    good = good && follow.replay.range.size == hub.journal_size &&
           samme_state_digest(&follow.replay.rows, &digest) == SAMME_OK &&
           samme_hash_equal(&digest, &hub.state_digest);
    if (!good)
        (void)wrong(world, "the auditor's replay: %s", error.text);
    samme_follow_fini(&follow);
    samme_space_abandon(&views);
    samme_space_fini(&log);
    samme_space_fini(&views);
    samme_memory_store_free(memory);
    return good && findings == 0;
}

bool sim_check_end(sim_world *world) {
    for (unsigned i = 0; i < world->visit_count; i++)
        if (world->visits[i].case_code[0] == 0 && world->visits[i].acknowledged &&
            !repeats(world, &world->visits[i]))
            return false;
    return audit(world);
}
