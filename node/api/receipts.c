#include "node/api/api.h"

static samme_status describe(samme_node *node, const Samme__ReceiptRow *row,
                             Samme__ReceiptFound *out) {
    const Samme__Sale *sale = row->sale;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_horizon present = samme_node_present(node);
    Samme__ReceiptLineState *lines = samme_arena_alloc(&node->arena, sale->n_lines * sizeof *lines);
    Samme__ReceiptLineState **pointers =
        samme_arena_alloc(&node->arena, sale->n_lines * sizeof *pointers);
    if (lines == NULL || pointers == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < sale->n_lines; i++) {
        samme_line_sum sum;
        samme_status status =
            samme_refunded(&rows, sale->receipt, sale->lines[i]->no, &present, &sum);
        if (status != SAMME_OK)
            return status;
        samme__receipt_line_state__init(&lines[i]);
        lines[i].no = sale->lines[i]->no;
        int64_t left = sale->lines[i]->quantity - sum.quantity;
        lines[i].quantity_left = left > 0 ? left : 0;
        lines[i].refunded = sum.refund;
        pointers[i] = &lines[i];
    }
    samme__receipt_found__init(out);
    out->sale = row->sale;
    out->n_lines = sale->n_lines;
    out->lines = pointers;
    return SAMME_OK;
}

void samme_api_receipts(samme_call *call) {
    samme_node *node = call->node;
    const char *number = samme_query_value(call, "number");
    const char *branch_text = samme_query_value(call, "branch");
    uint64_t branch = 0;
    if (number == NULL || number[0] == 0 ||
        (branch_text != NULL &&
         samme_u64_parse(samme_span_of_text(branch_text), &branch) != SAMME_OK)) {
        samme_problem(call, 400, "bad_query",
                      "expected ?number=NUMBER, and branch=NUMBER if wanted");
        return;
    }
    const Samme__ReceiptRow *found[SAMME_RECEIPTS_FOUND_MAX];
    size_t count = 0, kept = 0;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_status status = samme_find_receipts_by_number(&rows, number, &node->arena, found,
                                                        SAMME_RECEIPTS_FOUND_MAX, &count);
    Samme__ReceiptFound receipts[SAMME_RECEIPTS_FOUND_MAX], *pointers[SAMME_RECEIPTS_FOUND_MAX];
    for (size_t i = 0; i < count && status == SAMME_OK; i++) {
        if (branch != 0 && found[i]->sale->receipt->branch != branch)
            continue;
        status = describe(node, found[i], &receipts[kept]);
        pointers[kept] = &receipts[kept];
        kept++;
    }
    if (status != SAMME_OK || kept == 0) {
        samme_error error = {0};
        samme_fail(&error, SAMME_NOT_FOUND, "no receipt %.80s is known here", number);
        samme_problem_of(call, status == SAMME_OK ? SAMME_NOT_FOUND : status, &error);
        return;
    }
    Samme__ReceiptsFound all = SAMME__RECEIPTS_FOUND__INIT;
    all.n_receipts = kept;
    all.receipts = pointers;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_RECEIPTS;
    answer.receipts = &all;
    samme_answer(call, 200, &answer);
}
