/* Inside the fold: what one call works with, and the rules by subject. A rule checks everything
 * before it puts its first row; what it refuses, it refuses with one of a fixed set of reasons
 * (README.md), which are part of the format. */
#ifndef SAMME_HISTORY_FOLDING_H
#define SAMME_HISTORY_FOLDING_H

#include "history/row.h"

typedef struct samme_weighing samme_weighing;

typedef struct samme_folding {
    const samme_rows *rows;
    const samme_position *position;
    samme_arena *arena;
    samme_fold_run *run;
    const char *refused;             /* why the entry goes into quarantine; NULL: it does not */
    struct samme_weighing *weighing; /* lines whose refunds the entry has changed (excess.c) */
} samme_folding;

/* Says why and returns SAMME_OK: a refused entry is no failure of the fold. */
samme_status samme_fold_refuse(samme_folding *folding, const char *reason) SAMME_CHECKED;
/* Puts a digested row. SAMME_TOO_LARGE, with nothing put, when it exceeds a row's maximum. */
samme_status samme_fold_put(samme_folding *folding, samme_digest_group group,
                            const samme_row_key *key, const void *message) SAMME_CHECKED;
/* The same of a row that is known not to be there. */
samme_status samme_fold_put_new(samme_folding *folding, samme_digest_group group,
                                const samme_row_key *key, const void *message) SAMME_CHECKED;
/* Puts a row outside the digest. */
samme_status samme_fold_put_plain(samme_folding *folding, const samme_row_key *key,
                                  const void *message) SAMME_CHECKED;

samme_status samme_fold_sale(samme_folding *folding, const Samme__Sale *sale) SAMME_CHECKED;
samme_status samme_fold_return_opened(samme_folding *folding,
                                      const Samme__ReturnOpened *opened) SAMME_CHECKED;
samme_status samme_fold_return_decided(samme_folding *folding,
                                       const Samme__ReturnDecided *decided) SAMME_CHECKED;
samme_status samme_fold_return_done(samme_folding *folding,
                                    const Samme__ReturnDone *done) SAMME_CHECKED;
samme_status samme_fold_return_approved(samme_folding *folding,
                                        const Samme__ReturnApproved *approved) SAMME_CHECKED;
samme_status samme_fold_day_closed(samme_folding *folding,
                                   const Samme__DayClosed *day) SAMME_CHECKED;
samme_status samme_fold_goods_received(samme_folding *folding,
                                       const Samme__GoodsReceived *goods) SAMME_CHECKED;
samme_status samme_fold_return_recorded(samme_folding *folding,
                                        const Samme__ReturnRecorded *recorded) SAMME_CHECKED;

/* Of fold_return.c, for what comes before or after a decision: the case an entry goes on with
 * (NULL: refused), its row (held: as it was, NULL: it is new), and the slice of a line that may be
 * paid from here on; spends_loan: its decision names one for it; outcome: where it is known. */
samme_status samme_fold_own_case(samme_folding *folding, const char *code,
                                 const Samme__CaseRow **out) SAMME_CHECKED;
samme_status samme_fold_put_case(samme_folding *folding, const Samme__CaseRow *held,
                                 const Samme__CaseRow *row) SAMME_CHECKED;
samme_status samme_fold_put_slice(samme_folding *folding, const samme_row_key *receipt_key,
                                  const char *case_code, const Samme__LineDecision *line,
                                  bool spends_loan, Samme__ReturnOutcome outcome) SAMME_CHECKED;
samme_status samme_fold_line_lent(samme_folding *folding,
                                  const Samme__LineLent *lent) SAMME_CHECKED;
samme_status samme_fold_given_back(samme_folding *folding,
                                   const Samme__GivenBack *given) SAMME_CHECKED;
/* The loans that a decision names, when it has a receipt: checked before any row is put, ended
 * after. */
samme_status samme_fold_check_loans(samme_folding *folding, const samme_row_key *receipt_key,
                                    const Samme__ReturnDecided *decided) SAMME_CHECKED;
/* The same of an approval of the case's decision, whose approvable lines keep their loans until
 * then; and whether its home branch still has what it did not borrow. */
samme_status samme_fold_check_approval(samme_folding *folding, const samme_row_key *receipt_key,
                                       const Samme__CaseRow *held,
                                       const Samme__ReturnApproved *approved) SAMME_CHECKED;
samme_status samme_fold_end_approved_loans(samme_folding *folding, const samme_row_key *receipt_key,
                                           const Samme__CaseRow *held,
                                           const Samme__ReturnApproved *approved) SAMME_CHECKED;
samme_status samme_fold_end_loans(samme_folding *folding, const samme_row_key *receipt_key,
                                  const Samme__ReturnDecided *decided) SAMME_CHECKED;
/* Checks the frame and folds the event within, by the rules of its kind. */
samme_status samme_fold_carried(samme_folding *folding, const samme_entry *entry) SAMME_CHECKED;
/* What the kind's rule makes of an entry at folding->position. */
samme_status samme_fold_body(samme_folding *folding, const samme_entry *entry) SAMME_CHECKED;
/* excess.c: puts a slice, whose line is weighed when the entry is through; and likewise all lines
 * with slices of a receipt that is complete only now. One entry is about one receipt. */
samme_status samme_fold_put_refund(samme_folding *folding, const samme_row_key *receipt_key,
                                   const samme_row_key *key,
                                   const Samme__RefundSlice *slice) SAMME_CHECKED;
samme_status samme_fold_sale_came(samme_folding *folding,
                                  const samme_row_key *receipt_key) SAMME_CHECKED;
/* Behind an accepted entry: what it changed is weighed, and each line's alarm follows. */
samme_status samme_fold_weigh(samme_folding *folding) SAMME_CHECKED;
/* awaited.c: the receipt is to be weighed when it is complete; and whether it was, which it is not
 * any more. */
samme_status samme_fold_await(samme_folding *folding,
                              const samme_row_key *receipt_key) SAMME_CHECKED;
samme_status samme_fold_awaited(samme_folding *folding, const samme_row_key *receipt_key,
                                bool *out) SAMME_CHECKED;
/* fold_alarm.c: the numbers of a line as they are now, and whether they are beyond what was sold:
 * its alarm is raised, brought up to date, or gone. */
samme_status samme_fold_excess(samme_folding *folding, const samme_row_key *receipt_key,
                               const Samme__AlarmRow *numbers, bool exceeds) SAMME_CHECKED;
samme_status samme_fold_alarm_taken(samme_folding *folding,
                                    const Samme__AlarmTaken *taken) SAMME_CHECKED;
samme_status samme_fold_alarm_resolved(samme_folding *folding,
                                       const Samme__AlarmResolved *resolved) SAMME_CHECKED;
samme_status samme_fold_anchor(samme_folding *folding, const Samme__Anchor *anchor) SAMME_CHECKED;
/* time_ms: of the entry. */
samme_status samme_fold_release_taken(samme_folding *folding, const Samme__ReleaseTaken *taken,
                                      int64_t time_ms) SAMME_CHECKED;

#endif
