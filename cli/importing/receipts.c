#include "cli/importing/receipts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "cli/importing/cancellation.h"
#include "history/fold.h"
#include "wire/mapping.h"

enum { JSON_MAX_BYTES = 16 * 1024 * 1024, ROWS_MAX_BYTES = 8 * 1024 * 1024 };

/* A receipt whose rows are still coming. `arena` has the texts of its rows. */
typedef struct open_receipt {
    bool used, cancels, too_large, remembered;
    uint64_t touched;
    char number[SAMME_IMPORT_NUMBER_MAX_BYTES + 1];
    char date[SAMME_DATE_TEXT_BYTES];
    char sold_at[32];
    uint32_t receipt; /* in the pairing, when it is remembered */
    samme_arena arena;
    Samme__SaleLine *lines;
    samme_kept_row *rows;
    size_t count, room;
    samme_cancellation taken;
} open_receipt;

struct samme_receipts {
    const samme_import_map *map;
    const uint32_t *branches;
    size_t branch_count;
    samme_import_sink sink;
    samme_import_tally *tally;
    samme_pairing *pairing;
    uint64_t now; /* rows so far */
    samme_buffer json;
    open_receipt open[SAMME_IMPORT_OPEN_RECEIPTS];
};

uint64_t samme_import_hash(samme_span bytes) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < bytes.length; i++)
        hash = (hash ^ bytes.data[i]) * 1099511628211u;
    return hash;
}

samme_receipts *samme_receipts_new(const samme_import_map *map, const uint32_t *branches,
                                   size_t branch_count, samme_import_sink sink,
                                   samme_import_tally *tally) {
    assert(branch_count > 0 && map->map->n_ignored_prefixes <= SAMME_IMPORT_IGNORED_MAX);
    samme_receipts *receipts = calloc(1, sizeof *receipts);
    if (receipts == NULL)
        return NULL;
    *receipts = (samme_receipts){.map = map,
                                 .branches = branches,
                                 .branch_count = branch_count,
                                 .sink = sink,
                                 .tally = tally,
                                 .pairing = samme_pairing_new(SAMME_PAIRING_PURCHASES_MAX)};
    samme_buffer_init(&receipts->json, JSON_MAX_BYTES);
    for (size_t i = 0; i < SAMME_IMPORT_OPEN_RECEIPTS; i++)
        samme_arena_init(&receipts->open[i].arena, ROWS_MAX_BYTES);
    if (receipts->pairing != NULL)
        return receipts;
    samme_receipts_free(receipts);
    return NULL;
}

void samme_receipts_free(samme_receipts *receipts) {
    if (receipts == NULL)
        return;
    for (size_t i = 0; i < SAMME_IMPORT_OPEN_RECEIPTS; i++) {
        samme_arena_free(&receipts->open[i].arena);
        samme_cancellation_free(&receipts->open[i].taken);
        free(receipts->open[i].lines);
        free(receipts->open[i].rows);
    }
    samme_pairing_free(receipts->pairing);
    samme_buffer_free(&receipts->json);
    free(receipts);
}

static size_t node_of(const samme_receipts *receipts, const char *number) {
    return samme_import_hash(samme_span_of_text(number)) % receipts->branch_count;
}

static samme_status reject_all(samme_receipts *receipts, const open_receipt *open,
                               samme_row_fault fault, const char *reason, samme_error *error) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < open->count && status == SAMME_OK; i++)
        status = receipts->sink.reject(receipts->sink.self, &open->rows[i], fault, reason, error);
    return status;
}

/* Writes the SaleItem into receipts->json. The receipt's identity makes the key, so that a second
 * run finds what the first recorded. */
static void write_sale(samme_receipts *receipts, open_receipt *open, Samme__SaleLine **lines,
                       int64_t total) {
    const Samme__ImportMap *map = receipts->map->map;
    char key[sizeof "import::" + SAMME_IMPORT_NUMBER_MAX_BYTES + SAMME_DATE_TEXT_BYTES];
    snprintf(key, sizeof key, "import:%s:%s", open->number, open->date);
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = receipts->branches[node_of(receipts, open->number)];
    receipt.till = map->till;
    receipt.number = open->number;
    receipt.business_date = open->date;
    Samme__Tender tender = SAMME__TENDER__INIT, *tenders = &tender;
    tender.kind = SAMME__TENDER_KIND__other;
    tender.amount = total;
    Samme__Sale sale = SAMME__SALE__INIT;
    sale.receipt = &receipt;
    sale.channel = map->channel;
    sale.sold_at = open->sold_at;
    sale.currency = map->currency;
    sale.kind = SAMME__SALE_KIND__ordinary;
    sale.tenders = &tenders;
    sale.n_tenders = 1;
    sale.lines = lines;
    sale.n_lines = open->count;
    Samme__SaleItem item = SAMME__SALE_ITEM__INIT;
    item.idempotency_key = key;
    item.sale = &sale;
    samme_buffer_clear(&receipts->json);
    samme_to_json(&item, &receipts->json);
}

