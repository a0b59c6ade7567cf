/* One release's answer: the table of the country of sale, and the floors of its
 * law. */
#include "policy/index.h"
#include "policy/ruling.h"

/* Kept for days on which the branch was closed: from the window's last day to
 * yesterday. */
static int64_t rolled(const samme_window *window, int64_t days_left, int64_t closed_before) {
    bool kept = window->roll && days_left < 0 && closed_before != SAMME_ABSENT &&
                closed_before >= -days_left;
    return kept ? 0 : days_left;
}

static int64_t last_day(const samme_window *window, const samme_input_values *values) {
    if (window->base == SAMME_WINDOW_UNTIL)
        return window->until;
    int64_t base = window->base == SAMME_WINDOW_RECEIPT ? values->value[SAMME_INPUT_RECEIPT_DATE]
                                                        : SAMME_ABSENT;
    if (base == SAMME_ABSENT)
        base = values->value[SAMME_INPUT_PURCHASE_DATE];
    if (base == SAMME_ABSENT)
        return SAMME_ABSENT;
    return base + window->days < SAMME_LAST_DAY ? base + window->days : SAMME_LAST_DAY;
}

int64_t samme_windows_apply(const samme_table *table, samme_input_values *values) {
    int64_t deadline = SAMME_ABSENT, days_left = SAMME_ABSENT;
    const int64_t today = values->value[SAMME_INPUT_TODAY];
    for (size_t i = 0; i < table->window_count; i++) {
        const samme_window *window = &table->windows[i];
        if (samme_when_fails(table, window->when, values) < window->when.count)
            continue;
        int64_t day = last_day(window, values);
        if (day == SAMME_ABSENT)
            continue;
        if (day > deadline)
            deadline = day;
        if (today == SAMME_ABSENT)
            continue;
        int64_t left = rolled(window, day - today, values->value[SAMME_INPUT_CLOSED_BEFORE]);
        if (left > days_left)
            days_left = left;
    }
    values->value[SAMME_INPUT_DAYS_LEFT] = days_left;
    return deadline;
}

static bool lacks_input(const samme_table *table, const samme_input_values *values) {
    for (size_t i = 0; i < table->input_count; i++)
        if (values->value[table->inputs[i]] == SAMME_ABSENT)
            return true;
    return false;
}

static const samme_outcome gap = {.verdict = SAMME__VERDICT__deny,
                                  .reason = "POLICY_GAP",
                                  .disposition = "",
                                  .approval = "",
                                  .sop = ""};
static const samme_outcome overlap = {.verdict = SAMME__VERDICT__deny,
                                      .reason = "POLICY_OVERLAP",
                                      .disposition = "",
                                      .approval = "",
                                      .sop = ""};

/* False: no rule of it holds, and it says nothing about that. */
static bool rule_by(const samme_table *table, const Samme__Facts *facts, samme_input_values *values,
                    samme_ruling *out) {
    *out = (samme_ruling){.table = table, .rule = "", .outcome = &gap};
    out->deadline = samme_windows_apply(table, values);
    samme_hit hit = samme_table_hit(table, values);
    if (hit.second < table->rule_count) {
        out->outcome = &overlap;
        return true;
    }
    if (hit.first < table->rule_count) {
        out->rule = table->rules[hit.first].id;
        out->outcome = &table->rules[hit.first].outcome;
    } else if (table->has_missing && lacks_input(table, values)) {
        out->rule = "missing";
        out->outcome = &table->missing;
    } else {
        return false;
    }
    samme_ruling_pay(facts, out);
    return true;
}

unsigned samme_tender_rank(const Samme__Chain *chain, Samme__RefundTo refund_to) {
    if (chain->n_tender_ranks == 0)
        return refund_to == SAMME__REFUND_TO__refund_to_unset ? 2 : (unsigned)refund_to - 1;
    unsigned rank = 0;
    while (rank < chain->n_tender_ranks && chain->tender_ranks[rank] != refund_to)
        rank++;
    return rank;
}

