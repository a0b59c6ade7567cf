/* What must hold: always, and in the end. */
#include <stdarg.h>
#include <stdio.h>

#include "history/alarms.h"
#include "history/row.h"
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
        self->takes_again = self->takes_again && view.release == 0;
        if (view.release < self->newest_release && !self->takes_again)
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
        stderr, "  hub: journal %llu folded %llu release %llu %s%s; tills %s; second release %s\n",
        (unsigned long long)hub.journal_size, (unsigned long long)hub.folded_size,
        (unsigned long long)hub.release, hub.trouble, hub.waits_for, sim_tills_idle(world) ? "idle" : "waiting",
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
    sim_keys_explain(world);
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
        if (view.recovering || view.acked_size != view.own_size || view.folded_size != hub.journal_size ||
            view.release != 2)
            return false;
        if (!samme_hash_equal(&view.state_digest, &hub.state_digest))
            return wrong(world, "node %u holds another state than the hub at journal size %llu",
                         world->nodes[i].number, (unsigned long long)hub.journal_size);
    }
    return sim_keys_converged(world);
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
    /* a loan that was never merged is not carried over, and what was decided beside it cannot be
     * asked again */
    if (finding->kind == SAMME_FINDING_BASIS_LOST) {
        ((sim_world *)context)->basis_lost++;
        return;
    }
    (void)wrong(context, "audit: %s: branch %u entry %llu: %s", samme_finding_name(finding->kind),
                finding->position.branch, (unsigned long long)finding->position.index,
                finding->text);
    findings++;
}

typedef struct excess_seen {
    sim_world *world;
    bool confirmed; /* one of them is on own and lent claims alone */
    bool misnamed;  /* an alarm does not name the branches */
    bool lines[SIM_VISITS_MAX][SIM_LINES_MAX];
} excess_seen;

/* Whether it names just the branches at which tills paid for that line, and one of those where it
 * was brought back (who raised it may have given its refund back), or the one that sold, answers
 * for it. */
static bool names_branches(const sim_world *world, unsigned sale, const Samme__AlarmRow *alarm) {
    bool paid_at[SIM_NODES_MAX] = {false}, owned = alarm->owner == alarm->receipt->branch;
    size_t expected = 0, found = 0;
    for (unsigned i = 0; i < world->visit_count; i++) {
        const sim_visit *visit = &world->visits[i];
        if (visit->sale != sale + 1)
            continue;
        owned = owned || alarm->owner == world->nodes[visit->node].number;
        if (visit->paid && visit->parts[alarm->no - 1].quantity > 0)
            paid_at[visit->node] = true;
    }
    for (unsigned n = 0; n < world->node_count; n++) {
        expected += paid_at[n];
        for (size_t i = 0; paid_at[n] && i < alarm->n_branches; i++)
            found += alarm->branches[i] == world->nodes[n].number;
    }
    return (expected == found && found == alarm->n_branches && owned &&
            alarm->state == SAMME__ALARM_STATE__excess_open) ||
           wrong(world,
                 "sale %u line %u: its alarm names %zu branches, %zu of %zu, and %u for owner, "
                 "state %d",
                 sale, alarm->no, alarm->n_branches, found, expected, alarm->owner,
                 (int)alarm->state);
}

static void see_excess(void *context, const Samme__AlarmRow *excess) {
    excess_seen *seen = context;
    seen->world->alarms++;
    seen->confirmed |= excess->confirmed > excess->sold || excess->confirmed_amount > excess->paid;
    for (unsigned i = 0; i < seen->world->visit_count; i++) {
        char number[16];
        snprintf(number, sizeof number, "N%u", i);
        if (excess->no <= SIM_LINES_MAX && strcmp(excess->receipt->number, number) == 0)
            seen->lines[i][excess->no - 1] = true;
        else
            continue;
        seen->misnamed |= !names_branches(seen->world, i, excess);
    }
}

/* What the tills were told to pay for a sale, and did. */
typedef struct paid_back {
    struct paid_line {
        long long quantity, money, at_home, confirmed, confirmed_money;
    } lines[SIM_LINES_MAX];
    long long tenders[SAMME__TENDER_KIND__other + 1];
    bool all_confirmed;
} paid_back;

static void add_part(struct paid_line *line, const struct sim_part *part, bool at_home) {
    const bool confirmed = part->claim == SAMME__CLAIM__own || part->claim == SAMME__CLAIM__lent;
    line->quantity += part->quantity;
    line->money += part->refund;
    line->at_home += at_home && confirmed ? part->quantity : 0;
    line->confirmed += confirmed ? part->quantity : 0;
    line->confirmed_money += confirmed ? part->refund : 0;
}

static paid_back count_paid(const sim_world *world, unsigned at) {
    paid_back out = {.all_confirmed = true};
    for (unsigned v = 0; v < world->visit_count; v++) {
        const sim_visit *visit = &world->visits[v];
        if (visit->sale != at + 1 || !visit->paid)
            continue;
        for (unsigned kind = 0; kind <= SAMME__TENDER_KIND__other; kind++)
            out.tenders[kind] += visit->tenders[kind];
        for (unsigned i = 0; i < SIM_LINES_MAX; i++)
            add_part(&out.lines[i], &visit->parts[i], visit->node == world->visits[at].node);
    }
    for (unsigned i = 0; i < SIM_LINES_MAX; i++)
        out.all_confirmed &= out.lines[i].confirmed == out.lines[i].quantity;
    return out;
}

