/* The one replay: journal records with their content become checked state. Hub, node and auditor
 * run this. Pure.
 *
 * A record is accepted whole or not at all: when a check fails nothing is written and the status
 * says why. What is wrong inside a signed entry is the fold's to quarantine and stops nothing; so
 * is a root, roster or release record whose note does not verify or does not follow the one held:
 * it is not adopted, is quarantined under branch 0, and the rest flows. A note counts when the root
 * in force at its record says so, whatever root is in force later.
 *
 * Control rows, outside the digest:
 *   j  CursorRow: the journal's compact range, hub time, root, roster and newest release
 *   J  root by size
 *   t  a release by version: hash of its note, when it may be taken where, its record
 *   T  halts of a release by version
 * and in b (branch) the compact range of each branch log. */
#ifndef SAMME_JOURNAL_REPLAY_H
#define SAMME_JOURNAL_REPLAY_H

#include "history/fold.h"
#include "history/query.h"
#include "policy/policy.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"
#include "trust/trust.h"

/* What a record points at. Answers live until the next call. */
typedef struct samme_content {
    void *self;
    /* Notes and documents by hash; the replay checks the hash. SAMME_NOT_FOUND: not held yet. */
    samme_status (*document)(void *self, const samme_hash *hash, samme_span *out) SAMME_CHECKED;
} samme_content;

typedef enum samme_finding_kind {
    SAMME_FINDING_QUARANTINED, /* an entry or record that no version may accept */
    SAMME_FINDING_DECISION,    /* decided again, the answer differs */
    SAMME_FINDING_FACT,        /* a derived fact is not what the logs give */
    SAMME_FINDING_RELEASE,     /* decided under, or took, a release that was not in force there */
    SAMME_FINDING_ANCHOR,      /* the branch saw another journal */
    SAMME_FINDING_UNDECIDABLE, /* a decision that cannot be decided again: documents missing,
                                  version unknown */
    SAMME_FINDING_APPROVAL,    /* approved what the log and the policy do not let be approved */
    SAMME_FINDING_TIME,        /* an entry's own time and the day it says cannot both be so */
    SAMME_FINDING_DAY_TOTAL,   /* what a till counted in a day is not what its log holds */
    SAMME_FINDING_KNOWN,       /* the journal never came to what was known when enrolled */
    SAMME_FINDING_BASIS_LOST,  /* a derived fact of a decision that was carried over: its branch
                                  may have counted entries that were not */
    SAMME_FINDING_KIND_COUNT
} samme_finding_kind;
const char *samme_finding_name(samme_finding_kind kind);

typedef struct samme_finding {
    samme_finding_kind kind;
    samme_position position;
    char text[400]; /* names what was expected and what was found */
    /* Where it is about a case; "" and 0 where not. */
    char case_code[SAMME_CASE_CODE_MAX_BYTES + 1];
    uint32_t line;
    /* Where one fact or one part of an answer differs: which, what the log gives and what the entry
     * says; field is NULL where not. */
    const char *field;
    char expected[80];
    char found[80];
} samme_finding;

/* A decided line under audit: as it was said, and as it comes out again. */
typedef struct samme_audited_line {
    const samme_position *position;
    const Samme__ReturnDecided *decided;
    const Samme__ReturnOpened *opened;
    const Samme__LineDecision *said;
    const Samme__Facts *facts;    /* as the log gives them; NULL: its basis is not possible */
    const Samme__Answer *again;   /* of the facts said; NULL: it cannot be decided again */
    const Samme__Answer *proper;  /* of the facts that the log gives; `again` when these are those
                                     said; NULL: as the two above */
    const Samme__Answer *undated; /* of the facts said, but on the day on which it was decided;
                                     NULL: that is the day it was opened, or as above */
} samme_audited_line;

/* A branch's checkpoint whose signature nobody has looked at yet. */
typedef struct samme_unsigned_note {
    uint32_t branch, epoch;
    uint64_t journal_index;
    const samme_vkey *log_key;
    samme_span note;
} samme_unsigned_note;

