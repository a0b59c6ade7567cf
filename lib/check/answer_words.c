/* Answers in words, and numbered by them. */
#include "check/answers.h"

#define ANSWERS_MAX    65536u
#define TEXT_MAX_BYTES 4096u

typedef struct numbered {
    const char *text;
    samme_answered answered;
} numbered;

samme_status samme_answers_init(samme_answers *answers, samme_arena *arena) {
    *answers = (samme_answers){.arena = arena, .numbers = samme_map_new()};
    samme_buffer_init(&answers->items, ANSWERS_MAX * sizeof(numbered));
    return answers->numbers != NULL ? SAMME_OK : SAMME_NO_MEMORY;
}

void samme_answers_fini(samme_answers *answers) {
    samme_map_free(answers->numbers);
    samme_buffer_free(&answers->items);
}

static void decimal(const char *before, int64_t value, unsigned digits, const char *behind,
                    samme_buffer *out) {
    for (; digits > 0 && value % 10 == 0; digits--)
        value /= 10;
    int64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    samme_buffer_printf(out, "%s%lld", before, (long long)(value / unit));
    if (digits > 0)
        samme_buffer_printf(out, ".%0*lld", (int)digits, (long long)(value % unit));
    samme_buffer_append_text(out, behind);
}

static void order_words(const samme_table *speaker, samme_buffer *out) {
    Samme__TenderKind order[SAMME_TENDER_KINDS];
    if (!samme_other_tender_order(speaker, NULL))
        return;
    samme_tender_order(speaker, order);
    for (size_t i = 0; i < SAMME_TENDER_KINDS; i++)
        samme_buffer_printf(out, "%s%s", i == 0 ? " (" : ", ",
                            samme_enum_name(&samme__tender_kind__descriptor, (int)order[i]));
    samme_buffer_append_text(out, ")");
}

/* Nothing is said of a fee where nothing is paid, of what is finer than the currencies are, nor of
 * more than all that is kept. */
static void terms_words(const samme_frame *frame, const samme_answered *answered,
                        samme_buffer *out) {
    samme_terms terms = samme_terms_of(answered->ruled.outcome, SAMME_MONEY_DIGITS);
    const Samme__Verdict verdict = answered->ruled.outcome->verdict;
    if (terms.fee_percent >= terms.percent)
        terms = (samme_terms){terms.percent, terms.percent, 0};
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
    if (terms.percent > terms.fee_percent &&
        answered->refund_to == SAMME__REFUND_TO__original_tender)
        order_words(answered->speaker, out);
}

static void code_words(const char *name, const char *code, samme_buffer *out) {
    if (code[0] != 0)
        samme_buffer_printf(out, ", %s %s", name, code);
}

static void answer_words(const samme_frame *frame, const samme_answered *answered,
                         samme_buffer *out) {
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
        const numbered item = {samme_arena_text(answers->arena, samme_buffer_text(&text)),
                               *answered};
        *out = answers->items.length / sizeof item;
        status = item.text == NULL ? SAMME_NO_MEMORY
                                   : samme_map_put(answers->numbers, samme_buffer_span(&text),
                                                   SAMME_SPAN(NULL, 0), *out);
        samme_buffer_append(&answers->items, SAMME_SPAN(&item, sizeof item));
        if (status == SAMME_OK)
            status = samme_buffer_status(&answers->items);
    }
    samme_buffer_free(&text);
    return status;
}

static const numbered *numbered_at(const samme_answers *answers, uint64_t number) {
    const numbered *items = (const void *)answers->items.data;
    return &items[number];
}

const char *samme_answer_text(const samme_answers *answers, uint64_t number) {
    return numbered_at(answers, number)->text;
}

const samme_answered *samme_answer_at(const samme_answers *answers, uint64_t number) {
    return &numbered_at(answers, number)->answered;
}
