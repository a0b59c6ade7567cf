/* What an audit counts by branch while it replays: what clerks asserted, where answers are not what
 * the policy gives, and the numbers of the tills. Fed by the observer of replay.h. Pure.
 *
 * Bounded: SAMME_TALLY_MAX branches and groups of lines, SAMME_TILL_RUNS_MAX runs of till numbers;
 * what comes behind that is not counted and samme_tally_full() says so. */
#ifndef SAMME_JOURNAL_TALLY_H
#define SAMME_JOURNAL_TALLY_H

#include "journal/replay.h"
#include "journal/till_numbers.h"

#define SAMME_TALLY_MAX 100000u

/* Facts that nothing but the clerk's word stands behind. */
typedef enum samme_asserted {
    SAMME_ASSERTED_CLAIM_TYPE,
    SAMME_ASSERTED_CONDITION,
    SAMME_ASSERTED_RECEIPT_KIND,
    SAMME_ASSERTED_WISH,
    SAMME_ASSERTED_REPAIR_ATTEMPTS,
    SAMME_ASSERTED_RECORDED_LATER, /* with the day on which it happened, as somebody says */
    SAMME_ASSERTED_COUNT
} samme_asserted;
enum { SAMME_ASSERTED_VALUES = 8 };

const char *samme_asserted_name(samme_asserted fact); /* as in Facts: "claim_type" ... */
/* A value's name: of the enumeration, "other" for numbers it does not name; "absent", "0" .. "3",
 * "4 or more"; "no", "yes". NULL: the fact has no such value. */
const char *samme_asserted_value(samme_asserted fact, unsigned value);

/* One branch. Cases count where they were opened. */
typedef struct samme_branch_tally {
    uint32_t branch;
    uint64_t cases;
    uint64_t asserted[SAMME_ASSERTED_COUNT][SAMME_ASSERTED_VALUES]; /* cases by value */
    uint64_t lines;                                                 /* decided again */
    uint64_t differing; /* of them, answered otherwise than the log's own facts and policy give */
    uint64_t later;     /* of them, of returns decided as of an earlier day */
    uint64_t undated;   /* of those, with another answer on the day on which they were decided */
} samme_branch_tally;

/* Lines of one branch for which the policy gives one rule, in one currency. */
typedef struct samme_rule_tally {
    uint32_t branch;
    const char *rule; /* "policy/rule" */
    const char *currency;
    uint64_t lines, differing;
    int64_t refund_due, refund_said; /* of the differing, minor units */
    const char *cases; /* codes of the first differing ones, a space between, at most four */
} samme_rule_tally;

typedef struct samme_tally samme_tally;
samme_tally *samme_tally_new(void) SAMME_CHECKED; /* NULL: no memory */
void samme_tally_free(samme_tally *tally);        /* accepts NULL */

/* For samme_replay_options.entry and .line, with the tally as observer. Only a branch's own sales
 * count as its tills'. SAMME_NO_MEMORY. */
samme_status samme_tally_entry(void *tally, const samme_position *position,
                               samme_span bytes) SAMME_CHECKED;
samme_status samme_tally_line(void *tally, const samme_audited_line *line) SAMME_CHECKED;

/* In order of the branches; then of the rule, of the till. Texts live during the call. */
void samme_tally_branches(const samme_tally *tally,
                          void (*visit)(void *context, const samme_branch_tally *one),
                          void *context);
void samme_tally_rules(const samme_tally *tally,
                       void (*visit)(void *context, const samme_rule_tally *one), void *context);
void samme_tally_tills(const samme_tally *tally,
                       void (*visit)(void *context, const samme_till_tally *one), void *context);
bool samme_tally_full(const samme_tally *tally);

#endif
