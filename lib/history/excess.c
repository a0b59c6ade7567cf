#include "history/query.h"
#include "history/row.h"
#include "history/slices.h"

enum { SCAN_MAX_BYTES = SAMME_FOLD_SCRATCH_BYTES };

static void set_sold(const Samme__Sale *sale, uint32_t no, Samme__ExcessRow *excess) {
    if (sale->kind == SAMME__SALE_KIND__void)
        return; /* sold nothing */
    for (size_t i = 0; i < sale->n_lines; i++) {
        if (sale->lines[i]->no != no)
            continue;
        excess->sold = sale->lines[i]->quantity;
        excess->paid = sale->lines[i]->paid;
    }
}

/* Whether more money went back than was paid: for the line, or, as the prices of a promotion group
 * hang together, for all of its group. */
static samme_status money_exceeds(const samme_rows *rows, const samme_row_key *receipt_key,
                                  const Samme__Sale *sale, const Samme__ExcessRow *excess,
                                  bool *out) {
    const char *group = "";
    for (size_t i = 0; i < sale->n_lines; i++) {
        if (sale->lines[i]->no == excess->no)
            group = sale->lines[i]->promo_group;
    }
    *out = excess->refunded_amount > excess->paid;
    if (!*out || group[0] == 0 || sale->kind == SAMME__SALE_KIND__void)
        return SAMME_OK;
    int64_t paid = 0, refunded = 0;
    for (size_t i = 0; i < sale->n_lines; i++) {
        samme_line_sum sum;
        if (strcmp(sale->lines[i]->promo_group, group) != 0)
            continue;
        samme_status status = samme_sum_slices(rows, receipt_key, sale->lines[i]->no, NULL, &sum);
        if (status != SAMME_OK)
            return status;
        paid = samme_add_up(paid, sale->lines[i]->paid);
        refunded = samme_add_up(refunded, sum.refund);
    }
    *out = refunded > paid;
    return SAMME_OK;
}

/* Compares what was refunded of a line with what was sold. *out_exceeds stays false for a receipt
 * not known (yet). */
static samme_status weigh_line(const samme_rows *rows, const samme_row_key *receipt_key,
                               uint32_t no, samme_arena *arena, Samme__ExcessRow *excess,
                               samme_line_sum *sum, bool *out_exceeds) {
    *out_exceeds = false;
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(rows, samme_row_key_span(receipt_key),
                                         &samme__receipt_row__descriptor, arena, &message);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    if (status != SAMME_OK)
        return status;
    Samme__Sale *sale = SAMME_ROW(ReceiptRow, message)->sale;
    if (sale == NULL || sale->receipt == NULL)
        return SAMME_CORRUPT;
    if (sale->part != sale->parts)
        return SAMME_OK;
    status = samme_sum_slices(rows, receipt_key, no, NULL, sum);
    if (status != SAMME_OK)
        return status;
    excess->receipt = sale->receipt;
    excess->no = no;
    excess->refunded = sum->quantity;
    excess->refunded_amount = sum->refund;
    excess->confirmed = sum->confirmed;
    excess->confirmed_amount = sum->confirmed_refund;
    excess->n_branches = sum->branch_count;
    excess->branches = sum->branches;
    set_sold(sale, no, excess);
    status = money_exceeds(rows, receipt_key, sale, excess, out_exceeds);
    *out_exceeds = *out_exceeds || excess->refunded > excess->sold;
    return status;
}

/* A copy for the caller that outlives the scan. */
static samme_status keep(const Samme__ExcessRow *excess, samme_arena *arena,
                         const Samme__ExcessRow **out) {
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_EVENT_MAX_BYTES);
    samme_pack(excess, &packed);
    const ProtobufCMessage *message = NULL;
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = samme_row_parse(samme_buffer_span(&packed), &samme__excess_row__descriptor, arena,
                                 &message);
    samme_buffer_free(&packed);
    if (status == SAMME_OK)
        *out = SAMME_ROW(ExcessRow, message);
    return status;
}

static samme_status scan(const samme_rows *rows, samme_arena *scratch, samme_arena *arena,
                         void (*visit)(void *context, const Samme__ExcessRow *excess),
                         void *context) {
    samme_row_key key = {.bytes = {'f'}, .length = 1};
    for (;;) {
        samme_arena_reset(scratch);
        samme_span value;
        samme_status status = samme_row_next(rows, SAMME_LITERAL("f"), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        samme_row_key receipt_key, prefix;
        uint32_t no = 0;
        if (status == SAMME_OK)
            status = samme_receipt_key_of_slice(samme_row_key_span(&key), &receipt_key, &no);
        Samme__ExcessRow excess = SAMME__EXCESS_ROW__INIT;
        samme_line_sum sum;
        bool exceeds = false;
        if (status == SAMME_OK)
            status = weigh_line(rows, &receipt_key, no, scratch, &excess, &sum, &exceeds);
        const Samme__ExcessRow *kept = NULL;
        if (status == SAMME_OK && exceeds)
            status = keep(&excess, arena, &kept);
        if (status != SAMME_OK)
            return status;
        if (kept != NULL)
            visit(context, kept);
        samme_line_prefix(&receipt_key, no, &prefix);
        samme_key_after_prefix(&prefix, &key);
    }
}

samme_status samme_visit_excess(const samme_rows *rows, samme_arena *arena,
                                void (*visit)(void *context, const Samme__ExcessRow *excess),
                                void *context) {
    samme_arena scratch;
    samme_arena_init(&scratch, SCAN_MAX_BYTES);
    samme_status status = scan(rows, &scratch, arena, visit, context);
    samme_arena_free(&scratch);
    return status;
}
