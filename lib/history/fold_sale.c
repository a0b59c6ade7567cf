#include <stdlib.h>

#include "base/money.h"
#include "history/cases.h"
#include "history/lookup.h"

/* What is wrong with the lines of one entry taken singly, or NULL. */
static const char *line_fault(const Samme__Sale *sale) {
    for (size_t i = 0; i < sale->n_lines; i++) {
        const Samme__SaleLine *line = sale->lines[i];
        if (line->no == 0)
            return "line without a number";
        if (line->quantity <= 0)
            return "line quantity not above zero";
        if (line->paid < 0)
            return "line paid below zero";
        if (line->tax < 0 || line->tax > line->paid)
            return "line tax not between zero and paid";
    }
    return NULL;
}

/* What is wrong with a sale entry by itself, or NULL. */
static const char *sale_fault(const Samme__Sale *sale, uint32_t branch) {
    if (sale->receipt->branch != branch)
        return "receipt of another branch";
    if ((int)sale->kind < 0 || sale->kind > SAMME__SALE_KIND__training)
        return "sale kind not known";
    if (!samme_currency_valid(sale->currency))
        return "currency not valid";
    if (sale->parts <= 1 ? sale->part > 1 : sale->part < 1 || sale->part > sale->parts)
        return "part not within parts";
    if (sale->part > 1 && sale->n_tenders != 0)
        return "tenders in a later part";
    return line_fault(sale);
}

/* A sale on paper is checked as one from a till is, so that facts may be derived from either. */
const char *samme_keyed_fault(const Samme__Sale *keyed) {
    if (keyed->receipt != NULL)
        return "keyed sale names a receipt of its own";
    if (keyed->n_lines == 0)
        return "keyed sale without lines";
    if (keyed->n_lines > SAMME_RETURN_LINES_MAX)
        return "more lines than a return may have";
    for (size_t i = 0; i < keyed->n_lines; i++)
        for (size_t k = 0; k < i; k++)
            if (keyed->lines[k]->no == keyed->lines[i]->no)
                return "line number used twice";
    return samme_currency_valid(keyed->currency) ? line_fault(keyed) : "currency not valid";
}

static int compare_numbers(const void *a, const void *b) {
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static samme_status check_line_numbers(samme_folding *folding, const Samme__Sale *sale) {
    if (sale->n_lines > SAMME_SALE_LINES_MAX)
        return samme_fold_refuse(folding, "more lines than a sale may have");
    if (sale->n_lines < 2)
        return SAMME_OK;
    uint32_t *numbers = samme_arena_alloc(folding->arena, sale->n_lines * sizeof *numbers);
    if (numbers == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < sale->n_lines; i++)
        numbers[i] = sale->lines[i]->no;
    qsort(numbers, sale->n_lines, sizeof *numbers, compare_numbers);
    for (size_t i = 1; i < sale->n_lines; i++) {
        if (numbers[i] == numbers[i - 1])
            return samme_fold_refuse(folding, "line number used twice");
    }
    return SAMME_OK;
}

/* The receipt's row is there but for a sale's first part. */
static samme_status put_receipt(samme_folding *folding, const samme_row_key *key,
                                Samme__Sale *sale) {
    const samme_position *at = folding->position;
    Samme__ReceiptRow row = SAMME__RECEIPT_ROW__INIT;
    row.sale = sale;
    row.epoch = at->epoch;
    row.index = at->index;
    row.journal_index = at->own_layer ? 0 : at->journal_index;
    row.own_layer = at->own_layer;
    samme_status status = sale->part == 1
                              ? samme_fold_put_new(folding, SAMME_DIGEST_SALES, key, &row)
                              : samme_fold_put(folding, SAMME_DIGEST_SALES, key, &row);
    if (status == SAMME_TOO_LARGE)
        return samme_fold_refuse(folding, "larger than a sale may be");
    if (status != SAMME_OK || sale->part != sale->parts)
        return status;
    samme_row_key number_key;
    samme_number_key(key, sale->receipt->number, &number_key);
    status = folding->rows->put(folding->rows->self, samme_row_key_span(&number_key),
                                SAMME_SPAN(NULL, 0));
    if (status == SAMME_OK)
        status = samme_fold_lookups(folding, key, sale);
    return status == SAMME_OK ? samme_fold_sale_came(folding, key) : status;
}

/* The lines of the held parts and of the next one behind each other. */
static samme_status join_lines(samme_arena *arena, const Samme__Sale *held, const Samme__Sale *next,
                               Samme__Sale *joined) {
    if (next->n_lines == 0)
        return SAMME_OK;
    const size_t count = held->n_lines + next->n_lines;
    Samme__SaleLine **lines = samme_arena_alloc(arena, count * sizeof(Samme__SaleLine *));
    if (lines == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        lines[i] = i < held->n_lines ? held->lines[i] : next->lines[i - held->n_lines];
    joined->lines = lines;
    joined->n_lines = count;
    return SAMME_OK;
}

static samme_status fold_first_part(samme_folding *folding, const samme_row_key *key,
                                    const Samme__Sale *sale) {
    if (sale->part > 1)
        return samme_fold_refuse(folding, "part out of order");
    Samme__Sale first = *sale;
    first.part = 1;
    first.parts = sale->parts > 1 ? sale->parts : 1;
    samme_status status = check_line_numbers(folding, &first);
    if (status != SAMME_OK || folding->refused != NULL)
        return status;
    return put_receipt(folding, key, &first);
}

static samme_status fold_next_part(samme_folding *folding, const samme_row_key *key,
                                   const Samme__Sale *held, const Samme__Sale *sale) {
    if (sale->part <= 1 || held->part == held->parts)
        return samme_fold_refuse(folding, "second sale under one receipt");
    if (sale->parts != held->parts || sale->part != held->part + 1)
        return samme_fold_refuse(folding, "part out of order");
    if (strcmp(sale->currency, held->currency) != 0 || sale->kind != held->kind)
        return samme_fold_refuse(folding, "part of another sale");
    Samme__Sale joined = *held;
    joined.part = sale->part;
    samme_status status = join_lines(folding->arena, held, sale, &joined);
    if (status == SAMME_OK)
        status = check_line_numbers(folding, &joined);
    if (status != SAMME_OK || folding->refused != NULL)
        return status;
    return put_receipt(folding, key, &joined);
}

samme_status samme_fold_sale(samme_folding *folding, const Samme__Sale *sale) {
    samme_row_key key;
    if (sale->receipt == NULL || samme_receipt_key(sale->receipt, &key) != SAMME_OK)
        return samme_fold_refuse(folding, "receipt not named");
    const char *fault = sale_fault(sale, folding->position->branch);
    if (fault != NULL)
        return samme_fold_refuse(folding, fault);
    if (sale->kind == SAMME__SALE_KIND__training) /* practice: recorded in the log, no receipt */
        return SAMME_OK;
    const ProtobufCMessage *row;
    samme_status status = samme_row_read(folding->rows, samme_row_key_span(&key),
                                         &samme__receipt_row__descriptor, folding->arena, &row);
    if (status == SAMME_NOT_FOUND)
        return fold_first_part(folding, &key, sale);
    if (status != SAMME_OK)
        return status;
    const Samme__Sale *held = SAMME_ROW(ReceiptRow, row)->sale;
    return held != NULL ? fold_next_part(folding, &key, held, sale) : SAMME_CORRUPT;
}
