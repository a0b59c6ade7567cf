#include "check/answers.h"

/* -1, 0, 1: a's money goes where the customer would rather, neither's, b's. YES when told. Only
 * where the rules differ does it matter whether the receipt is a gift's. */
static samme_told ask_ranks(samme_ask *ask, size_t side, const samme_outcome *a,
                            const samme_outcome *b, int *out) {
    const Samme__Chain *chain = samme_policy_chain(ask->frame->policies[side]);
    Samme__RefundTo first = a->refund_to, second = b->refund_to;
    samme_told told = SAMME_TOLD_YES;
    if (first != second)
        told = samme_ask_tender(ask, a, &first);
    if (first != second && told == SAMME_TOLD_YES)
        told = samme_ask_tender(ask, b, &second);
    const unsigned x = samme_tender_rank(chain, first), y = samme_tender_rank(chain, second);
    *out = (x > y) - (x < y);
    return told;
}

/* A rule with all that comparing it takes. */
typedef struct contender {
    samme_ruled ruled;
    uint32_t clock;
} contender;

static samme_told ask_contender(samme_ask *ask, const samme_asked *asked, uint32_t winner,
                                contender *out) {
    out->clock = asked->clock;
    return samme_ask_ruled(ask, asked, winner, &out->ruled);
}

/* Whether floor a is better than floor b. */
static samme_told ask_better(samme_ask *ask, size_t side, const contender *a, const contender *b) {
    if (a->ruled.outcome->verdict != b->ruled.outcome->verdict)
        return a->ruled.outcome->verdict < b->ruled.outcome->verdict ? SAMME_TOLD_YES
                                                                     : SAMME_TOLD_NO;
    int refunds = 0;
    samme_told told = samme_ask_refunds(ask, &a->ruled, &b->ruled, &refunds);
    if (told == SAMME_TOLD_SPLIT)
        return told;
    if (refunds != 0)
        return refunds > 0 ? SAMME_TOLD_YES : SAMME_TOLD_NO;
    int ranks = 0;
    told = ask_ranks(ask, side, a->ruled.outcome, b->ruled.outcome, &ranks);
    if (told == SAMME_TOLD_SPLIT)
        return told;
    if (ranks != 0)
        return ranks < 0 ? SAMME_TOLD_YES : SAMME_TOLD_NO;
    if (a->clock == b->clock || a->clock == SAMME_FRAME_NONE)
        return SAMME_TOLD_NO;
    if (b->clock == SAMME_FRAME_NONE)
        return samme_ask_given(ask, SAMME_CLOCK + a->clock);
    ask->undecided = true; /* floors alike but for their windows */
    return SAMME_TOLD_SPLIT;
}

static samme_told ask_under(samme_ask *ask, size_t side, const contender *policy,
                            const contender *floor) {
    int refunds = 0, ranks = 0;
    if (policy->ruled.outcome->verdict > floor->ruled.outcome->verdict)
        return SAMME_TOLD_YES;
    samme_told told = ask_ranks(ask, side, policy->ruled.outcome, floor->ruled.outcome, &ranks);
    if (told == SAMME_TOLD_SPLIT || ranks > 0)
        return told;
    told = samme_ask_refunds(ask, &policy->ruled, &floor->ruled, &refunds);
    if (told == SAMME_TOLD_SPLIT)
        return told;
    return refunds < 0 ? SAMME_TOLD_YES : SAMME_TOLD_NO;
}

static samme_told ask_bundle(samme_ask *ask, const samme_ruled *ruled, bool *out) {
    static const samme_box_range yes = {SAMME__YES_NO__yes, SAMME__YES_NO__yes};
    *out = false;
    if (ruled->table == NULL || !ruled->table->reprice_rest ||
        samme_terms_of(ruled->outcome, SAMME_MONEY_DIGITS).percent == 0)
        return SAMME_TOLD_YES;
    samme_told told = samme_ask_set(ask, SAMME_INPUT_BUNDLE_BROKEN, (samme_box_set){&yes, 1});
    *out = told == SAMME_TOLD_YES;
    return told == SAMME_TOLD_SPLIT ? told : SAMME_TOLD_YES;
}

