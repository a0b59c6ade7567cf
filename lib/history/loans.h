/* Loans: quantities of a receipt line whose right to a refund is with a case of another branch.
 * A loan lives until a decision of its case names it, or its borrower gives it back. Pure. */
#ifndef SAMME_HISTORY_LOANS_H
#define SAMME_HISTORY_LOANS_H

#include "history/facts.h"

/* Loans of a receipt to one case of one branch, at a horizon (NULL: all there is). */
typedef struct samme_loan_search {
    const samme_row_key *receipt_key;
    const samme_horizon *horizon;
    uint32_t borrower;
    const char *case_code;
} samme_loan_search;

/* Adds living loans of a line, but those that the search finds (NULL: none is left out), to
 * quantity, refund and by_tender of a sum. */
samme_status samme_add_loans(const samme_rows *rows, const samme_row_key *receipt_key,
                             uint32_t line, const samme_horizon *horizon,
                             const samme_loan_search *but, samme_line_sum *sum) SAMME_CHECKED;
/* What living loans of the receipt reserve of its tenders: the case's own go to out_lent, all
 * others are added to `others`. */
samme_status samme_lent_tenders(const samme_rows *rows, const samme_loan_search *search,
                                int64_t out_lent[static SAMME_TENDER_KINDS],
                                int64_t others[static SAMME_TENDER_KINDS]) SAMME_CHECKED;
/* Minor units of the first living loan of just this quantity. SAMME_NOT_FOUND: none. */
samme_status samme_lent_amount(const samme_rows *rows, const samme_loan_search *search,
                               uint32_t line, int64_t quantity, int64_t *out_amount) SAMME_CHECKED;
/* Loans of the line ever made within everything there is, ended ones too; *out_case: of them those
 * to the case. */
samme_status samme_count_loans(const samme_rows *rows, const samme_loan_search *search,
                               uint32_t line, size_t *out_all, size_t *out_case) SAMME_CHECKED;

#endif
