/* Loans of the right to refund a line: lent by the branch that sold it, ended by the one that
 * borrowed, in a decision or by giving back. */
#include "base/money.h"
#include "history/approval.h"
#include "history/folding.h"
#include "history/loans.h"

static samme_status put_loan(samme_folding *folding, const samme_row_key *key,
                             const Samme__LoanRow *loan) {
    return samme_fold_put(folding, SAMME_DIGEST_SERVICE, key, loan);
}

static const Samme__SaleLine *line_of(const Samme__Sale *sale, uint32_t no) {
    for (size_t i = 0; i < sale->n_lines; i++) {
        if (sale->lines[i]->no == no)
            return sale->lines[i];
    }
    return NULL;
}

/* What is wrong with the tenders of a loan, or NULL. */
static const char *tenders_fault(const Samme__LineLent *lent) {
    unsigned last = 0;
    for (size_t i = 0; i < lent->n_tenders; i++) {
        const unsigned kind = (unsigned)lent->tenders[i]->tender;
        if (kind <= last || kind >= SAMME_TENDER_KINDS || lent->tenders[i]->amount <= 0)
            return "lent tenders are not well-formed";
        last = kind;
    }
    return NULL;
}

/* What is wrong with a loan of this line of a sale (NULL: the sale has no such line), or NULL. */
static const char *loan_fault(const Samme__LineLent *lent, const Samme__Sale *sale,
                              const Samme__SaleLine *line) {
    int64_t most;
    if (line == NULL)
        return "no such line";
    if (sale->kind == SAMME__SALE_KIND__void)
        return "lends more than is left";
    if (lent->from >= lent->to ||
        samme_money_slice(line->paid, line->quantity, lent->from, lent->to, &most) != SAMME_OK)
        return "lent quantity is not within the line";
    if (lent->amount < 0 || lent->amount > most)
        return "lent amount is not of the quantity";
    return tenders_fault(lent);
}

/* A branch lends out of what neither it nor its loans have used. What others refunded unconfirmed
 * does not count here: the lender need not have seen it. What is folded again is not counted: what
 * ended earlier loans may lie ahead. */
static samme_status check_left(samme_folding *folding, const samme_row_key *receipt_key,
                               const Samme__LineLent *lent, const Samme__SaleLine *line) {
    samme_line_sum sum;
    size_t all, of_case;
    const samme_loan_search search = {
        .receipt_key = receipt_key, .borrower = lent->borrower, .case_code = lent->case_code};
    samme_status status = samme_count_loans(folding->rows, &search, lent->no, &all, &of_case);
    if (status == SAMME_OK)
        status = samme_sum_slices(folding->rows, receipt_key, lent->no, NULL, &sum);
    if (status == SAMME_OK)
        status = samme_add_loans(folding->rows, receipt_key, lent->no, NULL, NULL, &sum);
    if (status != SAMME_OK)
        return status;
    if (all >= SAMME_LOANS_PER_LINE_MAX)
        return samme_fold_refuse(folding, "line was lent too often");
    if (!folding->position->again &&
        samme_add_up(sum.confirmed, lent->to - lent->from) > line->quantity)
        return samme_fold_refuse(folding, "lends more than is left");
    return SAMME_OK;
}

/* Of entries that are merged only: who borrows finds them in journal order. */
static samme_status put_borrowed(samme_folding *folding, const Samme__LineLent *lent) {
    const samme_position *at = folding->position;
    if (at->own_layer)
        return SAMME_OK;
    Samme__LentRef ref = SAMME__LENT_REF__INIT;
    ref.no = lent->no;
    ref.epoch = at->epoch;
    ref.index = at->index;
    Samme__BorrowedRow row = SAMME__BORROWED_ROW__INIT;
    row.case_code = lent->case_code;
    row.receipt = lent->receipt;
    row.lent = &ref;
    samme_row_key key;
    samme_borrowed_key(lent->borrower, at, &key);
    return samme_fold_put_plain(folding, &key, &row);
}

