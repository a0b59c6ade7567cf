/* Inside the replay: one record on its way into the rows. */
#ifndef SAMME_JOURNAL_REPLAYING_H
#define SAMME_JOURNAL_REPLAYING_H

#include "journal/difference.h"
#include "journal/record.h"
#include "journal/replay.h"

/* What a record changes in the replay itself; taken over only when all of it succeeded. */
typedef struct samme_replay_step {
    samme_record record;
    uint64_t index; /* of the record */
    samme_roster roster;
    bool new_roster;
    samme_release release;
    bool new_release;
    samme_root root;
    bool new_root;
    uint64_t entries;
    uint64_t decisions;
} samme_replay_step;

samme_status samme_replay_batch(samme_replay *replay, samme_replay_step *step,
                                const samme_batch *batch, samme_error *error) SAMME_CHECKED;
samme_status samme_replay_roster(samme_replay *replay, samme_replay_step *step,
                                 samme_error *error) SAMME_CHECKED;
samme_status samme_replay_release(samme_replay *replay, samme_replay_step *step,
                                  samme_error *error) SAMME_CHECKED;
samme_status samme_replay_root(samme_replay *replay, samme_replay_step *step,
                               samme_error *error) SAMME_CHECKED;
samme_status samme_replay_halt(samme_replay *replay, samme_replay_step *step,
                               samme_error *error) SAMME_CHECKED;

/* The rows of a release (releases.c): that it is in the journal, and what a halt of it adds.
 * SAMME_STALE: nothing more is held back by it. */
samme_status samme_put_release(const samme_replay *replay, const samme_replay_step *step,
                               const samme_release *release) SAMME_CHECKED;
samme_status samme_put_halt(const samme_replay *replay, const samme_replay_step *step,
                            const samme_halt *halt) SAMME_CHECKED;

/* A release's policy with what its note says of the past. */
typedef struct samme_compiled_release {
    uint64_t version;
    uint64_t used; /* when it was asked for last */
    samme_hash note_hash;
    uint64_t baseline;
    size_t keep_count;
    samme_release_kept *keeps; /* in order of version */
    samme_policy *policy;
} samme_compiled_release;
/* As samme_replay_policy. */
samme_status samme_replay_compiled(samme_replay *replay, uint64_t version,
                                   const samme_compiled_release **out,
                                   samme_error *error) SAMME_CHECKED;

/* A branch whose epoch the roster takes back, or NULL: no epoch that has ended begins again. */
samme_status samme_replay_epochs_follow(samme_replay *replay, const samme_roster *roster,
                                        const samme_roster_branch **out_back) SAMME_CHECKED;
/* Ends the epochs that step->roster replaces. */
samme_status samme_replay_epochs(samme_replay *replay,
                                 const samme_replay_step *step) SAMME_CHECKED;

/* A note or document by hash, the hash checked. SAMME_LATER when it is not held. */
samme_status samme_replay_fetch(const samme_replay *replay, const samme_hash *hash, samme_span *out,
                                samme_error *error) SAMME_CHECKED;
/* Packs and puts a control row. */
samme_status samme_replay_put(const samme_replay *replay, samme_span key,
                              const void *message) SAMME_CHECKED;

/* Checks an entry that was folded and accepted, with the rows as they are now: decides again,
 * compares anchors. Statuses are of the rows or memory only; what is wrong is a finding. */
samme_status samme_audit_entry(samme_replay *replay, samme_replay_step *step,
                               const samme_position *position, samme_span entry) SAMME_CHECKED;

void samme_report(const samme_replay *replay, samme_finding_kind kind,
                  const samme_position *position, const char *format, ...) SAMME_PRINTF(4, 5);
/* The same about a line of a case (0: the case), with the difference if it is one. */
void samme_report_line(const samme_replay *replay, samme_finding_kind kind,
                       const samme_position *position, const char *case_code, uint32_t line,
                       const samme_difference *difference, const char *format, ...)
    SAMME_PRINTF(7, 8);

void samme_policy_cache_free(struct samme_policy_cache *cache); /* accepts NULL */

#endif
