/* Whether a line was refunded beyond what was sold: weighed once an entry, behind its own rows, for
 * the lines whose refunds it changed and those that share a promotion group with them. */
#include <assert.h>
#include <stdlib.h>

#include "history/folding.h"
#include "history/query.h"
#include "history/slices.h"

struct samme_weighing {
    samme_row_key receipt_key;
    bool all; /* lines that have slices */
    size_t count;
    uint32_t lines[SAMME_RETURN_LINES_MAX];
};

static samme_weighing *weighing_of(samme_folding *folding, const samme_row_key *receipt_key) {
    samme_weighing *self = folding->weighing;
    if (self == NULL) {
        self = folding->weighing = samme_arena_alloc(folding->arena, sizeof *self);
        if (self != NULL) {
            self->receipt_key = *receipt_key;
            self->all = false;
            self->count = 0;
        }
    }
    assert(self == NULL || samme_span_equal(samme_row_key_span(&self->receipt_key),
                                            samme_row_key_span(receipt_key)));
    return self;
}

samme_status samme_fold_put_refund(samme_folding *folding, const samme_row_key *receipt_key,
                                   const samme_row_key *key, const Samme__RefundSlice *slice) {
    samme_status status = samme_fold_put(folding, SAMME_DIGEST_SERVICE, key, slice);
    if (status != SAMME_OK)
        return status;
    samme_weighing *self = weighing_of(folding, receipt_key);
    if (self == NULL)
        return SAMME_NO_MEMORY;
    self->all = self->all || self->count == SAMME_RETURN_LINES_MAX;
    if (!self->all)
        self->lines[self->count++] = slice->no;
    return SAMME_OK;
}

samme_status samme_fold_sale_came(samme_folding *folding, const samme_row_key *receipt_key) {
    bool awaited;
    samme_status status = samme_fold_awaited(folding, receipt_key, &awaited);
    if (status != SAMME_OK || !awaited)
        return status;
    samme_weighing *self = weighing_of(folding, receipt_key);
    if (self == NULL)
        return SAMME_NO_MEMORY;
    self->all = true;
    return SAMME_OK;
}

/* A receipt being weighed. */
typedef struct scales {
    samme_folding *folding;
    const samme_row_key *receipt_key;
    Samme__Sale *sale;
    samme_arena *arena;
    uint32_t *due; /* numbers of the lines to be weighed */
    size_t due_count, due_room;
    bool *seen;            /* by the place of a line in the sale: it is among them */
    samme_line_sum **sums; /* likewise; NULL: not asked for yet */
} scales;

static samme_status sum_at(scales *self, size_t at, const samme_line_sum **out) {
    samme_status status = SAMME_OK;
    if (self->sums[at] == NULL) {
        samme_line_sum *sum = samme_arena_alloc(self->arena, sizeof *sum);
        if (sum == NULL)
            return SAMME_NO_MEMORY;
        status = samme_sum_slices(self->folding->rows, self->receipt_key, self->sale->lines[at]->no,
                                  NULL, sum);
        self->sums[at] = status == SAMME_OK ? sum : NULL;
    }
    *out = self->sums[at];
    return status;
}

/* Lines of its promotion group; 0 when it has none, or one so large that it has no bundle facts
 * either. */
static size_t group_size(const Samme__Sale *sale, size_t at) {
    const char *group = sale->lines[at]->promo_group;
    size_t count = 0;
    if (group[0] == 0 || sale->kind == SAMME__SALE_KIND__void)
        return 0;
    for (size_t i = 0; i < sale->n_lines; i++)
        count += strcmp(sale->lines[i]->promo_group, group) == 0 ? 1 : 0;
    return count <= SAMME_BUNDLE_LINES_MAX ? count : 0;
}

/* Prices of a promotion group hang together: one of its lines may give back more than its share
 * while the group as a whole does not. */
static samme_status group_exceeds(scales *self, size_t at, bool *out) {
    const Samme__Sale *sale = self->sale;
    int64_t paid = 0, refunded = 0;
    *out = true;
    if (group_size(sale, at) == 0)
        return SAMME_OK;
    for (size_t i = 0; i < sale->n_lines; i++) {
        const samme_line_sum *sum;
        if (strcmp(sale->lines[i]->promo_group, sale->lines[at]->promo_group) != 0)
            continue;
        samme_status status = sum_at(self, i, &sum);
        if (status != SAMME_OK)
            return status;
        paid = samme_add_up(paid, sale->lines[i]->paid);
        refunded = samme_add_up(refunded, sum->refund);
    }
    *out = refunded > paid;
    return SAMME_OK;
}

/* Of a line that was not sold, sold and paid are 0. */
static void set_numbers(const Samme__Sale *sale, uint32_t no, const samme_line_sum *sum,
                        Samme__AlarmRow *out) {
    samme__alarm_row__init(out);
    out->receipt = sale->receipt;
    out->currency = sale->currency;
    out->no = no;
    out->refunded = sum->quantity;
    out->refunded_amount = sum->refund;
    out->confirmed = sum->confirmed;
    out->confirmed_amount = sum->confirmed_refund;
    out->n_branches = sum->branch_count;
    out->branches = (uint32_t *)(uintptr_t)sum->branches; /* packing does not change it */
}