typedef struct samme_replay_options {
    /* Recompute roots, verify notes. The hub has done it when it took the batch; rows folded
     * without it cannot be gone on with checking (SAMME_CORRUPT), they are built anew. */
    bool check_content;
    bool decide_again; /* recompute facts, decide again, check anchors: the audit */
    /* What is looked at: records from this index and of this hub time on; entries of this branch
     * (0: all). Nothing is found elsewhere; a journal record counts for every branch. */
    uint64_t since_index;
    int64_t since_ms;
    uint32_t only_branch;
    /* Of decide_again, with `observer`: each entry of any branch that the fold accepted, behind it;
     * each line of a decision looked at. What is pointed at is valid during the call. May be NULL.
     */
    samme_status (*entry)(void *observer, const samme_position *position,
                          samme_span bytes) SAMME_CHECKED;
    samme_status (*line)(void *observer, const samme_audited_line *line) SAMME_CHECKED;
    void *observer;
    /* When set, the signature of a batch's note is not looked at: each note that fits its batch is
     * handed over instead, with the key it must be signed by. A root covers all before it, so the
     * newest of a log proves the log. Note and key are valid during the call only; a status that is
     * not SAMME_OK refuses the record. */
    samme_status (*unsigned_note)(void *context,
                                  const struct samme_unsigned_note *note) SAMME_CHECKED;
    void *unsigned_note_context;
    samme_known known; /* the journal's root of this version must be that one (SAMME_MISMATCH) */
    void (*finding)(void *context, const samme_finding *finding); /* may be NULL */
    void *finding_context;
} samme_replay_options;

typedef struct samme_replay {
    samme_rows rows;
    samme_content content;
    samme_replay_options options;
    const samme_root *enrolled; /* with which the journal begins */
    samme_root root;            /* in force at the cursor */
    samme_range range;          /* of the journal folded so far; range.size is the cursor */
    int64_t hub_time_ms;
    int64_t record_ms;   /* hub time of the record under way, or of the newest */
    samme_roster roster; /* in force at the cursor; version 0: none yet */
    samme_hash roster_hash;
    samme_release release; /* newest in the journal; version 0: none yet */
    samme_hash release_hash;
    uint64_t decisions; /* lines decided again, in this run */
    uint64_t entries;   /* folded so far, in this run */
    bool looking;       /* options.since_... have come */
    uint64_t in_force;  /* set by who follows: the policy of this release is not given up */
    struct samme_policy_cache *policies;
    samme_arena scratch;
} samme_replay;

/* Loads the cursor, root, roster and release from the rows (an empty table is the empty journal).
 * `root` is in force until a record replaces it; it and what rows and content point at must outlive
 * the replay. SAMME_CORRUPT when the rows contradict themselves or a held note is gone. */
samme_status samme_replay_init(samme_replay *replay, const samme_root *root, samme_rows rows,
                               samme_content content, const samme_replay_options *options,
                               samme_error *error) SAMME_CHECKED;
void samme_replay_fini(samme_replay *replay);

/* What the entries of one batch may put into rows, keys and values together. Entries are small, but
 * the rows they change need not be: those behind the one that passes this are quarantined, so that
 * a record always fits one commit. Part of the format. */
#define SAMME_RECORD_PUTS_MAX_BYTES (32u * 1024u * 1024u)

/* The content of a batch record: the entries of [old, new) and the branch's note. */
typedef struct samme_batch {
    const samme_span *entries;
    size_t count;
    samme_span note;
} samme_batch;

/* Checks and folds record number replay->range.size. `batch` is needed for batch records (else
 * NULL). On any status but SAMME_OK the replay is as before, but rows may have been put: the caller
 * drops them (abandons its step). SAMME_MALFORMED, SAMME_MISMATCH (old size, root, note hash,
 * count), SAMME_BAD_SIGNATURE, SAMME_DENIED (branch not in the roster, retired epoch), SAMME_LATER
 * (a note or document is not held), SAMME_UNSUPPORTED (a record kind of a later version), or of the
 * rows. */
samme_status samme_replay_record(samme_replay *replay, samme_span record, const samme_batch *batch,
                                 samme_error *error) SAMME_CHECKED;

