#include "history/slices.h"

#include "base/money.h"
#include "history/row.h"

enum { SLICE_MAX_BYTES = 64 * 1024 };

bool samme_within(const samme_horizon *horizon, const samme_standing *standing) {
    if (horizon == NULL)
        return true;
    if (!standing->own_layer && standing->journal_index < horizon->journal_size)
        return true;
    if (standing->branch != horizon->branch)
        return false;
    if (standing->epoch == horizon->epoch)
        return standing->index < horizon->own_size;
    return standing->epoch > horizon->epoch &&
           (standing->epoch < horizon->carried_epoch ||
            (standing->epoch == horizon->carried_epoch && standing->index < horizon->carried_size));
}

samme_horizon samme_horizon_at(const samme_position *position, const Samme__Basis *basis) {
    samme_horizon horizon = {.branch = position->branch,
                             .epoch = position->epoch,
                             .journal_size = basis->journal_size,
                             .own_size = basis->own_size};
    if (position->first_epoch == 0)
        return horizon;
    horizon.epoch = position->first_epoch;
    if (horizon.own_size > position->common) /* of the rest only what was carried is known */
        horizon.own_size = position->common;
    horizon.carried_epoch = position->epoch;
    horizon.carried_size = position->index;
    return horizon;
}

/* The branches of a sum, in the order of the first of their slices in the journal, own layer last.
 */
typedef struct branch_order {
    uint64_t first[SAMME_LINE_BRANCHES_MAX];
} branch_order;

static void remove_branch(samme_line_sum *sum, branch_order *order, size_t at) {
    sum->branch_count--;
    for (size_t i = at; i < sum->branch_count; i++) {
        sum->branches[i] = sum->branches[i + 1];
        order->first[i] = order->first[i + 1];
    }
}

static void insert_branch(samme_line_sum *sum, branch_order *order, uint32_t branch,
                          uint64_t first) {
    size_t at = sum->branch_count;
    while (at > 0 && order->first[at - 1] > first)
        at--;
    if (at == SAMME_LINE_BRANCHES_MAX)
        return;
    if (sum->branch_count == SAMME_LINE_BRANCHES_MAX)
        sum->branch_count--; /* the latest falls out */
    for (size_t i = sum->branch_count; i > at; i--) {
        sum->branches[i] = sum->branches[i - 1];
        order->first[i] = order->first[i - 1];
    }
    sum->branches[at] = branch;
    order->first[at] = first;
    sum->branch_count++;
}

static void note_branch(samme_line_sum *sum, branch_order *order, const Samme__RefundSlice *slice) {
    const uint64_t first = slice->own_layer ? UINT64_MAX : slice->journal_index;
    for (size_t i = 0; i < sum->branch_count; i++) {
        if (sum->branches[i] != slice->branch)
            continue;
        if (order->first[i] <= first)
            return;
        remove_branch(sum, order, i);
        break;
    }
    insert_branch(sum, order, slice->branch, first);
}

static bool given_back(const Samme__RefundSlice *slice, const samme_horizon *horizon) {
    if (slice->outcome != SAMME__RETURN_OUTCOME__failed &&
        slice->outcome != SAMME__RETURN_OUTCOME__cancelled)
        return false;
    return samme_within(horizon, &(samme_standing){.branch = slice->branch,
                                                   .epoch = slice->outcome_epoch,
                                                   .index = slice->outcome_index,
                                                   .journal_index = slice->outcome_journal_index,
                                                   .own_layer = slice->outcome_own_layer});
}

bool samme_slice_counts(const Samme__RefundSlice *slice) {
    return !given_back(slice, NULL);
}

/* What was carried over, or decided by a branch that may have lost what it knew, confirms nothing.
 */
bool samme_slice_confirmed(const Samme__RefundSlice *slice, uint32_t home) {
    return !slice->carried &&
           (slice->lent || (slice->branch == home && slice->claim != SAMME__CLAIM__unconfirmed));
}

