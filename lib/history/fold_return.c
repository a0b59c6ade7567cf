/* A return: opened -> decided (again, until a line is authorised or approved) -> done. Only the
 * branch that opened it goes on. */
#include "history/approval.h"
#include "history/cases.h"
#include "history/query.h"
#include "history/slices.h"

static bool same_receipt(const Samme__ReceiptRef *a, const Samme__ReceiptRef *b) {
    if (!samme_receipt_named(a) || !samme_receipt_named(b))
        return samme_receipt_named(a) == samme_receipt_named(b);
    return a->branch == b->branch && strcmp(a->till, b->till) == 0 &&
           strcmp(a->number, b->number) == 0 && strcmp(a->business_date, b->business_date) == 0;
}

samme_status samme_fold_put_case(samme_folding *folding, const Samme__CaseRow *held,
                                 const Samme__CaseRow *row) {
    samme_row_key key;
    samme_status status = samme_case_key(row->opened->case_code, &key);
    if (status != SAMME_OK)
        return SAMME_CORRUPT;
    status = held == NULL ? samme_fold_put_new(folding, SAMME_DIGEST_SERVICE, &key, row)
                          : samme_fold_put(folding, SAMME_DIGEST_SERVICE, &key, row);
    return status == SAMME_OK ? samme_fold_case_index(folding, held, row) : status;
}

/* What is wrong with the lines of an opened return, or NULL. */
static const char *opened_lines_fault(const Samme__ReturnOpened *opened) {
    if (opened->n_lines == 0)
        return "return without lines";
    if (opened->n_lines > SAMME_RETURN_LINES_MAX)
        return "more lines than a return may have";
    for (size_t i = 0; i < opened->n_lines; i++) {
        if (opened->lines[i]->quantity <= 0)
            return "line quantity not above zero";
        for (size_t j = 0; j < i; j++) {
            if (opened->lines[j]->no == opened->lines[i]->no)
                return "line number used twice";
        }
    }
    return NULL;
}

/* What is wrong with what was asserted of a sale, or with what is said of the goods, or NULL. */
static const char *asserted_fault(const Samme__ReturnOpened *opened) {
    if (opened->recorded && opened->awaiting)
        return "recorded return awaits goods";
    return opened->keyed == NULL ? NULL : samme_keyed_fault(opened->keyed);
}

samme_status samme_fold_return_opened(samme_folding *folding, const Samme__ReturnOpened *opened) {
    samme_row_key key;
    if (samme_receipt_named(opened->receipt) &&
        samme_receipt_key(opened->receipt, &key) != SAMME_OK)
        return samme_fold_refuse(folding, "receipt not named");
    if (samme_case_key(opened->case_code, &key) != SAMME_OK)
        return samme_fold_refuse(folding, "case code not of its form");
    const char *fault = opened_lines_fault(opened);
    if (fault == NULL)
        fault = asserted_fault(opened);
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    samme_span held;
    samme_status status = folding->rows->get(folding->rows->self, samme_row_key_span(&key), &held);
    if (status == SAMME_OK)
        return samme_fold_refuse(folding, "second case under one code");
    if (status != SAMME_NOT_FOUND)
        return status;
    Samme__CaseRow row = SAMME__CASE_ROW__INIT;
    row.opened = (Samme__ReturnOpened *)(uintptr_t)opened; /* packing does not change it */
    row.branch = folding->position->branch;
    row.epoch = folding->position->epoch;
    row.opened_index = folding->position->index;
    return samme_fold_put_case(folding, NULL, &row);
}

samme_status samme_fold_own_case(samme_folding *folding, const char *code,
                                 const Samme__CaseRow **out) {
    *out = NULL;
    const Samme__CaseRow *row;
    samme_status status = samme_find_case(folding->rows, code, folding->arena, &row);
    if (status == SAMME_NOT_FOUND)
        return samme_fold_refuse(folding, "no such case");
    if (status != SAMME_OK)
        return status;
    if (row->opened == NULL)
        return SAMME_CORRUPT;
    if (row->branch != folding->position->branch)
        return samme_fold_refuse(folding, "case of another branch");
    if (row->done != NULL)
        return samme_fold_refuse(folding, "case is done");
    *out = row;
    return SAMME_OK;
}

static bool authorised(const Samme__LineDecision *line) {
    return line->answer->verdict == SAMME__VERDICT__authorise;
}

static bool any_authorised(const Samme__ReturnDecided *decided) {
    for (size_t i = 0; decided != NULL && i < decided->n_lines; i++) {
        if (authorised(decided->lines[i]))
            return true;
    }
    return false;
}

