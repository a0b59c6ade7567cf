#include "journal/times.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/text.h"
#include "journal/packed.h"

samme_status samme_times_init(samme_times *times) {
    *times = (samme_times){.by_branch = samme_map_new(), .journal_index = UINT64_MAX};
    return times->by_branch == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_times_free(samme_times *times) {
    free(times->items);
    samme_map_free(times->by_branch);
    *times = (samme_times){0};
}

static samme_status add_branch(samme_times *times, uint32_t branch, samme_span key) {
    if (times->count == times->capacity) {
        const size_t capacity = times->capacity == 0 ? 16 : 2 * times->capacity;
        samme_branch_times *grown = reallocarray(times->items, capacity, sizeof *grown);
        if (grown == NULL)
            return SAMME_NO_MEMORY;
        times->items = grown;
        times->capacity = capacity;
    }
    times->items[times->count] = (samme_branch_times){.branch = branch};
    return samme_map_put(times->by_branch, key, SAMME_SPAN(NULL, 0), times->count++);
}

/* Once a batch: the entries of one lie behind each other. *out_counted is false for a branch too
 * many. */
static samme_status begin_batch(samme_times *times, const samme_position *position,
                                bool *out_counted) {
    uint8_t bytes[4];
    samme_put_u32(bytes, position->branch);
    const samme_span key = SAMME_SPAN(bytes, sizeof bytes);
    samme_map_entry held;
    *out_counted = true;
    if (!samme_map_get(times->by_branch, key, &held)) {
        if (times->count == SAMME_TIMES_BRANCHES_MAX) {
            times->full = true;
            *out_counted = false;
            return SAMME_OK;
        }
        held.tag = times->count;
        samme_status status = add_branch(times, position->branch, key);
        if (status != SAMME_OK)
            return status;
    }
    times->at = (size_t)held.tag;
    times->items[times->at].batches++;
    times->journal_index = position->journal_index;
    times->newest_ms = INT64_MIN;
    times->went_back = false;
    return SAMME_OK;
}

/* Entries say what they like: differences that do not fit are the largest there is. */
static int64_t later_by(int64_t later, int64_t earlier) {
    int64_t difference;
    if (__builtin_sub_overflow(later, earlier, &difference))
        return later > earlier ? INT64_MAX : INT64_MIN;
    return difference;
}

static void weigh(samme_times *times, const samme_position *position, int64_t hub_ms,
                  int64_t time_ms) {
    samme_branch_times *one = &times->items[times->at];
    const int64_t ahead = later_by(time_ms, hub_ms);
    const int64_t back = times->newest_ms == INT64_MIN ? 0 : later_by(times->newest_ms, time_ms);
    one->entries++;
    if (ahead > SAMME_TIMES_FAR_MS && one->ahead++ == 0)
        one->first_ahead = *position;
    if (ahead > SAMME_TIMES_FAR_MS && ahead > one->ahead_most_ms)
        one->ahead_most_ms = ahead;
    if (back > SAMME_TIMES_FAR_MS && !times->went_back) {
        times->went_back = true;
        if (one->batches_back++ == 0)
            one->first_back = *position;
    }
    if (back > SAMME_TIMES_FAR_MS && back > one->back_most_ms)
        one->back_most_ms = back;
    if (time_ms > times->newest_ms)
        times->newest_ms = time_ms;
}

samme_status samme_times_entry(samme_times *times, const samme_position *position, int64_t hub_ms,
                               samme_span bytes) {
    enum { TIME_MS = 6 };
    const int64_t time_ms = (int64_t)samme_packed_varint(bytes, TIME_MS);
    if (time_ms == 0 || position->first_epoch != 0)
        return SAMME_OK;
    if (times->journal_index != position->journal_index) {
        bool counted;
        samme_status status = begin_batch(times, position, &counted);
        if (status != SAMME_OK || !counted)
            return status;
    }
    weigh(times, position, hub_ms, time_ms);
    return SAMME_OK;
}