static samme_status give_sale(samme_receipts *receipts, open_receipt *open, int64_t total,
                              samme_error *error) {
    Samme__SaleLine **lines = calloc(open->count, sizeof(Samme__SaleLine *));
    if (lines == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for a sale");
    for (size_t i = 0; i < open->count; i++)
        lines[i] = &open->lines[i];
    write_sale(receipts, open, lines, total);
    free(lines);
    samme_span json = samme_buffer_span(&receipts->json);
    bool fits = samme_buffer_status(&receipts->json) == SAMME_OK &&
                json.length <= SAMME_IMPORT_SALE_MAX_BYTES;
    if (json.length > receipts->tally->largest_sale_bytes)
        receipts->tally->largest_sale_bytes = json.length;
    if (!fits)
        return reject_all(receipts, open, SAMME_FAULT_SALE_TOO_LARGE,
                          "the sale is over 200 KiB as JSON, more than a request takes", error);
    const samme_import_sale sale = {.node = node_of(receipts, open->number),
                                    .json = json,
                                    .total = total,
                                    .rows = open->rows,
                                    .row_count = open->count};
    return receipts->sink.sale(receipts->sink.self, &sale, error);
}

static samme_status close_sale(samme_receipts *receipts, open_receipt *open, samme_error *error) {
    int64_t total = 0;
    bool too_much = false;
    for (size_t i = 0; i < open->count; i++)
        too_much = too_much || samme_money_add(total, open->lines[i].paid, &total) != SAMME_OK;
    if (open->too_large)
        return reject_all(receipts, open, SAMME_FAULT_SALE_TOO_LARGE,
                          "the receipt has more than 10,000 lines or 8 MiB of rows", error);
    if (too_much)
        return reject_all(receipts, open, SAMME_FAULT_AMOUNT,
                          "the receipt's total is over 18 digits", error);
    return open->count == 0 ? SAMME_OK : give_sale(receipts, open, total, error);
}

static samme_status close_cancellation(samme_receipts *receipts, open_receipt *open,
                                       samme_error *error) {
    const samme_returns_of of = {.number = open->number,
                                 .date = open->date,
                                 .till = receipts->map->map->till,
                                 .branches = receipts->branches,
                                 .branch_count = receipts->branch_count,
                                 .pairing = receipts->pairing,
                                 .self = receipts->sink.self,
                                 .take_back = receipts->sink.take_back};
    return samme_cancellation_returns(&open->taken, &of, &receipts->tally->returns, error);
}

static samme_status close_receipt(samme_receipts *receipts, open_receipt *open,
                                  samme_error *error) {
    samme_status status = open->cancels ? close_cancellation(receipts, open, error)
                                        : close_sale(receipts, open, error);
    open->used = false;
    open->count = 0;
    samme_cancellation_clear(&open->taken);
    samme_arena_reset(&open->arena);
    return status;
}

/* The open one, or one made open in the place of that left alone for longest. */
static samme_status find_open(samme_receipts *receipts, const samme_import_row *row,
                              open_receipt **out, samme_error *error) {
    open_receipt *oldest = &receipts->open[0];
    for (size_t i = 0; i < SAMME_IMPORT_OPEN_RECEIPTS; i++) {
        open_receipt *open = &receipts->open[i];
        if (open->used && strcmp(open->number, row->number) == 0 &&
            strcmp(open->date, row->date) == 0) {
            *out = open;
            return SAMME_OK;
        }
        if (oldest->used && (!open->used || open->touched < oldest->touched))
            oldest = open;
    }
    samme_status status = oldest->used ? close_receipt(receipts, oldest, error) : SAMME_OK;
    oldest->used = true;
    oldest->cancels = row->kind == SAMME_ROW_CANCELLATION;
    oldest->too_large = oldest->remembered = false;
    snprintf(oldest->number, sizeof oldest->number, "%s", row->number);
    snprintf(oldest->date, sizeof oldest->date, "%s", row->date);
    snprintf(oldest->sold_at, sizeof oldest->sold_at, "%s", row->sold_at);
    *out = oldest;
    return status;
}

static samme_status make_room(open_receipt *open, samme_error *error) {
    if (open->count < open->room)
        return SAMME_OK;
    size_t room = open->room == 0 ? 64 : open->room * 2;
    Samme__SaleLine *lines = reallocarray(open->lines, room, sizeof *lines);
    if (lines != NULL)
        open->lines = lines;
    samme_kept_row *rows = reallocarray(open->rows, room, sizeof *rows);
    if (rows != NULL)
        open->rows = rows;
    if (lines == NULL || rows == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for a receipt");
    open->room = room;
    return SAMME_OK;
}

/* False when the receipt's room is used up. */
static bool keep_line(open_receipt *open, const samme_csv_row *csv, const samme_import_row *row) {
    samme_span raw = samme_arena_copy(&open->arena, csv->raw);
    Samme__SaleLine *line = &open->lines[open->count];
    samme__sale_line__init(line);
    line->no = (uint32_t)open->count + 1;
    line->sku = samme_arena_text(&open->arena, row->sku);
    line->text = samme_arena_text(&open->arena, row->text);
    line->gtin = samme_arena_text(&open->arena, row->gtin);
    line->category = samme_arena_text(&open->arena, row->category);
    line->quantity = row->quantity;
    line->paid = row->paid;
    open->rows[open->count] = (samme_kept_row){.line = csv->line, .raw = raw};
    bool kept = raw.data != NULL && line->sku != NULL && line->text != NULL && line->gtin != NULL &&
                line->category != NULL;
    open->count += kept;
    return kept;
}

/* What is not remembered, for want of room, stays unpaired; the import goes on. */
static void remember(samme_receipts *receipts, open_receipt *open, const samme_import_row *row) {
    if (row->customer[0] == 0)
        return;
    samme_status status = SAMME_OK;
    if (!open->remembered)
        status = samme_pairing_receipt(receipts->pairing, open->number, open->date,
                                       (uint32_t)node_of(receipts, open->number), &open->receipt);
    open->remembered = status == SAMME_OK;
    if (status == SAMME_OK)
        status = samme_pairing_buy(receipts->pairing, row->customer, row->sku,
                                   (samme_taken_back){.receipt = open->receipt,
                                                      .line = (uint32_t)open->count,
                                                      .quantity = row->quantity});
    if (status != SAMME_OK)
        receipts->tally->not_remembered++;
}

static samme_status add_sale(samme_receipts *receipts, open_receipt *open, const samme_csv_row *csv,
                             const samme_import_row *row, samme_error *error) {
    samme_status status = make_room(open, error);
    if (status != SAMME_OK)
        return status;
    open->too_large =
        open->too_large || open->count == SAMME_SALE_LINES_MAX || !keep_line(open, csv, row);
    if (!open->too_large) {
        remember(receipts, open, row);
        return SAMME_OK;
    }
    const samme_kept_row kept = {.line = csv->line, .raw = csv->raw};
    return receipts->sink.reject(receipts->sink.self, &kept, SAMME_FAULT_SALE_TOO_LARGE,
                                 "the receipt has more than 10,000 lines or 8 MiB of rows", error);
}

static samme_status add_cancellation(samme_receipts *receipts, open_receipt *open,
                                     const samme_import_row *row, samme_error *error) {
    int64_t left = row->quantity;
    samme_status status = samme_cancellation_add(&open->taken, receipts->pairing, row->customer,
                                                 row->sku, &left, error);
    samme_import_tally *tally = receipts->tally;
    tally->quantity_paired += row->quantity - left;
    tally->quantity_unpaired += left;
    if (left == 0)
        tally->paired++;
    else if (left < row->quantity)
        tally->partly_paired++;
    else
        tally->unpaired++;
    return status;
}

samme_status samme_receipts_add(samme_receipts *receipts, const samme_csv_row *csv,
                                samme_error *error) {
    samme_import_row row;
    samme_import_row_read(receipts->map, csv, &row);
    const samme_kept_row kept = {.line = csv->line, .raw = csv->raw};
    receipts->tally->rows++;
    if (row.kind == SAMME_ROW_REJECTED)
        return receipts->sink.reject(receipts->sink.self, &kept, row.fault, row.reason, error);
    if (row.kind == SAMME_ROW_IGNORED) {
        receipts->tally->ignored[row.ignored]++;
        return SAMME_OK;
    }
    if (row.kind == SAMME_ROW_ADJUSTMENT) {
        receipts->tally->adjustments++;
        return SAMME_OK;
    }
    open_receipt *open = NULL;
    samme_status status = find_open(receipts, &row, &open, error);
    if (status != SAMME_OK)
        return status;
    open->touched = ++receipts->now;
    return open->cancels ? add_cancellation(receipts, open, &row, error)
                         : add_sale(receipts, open, csv, &row, error);
}

samme_status samme_receipts_end(samme_receipts *receipts, samme_error *error) {
    samme_status status = SAMME_OK;
    for (bool more = true; more && status == SAMME_OK;) {
        open_receipt *oldest = NULL;
        for (size_t i = 0; i < SAMME_IMPORT_OPEN_RECEIPTS; i++) {
            open_receipt *open = &receipts->open[i];
            if (open->used && (oldest == NULL || open->touched < oldest->touched))
                oldest = open;
        }
        more = oldest != NULL;
        if (more)
            status = close_receipt(receipts, oldest, error);
    }
    return status;
}
