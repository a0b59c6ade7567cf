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

samme_status samme_fold_anchor(samme_folding *folding, const Samme__Anchor *anchor) {
    if (anchor->root.len != sizeof(samme_hash))
        return samme_fold_refuse(folding, "anchor without a root");
    Samme__BranchRow row;
    samme_status status = own_row(folding, &row);
    if (status != SAMME_OK)
        return status;
    if (anchor->journal_size < row.anchored)
        return samme_fold_refuse(folding, "anchor goes back");
    row.anchored = anchor->journal_size;
    return put_own_row(folding, &row);
}

samme_status samme_fold_release_taken(samme_folding *folding, const Samme__ReleaseTaken *taken) {
    if (taken->release == NULL || taken->release->note_hash.len != sizeof(samme_hash))
        return samme_fold_refuse(folding, "takes no named release");
    Samme__BranchRow row;
    samme_status status = own_row(folding, &row);
    if (status != SAMME_OK)
        return status;
    if (taken->release->version <= row.release)
        return samme_fold_refuse(folding, "release goes back");
    row.release = taken->release->version;
    return put_own_row(folding, &row);
}