/* What is wrong with a decision of this case, or NULL. asked: as it is decided now. */
static const char *decision_fault(const Samme__CaseRow *row, const Samme__ReturnOpened *asked,
                                  const Samme__ReturnDecided *decided) {
    if ((samme_case_pays(row) && any_authorised(row->decided)) || row->approved != NULL)
        return "case has authorised lines";
    if (decided->basis == NULL || decided->basis->release == NULL)
        return "decision without a basis";
    if (!same_receipt(decided->receipt, asked->receipt))
        return "receipt is not the case's";
    if (decided->n_lines != asked->n_lines)
        return "lines are not the case's";
    for (size_t i = 0; i < decided->n_lines; i++) {
        const Samme__LineDecision *line = decided->lines[i];
        if (line->no != asked->lines[i]->no || line->quantity != asked->lines[i]->quantity)
            return "lines are not the case's";
        if (line->facts == NULL || line->answer == NULL)
            return "line without facts or answer";
        if (line->answer->refund < 0 || line->answer->fee < 0)
            return "refund or fee below zero";
    }
    return NULL;
}

static samme_status check_room(samme_folding *folding, const samme_row_key *receipt_key,
                               const Samme__ReturnDecided *decided) {
    for (size_t i = 0; i < decided->n_lines; i++) {
        samme_line_sum sum;
        if (!authorised(decided->lines[i]))
            continue;
        samme_status status =
            samme_sum_slices(folding->rows, receipt_key, decided->lines[i]->no, NULL, &sum);
        if (status != SAMME_OK)
            return status;
        if (sum.slices >= SAMME_SLICES_PER_LINE_MAX)
            return samme_fold_refuse(folding, "line was refunded too often");
    }
    return SAMME_OK;
}

/* What the answer pays to each known kind of tender, one line a kind. */
static void set_refunds(const Samme__Answer *answer, Samme__Refund *refunds,
                        Samme__Refund **pointers, Samme__RefundSlice *slice) {
    int64_t by_kind[SAMME_TENDER_KINDS] = {0};
    for (size_t i = 0; i < answer->n_refunds; i++) {
        const Samme__Refund *refund = answer->refunds[i];
        const unsigned kind = (unsigned)refund->tender;
        if (kind > 0 && kind < SAMME_TENDER_KINDS && refund->amount > 0)
            by_kind[kind] = samme_add_up(by_kind[kind], refund->amount);
    }
    slice->refunds = pointers;
    for (unsigned kind = 1; kind < SAMME_TENDER_KINDS; kind++) {
        if (by_kind[kind] == 0)
            continue;
        Samme__Refund *refund = &refunds[slice->n_refunds];
        *refund = (Samme__Refund)SAMME__REFUND__INIT;
        refund->tender = (Samme__TenderKind)kind;
        refund->amount = by_kind[kind];
        pointers[slice->n_refunds++] = refund;
    }
}

static bool names_loan_of(const Samme__ReturnDecided *decided, uint32_t no) {
    for (size_t i = 0; i < decided->n_lent; i++) {
        if (decided->lent[i]->no == no)
            return true;
    }
    return false;
}

samme_status samme_fold_put_slice(samme_folding *folding, const samme_row_key *receipt_key,
                                  const char *case_code, const Samme__LineDecision *line,
                                  bool spends_loan, Samme__ReturnOutcome outcome) {
    const samme_position *at = folding->position;
    Samme__RefundSlice slice = SAMME__REFUND_SLICE__INIT;
    slice.case_code = (char *)(uintptr_t)case_code; /* packing does not change it */
    slice.no = line->no;
    slice.quantity = line->quantity;
    slice.refund = line->answer->refund;
    slice.branch = at->branch;
    slice.epoch = at->epoch;
    slice.index = at->index;
    slice.journal_index = at->own_layer ? 0 : at->journal_index;
    slice.own_layer = at->own_layer;
    slice.claim = line->facts->claim;
    slice.lent = spends_loan;
    slice.carried = at->first_epoch != 0;
    slice.outcome = outcome;
    if (outcome != SAMME__RETURN_OUTCOME__return_outcome_unset) {
        slice.outcome_epoch = at->epoch;
        slice.outcome_index = at->index;
        slice.outcome_journal_index = slice.journal_index;
        slice.outcome_own_layer = at->own_layer;
    }
    Samme__Refund refunds[SAMME_TENDER_KINDS], *pointers[SAMME_TENDER_KINDS];
    set_refunds(line->answer, refunds, pointers, &slice);
    samme_row_key prefix, key;
    samme_line_prefix(receipt_key, line->no, &prefix);
    samme_slice_key(&prefix, at->branch, at->epoch, at->index, &key);
    return samme_fold_put_refund(folding, receipt_key, &key, &slice);
}

/* A decision that pays nothing yet uses no right: somebody who brings the goods meanwhile is not
 * sent away, and what is paid is decided when they have come. */
static bool is_promise(const Samme__CaseRow *held) {
    return held->opened->recorded || (held->opened->awaiting && held->received == NULL);
}

static samme_status put_decided(samme_folding *folding, const Samme__CaseRow *held,
                                const Samme__ReturnDecided *decided) {
    Samme__CaseRow row = *held;
    row.decided = (Samme__ReturnDecided *)(uintptr_t)decided; /* packing does not change it */
    row.decided_epoch = folding->position->epoch;
    row.decided_index = folding->position->index;
    row.decided_first_epoch = folding->position->first_epoch;
    row.decided_first_index = folding->position->first_index;
    row.decided_common = folding->position->common;
    row.promise = is_promise(held);
    return samme_fold_put_case(folding, held, &row);
}

