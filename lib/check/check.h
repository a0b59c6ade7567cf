/* samme check: what is wrong with a folder of documents, each finding with facts that show it. What
 * is said to be sound is proved so, or stands in the list as `unproved`. Pure; any thread with its
 * own report; the same documents give the same report everywhere. The codes: README.md. */
#ifndef SAMME_CHECK_CHECK_H
#define SAMME_CHECK_CHECK_H

#include "samme/document.h"
#include "sop/findings.h"

#define SAMME_CHECK_FINDINGS_MAX 4096u /* further ones are counted in left_out */

typedef struct samme_check_finding {
    const char *code; /* a stable word */
    samme_severity severity;
    const char *why; /* of the waiver; NULL: not waived */
    const char *path;
    unsigned line, column; /* from 1; 0: the document as a whole */
    const char *table;     /* the document that a waiver names as `table` */
    const char *rule;      /* its id, that of a step, reason ...; "" when it is about none */
    const char *other;     /* overlaps: the earlier rule; under_floor: the floor's; else "" */
    const char *language;  /* of a text; "" when it is about none */
    const char *text;
    const char *facts;  /* one line of JSON for samme decide; "" when it has no example */
    const char *answer; /* what the policy says to them, JSON; "" likewise */
    const char *floor;  /* what the floor says to them, JSON; "" likewise */
} samme_check_finding;

typedef struct samme_check_report {
    samme_arena arena;  /* of all that follows */
    samme_buffer items; /* of samme_check_finding, by path, line, column */
    size_t left_out;
    size_t tables, rules, proved_tables, proved_rules; /* of policies and floors */
    size_t procedures, steps, probes, waived;
} samme_check_report;

typedef struct samme_check_folder {
    const samme_document *documents;
    size_t count;
} samme_check_folder;

/* `after` (NULL: none): what was in force before. SAMME_OK with findings, however bad;
 * SAMME_NOT_FOUND (no chain.yaml or no policy), SAMME_NO_MEMORY. *out is the caller's to free on
 * SAMME_OK. */
samme_status samme_check(const samme_check_folder *folder, const samme_check_folder *after,
                         samme_check_report *out, samme_error *error) SAMME_CHECKED;
void samme_check_report_free(samme_check_report *report);

size_t samme_check_finding_count(const samme_check_report *report);
const samme_check_finding *samme_check_finding_at(const samme_check_report *report, size_t index);
/* Errors, what is waivable and not waived, and what was left out: 0 is sound. */
size_t samme_check_blocking(const samme_check_report *report);

/* Appends "path:line:col: code: text" a finding, facts and answers on lines of their own below it,
 * and a last line that says what was proved. */
void samme_check_print(const samme_check_report *report, samme_buffer *out);
void samme_check_json(const samme_check_report *report, samme_buffer *out);

#endif
