/* What the entries of each branch say of the time, beside the hub's clock: information, for no
 * clock orders anything and none is believed. Fed by the observer of replay.h. Pure.
 *
 * An entry is ahead when it says a time more than SAMME_TIMES_FAR_MS after that of the record that
 * brought it: its branch's clock was ahead, or the hub's behind. A batch goes back when an entry in
 * it says a time more than that before one in front of it. Carried entries are of another time, and
 * are left out. */
#ifndef SAMME_JOURNAL_TIMES_H
#define SAMME_JOURNAL_TIMES_H

#include "history/fold.h"

#define SAMME_TIMES_FAR_MS       86400000
#define SAMME_TIMES_BRANCHES_MAX 100000u

typedef struct samme_branch_times {
    uint32_t branch;
    uint64_t entries; /* that say a time */
    uint64_t ahead;
    int64_t ahead_most_ms;
    uint64_t batches, batches_back;
    int64_t back_most_ms;
    samme_position first_ahead, first_back; /* where there is one */
} samme_branch_times;

typedef struct samme_times {
    samme_branch_times *items; /* in the order in which branches came */
    size_t count, capacity;
    struct samme_map *by_branch; /* the tag is the place in items */
    /* of the batch under way */
    size_t at;
    uint64_t journal_index;
    int64_t newest_ms;
    bool went_back;
    bool full; /* something was not counted */
} samme_times;

samme_status samme_times_init(samme_times *times) SAMME_CHECKED;
void samme_times_free(samme_times *times);
/* `hub_ms`: of the record that brought it. SAMME_NO_MEMORY. */
samme_status samme_times_entry(samme_times *times, const samme_position *position, int64_t hub_ms,
                               samme_span bytes) SAMME_CHECKED;

#endif
