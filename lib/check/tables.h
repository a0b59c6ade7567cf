/* Findings about the tables of a policy. Inside of this folder. */
#ifndef SAMME_CHECK_TABLES_H
#define SAMME_CHECK_TABLES_H

#include "check/report.h"

#define SAMME_ANALYSIS_MAX_BYTES ((size_t)512 << 20) /* of shapes; more: unproved */

/* What one table was found to be. */
typedef struct samme_table_work {
    const samme_policy *policy;
    const samme_policy *bare; /* the same without its floors */
    const samme_table *table;
    samme_check_report *report;
    bool proved;
} samme_table_work;

/* The countries of sale that the table answers for, SAMME_ABSENT too; in the arena. Empty when
 * there are none (all are named by others), or for want of memory. */
samme_box_set samme_table_countries(const samme_policy *policy, const samme_table *table,
                                    samme_arena *arena);
/* Gaps and overlaps of a policy, and rules that never fire. */
void samme_check_table(samme_table_work *work);
/* Where a policy answers less than the floors of its countries. */
void samme_check_floors(samme_table_work *work);
/* Adds `unproved` and says so in the work. */
void samme_check_unproved(samme_table_work *work, const char *what, const char *reason);

#endif
