/* Approving what the policy does not authorise by itself: by the PIN of somebody who may, and who
 * is neither the opener nor the customer. */
#include "history/approval.h"

#include "history/slices.h"
#include "node/api/cases.h"

static samme_status find_case(samme_call *call, const char *case_code, const Samme__CaseRow **out,
                              samme_error *error) {
    samme_node *node = call->node;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_status status = samme_find_case(&rows, case_code, &node->arena, out);
    if (status != SAMME_OK)
        return samme_fail(error, status, "no case %.60s is known here", case_code);
    const Samme__CaseRow *row = *out;
    if (row->decided == NULL)
        return samme_refuse(call, 409, "not_decided", error, "the case is not decided yet");
    if (!samme_case_pays(row))
        return samme_refuse(call, 409, "not_decided", error,
                            "the goods have not come, or came since: decide when they are here");
    for (size_t i = 0; i < row->decided->n_lines; i++)
        if (samme_line_approvable(row->decided->lines[i]) && row->approved == NULL &&
            row->done == NULL)
            return SAMME_OK;
    return samme_refuse(call, 409, "not_approvable", error,
                        "the case has nothing that waits for an approval");
}

void samme_api_return_approve(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    const Samme__CaseRow *row;
    Samme__PersonRow *person;
    const char *case_code = samme_case_code(call);
    Samme__ApprovalRequest *request = SAMME_FROM_JSON(
        ApprovalRequest, approval_request, call->request->body, "body", &node->arena, &error);
    samme_status status =
        request == NULL ? SAMME_MALFORMED : samme_pin_left_out(call, request, &request->pin);
    if (status == SAMME_OK && samme_case_repeated(call))
        return;
    if (status == SAMME_OK)
        status = find_case(call, case_code, &row, &error);
    if (status == SAMME_OK)
        status = samme_pin_person(call, request->person, request->pin, &person, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    samme_pin_prove(call, SAMME_PIN_APPROVES, person, request->pin, case_code, request);
}

/* What a kind of tender has left to give back: as it stands now, behind the lines that this
 * approval has already. */
static int64_t room_of(const Samme__TenderFact *tender, const Samme__ReturnApproved *before) {
    int64_t refunded = tender->refunded;
    for (size_t i = 0; i < before->n_lines; i++)
        for (size_t k = 0; k < before->lines[i]->n_refunds; k++)
            if (before->lines[i]->refunds[k]->tender == tender->kind)
                refunded = samme_add_up(refunded, before->lines[i]->refunds[k]->amount);
    return tender->paid > refunded ? tender->paid - refunded : 0;
}

/* Whether the tenders can still give back what the decision said of each. */
static bool fits(const Samme__Facts *now, const Samme__ReturnApproved *before,
                 const Samme__Answer *answer) {
    if (answer->refund_to != SAMME__REFUND_TO__original_tender)
        return true; /* no tender gets back what it gave */
    for (size_t i = 0; i < now->n_tenders; i++)
        for (size_t k = 0; k < answer->n_refunds; k++)
            if (answer->refunds[k]->tender == now->tenders[i]->kind &&
                answer->refunds[k]->amount > room_of(now->tenders[i], before))
                return false;
    return true;
}

/* To the tenders that paid, as far as they gave; the rest, and a gift, as store credit. */
static samme_status split(samme_arena *arena, const Samme__Facts *now,
                          const Samme__ReturnApproved *before, Samme__ApprovedLine *line) {
    const bool gift = now->receipt_kind == SAMME__RECEIPT_KIND__gift_receipt;
    size_t most = now->n_tenders + 1;
    Samme__Refund *refunds = samme_arena_alloc(arena, most * sizeof *refunds);
    line->refunds = samme_arena_alloc(arena, most * sizeof *line->refunds);
    if (refunds == NULL || line->refunds == NULL)
        return SAMME_NO_MEMORY;
    int64_t left = line->refund;
    for (size_t i = 0; i <= now->n_tenders && left > 0; i++) {
        const Samme__TenderFact *tender = i < now->n_tenders ? now->tenders[i] : NULL;
        int64_t room = tender == NULL ? left : gift ? 0 : room_of(tender, before);
        if (room > left)
            room = left;
        if (room <= 0)
            continue;
        Samme__Refund *refund = &refunds[line->n_refunds];
        samme__refund__init(refund);
        refund->tender = tender != NULL               ? tender->kind
                         : now->n_tenders > 0 || gift ? SAMME__TENDER_KIND__store_credit
                                                      : SAMME__TENDER_KIND__tender_kind_unset;
        refund->amount = room;
        line->refunds[line->n_refunds++] = refund;
        left -= room;
    }
    return SAMME_OK;
}

/* Nothing of the line may have been refunded since the decision. *out: its facts as they are now;
 * what other lines of the case pay is refunded already. */
static samme_status check_left(samme_call *call, const Samme__CaseRow *row,
                               const samme_sale_view *sale, size_t at, Samme__Facts **out,
                               samme_error *error) {
    samme_node *node = call->node;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReturnOpened *asked;
    samme_status status = samme_case_asked(row, &node->arena, &asked);
    if (status != SAMME_OK)
        return status;
    const samme_asking asking = {.opened = asked,
                                 .line = asked->lines[at],
                                 .horizon = &present,
                                 .mode = samme_node_mode(node),
                                 .version = SAMME_FACTS_VERSION};
    status = samme_line_facts(&rows, &asking, sale, &node->arena, out);
    if (status == SAMME_OK &&
        (*out)->has_quantity_left_case == SAMME__FACTS__HAS_QUANTITY_LEFT_QUANTITY_LEFT &&
        (*out)->quantity_left < asking.line->quantity)
        status = samme_refuse(call, 409, "decide_again", error,
                              "line %u was refunded since: decide again", asking.line->no);
    return status;
}

/* Nor may its money have gone with another part of it. In a promotion group a line may give back
 * more than its share. */
static samme_status check_money(samme_call *call, const samme_sale_view *sale,
                                const Samme__ApprovedLine *line, samme_error *error) {
    const Samme__ReceiptRow *known = sale->row != NULL ? sale->row : sale->keyed;
    samme_rows rows = samme_layer_rows(&call->node->layer);
    samme_horizon present = samme_node_present(call->node);
    for (size_t i = 0; known != NULL && i < known->sale->n_lines; i++) {
        const Samme__SaleLine *sold = known->sale->lines[i];
        samme_line_sum sum;
        if (sold->no != line->no || sold->promo_group[0] != 0)
            continue;
        samme_status status = samme_refunded(&rows, known->sale->receipt, line->no, &present, &sum);
        if (status == SAMME_OK && samme_add_up(sum.refund, line->refund) > sold->paid)
            status = samme_refuse(call, 409, "decide_again", error,
                                  "of line %u %lld of %lld were refunded: decide again, or approve "
                                  "less",
                                  line->no, (long long)sum.refund, (long long)sold->paid);
        return status;
    }
    return SAMME_OK;
}

static const Samme__ApprovalLine *asked_line(const Samme__ApprovalRequest *request, uint32_t no) {
    for (size_t i = 0; i < request->n_lines; i++)
        if (request->lines[i]->no == no)
            return request->lines[i];
    return NULL;
}

/* The line with what it pays, not yet to whom. */
static samme_status set_refund(samme_call *call, const Samme__LineDecision *decision,
                               const Samme__ApprovalLine *asked, const Samme__PersonRow *person,
                               Samme__ApprovedLine **out, samme_error *error) {
    samme_arena *arena = &call->node->arena;
    if (!samme_role_enough(person->role, decision->answer->approval))
        return samme_refuse(call, 403, "role_too_low", error, "line %u wants a %s", decision->no,
                            decision->answer->approval[0] != 0 ? decision->answer->approval
                                                               : "supervisor");
    Samme__ApprovedLine *line = samme_arena_alloc(arena, sizeof *line);
    if (line == NULL)
        return SAMME_NO_MEMORY;
    samme__approved_line__init(line);
    line->no = decision->no;
    line->refund = samme_approval_most(decision);
    *out = line;
    bool says = asked != NULL && asked->has_refund_case == SAMME__APPROVAL_LINE__HAS_REFUND_REFUND;
    if (samme_approval_fixed(decision))
        return !says || asked->refund == line->refund
                   ? SAMME_OK
                   : samme_refuse(call, 409, "not_approvable", error,
                                  "line %u: the decision says %lld", decision->no,
                                  (long long)line->refund);
    if (says && (asked->refund < 0 || asked->refund > line->refund))
        return samme_refuse(call, 409, "not_approvable", error, "line %u: at most %lld was paid",
                            decision->no, (long long)line->refund);
    if (says)
        line->refund = asked->refund;
    else if (decision->answer->verdict == SAMME__VERDICT__contingent)
        line->refund = 0; /* its amount is the approver's to say */
    return SAMME_OK;
}

static samme_status approve_line(samme_call *call, const Samme__CaseRow *row,
                                 const samme_sale_view *sale, size_t at,
                                 const Samme__ApprovalLine *asked, const Samme__PersonRow *person,
                                 Samme__ReturnApproved *out, samme_error *error) {
    const Samme__LineDecision *decision = row->decided->lines[at];
    Samme__ApprovedLine *line = NULL;
    Samme__Facts *now = NULL;
    samme_status status = check_left(call, row, sale, at, &now, error);
    if (status == SAMME_OK)
        status = set_refund(call, decision, asked, person, &line, error);
    if (status == SAMME_OK)
        status = check_money(call, sale, line, error);
    if (status == SAMME_OK && samme_approval_fixed(decision) && fits(now, out, decision->answer)) {
        line->n_refunds = decision->answer->n_refunds;
        line->refunds = decision->answer->refunds;
    } else if (status == SAMME_OK) {
        status = split(&call->node->arena, now, out, line);
    }
    if (status == SAMME_OK)
        out->lines[out->n_lines++] = line;
    return status;
}

static samme_status approve_lines(samme_call *call, const Samme__CaseRow *row,
                                  const samme_sale_view *sale,
                                  const Samme__ApprovalRequest *request,
                                  const Samme__PersonRow *person, Samme__ReturnApproved *out,
                                  samme_error *error) {
    const Samme__ReturnDecided *decided = row->decided;
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < decided->n_lines && status == SAMME_OK; i++) {
        const Samme__ApprovalLine *asked = asked_line(request, decided->lines[i]->no);
        if (!samme_line_approvable(decided->lines[i]) || (request->n_lines > 0 && asked == NULL))
            continue;
        status = approve_line(call, row, sale, i, asked, person, out, error);
    }
    if (status == SAMME_OK &&
        (out->n_lines == 0 || (request->n_lines > 0 && out->n_lines != request->n_lines)))
        status = samme_refuse(call, 409, "not_approvable", error,
                              "a line that was named does not wait for an approval");
    return status;
}

