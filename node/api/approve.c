/* Approving what the policy does not authorise by itself: by the PIN of somebody who may, and who
 * is neither the opener nor the customer. */
#include "history/approval.h"

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

/* To the tenders that paid, as far as they gave; the rest, and a gift, as store credit. */
static samme_status split(samme_arena *arena, const Samme__Facts *facts,
                          Samme__ApprovedLine *line) {
    const bool gift = facts->receipt_kind == SAMME__RECEIPT_KIND__gift_receipt;
    size_t most = facts->n_tenders + 1;
    Samme__Refund *refunds = samme_arena_alloc(arena, most * sizeof *refunds);
    line->refunds = samme_arena_alloc(arena, most * sizeof *line->refunds);
    if (refunds == NULL || line->refunds == NULL)
        return SAMME_NO_MEMORY;
    int64_t left = line->refund;
    for (size_t i = 0; i <= facts->n_tenders && left > 0; i++) {
        const Samme__TenderFact *tender = i < facts->n_tenders ? facts->tenders[i] : NULL;
        int64_t room = tender == NULL                           ? left
                       : gift                                   ? 0
                       : tender->paid - tender->refunded < left ? tender->paid - tender->refunded
                                                                : left;
        if (room <= 0)
            continue;
        Samme__Refund *refund = &refunds[line->n_refunds];
        samme__refund__init(refund);
        refund->tender = tender != NULL                 ? tender->kind
                         : facts->n_tenders > 0 || gift ? SAMME__TENDER_KIND__store_credit
                                                        : SAMME__TENDER_KIND__tender_kind_unset;
        refund->amount = room;
        line->refunds[line->n_refunds++] = refund;
        left -= room;
    }
    return SAMME_OK;
}

/* Nothing of the line may have been refunded since the decision. */
static samme_status check_left(samme_call *call, const Samme__CaseRow *row,
                               const samme_sale_view *sale, size_t at, samme_error *error) {
    samme_node *node = call->node;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    const Samme__ReturnOpened *asked;
    samme_status status = samme_case_asked(row, &node->arena, &asked);
    if (status != SAMME_OK)
        return status;
    const samme_asking asking = {.opened = asked,
                                 .line = asked->lines[at],
                                 .before = row->decided->lines,
                                 .before_count = at,
                                 .horizon = &present,
                                 .mode = samme_node_mode(node),
                                 .version = SAMME_FACTS_VERSION};
    Samme__Facts *facts;
    status = samme_line_facts(&rows, &asking, sale, &node->arena, &facts);
    if (status == SAMME_OK &&
        facts->has_quantity_left_case == SAMME__FACTS__HAS_QUANTITY_LEFT_QUANTITY_LEFT &&
        facts->quantity_left < asking.line->quantity)
        status = samme_refuse(call, 409, "decide_again", error,
                              "line %u was refunded since: decide again", asking.line->no);
    return status;
}

static const Samme__ApprovalLine *asked_line(const Samme__ApprovalRequest *request, uint32_t no) {
    for (size_t i = 0; i < request->n_lines; i++)
        if (request->lines[i]->no == no)
            return request->lines[i];
    return NULL;
}

static samme_status approve_line(samme_call *call, const Samme__LineDecision *decision,
                                 const Samme__ApprovalLine *asked, const Samme__PersonRow *person,
                                 Samme__ReturnApproved *out, samme_error *error) {
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
    out->lines[out->n_lines++] = line;
    bool says = asked != NULL && asked->has_refund_case == SAMME__APPROVAL_LINE__HAS_REFUND_REFUND;
    if (samme_approval_fixed(decision)) {
        line->n_refunds = decision->answer->n_refunds;
        line->refunds = decision->answer->refunds;
        return !says || asked->refund == line->refund
                   ? SAMME_OK
                   : samme_refuse(call, 409, "not_approvable", error,
                                  "line %u: the decision says %lld", decision->no,
                                  (long long)line->refund);
    }
    if (says && (asked->refund < 0 || asked->refund > line->refund))
        return samme_refuse(call, 409, "not_approvable", error, "line %u: at most %lld was paid",
                            decision->no, (long long)line->refund);
    if (says)
        line->refund = asked->refund;
    else if (decision->answer->verdict == SAMME__VERDICT__contingent)
        line->refund = 0; /* its amount is the approver's to say */
    return split(arena, decision->facts, line);
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
        status = check_left(call, row, sale, i, error);
        if (status == SAMME_OK)
            status = approve_line(call, decided->lines[i], asked, person, out, error);
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
