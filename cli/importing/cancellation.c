#include "cli/importing/cancellation.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/importing/receipts.h"

void samme_cancellation_free(samme_cancellation *cancellation) {
    free(cancellation->slices);
    *cancellation = (samme_cancellation){0};
}

void samme_cancellation_clear(samme_cancellation *cancellation) {
    cancellation->count = 0;
}

static samme_status add_slice(samme_cancellation *cancellation, samme_taken_back slice,
                              samme_error *error) {
    if (cancellation->count == cancellation->room) {
        size_t room = cancellation->room == 0 ? 32 : cancellation->room * 2;
        samme_taken_back *slices = reallocarray(cancellation->slices, room, sizeof *slices);
        if (slices == NULL)
            return samme_fail(error, SAMME_NO_MEMORY, "no memory for a cancellation");
        cancellation->slices = slices;
        cancellation->room = room;
    }
    cancellation->slices[cancellation->count++] = slice;
    return SAMME_OK;
}

samme_status samme_cancellation_add(samme_cancellation *cancellation, samme_pairing *pairing,
                                    const char *customer, const char *sku, int64_t *quantity,
                                    samme_error *error) {
    samme_status status = SAMME_OK;
    samme_taken_back slice;
    while (status == SAMME_OK && customer[0] != 0 && *quantity > 0 &&
           samme_pairing_take(pairing, customer, sku, *quantity, &slice)) {
        *quantity -= slice.quantity;
        status = add_slice(cancellation, slice, error);
    }
    return status;
}

static int by_line(const void *a, const void *b) {
    const samme_taken_back *left = a, *right = b;
    if (left->receipt != right->receipt)
        return left->receipt < right->receipt ? -1 : 1;
    return left->line < right->line ? -1 : left->line > right->line;
}

/* Sorted by receipt and line, each line once. */
static void settle(samme_cancellation *cancellation) {
    if (cancellation->count == 0)
        return;
    qsort(cancellation->slices, cancellation->count, sizeof *cancellation->slices, by_line);
    size_t kept = 0;
    for (size_t i = 1; i < cancellation->count; i++) {
        samme_taken_back *last = &cancellation->slices[kept];
        const samme_taken_back *next = &cancellation->slices[i];
        if (last->receipt == next->receipt && last->line == next->line)
            last->quantity += next->quantity;
        else
            cancellation->slices[++kept] = *next;
    }
    cancellation->count = kept + 1;
}

static uint32_t branch_of_return(const samme_returns_of *of, uint32_t sold_node) {
    if (of->branch_count == 1)
        return of->branches[0];
    uint64_t step = samme_import_hash(samme_span_of_text(of->number)) % (of->branch_count - 1);
    return of->branches[(sold_node + 1 + step) % of->branch_count];
}

/* Messages have no const texts; writing them changes nothing. */
static char *as_field(const char *text) {
    return (char *)(uintptr_t)text;
}

/* The slices are of one receipt. `part` counts returns of it, which is one unless it is very long.
 */
static samme_status give_return(const samme_returns_of *of, const samme_taken_back *slices,
                                size_t count, size_t part, samme_error *error) {
    const samme_sold *sold = samme_pairing_sold(of->pairing, slices[0].receipt);
    Samme__ReturnLine *lines = calloc(count, sizeof *lines);
    Samme__ReturnLine **pointers = calloc(count, sizeof(Samme__ReturnLine *));
    if (lines == NULL || pointers == NULL) {
        free(lines);
        free(pointers);
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for a return");
    }
    for (size_t i = 0; i < count; i++) {
        samme__return_line__init(&lines[i]);
        lines[i].no = slices[i].line;
        lines[i].quantity = slices[i].quantity;
        pointers[i] = &lines[i];
    }
    char key[2 * SAMME_IMPORT_NUMBER_MAX_BYTES + 64];
    int length = snprintf(key, sizeof key, "import:%s:%s:%s:%s", of->number, of->date, sold->number,
                          sold->date);
    if (part > 1)
        snprintf(key + length, sizeof key - (size_t)length, ":%zu", part);
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = of->branches[sold->node];
    receipt.till = as_field(of->till);
    receipt.number = as_field(sold->number);
    receipt.business_date = as_field(sold->date);
    Samme__ReturnOpened opened = SAMME__RETURN_OPENED__INIT;
    opened.receipt = &receipt;
    opened.n_lines = count;
    opened.lines = pointers;
    opened.claim_type = SAMME__CLAIM_TYPE__changed_mind;
    opened.condition = SAMME__CONDITION__unopened;
    opened.receipt_kind = SAMME__RECEIPT_KIND__receipt;
    opened.wish = SAMME__WISH__refund;
    opened.today = as_field(of->date);
    Samme__ImportReturn line = SAMME__IMPORT_RETURN__INIT;
    line.key = key;
    line.sold_branch = receipt.branch;
    line.branch = branch_of_return(of, sold->node);
    line.opened = &opened;
    samme_status status = of->take_back(of->self, &line, error);
    free(pointers);
    free(lines);
    return status;
}

samme_status samme_cancellation_returns(samme_cancellation *cancellation,
                                        const samme_returns_of *of, uint64_t *count,
                                        samme_error *error) {
    settle(cancellation);
    samme_status status = SAMME_OK;
    size_t part = 1, length = 0;
    for (size_t first = 0; first < cancellation->count && status == SAMME_OK; first += length) {
        const samme_taken_back *slices = cancellation->slices + first;
        for (length = 1; length < SAMME_IMPORT_RETURN_LINES_MAX &&
                         first + length < cancellation->count &&
                         slices[length].receipt == slices[0].receipt;)
            length++;
        bool goes_on = first > 0 && slices[-1].receipt == slices[0].receipt;
        part = goes_on ? part + 1 : 1;
        status = give_return(of, slices, length, part, error);
        *count += status == SAMME_OK;
    }
    return status;
}