int64_t samme_add_up(int64_t a, int64_t b) {
    int64_t sum;
    return samme_money_add(a, b, &sum) == SAMME_OK ? sum : INT64_MAX;
}

static void count_slice(samme_line_sum *sum, branch_order *order, const Samme__RefundSlice *slice,
                        uint32_t home, const samme_horizon *horizon) {
    const samme_standing standing = {.branch = slice->branch,
                                     .epoch = slice->epoch,
                                     .index = slice->index,
                                     .journal_index = slice->journal_index,
                                     .own_layer = slice->own_layer};
    if (!samme_within(horizon, &standing))
        return;
    sum->slices++;
    if (given_back(slice, horizon))
        return;
    sum->quantity = samme_add_up(sum->quantity, slice->quantity);
    sum->refund = samme_add_up(sum->refund, slice->refund);
    if (samme_slice_confirmed(slice, home)) {
        sum->confirmed = samme_add_up(sum->confirmed, slice->quantity);
        sum->confirmed_refund = samme_add_up(sum->confirmed_refund, slice->refund);
    }
    for (size_t i = 0; i < slice->n_refunds; i++) {
        unsigned kind = (unsigned)slice->refunds[i]->tender;
        if (kind < SAMME_TENDER_KINDS) /* the fold writes no other */
            sum->by_tender[kind] = samme_add_up(sum->by_tender[kind], slice->refunds[i]->amount);
    }
    note_branch(sum, order, slice);
}

static samme_status sum_rows(const samme_rows *rows, const samme_row_key *prefix,
                             const samme_horizon *horizon, samme_arena *arena,
                             samme_line_sum *sum) {
    branch_order order;
    samme_row_key key = *prefix;
    const uint32_t home = samme_receipt_key_branch(prefix); /* the same bytes in every key of it */
    for (;;) {
        samme_span value;
        samme_status status = samme_row_next(rows, samme_row_key_span(prefix), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        const ProtobufCMessage *row;
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__refund_slice__descriptor, arena, &row);
        if (status != SAMME_OK)
            return status;
        count_slice(sum, &order, SAMME_ROW(RefundSlice, row), home, horizon);
        samme_arena_reset(arena);
        samme_key_after(&key);
    }
}

static samme_status sum_below(const samme_rows *rows, const samme_row_key *prefix,
                              const samme_horizon *horizon, samme_line_sum *out) {
    samme_arena arena;
    samme_arena_init(&arena, SLICE_MAX_BYTES);
    samme_line_sum sum = {.quantity = 0};
    samme_status status = sum_rows(rows, prefix, horizon, &arena, &sum);
    samme_arena_free(&arena);
    if (status == SAMME_OK)
        *out = sum;
    return status;
}

samme_status samme_sum_slices(const samme_rows *rows, const samme_row_key *receipt_key,
                              uint32_t line, const samme_horizon *horizon, samme_line_sum *out) {
    samme_row_key prefix;
    samme_line_prefix(receipt_key, line, &prefix);
    return sum_below(rows, &prefix, horizon, out);
}

samme_status samme_sum_tenders(const samme_rows *rows, const samme_row_key *receipt_key,
                               const samme_horizon *horizon,
                               int64_t out[static SAMME_TENDER_KINDS]) {
    samme_row_key prefix;
    samme_line_sum sum;
    samme_line_prefix(receipt_key, 0, &prefix);
    prefix.length -= sizeof(uint32_t); /* every line */
    samme_status status = sum_below(rows, &prefix, horizon, &sum);
    if (status == SAMME_OK)
        memcpy(out, sum.by_tender, sizeof sum.by_tender);
    return status;
}

samme_status samme_refunded(const samme_rows *rows, const Samme__ReceiptRef *receipt, uint32_t line,
                            const samme_horizon *horizon, samme_line_sum *out) {
    samme_row_key key;
    if (samme_receipt_key(receipt, &key) != SAMME_OK) { /* nothing can hang on it */
        *out = (samme_line_sum){.quantity = 0};
        return SAMME_OK;
    }
    return samme_sum_slices(rows, &key, line, horizon, out);
}
