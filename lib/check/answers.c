#include "check/answers.h"

#include "check/words.h"

#define ANSWERS_MAX    65536u
#define TEXT_MAX_BYTES 4096u

samme_status samme_answers_init(samme_answers *answers, samme_arena *arena) {
    *answers = (samme_answers){.arena = arena, .numbers = samme_map_new()};
    samme_buffer_init(&answers->texts, ANSWERS_MAX * sizeof(const char *));
    return answers->numbers != NULL ? SAMME_OK : SAMME_NO_MEMORY;
}

void samme_answers_fini(samme_answers *answers) {
    samme_map_free(answers->numbers);
    samme_buffer_free(&answers->texts);
}

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

static void decimal(const char *before, int64_t value, unsigned digits, const char *behind,
                    samme_buffer *out) {
    int64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    samme_buffer_printf(out, "%s%lld", before, (long long)(value / unit));
    if (value % unit != 0)
        samme_buffer_printf(out, ".%0*lld", (int)digits, (long long)(value % unit));
    samme_buffer_append_text(out, behind);
}

/* Nothing is said of a fee where nothing is paid, nor of what is finer than the currencies are. */
static void terms_words(const samme_frame *frame, const samme_answered *answered,
                        samme_buffer *out) {
    const samme_terms terms = samme_terms_of(answered->ruled.outcome, SAMME_MONEY_DIGITS);
    const samme_table *speaker = answered->speaker;
    const Samme__Verdict verdict = answered->ruled.outcome->verdict;
    if (verdict == SAMME__VERDICT__authorise || verdict == SAMME__VERDICT__contingent)
        decimal(", ", terms.percent, 2, " %", out);
    if (terms.percent > 0 && terms.fee_percent > 0)
        decimal(" less ", terms.fee_percent, 2, " %", out);
    if (terms.percent > 0 && terms.fee / frame->grain > 0)
        decimal(" less ", terms.fee / frame->grain * frame->grain, SAMME_MONEY_DIGITS, "", out);
    if (answered->bundle)
        samme_buffer_append_text(out, " of the bundle repriced");
    if (answered->refund_to != SAMME__REFUND_TO__refund_to_unset)
        samme_buffer_printf(
            out, " to %s",
            samme_enum_name(&samme__refund_to__descriptor, (int)answered->refund_to));
    if (terms.percent == 0 || speaker == NULL ||
        answered->refund_to != SAMME__REFUND_TO__original_tender)
        return;
    for (size_t i = 0; i < speaker->tender_count; i++)
        samme_buffer_printf(
            out, "%s%s", i == 0 ? " (first " : ", ",
            samme_enum_name(&samme__tender_kind__descriptor, (int)speaker->tenders[i]));
    samme_buffer_append_text(out, speaker->tender_count > 0 ? ")" : "");
}

static void code_words(const char *name, const char *code, samme_buffer *out) {
    if (code[0] != 0)
        samme_buffer_printf(out, ", %s %s", name, code);
}

static void answer_words(const samme_frame *frame, const samme_answered *answered,
                         samme_buffer *out) {
    static const char *const bases[] = {"", ", basis purchase_day", ", basis better"};
    const samme_outcome *outcome = answered->ruled.outcome;
    samme_buffer_append_text(out,
                             samme_enum_name(&samme__verdict__descriptor, (int)outcome->verdict));
    terms_words(frame, answered, out);
    code_words("reason", outcome->reason, out);
    samme_buffer_append_text(out, outcome->legal || answered->floor ? ", legal" : "");
    samme_buffer_append_text(out, outcome->exchange ? ", exchange" : "");
    samme_buffer_append_text(out, outcome->repair ? ", repair" : "");
    code_words("disposition", outcome->disposition, out);
    code_words("approval", outcome->approval, out);
    code_words("sop", answered->sop, out);
    if (answered->speaker != NULL)
        samme_buffer_append_text(out, bases[answered->speaker->basis]);
}

samme_status samme_answer_number(samme_answers *answers, const samme_frame *frame,
                                 const samme_answered *answered, uint64_t *out) {
    samme_buffer text;
    samme_map_entry found;
    samme_buffer_init(&text, TEXT_MAX_BYTES);
    answer_words(frame, answered, &text);
    samme_status status = samme_buffer_status(&text);
    if (status == SAMME_OK && samme_map_get(answers->numbers, samme_buffer_span(&text), &found)) {
        *out = found.tag;
    } else if (status == SAMME_OK) {
        const char *kept = samme_arena_text(answers->arena, samme_buffer_text(&text));
        *out = answers->texts.length / sizeof kept;
        status = kept == NULL ? SAMME_NO_MEMORY
                              : samme_map_put(answers->numbers, samme_buffer_span(&text),
                                              SAMME_SPAN(NULL, 0), *out);
        samme_buffer_append(&answers->texts, SAMME_SPAN(&kept, sizeof kept));
        if (status == SAMME_OK)
            status = samme_buffer_status(&answers->texts);
    }
    samme_buffer_free(&text);
    return status;
}

const char *samme_answer_text(const samme_answers *answers, uint64_t number) {
    const char *const *texts = (const void *)answers->texts.data;
    return texts[number];
}
