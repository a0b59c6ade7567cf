/* Whether facts lie in a region, by its words alone: an interpreter that knows nothing of boxes. */
#ifndef TESTS_CHECK_WHERE_H
#define TESTS_CHECK_WHERE_H

#include "policy/policy.h"

/* What the windows, and the terms, make of facts, worked out by the caller. */
typedef struct clocks {
    bool given[2]; /* of A, of B (or of the only one) */
    long days[2];
    bool same_deadline;
    bool same_money; /* refund, fee and refunds */
} clocks;

/* where: "condition: opened, used; days_left of p (B): absent or >= 3" or "all facts". */
bool where_holds(const char *where, const Samme__Facts *facts, const clocks *made);

#endif
