/* Loans that nobody uses go back to who lent them. */
#include "history/approval.h"
#include "history/row.h"
#include "node/claims.h"

/* Whether the decision named the loan, for something that may still be approved. */
static bool awaits_approval(const Samme__CaseRow *row, const Samme__LentRef *lent) {
    const Samme__ReturnDecided *decided = row->decided;
    bool named = false;
    for (size_t i = 0; i < decided->n_lent; i++)
        named =
            named || (decided->lent[i]->no == lent->no && decided->lent[i]->epoch == lent->epoch &&
                      decided->lent[i]->index == lent->index);
    return named && row->approved == NULL && samme_loan_awaits_approval(decided, lent->no);
}

/* Whether its case still has a use for a living loan. */
static samme_status of_use(samme_node *node, samme_giving *giving, const Samme__BorrowedRow *loan,
                           bool *out) {
    samme_rows rows = samme_layer_rows(&node->layer);
    const Samme__CaseRow *row;
    *out = false;
    samme_status status = samme_find_case(&rows, loan->case_code, &node->arena, &row);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    if (status != SAMME_OK || row->branch != node->setup.branch || row->done != NULL)
        return status;
    if (samme_claims_hold_case(node, loan->case_code)) {
        *out = true;
        return SAMME_OK;
    }
    if (row->decided != NULL && !row->promise && !awaits_approval(row, loan->lent))
        return SAMME_OK;
    const int64_t until = samme_claims_asked_ms(node, loan) + SAMME_LOAN_IDLE_MS;
    *out = node->monotonic_ms < until;
    if (*out && until < giving->idle_ms)
        giving->idle_ms = until;
    return SAMME_OK;
}

static samme_status lives(samme_node *node, const Samme__BorrowedRow *loan, bool *out) {
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_row_key receipt_key, prefix, key;
    const ProtobufCMessage *held;
    if (loan->receipt == NULL || loan->lent == NULL ||
        samme_receipt_key(loan->receipt, &receipt_key) != SAMME_OK)
        return SAMME_CORRUPT;
    samme_loan_prefix(&receipt_key, loan->lent->no, &prefix);
    samme_slice_key(&prefix, loan->receipt->branch, loan->lent->epoch, loan->lent->index, &key);
    samme_status status = samme_row_read(&rows, samme_row_key_span(&key),
                                         &samme__loan_row__descriptor, &node->arena, &held);
    if (status == SAMME_OK)
        *out = SAMME_ROW(LoanRow, held)->end == SAMME__LOAN_END__loan_live;
    return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
}

static samme_status give_back(samme_node *node, const Samme__BorrowedRow *loan,
                              samme_error *error) {
    Samme__GivenBack given = SAMME__GIVEN_BACK__INIT;
    given.case_code = loan->case_code;
    given.receipt = loan->receipt;
    given.lent = loan->lent;
    const samme_new_entry entry = {.kind = SAMME__EVENT_KIND__given_back, .body = &given};
    uint64_t index;
    samme_status status = samme_own_append(node, &entry, 1, &index, error);
    if (status != SAMME_CONFLICT)
        return status;
    memcpy(node->notice, error->text, sizeof node->notice); /* the fold knows better: let it be */
    return SAMME_OK;
}

static samme_status look_at_loan(samme_node *node, samme_giving *giving,
                                 const Samme__BorrowedRow *loan, uint64_t journal_index,
                                 samme_error *error) {
    bool living, useful = false;
    samme_status status = lives(node, loan, &living);
    if (status != SAMME_OK || !living)
        return status;
    status = of_use(node, giving, loan, &useful);
    /* One given back now is met again in the next pass: this step may still be undone. */
    if (status == SAMME_OK && journal_index < giving->lowest)
        giving->lowest = journal_index;
    return status == SAMME_OK && !useful ? give_back(node, loan, error) : status;
}

static void begin_pass(const samme_node *node, samme_giving *giving) {
    const samme_position from = {.journal_index = giving->from_record};
    samme_borrowed_key(node->setup.branch, &from, &giving->at);
    giving->lowest = node->follow.replay.range.size;
    giving->pass_prefix = node->follow.replay.range.size;
    giving->pass_own = node->own.size;
    giving->idle_ms = INT64_MAX;
}

static bool pass_is_due(const samme_node *node, const samme_giving *giving) {
    return giving->pass_prefix != node->follow.replay.range.size ||
           giving->pass_own != node->own.size || node->monotonic_ms >= giving->idle_ms;
}

/* Looks at the loans to this branch from the oldest living one on, some in each step. */
static samme_status look_at_loans(samme_node *node, samme_giving *giving, samme_error *error) {
    if (giving->at.length == 0) {
        if (!pass_is_due(node, giving))
            return SAMME_OK;
        begin_pass(node, giving);
    }
    samme_row_key prefix;
    samme_borrowed_prefix(node->setup.branch, &prefix);
    for (unsigned i = 0; i < SAMME_LOANS_LOOKED_AT; i++) {
        samme_span value;
        const ProtobufCMessage *row;
        uint64_t journal_index;
        samme_status status = samme_row_next(&node->follow.replay.rows, samme_row_key_span(&prefix),
                                             &giving->at, &value);
        if (status == SAMME_NOT_FOUND) {
            giving->from_record = giving->lowest;
            giving->at.length = 0;
            return SAMME_OK;
        }
        if (status == SAMME_OK)
            status = samme_borrowed_at(samme_row_key_span(&giving->at), &journal_index);
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__borrowed_row__descriptor, &node->arena, &row);
        if (status == SAMME_OK)
            status = look_at_loan(node, giving, SAMME_ROW(BorrowedRow, row), journal_index, error);
        if (status != SAMME_OK)
            return status;
        samme_key_after(&giving->at);
    }
    return SAMME_OK;
}

void samme_giving_begin(samme_giving *giving) {
    *giving = (samme_giving){.pass_prefix = UINT64_MAX, .idle_ms = INT64_MAX};
}

samme_status samme_give_back(samme_node *node, samme_giving *giving, samme_error *error) {
    samme_status status = look_at_loans(node, giving, error);
    if (status != SAMME_OK) { /* the step is undone: the pass begins anew */
        giving->at.length = 0;
        giving->pass_prefix = UINT64_MAX;
    }
    return status;
}
