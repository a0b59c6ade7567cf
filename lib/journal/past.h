/* Which releases answer a return: that of the day of purchase beside the one it is decided under.
 * Chosen by the node that decides, and by the audit again; both by what the journal held when it
 * was decided. Pure.
 *
 * The receipt names the release in force where it was sold; of one keyed from paper it is what the
 * branch that sold it had taken by the end of that day. It is held when it is the one decided
 * under, one that this one keeps, or a newer one of the journal: sold where an earlier wave had it
 * already. A receipt that names none is older than Samme and falls under the baseline. One that
 * names a release which is not held falls under what the policy says (`not_held`). */
#ifndef SAMME_JOURNAL_PAST_H
#define SAMME_JOURNAL_PAST_H

#include "history/query.h"
#include "journal/replay.h"

/* Of bases from this version of the facts on, the choice is part of the entry. */
#define SAMME_PAST_SINCE_FACTS 3u

typedef struct samme_past {
    samme_releases releases; /* policies as samme_replay_policy says */
    Samme__PastChoice choice;
    uint64_t version; /* of the past release that takes part; 0: none does */
    samme_hash note_hash;
    uint64_t not_held; /* what the receipt names, where choice is not_held */
} samme_past;

typedef struct samme_past_asked {
    uint64_t today; /* the release decided under; it must be in the journal */
    const Samme__ReturnOpened *opened;
    const Samme__Sale *sale; /* as known at the horizon; NULL: it is not */
    const samme_rows *rows;  /* of the branches */
    const samme_horizon *horizon;
    uint64_t journal_size; /* records that who decides had folded */
} samme_past_asked;
/* Uses the scratch given. Statuses and errors as samme_replay_policy. */
samme_status samme_choose_past(samme_replay *replay, const samme_past_asked *asked,
                               samme_arena *scratch, samme_past *out,
                               samme_error *error) SAMME_CHECKED;

/* The release that a branch had taken at that moment, as far as the horizon (NULL: all) shows; 0:
 * none. A branch whose row says nothing of moments has what it has. */
uint64_t samme_taken_at(const Samme__BranchRow *row, int64_t moment_ms,
                        const samme_horizon *horizon);

/* Writes the choice into a basis; `room` is what it then points to. */
void samme_past_basis(const samme_past *past, Samme__Basis *basis, Samme__ReleaseRef *room);
/* Whether a basis says another choice; *out_why (of at least 160 bytes) then names both. A basis of
 * older facts that says none is taken as today's alone: *out_alone. */
bool samme_past_differs(const samme_past *past, const Samme__Basis *basis, bool *out_alone,
                        char out_why[static 160]);

#endif
