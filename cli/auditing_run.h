/* Inside the audit: its stores and its steps. */
#ifndef SAMME_CLI_AUDITING_RUN_H
#define SAMME_CLI_AUDITING_RUN_H

#include "cli/audit_state.h"
#include "cli/auditing.h"

/* The newest note of a log; a log is a branch's epoch. */
typedef struct samme_kept_note {
    uint32_t branch, epoch;
    uint64_t journal_index;
    samme_vkey log_key;
    samme_buffer note;
} samme_kept_note;

/* A follower over a folder of its own, which goes when the audit ends unless a state is kept. */
typedef struct samme_audit_run {
    const samme_audit_options *options;
    const samme_enrolment *as;
    char folder[1200];
    samme_stores stores;    /* log (when pulling or loading) and views */
    samme_lmdb_store *copy; /* a data folder's log, read only */
    samme_store copy_port;
    samme_space log, views;
    samme_follow follow;
    bool following;
    samme_audit_state before; /* size 0: begins at record 0 */
    samme_map *touched;       /* keys of days; NULL: none yet */
    samme_kept_note *notes;
    size_t note_count;
    samme_buffer head_note; /* the hub's newest */
    samme_audit *audit;
} samme_audit_run;

/* Opens the folder and, when there is one, the data folder whose log is read instead of its own;
 * both spaces are between steps then. Whatever it says, samme_audit_close() follows. */
samme_status samme_audit_open(samme_audit_run *run, const char *data_folder,
                              samme_error *error) SAMME_CHECKED;
void samme_audit_close(samme_audit_run *run);

samme_status samme_audit_begin(samme_audit_run *run, samme_error *error) SAMME_CHECKED;
/* Ends a step. With a state file it waits until the step is on disk; without one what it wrote is
 * scratch, and is written while the next steps go on, as long as not too much is waiting. */
samme_status samme_audit_end(samme_audit_run *run, samme_error *error) SAMME_CHECKED;
/* What a step that failed has written does not count. True when there was such a step. */
bool samme_audit_drop(samme_audit_run *run);

/* Throws the folded state away; within a step, and again within one then. */
samme_status samme_audit_empty_views(samme_audit_run *run, samme_error *error) SAMME_CHECKED;
/* Whether the folded state, unless it is folded anew, is the one that the state file speaks of, and
 * the log at hand goes through its root. Within a step. SAMME_MISMATCH. */
samme_status samme_audit_resume(samme_audit_run *run, samme_error *error) SAMME_CHECKED;

/* The journal's key at the cursor. */
const samme_vkey *samme_audit_hub_key(const samme_audit_run *run);
/* Pulls and folds all that the hub has, and its newest head. SAMME_LATER when it stops answering.
 */
samme_status samme_audit_pull(samme_audit_run *run, samme_peer *peer,
                              samme_error *error) SAMME_CHECKED;
/* The journal's records alone, into the run's log, up to a head that the hub signed and that they
 * lead to; nothing is folded. Between steps. */
samme_status samme_audit_pull_records(samme_audit_run *run, samme_peer *peer,
                                      const samme_vkey *hub_log, samme_error *error) SAMME_CHECKED;

/* Of an audit that goes on where one ended: which days an entry adds to, so that those closed
 * before are looked at again. SAMME_NO_MEMORY. */
samme_status samme_audit_touch_day(samme_audit_run *run, const samme_position *position,
                                   samme_span entry) SAMME_CHECKED;
/* Days and refunds without an outcome, into the audit; within a step. */
samme_status samme_audit_sum_rows(samme_audit_run *run) SAMME_CHECKED;

/* Whether the folder is what samme log export wrote; else it is a data folder, or none. */
bool samme_audit_is_export(const char *folder);
/* Puts what samme log export wrote into the log, as a follower would hold it; cli/auditing_load.c.
 */
samme_status samme_audit_load_export(samme_audit_run *run, const char *folder,
                                     samme_error *error) SAMME_CHECKED;

#endif
