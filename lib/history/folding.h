/* Inside the fold: what one call works with, and the rules by subject. A rule checks everything
 * before it puts its first row; what it refuses, it refuses with one of a fixed set of reasons
 * (README.md), which are part of the format. */
#ifndef SAMME_HISTORY_FOLDING_H
#define SAMME_HISTORY_FOLDING_H

#include "history/digest.h"
#include "history/row.h"

typedef struct samme_folding {
    const samme_rows *rows;
    const samme_position *position;
    samme_arena *arena;
    samme_buffer packed; /* the row being put */
    samme_digests digests;
    const char *refused; /* why the entry goes into quarantine; NULL: it does not */
} samme_folding;

/* Says why and returns SAMME_OK: a refused entry is no failure of the fold. */
samme_status samme_fold_refuse(samme_folding *folding, const char *reason) SAMME_CHECKED;
/* Puts a digested row. SAMME_TOO_LARGE, with nothing put, when it exceeds a row's maximum. */
samme_status samme_fold_put(samme_folding *folding, samme_digest_group group,
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
/* Of fold_return.c, for an approval: the case an entry goes on with (NULL: refused), its row, and
 * the slice of a line that may be paid from here on; spends_loan: its decision names one for it. */
samme_status samme_fold_own_case(samme_folding *folding, const char *code,
                                 const Samme__CaseRow **out) SAMME_CHECKED;
samme_status samme_fold_put_case(samme_folding *folding, const Samme__CaseRow *row) SAMME_CHECKED;
samme_status samme_fold_put_slice(samme_folding *folding, const samme_row_key *receipt_key,
                                  const Samme__ReturnDecided *decided,
                                  const Samme__LineDecision *line, bool spends_loan) SAMME_CHECKED;
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
samme_status samme_fold_anchor(samme_folding *folding, const Samme__Anchor *anchor) SAMME_CHECKED;
samme_status samme_fold_release_taken(samme_folding *folding,
                                      const Samme__ReleaseTaken *taken) SAMME_CHECKED;

#endif
