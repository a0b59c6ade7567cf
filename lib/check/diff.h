/* samme diff: exactly the facts that two folders answer otherwise, as boxes of which no two with
 * the same pair of answers are together a box. An answer is: verdict, terms (percent, fees, tender,
 * order of tenders, bundles), reason, legal, exchange, repair, disposition, approval, SOP,
 * deadline, basis; floors have had their say. Names of rules and policies are no part of it. Pure;
 * any thread. */
#ifndef SAMME_CHECK_DIFF_H
#define SAMME_CHECK_DIFF_H

#include "check/check.h"

typedef struct samme_diff_region {
    const char *where;      /* "sale_country: DK; condition: opened, used" */
    const char *facts_of;   /* the same as a JSON object */
    const char *terms[2];   /* what A and B say, in words */
    const char *rules[2];   /* "rule RULE of POLICY", at the example */
    const char *facts;      /* an example, one line of JSON for samme decide */
    const char *answers[2]; /* what A and B decide of it, JSON */
} samme_diff_region;

typedef struct samme_diff_report {
    samme_arena arena;
    samme_buffer items;    /* of samme_diff_region */
    samme_buffer unproved; /* of const char *: why a region may be missing; none: nothing is */
} samme_diff_report;

/* SAMME_OK also when something is unproved; else as samme_policy_compile, with "A: " or "B: " in
 * front; SAMME_NO_MEMORY, SAMME_TOO_LARGE. *out is the caller's to free on SAMME_OK. */
samme_status samme_diff(const samme_check_folder *a, const samme_check_folder *b,
                        samme_diff_report *out, samme_error *error) SAMME_CHECKED;
void samme_diff_report_free(samme_diff_report *report);

size_t samme_diff_count(const samme_diff_report *report);
const samme_diff_region *samme_diff_at(const samme_diff_report *report, size_t index);
size_t samme_diff_unproved_count(const samme_diff_report *report);
const char *samme_diff_unproved_at(const samme_diff_report *report, size_t index);

void samme_diff_print(const samme_diff_report *report, samme_buffer *out);
void samme_diff_json(const samme_diff_report *report, samme_buffer *out);

#endif
