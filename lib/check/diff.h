/* samme diff: exactly the facts that two folders answer otherwise, as boxes of which no two with
 * the same pair of answers are together a box. Facts are otherwise answered when
 * samme_policy_decide gives answers that differ in anything but the names of rule and policy: an
 * amount on which both sides pay and keep the same is no difference. Where it depends on more than
 * a box says (which tenders gave how much, what a bundle was paid, roundings that alternate over
 * more than SAMME_PAID_RANGES_MAX ranges of amounts), the region is that part of its box in which
 * "money: not the same". What facts are looked at: README.md. Pure; any thread. */
#ifndef SAMME_CHECK_DIFF_H
#define SAMME_CHECK_DIFF_H

#include "check/check.h"

typedef struct samme_diff_region {
    const char *where;      /* "sale_country: DK; condition: opened, used" */
    const char *facts_of;   /* the same as a JSON object */
    const char *terms[2];   /* what A and B say, in words */
    const char *rules[2];   /* "rule RULE of POLICY", at the example */
    const char *facts;      /* an example, one line of JSON for samme decide: the answers differ */
    const char *answers[2]; /* what A and B decide of it, JSON */
} samme_diff_region;

typedef struct samme_diff_report {
    samme_arena arena;
    samme_buffer items;    /* of samme_diff_region */
    samme_buffer past;     /* of const char *: why answers may differ that two releases give */
    samme_buffer unproved; /* of const char *: why a region may be missing; none: nothing is */
} samme_diff_report;

/* SAMME_OK also when something is unproved; else as samme_policy_compile, with "A: " or "B: " in
 * front; SAMME_NO_MEMORY, SAMME_TOO_LARGE. *out is the caller's to free on SAMME_OK. */
samme_status samme_diff(const samme_check_folder *a, const samme_check_folder *b,
                        samme_diff_report *out, samme_error *error) SAMME_CHECKED;
void samme_diff_report_free(samme_diff_report *report);

size_t samme_diff_count(const samme_diff_report *report);
const samme_diff_region *samme_diff_at(const samme_diff_report *report, size_t index);
size_t samme_diff_past_count(const samme_diff_report *report);
const char *samme_diff_past_at(const samme_diff_report *report, size_t index);
size_t samme_diff_unproved_count(const samme_diff_report *report);
const char *samme_diff_unproved_at(const samme_diff_report *report, size_t index);

void samme_diff_print(const samme_diff_report *report, samme_buffer *out);
void samme_diff_json(const samme_diff_report *report, samme_buffer *out);

#endif