samme_told samme_ask_answer(samme_ask *ask, size_t side, const samme_speakers *speakers,
                            const uint32_t *winners, samme_answered *out) {
    contender policy, best = {.clock = SAMME_FRAME_NONE}, one;
    bool found = false;
    samme_told told = ask_contender(ask, &speakers->policy, winners[0], &policy);
    for (size_t i = 0; i < speakers->floor_count && told == SAMME_TOLD_YES; i++) {
        if (winners[1 + i] == SAMME_BOX_NONE)
            continue;
        told = ask_contender(ask, &speakers->floors[i], winners[1 + i], &one);
        samme_told better = SAMME_TOLD_YES;
        if (told == SAMME_TOLD_YES && found)
            better = ask_better(ask, side, &one, &best);
        if (better == SAMME_TOLD_SPLIT)
            return better;
        if (better == SAMME_TOLD_YES)
            best = one;
        found = true;
    }
    if (told != SAMME_TOLD_YES)
        return told;
    samme_told under = found ? ask_under(ask, side, &policy, &best) : SAMME_TOLD_NO;
    if (under == SAMME_TOLD_SPLIT)
        return under;
    const contender *wins = under == SAMME_TOLD_YES ? &best : &policy;
    *out = (samme_answered){.ruled = wins->ruled,
                            .floor = under == SAMME_TOLD_YES,
                            .sop = wins->ruled.outcome->sop,
                            .refund_to = wins->ruled.outcome->refund_to,
                            .clock = wins->clock,
                            .speaker = speakers->policy.table};
    if (out->sop[0] == 0)
        out->sop = policy.ruled.outcome->sop;
    return ask_bundle(ask, &out->ruled, &out->bundle);
}

void samme_tender_order(const samme_table *policy, Samme__TenderKind out[SAMME_TENDER_KINDS]) {
    bool ordered[SAMME_TENDER_KINDS + 1] = {false};
    size_t count = 0;
    for (size_t i = 0; policy != NULL && i < policy->tender_count; i++) {
        out[count++] = policy->tenders[i];
        ordered[policy->tenders[i]] = true;
    }
    for (int kind = 1; kind <= SAMME_TENDER_KINDS; kind++)
        if (!ordered[kind])
            out[count++] = (Samme__TenderKind)kind;
}

bool samme_other_tender_order(const samme_table *a, const samme_table *b) {
    Samme__TenderKind first[SAMME_TENDER_KINDS], second[SAMME_TENDER_KINDS];
    samme_tender_order(a, first);
    samme_tender_order(b, second);
    return memcmp(first, second, sizeof first) != 0;
}

static bool pays_tenders(const samme_answered *answered) {
    return answered->refund_to == SAMME__REFUND_TO__original_tender &&
           samme_terms_of(answered->ruled.outcome, SAMME_MONEY_DIGITS).percent > 0;
}

bool samme_answered_other_order(const samme_answered *sides) {
    return pays_tenders(&sides[0]) && pays_tenders(&sides[1]) &&
           samme_other_tender_order(sides[0].speaker, sides[1].speaker);
}

bool samme_answered_alike(const samme_answered *a, const samme_answered *b) {
    const samme_outcome *x = a->ruled.outcome, *y = b->ruled.outcome;
    return x->verdict == y->verdict && a->refund_to == b->refund_to &&
           (x->legal || a->floor) == (y->legal || b->floor) && x->exchange == y->exchange &&
           x->repair == y->repair && strcmp(x->reason, y->reason) == 0 &&
           strcmp(x->disposition, y->disposition) == 0 && strcmp(x->approval, y->approval) == 0 &&
           strcmp(a->sop, b->sop) == 0;
}
