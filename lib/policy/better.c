/* Answers of two releases. */
#include "policy/ruling.h"

/* 1 when a is above b, -1 when below. */
static int order(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

/* An unset verdict is worse than every other. */
static int64_t verdict_rank(const Samme__Answer *answer) {
    return answer->verdict == SAMME__VERDICT__verdict_unset ? INT64_MAX : (int64_t)answer->verdict;
}

/* a against b in the four things that count, the most important first. */
static void compare_each(const Samme__Chain *chain, const Samme__Answer *a, const Samme__Answer *b,
                         int out[static 4]) {
    out[0] = order(verdict_rank(b), verdict_rank(a));
    out[1] = order(a->refund, b->refund);
    out[2] = order(samme_tender_rank(chain, b->refund_to), samme_tender_rank(chain, a->refund_to));
    out[3] = order(strcmp(a->deadline, b->deadline), 0); /* dates of one form; "" is before all */
}

int samme_answer_compare(const Samme__Chain *chain, const Samme__Answer *a,
                         const Samme__Answer *b) {
    int by[4];
    compare_each(chain, a, b, by);
    for (size_t i = 0; i < 4; i++)
        if (by[i] != 0)
            return by[i];
    return (a->release > b->release) - (a->release < b->release);
}

/* Whether the answer that lost is better in something. */
static bool better_in_some(const Samme__Chain *chain, const Samme__Answer *lost,
                           const Samme__Answer *won) {
    int by[4];
    compare_each(chain, lost, won, by);
    return by[0] > 0 || by[1] > 0 || by[2] > 0 || by[3] > 0;
}

static void add_alternative(const Samme__Answer *lost, samme_decision *out) {
    Samme__Alternative *other = &out->alternative;
    *other = (Samme__Alternative)SAMME__ALTERNATIVE__INIT;
    memcpy(out->alternative_deadline, lost->deadline, strlen(lost->deadline) + 1);
    other->release = lost->release;
    other->verdict = lost->verdict;
    other->refund = lost->refund;
    other->refund_to = lost->refund_to;
    other->deadline = out->alternative_deadline;
    other->policy = lost->policy;
    other->rule = lost->rule;
    other->reason = lost->reason;
    out->answer.alternative = other;
}

static samme_status decide_under(const samme_policy *policy, uint64_t number,
                                 const Samme__Facts *facts, samme_decision *out,
                                 samme_error *error) {
    samme_status status = samme_policy_decide(policy, facts, out, error);
    if (status == SAMME_OK)
        out->answer.release = number;
    return status;
}

static samme_status decide_better(const samme_releases *releases, const Samme__Facts *facts,
                                  samme_decision *out, samme_error *error) {
    const Samme__Chain *chain = samme_policy_chain(releases->today);
    samme_decision past;
    samme_status status = decide_under(releases->past, releases->past_number, facts, &past, error);
    if (status == SAMME_OK)
        status = decide_under(releases->today, releases->today_number, facts, out, error);
    if (status != SAMME_OK)
        return status;
    if (samme_answer_compare(chain, &past.answer, &out->answer) <= 0) {
        if (better_in_some(chain, &past.answer, &out->answer))
            add_alternative(&past.answer, out);
        return SAMME_OK;
    }
    samme_decision today; /* a decision is not copied: the better one is made
                             again in its place */
    status = decide_under(releases->today, releases->today_number, facts, &today, error);
    if (status == SAMME_OK)
        status = decide_under(releases->past, releases->past_number, facts, out, error);
    if (status == SAMME_OK && better_in_some(chain, &today.answer, &out->answer))
        add_alternative(&today.answer, out);
    return status;
}

samme_status samme_policy_decide_at(const samme_releases *releases, const Samme__Facts *facts,
                                    samme_decision *out, samme_error *error) {
    const int64_t country = samme_country_value(facts->sale_country);
    const samme_table *table = samme_policy_table_for(releases->today, country);
    samme_basis basis = table != NULL ? table->basis : SAMME_BASIS_TODAY;
    bool one = releases->past == NULL || releases->past_number == releases->today_number;
    if (basis == SAMME_BASIS_TODAY || one)
        return decide_under(releases->today, releases->today_number, facts, out, error);
    if (basis == SAMME_BASIS_PURCHASE_DAY)
        return decide_under(releases->past, releases->past_number, facts, out, error);
    return decide_better(releases, facts, out, error);
}
