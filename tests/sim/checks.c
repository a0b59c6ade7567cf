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
    }
    samme_hub_view hub;
    samme_hub_look(world->hub, &hub);
    return hub.trouble[0] == 0 || wrong(world, "hub: %s", hub.trouble);
}

/* For whoever has to find out why nothing moves. */
void sim_explain(sim_world *world) {
    samme_hub_view hub;
    samme_hub_look(world->hub, &hub);
    fprintf(
        stderr, "  hub: journal %llu folded %llu release %llu %s; tills %s; second release %s\n",
        (unsigned long long)hub.journal_size, (unsigned long long)hub.folded_size,
        (unsigned long long)hub.release, hub.trouble, sim_tills_idle(world) ? "idle" : "waiting",
        world->releases[1].published ? "published" : "not published");
    for (unsigned i = 0; i < world->node_count; i++) {
        samme_node_view view;
        samme_node_look(world->nodes[i].node, &view);
        fprintf(
            stderr,
            "  node %u: has %llu signed %llu acknowledged %llu; journal %llu folded %llu; release "
            "%llu; %s; %s; %s\n",
            world->nodes[i].number, (unsigned long long)view.own_size,
            (unsigned long long)view.signed_size, (unsigned long long)view.acked_size,
            (unsigned long long)view.journal_size, (unsigned long long)view.folded_size,
            (unsigned long long)view.release, view.in_session ? "in session" : "no session",
            view.trouble, view.notice);
    }
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
    visit->recorded_id[0] = 0; /* a refusal leaves it so */
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

typedef struct excess_seen {
    sim_world *world;
    bool lines[SIM_VISITS_MAX];
} excess_seen;

static void see_excess(void *context, const Samme__ExcessRow *excess) {
    excess_seen *seen = context;
    for (unsigned i = 0; i < seen->world->visit_count; i++) {
        char number[16];
        snprintf(number, sizeof number, "N%u", i);
        if (excess->no == 1 && strcmp(excess->receipt->number, number) == 0)
            seen->lines[i] = true;
    }
}

/* I8, counted from what the tills did, not by the fold: what was refunded of line 1 of each sale.
 */
static bool refunds_right(sim_world *world, const samme_rows *rows) {
    static excess_seen seen;
    seen = (excess_seen){.world = world};
    samme_arena arena;
    samme_arena_init(&arena, 64u << 20);
    bool good = samme_visit_excess(rows, &arena, see_excess, &seen) == SAMME_OK;
    samme_arena_free(&arena);
    for (unsigned i = 0; good && i < world->visit_count; i++) {
        const sim_visit *sale = &world->visits[i];
        if (sale->sale != 0 || sale->case_code[0] != 0 || !sale->acknowledged)
            continue;
        char number[16];
        char date[] = "2026-09-01", till[] = "1";
        snprintf(number, sizeof number, "N%u", sale->number);
        Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
        receipt.branch = world->nodes[sale->node].number;
        receipt.till = till;
        receipt.number = number;
        receipt.business_date = date;
        long long quantity = 0, money = 0, at_home = 0;
        const long long sold = 1000LL * (1 + sale->number % 4),
                        paid = 999 + (long long)sale->number;
        for (unsigned v = 0; v < world->visit_count; v++) {
            const sim_visit *visit = &world->visits[v];
            if (visit->sale != i + 1 || !visit->paid)
                continue;
            quantity += 1000LL * (1 + visit->number % 2);
            money += visit->refund;
            if (visit->node == sale->node)
                at_home += 1000LL * (1 + visit->number % 2);
        }
        samme_line_sum sum;
        const samme_horizon all = {1, 1, UINT64_MAX, UINT64_MAX};
        good = samme_refunded(rows, &receipt, 1, &all, &sum) == SAMME_OK;
        if (good && (sum.quantity != quantity || sum.refund != money))
            good = wrong(world, "sale %u: %lld for %lld was paid back, the rows say %lld for %lld",
                         sale->number, quantity, money, (long long)sum.quantity,
                         (long long)sum.refund);
        if (good && at_home > sold)
            good = wrong(world, "sale %u: its own branch paid back %lld of %lld", sale->number,
                         at_home, sold);
        if (good && (quantity > sold || money > paid) != seen.lines[i])
            good = wrong(world, "sale %u: excess is %s", sale->number,
                         seen.lines[i] ? "invented" : "missed");
    }
    return good;
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
    good = good && refunds_right(world, &follow.replay.rows);
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
