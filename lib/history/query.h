/* Questions to the rows. Messages live in the arena given. Pure. */
#ifndef SAMME_HISTORY_QUERY_H
#define SAMME_HISTORY_QUERY_H

#include "history/fold.h"

#define SAMME_RECEIPTS_FOUND_MAX 32u

/* Which entries count: those in journal records before journal_size, and those of (branch, epoch)
 * before own_size. A node's present is {branch, epoch, UINT64_MAX, UINT64_MAX}; a past decision's
 * basis names its own. Of a decision that was carried over, `epoch` is where it stood first, and
 * the branch's later epochs count too, the last of them, carried_epoch, before carried_size: that
 * is where what stood between the common part of the logs and the decision has come to. */
typedef struct samme_horizon {
    uint32_t branch;
    uint32_t epoch;
    uint64_t journal_size;
    uint64_t own_size;
    uint32_t carried_epoch; /* 0: none */
    uint64_t carried_size;
} samme_horizon;
/* At a basis that an entry at this position names. */
samme_horizon samme_horizon_at(const samme_position *position, const Samme__Basis *basis);

/* SAMME_NOT_FOUND: no such receipt, or not all of its parts are there, or not within the horizon.
 */
samme_status samme_find_receipt(const samme_rows *rows, const Samme__ReceiptRef *receipt,
                                const samme_horizon *horizon, samme_arena *arena,
                                const Samme__ReceiptRow **out) SAMME_CHECKED;
/* By number, over all branches and dates: up to `maximum`, in key order. */
samme_status samme_find_receipts_by_number(const samme_rows *rows, const char *number,
                                           samme_arena *arena, const Samme__ReceiptRow **out,
                                           size_t maximum, size_t *out_count) SAMME_CHECKED;
/* The row of a branch: the release it has taken, its newest anchor, and its log as folded. */
samme_status samme_find_branch(const samme_rows *rows, uint32_t branch, samme_arena *arena,
                               const Samme__BranchRow **out) SAMME_CHECKED;
/* An epoch of the branch that has ended; SAMME_NOT_FOUND. */
samme_status samme_find_epoch(const samme_rows *rows, uint32_t branch, uint32_t epoch,
                              samme_arena *arena, const Samme__EpochRow **out) SAMME_CHECKED;
/* Whether the branch came back without what it had acknowledged last in one of its epochs
 * [from, before). */
samme_status samme_epoch_lost(const samme_rows *rows, uint32_t branch, uint32_t from,
                              uint32_t before, bool *out) SAMME_CHECKED;
/* Whether an event of an older epoch was carried over. */
samme_status samme_is_carried(const samme_rows *rows, uint32_t branch, samme_span event,
                              bool *out) SAMME_CHECKED;
samme_status samme_find_quarantined(const samme_rows *rows, uint32_t branch, uint32_t epoch,
                                    uint64_t index, samme_arena *arena,
                                    const Samme__QuarantineRow **out) SAMME_CHECKED;
samme_status samme_find_case(const samme_rows *rows, const char *case_code, samme_arena *arena,
                             const Samme__CaseRow **out) SAMME_CHECKED;

#define SAMME_LINE_BRANCHES_MAX 8u
#define SAMME_TENDER_KINDS      (SAMME__TENDER_KIND__other + 1)
typedef struct samme_line_sum {
    int64_t quantity; /* thousandths refunded or authorised, not failed or cancelled */
    int64_t refund;   /* minor units */
    int64_t by_tender[SAMME_TENDER_KINDS]; /* what of it went to each kind of tender; [0] is 0 */
    int64_t confirmed; /* of quantity, what its home branch decided, or a loan of it covers */
    int64_t confirmed_refund;                   /* of refund */
    size_t slices;                              /* within the horizon, those given back too */
    uint32_t branches[SAMME_LINE_BRANCHES_MAX]; /* that refunded, first come first; more are not
                                                   listed */
    size_t branch_count;
} samme_line_sum;
samme_status samme_refunded(const samme_rows *rows, const Samme__ReceiptRef *receipt, uint32_t line,
                            const samme_horizon *horizon, samme_line_sum *out) SAMME_CHECKED;

/* The sale a return is about, as known within the horizon. */
typedef struct samme_sale_view {
    const Samme__ReceiptRow *row;         /* NULL: none */
    const Samme__ReceiptRow *keyed;       /* where none is known, what the opening asserts, in a row
                                             that stands nowhere; NULL: nothing */
    int64_t refunded[SAMME_TENDER_KINDS]; /* of the receipt, or lent to other cases, by kind of
                                             tender */
    int64_t lent[SAMME_TENDER_KINDS];     /* to this case */
} samme_sale_view;
/* A return of many lines reads its receipt once (it may have thousands). The horizon's branch is
 * the one that decides. */
samme_status samme_find_sale(const samme_rows *rows, const Samme__ReturnOpened *opened,
                             const samme_horizon *horizon, samme_arena *arena,
                             samme_sale_view *out) SAMME_CHECKED;

/* The branch that sold, as known or asserted; 0: none. */
uint32_t samme_sale_branch(const samme_sale_view *sale);

/* Living loans of the case's receipt to this case, in the order of line, epoch, index: what a
 * decision at this horizon names. At most SAMME_LOANS_PER_CASE_MAX; the rest stays as it is. */
#define SAMME_LOANS_PER_CASE_MAX 128u
samme_status samme_list_loans(const samme_rows *rows, const Samme__ReturnOpened *opened,
                              const samme_horizon *horizon, samme_arena *arena,
                              Samme__LentRef ***out, size_t *out_count) SAMME_CHECKED;

/* A promotion group of more lines than this has no bundle facts. */
#define SAMME_BUNDLE_LINES_MAX 64u

/* Of the rules for derived facts. 1: what is paid for a line goes by quantities alone. 2: it is at
 * most what is left of the line's money. 3: what the opening asserts of a sale that is not known
 * counts, and each line may be in a condition of its own. An entry says by which it was decided
 * (basis). */
#define SAMME_FACTS_VERSION 3u

/* One line of a return, asked at a horizon. */
typedef struct samme_asking {
    const Samme__ReturnOpened *opened;
    const Samme__ReturnLine *line;
    Samme__LineDecision *const
        *before; /* lines of this return that were decided before it: what
                    they pay counts as refunded, what they give back as gone */
    size_t before_count;
    const samme_horizon *horizon;
    Samme__Mode mode; /* said by the branch (a clock made it) and taken as given */
    uint32_t version; /* of the rules; 0 is read as 1 */
} samme_asking;

/* The facts that the logs give for it, as the deciding branch has them; README.md has the rules.
 * Those that chain.yaml gives are not filled: samme_chain_facts (policy/policy.h) is called behind
 * this. Dates that do not parse leave the days absent. */
samme_status samme_line_facts(const samme_rows *rows, const samme_asking *asking,
                              const samme_sale_view *sale, samme_arena *arena,
                              Samme__Facts **out) SAMME_CHECKED;
/* Both, for one line alone, by the newest rules. *out_sale is the receipt used, or NULL. */
samme_status samme_derive_facts(const samme_rows *rows, const Samme__ReturnOpened *opened,
                                const Samme__ReturnLine *line, const samme_horizon *horizon,
                                Samme__Mode mode, samme_arena *arena, Samme__Facts **out,
                                const Samme__ReceiptRow **out_sale) SAMME_CHECKED;

#endif
