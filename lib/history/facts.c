#include "history/facts.h"

#include "base/calendar.h"
#include "base/money.h"
#include "history/loans.h"

static const Samme__SaleLine *line_of(const Samme__Sale *sale, uint32_t no) {
    for (size_t i = 0; i < sale->n_lines; i++) {
        if (sale->lines[i]->no == no)
            return sale->lines[i];
    }
    return NULL;
}

/* Days from one date to another; false when either is none. */
static bool days_between(const char *from, const char *to, int64_t *out) {
    int32_t first, last;
    if (samme_date_parse(from, &first) != SAMME_OK || samme_date_parse(to, &last) != SAMME_OK)
        return false;
    *out = (int64_t)last - first;
    return true;
}

/* The customer got the goods when they bought them, where no other day is known. */
static void set_days(const Samme__Sale *sale, Samme__Facts *facts) {
    int32_t day;
    facts->purchase_date = sale->receipt->business_date;
    if (sale->delivered_on[0] == 0)
        facts->receipt_date = facts->purchase_date;
    else if (samme_date_parse(sale->delivered_on, &day) == SAMME_OK)
        facts->receipt_date = sale->delivered_on;
    if (days_between(facts->purchase_date, facts->today, &facts->days_since_purchase))
        facts->has_days_since_purchase_case =
            SAMME__FACTS__HAS_DAYS_SINCE_PURCHASE_DAYS_SINCE_PURCHASE;
    if (days_between(facts->receipt_date, facts->today, &facts->days_since_receipt))
        facts->has_days_since_receipt_case =
            SAMME__FACTS__HAS_DAYS_SINCE_RECEIPT_DAYS_SINCE_RECEIPT;
}

static void set_quantity_left(Samme__Facts *facts, int64_t left) {
    facts->has_quantity_left_case = SAMME__FACTS__HAS_QUANTITY_LEFT_QUANTITY_LEFT;
    facts->quantity_left = left;
}

static void put_line_paid(Samme__Facts *facts, int64_t paid) {
    facts->has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID_LINE_PAID;
    facts->line_paid = paid;
}

static void set_line_paid(const Samme__SaleLine *sold, const samme_line_sum *used,
                          const samme_asking *asking, Samme__Facts *facts) {
    int64_t paid;
    const bool capped = asking->version >= 2;
    if (samme_line_money(sold, used, asking->line->quantity, capped, &paid))
        put_line_paid(facts, paid);
}

/* A line that another branch sold: lent, when a loan of just this quantity to this case lives. */
static samme_status set_borrowed(const samme_rows *rows, const samme_row_key *receipt_key,
                                 const samme_asking *asking, const samme_line_sum *used,
                                 const Samme__SaleLine *sold, Samme__Facts *facts) {
    const samme_loan_search search = {.receipt_key = receipt_key,
                                      .horizon = asking->horizon,
                                      .borrower = asking->horizon->branch,
                                      .case_code = asking->opened->case_code};
    int64_t amount;
    samme_status status =
        samme_lent_amount(rows, &search, sold->no, asking->line->quantity, &amount);
    if (status == SAMME_NOT_FOUND) {
        facts->claim = SAMME__CLAIM__unconfirmed;
        set_line_paid(sold, used, asking, facts);
        return SAMME_OK;
    }
    if (status != SAMME_OK)
        return status;
    facts->claim = SAMME__CLAIM__lent;
    put_line_paid(facts, amount);
    return SAMME_OK;
}

/* Claim, what is left and its price, of a line that was sold. */
static samme_status set_claim(const samme_rows *rows, const Samme__Sale *sale,
                              const Samme__SaleLine *sold, const samme_asking *asking,
                              Samme__Facts *facts) {
    samme_line_sum sum;
    samme_row_key receipt_key;
    samme_status status = samme_receipt_key(sale->receipt, &receipt_key);
    if (status == SAMME_OK)
        status = samme_used(rows, &receipt_key, sold->no, asking, &sum);
    if (status != SAMME_OK)
        return status;
    const int64_t left = sum.quantity < sold->quantity ? sold->quantity - sum.quantity : 0;
    set_quantity_left(facts, left);
    if (asking->line->quantity > left) {
        facts->claim = SAMME__CLAIM__taken;
        return SAMME_OK;
    }
    const bool keyed = facts->receipt_source == SAMME__RECEIPT_SOURCE__keyed;
    if (facts->home_branch == SAMME__YES_NO__yes && !keyed) {
        facts->claim = SAMME__CLAIM__own;
        set_line_paid(sold, &sum, asking, facts);
    } else {
        status = set_borrowed(rows, &receipt_key, asking, &sum, sold, facts);
    }
    return status == SAMME_OK ? samme_bundle_facts(rows, asking, sale, sold, facts) : status;
}