static samme_status put_lent(samme_folding *folding, const samme_row_key *receipt_key,
                             const Samme__LineLent *lent) {
    const samme_position *at = folding->position;
    Samme__LoanRow row = SAMME__LOAN_ROW__INIT;
    row.case_code = lent->case_code;
    row.borrower = lent->borrower;
    row.no = lent->no;
    row.from = lent->from;
    row.to = lent->to;
    row.amount = lent->amount;
    row.n_tenders = lent->n_tenders;
    row.tenders = lent->tenders;
    row.branch = at->branch;
    row.epoch = at->epoch;
    row.index = at->index;
    row.journal_index = at->own_layer ? 0 : at->journal_index;
    row.own_layer = at->own_layer;
    samme_row_key prefix, key;
    samme_loan_prefix(receipt_key, lent->no, &prefix);
    samme_slice_key(&prefix, at->branch, at->epoch, at->index, &key);
    samme_status status = put_loan(folding, &key, &row);
    return status == SAMME_OK ? put_borrowed(folding, lent) : status;
}

samme_status samme_fold_line_lent(samme_folding *folding, const Samme__LineLent *lent) {
    samme_row_key receipt_key, case_key;
    if (!samme_receipt_named(lent->receipt) ||
        samme_receipt_key(lent->receipt, &receipt_key) != SAMME_OK)
        return samme_fold_refuse(folding, "receipt not named");
    if (lent->receipt->branch != folding->position->branch)
        return samme_fold_refuse(folding, "receipt of another branch");
    if (samme_case_key(lent->case_code, &case_key) != SAMME_OK)
        return samme_fold_refuse(folding, "case code not of its form");
    if (lent->borrower == 0 || lent->borrower == folding->position->branch)
        return samme_fold_refuse(folding, "lent to no other branch");
    const Samme__ReceiptRow *sale;
    samme_status status =
        samme_find_receipt(folding->rows, lent->receipt, NULL, folding->arena, &sale);
    if (status == SAMME_NOT_FOUND)
        return samme_fold_refuse(folding, "no such receipt");
    if (status != SAMME_OK)
        return status;
    const Samme__SaleLine *line = line_of(sale->sale, lent->no);
    const char *fault = loan_fault(lent, sale->sale, line);
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    status = check_left(folding, &receipt_key, lent, line);
    return status != SAMME_OK || folding->refused != NULL ? status
                                                          : put_lent(folding, &receipt_key, lent);
}

static samme_status find_loan(samme_folding *folding, const samme_row_key *receipt_key,
                              const Samme__LentRef *ref, samme_row_key *key,
                              const Samme__LoanRow **out) {
    samme_row_key prefix;
    samme_loan_prefix(receipt_key, ref->no, &prefix);
    samme_slice_key(&prefix, samme_receipt_key_branch(receipt_key), ref->epoch, ref->index, key);
    const ProtobufCMessage *held;
    samme_status status = samme_row_read(folding->rows, samme_row_key_span(key),
                                         &samme__loan_row__descriptor, folding->arena, &held);
    if (status == SAMME_OK)
        *out = SAMME_ROW(LoanRow, held);
    return status;
}

/* The loan a borrower's entry is about, which must live and be its own. With SAMME_OK *out is NULL
 * when there is nothing to end: the entry is refused, or it is folded again and the loan lies
 * ahead. */
static samme_status own_loan(samme_folding *folding, const samme_row_key *receipt_key,
                             const char *case_code, const Samme__LentRef *ref, samme_row_key *key,
                             const Samme__LoanRow **out) {
    *out = NULL;
    const Samme__LoanRow *loan;
    samme_status status = find_loan(folding, receipt_key, ref, key, &loan);
    if (status == SAMME_NOT_FOUND)
        return folding->position->again ? SAMME_OK : samme_fold_refuse(folding, "no such loan");
    if (status != SAMME_OK)
        return status;
    if (loan->borrower != folding->position->branch || strcmp(loan->case_code, case_code) != 0)
        return samme_fold_refuse(folding, "loan of another case");
    if (loan->end != SAMME__LOAN_END__loan_live)
        return samme_fold_refuse(folding, "loan has ended");
    *out = loan;
    return SAMME_OK;
}

static samme_status end_loan(samme_folding *folding, const samme_row_key *key,
                             const Samme__LoanRow *loan, Samme__LoanEnd end) {
    const samme_position *at = folding->position;
    Samme__LoanRow row = *loan;
    row.end = end;
    row.end_epoch = at->epoch;
    row.end_index = at->index;
    row.end_journal_index = at->own_layer ? 0 : at->journal_index;
    row.end_own_layer = at->own_layer;
    return put_loan(folding, key, &row);
}