static samme_status weigh_sold(scales *self, size_t at) {
    const Samme__SaleLine *line = self->sale->lines[at];
    const samme_line_sum *sum;
    Samme__AlarmRow numbers;
    samme_status status = sum_at(self, at, &sum);
    if (status != SAMME_OK)
        return status;
    set_numbers(self->sale, line->no, sum, &numbers);
    if (self->sale->kind != SAMME__SALE_KIND__void) { /* which sold nothing */
        numbers.sold = line->quantity;
        numbers.paid = line->paid;
    }
    bool exceeds = numbers.refunded_amount > numbers.paid;
    if (exceeds)
        status = group_exceeds(self, at, &exceeds);
    exceeds = exceeds || numbers.refunded > numbers.sold;
    return status == SAMME_OK
               ? samme_fold_excess(self->folding, self->receipt_key, &numbers, exceeds)
               : status;
}

static samme_status weigh_not_sold(scales *self, uint32_t no) {
    samme_line_sum sum;
    Samme__AlarmRow numbers;
    samme_status status = samme_sum_slices(self->folding->rows, self->receipt_key, no, NULL, &sum);
    if (status != SAMME_OK)
        return status;
    set_numbers(self->sale, no, &sum, &numbers);
    return samme_fold_excess(self->folding, self->receipt_key, &numbers,
                             numbers.refunded > 0 || numbers.refunded_amount > 0);
}

static samme_status add_due(scales *self, uint32_t no) {
    if (self->due_count == self->due_room) {
        const size_t room = self->due_room * 2 + 16;
        uint32_t *grown = samme_arena_alloc(self->arena, room * sizeof *grown);
        if (grown == NULL)
            return SAMME_NO_MEMORY;
        if (self->due_count > 0)
            memcpy(grown, self->due, self->due_count * sizeof *grown);
        self->due = grown;
        self->due_room = room;
    }
    self->due[self->due_count++] = no;
    return SAMME_OK;
}

static size_t place_of(const Samme__Sale *sale, uint32_t no) {
    size_t at = 0;
    while (at < sale->n_lines && sale->lines[at]->no != no)
        at++;
    return at; /* n_lines: it was not sold */
}

/* The line is to be weighed, with its group. */
static samme_status mark(scales *self, uint32_t no) {
    const Samme__Sale *sale = self->sale;
    const size_t at = place_of(sale, no);
    if (at == sale->n_lines)
        return add_due(self, no);
    if (self->seen[at])
        return SAMME_OK;
    self->seen[at] = true;
    const bool grouped = group_size(sale, at) > 1;
    samme_status status = add_due(self, no);
    for (size_t i = 0; grouped && i < sale->n_lines && status == SAMME_OK; i++) {
        if (self->seen[i] || strcmp(sale->lines[i]->promo_group, sale->lines[at]->promo_group) != 0)
            continue;
        self->seen[i] = true;
        status = add_due(self, sale->lines[i]->no);
    }
    return status;
}

static samme_status mark_all(scales *self) {
    samme_row_key prefix, key;
    samme_line_prefix(self->receipt_key, 0, &prefix);
    prefix.length -= sizeof(uint32_t); /* every line */
    key = prefix;
    for (;;) {
        samme_span value;
        samme_row_key receipt_key, line;
        uint32_t no = 0;
        samme_status status =
            samme_row_next(self->folding->rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK)
            status = samme_receipt_key_of_slice(samme_row_key_span(&key), &receipt_key, &no);
        if (status == SAMME_OK)
            status = mark(self, no);
        if (status != SAMME_OK)
            return status;
        samme_line_prefix(self->receipt_key, no, &line);
        samme_key_after_prefix(&line, &key);
    }
}

static int compare_numbers(const void *a, const void *b) {
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* In the order of the lines' numbers: alarms that open are numbered in it. */
static samme_status weigh(scales *self, const samme_weighing *what) {
    const size_t lines = self->sale->n_lines + 1;
    self->seen = samme_arena_alloc(self->arena, lines * sizeof *self->seen);
    self->sums = samme_arena_alloc(self->arena, lines * sizeof(samme_line_sum *));
    if (self->seen == NULL || self->sums == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < lines; i++) {
        self->seen[i] = false;
        self->sums[i] = NULL;
    }
    samme_status status = what->all ? mark_all(self) : SAMME_OK;
    for (size_t i = 0; !what->all && i < what->count && status == SAMME_OK; i++)
        status = mark(self, what->lines[i]);
    if (self->due_count > 1)
        qsort(self->due, self->due_count, sizeof *self->due, compare_numbers);
    for (size_t i = 0; i < self->due_count && status == SAMME_OK; i++) {
        const size_t at = place_of(self->sale, self->due[i]);
        status =
            at == self->sale->n_lines ? weigh_not_sold(self, self->due[i]) : weigh_sold(self, at);
    }
    return status;
}

samme_status samme_fold_weigh(samme_folding *folding) {
    const samme_weighing *what = folding->weighing;
    if (what == NULL)
        return SAMME_OK;
    samme_arena arena; /* the entry's own may hold this receipt already */
    samme_arena_init(&arena, SAMME_FOLD_SCRATCH_BYTES);
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(folding->rows, samme_row_key_span(&what->receipt_key),
                                         &samme__receipt_row__descriptor, &arena, &message);
    Samme__Sale *sale = status == SAMME_OK ? SAMME_ROW(ReceiptRow, message)->sale : NULL;
    if (status == SAMME_NOT_FOUND || (sale != NULL && sale->part != sale->parts))
        status = samme_fold_await(folding, &what->receipt_key);
    else if (status == SAMME_OK && (sale == NULL || sale->receipt == NULL))
        status = SAMME_CORRUPT;
    else if (status == SAMME_OK)
        status = weigh(&(scales){.folding = folding,
                                 .receipt_key = &what->receipt_key,
                                 .sale = sale,
                                 .arena = &arena},
                       what);
    samme_arena_free(&arena);
    return status;
}