/* Three persons: who opened it, who approves it, whose purchase it was. */
static samme_status check_persons(samme_call *call, const Samme__CaseRow *row,
                                  const samme_sale_view *sale, const Samme__PersonRow *person,
                                  samme_error *error) {
    samme_span approver = samme_span_of_bytes(person->subject);
    if (row->opened->opened_by.len == 0)
        return samme_refuse(call, 409, "opener_unknown", error,
                            "nobody was named when the return was opened (?person=NUMBER)");
    if (samme_span_equal(samme_span_of_bytes(row->opened->opened_by), approver))
        return samme_refuse(call, 403, "same_person", error,
                            "who opened the return does not approve it");
    if (sale->row != NULL &&
        samme_span_equal(samme_span_of_bytes(sale->row->sale->subject), approver))
        return samme_refuse(call, 403, "same_person", error, "the customer does not approve it");
    return SAMME_OK;
}

static samme_status make_approval(samme_call *call, const samme_pin_waiting *waiting,
                                  const Samme__ApprovalRequest *request,
                                  const Samme__PersonRow *person, Samme__ReturnApproved *out,
                                  samme_error *error) {
    samme_node *node = call->node;
    const Samme__CaseRow *row;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    samme_sale_view sale = {.row = NULL};
    samme_status status = find_case(call, waiting->case_code, &row, error);
    if (status == SAMME_OK)
        status = samme_find_sale(&rows, row->opened, &present, &node->arena, &sale);
    if (status == SAMME_OK)
        status = check_persons(call, row, &sale, person, error);
    if (status != SAMME_OK)
        return status;
    out->case_code = row->opened->case_code;
    out->decided_epoch = row->decided_epoch;
    out->decided_index = row->decided_index;
    out->approver = person->subject;
    out->role = person->role;
    out->valid_until_ms = samme_valid_until(node);
    out->till = samme_arena_text(&node->arena, waiting->till);
    out->lines =
        samme_arena_alloc(&node->arena, row->decided->n_lines * sizeof(Samme__ApprovedLine *));
    if (out->till == NULL || out->lines == NULL)
        return SAMME_NO_MEMORY;
    return approve_lines(call, row, &sale, request, person, out, error);
}

void samme_approval_checked(samme_call *call, const samme_pin_waiting *waiting,
                            const samme_pin_done *done) {
    samme_node *node = call->node;
    samme_error error = {0};
    Samme__PersonRow *person;
    Samme__ReturnApproved approved = SAMME__RETURN_APPROVED__INIT;
    const Samme__ApprovalRequest *request =
        SAMME_UNPACK(ApprovalRequest, approval_request, samme_buffer_span(&waiting->details),
                     &node->arena, &error);
    samme_status status = request == NULL ? SAMME_CORRUPT : SAMME_OK;
    if (status == SAMME_OK)
        status = samme_pin_judged(call, waiting, done, &person, &error);
    if (status == SAMME_OK)
        status = make_approval(call, waiting, request, person, &approved, &error);
    if (status == SAMME_OK)
        (void)samme_case_record(call, SAMME__EVENT_KIND__return_approved, &approved,
                                waiting->case_code);
    else
        samme_problem_of(call, status, &error);
}