/* An entry of a branch's own log that no record holds: folded and audited as if it came with the
 * next record, in the order of that log. The replay's rows must be a layer over those of the
 * journal meanwhile, which takes what is put; what is found goes where findings go, `entries` and
 * `decisions` grow. A replay that audits only. */
samme_status samme_replay_tail(samme_replay *replay, const samme_position *position,
                               samme_span entry, samme_error *error) SAMME_CHECKED;
/* The journal epoch that records, hellos, anchors and bases name: the roster's, 1 before one. */
uint32_t samme_replay_journal_epoch(const samme_replay *replay);
/* Root of the journal at a size the replay has passed; SAMME_NOT_FOUND beyond. */
samme_status samme_replay_root_at(const samme_replay *replay, uint64_t size,
                                  samme_hash *out) SAMME_CHECKED;
/* A branch's log as folded, in that epoch; the empty range when nothing of it came or a later epoch
 * began. SAMME_NOT_FOUND when it was folded without check_content: then only its size is kept, in
 * its BranchRow. */
samme_status samme_replay_branch(const samme_replay *replay, uint32_t branch, uint32_t epoch,
                                 samme_range *out) SAMME_CHECKED;
/* The policy of a release that the journal holds, compiled. Kept are the SAMME_POLICIES_KEPT asked
 * for last, and that of `in_force`: any other lives until so many others were asked for.
 * SAMME_LATER when a document is not held. */
#define SAMME_POLICIES_KEPT 16u
samme_status samme_replay_policy(samme_replay *replay, uint64_t release_version,
                                 const samme_policy **out, samme_error *error) SAMME_CHECKED;
/* Hash of the note of a release version in the journal; SAMME_NOT_FOUND. */
samme_status samme_replay_release_hash(const samme_replay *replay, uint64_t version,
                                       samme_hash *out) SAMME_CHECKED;
/* Whether a branch that knows `journal_size` records may take a release of this journal at that
 * time. SAMME_NOT_FOUND: there is no such release. */
typedef enum samme_release_standing {
    SAMME_RELEASE_DUE,
    SAMME_RELEASE_AHEAD, /* the time of its wave has not come */
    SAMME_RELEASE_HALTED /* its wave is held back, for good */
} samme_release_standing;
typedef struct samme_release_asked {
    uint32_t branch;
    int64_t time_ms;
    uint64_t journal_size;
} samme_release_asked;
samme_status samme_replay_release_standing(const samme_replay *replay, uint64_t version,
                                           const samme_release_asked *asked,
                                           samme_release_standing *out_standing,
                                           int64_t *out_due_ms) SAMME_CHECKED;
/* The newest release above version `above` that a branch may take at that time, by all that was
 * folded. SAMME_NOT_FOUND when there is none. */
samme_status samme_replay_release_due(const samme_replay *replay, uint64_t above, uint32_t branch,
                                      int64_t time_ms, uint64_t *out_version,
                                      samme_hash *out_hash) SAMME_CHECKED;
/* The first wave of a release that is held back, 0: none is; and the record that holds it back. */
samme_status samme_replay_release_halted(const samme_replay *replay, uint64_t version,
                                         uint32_t *out_wave, uint64_t *out_index) SAMME_CHECKED;
/* Index of the record that brought a release; SAMME_NOT_FOUND. 0 also in rows of older code. */
samme_status samme_replay_release_record(const samme_replay *replay, uint64_t version,
                                         uint64_t *out_index) SAMME_CHECKED;
/* Whether notes and documents of all that a release in the journal keeps are held. SAMME_LATER when
 * not. */
samme_status samme_replay_keeps_held(const samme_replay *replay, uint64_t version,
                                     samme_error *error) SAMME_CHECKED;
/* Whether a release in the journal has expired: what it says still holds, with caution. */
samme_status samme_replay_release_expired(const samme_replay *replay, uint64_t version,
                                          int64_t time_ms, bool *out) SAMME_CHECKED;
/* Whether the journal has come to all that the options name as known. Before, what it says is not
 * acted on: it may be a history made with keys that were replaced because they were stolen. */
bool samme_replay_known_reached(const samme_replay *replay);

#endif
