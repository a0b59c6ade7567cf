/* The commits of one store between commit() and completions(), oldest first:
 *     collected <= completed <= queued
 * One ring for all three states, so that what waits is bounded by SAMME_STORE_QUEUE_MAX wherever it
 * waits. No lock: its owner has one if two threads use it. */
#ifndef SAMME_STORE_QUEUE_H
#define SAMME_STORE_QUEUE_H

#include "base/writes.h"
#include "samme/store.h"

typedef struct samme_queued_commit {
    samme_commit commit; /* its writes are NULL once whoever applies them took them */
    samme_outcome outcome;
    samme_error error;
} samme_queued_commit;

typedef struct samme_commit_queue {
    samme_queued_commit slots[SAMME_STORE_QUEUE_MAX];
    uint64_t collected; /* how many ever were */
    uint64_t completed;
    uint64_t queued;
    uint64_t head; /* after the last collected commit that is done */
    uint64_t term;
} samme_commit_queue;

/* SAMME_FULL when SAMME_STORE_QUEUE_MAX commits are not collected. */
samme_status samme_commit_queue_push(samme_commit_queue *queue, samme_commit commit) SAMME_CHECKED;
/* The commit with this number, collected <= number < queued. */
samme_queued_commit *samme_commit_queue_at(samme_commit_queue *queue,
                                           uint64_t number) SAMME_CHECKED;
/* Completes the oldest queued commit; error (why) is copied unless it is done. Frees its writes if
 * it has any. */
void samme_commit_queue_complete(samme_commit_queue *queue, samme_outcome outcome,
                                 const samme_error *error);
/* Fails all queued commits because of one ahead of them. */
void samme_commit_queue_fail_rest(samme_commit_queue *queue, const samme_error *cause);
size_t samme_commit_queue_collect(samme_commit_queue *queue, samme_completion *out, size_t maximum);
/* Forgets everything that was not collected and frees its writes. */
void samme_commit_queue_drop(samme_commit_queue *queue);

/* Whether the commit may be applied to a store with this head and term; says why not. */
bool samme_commit_follows(const samme_commit *commit, uint64_t head, uint64_t term,
                          samme_error *error);

#endif
