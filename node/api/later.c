/* What comes late to a return: the goods, and what a till paid while this node was away. */
#include <stdio.h>

#include "base/calendar.h"
#include "crypto/hash.h"
#include "node/api/cases.h"
#include "node/claims.h"

enum { RETURNS_A_BATCH_MAX = 64, KEY_BYTES_MAX = 200 };

/* Goods */

static bool has_come(const Samme__CaseRow *row, uint32_t no) {
    for (size_t i = 0; row->received != NULL && i < row->received->n_lines; i++)
        if (row->received->lines[i]->no == no)
            return true;
    return false;
}

/* All lines that are still awaited, as they were said. When there are none left all are named: the
 * fold says that they have come. */
static samme_status set_all(samme_arena *arena, const Samme__CaseRow *row,
                            Samme__GoodsReceived *goods) {
    const Samme__ReturnOpened *opened = row->opened;
    goods->lines = samme_arena_alloc(arena, opened->n_lines * sizeof *goods->lines);
    if (goods->lines == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < opened->n_lines; i++)
        if (!has_come(row, opened->lines[i]->no))
            goods->lines[goods->n_lines++] = opened->lines[i];
    if (goods->n_lines == 0) {
        goods->n_lines = opened->n_lines;
        goods->lines = opened->lines;
    }
    return SAMME_OK;
}

