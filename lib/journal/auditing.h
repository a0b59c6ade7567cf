/* Inside the audit: one entry that was folded and accepted, under audit. Statuses are of the rows
 * or memory only; what is wrong is a finding. Pure. */
#ifndef SAMME_JOURNAL_AUDITING_H
#define SAMME_JOURNAL_AUDITING_H

#include "journal/replaying.h"

typedef struct samme_entry_audit {
    samme_replay *replay;
    samme_replay_step *step;
    const samme_position *at;
    samme_position decision; /* where the decision stands that it is about */
    int64_t time_ms;         /* the entry's own; 0: it says none */
} samme_entry_audit;

/* Of the statuses of a look-up, those that are not about what was looked for. */
bool samme_memory_or_rows(samme_status status);

samme_status samme_audit_anchor(const samme_entry_audit *a,
                                const Samme__Anchor *anchor) SAMME_CHECKED;
/* By the time that the entry or its record says, with what its branch had anchored. */
samme_status samme_audit_release_taken(const samme_entry_audit *a,
                                       const Samme__ReleaseTaken *taken) SAMME_CHECKED;
/* A decision is made under the release that its case was opened under; where that says none, under
 * the one its branch had taken. */
samme_status samme_audit_release(const samme_entry_audit *a, const Samme__ReturnDecided *decided,
                                 const Samme__ReturnOpened *opened) SAMME_CHECKED;
/* The releases that answer it, chosen again (past.h); today NULL, and reported, when they cannot
 * be. `report` false: it was reported before. */
typedef struct samme_audited_case {
    const Samme__ReturnOpened *opened;
    const Samme__ReturnDecided *decided;
    const Samme__ReceiptRow *sale; /* NULL: none is known at the horizon */
    const samme_horizon *horizon;
} samme_audited_case;
samme_status samme_audit_past(const samme_entry_audit *a, const samme_audited_case *of, bool report,
                              samme_releases *out) SAMME_CHECKED;
/* `today` of a return is the day on which it was opened, or it says that it was recorded later; and
 * the release it names is the one that its branch had taken. */
samme_status samme_audit_opened(const samme_entry_audit *a,
                                const Samme__ReturnOpened *opened) SAMME_CHECKED;
/* The local day at which the entry says it was written, by the offsets of the release that the
 * branch had taken. *out_known is false where that cannot be told. */
samme_status samme_day_written(const samme_entry_audit *a, int32_t *out,
                               bool *out_known) SAMME_CHECKED;

#endif
