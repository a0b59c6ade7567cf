/* Money: what is paid back, what is kept, and to which tenders it goes. */
#include "base/money.h"
#include "policy/ruling.h"

static bool pays(Samme__Verdict verdict) {
    return verdict == SAMME__VERDICT__authorise || verdict == SAMME__VERDICT__contingent;
}

/* What the percent is of. Facts that were read hold no negative amounts. */
static int64_t base_of(const samme_table *table, const Samme__Facts *facts) {
    if (table->reprice_rest && facts->bundle_broken == SAMME__YES_NO__yes &&
        facts->has_bundle_paid_case != SAMME__FACTS__HAS_BUNDLE_PAID__NOT_SET &&
        facts->has_bundle_rest_case != SAMME__FACTS__HAS_BUNDLE_REST__NOT_SET)
        return facts->bundle_paid > facts->bundle_rest ? facts->bundle_paid - facts->bundle_rest
                                                       : 0;
    return facts->has_line_paid_case != SAMME__FACTS__HAS_LINE_PAID__NOT_SET ? facts->line_paid : 0;
}

/* At most the whole: percents and amounts were checked. */
static int64_t part_of(int64_t base, int64_t percent) {
    int64_t part = 0;
    if (percent == 10000)
        return base;
    return samme_money_percent(base, percent, &part) == SAMME_OK ? part : 0;
}

void samme_ruling_pay(const Samme__Facts *facts, samme_ruling *ruling) {
    const samme_outcome *outcome = ruling->outcome;
    ruling->refund = ruling->fee = 0;
    ruling->refund_to = outcome->refund_to;
    if (facts->receipt_kind == SAMME__RECEIPT_KIND__gift_receipt &&
        outcome->refund_to != SAMME__REFUND_TO__refund_to_unset)
        ruling->refund_to = SAMME__REFUND_TO__credit;
    if (!pays(outcome->verdict))
        return;
    int64_t base = base_of(ruling->table, facts);
    int64_t part = part_of(base, outcome->percent);
    /* A fee finer than the currency is cut, in the customer's favour. */
    int64_t fee = outcome->fee == 0 ? 0 : outcome->fee / samme_money_grain(facts->currency);
    int64_t share = outcome->fee_percent == 0 ? 0 : part_of(base, outcome->fee_percent);
    fee = share < part - fee ? fee + share : part; /* in this order nothing overflows */
    ruling->fee = fee < part ? fee : part;
    ruling->refund = part - ruling->fee;
}

static void add(samme_decision *out, Samme__TenderKind kind, int64_t amount) {
    Samme__Refund *refund = &out->refunds[out->answer.n_refunds];
    *refund = (Samme__Refund)SAMME__REFUND__INIT;
    refund->tender = kind;
    refund->amount = amount;
    out->refund_list[out->answer.n_refunds++] = refund;
}

/* How much of `left` the tenders of this kind can take back. */
static int64_t room(const Samme__Facts *facts, Samme__TenderKind kind, int64_t left) {
    int64_t taken = 0;
    for (size_t i = 0; i < facts->n_tenders && taken < left; i++) {
        const Samme__TenderFact *tender = facts->tenders[i];
        if (tender->kind != kind || tender->refunded >= tender->paid)
            continue;
        int64_t most = tender->paid - tender->refunded;
        taken += most < left - taken ? most : left - taken;
    }
    return taken;
}

static int64_t give(const Samme__Facts *facts, Samme__TenderKind kind, int64_t left,
                    samme_decision *out) {
    int64_t taken = room(facts, kind, left);
    if (taken > 0)
        add(out, kind, taken);
    return left - taken;
}

void samme_ruling_split(const samme_table *policy, const Samme__Facts *facts, samme_decision *out) {
    int64_t left = out->answer.refund;
    bool ordered[SAMME__TENDER_KIND__other + 1] = {false};
    out->answer.refunds = out->refund_list;
    if (left == 0)
        return;
    if (out->answer.refund_to == SAMME__REFUND_TO__credit) {
        add(out, SAMME__TENDER_KIND__store_credit, left);
        return;
    }
    if (facts->n_tenders == 0) {
        add(out, SAMME__TENDER_KIND__tender_kind_unset, left);
        return;
    }
    for (size_t i = 0; policy != NULL && i < policy->tender_count; i++) {
        ordered[policy->tenders[i]] = true;
        left = give(facts, policy->tenders[i], left, out);
    }
    for (unsigned kind = 1; kind <= SAMME__TENDER_KIND__other; kind++)
        if (!ordered[kind])
            left = give(facts, (Samme__TenderKind)kind, left, out);
    if (left > 0)
        add(out, SAMME__TENDER_KIND__store_credit, left);
}
