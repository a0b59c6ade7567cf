/* Questions about a return that are answered when it changes (?wait=): approved at another till,
 * its goods received, or time being up. No thread waits: a place here does. Inside the node core.
 */
#ifndef SAMME_NODE_WAITS_H
#define SAMME_NODE_WAITS_H

#include "node/api/cases.h"

#define SAMME_WAITS_MAX  64u /* more are answered at once */
#define SAMME_WAIT_MAX_S 30u

samme_status samme_waits_new(struct samme_waits **out) SAMME_CHECKED;
void samme_waits_free(struct samme_waits *waits); /* accepts NULL */

/* Holds the question back; false: there is no place, or nothing to wait for. */
bool samme_wait(samme_call *call, const Samme__CaseRow *row, int64_t ms);
size_t samme_waits_count(const samme_node *node);
/* The request of somebody who waits, who is then forgotten; false: nobody does. */
bool samme_waits_take(samme_node *node, uint64_t *out_request) SAMME_CHECKED;
/* Answers those whose return has changed, or whose time is up; all, when the node ends. */
void samme_waits_work(samme_node *node);
int64_t samme_waits_next_ms(const samme_node *node); /* monotonic */

#endif
