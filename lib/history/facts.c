#include "base/calendar.h"
#include "base/money.h"
#include "history/query.h"

static const Samme__SaleLine *line_of(const Samme__Sale *sale, uint32_t no) {
    for (size_t i = 0; i < sale->n_lines; i++) {
        if (sale->lines[i]->no == no)
            return sale->lines[i];
    }
    return NULL;
}

/* Day 0 is the day of possession, where that is later than the sale. */
static void set_days(const Samme__Sale *sale, const char *today, Samme__Facts *facts) {
    const char *from =
        sale->delivered_on[0] != 0 ? sale->delivered_on : sale->receipt->business_date;
    int32_t first, last;
    if (samme_date_parse(from, &first) != SAMME_OK || samme_date_parse(today, &last) != SAMME_OK)
        return;
    facts->has_days_since_purchase_case = SAMME__FACTS__HAS_DAYS_SINCE_PURCHASE_DAYS_SINCE_PURCHASE;
    facts->days_since_purchase = (int64_t)last - first;
}

static void set_quantity_left(Samme__Facts *facts, int64_t left) {
    facts->has_quantity_left_case = SAMME__FACTS__HAS_QUANTITY_LEFT_QUANTITY_LEFT;
    facts->quantity_left = left;
}

static void set_line_paid(const Samme__SaleLine *sold, int64_t refunded, int64_t asked,
                          Samme__Facts *facts) {
    int64_t paid;
    if (samme_money_slice(sold->paid, sold->quantity, refunded, refunded + asked, &paid) !=
        SAMME_OK)
        return;
    facts->has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID_LINE_PAID;
    facts->line_paid = paid;
}

/* Claim, what is left and its price, of a line that was sold. */
static samme_status set_claim(const samme_rows *rows, const Samme__Sale *sale,
                              const Samme__SaleLine *sold, const Samme__ReturnLine *line,
                              const samme_horizon *horizon, Samme__Facts *facts) {
    samme_line_sum sum;
    samme_status status = samme_refunded(rows, sale->receipt, line->no, horizon, &sum);
    if (status != SAMME_OK)
        return status;
    const int64_t left = sum.quantity < sold->quantity ? sold->quantity - sum.quantity : 0;
    set_quantity_left(facts, left);
    if (line->quantity > left) {
        facts->claim = SAMME__CLAIM__taken;
        return SAMME_OK;
    }
    facts->claim =
        sale->receipt->branch == horizon->branch ? SAMME__CLAIM__own : SAMME__CLAIM__unconfirmed;
    set_line_paid(sold, sum.quantity, line->quantity, facts);
    return SAMME_OK;
}

static samme_status set_sale(const samme_rows *rows, const Samme__Sale *sale,
                             const Samme__ReturnLine *line, const samme_horizon *horizon,
                             Samme__Facts *facts) {
    facts->receipt_source = SAMME__RECEIPT_SOURCE__node;
    facts->currency = sale->currency;
    facts->purchase_date = sale->receipt->business_date;
    set_days(sale, facts->today, facts);
    const Samme__SaleLine *sold = line_of(sale, line->no);
    if (sold == NULL)
        return SAMME_OK;
    facts->category = sold->category;
    if (sale->kind == SAMME__SALE_KIND__void) { /* sold nothing */
        set_quantity_left(facts, 0);
        return SAMME_OK;
    }
    return set_claim(rows, sale, sold, line, horizon, facts);
}

static Samme__Facts *asserted_facts(const Samme__ReturnOpened *opened,
                                    const Samme__ReturnLine *line, Samme__Mode mode,
                                    samme_arena *arena) {
    Samme__Facts *facts = samme_arena_alloc(arena, sizeof *facts);
    char *today = samme_arena_text(arena, opened->today);
    if (facts == NULL || today == NULL)
        return NULL;
    *facts = (Samme__Facts)SAMME__FACTS__INIT;
    facts->claim_type = opened->claim_type;
    facts->condition = opened->condition;
    facts->receipt_kind = opened->receipt_kind;
    facts->today = today;
    facts->mode = mode;
    facts->receipt_source = SAMME__RECEIPT_SOURCE__no_receipt;
    facts->claim = SAMME__CLAIM__no_claim;
    facts->has_quantity_asked_case = SAMME__FACTS__HAS_QUANTITY_ASKED_QUANTITY_ASKED;
    facts->quantity_asked = line->quantity;
    return facts;
}

samme_status samme_find_sale(const samme_rows *rows, const Samme__ReturnOpened *opened,
                             const samme_horizon *horizon, samme_arena *arena,
                             const Samme__ReceiptRow **out) {
    samme_status status = SAMME_NOT_FOUND;
    if (opened->receipt != NULL)
        status = samme_find_receipt(rows, opened->receipt, horizon, arena, out);
    if (status != SAMME_NOT_FOUND)
        return status;
    *out = NULL;
    return SAMME_OK;
}

samme_status samme_line_facts(const samme_rows *rows, const Samme__ReturnOpened *opened,
                              const Samme__ReturnLine *line, const Samme__ReceiptRow *sale,
                              const samme_horizon *horizon, Samme__Mode mode, samme_arena *arena,
                              Samme__Facts **out) {
    Samme__Facts *facts = asserted_facts(opened, line, mode, arena);
    if (facts == NULL)
        return SAMME_NO_MEMORY;
    samme_status status =
        sale != NULL ? set_sale(rows, sale->sale, line, horizon, facts) : SAMME_OK;
    if (status == SAMME_OK)
        *out = facts;
    return status;
}

samme_status samme_derive_facts(const samme_rows *rows, const Samme__ReturnOpened *opened,
                                const Samme__ReturnLine *line, const samme_horizon *horizon,
                                Samme__Mode mode, samme_arena *arena, Samme__Facts **out,
                                const Samme__ReceiptRow **out_sale) {
    const Samme__ReceiptRow *sale;
    samme_status status = samme_find_sale(rows, opened, horizon, arena, &sale);
    if (status == SAMME_OK)
        status = samme_line_facts(rows, opened, line, sale, horizon, mode, arena, out);
    if (status == SAMME_OK)
        *out_sale = sale;
    return status;
}
