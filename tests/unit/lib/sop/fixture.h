/* Documents from text, and findings as text, for the tests of lib/sop. */
#ifndef SAMME_TESTS_SOP_FIXTURE_H
#define SAMME_TESTS_SOP_FIXTURE_H

#include "sop/lint.h"

/* A sound folder: one document of each kind, in English and Danish. */
extern const samme_document fixture_folder[];
extern const size_t fixture_folder_count;

/* Loads; aborts the test when that fails otherwise than by findings. To be freed. */
samme_documents *fixture_load(const samme_document *documents, size_t count,
                              samme_document_findings *findings);
/* The sorted findings, one printed line each, in a static buffer. */
const char *fixture_lines(samme_document_findings *findings);
/* Loads one document and gives its findings as lines. */
const char *fixture_load_one(const char *path, const char *text);
/* Lints one text; the findings as lines "p:1:2: code: text". */
const char *fixture_lint(samme_text_role role, const char *language, const char *text);

#endif
