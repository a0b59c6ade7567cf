#include "history/loans.h"

#include "base/money.h"
#include "history/row.h"

enum { LOAN_MAX_BYTES = 64 * 1024 };

static bool lives(const Samme__LoanRow *loan, const samme_horizon *horizon) {
    if (!samme_within(horizon, &(samme_standing){.branch = loan->branch,
                                                 .epoch = loan->epoch,
                                                 .index = loan->index,
                                                 .journal_index = loan->journal_index,
                                                 .own_layer = loan->own_layer}))
        return false;
    return loan->end == SAMME__LOAN_END__loan_live ||
           !samme_within(horizon, &(samme_standing){.branch = loan->borrower,
                                                    .epoch = loan->end_epoch,
                                                    .index = loan->end_index,
                                                    .journal_index = loan->end_journal_index,
                                                    .own_layer = loan->end_own_layer});
}

static bool to_case(const Samme__LoanRow *loan, const samme_loan_search *search) {
    return loan->borrower == search->borrower && strcmp(loan->case_code, search->case_code) == 0;
}

/* Calls for each loan whose key begins with the prefix, in key order, until one says no. The row
 * lives until the call returns. */
typedef struct loan_visitor {
    void *context;
    bool (*visit)(void *context, const Samme__LoanRow *loan);
} loan_visitor;

static samme_status visit_below(const samme_rows *rows, const samme_row_key *prefix,
                                const loan_visitor *visitor) {
    samme_arena arena;
    samme_arena_init(&arena, LOAN_MAX_BYTES);
    samme_row_key key = *prefix;
    samme_status status = SAMME_OK;
    bool more = true;
    while (status == SAMME_OK && more) {
        samme_span value;
        const ProtobufCMessage *row;
        status = samme_row_next(rows, samme_row_key_span(prefix), &key, &value);
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__loan_row__descriptor, &arena, &row);
        if (status == SAMME_OK)
            more = visitor->visit(visitor->context, SAMME_ROW(LoanRow, row));
        samme_arena_reset(&arena);
        samme_key_after(&key);
    }
    samme_arena_free(&arena);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_status visit_line(const samme_rows *rows, const samme_row_key *receipt_key,
                               uint32_t line, const loan_visitor *visitor) {
    samme_row_key prefix;
    samme_loan_prefix(receipt_key, line, &prefix);
    return visit_below(rows, &prefix, visitor);
}

static void add_tenders(const Samme__LoanRow *loan, int64_t *by_tender) {
    for (size_t i = 0; i < loan->n_tenders; i++) {
        const unsigned kind = (unsigned)loan->tenders[i]->tender;
        if (kind < SAMME_TENDER_KINDS) /* the fold writes no other */
            by_tender[kind] = samme_add_up(by_tender[kind], loan->tenders[i]->amount);
    }
}

typedef struct adding {
    const samme_horizon *horizon;
    const samme_loan_search *but;
    samme_line_sum *sum;
} adding;

static bool add_loan(void *context, const Samme__LoanRow *loan) {
    const adding *self = context;
    if (!lives(loan, self->horizon) || (self->but != NULL && to_case(loan, self->but)))
        return true;
    self->sum->quantity = samme_add_up(self->sum->quantity, loan->to - loan->from);
    self->sum->refund = samme_add_up(self->sum->refund, loan->amount);
    self->sum->confirmed = samme_add_up(self->sum->confirmed, loan->to - loan->from);
    self->sum->confirmed_refund = samme_add_up(self->sum->confirmed_refund, loan->amount);
    add_tenders(loan, self->sum->by_tender);
    return true;
}

samme_status samme_add_loans(const samme_rows *rows, const samme_row_key *receipt_key,
                             uint32_t line, const samme_horizon *horizon,
                             const samme_loan_search *but, samme_line_sum *sum) {
    adding self = {.horizon = horizon, .but = but, .sum = sum};
    return visit_line(rows, receipt_key, line, &(loan_visitor){&self, add_loan});
}

samme_status samme_used(const samme_rows *rows, const samme_row_key *receipt_key, uint32_t line,
                        const samme_asking *asking, samme_line_sum *out) {
    const samme_loan_search own = {.receipt_key = receipt_key,
                                   .borrower = asking->horizon->branch,
                                   .case_code = asking->opened->case_code};
    samme_status status = samme_sum_slices(rows, receipt_key, line, asking->horizon, out);
    if (status == SAMME_OK)
        status = samme_add_loans(rows, receipt_key, line, asking->horizon, &own, out);
    return status;
}

bool samme_line_money(const Samme__SaleLine *sold, const samme_line_sum *used, int64_t quantity,
                      bool capped, int64_t *out) {
    int64_t paid;
    if (quantity > INT64_MAX - used->quantity ||
        samme_money_slice(sold->paid, sold->quantity, used->quantity, used->quantity + quantity,
                          &paid) != SAMME_OK)
        return false;
    /* Slices that were given back let later ones overlap, and each may round another way. */
    const int64_t left = sold->paid > used->refund ? sold->paid - used->refund : 0;
    *out = capped && paid > left ? left : paid;
    return true;
}

