/* What the hub counts about itself; inside the hub core. */
#ifndef SAMME_HUB_METRICS_H
#define SAMME_HUB_METRICS_H

#include <stddef.h>
#include <stdint.h>

#define SAMME_HUB_TIMED_COMMITS 256u /* under way and timed; further ones are not timed */

typedef struct samme_hub_counts {
    uint64_t batches, entries, bytes; /* taken in this run; bytes of entries */
    uint64_t later;                   /* requests told to come later */
    uint64_t silent;                  /* claims answered in place of a branch that is away */
    uint64_t commits;                 /* to the log, durable and timed */
    int64_t commit_ms;                /* sum of their times */
    struct {
        uint64_t head;
        int64_t begun_ms;
    } under_way[SAMME_HUB_TIMED_COMMITS]; /* ring, by head */
    size_t first, count;
} samme_hub_counts;

/* The log's commit `head` was queued; when it is one already known nothing happens. */
void samme_hub_commit_begun(samme_hub_counts *counts, uint64_t head, int64_t now_ms);
void samme_hub_commits_durable(samme_hub_counts *counts, uint64_t durable_head, int64_t now_ms);

#endif
