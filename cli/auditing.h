/* An audit under way: the journal followed from record 0 and replayed, each entry and decision
 * checked, in a scratch folder that goes when it ends. */
#ifndef SAMME_CLI_AUDITING_H
#define SAMME_CLI_AUDITING_H

#include "cli/peer.h"
#include "daemon/stores.h"
#include "journal/tally.h"
#include "journal/times.h"
#include "sync/follow.h"

#define SAMME_FINDINGS_MAX   10000u /* kept; more are counted */
#define SAMME_UNRESOLVED_MAX 10000u
#define SAMME_LATE_DAYS_MAX  1000u

/* Zeros are an audit of everything. */
typedef struct samme_audit_options {
    /* A branch's newest note proves its whole log, so it alone is verified, for each log (branch
     * and epoch). every_signature: all notes are, also those that a newer one has replaced. */
    bool every_signature;
    /* As samme_replay_options: what is looked at. All is folded all the same. */
    uint32_t only_branch;
    uint64_t since_index;
    int64_t since_ms;
    /* A file that keeps how far an audit came, with the state folded so far in FILE.data: this one
     * begins there and moves it on. Made when absent. NULL: begin at record 0, keep nothing. */
    const char *state_file;
    /* Beside the audit's own: see samme_replay_options. The third is called at the end, when rows
     * can be read. All may be NULL. */
    samme_status (*entry)(void *observer, const samme_position *position,
                          samme_span bytes) SAMME_CHECKED;
    samme_status (*line)(void *observer, const samme_audited_line *line) SAMME_CHECKED;
    samme_status (*end)(void *observer, const samme_replay *replay) SAMME_CHECKED;
    /* Called with the log that holds what was audited, readable, and the hub's newest signed head
     * or nothing: to compare it with others. */
    samme_status (*held)(void *observer, samme_space *log, samme_replay *replay,
                         samme_span head_note) SAMME_CHECKED;
    void *observer;
} samme_audit_options;

/* A day of a till to which sales were written after it was closed. */
typedef struct samme_audit_late_day {
    uint32_t branch;
    char till[SAMME_TILL_MAX_BYTES + 1];
    char day[11];
    uint64_t sales;
} samme_audit_late_day;

/* Days that tills have closed, as far as they were looked at (journal/day_totals.h). */
typedef struct samme_audit_days {
    uint64_t closed, agree;
    uint64_t returns_not_compared, amounts_not_compared;
    uint64_t late_count; /* those behind SAMME_LATE_DAYS_MAX are counted only */
    samme_audit_late_day *late;
} samme_audit_days;

/* A refund that a till may have paid, and has said nothing of. */
typedef struct samme_unresolved {
    uint32_t branch;
    char case_code[SAMME_CASE_CODE_MAX_BYTES + 1];
    char currency[4];
    int64_t refund;
    int64_t since_ms; /* hub time of the record that let it be paid */
    int64_t age_ms;   /* at the newest record */
} samme_unresolved;

typedef struct samme_audit {
    samme_finding *findings;
    size_t finding_count; /* kept */
    uint64_t findings_total;
    const Samme__AlarmRow **excess; /* in the arena; of only_branch those it sold or refunded */
    size_t excess_count;            /* kept */
    uint64_t excess_total;
    uint64_t excess_pending; /* of these, those whose alarm is open or taken */
    samme_tally *tally;
    samme_times times;
    samme_audit_days days;
    samme_unresolved *unresolved; /* in order of branch, then the oldest first */
    size_t unresolved_count;      /* kept */
    uint64_t unresolved_total;
    uint64_t from_record;     /* 0, or where the audit before this one ended */
    uint64_t findings_before; /* by the audits before this one, by the state file */
    uint64_t journal_size;
    samme_hash journal_root;
    samme_hash state_digest;
    uint64_t release;
    uint64_t entries, decisions;
    uint64_t notes, signatures; /* of batches: there are, verified */
    bool began;                 /* false: not a record was looked at */
    bool head_signed;           /* false: a copy on disk, whose head nobody signed */
    samme_arena arena;
} samme_audit;

/* Pulls from the hub as the peer and audits. SAMME_LATER when the hub stops answering;
 * SAMME_MISMATCH, SAMME_BAD_SIGNATURE and others when a record or its content does not verify, or
 * when the journal is not the one that the state file is about: *error says which. */
samme_status samme_audit_hub(samme_peer *peer, const samme_audit_options *options, samme_audit *out,
                             samme_error *error) SAMME_CHECKED;
/* Audits the data folder of a hub or node, or a folder that samme log export wrote (read only). */
samme_status samme_audit_folder(const samme_enrolment *as, const char *folder,
                                const samme_audit_options *options, samme_audit *out,
                                samme_error *error) SAMME_CHECKED;
void samme_audit_free(samme_audit *audit);
/* Control characters of what came out of logs do not reach a terminal. */
void samme_audit_clean(char *text);
/* One more, or counted only. */
void samme_audit_keep_finding(samme_audit *audit, const samme_finding *finding);

#endif
