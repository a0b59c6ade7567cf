#include "base/calendar.h"
#include "base/text.h"
#include "history/alarms.h"
#include "history/lookup.h"
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
        const Samme__AlarmRow *alarm;
        if (sum.branch_count == 0) /* nothing of it was refunded */
            continue;
        status = samme_find_alarm(&rows, sale->receipt, lines[i].no, &node->arena, &alarm);
        if (status == SAMME_OK && samme_alarm_pending(alarm))
            lines[i].alarm = alarm->state;
        else if (status != SAMME_OK && status != SAMME_NOT_FOUND)
            return status;
    }
    samme__receipt_found__init(out);
    out->sale = row->sale;
    out->n_lines = sale->n_lines;
    out->lines = pointers;
    return SAMME_OK;
}

/* Who was given something need not learn what it was paid with. */
static samme_status hide_giver(samme_arena *arena, Samme__ReceiptFound *found) {
    Samme__Sale *sale = samme_arena_alloc(arena, sizeof *sale);
    if (sale == NULL)
        return SAMME_NO_MEMORY;
    *sale = *found->sale; /* the row is shared */
    sale->n_tenders = 0;
    sale->subject.len = 0;
    found->sale = sale;
    return SAMME_OK;
}

/* What a question may name, and where to look. */
typedef struct question {
    const char *name;
    samme_lookup by; /* 0: by number */
} question;

static const question QUESTIONS[] = {
    {"number", (samme_lookup)0},       {"barcode", SAMME_BY_BARCODE},   {"serial", SAMME_BY_SERIAL},
    {"reference", SAMME_BY_REFERENCE}, {"customer", SAMME_BY_CUSTOMER},
};
enum { QUESTION_COUNT = sizeof QUESTIONS / sizeof *QUESTIONS, DAYS_MAX = 366 };

typedef struct found_receipts {
    const Samme__ReceiptRow *rows[SAMME_RECEIPTS_FOUND_MAX];
    size_t count;
} found_receipts;

static samme_status bad_query(samme_call *call, samme_error *error) {
    return samme_refuse(call, 400, "bad_query", error,
                        "expected one of number, barcode, serial, reference, customer, each with "
                        "branch if wanted; or sku, branch, from and to");
}

/* Articles stand on no slip: they are looked for day by day, at one branch. */
static samme_status ask_by_sku(samme_call *call, const char *sku, uint64_t branch,
                               found_receipts *found, samme_error *error) {
    const char *from_text = samme_query_value(call, "from");
    const char *to_text = samme_query_value(call, "to");
    int32_t from, to;
    if (from_text == NULL || to_text == NULL || branch == 0 || branch > UINT32_MAX ||
        samme_date_parse(from_text, &from) != SAMME_OK ||
        samme_date_parse(to_text, &to) != SAMME_OK || to < from)
        return bad_query(call, error);
    if (to - from >= DAYS_MAX)
        return samme_refuse(call, 400, "bad_query", error, "from and to span at most %d days",
                            DAYS_MAX);
    bool cut;
    samme_rows rows = samme_layer_rows(&call->node->layer);
    samme_status status =
        samme_find_receipts_with_sku(&rows, (uint32_t)branch, from, to, sku, &call->node->arena,
                                     found->rows, SAMME_RECEIPTS_FOUND_MAX, &found->count, &cut);
    if (status == SAMME_OK && cut)
        return samme_refuse(call, 400, "too_wide", error,
                            "more than %u receipts stand in these days: name fewer",
                            SAMME_RECEIPTS_SCANNED_MAX);
    return status;
}

static samme_status ask_by(samme_call *call, const question *what, const char *text,
                           found_receipts *found) {
    samme_arena *arena = &call->node->arena;
    samme_rows rows = samme_layer_rows(&call->node->layer);
    return what->by == 0 ? samme_find_receipts_by_number(&rows, text, arena, found->rows,
                                                         SAMME_RECEIPTS_FOUND_MAX, &found->count)
                         : samme_find_receipts_by(&rows, what->by, text, arena, found->rows,
                                                  SAMME_RECEIPTS_FOUND_MAX, &found->count);
}

static bool sold(const Samme__ReceiptRow *row, const char *sku) {
    for (size_t i = 0; sku != NULL && i < row->sale->n_lines; i++)
        if (strcmp(row->sale->lines[i]->sku, sku) == 0)
            return true;
    return sku == NULL;
}

/* Those of the branch, and with the article, where one was named. */
static void keep(found_receipts *found, uint64_t branch, const char *sku) {
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++)
        if ((branch == 0 || found->rows[i]->sale->receipt->branch == branch) &&
            sold(found->rows[i], sku))
            found->rows[kept++] = found->rows[i];
    found->count = kept;
}

static samme_status find(samme_call *call, found_receipts *found, samme_error *error) {
    const question *asked = NULL;
    const char *text = NULL, *sku = samme_query_value(call, "sku");
    const char *branch_text = samme_query_value(call, "branch");
    uint64_t branch = 0;
    if (branch_text != NULL &&
        samme_u64_parse(samme_span_of_text(branch_text), &branch) != SAMME_OK)
        return bad_query(call, error);
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        const char *value = samme_query_value(call, QUESTIONS[i].name);
        if (value == NULL || value[0] == 0)
            continue;
        if (asked != NULL)
            return bad_query(call, error);
        asked = &QUESTIONS[i];
        text = value;
    }
    if (asked == NULL && (sku == NULL || sku[0] == 0))
        return bad_query(call, error);
    samme_status status = asked == NULL ? ask_by_sku(call, sku, branch, found, error)
                                        : ask_by(call, asked, text, found);
    if (status != SAMME_OK)
        return status;
    keep(found, branch, sku);
    return found->count > 0
               ? SAMME_OK
               : samme_fail(error, SAMME_NOT_FOUND, "no receipt with %s %.80s is known here",
                            asked == NULL ? "sku" : asked->name, asked == NULL ? sku : text);
}

void samme_api_receipts(samme_call *call) {
    found_receipts found = {.count = 0};
    samme_error error = {0};
    Samme__ReceiptFound receipts[SAMME_RECEIPTS_FOUND_MAX], *pointers[SAMME_RECEIPTS_FOUND_MAX];
    samme_status status = find(call, &found, &error);
    const char *gift = samme_query_value(call, "gift");
    for (size_t i = 0; i < found.count && status == SAMME_OK; i++) {
        status = describe(call->node, found.rows[i], &receipts[i]);
        if (status == SAMME_OK && gift != NULL && strcmp(gift, "yes") == 0)
            status = hide_giver(&call->node->arena, &receipts[i]);
        pointers[i] = &receipts[i];
    }
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__ReceiptsFound all = SAMME__RECEIPTS_FOUND__INIT;
    all.n_receipts = found.count;
    all.receipts = pointers;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_RECEIPTS;
    answer.receipts = &all;
    samme_answer(call, 200, &answer);
}
