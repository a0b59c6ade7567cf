#include "cli/importing/sender.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"

enum {
    BODY_MAX_BYTES = SAMME_IMPORT_SALE_MAX_BYTES + 64,
    RAW_ENOUGH_BYTES = 4 * 1024 * 1024,
    RAW_MAX_BYTES = 16 * 1024 * 1024, /* with all rows of one more sale */
};

typedef struct waiting_row {
    uint64_t line;
    size_t raw_at, raw_length;
} waiting_row;

typedef struct waiting_sale {
    size_t json_at, json_length;
    size_t first_row, row_count;
    int64_t total;
} waiting_sale;

/* Sales for one node. */
typedef struct waiting {
    samme_buffer json; /* SaleItems with commas between */
    samme_buffer raw;
    waiting_sale sales[SAMME_IMPORT_BATCH_SALES];
    size_t count;
    waiting_row *rows;
    size_t row_count, row_room;
} waiting;

struct samme_sender {
    samme_import_nodes *nodes;
    samme_import_refusals refusals;
    samme_import_tally *tally;
    samme_buffer body;
    waiting waiting[];
};

samme_sender *samme_sender_new(samme_import_nodes *nodes, samme_import_refusals refusals,
                               samme_import_tally *tally) {
    samme_sender *sender = calloc(1, sizeof *sender + nodes->count * sizeof(waiting));
    if (sender == NULL)
        return NULL;
    sender->nodes = nodes;
    sender->refusals = refusals;
    sender->tally = tally;
    samme_buffer_init(&sender->body, BODY_MAX_BYTES);
    for (size_t i = 0; i < nodes->count; i++) {
        samme_buffer_init(&sender->waiting[i].json, BODY_MAX_BYTES);
        samme_buffer_init(&sender->waiting[i].raw, RAW_MAX_BYTES);
    }
    return sender;
}

void samme_sender_free(samme_sender *sender) {
    if (sender == NULL)
        return;
    for (size_t i = 0; i < sender->nodes->count; i++) {
        samme_buffer_free(&sender->waiting[i].json);
        samme_buffer_free(&sender->waiting[i].raw);
        free(sender->waiting[i].rows);
    }
    samme_buffer_free(&sender->body);
    free(sender);
}

static samme_status refuse(samme_sender *sender, const waiting *in, const waiting_sale *sale,
                           const char *problem, samme_error *error) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < sale->row_count && status == SAMME_OK; i++) {
        const waiting_row *row = &in->rows[sale->first_row + i];
        const samme_kept_row kept = {
            .line = row->line, .raw = SAMME_SPAN(in->raw.data + row->raw_at, row->raw_length)};
        status = sender->refusals.reject(sender->refusals.self, &kept, SAMME_FAULT_REFUSED, problem,
                                         error);
    }
    return status;
}

/* A sale that was there counts as recorded before only when its entry is older than this run: a
 * lost answer, or a part of a batch sent again, is repeated too. */
static samme_status count_recorded(samme_sender *sender, size_t node, size_t first, size_t count,
                                   const Samme__ApiAnswer *answer, samme_error *error) {
    const samme_import_node *from = &sender->nodes->nodes[node];
    if (answer->what_case != SAMME__API_ANSWER__WHAT_SALES || answer->sales->n_sales != count)
        return samme_fail(error, SAMME_MALFORMED, "%s: expected an answer for %zu sales", from->url,
                          count);
    for (size_t i = 0; i < count; i++) {
        const Samme__Recorded *recorded = answer->sales->sales[i];
        const waiting_sale *sale = &sender->waiting[node].sales[first + i];
        sender->tally->receipts++;
        sender->tally->sale_lines += sale->row_count;
        if (samme_money_add(sender->tally->sold, sale->total, &sender->tally->sold) != SAMME_OK)
            sender->tally->sold = INT64_MAX; /* 18 digits and more are not told apart */
        if (recorded->repeated && recorded->index < from->own_size)
            sender->tally->repeated_receipts++;
    }
    return SAMME_OK;
}

