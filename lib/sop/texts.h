/* Texts by language: all of a document, which one a reader gets, and which are missing. */
#ifndef SAMME_SOP_TEXTS_H
#define SAMME_SOP_TEXTS_H

#include "sop/documents.h"

/* What a text is for decides which rules of language hold. */
typedef enum samme_text_role {
    SAMME_TEXT_INSTRUCTION, /* a step of kind do, ask, record */
    SAMME_TEXT_SPOKEN,      /* said to customers, or read by them */
    SAMME_TEXT_RULE,        /* of conduct */
    SAMME_TEXT_PLAIN,       /* read by staff */
    SAMME_TEXT_LABEL,       /* a title, a choice */
} samme_text_role;

/* One thing that a document says, in all its languages. */
typedef struct samme_said {
    samme_text_role role;
    const char *id; /* of the step, rule, question, reason; the occasion of a closing line; or "" */
    const char *field;  /* "title", "texts", "customer" */
    const void *holder; /* the message that has it, for its place */
    Samme__Text *const *texts;
    size_t count;
    bool optional; /* may be there in no language */
    bool names;    /* {name} stands for the customer's name */
} samme_said;

typedef void samme_said_visit(void *context, const samme_authored *document,
                              const samme_said *said);
/* Every text of the document, in its order. */
void samme_said_each(const samme_authored *document, samme_said_visit *visit, void *context);
/* The three texts of a reason. */
void samme_said_of_reason(const Samme__Reason *reason, samme_said out[static 3]);

/* Which languages a chain's branches need, and where a reader is sent when a text is missing
 * (Fallback of chain.yaml). */
typedef struct samme_languages {
    const char *const *needed; /* BCP 47 */
    size_t needed_count;
    Samme__Fallback *const *fallbacks;
    size_t fallback_count;
} samme_languages;

/* The text for a reader of `language`: in that language, else in the language without its last
 * subtags (da for da-DK; no and nb are one), else in the first of its fallbacks that is there, in
 * either form. A fallback's own fallbacks are not followed. NULL when there is none. *out_language
 * (may be NULL) is the language it is in. */
const char *samme_text_pick(Samme__Text *const *texts, size_t count, const char *language,
                            const samme_languages *languages, const char **out_language);

/* For every text of every document and every needed language: text_missing (error) when
 * samme_text_pick gives none, text_fallback (note) when it gives one of another language. Texts
 * that are optional (clerk and instead of a reason) count only where some language has them. */
void samme_texts_missing(const samme_documents *documents, const samme_languages *languages,
                         samme_document_findings *findings);

#endif
