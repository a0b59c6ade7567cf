/* An index of a table's rules: an input's values fall into classes (between two
 * ends of intervals no rule can tell values apart), each class has a bit for
 * every rule whose test of this input holds there, and a decision is the AND of
 * one row of bits per input. */
#ifndef SAMME_POLICY_INDEX_H
#define SAMME_POLICY_INDEX_H

#include "policy/tables.h"

#define SAMME_INDEX_MAX_BYTES (16u * 1024u * 1024u)

/* In the arena. SAMME_OK with *out NULL: it would be larger than
 * SAMME_INDEX_MAX_BYTES, and the rules are walked instead. SAMME_NO_MEMORY. */
samme_status samme_index_build(const samme_table *table, samme_arena *arena,
                               struct samme_index **out, samme_error *error) SAMME_CHECKED;

/* The first rule that holds, and for a UNIQUE table the one after it; their
 * numbers, or the table's rule_count. The same with and without index. */
typedef struct samme_hit {
    size_t first;
    size_t second; /* not looked for under FIRST: rule_count */
} samme_hit;
samme_hit samme_table_hit(const samme_table *table, const samme_input_values *values);
/* By walking the rules. */
samme_hit samme_table_walk(const samme_table *table, const samme_input_values *values);
/* The number of the first cell of the run that fails; `when.count` when all
 * hold. */
uint32_t samme_when_fails(const samme_table *table, samme_when when,
                          const samme_input_values *values);

#endif
