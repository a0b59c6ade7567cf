/* Entries of a branch's own log that no record holds, judged as if the next record did. */
#include "journal/replaying.h"

static samme_status report_quarantined(const samme_replay *replay, const samme_position *at) {
    enum { ROW_MAX_BYTES = 64 * 1024 };
    samme_arena arena;
    samme_arena_init(&arena, ROW_MAX_BYTES);
    const Samme__QuarantineRow *row;
    samme_status status =
        samme_find_quarantined(&replay->rows, at->branch, at->epoch, at->index, &arena, &row);
    if (status == SAMME_OK)
        samme_report(replay, SAMME_FINDING_QUARANTINED, at, "branch %u epoch %u entry %llu: %s",
                     at->branch, at->epoch, (unsigned long long)at->index, row->reason);
    samme_arena_free(&arena);
    return status;
}

samme_status samme_replay_tail(samme_replay *replay, const samme_position *position,
                               samme_span entry, samme_error *error) {
    samme_replay_step step = {.index = replay->range.size};
    samme_position at = *position;
    bool quarantined;
    at.own_layer = true;
    at.journal_index = step.index;       /* for findings: the record that it would come with */
    step.record.hub_time_ms = INT64_MAX; /* no hub has dated it */
    replay->looking = true;
    samme_arena_reset(&replay->scratch);
    samme_status status =
        samme_fold(&replay->rows, &at, entry, &replay->scratch, &quarantined, error);
    if (status != SAMME_OK)
        return status;
    status = quarantined ? report_quarantined(replay, &at)
                         : samme_audit_entry(replay, &step, &at, entry);
    if (status != SAMME_OK)
        return samme_fail(error, status, "branch %u epoch %u entry %llu: cannot be checked: %s",
                          at.branch, at.epoch, (unsigned long long)at.index,
                          samme_status_name(status));
    replay->entries++;
    replay->decisions += step.decisions;
    return SAMME_OK;
}
