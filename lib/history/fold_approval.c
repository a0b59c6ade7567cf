/* An approval: lines that the policy does not authorise by itself may be paid, because somebody who
 * is neither the opener nor the customer answers for them. */
#include "history/approval.h"
#include "history/cases.h"
#include "history/slices.h"

enum { SUBJECT_BYTES = 16 };

bool samme_line_approvable(const Samme__LineDecision *line) {
    return line->answer->verdict == SAMME__VERDICT__contingent ||
           (line->answer->verdict == SAMME__VERDICT__deny_overridable && !line->answer->legal);
}

bool samme_approval_fixed(const Samme__LineDecision *line) {
    return line->answer->verdict == SAMME__VERDICT__contingent && line->answer->refund > 0;
}

bool samme_loan_awaits_approval(const Samme__ReturnDecided *decided, uint32_t no) {
    bool any = false;
    for (size_t i = 0; i < decided->n_lines; i++) {
        const bool approvable = samme_line_approvable(decided->lines[i]);
        if (decided->lines[i]->no == no)
            return approvable;
        any = any || approvable;
    }
    return any;
}

int64_t samme_approval_most(const Samme__LineDecision *line) {
    if (samme_approval_fixed(line))
        return line->answer->refund;
    return line->facts->has_line_paid_case == SAMME__FACTS__HAS_LINE_PAID_LINE_PAID
               ? line->facts->line_paid
               : 0;
}

bool samme_role_enough(Samme__PersonRole role, const char *asked) {
    Samme__PersonRole least = SAMME__PERSON_ROLE__manager;
    if (strcmp(asked, "clerk") == 0)
        least = SAMME__PERSON_ROLE__clerk;
    else if (asked[0] == 0 || strcmp(asked, "supervisor") == 0)
        least = SAMME__PERSON_ROLE__supervisor;
    return role >= least && role <= SAMME__PERSON_ROLE__manager;
}

const Samme__ApprovedLine *samme_approved_line(const Samme__ReturnApproved *approved, uint32_t no) {
    for (size_t i = 0; approved != NULL && i < approved->n_lines; i++)
        if (approved->lines[i]->no == no)
            return approved->lines[i];
    return NULL;
}

static const Samme__LineDecision *decision_of(const Samme__ReturnDecided *decided, uint32_t no) {
    for (size_t i = 0; i < decided->n_lines; i++)
        if (decided->lines[i]->no == no)
            return decided->lines[i];
    return NULL;
}

static bool sums_up(const Samme__ApprovedLine *line) {
    int64_t sum = 0;
    for (size_t i = 0; i < line->n_refunds; i++) {
        if (line->refunds[i]->amount < 0)
            return false;
        sum = samme_add_up(sum, line->refunds[i]->amount);
    }
    return sum == line->refund;
}

/* What is wrong with an approved line, or NULL. */
static const char *line_fault(const Samme__ReturnDecided *decided,
                              const Samme__ReturnApproved *approved, size_t at) {
    const Samme__ApprovedLine *line = approved->lines[at];
    const Samme__LineDecision *decision = decision_of(decided, line->no);
    for (size_t i = 0; i < at; i++)
        if (approved->lines[i]->no == line->no)
            return "line number used twice";
    if (decision == NULL)
        return "lines are not the case's";
    if (!samme_line_approvable(decision))
        return "line may not be approved";
    if (!samme_role_enough(approved->role, decision->answer->approval))
        return "role of the approver does not do";
    const int64_t most = samme_approval_most(decision);
    if (line->refund < 0 || line->refund > most ||
        (samme_approval_fixed(decision) && line->refund != most) || !sums_up(line))
        return "refund is not what may be approved";
    return NULL;
}

/* By where the decision stands, or, when it was carried over, by where it stood first. */
static bool approves_decision(const Samme__CaseRow *row, const Samme__ReturnApproved *approved) {
    const bool here = row->decided_epoch == approved->decided_epoch &&
                      row->decided_index == approved->decided_index;
    return row->decided != NULL && (here || (row->decided_first_epoch != 0 &&
                                             row->decided_first_epoch == approved->decided_epoch &&
                                             row->decided_first_index == approved->decided_index));
}

