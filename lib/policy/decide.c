#include "base/money.h"
#include "policy/compiled.h"

/* Intervals ascend and do not meet, so the first that does not end before the value settles it. */
static bool within(const samme_interval *intervals, uint32_t count, int64_t value) {
    for (uint32_t i = 0; i < count; i++)
        if (value <= intervals[i].high)
            return value >= intervals[i].low;
    return false;
}

static bool matches(const samme_table *table, samme_table_rule rule,
                    const samme_input_values *values) {
    const samme_cell *cells = (const void *)table->cells.data;
    const samme_interval *intervals = (const void *)table->intervals.data;
    for (uint32_t i = rule.first; i < rule.first + rule.count; i++) {
        samme_cell cell = cells[i];
        if (!values->present[cell.input] ||
            !within(intervals + cell.first, cell.count, values->value[cell.input]))
            return false;
    }
    return true;
}

static samme_outcome no_answer(const char *reason) {
    return (samme_outcome){.rule = "", .reason = reason, .verdict = SAMME__VERDICT__deny};
}

static samme_outcome find_outcome(const samme_table *table, const samme_input_values *values) {
    const samme_outcome *found = NULL;
    for (size_t i = 0; i < table->rule_count; i++) {
        if (!matches(table, table->rules[i], values))
            continue;
        if (found != NULL)
            return no_answer("POLICY_OVERLAP");
        found = &table->outcomes[i];
        if (!table->unique)
            break;
    }
    return found != NULL ? *found : no_answer("POLICY_GAP");
}

/* The part to refund, split into what is paid out and what is kept as the fee. */
static samme_status pay(const Samme__Facts *facts, const samme_outcome *outcome, Samme__Answer *out,
                        samme_error *error) {
    if (facts->has_line_paid_case == SAMME__FACTS__HAS_LINE_PAID__NOT_SET)
        return SAMME_OK;
    int64_t part = 0;
    samme_status status = samme_money_percent(facts->line_paid, outcome->percent, &part);
    if (status != SAMME_OK)
        return samme_fail(error, status, "line_paid: expected 0 or more minor units");
    /* A fee finer than the currency is rounded down, in the customer's favour. */
    int64_t fee = outcome->fee / samme_money_grain(facts->currency);
    out->fee = fee < part ? fee : part;
    out->refund = part - out->fee;
    return SAMME_OK;
}

samme_status samme_policy_decide(const samme_policy *policy, const Samme__Facts *facts,
                                 Samme__Answer *out, samme_error *error) {
    samme_input_values values;
    samme_status status = samme_input_read(facts, &policy->categories, &values, error);
    if (status != SAMME_OK)
        return status;
    samme_outcome outcome = find_outcome(&policy->table, &values);
    Samme__Answer answer = SAMME__ANSWER__INIT;
    answer.verdict = outcome.verdict;
    answer.refund_to = outcome.refund_to;
    answer.rule = (char *)(uintptr_t)outcome.rule; /* protobuf-c has no const texts */
    answer.reason = (char *)(uintptr_t)outcome.reason;
    if (outcome.verdict == SAMME__VERDICT__authorise ||
        outcome.verdict == SAMME__VERDICT__contingent)
        status = pay(facts, &outcome, &answer, error);
    if (status == SAMME_OK)
        *out = answer;
    return status;
}