static samme_status post(samme_sender *sender, size_t node, size_t first, size_t count,
                         samme_import_answer *out, samme_error *error) {
    const waiting *in = &sender->waiting[node];
    const waiting_sale *last = &in->sales[first + count - 1];
    size_t from = in->sales[first].json_at, to = last->json_at + last->json_length;
    samme_buffer_clear(&sender->body);
    samme_buffer_append_text(&sender->body, "{\"sales\":[");
    samme_buffer_append(&sender->body, SAMME_SPAN(in->json.data + from, to - from));
    samme_buffer_append_text(&sender->body, "]}");
    assert(sender->body.status == SAMME_OK);
    samme_span body = samme_buffer_span(&sender->body);
    char key[40]; /* a request has to have one; what counts is the key of each sale */
    snprintf(key, sizeof key, "import-batch:%016llx", (unsigned long long)samme_import_hash(body));
    return samme_import_call(sender->nodes, node, "/v1/sales:batch", key, body, out, error);
}

/* Halves what is refused until the sale is found; at most as deep as a batch has powers of two. */
static samme_status send_range(samme_sender *sender, size_t node, size_t first, size_t count,
                               samme_error *error) {
    samme_import_answer answer;
    samme_status status = post(sender, node, first, count, &answer, error);
    if (status != SAMME_OK)
        return status;
    if (answer.http == 404)
        return samme_fail(error, SAMME_UNSUPPORTED, "%s: expected a node, found no /v1/sales:batch",
                          sender->nodes->nodes[node].url);
    if (answer.answer != NULL)
        return count_recorded(sender, node, first, count, answer.answer, error);
    if (count == 1)
        return refuse(sender, &sender->waiting[node], &sender->waiting[node].sales[first],
                      answer.problem, error);
    status = send_range(sender, node, first, count / 2, error);
    return status == SAMME_OK
               ? send_range(sender, node, first + count / 2, count - count / 2, error)
               : status;
}

static samme_status flush(samme_sender *sender, size_t node, samme_error *error) {
    waiting *in = &sender->waiting[node];
    samme_status status = in->count > 0 ? send_range(sender, node, 0, in->count, error) : SAMME_OK;
    samme_buffer_clear(&in->json);
    samme_buffer_clear(&in->raw);
    in->count = in->row_count = 0;
    return status;
}

static samme_status keep_rows(waiting *in, const samme_import_sale *sale, samme_error *error) {
    if (in->row_count + sale->row_count > in->row_room) {
        size_t room = (in->row_count + sale->row_count) * 2;
        waiting_row *rows = reallocarray(in->rows, room, sizeof *rows);
        if (rows == NULL)
            return samme_fail(error, SAMME_NO_MEMORY, "no memory for a batch of sales");
        in->rows = rows;
        in->row_room = room;
    }
    for (size_t i = 0; i < sale->row_count; i++) {
        in->rows[in->row_count++] = (waiting_row){.line = sale->rows[i].line,
                                                  .raw_at = in->raw.length,
                                                  .raw_length = sale->rows[i].raw.length};
        samme_buffer_append(&in->raw, sale->rows[i].raw);
    }
    samme_status status = samme_buffer_status(&in->raw);
    return status == SAMME_OK ? status : samme_fail(error, status, "no room for a batch of sales");
}

static bool has_room(const waiting *in, const samme_import_sale *sale) {
    return in->count < SAMME_IMPORT_BATCH_SALES && in->raw.length < RAW_ENOUGH_BYTES &&
           in->json.length + 1 + sale->json.length <= SAMME_IMPORT_SALE_MAX_BYTES;
}

samme_status samme_sender_add(samme_sender *sender, const samme_import_sale *sale,
                              samme_error *error) {
    assert(sale->json.length <= SAMME_IMPORT_SALE_MAX_BYTES && sale->row_count > 0);
    waiting *in = &sender->waiting[sale->node];
    samme_status status =
        in->count > 0 && !has_room(in, sale) ? flush(sender, sale->node, error) : SAMME_OK;
    if (status != SAMME_OK)
        return status;
    if (in->count > 0)
        samme_buffer_u8(&in->json, ',');
    in->sales[in->count] = (waiting_sale){.json_at = in->json.length,
                                          .json_length = sale->json.length,
                                          .first_row = in->row_count,
                                          .row_count = sale->row_count,
                                          .total = sale->total};
    samme_buffer_append(&in->json, sale->json);
    status = samme_buffer_status(&in->json);
    if (status != SAMME_OK)
        return samme_fail(error, status, "no room for a batch of sales");
    in->count++;
    return keep_rows(in, sale, error);
}

samme_status samme_sender_end(samme_sender *sender, samme_error *error) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < sender->nodes->count && status == SAMME_OK; i++)
        status = flush(sender, i, error);
    return status;
}
