/* The compiled form of decision tables, for decide and for those who analyse
 * tables. Lives as long as the policy; nobody changes it.
 *
 * A rule or window holds when each of its cells does; an input without a cell
 * is "-": it holds for every value and for SAMME_ABSENT. A cell never holds for
 * SAMME_ABSENT. */
#ifndef SAMME_POLICY_TABLES_H
#define SAMME_POLICY_TABLES_H

#include "policy/inputs.h"

typedef struct samme_spot {
    unsigned line, column; /* from 1; 0: not known */
} samme_spot;

/* A test of one input. Its intervals ascend, leave room between each other and
 * lie within the input's domain; there is one at least. */
typedef struct samme_cell {
    samme_input_id input;
    uint32_t first; /* of the table's intervals */
    uint32_t count;
    samme_spot spot;  /* in rules_path; of a window's cell in path */
    const char *text; /* as it was written */
} samme_cell;

/* A run of the table's cells, in the order of the table's inputs. */
typedef struct samme_when {
    uint32_t first;
    uint32_t count;
} samme_when;

typedef struct samme_outcome {
    Samme__Verdict verdict;
    Samme__RefundTo refund_to;
    int64_t percent;     /* hundredths */
    int64_t fee_percent; /* hundredths */
    int64_t fee;         /* units of 10^-SAMME_MONEY_DIGITS */
    const char *reason;
    const char *disposition; /* texts are "" when not given */
    const char *approval;
    const char *sop;
    bool legal, exchange, repair;
} samme_outcome;

typedef struct samme_rule {
    const char *id;
    samme_when when;
    samme_outcome outcome;
    samme_spot spot; /* of its id, in rules_path */
} samme_rule;

typedef enum samme_window_base {
    SAMME_WINDOW_PURCHASE, /* purchase_date + days */
    SAMME_WINDOW_RECEIPT,  /* receipt_date + days; purchase_date when that is
                              absent */
    SAMME_WINDOW_UNTIL,    /* `until`; unlimited is SAMME_LAST_DAY */
} samme_window_base;

typedef struct samme_window {
    const char *id;
    samme_when when; /* of any input but days_left, listed or not */
    samme_window_base base;
    int32_t days;
    int32_t until; /* a day number */
    bool roll;
    samme_spot spot;
} samme_window;

typedef enum samme_basis {
    SAMME_BASIS_TODAY,
    SAMME_BASIS_PURCHASE_DAY,
    SAMME_BASIS_BETTER,
} samme_basis;

struct samme_index; /* of the rules, for speed: index.h */

/* Where the names of an outcome stand; the rule's place where they are not given. */
typedef struct samme_named_spots {
    samme_spot reason, approval, sop;
} samme_named_spots;

/* A policy or a floor. */
typedef struct samme_table {
    const char *name;       /* `policy` in it; each once over policies and floors */
    const char *path;       /* "policy/returns.yaml" */
    const char *rules_path; /* the same, or that of its CSV */
    bool floor;
    bool unique; /* hit policy; else first */
    size_t input_count;
    samme_input_id inputs[SAMME_POLICY_INPUTS_MAX]; /* in the order listed */
    size_t rule_count;
    samme_rule *rules;
    samme_named_spots *named; /* of each rule, in rules_path; behind them of `missing`, in path */
    size_t window_count;
    samme_window *windows;
    samme_cell *cells;
    samme_interval *intervals;
    bool has_missing;
    samme_outcome missing;    /* when has_missing */
    size_t country_count;     /* 0: every country that no other policy names, and an
                                 absent one */
    const int64_t *countries; /* values of sale_country */
    samme_basis basis;
    bool baseline_stands_in; /* for a release of the day of purchase that is not held */
    bool reprice_rest;
    size_t tender_count;
    const Samme__TenderKind *tenders; /* tender_order */
    const Samme__Policy *source;      /* as written, with reasons; rules of a CSV are in it too */
    struct samme_index *index;        /* NULL: the rules are walked */
} samme_table;

/* Policies in the order of their paths, then floors in theirs. */
size_t samme_policy_table_count(const samme_policy *policy);
const samme_table *samme_policy_table_at(const samme_policy *policy, size_t number);
/* The policy for a value of sale_country (SAMME_ABSENT too); NULL: none. */
const samme_table *samme_policy_table_for(const samme_policy *policy, int64_t country);
const samme_vocabulary *samme_policy_vocabulary(const samme_policy *policy);
/* Where a customer would rather have money: 0 is best; as many as chain.yaml
 * ranks for those it does not rank, and for none. */
unsigned samme_tender_rank(const Samme__Chain *chain, Samme__RefundTo refund_to);

#endif
