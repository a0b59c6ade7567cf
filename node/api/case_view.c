/* A case as tills see it. */
#include "base/calendar.h"
#include "base/money.h"
#include "history/approval.h"
#include "node/api/cases.h"

enum { TIME_TEXT_BYTES = 32 };

Samme__ReturnState samme_case_state(samme_node *node, const Samme__CaseRow *row) {
    if (row->done != NULL && row->done->outcome == SAMME__RETURN_OUTCOME__paid)
        return SAMME__RETURN_STATE__case_paid;
    if (row->done != NULL)
        return row->done->outcome == SAMME__RETURN_OUTCOME__failed
                   ? SAMME__RETURN_STATE__case_failed
                   : SAMME__RETURN_STATE__case_cancelled;
    switch (samme_case_stage(row)) {
    case SAMME_STAGE_OPEN:
        return SAMME__RETURN_STATE__case_open;
    case SAMME_STAGE_AWAITS:
        return SAMME__RETURN_STATE__case_awaiting;
    case SAMME_STAGE_CAME:
        return SAMME__RETURN_STATE__case_received;
    case SAMME_STAGE_PAYABLE:
        if (samme_case_valid_until(row) <= samme_node_time(node))
            return SAMME__RETURN_STATE__case_unresolved;
        return row->approved != NULL ? SAMME__RETURN_STATE__case_approved
                                     : SAMME__RETURN_STATE__case_authorised;
    case SAMME_STAGE_ASKS:
    case SAMME_STAGE_NONE:
        break;
    }
    return SAMME__RETURN_STATE__case_decided;
}

int64_t samme_case_refund(const Samme__CaseRow *row) {
    int64_t sum = 0;
    if (row->recorded != NULL)
        return row->done == NULL ? 0 : row->done->paid;
    for (size_t i = 0; samme_case_pays(row) && i < row->decided->n_lines; i++) {
        const Samme__LineDecision *line = row->decided->lines[i];
        const Samme__ApprovedLine *approved = samme_approved_line(row->approved, line->no);
        int64_t refund = approved != NULL                                     ? approved->refund
                         : line->answer->verdict == SAMME__VERDICT__authorise ? line->answer->refund
                                                                              : 0;
        if (samme_money_add(sum, refund, &sum) != SAMME_OK)
            return INT64_MAX; /* another branch's nonsense: shown, never paid here */
    }
    return sum;
}

/* Whether what a till paid while the node was away is not what the policy says. */
static bool overridden(const Samme__CaseRow *row) {
    const Samme__ReturnRecorded *recorded = row->recorded;
    const Samme__ReturnDecided *decided = row->decided;
    if (recorded == NULL || decided == NULL)
        return false;
    for (size_t i = 0; i < recorded->n_lines && i < decided->n_lines; i++) {
        const Samme__Answer *answer = decided->lines[i]->answer;
        const int64_t due = answer->verdict == SAMME__VERDICT__authorise ? answer->refund : 0;
        if (recorded->lines[i]->refund != due)
            return true;
    }
    return false;
}

static Samme__LineDecision *line_without_giver(samme_arena *arena,
                                               const Samme__LineDecision *line) {
    Samme__LineDecision *out = samme_arena_alloc(arena, sizeof *out);
    Samme__Facts *facts = samme_arena_alloc(arena, sizeof *facts);
    if (out == NULL || facts == NULL)
        return NULL;
    *facts = *line->facts;
    facts->tender = SAMME__TENDER_KIND__tender_kind_unset;
    facts->n_tenders = 0;
    *out = *line;
    out->facts = facts;
    return out;
}

/* The row is shared: what is shown is a copy. */
static samme_status hide_giver(samme_arena *arena, Samme__ReturnView *view) {
    Samme__ReturnOpened *opened = samme_arena_alloc(arena, sizeof *opened);
    if (opened == NULL)
        return SAMME_NO_MEMORY;
    *opened = *view->opened;
    if (opened->keyed != NULL) {
        Samme__Sale *keyed = samme_arena_alloc(arena, sizeof *keyed);
        if (keyed == NULL)
            return SAMME_NO_MEMORY;
        *keyed = *opened->keyed;
        keyed->n_tenders = 0;
        keyed->subject.len = 0;
        opened->keyed = keyed;
    }
    view->opened = opened;
    if (view->decided == NULL)
        return SAMME_OK;
    Samme__ReturnDecided *decided = samme_arena_alloc(arena, sizeof *decided);
    if (decided == NULL)
        return SAMME_NO_MEMORY;
    *decided = *view->decided;
    decided->lines = samme_arena_alloc(arena, decided->n_lines * sizeof(Samme__LineDecision *));
    for (size_t i = 0; decided->lines != NULL && i < decided->n_lines; i++) {
        decided->lines[i] = line_without_giver(arena, view->decided->lines[i]);
        if (decided->lines[i] == NULL)
            return SAMME_NO_MEMORY;
    }
    view->decided = decided;
    return decided->lines == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

samme_status samme_case_view(samme_node *node, const Samme__CaseRow *row, bool in_short,
                             Samme__ReturnView *out) {
    samme__return_view__init(out);
    out->case_code = row->opened->case_code;
    out->state = samme_case_state(node, row);
    out->opened = row->opened;
    out->decided = in_short ? NULL : row->decided;
    out->done = row->done;
    out->approved = row->approved;
    out->received = row->received;
    out->recorded_return = row->recorded;
    out->overridden = overridden(row);
    out->refund = samme_case_refund(row);
    if (samme_case_stage(row) == SAMME_STAGE_PAYABLE && samme_case_valid_until(row) != 0) {
        out->valid_until = samme_arena_alloc(&node->arena, TIME_TEXT_BYTES);
        if (out->valid_until == NULL)
            return SAMME_NO_MEMORY;
        samme_time_format(samme_case_valid_until(row), out->valid_until);
    }
    return row->opened->receipt_kind == SAMME__RECEIPT_KIND__gift_receipt
               ? hide_giver(&node->arena, out)
               : SAMME_OK;
}

samme_status samme_case_find(samme_call *call, const char *case_code, const Samme__CaseRow **out,
                             samme_error *error) {
    samme_rows rows = samme_layer_rows(&call->node->layer);
    samme_status status = samme_find_case(&rows, case_code, &call->node->arena, out);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "no case %.60s is known here", case_code);
}

void samme_case_answer(samme_call *call, const char *case_code, unsigned status_code,
                       uint64_t index, bool repeated) {
    const Samme__CaseRow *row;
    samme_error error = {0};
    samme_status status = samme_case_find(call, case_code, &row, &error);
    Samme__Recorded recorded;
    Samme__ReturnView view;
    if (status == SAMME_OK && index != UINT64_MAX)
        status = samme_recorded(call->node, index, repeated, &recorded);
    if (status == SAMME_OK)
        status = samme_case_view(call->node, row, false, &view);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    view.recorded = index == UINT64_MAX ? NULL : &recorded;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_RETURN_CASE;
    answer.return_case = &view;
    samme_answer(call, status_code, &answer);
}
