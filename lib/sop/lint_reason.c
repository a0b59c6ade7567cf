/* Reasons: those that stand in policies, and denials that leave the customer with nothing. */
#include "sop/checking.h"
#include "sop/linting.h"

/* A reason that stands elsewhere, as a document of its own. */
static samme_authored as_document(const Samme__Reason *reason, const samme_places *places,
                                  const samme_document_place *place) {
    samme_authored document = {.kind = SAMME_DOCUMENT_REASONS,
                               .path = place->path,
                               .name = "",
                               .message = &reason->base,
                               .sound = true};
    if (places != NULL)
        document.places = *places;
    return document;
}

/* What was found since, and has no place, is where the caller says. */
static void give_place(samme_document_findings *findings, size_t from,
                       const samme_document_place *place) {
    samme_document_finding *list = (void *)findings->items.data;
    for (size_t i = from; i < samme_document_findings_count(findings); i++) {
        if (list[i].line > 0)
            continue;
        list[i].line = place->line;
        list[i].column = place->column;
    }
}

samme_status samme_lint_reason(const Samme__Reason *reason, const samme_places *places,
                               const samme_document_place *place, samme_document_findings *findings,
                               samme_error *error) {
    samme_authored document = as_document(reason, places, place);
    size_t before = samme_document_findings_count(findings);
    const samme_checking checking = {&document, findings};
    samme_said said[3];
    samme_linter linter;
    samme_linter_init(&linter, findings, error);
    samme_check_reason_code(&checking, reason);
    samme_said_of_reason(reason, said);
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < 3 && status == SAMME_OK; i++) {
        samme_check_said(&checking, &said[i]);
        status = samme_linter_said(&linter, &document, &said[i]);
    }
    samme_linter_free(&linter);
    give_place(findings, before, place);
    return status;
}

static void check_denial(const samme_authored *document, const Samme__Reason *reason,
                         const samme_languages *languages, samme_document_findings *findings) {
    samme_said said[3];
    samme_said_of_reason(reason, said);
    for (size_t i = 0; i < languages->needed_count; i++) {
        const char *language = languages->needed[i];
        if (samme_text_pick(reason->instead, reason->n_instead, language, languages, NULL) != NULL)
            continue;
        samme_document_place place = samme_said_place(document, &said[2], NULL);
        place.language = language;
        samme_document_findings_add(findings, SAMME_SEVERITY_WAIVABLE, "instead_missing", &place,
                                    "%s: reason %.64s denies, and its `instead` does not say what "
                                    "the customer can do",
                                    language, reason->code);
    }
}

void samme_lint_denial(const Samme__Reason *reason, const samme_places *places,
                       const samme_document_place *place, const samme_languages *languages,
                       samme_document_findings *findings) {
    const samme_authored document = as_document(reason, places, place);
    size_t before = samme_document_findings_count(findings);
    check_denial(&document, reason, languages, findings);
    give_place(findings, before, place);
}

void samme_lint_denials(const samme_documents *documents, const char *const *codes, size_t count,
                        const samme_languages *languages, samme_document_findings *findings) {
    const samme_authored *document =
        samme_documents_find(documents, SAMME_DOCUMENT_REASONS, "reasons");
    for (size_t i = 0; i < count && document != NULL; i++) {
        const Samme__Reason *reason = samme_documents_reason(documents, codes[i]);
        if (reason != NULL)
            check_denial(document, reason, languages, findings);
    }
}
