/* Sources of one journal beside each other: whether what one holds is a beginning of what the other
 * holds, and if not, the proof that somebody signed two histories. */
#ifndef SAMME_CLI_AUDIT_COMPARE_H
#define SAMME_CLI_AUDIT_COMPARE_H

#include "cli/audit_tail.h"
#include "tlog/fork.h"

#define SAMME_COMPARED_MAX 64u

/* Two histories of one log. */
typedef struct samme_audit_fork {
    char log[SAMME_NOTE_NAME_MAX + 1]; /* its origin */
    char other[256];                   /* the source that holds the other history */
    uint64_t from;                     /* the first entry or record in which they differ */
    char vkey[SAMME_VKEY_TEXT_MAX];    /* of the key that signed both, when it is proved */
    samme_buffer proof;                /* tlog/fork.h; empty: not both are signed beyond it */
    char notes[2][600];                /* the two, as texts; "" where nobody signed */
} samme_audit_fork;

/* What another source holds. */
typedef struct samme_audit_source {
    char who[256];
    samme_status status; /* not OK: it cannot be read; text says why */
    char text[400];
    uint64_t journal_size;
    bool forked;
    uint32_t own_branch, own_epoch; /* 0: it has no log of its own */
    uint64_t own_size, own_signed;  /* entries of it; those under its newest checkpoint */
    uint64_t own_merged;            /* entries of that log in the journal that was audited */
    samme_audit_tail tail;          /* what of it lies behind that */
} samme_audit_source;

typedef struct samme_audit_comparison {
    samme_audit_source sources[SAMME_COMPARED_MAX];
    size_t source_count;
    samme_audit_fork forks[SAMME_COMPARED_MAX];
    size_t fork_count;
} samme_audit_comparison;

/* What an audit holds, as its `held` has it, to be compared with. */
typedef struct samme_audit_held {
    const char *enrolment; /* the folder of `as`, to reach a hub with */
    const samme_enrolment *as;
    samme_space *log;
    samme_replay *replay;
    samme_span head_note;
} samme_audit_held;

/* One more source beside it: a data folder, an export, or the journal of a hub (tcp://..).
 * SAMME_NO_MEMORY, SAMME_FULL (SAMME_COMPARED_MAX); a source that cannot be read is said in its
 * place. */
samme_status samme_audit_compare(samme_audit_comparison *comparison, const samme_audit_held *held,
                                 const char *source) SAMME_CHECKED;
/* The audited data folder itself: when it is a node's, its own log beside its journal, as a source.
 */
samme_status samme_audit_compare_own(samme_audit_comparison *comparison,
                                     const samme_audit_held *held,
                                     const char *folder) SAMME_CHECKED;
void samme_audit_comparison_free(samme_audit_comparison *comparison);

#endif
