/* How findings get into a report. Inside of this folder. */
#ifndef SAMME_CHECK_REPORT_H
#define SAMME_CHECK_REPORT_H

#include "check/check.h"
#include "check/frame.h"

void samme_check_report_init(samme_check_report *report);
/* Texts are copied; those that are NULL are read as "". */
void samme_check_add(samme_check_report *report, const samme_check_finding *finding);
/* A finding about a place of a document and an id in it ("" for none), worded. */
void samme_check_say(samme_check_report *report, samme_severity severity, const char *code,
                     const char *path, samme_spot spot, const char *id, const char *format, ...)
    SAMME_PRINTF(7, 8);
/* Findings of lib/sop as ours. */
void samme_check_take(samme_check_report *report, const samme_document_findings *findings);
/* A compile error "path:line:col: text" as a finding `schema`. */
void samme_check_say_error(samme_check_report *report, const char *text);
void samme_check_sort(samme_check_report *report);
/* Marks the waivable findings of this code, document (or table name) and rule. Answers how many. */
size_t samme_check_waive(samme_check_report *report, const char *code, const char *table,
                         const char *rule, const char *why);

/* The point as one line of JSON, and what the policy answers; "" for want of memory. Texts live in
 * the arena. */
const char *samme_facts_json(samme_arena *arena, const Samme__Facts *facts);
const char *samme_answer_json(samme_arena *arena, const samme_policy *policy,
                              const Samme__Facts *facts);

#endif