/* A channel that this version does not know is not told. */
static Samme__Channel channel_of(const Samme__Sale *sale) {
    bool known = (int)sale->channel >= 0 && sale->channel <= SAMME__CHANNEL__phone;
    return known ? sale->channel : SAMME__CHANNEL__channel_unset;
}

/* A branch that may have lost what it had acknowledged cannot say what is left of what it sold
 * before. */
static samme_status confirm_own(const samme_rows *rows, const Samme__ReceiptRow *sale,
                                const samme_horizon *horizon, Samme__Facts *facts) {
    bool lost;
    samme_status status =
        samme_epoch_lost(rows, horizon->branch, sale->epoch, horizon->epoch, &lost);
    if (status == SAMME_OK && lost)
        facts->claim = SAMME__CLAIM__unconfirmed;
    return status;
}

static samme_status set_sale(const samme_rows *rows, const samme_sale_view *view,
                             const samme_asking *asking, samme_arena *arena, Samme__Facts *facts) {
    const Samme__Sale *sale = view->row->sale;
    facts->currency = sale->currency;
    facts->channel = channel_of(sale);
    facts->home_branch =
        sale->receipt->branch == asking->horizon->branch ? SAMME__YES_NO__yes : SAMME__YES_NO__no;
    set_days(sale, facts);
    samme_status status = SAMME_OK;
    const Samme__SaleLine *sold = line_of(sale, asking->line->no);
    if (sold != NULL) {
        facts->category = sold->category;
        facts->employee_discount = sold->employee_discount ? SAMME__YES_NO__yes : SAMME__YES_NO__no;
        if (sale->kind == SAMME__SALE_KIND__void) /* sold nothing */
            set_quantity_left(facts, 0);
        else
            status = set_claim(rows, sale, sold, asking, facts);
        if (status == SAMME_OK && facts->claim == SAMME__CLAIM__own)
            status = confirm_own(rows, view->row, asking->horizon, facts);
    }
    return status == SAMME_OK ? samme_tender_facts(asking, view, arena, facts) : status;
}

/* Of an article without a receipt: there is no line whose right could be used. */
static void set_article(const Samme__Sale *sale, const samme_asking *asking, Samme__Facts *facts) {
    const Samme__SaleLine *article = line_of(sale, asking->line->no);
    const samme_line_sum none = {.quantity = 0};
    facts->currency = sale->currency;
    if (article == NULL)
        return;
    facts->category = article->category;
    set_line_paid(article, &none, asking, facts);
}

/* By the newest rules also what was asserted of a sale that is not known. */
static samme_status set_found(const samme_rows *rows, const samme_sale_view *view,
                              const samme_asking *asking, samme_arena *arena, Samme__Facts *facts) {
    samme_sale_view used = *view;
    if (view->row != NULL) {
        facts->receipt_source = SAMME__RECEIPT_SOURCE__node;
        return set_sale(rows, &used, asking, arena, facts);
    }
    used.row = view->keyed;
    if (view->keyed == NULL || asking->version < 3)
        return SAMME_OK;
    if (!samme_receipt_named(asking->opened->receipt)) {
        set_article(view->keyed->sale, asking, facts);
        return SAMME_OK;
    }
    facts->receipt_source = SAMME__RECEIPT_SOURCE__keyed;
    return set_sale(rows, &used, asking, arena, facts);
}

static Samme__Facts *asserted_facts(const samme_asking *asking, samme_arena *arena) {
    const Samme__ReturnOpened *opened = asking->opened;
    Samme__Facts *facts = samme_arena_alloc(arena, sizeof *facts);
    char *today = samme_arena_text(arena, opened->today);
    if (facts == NULL || today == NULL)
        return NULL;
    *facts = (Samme__Facts)SAMME__FACTS__INIT;
    facts->claim_type = opened->claim_type;
    facts->condition =
        asking->version >= 3 && asking->line->condition != SAMME__CONDITION__condition_unset
            ? asking->line->condition
            : opened->condition;
    facts->receipt_kind = opened->receipt_kind;
    facts->wish = opened->wish;
    if (opened->has_repair_attempts_case != SAMME__RETURN_OPENED__HAS_REPAIR_ATTEMPTS__NOT_SET) {
        facts->has_repair_attempts_case = SAMME__FACTS__HAS_REPAIR_ATTEMPTS_REPAIR_ATTEMPTS;
        facts->repair_attempts = opened->repair_attempts;
    }
    facts->today = today;
    facts->mode = asking->mode;
    facts->receipt_source = SAMME__RECEIPT_SOURCE__no_receipt;
    facts->claim = SAMME__CLAIM__no_claim;
    facts->has_quantity_asked_case = SAMME__FACTS__HAS_QUANTITY_ASKED_QUANTITY_ASKED;
    facts->quantity_asked = asking->line->quantity;
    return facts;
}