samme_status samme_fold_given_back(samme_folding *folding, const Samme__GivenBack *given) {
    samme_row_key receipt_key, key;
    if (!samme_receipt_named(given->receipt) ||
        samme_receipt_key(given->receipt, &receipt_key) != SAMME_OK)
        return samme_fold_refuse(folding, "receipt not named");
    if (given->lent == NULL)
        return samme_fold_refuse(folding, "no such loan");
    const Samme__LoanRow *loan;
    samme_status status =
        own_loan(folding, &receipt_key, given->case_code, given->lent, &key, &loan);
    return status != SAMME_OK || loan == NULL
               ? status
               : end_loan(folding, &key, loan, SAMME__LOAN_END__loan_given_back);
}

/* The decision's line of that number if it is authorised, else NULL. */
static const Samme__LineDecision *authorised_line(const Samme__ReturnDecided *decided,
                                                  uint32_t no) {
    for (size_t i = 0; i < decided->n_lines; i++) {
        const Samme__LineDecision *line = decided->lines[i];
        if (line->no == no && line->answer->verdict == SAMME__VERDICT__authorise)
            return line;
    }
    return NULL;
}

static bool in_order(const Samme__LentRef *a, const Samme__LentRef *b) {
    if (a->no != b->no)
        return a->no < b->no;
    return a->epoch != b->epoch ? a->epoch < b->epoch : a->index < b->index;
}

/* Whether the loans named cover what the decision does with their lines. */
typedef struct cover {
    int64_t lent, refunded; /* minor units */
    uint32_t no;            /* of the line at hand */
    int64_t quantity;       /* lent of it */
} cover;

static bool line_covered(const cover *sum, const Samme__ReturnDecided *decided) {
    const Samme__LineDecision *line = authorised_line(decided, sum->no);
    return line == NULL || line->quantity <= sum->quantity;
}

samme_status samme_fold_check_loans(samme_folding *folding, const samme_row_key *receipt_key,
                                    const Samme__ReturnDecided *decided) {
    cover sum = {.no = 0};
    for (size_t i = 0; i < decided->n_lent; i++) {
        const Samme__LentRef *ref = decided->lent[i];
        const bool new_line = i == 0 || decided->lent[i - 1]->no != ref->no;
        if (i > 0 && !in_order(decided->lent[i - 1], ref))
            return samme_fold_refuse(folding, "loans are not in order");
        samme_row_key key;
        const Samme__LoanRow *loan;
        samme_status status = own_loan(folding, receipt_key, decided->case_code, ref, &key, &loan);
        if (status != SAMME_OK || folding->refused != NULL)
            return status;
        if (loan == NULL)
            return SAMME_OK; /* lies ahead: see own_loan */
        if (new_line && i > 0 && !line_covered(&sum, decided))
            return samme_fold_refuse(folding, "refunds more than was lent");
        const Samme__LineDecision *line = authorised_line(decided, ref->no);
        if (new_line && line != NULL)
            sum.refunded = samme_add_up(sum.refunded, line->answer->refund);
        sum.no = ref->no;
        sum.quantity = (new_line ? 0 : sum.quantity) + (loan->to - loan->from);
        sum.lent = samme_add_up(sum.lent, loan->amount);
    }
    if (decided->n_lent > 0 && (!line_covered(&sum, decided) || sum.refunded > sum.lent))
        return samme_fold_refuse(folding, "refunds more than was lent");
    return SAMME_OK;
}

samme_status samme_fold_end_loans(samme_folding *folding, const samme_row_key *receipt_key,
                                  const Samme__ReturnDecided *decided) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; status == SAMME_OK && i < decided->n_lent; i++) {
        const Samme__LentRef *ref = decided->lent[i];
        const bool first = i == 0 || decided->lent[i - 1]->no != ref->no;
        const bool spent = first && authorised_line(decided, ref->no) != NULL;
        samme_row_key key;
        if (samme_loan_awaits_approval(decided, ref->no))
            continue;
        const Samme__LoanRow *loan;
        status = own_loan(folding, receipt_key, decided->case_code, ref, &key, &loan);
        if (status == SAMME_OK && loan != NULL)
            status =
                end_loan(folding, &key, loan,
                         spent ? SAMME__LOAN_END__loan_spent : SAMME__LOAN_END__loan_given_back);
    }
    return status;
}

/* An approved line without a loan: at its home branch the line must still be there, for the branch
 * may have lent it since it decided. */