static const char *approval_fault(const Samme__CaseRow *row,
                                  const Samme__ReturnApproved *approved) {
    const ProtobufCBinaryData opener = row->opened->opened_by;
    if (!approves_decision(row, approved))
        return "approves no decision of the case";
    if (!samme_case_pays(row))
        return "goods have not come";
    if (row->approved != NULL)
        return "case is approved";
    if (opener.len != SUBJECT_BYTES || approved->approver.len != SUBJECT_BYTES)
        return "opener or approver not named";
    if (memcmp(opener.data, approved->approver.data, SUBJECT_BYTES) == 0)
        return "opener and approver are one";
    if (approved->n_lines == 0)
        return "approval without lines";
    for (size_t i = 0; i < approved->n_lines; i++) {
        const char *fault = line_fault(row->decided, approved, i);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

/* Whether the receipt, where it is known, names the approver as the customer. */
static samme_status is_customer(samme_folding *folding, const samme_row_key *receipt_key,
                                const Samme__ReturnApproved *approved, bool *out) {
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(folding->rows, samme_row_key_span(receipt_key),
                                         &samme__receipt_row__descriptor, folding->arena, &message);
    *out = false;
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_OK : status;
    const Samme__Sale *sale = SAMME_ROW(ReceiptRow, message)->sale;
    *out = sale != NULL && samme_span_equal(samme_span_of_bytes(sale->subject),
                                            samme_span_of_bytes(approved->approver));
    return SAMME_OK;
}

/* Nothing is put before everything is found in order. */
static samme_status check_receipt(samme_folding *folding, const samme_row_key *receipt_key,
                                  const Samme__ReturnApproved *approved) {
    bool customer;
    samme_status status = is_customer(folding, receipt_key, approved, &customer);
    if (status != SAMME_OK)
        return status;
    if (customer)
        return samme_fold_refuse(folding, "customer and approver are one");
    for (size_t i = 0; i < approved->n_lines; i++) {
        samme_line_sum sum;
        status = samme_sum_slices(folding->rows, receipt_key, approved->lines[i]->no, NULL, &sum);
        if (status != SAMME_OK)
            return status;
        if (sum.slices >= SAMME_SLICES_PER_LINE_MAX)
            return samme_fold_refuse(folding, "line was refunded too often");
    }
    return SAMME_OK;
}

/* The decision's line with what the approval pays: what a slice is made of. */
static samme_status put_slice(samme_folding *folding, const samme_row_key *receipt_key,
                              const Samme__CaseRow *row, const Samme__ApprovedLine *line) {
    const Samme__LineDecision *decision = decision_of(row->decided, line->no);
    if (decision == NULL)
        return SAMME_CORRUPT;
    Samme__LineDecision paid = *decision;
    Samme__Answer answer = *decision->answer;
    answer.refund = line->refund;
    answer.n_refunds = line->n_refunds;
    answer.refunds = line->refunds;
    paid.answer = &answer;
    bool spends_loan = false;
    for (size_t i = 0; i < row->decided->n_lent; i++)
        spends_loan = spends_loan || row->decided->lent[i]->no == line->no;
    return samme_fold_put_slice(folding, receipt_key, row->decided->case_code, &paid, spends_loan,
                                SAMME__RETURN_OUTCOME__return_outcome_unset);
}

samme_status samme_fold_return_approved(samme_folding *folding,
                                        const Samme__ReturnApproved *approved) {
    const Samme__CaseRow *held;
    samme_status status = samme_fold_own_case(folding, approved->case_code, &held);
    if (status != SAMME_OK || held == NULL)
        return status;
    const char *fault = approval_fault(held, approved);
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    const bool named = samme_receipt_named(held->opened->receipt);
    samme_row_key receipt_key;
    if (named && samme_receipt_key(held->opened->receipt, &receipt_key) != SAMME_OK)
        return SAMME_CORRUPT; /* it was a key when the case was opened */
    if (named)
        status = check_receipt(folding, &receipt_key, approved);
    if (named && status == SAMME_OK && folding->refused == NULL)
        status = samme_fold_check_approval(folding, &receipt_key, held, approved);
    if (status != SAMME_OK || folding->refused != NULL)
        return status;
    Samme__CaseRow row = *held;
    row.approved = (Samme__ReturnApproved *)(uintptr_t)approved; /* packing does not change it */
    row.approved_epoch = folding->position->epoch;
    row.approved_index = folding->position->index;
    status = samme_fold_put_case(folding, held, &row);
    for (size_t i = 0; named && status == SAMME_OK && i < approved->n_lines; i++)
        status = put_slice(folding, &receipt_key, held, approved->lines[i]);
    return named && status == SAMME_OK
               ? samme_fold_end_approved_loans(folding, &receipt_key, held, approved)
               : status;
}
