/* Whether texts read well: short steps, one action each, verb first, present tense, easy words;
 * denials that say what the customer can do instead. For en, da, nb (also no), sv, hi; other
 * languages are not judged, and a note says so. Every finding is waivable and names language,
 * words, limit and figure. What exactly is looked at, and what is not: lib/sop/README.md. */
#ifndef SAMME_SOP_LINT_H
#define SAMME_SOP_LINT_H

#include "sop/texts.h"

/* SAMME_NO_MEMORY, SAMME_IO (ICU finds no data for itself). */
samme_status samme_lint_documents(const samme_documents *documents,
                                  samme_document_findings *findings,
                                  samme_error *error) SAMME_CHECKED;

/* One text, for those who hold texts elsewhere. `language` is BCP 47. Not UTF-8: nothing is found.
 */
samme_status samme_lint_text(samme_text_role role, const char *language, const char *text,
                             const samme_document_place *place, samme_document_findings *findings,
                             samme_error *error) SAMME_CHECKED;

/* A reason that stands in a policy: form (as load has it) and language. The place is used where
 * `places` (may be NULL) knows none. */
samme_status samme_lint_reason(const Samme__Reason *reason, const samme_places *places,
                               const samme_document_place *place, samme_document_findings *findings,
                               samme_error *error) SAMME_CHECKED;

/* A reason that a rule with verdict deny gives: instead_missing for each needed language in which
 * it does not say what the customer can do instead. For a reason of reasons.yaml and `codes` of it;
 * codes that are not there are passed over (whoever reads policies says so). */
void samme_lint_denial(const Samme__Reason *reason, const samme_places *places,
                       const samme_document_place *place, const samme_languages *languages,
                       samme_document_findings *findings);
void samme_lint_denials(const samme_documents *documents, const char *const *codes, size_t count,
                        const samme_languages *languages, samme_document_findings *findings);

#endif