/* What the opening asserts of a sale, as a receipt that stands nowhere. */
static samme_status view_keyed(const Samme__ReturnOpened *opened, samme_arena *arena,
                               samme_sale_view *out) {
    Samme__ReceiptRow *row = samme_arena_alloc(arena, sizeof *row);
    Samme__Sale *sale = samme_arena_alloc(arena, sizeof *sale);
    Samme__ReceiptRef *none = samme_arena_alloc(arena, sizeof *none);
    if (row == NULL || sale == NULL || none == NULL)
        return SAMME_NO_MEMORY;
    *none = (Samme__ReceiptRef)SAMME__RECEIPT_REF__INIT;
    *sale = *opened->keyed;
    sale->receipt = opened->receipt != NULL ? opened->receipt : none;
    sale->kind = SAMME__SALE_KIND__ordinary;
    sale->part = sale->parts = 1;
    *row = (Samme__ReceiptRow)SAMME__RECEIPT_ROW__INIT;
    row->sale = sale;
    out->keyed = row;
    return SAMME_OK;
}

uint32_t samme_sale_branch(const samme_sale_view *sale) {
    const Samme__ReceiptRow *row = sale->row != NULL ? sale->row : sale->keyed;
    return row == NULL ? 0 : row->sale->receipt->branch;
}

samme_status samme_find_sale(const samme_rows *rows, const Samme__ReturnOpened *opened,
                             const samme_horizon *horizon, samme_arena *arena,
                             samme_sale_view *out) {
    samme_row_key key;
    samme_status status = SAMME_NOT_FOUND;
    const bool named = samme_receipt_named(opened->receipt);
    *out = (samme_sale_view){.row = NULL};
    if (named && samme_receipt_key(opened->receipt, &key) != SAMME_OK)
        return SAMME_OK; /* nothing can hang on it */
    if (named)
        status = samme_find_receipt(rows, opened->receipt, horizon, arena, &out->row);
    if (status == SAMME_NOT_FOUND) {
        out->row = NULL;
        status = opened->keyed != NULL ? view_keyed(opened, arena, out) : SAMME_OK;
    }
    if (status != SAMME_OK || (out->row == NULL && out->keyed == NULL) || !named)
        return status;
    status = samme_sum_tenders(rows, &key, horizon, out->refunded);
    const samme_loan_search search = {.receipt_key = &key,
                                      .horizon = horizon,
                                      .borrower = horizon->branch,
                                      .case_code = opened->case_code};
    if (status == SAMME_OK)
        status = samme_lent_tenders(rows, &search, out->lent, out->refunded);
    return status;
}

samme_status samme_line_facts(const samme_rows *rows, const samme_asking *asking,
                              const samme_sale_view *sale, samme_arena *arena, Samme__Facts **out) {
    Samme__Facts *facts = asserted_facts(asking, arena);
    if (facts == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = set_found(rows, sale, asking, arena, facts);
    if (status == SAMME_OK)
        *out = facts;
    return status;
}

samme_status samme_derive_facts(const samme_rows *rows, const Samme__ReturnOpened *opened,
                                const Samme__ReturnLine *line, const samme_horizon *horizon,
                                Samme__Mode mode, samme_arena *arena, Samme__Facts **out,
                                const Samme__ReceiptRow **out_sale) {
    const samme_asking asking = {.opened = opened,
                                 .line = line,
                                 .horizon = horizon,
                                 .mode = mode,
                                 .version = SAMME_FACTS_VERSION};
    samme_sale_view sale;
    samme_status status = samme_find_sale(rows, opened, horizon, arena, &sale);
    if (status == SAMME_OK)
        status = samme_line_facts(rows, &asking, &sale, arena, out);
    if (status == SAMME_OK)
        *out_sale = sale.row;
    return status;
}
