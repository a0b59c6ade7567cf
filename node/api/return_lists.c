/* Returns for a till that has just been started: those of this branch that wait for something, and
 * those of a receipt. And one return, at once or when it has changed. */
#include <stdio.h>

#include "base/text.h"
#include "node/api/cases.h"
#include "node/waits.h"

enum { PAGE = 32 };

/* What may be asked for. Those that may be paid stand in the order of the time until when. */
typedef struct listed_state {
    const char *name;
    samme_stage stage;
} listed_state;
static const listed_state STATES[] = {
    {"open", SAMME_STAGE_OPEN},          {"decided", SAMME_STAGE_ASKS},
    {"authorised", SAMME_STAGE_PAYABLE}, {"unresolved", SAMME_STAGE_PAYABLE},
    {"awaiting", SAMME_STAGE_AWAITS},    {"received", SAMME_STAGE_CAME},
};

samme_status samme_cases_in(samme_node *node, const char *state, samme_case_list *out) {
    const int64_t now = samme_node_time(node);
    *out = (samme_case_list){.branch = node->setup.branch, .below = UINT64_MAX};
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++) {
        if (strcmp(state, STATES[i].name) != 0)
            continue;
        out->stage = STATES[i].stage;
        if (strcmp(state, "unresolved") == 0)
            out->below = (uint64_t)now + 1;
        if (strcmp(state, "authorised") == 0) {
            out->after = (uint64_t)now + 1;
            out->after_case = "";
        }
        return SAMME_OK;
    }
    return SAMME_NOT_FOUND;
}

static samme_status bad_query(samme_call *call, samme_error *error) {
    return samme_refuse(call, 400, "bad_query", error,
                        "expected state (open, decided, authorised, unresolved, awaiting or "
                        "received), or branch, till, number and date of a receipt; after as "
                        "answered");
}

/* What one page holds, and where the next begins. */
typedef struct page {
    const Samme__CaseRow *rows[PAGE];
    size_t count;
    char after[64];
} page;

static samme_status by_state(samme_call *call, const char *state, const char *after, page *out,
                             samme_error *error) {
    samme_node *node = call->node;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_case_list list;
    samme_case_listed found[PAGE];
    if (samme_cases_in(node, state, &list) != SAMME_OK)
        return bad_query(call, error);
    if (after != NULL) {
        const char *dot = strchr(after, '.');
        if (dot == NULL ||
            samme_u64_parse(SAMME_SPAN((const uint8_t *)after, (size_t)(dot - after)),
                            &list.after) != SAMME_OK ||
            strlen(dot + 1) > SAMME_CASE_CODE_MAX_BYTES)
            return bad_query(call, error);
        list.after_case = dot + 1;
    }
    samme_status status = samme_list_cases(&rows, &list, &node->arena, found, PAGE, &out->count);
    for (size_t i = 0; i < out->count; i++)
        out->rows[i] = found[i].row;
    if (out->count == PAGE)
        snprintf(out->after, sizeof out->after, "%llu.%s",
                 (unsigned long long)found[PAGE - 1].order, found[PAGE - 1].row->opened->case_code);
    return status;
}

static samme_status by_receipt(samme_call *call, const char *after, page *out, samme_error *error) {
    samme_node *node = call->node;
    const char *branch_text = samme_query_value(call, "branch");
    const char *till = samme_query_value(call, "till"), *date = samme_query_value(call, "date");
    const char *number = samme_query_value(call, "number");
    uint64_t branch = node->setup.branch;
    if (number == NULL || date == NULL || (after != NULL && strlen(after) > 40) ||
        (branch_text != NULL &&
         (samme_u64_parse(samme_span_of_text(branch_text), &branch) != SAMME_OK ||
          branch > UINT32_MAX)))
        return bad_query(call, error);
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = (uint32_t)branch;
    receipt.till = samme_arena_text(&node->arena, till == NULL ? "" : till);
    receipt.number = samme_arena_text(&node->arena, number);
    receipt.business_date = samme_arena_text(&node->arena, date);
    if (receipt.till == NULL || receipt.number == NULL || receipt.business_date == NULL)
        return SAMME_NO_MEMORY;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_status status = samme_list_cases_of_receipt(&rows, &receipt, after == NULL ? "" : after,
                                                      &node->arena, out->rows, PAGE, &out->count);
    if (status == SAMME_MALFORMED)
        return bad_query(call, error);
    if (status == SAMME_OK && out->count == PAGE)
        snprintf(out->after, sizeof out->after, "%s", out->rows[PAGE - 1]->opened->case_code);
    return status;
}

void samme_api_returns_list(samme_call *call) {
    samme_error error = {0};
    page found = {.count = 0};
    Samme__ReturnView views[PAGE], *list[PAGE];
    const char *state = samme_query_value(call, "state");
    const char *after = samme_query_value(call, "after");
    samme_status status = state != NULL ? by_state(call, state, after, &found, &error)
                                        : by_receipt(call, after, &found, &error);
    for (size_t i = 0; i < found.count && status == SAMME_OK; i++) {
        status = samme_case_view(call->node, found.rows[i], true, &views[i]);
        list[i] = &views[i];
    }
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__ReturnsView all = SAMME__RETURNS_VIEW__INIT;
    all.n_returns = found.count;
    all.returns = list;
    all.after = found.after;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_RETURNS;
    answer.returns = &all;
    samme_answer(call, 200, &answer);
}

void samme_api_return_get(samme_call *call) {
    const char *wait = samme_query_value(call, "wait");
    const char *case_code = samme_case_code(call);
    uint64_t seconds = 0;
    const Samme__CaseRow *row;
    samme_error error = {0};
    samme_status status = SAMME_OK;
    if (wait != NULL && (samme_u64_parse(samme_span_of_text(wait), &seconds) != SAMME_OK ||
                         seconds > SAMME_WAIT_MAX_S))
        status = samme_refuse(call, 400, "bad_query", &error, "wait: expected 0 to %u seconds",
                              SAMME_WAIT_MAX_S);
    if (status == SAMME_OK)
        status = samme_case_find(call, case_code, &row, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    /* Whoever says which state it has seen misses no change between two questions. */
    const char *seen = samme_query_value(call, "state");
    const Samme__ReturnState state = samme_case_state(call->node, row);
    const bool news = seen != NULL && strcmp(seen, samme_enum_name(&samme__return_state__descriptor,
                                                                   (int)state)) != 0;
    if (seconds == 0 || news || !samme_wait(call, row, (int64_t)seconds * 1000))
        samme_case_answer(call, case_code, 200, UINT64_MAX, false);
}
