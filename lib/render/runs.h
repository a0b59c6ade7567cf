/* Inside of lib/render: a run of numbers or dates in words ("at most 30 days"). */
#ifndef SAMME_RENDER_RUNS_H
#define SAMME_RENDER_RUNS_H

#include "render/format.h"

/* The clause for a test of a count, quantity, amount or date. */
const char *samme_runs_clause(samme_writer *in, const samme_table *table, const samme_cell *cell);

#endif
