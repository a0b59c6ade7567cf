/* What is wrong with authored documents: a list, because an author wants to see all of it at once.
 * One thread. Everything that a finding points to lives as long as the list. */
#ifndef SAMME_SOP_FINDINGS_H
#define SAMME_SOP_FINDINGS_H

#include "base/arena.h"
#include "base/buffer.h"

#define SAMME_DOCUMENT_FINDINGS_MAX 2000u /* further ones are counted in left_out */

typedef enum samme_severity {
    SAMME_SEVERITY_ERROR,    /* cannot be released */
    SAMME_SEVERITY_WAIVABLE, /* cannot be released unless waived by name */
    SAMME_SEVERITY_NOTE,     /* for information */
} samme_severity;

typedef struct samme_document_finding {
    const char *code; /* a stable word: see lib/sop/README.md */
    samme_severity severity;
    bool waived;
    const char *path;      /* of the document */
    unsigned line, column; /* of the value, from 1, characters; 0: the document as a whole */
    const char *id;        /* of the step, rule, question, reason ...; "" when it is about none */
    const char *language;  /* of the text; "" when it is about none */
    const char *text;      /* what was found and what was expected, without the place */
} samme_document_finding;

typedef struct samme_document_findings {
    samme_arena arena;
    samme_buffer items; /* of samme_document_finding */
    size_t left_out;    /* beyond the maximum, or for want of memory */
} samme_document_findings;

/* What a finding is about, before it is worded. */
typedef struct samme_document_place {
    const char *path;
    unsigned line, column;
    const char *id;       /* NULL is "" */
    const char *language; /* NULL is "" */
} samme_document_place;

void samme_document_findings_init(samme_document_findings *findings);
void samme_document_findings_free(samme_document_findings *findings); /* then as after init */
void samme_document_findings_add(samme_document_findings *findings, samme_severity severity,
                                 const char *code, const samme_document_place *place,
                                 const char *format, ...) SAMME_PRINTF(5, 6);

size_t samme_document_findings_count(const samme_document_findings *findings);
const samme_document_finding *samme_document_findings_at(const samme_document_findings *findings,
                                                         size_t index);
/* Errors, what is waivable and not waived, and what was left out: 0 is a folder that may be
 * released. */
size_t samme_document_findings_blocking(const samme_document_findings *findings);
/* By path, line, column; the order of finding among equals. Without memory it does nothing. */
void samme_document_findings_sort(samme_document_findings *findings);
/* Marks the waivable findings of this code in this document about this id ("" is an id too).
 * Answers how many there were: a waiver that matches nothing is the caller's to refuse. */
size_t samme_document_findings_waive(samme_document_findings *findings, const char *code,
                                     const char *path, const char *id);
/* Appends "path:line:col: code: text", without a newline. */
void samme_document_finding_print(const samme_document_finding *finding, samme_buffer *out);

#endif
