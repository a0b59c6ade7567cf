/* Inside of lib/sop: what the rules of one text need at hand. */
#ifndef SAMME_SOP_LINTING_H
#define SAMME_SOP_LINTING_H

#include "sop/lint.h"
#include "sop/reading.h"
#include "sop/words.h"

/* Of all texts of a document in one language. */
typedef struct samme_lix {
    size_t words, long_words, parts;
} samme_lix;

typedef struct samme_linter {
    samme_segmenter *segmenters[SAMME_TONGUE_COUNT]; /* opened when first needed */
    samme_reading reading;
    samme_lix lix[SAMME_TONGUE_COUNT];
    samme_document_findings *findings;
    samme_error *error;
} samme_linter;

void samme_linter_init(samme_linter *linter, samme_document_findings *findings, samme_error *error);
void samme_linter_free(samme_linter *linter);

/* All rules but readability, for which it adds to `lix` unless the text is a label. */
samme_status samme_linter_text(samme_linter *linter, samme_text_role role, samme_tongue tongue,
                               samme_span text, const samme_document_place *place) SAMME_CHECKED;
/* The same for each of its languages that is judged. */
samme_status samme_linter_said(samme_linter *linter, const samme_authored *document,
                               const samme_said *said) SAMME_CHECKED;
/* Readability of what was added since; begins anew. */
void samme_linter_readability(samme_linter *linter, const samme_document_place *place);

#endif
