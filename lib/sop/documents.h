/* The authored documents that do not decide: procedures, conduct, bulletins, follow-ups, surveys,
 * scorecards, closing lines, retention, reason texts (proto/documents.proto). Load reads them all
 * and lists all that is wrong with them; it does not look at the language (sop/lint.h). Pure; any
 * thread with its own findings. What was loaded is never changed, and may be read by many threads.
 */
#ifndef SAMME_SOP_DOCUMENTS_H
#define SAMME_SOP_DOCUMENTS_H

#include "samme/document.h"
#include "sop/findings.h"
#include "wire/messages.h"
#include "wire/places.h"

/* Beyond any of these is an error finding. A document is at most SAMME_DOCUMENT_MAX_BYTES, and
 * there are at most SAMME_RELEASE_MAX_DOCUMENTS. */
#define SAMME_SOP_ID_MAX_BYTES     64u
#define SAMME_SOP_TEXT_MAX_BYTES   4096u
#define SAMME_SOP_LANGUAGES_MAX    32u  /* of one text */
#define SAMME_SOP_STEPS_MAX        256u /* of a procedure */
#define SAMME_SOP_CHOICES_MAX      16u  /* of a step */
#define SAMME_SOP_ITEMS_MAX        512u /* rules, questions, lines ... of any other document */
#define SAMME_SOP_REASONS_MAX      1024u
#define SAMME_SOP_SKUS_MAX         1024u                  /* of a bulletin; categories too */
#define SAMME_SOP_ALL_MAX_BYTES    (256u * 1024u * 1024u) /* memory for all that is loaded */
#define SAMME_SOP_MARKS_IN_ROW_MAX 6u                     /* combining marks */

typedef enum samme_document_kind {
    SAMME_DOCUMENT_PROCEDURE,
    SAMME_DOCUMENT_CONDUCT,
    SAMME_DOCUMENT_BULLETIN,
    SAMME_DOCUMENT_FOLLOW_UPS,
    SAMME_DOCUMENT_SURVEY,
    SAMME_DOCUMENT_SCORECARD,
    SAMME_DOCUMENT_CLOSINGS,
    SAMME_DOCUMENT_RETENTION,
    SAMME_DOCUMENT_REASONS,
    SAMME_DOCUMENT_KIND_COUNT
} samme_document_kind;

typedef struct samme_authored {
    samme_document_kind kind;
    const char *path;                /* "sop/return.yaml" */
    const char *name;                /* "return"; of a file at the top, "closings" */
    const ProtobufCMessage *message; /* Samme__Procedure, Samme__Conduct ... by the kind */
    samme_places places;             /* where each value stands, by its address */
    bool sound;                      /* no error finding is about it */
} samme_authored;

typedef struct samme_documents samme_documents;

/* Reads every document that is of one of the kinds above; of chain.yaml and the tables in policy/,
 * floors/, probes/, which others read, the characters only; any other path is a finding
 * (unknown_kind). A document that is no such message is a finding and is left out. The input need
 * not outlive the call. SAMME_OK with findings, however bad; SAMME_TOO_LARGE (too many documents,
 * memory), SAMME_NO_MEMORY. */
samme_status samme_documents_load(const samme_document *documents, size_t count,
                                  samme_documents **out, samme_document_findings *findings,
                                  samme_error *error) SAMME_CHECKED;
void samme_documents_free(samme_documents *documents); /* accepts NULL */

/* In the order of kinds, then of paths. */
size_t samme_documents_count(const samme_documents *documents);
const samme_authored *samme_documents_at(const samme_documents *documents, size_t index);
/* NULL: there is none of this kind under this name ("sop: return" of a policy is the procedure
 * "return"). */
const samme_authored *samme_documents_find(const samme_documents *documents,
                                           samme_document_kind kind, const char *name);
const Samme__Procedure *samme_documents_procedure(const samme_documents *documents,
                                                  const char *name);
/* Of reasons.yaml; NULL: not there. */
const Samme__Reason *samme_documents_reason(const samme_documents *documents, const char *code);
/* The nth (from 0) closing line of an occasion; NULL when there are fewer. */
const Samme__ClosingLine *samme_documents_closing(const samme_documents *documents,
                                                  Samme__Procedure__Occasion occasion, size_t nth);
/* Appends the names of a kind, or all reason codes, separated by ", ": for errors that say what
 * there is. */
void samme_documents_names(const samme_documents *documents, samme_document_kind kind,
                           samme_buffer *out);
void samme_documents_reason_codes(const samme_documents *documents, samme_buffer *out);

#define SAMME_STEP_END  SIZE_MAX
#define SAMME_NO_CHOICE SIZE_MAX
/* The step after `step` (an index) when this choice was taken, or none. SAMME_STEP_END at the end,
 * and for what does not exist. */
size_t samme_procedure_next(const Samme__Procedure *procedure, size_t step, size_t choice);
/* The index of a step by its id; SAMME_STEP_END when there is none. */
size_t samme_procedure_step(const Samme__Procedure *procedure, const char *id);

#endif