static samme_status set_arrived(samme_call *call, const Samme__CaseRow *row,
                                Samme__GoodsReceived *goods, samme_error *error) {
    samme_node *node = call->node;
    goods->case_code = row->opened->case_code;
    goods->received_on = samme_date_in(&node->arena, samme_local_today(node));
    goods->till = (char *)(uintptr_t)(call->caller.till == NULL ? "" : call->caller.till);
    if (goods->received_on == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = goods->n_lines == 0 ? set_all(&node->arena, row, goods) : SAMME_OK;
    return status == SAMME_OK ? samme_person_named(call, &goods->received_by, error) : status;
}

/* What has come is asked for at the branch that sold it, while it is looked at. */
static samme_status ask_for_loans(samme_node *node, const char *case_code) {
    const Samme__CaseRow *row;
    const Samme__ReturnOpened *asked;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_status status = samme_find_case(&rows, case_code, &node->arena, &row);
    if (status == SAMME_OK)
        status = samme_case_asked(row, &node->arena, &asked);
    return status == SAMME_OK ? samme_claims_opened(node, asked) : status;
}

void samme_api_return_received(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    if (samme_case_repeated(call))
        return;
    const bool said = call->request->body.length > 0;
    Samme__GoodsReceived none = SAMME__GOODS_RECEIVED__INIT, *goods = &none;
    if (said)
        goods = SAMME_FROM_JSON(GoodsReceived, goods_received, call->request->body, "body",
                                &node->arena, &error);
    const Samme__CaseRow *row;
    const char *case_code = samme_case_code(call);
    if (goods == NULL) {
        samme_problem_of(call, SAMME_MALFORMED, &error);
        return;
    }
    samme_status status = samme_case_find(call, case_code, &row, &error);
    if (status == SAMME_OK)
        status = set_arrived(call, row, goods, &error);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    if (samme_case_record(call, SAMME__EVENT_KIND__goods_received, goods, case_code) &&
        ask_for_loans(node, case_code) != SAMME_OK)
        node->refused_messages++;
}

/* Returns recorded later */

/* Each line says what was paid; on which tender it may leave out. */
static samme_status fill_lines(samme_arena *arena, const Samme__ReturnOpened *opened,
                               Samme__ReturnRecorded *paid, samme_error *error) {
    if (paid->n_lines != opened->n_lines)
        return samme_fail(error, SAMME_MALFORMED, "paid: lines: expected the %zu of opened",
                          opened->n_lines);
    Samme__Refund *refunds = samme_arena_alloc(arena, paid->n_lines * sizeof *refunds);
    Samme__Refund **list = samme_arena_alloc(arena, paid->n_lines * sizeof *list);
    if (refunds == NULL || list == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < paid->n_lines; i++) {
        Samme__RecordedLine *line = paid->lines[i];
        if (line->no != opened->lines[i]->no)
            return samme_fail(error, SAMME_MALFORMED,
                              "paid: lines[%zu]: expected line %u, found line %u", i,
                              opened->lines[i]->no, line->no);
        if (line->n_refunds > 0 || line->refund <= 0)
            continue;
        samme__refund__init(&refunds[i]);
        refunds[i].amount = line->refund;
        list[i] = &refunds[i];
        line->refunds = &list[i];
        line->n_refunds = 1;
    }
    return SAMME_OK;
}

/* When it was paid is asked for, and is the day of the return where no other is said. */
static samme_status set_day(samme_node *node, Samme__ReturnOpened *opened,
                            const Samme__ReturnRecorded *paid, samme_error *error) {
    int64_t moment;
    int32_t offset;
    if (samme_time_parse(paid->paid_at, &moment, &offset) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "paid: paidAt: expected YYYY-MM-DDThh:mm:ss and an offset, found "
                          "\"%.40s\"",
                          paid->paid_at);
    const int32_t day = samme_local_day(moment, offset);
    if (day > samme_local_today(node))
        return samme_fail(error, SAMME_MALFORMED, "paid: paidAt: %.40s lies ahead", paid->paid_at);
    if (opened->today[0] == 0)
        opened->today = samme_date_in(&node->arena, day);
    return opened->today == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

/* The policy's answer is noted beside, where there is one: nothing is refused for want of it. */
static samme_status note_decision(samme_node *node, const Samme__ReturnOpened *opened,
                                  samme_deciding *deciding, bool *out_noted) {
    samme_error why;
    *out_noted = false;
    if (node->policy == NULL)
        return SAMME_OK;
    samme_status status = samme_decide_return(node, opened, false, deciding, &why);
    *out_noted = status == SAMME_OK;
    return status == SAMME_MALFORMED || status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_status record_return(samme_call *call, const Samme__RecordedItem *item,
                                  const samme_hash *key_hash, const samme_hash *request_hash,
                                  uint64_t *out_index, samme_error *error) {
    samme_node *node = call->node;
    Samme__ReturnOpened *opened = item->opened;
    Samme__ReturnRecorded *paid = item->paid;
    samme_deciding deciding;
    bool noted = false;
    opened->recorded = true;
    opened->awaiting = false;
    samme_status status = set_day(node, opened, paid, error);
    if (status == SAMME_OK)
        status = samme_opening_fill(call, opened, error);
    if (status == SAMME_OK)
        status = samme_own_till(call, &paid->till, error);
    if (status == SAMME_OK)
        status = fill_lines(&node->arena, opened, paid, error);
    if (status == SAMME_OK)
        status = note_decision(node, opened, &deciding, &noted);
    if (status != SAMME_OK)
        return status;
    paid->case_code = opened->case_code;
    samme_new_entry entries[3] = {{.kind = SAMME__EVENT_KIND__return_opened, .body = opened}};
    size_t count = 1;
    if (noted)
        entries[count++] =
            (samme_new_entry){.kind = SAMME__EVENT_KIND__return_decided, .body = &deciding.decided};
    entries[count++] = (samme_new_entry){.kind = SAMME__EVENT_KIND__return_recorded, .body = paid};
    for (size_t i = 0; i < count; i++) {
        entries[i].key_hash = samme_span_of_hash(key_hash);
        entries[i].request_hash = samme_span_of_hash(request_hash);
    }
    return samme_append_once(call, entries, count, out_index, error);
}

/* The case of the opening at that place of the own log. */
static samme_status view_opened_at(samme_node *node, uint64_t index, bool repeated,
                                   Samme__ReturnView *out) {
    samme_span bytes;
    samme_entry entry;
    const Samme__CaseRow *row;
    samme_rows rows = samme_layer_rows(&node->layer);
    Samme__Recorded *recorded = samme_arena_alloc(&node->arena, sizeof *recorded);
    samme_status status = recorded == NULL ? SAMME_NO_MEMORY : samme_own_entry(node, index, &bytes);
    if (status == SAMME_OK)
        status = samme_entry_open(bytes, &node->arena, &entry, NULL);
    if (status == SAMME_OK)
        status = samme_find_case(&rows, entry.body.return_opened->case_code, &node->arena, &row);
    if (status == SAMME_OK)
        status = samme_case_view(node, row, true, out);
    if (status == SAMME_OK)
        status = samme_recorded(node, index, repeated, recorded);
    out->recorded = recorded;
    return status;
}

/* One of a batch, under its own key, as with sales: batches may be cut anew. */
static samme_status batch_item(samme_call *call, const Samme__RecordedItem *item,
                               Samme__ReturnView *out, samme_error *error) {
    samme_span key = samme_span_of_text(item->idempotency_key);
    if (key.length == 0 || key.length > KEY_BYTES_MAX || item->opened == NULL || item->paid == NULL)
        return samme_fail(error, SAMME_MALFORMED,
                          "each return has an idempotencyKey of 1 to 200 bytes, opened and paid");
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_REQUEST_MAX_BYTES);
    samme_pack(item, &packed);
    samme_hash key_hash = samme_sha256(key);
    samme_hash request_hash =
        samme_request_hash(call, SAMME_SPAN(NULL, 0), samme_buffer_span(&packed));
    samme_status status = samme_buffer_status(&packed);
    samme_buffer_free(&packed);
    uint64_t index = 0;
    if (status == SAMME_OK)
        status = samme_repeated(call, &key_hash, &request_hash, &index);
    const bool repeated = status == SAMME_OK;
    if (status == SAMME_CONFLICT)
        return samme_fail(error, status, "key \"%s\" came with another return before",
                          item->idempotency_key);
    if (status == SAMME_NOT_FOUND)
        status = record_return(call, item, &key_hash, &request_hash, &index, error);
    return status == SAMME_OK ? view_opened_at(call->node, index, repeated, out) : status;
}

void samme_api_returns_recorded(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    Samme__RecordedBatch *batch = SAMME_FROM_JSON(
        RecordedBatch, recorded_batch, call->request->body, "body", &node->arena, &error);
    if (batch == NULL || batch->n_returns == 0 || batch->n_returns > RETURNS_A_BATCH_MAX) {
        if (batch != NULL)
            samme_fail(&error, SAMME_MALFORMED, "body: returns wants 1 to %d returns",
                       RETURNS_A_BATCH_MAX);
        samme_problem_of(call, SAMME_MALFORMED, &error);
        return;
    }
    Samme__ReturnView views[RETURNS_A_BATCH_MAX], *list[RETURNS_A_BATCH_MAX];
    samme_status status = SAMME_OK;
    size_t done = 0;
    for (; done < batch->n_returns && status == SAMME_OK; done++) {
        status = batch_item(call, batch->returns[done], &views[done], &error);
        list[done] = &views[done];
    }
    if (status != SAMME_OK) {
        /* those before it are recorded; repeating the batch without it finds them by their keys */
        char text[sizeof error.text];
        memcpy(text, error.text, sizeof text);
        samme_fail(&error, status, "returns[%zu]: %s", done == 0 ? 0 : done - 1,
                   text[0] != 0 ? text : samme_status_name(status));
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__ReturnsView returns = SAMME__RETURNS_VIEW__INIT;
    returns.n_returns = batch->n_returns;
    returns.returns = list;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_RETURNS;
    answer.returns = &returns;
    samme_answer(call, 200, &answer);
}