samme_status samme_fold_return_decided(samme_folding *folding,
                                       const Samme__ReturnDecided *decided) {
    const Samme__CaseRow *held;
    const Samme__ReturnOpened *asked;
    samme_status status = samme_fold_own_case(folding, decided->case_code, &held);
    if (status != SAMME_OK || held == NULL)
        return status;
    status = samme_case_asked(held, folding->arena, &asked);
    if (status != SAMME_OK)
        return status;
    const char *fault = decision_fault(held, asked, decided);
    const bool named = samme_receipt_named(decided->receipt);
    if (fault == NULL && decided->n_lent > 0 && (!named || is_promise(held)))
        fault = "no such loan";
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    /* Without a receipt there is no line whose right could be used twice. */
    if (!named || is_promise(held))
        return put_decided(folding, held, decided);
    samme_row_key receipt_key;
    if (samme_receipt_key(decided->receipt, &receipt_key) != SAMME_OK)
        return SAMME_CORRUPT; /* it was a key when the case was opened */
    status = check_room(folding, &receipt_key, decided);
    if (status == SAMME_OK && folding->refused == NULL)
        status = samme_fold_check_loans(folding, &receipt_key, decided);
    if (status != SAMME_OK || folding->refused != NULL)
        return status;
    status = put_decided(folding, held, decided);
    for (size_t i = 0; status == SAMME_OK && i < decided->n_lines; i++) {
        if (authorised(decided->lines[i]))
            status =
                samme_fold_put_slice(folding, &receipt_key, decided->case_code, decided->lines[i],
                                     names_loan_of(decided, decided->lines[i]->no),
                                     SAMME__RETURN_OUTCOME__return_outcome_unset);
    }
    return status == SAMME_OK ? samme_fold_end_loans(folding, &receipt_key, decided) : status;
}

/* Writes what became of a slice into it. */
static samme_status settle_slice(samme_folding *folding, const Samme__CaseRow *row,
                                 const samme_row_key *receipt_key, uint32_t line,
                                 Samme__ReturnOutcome outcome) {
    const samme_position *at = folding->position;
    const bool approved = samme_approved_line(row->approved, line) != NULL;
    samme_row_key prefix, key;
    samme_line_prefix(receipt_key, line, &prefix);
    samme_slice_key(&prefix, row->branch, approved ? row->approved_epoch : row->decided_epoch,
                    approved ? row->approved_index : row->decided_index, &key);
    const ProtobufCMessage *held;
    samme_status status = samme_row_read(folding->rows, samme_row_key_span(&key),
                                         &samme__refund_slice__descriptor, folding->arena, &held);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    Samme__RefundSlice slice = *SAMME_ROW(RefundSlice, held);
    slice.outcome = outcome;
    slice.outcome_epoch = at->epoch;
    slice.outcome_index = at->index;
    slice.outcome_journal_index = at->own_layer ? 0 : at->journal_index;
    slice.outcome_own_layer = at->own_layer;
    return samme_fold_put_refund(folding, receipt_key, &key, &slice);
}

static samme_status settle_slices(samme_folding *folding, const Samme__CaseRow *row,
                                  Samme__ReturnOutcome outcome) {
    samme_row_key receipt_key;
    if (!samme_receipt_named(row->opened->receipt) || !samme_case_pays(row))
        return SAMME_OK;
    if (samme_receipt_key(row->opened->receipt, &receipt_key) != SAMME_OK)
        return SAMME_CORRUPT;
    samme_status status = SAMME_OK;
    for (size_t i = 0; status == SAMME_OK && i < row->decided->n_lines; i++) {
        if (authorised(row->decided->lines[i]) ||
            samme_approved_line(row->approved, row->decided->lines[i]->no) != NULL)
            status = settle_slice(folding, row, &receipt_key, row->decided->lines[i]->no, outcome);
    }
    return status;
}

samme_status samme_fold_return_done(samme_folding *folding, const Samme__ReturnDone *done) {
    const Samme__CaseRow *held;
    samme_status status = samme_fold_own_case(folding, done->case_code, &held);
    if (status != SAMME_OK || held == NULL)
        return status;
    if (done->outcome != SAMME__RETURN_OUTCOME__paid &&
        done->outcome != SAMME__RETURN_OUTCOME__failed &&
        done->outcome != SAMME__RETURN_OUTCOME__cancelled)
        return samme_fold_refuse(folding, "outcome not known");
    if (done->paid < 0)
        return samme_fold_refuse(folding, "paid below zero");
    const bool payable =
        samme_case_pays(held) && (any_authorised(held->decided) || held->approved != NULL);
    const bool called_off =
        held->opened->awaiting && done->outcome == SAMME__RETURN_OUTCOME__cancelled;
    if (!payable && !called_off)
        return samme_fold_refuse(folding, "case has no authorised line");
    Samme__CaseRow row = *held;
    row.done = (Samme__ReturnDone *)(uintptr_t)done; /* packing does not change it */
    status = samme_fold_put_case(folding, held, &row);
    return status == SAMME_OK ? settle_slices(folding, held, done->outcome) : status;
}
