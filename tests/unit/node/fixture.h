/* For tests of a node: what the hub could say to it, and what lies in its own log. */
#ifndef SAMME_TEST_NODE_FIXTURE_H
#define SAMME_TEST_NODE_FIXTURE_H

#include <criterion/criterion.h>

#include "history/entry.h"
#include "support/pair.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"

/* A hub's words to node `number` with this size and root of the node's log. */
void say_welcome(pair *p, unsigned number, uint64_t size, const samme_hash *root);
void say_ack(pair *p, unsigned number, uint64_t size, const samme_hash *root);
void say_refused(pair *p, unsigned number, const char *what);
void say_doorbell(pair *p, unsigned number, uint64_t journal_size);

/* Time passes for this node alone. */
void pass(pair *p, unsigned number, int64_t ms);

/* An entry of a node's own log, durable; NULL beyond its end. Lives in the arena. */
const samme_entry *own_entry(pair *p, unsigned number, uint64_t index, samme_arena *arena);
samme_hash own_root(pair *p, unsigned number, uint64_t size);
samme_hash empty_root(void);
uint64_t commits(pair *p, unsigned number); /* that its log store has taken */

/* How many lines of the trace hold the words. */
unsigned lines_with(pair *p, const char *words);

#endif
