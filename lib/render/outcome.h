/* Inside of lib/render: what follows when a rule holds. */
#ifndef SAMME_RENDER_OUTCOME_H
#define SAMME_RENDER_OUTCOME_H

#include "render/format.h"

/* Sentences; "" when the heading of its group says it all. */
const char *samme_outcome_text(samme_writer *in, const samme_outcome *outcome);
/* Paragraphs under the point: what the reason says. */
void samme_outcome_reason(samme_writer *in, const samme_table *table, const char *code);
/* The procedure's title in the language, or its name in quotes. */
const char *samme_procedure_title(samme_writer *in, const char *name);
bool samme_outcome_pays(const samme_outcome *outcome);

#endif
