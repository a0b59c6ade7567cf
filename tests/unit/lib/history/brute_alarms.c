#include "tests/unit/lib/history/brute_alarms.h"

#include <criterion/criterion.h>

#include "history/alarms.h"
#include "history/row.h"
#include "history/slices.h"

enum { PAGE = 3, BYTES = 64u << 20 };

static const Samme__SaleLine *line_of(const Samme__Sale *sale, uint32_t no) {
    for (size_t i = 0; i < sale->n_lines; i++)
        if (sale->lines[i]->no == no)
            return sale->lines[i];
    return NULL;
}

static samme_line_sum sum_of(const samme_rows *rows, const Samme__Sale *sale, uint32_t no) {
    samme_line_sum sum;
    cr_assert_eq(samme_refunded(rows, sale->receipt, no, NULL, &sum), SAMME_OK);
    return sum;
}

static bool money_beyond(const samme_rows *rows, const Samme__Sale *sale,
                         const Samme__SaleLine *line, int64_t refund) {
    if (refund <= (line == NULL ? 0 : line->paid))
        return false;
    if (line == NULL || line->promo_group[0] == 0)
        return true;
    int64_t paid = 0, refunded = 0;
    for (size_t i = 0; i < sale->n_lines; i++) {
        if (strcmp(sale->lines[i]->promo_group, line->promo_group) == 0) {
            paid += sale->lines[i]->paid;
            refunded += sum_of(rows, sale, sale->lines[i]->no).refund;
        }
    }
    return refunded > paid;
}

/* 1 when the line is beyond what was sold, and its alarm says so; else 0, and none does. */
static size_t check_line(const samme_rows *rows, const Samme__Sale *sale, uint32_t no,
                         samme_arena *arena, unsigned long long seed) {
    const Samme__SaleLine *line = sale->kind == SAMME__SALE_KIND__void ? NULL : line_of(sale, no);
    const samme_line_sum sum = sum_of(rows, sale, no);
    const bool beyond = sum.quantity > (line == NULL ? 0 : line->quantity) ||
                        money_beyond(rows, sale, line, sum.refund);
    const Samme__AlarmRow *alarm;
    samme_status status = samme_find_alarm(rows, sale->receipt, no, arena, &alarm);
    const bool raised = status == SAMME_OK && alarm->state != SAMME__ALARM_STATE__excess_gone;
    cr_assert_eq(raised, beyond, "receipt %s line %u: %lld for %lld refunded, seed %llu",
                 sale->receipt->number, no, (long long)sum.quantity, (long long)sum.refund, seed);
    if (!beyond)
        return 0;
    cr_assert_eq(alarm->no, no);
    cr_assert_eq(alarm->sold, line == NULL ? 0 : line->quantity);
    cr_assert_eq(alarm->paid, line == NULL ? 0 : line->paid);
    cr_assert_eq(alarm->refunded, sum.quantity);
    cr_assert_eq(alarm->refunded_amount, sum.refund);
    cr_assert_eq(alarm->confirmed, sum.confirmed);
    cr_assert_eq(alarm->confirmed_amount, sum.confirmed_refund);
    cr_assert_eq(alarm->n_branches, sum.branch_count);
    for (size_t i = 0; i < sum.branch_count; i++)
        cr_assert_eq(alarm->branches[i], sum.branches[i]);
    return 1;
}

typedef struct visits {
    size_t count, pending;
} visits;

static void visit(void *context, const Samme__AlarmRow *alarm) {
    visits *seen = context;
    seen->count++;
    seen->pending += samme_alarm_pending(alarm);
}

/* Page by page, each alarm once, in the order of their numbers. */
static size_t check_list(const samme_rows *rows, samme_arena *arena) {
    uint64_t from = 0, last = 0;
    size_t all = 0;
    do {
        const Samme__AlarmRow *page[PAGE];
        size_t count;
        cr_assert_eq(samme_pending_alarms(rows, from, arena, page, PAGE, &count, &from), SAMME_OK);
        for (size_t i = 0; i < count; i++) {
            cr_assert_gt(page[i]->number, last);
            cr_assert(samme_alarm_pending(page[i]));
            last = page[i]->number;
        }
        all += count;
    } while (from != 0);
    samme_alarm_list list;
    cr_assert_eq(samme_alarm_list_read(rows, &list), SAMME_OK);
    cr_assert_eq(list.open, all);
    return all;
}

size_t brute_check_alarms(const samme_rows *rows, unsigned long long seed) {
    samme_row_key key = {.bytes = {'f'}, .length = 1};
    samme_arena arena;
    samme_arena_init(&arena, BYTES);
    samme_span value;
    size_t beyond = 0;
    while (samme_row_next(rows, SAMME_LITERAL("f"), &key, &value) == SAMME_OK) {
        samme_row_key receipt_key, prefix;
        uint32_t no;
        const ProtobufCMessage *message;
        cr_assert_eq(samme_receipt_key_of_slice(samme_row_key_span(&key), &receipt_key, &no),
                     SAMME_OK);
        samme_line_prefix(&receipt_key, no, &prefix);
        samme_key_after_prefix(&prefix, &key);
        if (samme_row_read(rows, samme_row_key_span(&receipt_key), &samme__receipt_row__descriptor,
                           &arena, &message) != SAMME_OK)
            continue; /* weighed when it comes */
        const Samme__Sale *sale = SAMME_ROW(ReceiptRow, message)->sale;
        if (sale->part == sale->parts)
            beyond += check_line(rows, sale, no, &arena, seed);
    }
    visits seen = {.count = 0};
    cr_assert_eq(samme_visit_alarms(rows, &arena, visit, &seen), SAMME_OK);
    cr_assert_eq(seen.count, beyond, "alarms of lines that nobody refunded, seed %llu", seed);
    cr_assert_eq(seen.pending, check_list(rows, &arena), "seed %llu", seed);
    samme_arena_free(&arena);
    return beyond;
}
