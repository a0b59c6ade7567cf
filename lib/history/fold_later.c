/* What comes late to a return: the goods themselves, and what a till paid while its node was away.
 */
#include "history/cases.h"
#include "history/slices.h"

static const Samme__ReturnLine *line_of(Samme__ReturnLine *const *lines, size_t count,
                                        uint32_t no) {
    for (size_t i = 0; i < count; i++)
        if (lines[i]->no == no)
            return lines[i];
    return NULL;
}

/* What is wrong with an arrival for this case, or NULL. */
static const char *arrival_fault(const Samme__CaseRow *row, const Samme__GoodsReceived *goods) {
    const Samme__ReturnOpened *opened = row->opened;
    const samme_stage stage = samme_case_stage(row);
    if (!opened->awaiting)
        return "case awaits no goods";
    if (stage == SAMME_STAGE_PAYABLE || row->approved != NULL)
        return "case has authorised lines";
    if (goods->n_lines == 0)
        return "arrival without lines";
    for (size_t i = 0; i < goods->n_lines; i++) {
        const Samme__ReturnLine *line = goods->lines[i];
        const Samme__ReturnLine *asked = line_of(opened->lines, opened->n_lines, line->no);
        if (asked == NULL)
            return "lines are not the case's";
        if (line_of(goods->lines, i, line->no) != NULL)
            return "line number used twice";
        if (row->received != NULL &&
            line_of(row->received->lines, row->received->n_lines, line->no) != NULL)
            return "line has come before";
        if (line->quantity <= 0)
            return "line quantity not above zero";
        if (line->quantity > asked->quantity)
            return "more has come than the case awaits";
    }
    return NULL;
}

/* All that has come, in the order of the case; the head is that of the newest arrival. */
static samme_status join(samme_folding *folding, const Samme__CaseRow *row,
                         const Samme__GoodsReceived *goods, Samme__GoodsReceived *out) {
    const Samme__ReturnOpened *opened = row->opened;
    const Samme__GoodsReceived *before = row->received;
    *out = *goods;
    out->n_lines = 0;
    out->lines = samme_arena_alloc(folding->arena, opened->n_lines * sizeof(Samme__ReturnLine *));
    if (out->lines == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < opened->n_lines; i++) {
        const uint32_t no = opened->lines[i]->no;
        const Samme__ReturnLine *line = line_of(goods->lines, goods->n_lines, no);
        if (line == NULL && before != NULL)
            line = line_of(before->lines, before->n_lines, no);
        if (line != NULL) /* packing does not change it */
            out->lines[out->n_lines++] = (Samme__ReturnLine *)(uintptr_t)line;
    }
    return SAMME_OK;
}

samme_status samme_fold_goods_received(samme_folding *folding, const Samme__GoodsReceived *goods) {
    const Samme__CaseRow *held;
    samme_status status = samme_fold_own_case(folding, goods->case_code, &held);
    if (status != SAMME_OK || held == NULL)
        return status;
    const char *fault = arrival_fault(held, goods);
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    Samme__GoodsReceived all;
    Samme__CaseRow row = *held;
    status = join(folding, held, goods, &all);
    if (status != SAMME_OK)
        return status;
    row.received = &all;
    row.received_epoch = folding->position->epoch;
    row.received_index = folding->position->index;
    row.promise = row.decided != NULL; /* it did not know of these goods */
    return samme_fold_put_case(folding, held, &row);
}

static bool sums_up(const Samme__RecordedLine *line) {
    int64_t sum = 0;
    for (size_t i = 0; i < line->n_refunds; i++) {
        if (line->refunds[i]->amount < 0)
            return false;
        sum = samme_add_up(sum, line->refunds[i]->amount);
    }
    return sum == line->refund;
}

