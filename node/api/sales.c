/* Sales: recorded as the till says them, in as many entries as they need. */
#include "crypto/hash.h"
#include "node/api/api.h"

enum {
    SALES_A_BATCH_MAX = 256,
    PART_BYTES = 48 * 1024, /* of lines in one entry */
};

/* How many lines from `first` fit into one entry; at least one. */
static size_t lines_that_fit(const Samme__Sale *sale, size_t first) {
    size_t bytes = 0, count = 0;
    while (first + count < sale->n_lines) {
        bytes += samme__sale_line__get_packed_size(sale->lines[first + count]) + 4;
        if (count > 0 && bytes > PART_BYTES)
            break;
        count++;
    }
    return count;
}

static samme_status record_sale(samme_call *call, Samme__Sale *sale, const samme_hash *key_hash,
                                const samme_hash *request_hash, uint64_t *out_index,
                                samme_error *error) {
    samme_node *node = call->node;
    if (sale->receipt == NULL || sale->n_lines == 0)
        return samme_fail(error, SAMME_MALFORMED, "a sale has a receipt and at least one line");
    if (sale->receipt->branch == 0)
        sale->receipt->branch = node->setup.branch;
    samme_status mine = samme_own_till(call, &sale->receipt->till, error);
    if (mine != SAMME_OK)
        return mine;
    size_t parts = 0;
    for (size_t i = 0; i < sale->n_lines; i += lines_that_fit(sale, i))
        parts++;
    Samme__Sale *bodies = samme_arena_alloc(&node->arena, parts * sizeof *bodies);
    samme_new_entry *entries = samme_arena_alloc(&node->arena, parts * sizeof *entries);
    if (bodies == NULL || entries == NULL)
        return samme_fail(error, SAMME_TOO_LARGE, "the sale is too large");
    Samme__ReleaseRef *release;
    samme_status status = samme_sale_release(node, sale, &release);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the release in force when it was sold: %s",
                          samme_status_name(status));
    size_t first = 0;
    for (size_t p = 0; p < parts; p++) {
        size_t count = lines_that_fit(sale, first);
        bodies[p] = *sale;
        bodies[p].release = release;
        bodies[p].lines = sale->lines + first;
        bodies[p].n_lines = count;
        bodies[p].part = (uint32_t)(p + 1);
        bodies[p].parts = (uint32_t)parts;
        if (p > 0)
            bodies[p].n_tenders = 0;
        entries[p] = (samme_new_entry){.kind = SAMME__EVENT_KIND__sale,
                                       .body = &bodies[p],
                                       .key_hash = samme_span_of_hash(key_hash),
                                       .request_hash = samme_span_of_hash(request_hash)};
        first += count;
    }
    return samme_append_once(call, entries, parts, out_index, error);
}

void samme_api_sale(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    uint64_t index = 0;
    samme_status known = samme_repeated(call, &call->key_hash, &call->request_hash, &index);
    samme_status status = known;
    if (known == SAMME_CONFLICT) {
        samme_problem(call, 422, "idempotency_key_reused",
                      "this key came with another request before");
        return;
    }
    if (known == SAMME_NOT_FOUND) {
        Samme__Sale *sale =
            SAMME_FROM_JSON(Sale, sale, call->request->body, "body", &node->arena, &error);
        status = sale == NULL ? SAMME_MALFORMED
                              : record_sale(call, sale, &call->key_hash, &call->request_hash,
                                            &index, &error);
    }
    Samme__Recorded recorded;
    if (status == SAMME_OK)
        status = samme_recorded(node, index, known == SAMME_OK, &recorded);
    if (status != SAMME_OK) {
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_RECORDED;
    answer.recorded = &recorded;
    samme_answer(call, known == SAMME_OK ? 200 : 201, &answer);
}

/* One of a batch, under its own key; the batch's request hash is that of this sale alone, so that
 * batches may be cut anew when they are repeated. */
static samme_status batch_item(samme_call *call, const Samme__SaleItem *item, Samme__Recorded *out,
                               samme_error *error) {
    samme_span key = samme_span_of_text(item->idempotency_key);
    if (key.length == 0 || key.length > 200 || item->sale == NULL)
        return samme_fail(error, SAMME_MALFORMED,
                          "each sale has an idempotencyKey of 1 to 200 bytes");
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_REQUEST_MAX_BYTES);
    samme_pack(item->sale, &packed);
    samme_hash key_hash = samme_sha256(key);
    samme_hash request_hash =
        samme_request_hash(call, SAMME_SPAN(NULL, 0), samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    uint64_t index = 0;
    samme_status status = samme_repeated(call, &key_hash, &request_hash, &index);
    bool repeated = status == SAMME_OK;
    if (status == SAMME_CONFLICT)
        return samme_fail(error, status, "key \"%s\" came with another sale before",
                          item->idempotency_key);
    if (status == SAMME_NOT_FOUND)
        status = record_sale(call, item->sale, &key_hash, &request_hash, &index, error);
    return status == SAMME_OK ? samme_recorded(call->node, index, repeated, out) : status;
}

void samme_api_sale_batch(samme_call *call) {
    samme_node *node = call->node;
    samme_error error = {0};
    Samme__SaleBatch *batch =
        SAMME_FROM_JSON(SaleBatch, sale_batch, call->request->body, "body", &node->arena, &error);
    if (batch == NULL || batch->n_sales == 0 || batch->n_sales > SALES_A_BATCH_MAX) {
        if (batch != NULL)
            samme_fail(&error, SAMME_MALFORMED, "body: sales wants 1 to %d sales",
                       SALES_A_BATCH_MAX);
        samme_problem_of(call, SAMME_MALFORMED, &error);
        return;
    }
    Samme__Recorded *recorded = samme_arena_alloc(&node->arena, batch->n_sales * sizeof *recorded);
    Samme__Recorded **pointers = samme_arena_alloc(&node->arena, batch->n_sales * sizeof *pointers);
    samme_status status = recorded == NULL || pointers == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    size_t done = 0;
    for (; done < batch->n_sales && status == SAMME_OK; done++) {
        status = batch_item(call, batch->sales[done], &recorded[done], &error);
        pointers[done] = &recorded[done];
    }
    if (status != SAMME_OK) {
        /* the sales before it are recorded; repeating the batch without it finds them by their keys
         */
        char text[sizeof error.text];
        memcpy(text, error.text, sizeof text);
        samme_fail(&error, status, "sales[%zu]: %s", done == 0 ? 0 : done - 1,
                   text[0] != 0 ? text : samme_status_name(status));
        samme_problem_of(call, status, &error);
        return;
    }
    Samme__SalesRecorded sales = SAMME__SALES_RECORDED__INIT;
    sales.n_sales = batch->n_sales;
    sales.sales = pointers;
    Samme__ApiAnswer answer = SAMME__API_ANSWER__INIT;
    answer.what_case = SAMME__API_ANSWER__WHAT_SALES;
    answer.sales = &sales;
    samme_answer(call, 200, &answer);
}
