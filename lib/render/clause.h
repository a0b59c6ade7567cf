/* Inside of lib/render: the tests of a rule or window as conditions in words. */
#ifndef SAMME_RENDER_CLAUSE_H
#define SAMME_RENDER_CLAUSE_H

#include "render/format.h"

/* One test as a clause that stands behind "when". */
const char *samme_clause(samme_writer *in, const samme_table *table, const samme_cell *cell);
/* All of them, joined; "" when there are none. For customers, what only says that sale and store
 * are in their ordinary state is one clause, and what always holds in this section is none. */
const char *samme_conditions(samme_writer *in, const samme_table *table, const samme_when *when);
/* Whether it can hold for a sale in one of the section's countries. */
bool samme_can_hold(const samme_writer *in, const samme_table *table, const samme_when *when);

#endif
