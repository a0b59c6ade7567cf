#include "store/queue.h"

#include <assert.h>
#include <inttypes.h>

samme_status samme_commit_queue_push(samme_commit_queue *queue, samme_commit commit) {
    assert(commit.writes != NULL);
    if (queue->queued - queue->collected == SAMME_STORE_QUEUE_MAX)
        return SAMME_FULL;
    queue->queued++;
    samme_commit_queue_at(queue, queue->queued - 1)->commit = commit;
    return SAMME_OK;
}

samme_queued_commit *samme_commit_queue_at(samme_commit_queue *queue, uint64_t number) {
    assert(queue->collected <= number && number < queue->queued);
    return &queue->slots[number % SAMME_STORE_QUEUE_MAX];
}

void samme_commit_queue_complete(samme_commit_queue *queue, samme_outcome outcome,
                                 const samme_error *error) {
    samme_queued_commit *slot = samme_commit_queue_at(queue, queue->completed);
    samme_writes_free(slot->commit.writes);
    slot->commit.writes = NULL;
    slot->outcome = outcome;
    if (outcome == SAMME_COMMIT_DONE)
        slot->error = (samme_error){.status = SAMME_OK};
    else
        slot->error = *error;
    queue->completed++;
}

void samme_commit_queue_fail_rest(samme_commit_queue *queue, const samme_error *cause) {
    samme_error error = *cause;
    samme_fail_in(&error, cause->status == SAMME_UNKNOWN ? SAMME_IO : cause->status,
                  "a commit before this one failed");
    while (queue->completed < queue->queued)
        samme_commit_queue_complete(queue, SAMME_COMMIT_FAILED, &error);
}

size_t samme_commit_queue_collect(samme_commit_queue *queue, samme_completion *out,
                                  size_t maximum) {
    size_t count = 0;
    while (count < maximum && queue->collected < queue->completed) {
        const samme_queued_commit *slot = samme_commit_queue_at(queue, queue->collected);
        uint64_t head = slot->commit.expected_head + 1;
        out[count++] =
            (samme_completion){.head = head, .outcome = slot->outcome, .error = slot->error};
        if (slot->outcome == SAMME_COMMIT_DONE) {
            queue->head = head;
            queue->term = slot->commit.term;
        }
        queue->collected++;
    }
    return count;
}

void samme_commit_queue_drop(samme_commit_queue *queue) {
    for (uint64_t i = queue->completed; i < queue->queued; i++) {
        samme_queued_commit *slot = samme_commit_queue_at(queue, i);
        samme_writes_free(slot->commit.writes);
        slot->commit.writes = NULL;
    }
    queue->collected = queue->completed = queue->queued = 0;
}

bool samme_commit_follows(const samme_commit *commit, uint64_t head, uint64_t term,
                          samme_error *error) {
    if (commit->expected_head != head) {
        samme_fail(error, SAMME_CONFLICT,
                   "the commit expects the store at head %" PRIu64 ", it is at %" PRIu64,
                   commit->expected_head, head);
        return false;
    }
    if (commit->term < term) {
        samme_fail(error, SAMME_STALE,
                   "the commit is of term %" PRIu64 ", the store is already in term %" PRIu64,
                   commit->term, term);
        return false;
    }
    return true;
}
