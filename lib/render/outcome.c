#include "render/outcome.h"

#include "render/paper.h"

bool samme_outcome_pays(const samme_outcome *outcome) {
    return (outcome->verdict == SAMME__VERDICT__authorise ||
            outcome->verdict == SAMME__VERDICT__contingent) &&
           outcome->percent > 0;
}

/* Decimals that the currency does not have are not taken. */
static int64_t fixed_fee(const samme_writer *in, const samme_outcome *outcome) {
    const char *currency = in->section->currency;
    return currency[0] == 0 ? outcome->fee
                            : outcome->fee - outcome->fee % samme_money_grain(currency);
}

static const char *fees(samme_writer *in, const samme_outcome *outcome) {
    int64_t fee = fixed_fee(in, outcome);
    const char *fixed = fee > 0 ? samme_money(in, fee, false) : "";
    const char *part =
        outcome->fee_percent > 0
            ? samme_say_with(in, SAMME_SAY_PART, samme_percent(in, outcome->fee_percent), NULL)
            : "";
    if (fee > 0 && outcome->fee_percent > 0)
        return samme_say_with(in, SAMME_SAY_FEE_BOTH, fixed, part);
    return fee > 0 || outcome->fee_percent > 0
               ? samme_say_with(in, SAMME_SAY_FEE, fee > 0 ? fixed : part, NULL)
               : "";
}

static const char *money(samme_writer *in, const samme_outcome *outcome) {
    bool approved = outcome->verdict == SAMME__VERDICT__contingent;
    if (!samme_outcome_pays(outcome) && approved)
        return samme_writes_for_staff(in) ? samme_phrase_of(in, SAMME_SAY_NO_AMOUNT_STAFF) : "";
    if (!samme_outcome_pays(outcome))
        return samme_phrase_of(in, samme_say_to(in, SAMME_SAY_NOTHING_YOU));
    const char *amount =
        outcome->percent == 10000
            ? samme_phrase_of(in, SAMME_SAY_WHOLE)
            : samme_say_with(in, SAMME_SAY_PART, samme_percent(in, outcome->percent), NULL);
    samme_say way = outcome->refund_to == SAMME__REFUND_TO__credit ? SAMME_SAY_CREDIT_YOU
                                                                   : SAMME_SAY_ORIGINAL_YOU;
    return samme_then(in, samme_say_with(in, samme_say_to(in, way), amount, NULL),
                      fees(in, outcome));
}

/* Roles are the author's to name; these have words, others are said by their name. */
static const char *role(samme_writer *in, const samme_outcome *outcome) {
    static const struct {
        const char *name;
        samme_say say;
    } known[] = {{"", SAMME_SAY_SUPERVISOR},
                 {"supervisor", SAMME_SAY_SUPERVISOR},
                 {"manager", SAMME_SAY_MANAGER},
                 {"head_office", SAMME_SAY_HEAD_OFFICE}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, outcome->approval) == 0)
            return samme_phrase_of(in, known[i].say);
    return samme_say_with(in, SAMME_SAY_ROLE, samme_quoted(in, outcome->approval), NULL);
}

static const char *verdict(samme_writer *in, const samme_outcome *outcome) {
    bool staff = samme_writes_for_staff(in);
    switch (outcome->verdict) {
    case SAMME__VERDICT__authorise:
        return money(in, outcome);
    case SAMME__VERDICT__contingent:
        return samme_then(
            in, staff ? samme_say_with(in, SAMME_SAY_APPROVAL_STAFF, role(in, outcome), NULL) : "",
            money(in, outcome));
    case SAMME__VERDICT__deny_overridable:
        return staff ? samme_say_with(in, SAMME_SAY_OVERRIDABLE_STAFF, role(in, outcome), NULL)
                     : "";
    default:
        return staff ? samme_phrase_of(in, SAMME_SAY_DENY_STAFF) : "";
    }
}

static bool denies(const samme_outcome *outcome) {
    return outcome->verdict == SAMME__VERDICT__deny ||
           outcome->verdict == SAMME__VERDICT__deny_overridable;
}

/* What the law gives or refuses; it says nothing of an answer that gives nothing yet. */
static const char *law(samme_writer *in, const samme_outcome *outcome) {
    bool gives = samme_outcome_pays(outcome) || outcome->exchange || outcome->repair;
    if (!outcome->legal || !(gives || denies(outcome)))
        return "";
    return samme_phrase_of(
        in, samme_say_to(in, denies(outcome) ? SAMME_SAY_LEGAL_DENY_YOU : SAMME_SAY_LEGAL_PAY_YOU));
}

const char *samme_outcome_text(samme_writer *in, const samme_outcome *outcome) {
    const char *text = verdict(in, outcome);
    if (outcome->exchange)
        text = samme_then(in, text, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_EXCHANGE_YOU)));
    if (outcome->repair)
        text = samme_then(in, text, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_REPAIR_YOU)));
    text = samme_then(in, text, law(in, outcome));
    if (!samme_writes_for_staff(in))
        return text;
    if (outcome->disposition[0] != 0)
        text = samme_then(in, text,
                          samme_say_with(in, SAMME_SAY_DISPOSITION_STAFF,
                                         samme_quoted(in, outcome->disposition), NULL));
    if (outcome->sop[0] != 0)
        text = samme_then(in, text,
                          samme_say_with(in, SAMME_SAY_FOLLOW_STAFF,
                                         samme_procedure_title(in, outcome->sop), NULL));
    return text;
}

static const Samme__Reason *find_reason(const samme_writer *in, const samme_table *table,
                                        const char *code) {
    for (size_t i = 0; i < table->source->n_reasons; i++)
        if (strcmp(table->source->reasons[i]->code, code) == 0)
            return table->source->reasons[i];
    return in->request->documents == NULL ? NULL
                                          : samme_documents_reason(in->request->documents, code);
}

static const char *pick(const samme_writer *in, Samme__Text *const *texts, size_t count) {
    return samme_text_pick(texts, count, in->request->language, &in->languages, NULL);
}

void samme_outcome_reason(samme_writer *in, const samme_table *table, const char *code) {
    const Samme__Reason *reason = find_reason(in, table, code);
    if (reason == NULL)
        return;
    bool staff = samme_writes_for_staff(in);
    const char *customer = pick(in, reason->customer, reason->n_customer);
    const char *clerk = pick(in, reason->clerk, reason->n_clerk);
    const char *instead = pick(in, reason->instead, reason->n_instead);
    if (customer != NULL)
        samme_paper_under(in, staff ? samme_say_with(in, SAMME_SAY_TELL_STAFF, customer, NULL)
                                    : customer);
    if (staff && clerk != NULL)
        samme_paper_under(in, clerk);
    if (instead != NULL)
        samme_paper_under(
            in, samme_say_with(in, samme_say_to(in, SAMME_SAY_INSTEAD_YOU), instead, NULL));
}

const char *samme_procedure_title(samme_writer *in, const char *name) {
    const Samme__Procedure *procedure =
        in->request->documents == NULL ? NULL
                                       : samme_documents_procedure(in->request->documents, name);
    const char *title = procedure == NULL ? NULL : pick(in, procedure->title, procedure->n_title);
    return samme_quoted(in, title != NULL ? title : name);
}