static bool rows_say(const samme_rows *rows, const sim_world *world, const sim_visit *sale,
                     unsigned no, const struct paid_line *line) {
    char number[16], date[] = "2026-09-21", till[] = "1";
    snprintf(number, sizeof number, "N%u", sale->number);
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = world->nodes[sale->node].number;
    receipt.till = till;
    receipt.number = number;
    receipt.business_date = date;
    samme_line_sum sum;
    const samme_horizon all = {
        .branch = 1, .epoch = 1, .journal_size = UINT64_MAX, .own_size = UINT64_MAX};
    if (samme_refunded(rows, &receipt, no, &all, &sum) != SAMME_OK)
        return wrong(world, "sale %u: its slices cannot be read", sale->number);
    return (sum.quantity == line->quantity && sum.refund == line->money) ||
           wrong(world, "sale %u line %u: %lld for %lld was paid back, the rows say %lld for %lld",
                 sale->number, no, line->quantity, line->money, (long long)sum.quantity,
                 (long long)sum.refund);
}

static bool line_right(const sim_world *world, const sim_visit *sale, unsigned no,
                       const paid_back *back, bool named) {
    const struct paid_line *line = &back->lines[no - 1];
    const long long sold = sim_sold(sale), paid = sim_paid(sale, no);
    if (line->confirmed > sold || line->confirmed_money > paid)
        return wrong(world, "sale %u line %u: %lld of %lld for %lld of %lld on own and lent claims",
                     sale->number, no, line->confirmed, sold, line->confirmed_money, paid);
    if (line->at_home > sold)
        return wrong(world, "sale %u line %u: its own branch paid back %lld of %lld", sale->number,
                     no, line->at_home, sold);
    bool too_much = line->money > paid;
    if (too_much && sim_grouped(sale)) /* their prices hang together */
        too_much =
            back->lines[0].money + back->lines[1].money > sim_paid(sale, 1) + sim_paid(sale, 2);
    return (line->quantity > sold || too_much) == named ||
           wrong(world, "sale %u line %u: excess is %s", sale->number, no,
                 named ? "invented" : "missed");
}

/* A tender never gets back more than it gave, where nothing was refunded unconfirmed. */
static bool tenders_right(const sim_world *world, const sim_visit *sale, const paid_back *back) {
    for (unsigned kind = SAMME__TENDER_KIND__cash; kind <= SAMME__TENDER_KIND__card; kind++)
        if (back->all_confirmed && back->tenders[kind] > sim_tender(sale, (Samme__TenderKind)kind))
            return wrong(world, "sale %u: tender %u got back %lld of %lld", sale->number, kind,
                         back->tenders[kind], sim_tender(sale, (Samme__TenderKind)kind));
    return true;
}

/* I8, counted from what the tills did, not by the fold. */
static bool refunds_right(sim_world *world, const samme_rows *rows) {
    static excess_seen seen;
    seen = (excess_seen){.world = world};
    samme_arena arena;
    samme_arena_init(&arena, 64u << 20);
    bool good = samme_visit_alarms(rows, &arena, see_excess, &seen) == SAMME_OK;
    samme_arena_free(&arena);
    if (seen.confirmed)
        good = wrong(world, "an excess without an unconfirmed claim");
    good = good && !seen.misnamed;
    for (unsigned i = 0; good && i < world->visit_count; i++) {
        const sim_visit *sale = &world->visits[i];
        if (sale->sale != 0 || sale->case_code[0] != 0 || !sale->acknowledged)
            continue;
        const paid_back back = count_paid(world, i);
        good = tenders_right(world, sale, &back);
        for (unsigned no = 1; good && no <= SIM_LINES_MAX && sim_paid(sale, no) > 0; no++)
            good = rows_say(rows, world, sale, no, &back.lines[no - 1]) &&
                   line_right(world, sale, no, &back, seen.lines[i][no - 1]);
    }
    return good;
}

/* No right to a refund stays with a branch that has no use for it. */
static bool loans_ended(sim_world *world, const samme_rows *rows) {
    samme_row_key key = {.bytes = {'m'}, .length = 1};
    samme_arena arena;
    samme_arena_init(&arena, 1u << 20);
    bool good = true;
    samme_span value;
    while (good && samme_row_next(rows, SAMME_LITERAL("m"), &key, &value) == SAMME_OK) {
        const ProtobufCMessage *row;
        samme_arena_reset(&arena);
        good = samme_row_parse(value, &samme__loan_row__descriptor, &arena, &row) == SAMME_OK;
        const Samme__LoanRow *loan = good ? SAMME_ROW(LoanRow, row) : NULL;
        if (good && loan->end == SAMME__LOAN_END__loan_live)
            good = wrong(world, "entry %llu of branch %u lent to case %s of branch %u, for ever",
                         (unsigned long long)loan->index, loan->branch, loan->case_code,
                         loan->borrower);
        world->loans++;
        world->loans_given_back += good && loan->end == SAMME__LOAN_END__loan_given_back ? 1 : 0;
        samme_key_after(&key);
    }
    samme_arena_free(&arena);
    return good;
}

/* An auditor replays the hub's journal and decides everything again. */
static void count_carried(sim_world *world, const samme_rows *rows) {
    samme_row_key key = {.bytes = {'E'}, .length = 1};
    samme_span ignored;
    while (samme_row_next(rows, SAMME_LITERAL("E"), &key, &ignored) == SAMME_OK) {
        world->carried++;
        samme_key_after(&key);
    }
}

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
    good = good && refunds_right(world, &follow.replay.rows) &&
           loans_ended(world, &follow.replay.rows);
    count_carried(world, &follow.replay.rows);
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
    return audit(world) && sim_keys_right(world);
}
