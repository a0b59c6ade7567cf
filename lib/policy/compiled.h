/* The compiled form: three flat arrays, walked front to back. A rule is its tested cells only; a
 * cell is its input and a run of intervals, most often one. */
#ifndef SAMME_POLICY_COMPILED_H
#define SAMME_POLICY_COMPILED_H

#include "policy/test.h"

typedef struct samme_cell {
    uint32_t input; /* samme_input_id */
    uint32_t first; /* interval */
    uint32_t count;
} samme_cell;

typedef struct samme_table_rule {
    uint32_t first; /* cell */
    uint32_t count;
} samme_table_rule;

typedef struct samme_outcome {
    const char *rule;
    const char *reason;
    Samme__Verdict verdict;
    Samme__RefundTo refund_to;
    int64_t percent; /* hundredths */
    int64_t fee;     /* units of 10^-SAMME_MONEY_DIGITS */
} samme_outcome;

typedef struct samme_table {
    bool unique; /* hit policy; else first */
    size_t rule_count;
    samme_table_rule *rules;
    samme_outcome *outcomes; /* one per rule */
    samme_buffer cells;      /* of samme_cell */
    samme_buffer intervals;  /* of samme_interval */
} samme_table;

struct samme_policy {
    samme_arena arena; /* messages, categories, rules */
    const Samme__Chain *chain;
    const Samme__Branch **branches; /* by number */
    samme_categories categories;
    samme_table table;
};

/* Reads and checks chain.yaml: fills chain, branches and categories. */
samme_status samme_chain_compile(samme_policy *policy, const samme_document *document,
                                 samme_error *error) SAMME_CHECKED;
/* Reads and checks the policy, whose chain is there: fills table. */
samme_status samme_table_compile(samme_policy *policy, const samme_document *document,
                                 samme_error *error) SAMME_CHECKED;

#endif