/* 1 when a is above b, -1 when below. */
static int order(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* As samme_answer_compare, for rulings of one release. */
static int compare(const Samme__Chain *chain, const samme_ruling *a, const samme_ruling *b) {
    int by = order(b->outcome->verdict, a->outcome->verdict);
    if (by == 0)
        by = order(a->refund, b->refund);
    if (by == 0)
        by = order(samme_tender_rank(chain, b->refund_to), samme_tender_rank(chain, a->refund_to));
    return by != 0 ? by : order(a->deadline, b->deadline);
}

static bool is_under(const Samme__Chain *chain, const samme_ruling *ruling,
                     const samme_ruling *floor) {
    return ruling->outcome->verdict > floor->outcome->verdict || ruling->refund < floor->refund ||
           samme_tender_rank(chain, ruling->refund_to) > samme_tender_rank(chain, floor->refund_to);
}

/* The floor with the best answer; false when none has one. */
static bool best_floor(const samme_policy *policy, const Samme__Facts *facts,
                       samme_input_values *values, samme_ruling *out) {
    const int64_t country = values->value[SAMME_INPUT_SALE_COUNTRY];
    bool found = false;
    if (country == SAMME_ABSENT)
        return false;
    samme_floor_run run = policy->floor_runs[country];
    for (unsigned i = 0; i < run.count; i++) {
        samme_ruling ruling;
        if (!rule_by(policy->floors[run.first + i], facts, values, &ruling))
            continue;
        if (!found || compare(policy->form.chain, &ruling, out) > 0)
            *out = ruling;
        found = true;
    }
    return found;
}

static char *text(const char *constant) {
    return (char *)(uintptr_t)constant; /* protobuf-c has no const texts */
}

static void write_out(const samme_ruling *ruling, samme_decision *out) {
    const samme_outcome *outcome = ruling->outcome;
    Samme__Answer *answer = &out->answer;
    *answer = (Samme__Answer)SAMME__ANSWER__INIT;
    answer->verdict = outcome->verdict;
    answer->refund = ruling->refund;
    answer->fee = ruling->fee;
    answer->refund_to = ruling->refund_to;
    answer->rule = text(ruling->rule);
    answer->reason = text(outcome->reason);
    answer->legal = outcome->legal;
    answer->exchange = outcome->exchange;
    answer->repair = outcome->repair;
    answer->disposition = text(outcome->disposition);
    answer->approval = text(outcome->approval);
    answer->sop = text(outcome->sop);
    answer->policy = text(ruling->table != NULL ? ruling->table->name : "");
    if (ruling->deadline != SAMME_ABSENT) {
        samme_date_format((int32_t)ruling->deadline, out->deadline);
        answer->deadline = out->deadline;
    }
}

samme_status samme_policy_decide(const samme_policy *policy, const Samme__Facts *facts,
                                 samme_decision *out, samme_error *error) {
    samme_input_values values;
    samme_status status = samme_input_read(facts, &policy->form.vocabulary, &values, error);
    if (status != SAMME_OK)
        return status;
    const samme_table *table =
        samme_policy_table_for(policy, values.value[SAMME_INPUT_SALE_COUNTRY]);
    samme_ruling ruling = {.rule = "", .outcome = &gap, .deadline = SAMME_ABSENT}, floor;
    if (table != NULL)
        (void)rule_by(table, facts, &values, &ruling);
    bool legal =
        best_floor(policy, facts, &values, &floor) && is_under(policy->form.chain, &ruling, &floor);
    write_out(legal ? &floor : &ruling, out);
    if (legal) {
        out->answer.legal = true;
        if (out->answer.sop[0] == 0)
            out->answer.sop = text(ruling.outcome->sop);
    }
    samme_ruling_split(table, facts, out);
    return SAMME_OK;
}

const samme_table *samme_policy_table_for(const samme_policy *policy, int64_t country) {
    size_t number = policy->by_country[country == SAMME_ABSENT ? SAMME_COUNTRIES : (size_t)country];
    return number == 0 ? NULL : &policy->tables[number - 1];
}

size_t samme_policy_table_count(const samme_policy *policy) {
    return policy->table_count;
}

const samme_table *samme_policy_table_at(const samme_policy *policy, size_t number) {
    return &policy->tables[number];
}
