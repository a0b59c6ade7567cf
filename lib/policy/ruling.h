/* What one table says to facts, before it is written out as an answer. */
#ifndef SAMME_POLICY_RULING_H
#define SAMME_POLICY_RULING_H

#include "policy/compiled.h"

typedef struct samme_ruling {
    const samme_table *table;     /* NULL: no table is for the country */
    const char *rule;             /* "" : none */
    const samme_outcome *outcome; /* never NULL */
    int64_t deadline;             /* a day, or SAMME_ABSENT */
    Samme__RefundTo refund_to;
    int64_t refund; /* minor units */
    int64_t fee;
} samme_ruling;

/* Works out days_left of the table's windows, into values; gives the deadline
 * or SAMME_ABSENT. */
int64_t samme_windows_apply(const samme_table *table, samme_input_values *values);
/* Fills refund_to, refund and fee from the outcome. SAMME_TOO_LARGE never for
 * read facts. */
void samme_ruling_pay(const Samme__Facts *facts, samme_ruling *ruling);
/* Writes refunds, which sum to the answer's refund. */
void samme_ruling_split(const samme_table *policy, const Samme__Facts *facts, samme_decision *out);

#endif
