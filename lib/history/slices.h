/* Slices: the refunded parts of a receipt line, summed up to a horizon. Pure. */
#ifndef SAMME_HISTORY_SLICES_H
#define SAMME_HISTORY_SLICES_H

#include "history/keys.h"
#include "history/query.h"

/* Where an entry stands, as rows remember it. */
typedef struct samme_standing {
    uint32_t branch;
    uint32_t epoch;
    uint64_t index;
    uint64_t journal_index;
    bool own_layer;
} samme_standing;

/* Whether the entry counts at the horizon; NULL is everything there is. */
bool samme_within(const samme_horizon *horizon, const samme_standing *standing);

/* Whether its refund stands, of all there is; and whether it is under an own claim of the branch
 * that sold, or a lent one. */
bool samme_slice_counts(const Samme__RefundSlice *slice);
bool samme_slice_confirmed(const Samme__RefundSlice *slice, uint32_t home);

samme_status samme_sum_slices(const samme_rows *rows, const samme_row_key *receipt_key,
                              uint32_t line, const samme_horizon *horizon,
                              samme_line_sum *out) SAMME_CHECKED;
/* What of the receipt went back to each kind of tender, all its lines together. */
samme_status samme_sum_tenders(const samme_rows *rows, const samme_row_key *receipt_key,
                               const samme_horizon *horizon,
                               int64_t out[static SAMME_TENDER_KINDS]) SAMME_CHECKED;

/* a + b; hostile sums stop at the largest number instead of wrapping. */
int64_t samme_add_up(int64_t a, int64_t b);

#endif
