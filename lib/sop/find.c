/* Looking things up in what was loaded. */
#include "sop/documents.h"

const samme_authored *samme_documents_find(const samme_documents *documents,
                                           samme_document_kind kind, const char *name) {
    for (size_t i = 0; i < samme_documents_count(documents); i++) {
        const samme_authored *document = samme_documents_at(documents, i);
        if (document->kind == kind && strcmp(document->name, name) == 0)
            return document;
    }
    return NULL;
}

const Samme__Procedure *samme_documents_procedure(const samme_documents *documents,
                                                  const char *name) {
    const samme_authored *found = samme_documents_find(documents, SAMME_DOCUMENT_PROCEDURE, name);
    return found == NULL ? NULL : (const void *)found->message;
}

const Samme__Reason *samme_documents_reason(const samme_documents *documents, const char *code) {
    const samme_authored *found =
        samme_documents_find(documents, SAMME_DOCUMENT_REASONS, "reasons");
    const Samme__Reasons *reasons = found == NULL ? NULL : (const void *)found->message;
    for (size_t i = 0; reasons != NULL && i < reasons->n_reasons; i++)
        if (strcmp(reasons->reasons[i]->code, code) == 0)
            return reasons->reasons[i];
    return NULL;
}

const Samme__ClosingLine *samme_documents_closing(const samme_documents *documents,
                                                  Samme__Procedure__Occasion occasion, size_t nth) {
    const samme_authored *found =
        samme_documents_find(documents, SAMME_DOCUMENT_CLOSINGS, "closings");
    const Samme__Closings *closings = found == NULL ? NULL : (const void *)found->message;
    for (size_t i = 0; closings != NULL && i < closings->n_lines; i++)
        if (closings->lines[i]->occasion == occasion && nth-- == 0)
            return closings->lines[i];
    return NULL;
}

static void append_name(samme_buffer *out, size_t *count, const char *name) {
    samme_buffer_append_text(out, (*count)++ > 0 ? ", " : "");
    samme_buffer_append_text(out, name);
}

void samme_documents_names(const samme_documents *documents, samme_document_kind kind,
                           samme_buffer *out) {
    size_t count = 0;
    for (size_t i = 0; i < samme_documents_count(documents); i++)
        if (samme_documents_at(documents, i)->kind == kind)
            append_name(out, &count, samme_documents_at(documents, i)->name);
}

void samme_documents_reason_codes(const samme_documents *documents, samme_buffer *out) {
    const samme_authored *found =
        samme_documents_find(documents, SAMME_DOCUMENT_REASONS, "reasons");
    const Samme__Reasons *reasons = found == NULL ? NULL : (const void *)found->message;
    size_t count = 0;
    for (size_t i = 0; reasons != NULL && i < reasons->n_reasons; i++)
        append_name(out, &count, reasons->reasons[i]->code);
}
