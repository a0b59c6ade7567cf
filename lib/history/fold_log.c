/* Entries of a branch about itself: what it has seen of the journal, and the release it works
 * under. */
#include "history/folding.h"
#include "history/query.h"

static samme_status own_row(samme_folding *folding, Samme__BranchRow *out) {
    const Samme__BranchRow *row;
    samme_status status =
        samme_find_branch(folding->rows, folding->position->branch, folding->arena, &row);
    if (status == SAMME_OK) {
        *out = *row;
    } else if (status == SAMME_NOT_FOUND) {
        *out = (Samme__BranchRow)SAMME__BRANCH_ROW__INIT;
        out->branch = folding->position->branch;
        status = SAMME_OK;
    }
    return status;
}

static samme_status put_own_row(samme_folding *folding, const Samme__BranchRow *row) {
    samme_row_key key;
    samme_branch_key(folding->position->branch, &key);
    return samme_fold_put_plain(folding, &key, row);
}

/* Said by the first entry of a log, of an epoch that has ended. */
static samme_status lose_epoch(samme_folding *folding, uint32_t epoch) {
    const samme_position *at = folding->position;
    const Samme__EpochRow *held;
    samme_status status = samme_find_epoch(folding->rows, at->branch, epoch, folding->arena, &held);
    if (status == SAMME_NOT_FOUND && at->own_layer && at->again)
        return SAMME_OK; /* it lies ahead */
    if (status == SAMME_NOT_FOUND || (status == SAMME_OK && at->index != 0))
        return samme_fold_refuse(folding, "loses no ended epoch");
    if (status != SAMME_OK)
        return status;
    Samme__EpochRow row = *held;
    row.lost = true;
    samme_row_key key;
    samme_epoch_key(at->branch, epoch, &key);
    return samme_fold_put_plain(folding, &key, &row);
}

samme_status samme_fold_anchor(samme_folding *folding, const Samme__Anchor *anchor) {
    if (anchor->root.len != sizeof(samme_hash))
        return samme_fold_refuse(folding, "anchor without a root");
    Samme__BranchRow row;
    samme_status status = own_row(folding, &row);
    if (status != SAMME_OK)
        return status;
    if (anchor->journal_size < row.anchored)
        return samme_fold_refuse(folding, "anchor goes back");
    if (anchor->lost_epoch != 0) {
        status = lose_epoch(folding, anchor->lost_epoch);
        if (status != SAMME_OK || folding->refused != NULL)
            return status;
    }
    row.anchored = anchor->journal_size;
    return put_own_row(folding, &row);
}

/* In another epoch than this one the same release may be taken once more: a log says it of itself.
 */
static bool taken_in_this_log(const samme_folding *folding, const Samme__BranchRow *row) {
    return (row->release_epoch == 0 ? 1 : row->release_epoch) >= folding->position->epoch;
}

/* When which release was taken: by it the release in force at an earlier moment is found. When the
 * list is full the one behind the first goes, so that what is older than all stays known. */
static samme_status add_taken(samme_folding *folding, int64_t time_ms, Samme__BranchRow *row) {
    enum { TAKEN_MAX = 64 };
    const size_t from = row->n_taken == TAKEN_MAX ? 1 : 0;
    Samme__BranchTaken **list =
        samme_arena_alloc(folding->arena, (row->n_taken + 1) * sizeof *list);
    Samme__BranchTaken *newest = samme_arena_alloc(folding->arena, sizeof *newest);
    if (list == NULL || newest == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = from; i < row->n_taken; i++)
        list[i - from] = row->taken[i];
    if (from > 0)
        list[0] = row->taken[0];
    samme__branch_taken__init(newest);
    newest->release = row->release;
    newest->time_ms = time_ms;
    newest->epoch = folding->position->epoch;
    newest->index = folding->position->index;
    newest->own_layer = folding->position->own_layer;
    newest->journal_index = newest->own_layer ? 0 : folding->position->journal_index;
    row->n_taken -= from;
    list[row->n_taken++] = newest;
    row->taken = list;
    return SAMME_OK;
}

samme_status samme_fold_release_taken(samme_folding *folding, const Samme__ReleaseTaken *taken,
                                      int64_t time_ms) {
    if (taken->release == NULL || taken->release->note_hash.len != sizeof(samme_hash))
        return samme_fold_refuse(folding, "takes no named release");
    Samme__BranchRow row;
    samme_status status = own_row(folding, &row);
    if (status != SAMME_OK)
        return status;
    const uint64_t version = taken->release->version;
    const bool carried = folding->position->first_epoch != 0;
    if (carried && version <= row.release)
        return SAMME_OK; /* it was true when it was written */
    if (version == 0 || version < row.release ||
        (version == row.release && taken_in_this_log(folding, &row)))
        return samme_fold_refuse(folding, "release goes back");
    const bool newer = version > row.release;
    row.release = version;
    row.release_epoch = carried ? folding->position->first_epoch : folding->position->epoch;
    if (newer)
        status = add_taken(folding, time_ms, &row);
    return status == SAMME_OK ? put_own_row(folding, &row) : status;
}
