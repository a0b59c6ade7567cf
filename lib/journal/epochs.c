/* Epochs of the branches' logs: a roster that names another one ends the one before, at what the
 * journal holds of it. */
#include "history/row.h"
#include "journal/replaying.h"

/* A branch at a roster record: the epoch in force before it (0: none yet), and its row. */
typedef struct branch_before {
    uint32_t epoch;
    const Samme__BranchRow *row; /* NULL: none */
} branch_before;

static samme_status find_before(samme_replay *replay, uint32_t number, branch_before *out) {
    const samme_roster_branch *held = samme_roster_branch_by_number(&replay->roster, number);
    *out = (branch_before){.epoch = held == NULL ? 0 : held->epoch};
    samme_arena_reset(&replay->scratch);
    samme_status status = samme_find_branch(&replay->rows, number, &replay->scratch, &out->row);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    if (status == SAMME_OK && out->row->epoch > out->epoch) /* it was out of the roster meanwhile */
        out->epoch = out->row->epoch;
    return status;
}

/* Most branches stay as they are, and have no row looked up. */
static bool stays(const samme_replay *replay, const samme_roster_branch *branch) {
    const samme_roster_branch *held =
        samme_roster_branch_by_number(&replay->roster, branch->number);
    return held != NULL && held->epoch == branch->epoch;
}

samme_status samme_replay_epochs_follow(samme_replay *replay, const samme_roster *roster,
                                        const samme_roster_branch **out_back) {
    *out_back = NULL;
    for (size_t i = 0; i < roster->branch_count; i++) {
        branch_before before;
        if (stays(replay, &roster->branches[i]))
            continue;
        samme_status status = find_before(replay, roster->branches[i].number, &before);
        if (status != SAMME_OK)
            return status;
        if (roster->branches[i].epoch < before.epoch) {
            *out_back = &roster->branches[i];
            return SAMME_OK;
        }
    }
    return SAMME_OK;
}

static samme_status end_epoch(const samme_replay *replay, uint64_t journal_index,
                              const samme_roster_branch *branch, const branch_before *before) {
    Samme__EpochRow ended = SAMME__EPOCH_ROW__INIT;
    ended.journal_index = journal_index;
    Samme__BranchRow row = SAMME__BRANCH_ROW__INIT;
    if (before->row != NULL) /* what it has taken and anchored stays */
        row = *before->row;
    if (row.epoch == before->epoch)
        ended.size = row.size;
    row.branch = branch->number;
    row.epoch = branch->epoch;
    row.size = 0;
    row.range = (ProtobufCBinaryData){0};
    samme_row_key key;
    samme_epoch_key(branch->number, before->epoch, &key);
    samme_status status = samme_replay_put(replay, samme_row_key_span(&key), &ended);
    samme_branch_key(branch->number, &key);
    return status == SAMME_OK ? samme_replay_put(replay, samme_row_key_span(&key), &row) : status;
}

samme_status samme_replay_epochs(samme_replay *replay, const samme_replay_step *step) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; status == SAMME_OK && i < step->roster.branch_count; i++) {
        const samme_roster_branch *branch = &step->roster.branches[i];
        branch_before before;
        if (stays(replay, branch))
            continue;
        status = find_before(replay, branch->number, &before);
        if (status == SAMME_OK && before.epoch != 0 && before.epoch < branch->epoch)
            status = end_epoch(replay, step->index, branch, &before);
    }
    return status;
}
