/* The appendix for staff: the steps of the procedures that rules name. */
#include "render/outcome.h"
#include "render/paper.h"
#include "render/section.h"

static const char *pick(const samme_writer *in, Samme__Text *const *texts, size_t count) {
    const char *text = samme_text_pick(texts, count, in->request->language, &in->languages, NULL);
    return text != NULL ? text : "";
}

static const char *number_text(samme_writer *in, size_t step) {
    return samme_number(in, (int64_t)step + 1, 0, 0);
}

static const char *step_text(samme_writer *in, const Samme__Step *step) {
    const char *text = pick(in, step->texts, step->n_texts);
    switch (step->kind) {
    case SAMME__STEP__KIND__say:
        text = samme_say_with(in, SAMME_SAY_STEP_SAY, text, NULL);
        break;
    case SAMME__STEP__KIND__ask:
        text = samme_say_with(in, SAMME_SAY_STEP_ASK, text, NULL);
        break;
    case SAMME__STEP__KIND__record:
        text = samme_say_with(in, SAMME_SAY_STEP_RECORD, text, NULL);
        break;
    default:
        break;
    }
    if (!step->supervisor)
        return text;
    return samme_then(in, text, samme_phrase_of(in, SAMME_SAY_STEP_SUPERVISOR));
}

/* Where it goes on, when that is not the next step. */
static const char *next_text(samme_writer *in, const Samme__Procedure *procedure, size_t step) {
    size_t next = samme_procedure_next(procedure, step, SAMME_NO_CHOICE);
    if (next == SAMME_STEP_END)
        return step + 1 < procedure->n_steps ? samme_phrase_of(in, SAMME_SAY_STEP_END) : "";
    return next == step + 1 ? ""
                            : samme_say_with(in, SAMME_SAY_STEP_NEXT, number_text(in, next), NULL);
}

static void write_step(samme_writer *in, const Samme__Procedure *procedure, size_t at) {
    const Samme__Step *step = procedure->steps[at];
    samme_paper_item(in, at + 1, samme_then(in, step_text(in, step), next_text(in, procedure, at)));
    for (size_t i = 0; i < step->n_choices; i++) {
        const Samme__Choice *choice = step->choices[i];
        const char *text = samme_quoted(in, pick(in, choice->texts, choice->n_texts));
        size_t next = samme_procedure_next(procedure, at, i);
        samme_paper_under(in,
                          next == SAMME_STEP_END
                              ? samme_say_with(in, SAMME_SAY_CHOICE_END, text, NULL)
                              : samme_say_with(in, SAMME_SAY_CHOICE, text, number_text(in, next)));
    }
    samme_arena_reset(&in->pieces);
}

static void write_procedure(samme_writer *in, const Samme__Procedure *procedure) {
    samme_paper_heading(in, 3, samme_procedure_title(in, procedure->procedure));
    for (size_t i = 0; i < procedure->n_steps; i++)
        write_step(in, procedure, i);
}

static bool names(const samme_table *table, const char *procedure) {
    for (size_t i = 0; i < table->rule_count; i++)
        if (strcmp(table->rules[i].outcome.sop, procedure) == 0)
            return true;
    return table->has_missing && strcmp(table->missing.sop, procedure) == 0;
}

static bool named_in(const samme_policy *policy, const samme_section *sections, size_t count,
                     const char *procedure) {
    for (size_t i = 0; i < count; i++) {
        const samme_table *table = samme_section_table(policy, &sections[i], 0);
        for (size_t k = 1; table != NULL; k++) {
            if (names(table, procedure))
                return true;
            table = samme_section_table(policy, &sections[i], k);
        }
    }
    return false;
}

void samme_procedures_write(samme_writer *in, const samme_section *sections, size_t count) {
    const samme_documents *documents = in->request->documents;
    bool first = true;
    for (size_t i = 0; documents != NULL && i < samme_documents_count(documents); i++) {
        const samme_authored *document = samme_documents_at(documents, i);
        if (document->kind != SAMME_DOCUMENT_PROCEDURE ||
            !named_in(in->request->policy, sections, count, document->name))
            continue;
        if (first)
            samme_paper_heading(in, 2, samme_phrase_of(in, SAMME_SAY_PROCEDURES));
        first = false;
        write_procedure(in, samme_documents_procedure(documents, document->name));
    }
}