static samme_status check_own_left(samme_folding *folding, const samme_row_key *receipt_key,
                                   const Samme__CaseRow *held, const Samme__ApprovedLine *line) {
    if (folding->position->again ||
        samme_receipt_key_branch(receipt_key) != folding->position->branch)
        return SAMME_OK;
    const Samme__ReceiptRow *sale;
    samme_status status =
        samme_find_receipt(folding->rows, held->opened->receipt, NULL, folding->arena, &sale);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    const Samme__SaleLine *sold = line_of(sale->sale, line->no);
    samme_line_sum sum;
    status = samme_sum_slices(folding->rows, receipt_key, line->no, NULL, &sum);
    if (status == SAMME_OK)
        status = samme_add_loans(folding->rows, receipt_key, line->no, NULL, NULL, &sum);
    if (status != SAMME_OK)
        return status;
    int64_t asked = 0;
    for (size_t i = 0; i < held->decided->n_lines; i++) {
        if (held->decided->lines[i]->no == line->no)
            asked = held->decided->lines[i]->quantity;
    }
    /* The money of a group's line goes by what is kept of the others: the policy has seen to it. */
    const bool left =
        sold == NULL || (samme_add_up(sum.confirmed, asked) <= sold->quantity &&
                         (sold->promo_group[0] != 0 ||
                          samme_add_up(sum.confirmed_refund, line->refund) <= sold->paid));
    return left ? SAMME_OK : samme_fold_refuse(folding, "line is not left any more");
}

/* Minor units that a loan named by the decision adds to what its approval may pay; *out_named: it
 * is of the line. The rest of a group adds to the line that was asked for, while it lives. */
static samme_status lent_for(samme_folding *folding, const samme_row_key *receipt_key,
                             const Samme__ReturnDecided *decided, const Samme__LentRef *ref,
                             uint32_t no, bool *out_named, int64_t *amount) {
    samme_row_key key;
    const Samme__LoanRow *loan;
    *out_named = ref->no == no;
    if (*out_named) {
        samme_status status = own_loan(folding, receipt_key, decided->case_code, ref, &key, &loan);
        if (status == SAMME_OK && folding->refused == NULL) /* ahead: see own_loan */
            *amount = loan == NULL ? INT64_MAX : samme_add_up(*amount, loan->amount);
        return status;
    }
    for (size_t i = 0; i < decided->n_lines; i++) {
        if (decided->lines[i]->no == ref->no)
            return SAMME_OK; /* another line of the return has its own */
    }
    samme_status status = find_loan(folding, receipt_key, ref, &key, &loan);
    if (status == SAMME_OK && loan->end == SAMME__LOAN_END__loan_live)
        *amount = samme_add_up(*amount, loan->amount);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

samme_status samme_fold_check_approval(samme_folding *folding, const samme_row_key *receipt_key,
                                       const Samme__CaseRow *held,
                                       const Samme__ReturnApproved *approved) {
    const Samme__ReturnDecided *decided = held->decided;
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < approved->n_lines; i++) {
        const Samme__ApprovedLine *line = approved->lines[i];
        int64_t amount = 0;
        bool lent = false;
        for (size_t k = 0; k < decided->n_lent; k++) {
            bool named;
            status = lent_for(folding, receipt_key, decided, decided->lent[k], line->no, &named,
                              &amount);
            if (status != SAMME_OK || folding->refused != NULL)
                return status;
            lent = lent || named;
        }
        if (lent && line->refund > amount)
            return samme_fold_refuse(folding, "refunds more than was lent");
        if (!lent && line->refund > 0)
            status = check_own_left(folding, receipt_key, held, line);
        if (status != SAMME_OK || folding->refused != NULL)
            return status;
    }
    return SAMME_OK;
}

samme_status samme_fold_end_approved_loans(samme_folding *folding, const samme_row_key *receipt_key,
                                           const Samme__CaseRow *held,
                                           const Samme__ReturnApproved *approved) {
    const Samme__ReturnDecided *decided = held->decided;
    samme_status status = SAMME_OK;
    for (size_t i = 0; status == SAMME_OK && i < decided->n_lent; i++) {
        const Samme__LentRef *ref = decided->lent[i];
        samme_row_key key;
        const Samme__LoanRow *loan;
        if (!samme_loan_awaits_approval(decided, ref->no))
            continue;
        status = find_loan(folding, receipt_key, ref, &key, &loan);
        if (status == SAMME_NOT_FOUND) {
            status = SAMME_OK;
            continue;
        }
        if (status != SAMME_OK || loan->end != SAMME__LOAN_END__loan_live)
            continue; /* given back before, and not approved */
        status = end_loan(folding, &key, loan,
                          samme_approved_line(approved, ref->no) != NULL
                              ? SAMME__LOAN_END__loan_spent
                              : SAMME__LOAN_END__loan_given_back);
    }
    return status;
}
