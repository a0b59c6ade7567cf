/* The entries of a node's data folder that the audited journal does not hold: folded and decided
 * again on top of it, and counted apart. Those up to the newest checkpoint are signed and not
 * merged; the rest is the unsigned tail, for which nobody has answered yet: it is never exported.
 */
#ifndef SAMME_CLI_AUDIT_TAIL_H
#define SAMME_CLI_AUDIT_TAIL_H

#include "cli/auditing.h"

#define SAMME_TAIL_FINDINGS_MAX 100u /* kept of each source; more are counted */
#define SAMME_TAIL_ENTRIES_MAX  1000000u

typedef struct samme_tail_finding {
    bool is_signed;
    samme_finding finding;
} samme_tail_finding;

typedef struct samme_audit_tail {
    uint64_t entries, decisions; /* looked at, decided again */
    const char *left_out;        /* why the rest, or all, was not looked at; NULL: all was */
    samme_tail_finding *findings;
    size_t finding_count; /* kept */
    uint64_t findings_total, signed_findings;
} samme_audit_tail;

typedef struct samme_tail_asked {
    uint32_t branch, epoch;
    uint64_t merged, newest_signed, size; /* of that log */
} samme_tail_asked;

/* Of `log`, which is open, on top of `replay`, which is as before behind it. */
samme_status samme_audit_look_at_tail(samme_audit_tail *tail, samme_replay *replay,
                                      samme_space *log,
                                      const samme_tail_asked *asked) SAMME_CHECKED;
void samme_audit_tail_free(samme_audit_tail *tail);

#endif
