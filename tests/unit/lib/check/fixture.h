/* Folders of documents as texts. */
#ifndef TESTS_CHECK_FIXTURE_H
#define TESTS_CHECK_FIXTURE_H

#include "check/check.h"
#include "check/diff.h"
#include "policy/policy.h"

enum { FILES_MAX = 24 };

typedef struct files {
    samme_document documents[FILES_MAX];
    size_t count;
} files;

void files_add(files *folder, const char *path, const char *text);
samme_check_folder files_folder(const files *folder);
/* Without those below `prefix`. */
files files_without(const files *folder, const char *prefix);
samme_policy *files_compile(const files *folder);
Samme__Facts *facts_of(const char *json, samme_arena *arena);

/* Three branches: Denmark and Sweden with two digits, Japan with none; a small tree of categories.
 */
extern const char fixture_chain[];

samme_check_report check(const files *folder);
/* How many findings have the code, and this rule unless it is NULL. */
size_t count_findings(const samme_check_report *report, const char *code, const char *rule);
const samme_check_finding *find_finding(const samme_check_report *report, const char *code);

#endif