typedef struct reserving {
    const samme_loan_search *search;
    int64_t *lent;
    int64_t *others;
} reserving;

static bool reserve(void *context, const Samme__LoanRow *loan) {
    const reserving *self = context;
    if (lives(loan, self->search->horizon))
        add_tenders(loan, to_case(loan, self->search) ? self->lent : self->others);
    return true;
}

samme_status samme_lent_tenders(const samme_rows *rows, const samme_loan_search *search,
                                int64_t out_lent[static SAMME_TENDER_KINDS],
                                int64_t others[static SAMME_TENDER_KINDS]) {
    samme_row_key prefix;
    samme_loan_prefix(search->receipt_key, 0, &prefix);
    prefix.length -= sizeof(uint32_t); /* every line */
    memset(out_lent, 0, SAMME_TENDER_KINDS * sizeof *out_lent);
    reserving self = {.search = search, .lent = out_lent, .others = others};
    return visit_below(rows, &prefix, &(loan_visitor){&self, reserve});
}

typedef struct seeking {
    const samme_loan_search *search;
    int64_t quantity;
    int64_t amount;
    bool found;
} seeking;

static bool seek(void *context, const Samme__LoanRow *loan) {
    seeking *self = context;
    self->found = lives(loan, self->search->horizon) && to_case(loan, self->search) &&
                  loan->to - loan->from == self->quantity;
    self->amount = loan->amount;
    return !self->found;
}

samme_status samme_lent_amount(const samme_rows *rows, const samme_loan_search *search,
                               uint32_t line, int64_t quantity, int64_t *out_amount) {
    seeking self = {.search = search, .quantity = quantity};
    samme_status status = visit_line(rows, search->receipt_key, line, &(loan_visitor){&self, seek});
    if (status == SAMME_OK)
        *out_amount = self.amount;
    return status == SAMME_OK && !self.found ? SAMME_NOT_FOUND : status;
}

typedef struct counting {
    const samme_loan_search *search;
    size_t all, of_case;
} counting;

static bool count(void *context, const Samme__LoanRow *loan) {
    counting *self = context;
    self->all++;
    self->of_case += to_case(loan, self->search) ? 1 : 0;
    return true;
}

samme_status samme_count_loans(const samme_rows *rows, const samme_loan_search *search,
                               uint32_t line, size_t *out_all, size_t *out_case) {
    counting self = {.search = search};
    samme_status status =
        visit_line(rows, search->receipt_key, line, &(loan_visitor){&self, count});
    if (status == SAMME_OK) {
        *out_all = self.all;
        *out_case = self.of_case;
    }
    return status;
}

typedef struct listing {
    const samme_loan_search *search;
    samme_arena *arena;
    Samme__LentRef **list;
    size_t count, capacity;
    bool no_memory;
} listing;

static bool list(void *context, const Samme__LoanRow *loan) {
    listing *self = context;
    if (!lives(loan, self->search->horizon) || !to_case(loan, self->search))
        return true;
    if (self->count == self->capacity)
        return false;
    Samme__LentRef *ref = samme_arena_alloc(self->arena, sizeof *ref);
    self->no_memory = ref == NULL;
    if (ref == NULL)
        return false;
    *ref = (Samme__LentRef)SAMME__LENT_REF__INIT;
    ref->no = loan->no;
    ref->epoch = loan->epoch;
    ref->index = loan->index;
    self->list[self->count++] = ref;
    return true;
}

samme_status samme_list_loans(const samme_rows *rows, const Samme__ReturnOpened *opened,
                              const samme_horizon *horizon, samme_arena *arena,
                              Samme__LentRef ***out, size_t *out_count) {
    *out = NULL;
    *out_count = 0;
    samme_row_key receipt_key, prefix;
    if (!samme_receipt_named(opened->receipt) ||
        samme_receipt_key(opened->receipt, &receipt_key) != SAMME_OK)
        return SAMME_OK;
    const samme_loan_search search = {.receipt_key = &receipt_key,
                                      .horizon = horizon,
                                      .borrower = horizon->branch,
                                      .case_code = opened->case_code};
    listing self = {.search = &search, .arena = arena, .capacity = SAMME_LOANS_PER_CASE_MAX};
    self.list = samme_arena_alloc(arena, self.capacity * sizeof(Samme__LentRef *));
    if (self.list == NULL)
        return SAMME_NO_MEMORY;
    samme_loan_prefix(&receipt_key, 0, &prefix);
    prefix.length -= sizeof(uint32_t); /* every line */
    samme_status status = visit_below(rows, &prefix, &(loan_visitor){&self, list});
    if (status != SAMME_OK || self.no_memory)
        return status != SAMME_OK ? status : SAMME_NO_MEMORY;
    *out = self.list;
    *out_count = self.count;
    return SAMME_OK;
}