/* What is wrong with what was paid for this case, or NULL. */
static const char *recorded_fault(const Samme__CaseRow *row,
                                  const Samme__ReturnRecorded *recorded) {
    if (!row->opened->recorded)
        return "case is not recorded later";
    if (recorded->n_lines != row->opened->n_lines)
        return "lines are not the case's";
    for (size_t i = 0; i < recorded->n_lines; i++) {
        if (recorded->lines[i]->no != row->opened->lines[i]->no)
            return "lines are not the case's";
        if (recorded->lines[i]->refund < 0)
            return "refund or fee below zero";
        if (!sums_up(recorded->lines[i]))
            return "refunds do not sum up";
    }
    return NULL;
}

static samme_status check_room(samme_folding *folding, const samme_row_key *receipt_key,
                               const Samme__ReturnRecorded *recorded) {
    for (size_t i = 0; i < recorded->n_lines; i++) {
        samme_line_sum sum;
        samme_status status =
            samme_sum_slices(folding->rows, receipt_key, recorded->lines[i]->no, NULL, &sum);
        if (status != SAMME_OK)
            return status;
        if (sum.slices >= SAMME_SLICES_PER_LINE_MAX)
            return samme_fold_refuse(folding, "line was refunded too often");
    }
    return SAMME_OK;
}

/* Nobody confirmed it, also where the branch itself had sold the line: it may have lent it since.
 */
static samme_status put_paid(samme_folding *folding, const samme_row_key *receipt_key,
                             const Samme__ReturnLine *asked, const Samme__ReturnRecorded *recorded,
                             const Samme__RecordedLine *paid) {
    Samme__Facts facts = SAMME__FACTS__INIT;
    Samme__Answer answer = SAMME__ANSWER__INIT;
    Samme__LineDecision line = SAMME__LINE_DECISION__INIT;
    facts.claim = SAMME__CLAIM__unconfirmed;
    answer.refund = paid->refund;
    answer.n_refunds = paid->n_refunds;
    answer.refunds = paid->refunds;
    line.no = asked->no;
    line.quantity = asked->quantity;
    line.facts = &facts;
    line.answer = &answer;
    return samme_fold_put_slice(folding, receipt_key, recorded->case_code, &line, false,
                                SAMME__RETURN_OUTCOME__paid);
}

static samme_status put_recorded(samme_folding *folding, const Samme__CaseRow *held,
                                 const Samme__ReturnRecorded *recorded) {
    Samme__CaseRow row = *held;
    Samme__ReturnDone done = SAMME__RETURN_DONE__INIT;
    done.case_code = recorded->case_code;
    done.outcome = SAMME__RETURN_OUTCOME__paid;
    done.reference = recorded->reference;
    done.till = recorded->till;
    for (size_t i = 0; i < recorded->n_lines; i++)
        done.paid = samme_add_up(done.paid, recorded->lines[i]->refund);
    row.recorded = (Samme__ReturnRecorded *)(uintptr_t)recorded; /* packing does not change it */
    row.done = &done;
    return samme_fold_put_case(folding, held, &row);
}

samme_status samme_fold_return_recorded(samme_folding *folding,
                                        const Samme__ReturnRecorded *recorded) {
    const Samme__CaseRow *held;
    samme_row_key receipt_key;
    samme_status status = samme_fold_own_case(folding, recorded->case_code, &held);
    if (status != SAMME_OK || held == NULL)
        return status;
    const char *fault = recorded_fault(held, recorded);
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    if (!samme_receipt_named(held->opened->receipt))
        return put_recorded(folding, held, recorded);
    if (samme_receipt_key(held->opened->receipt, &receipt_key) != SAMME_OK)
        return SAMME_CORRUPT; /* it was a key when the case was opened */
    status = check_room(folding, &receipt_key, recorded);
    if (status == SAMME_OK && folding->refused == NULL)
        status = put_recorded(folding, held, recorded);
    for (size_t i = 0; status == SAMME_OK && folding->refused == NULL && i < recorded->n_lines; i++)
        status =
            put_paid(folding, &receipt_key, held->opened->lines[i], recorded, recorded->lines[i]);
    return status;
}
