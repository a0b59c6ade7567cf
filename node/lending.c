/* The side of the branch that sold: what is left of its lines, it lends. */
#include "base/money.h"
#include "history/cases.h"
#include "history/loans.h"
#include "node/claims.h"

/* One asking, on its way to entries. */
typedef struct lending {
    samme_node *node;
    const Samme__ClaimAsk *ask;
    samme_rows rows;
    samme_row_key receipt_key;
    samme_loan_search search;
    const Samme__Sale *sale;
    int64_t room[SAMME_TENDER_KINDS]; /* what each kind of tender can still take back */
    bool lent_before;                 /* a loan that the asker has not folded yet */
    Samme__LineLent lent[SAMME_LOANS_PER_CASE_MAX];
    size_t count;
} lending;

static const Samme__SaleLine *line_of(const Samme__Sale *sale, uint32_t no) {
    for (size_t i = 0; i < sale->n_lines; i++)
        if (sale->lines[i]->no == no)
            return sale->lines[i];
    return NULL;
}

/* Refunded, on loan, or about to be by this asking. */
static samme_status used_of(const lending *self, uint32_t no, samme_line_sum *out) {
    samme_status status = samme_sum_slices(&self->rows, &self->receipt_key, no, NULL, out);
    if (status == SAMME_OK)
        status = samme_add_loans(&self->rows, &self->receipt_key, no, NULL, NULL, out);
    for (size_t i = 0; status == SAMME_OK && i < self->count; i++) {
        if (self->lent[i].no != no)
            continue;
        out->quantity = samme_add_up(out->quantity, self->lent[i].to - self->lent[i].from);
        out->refund = samme_add_up(out->refund, self->lent[i].amount);
    }
    return status;
}

/* The most that each kind of tender may take back of an amount, out of what this asking has left.
 * Which kinds it will be is the borrower's policy's to say: each may be needed for all of it. */
static samme_status reserve(lending *self, Samme__LineLent *lent) {
    Samme__Refund *refunds =
        samme_arena_alloc(&self->node->arena, SAMME_TENDER_KINDS * sizeof *refunds);
    lent->tenders =
        samme_arena_alloc(&self->node->arena, SAMME_TENDER_KINDS * sizeof *lent->tenders);
    if (refunds == NULL || lent->tenders == NULL)
        return SAMME_NO_MEMORY;
    for (unsigned kind = 1; kind < SAMME_TENDER_KINDS; kind++) {
        const int64_t most = self->room[kind] < lent->amount ? self->room[kind] : lent->amount;
        if (most <= 0)
            continue;
        Samme__Refund *refund = &refunds[lent->n_tenders];
        *refund = (Samme__Refund)SAMME__REFUND__INIT;
        refund->tender = (Samme__TenderKind)kind;
        refund->amount = most;
        lent->tenders[lent->n_tenders++] = refund;
        self->room[kind] -= most;
    }
    return SAMME_OK;
}

/* Adds a loan of this quantity behind what is used. *out_lent stays false when so much is not
 * left, or a loan more is not possible. */
static samme_status add_loan(lending *self, const Samme__SaleLine *sold, int64_t quantity,
                             bool *out_lent) {
    samme_line_sum used;
    size_t all, of_case;
    int64_t amount;
    *out_lent = false;
    samme_status status = used_of(self, sold->no, &used);
    if (status == SAMME_OK)
        status = samme_count_loans(&self->rows, &self->search, sold->no, &all, &of_case);
    if (status != SAMME_OK)
        return status;
    if (quantity <= 0 || quantity > sold->quantity - used.quantity ||
        all >= SAMME_LOANS_PER_LINE_MAX || self->count == SAMME_LOANS_PER_CASE_MAX ||
        !samme_line_money(sold, &used, quantity, true, &amount))
        return SAMME_OK;
    Samme__LineLent *lent = &self->lent[self->count];
    *lent = (Samme__LineLent)SAMME__LINE_LENT__INIT;
    lent->case_code = self->ask->case_code;
    lent->borrower = self->ask->borrower;
    lent->receipt = self->ask->receipt;
    lent->no = sold->no;
    lent->from = used.quantity;
    lent->to = used.quantity + quantity;
    lent->amount = amount;
    status = reserve(self, lent);
    if (status != SAMME_OK)
        return status;
    self->count++;
    *out_lent = true;
    return SAMME_OK;
}

/* The right to a group's lines is one: their prices hang together. */
static bool grouped(const lending *self, const Samme__SaleLine *sold) {
    size_t lines = 0;
    if (sold->promo_group[0] == 0)
        return false;
    for (size_t i = 0; i < self->sale->n_lines; i++)
        lines += strcmp(self->sale->lines[i]->promo_group, sold->promo_group) == 0 ? 1 : 0;
    return lines <= SAMME_BUNDLE_LINES_MAX;
}

/* What is asked of a line; NULL: nothing. */
static const Samme__ClaimLine *asked_of(const Samme__ClaimAsk *ask, uint32_t no) {
    for (size_t i = 0; i < ask->n_lines; i++)
        if (ask->lines[i]->no == no)
            return ask->lines[i];
    return NULL;
}

/* Whether a line of the group is with another case. */
static samme_status lent_elsewhere(const lending *self, uint32_t no, bool *out) {
    samme_line_sum others = {.quantity = 0};
    samme_status status =
        samme_add_loans(&self->rows, &self->receipt_key, no, NULL, &self->search, &others);
    *out = status == SAMME_OK && others.quantity > 0;
    return status;
}

/* Lends what is asked of the group's lines and then whatever else is left of them, or nothing. */
static samme_status lend_group(lending *self, const char *group) {
    const size_t before = self->count;
    int64_t room[SAMME_TENDER_KINDS];
    bool good = true;
    memcpy(room, self->room, sizeof room);
    samme_status status = SAMME_OK;
    for (unsigned pass = 0; pass < 2 && good; pass++) {
        for (size_t i = 0; i < self->sale->n_lines && status == SAMME_OK && good; i++) {
            const Samme__SaleLine *sold = self->sale->lines[i];
            const Samme__ClaimLine *asked = asked_of(self->ask, sold->no);
            samme_line_sum used;
            bool elsewhere;
            if (strcmp(sold->promo_group, group) != 0)
                continue;
            if (pass == 0) {
                status = lent_elsewhere(self, sold->no, &elsewhere);
                good = status == SAMME_OK && !elsewhere;
                if (good && asked != NULL)
                    status = add_loan(self, sold, asked->quantity, &good);
                continue;
            }
            status = used_of(self, sold->no, &used);
            if (status == SAMME_OK && used.quantity < sold->quantity)
                status = add_loan(self, sold, sold->quantity - used.quantity, &good);
        }
    }
    if (!good || status != SAMME_OK) {
        self->count = before;
        memcpy(self->room, room, sizeof room);
    }
    return status;
}

/* The first line asked of a group speaks for all of it. */
static bool first_of_group(const lending *self, const Samme__SaleLine *sold) {
    for (size_t i = 0; i < self->ask->n_lines; i++) {
        const Samme__SaleLine *line = line_of(self->sale, self->ask->lines[i]->no);
        if (line != NULL && strcmp(line->promo_group, sold->promo_group) == 0)
            return line == sold;
    }
    return false;
}

static samme_status lend_line(lending *self, const Samme__ClaimLine *asked) {
    const Samme__SaleLine *sold = line_of(self->sale, asked->no);
    size_t all, of_case;
    bool ignored;
    if (sold == NULL)
        return SAMME_OK;
    samme_status status = samme_count_loans(&self->rows, &self->search, asked->no, &all, &of_case);
    if (status != SAMME_OK)
        return status;
    if (of_case > asked->loans) { /* asked before; the answer is on its way or was used up */
        self->lent_before = true;
        return SAMME_OK;
    }
    if (!grouped(self, sold))
        return add_loan(self, sold, asked->quantity, &ignored);
    return first_of_group(self, sold) ? lend_group(self, sold->promo_group) : SAMME_OK;
}

static samme_status find_room(lending *self) {
    int64_t paid[SAMME_TENDER_KINDS], gone[SAMME_TENDER_KINDS], own[SAMME_TENDER_KINDS];
    samme_paid_by_tender(self->sale, paid);
    samme_status status = samme_sum_tenders(&self->rows, &self->receipt_key, NULL, gone);
    if (status == SAMME_OK)
        status = samme_lent_tenders(&self->rows, &self->search, own, gone);
    for (unsigned kind = 1; status == SAMME_OK && kind < SAMME_TENDER_KINDS; kind++) {
        const int64_t taken = samme_add_up(gone[kind], own[kind]);
        self->room[kind] = paid[kind] > taken ? paid[kind] - taken : 0;
    }
    return status;
}

static samme_status append(lending *self) {
    samme_new_entry *entries =
        samme_arena_alloc(&self->node->arena, (self->count + 1) * sizeof *entries);
    if (entries == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < self->count; i++)
        entries[i] =
            (samme_new_entry){.kind = SAMME__EVENT_KIND__line_lent, .body = &self->lent[i]};
    uint64_t index;
    samme_error error;
    return samme_own_append(self->node, entries, self->count, &index, &error);
}

/* The answer shows how far to fold until all that it rests on is seen, and that is pushed now. */
static void say(samme_node *node, const Samme__ClaimAsk *ask, Samme__ClaimOutcome outcome) {
    Samme__ClaimAnswer answer = SAMME__CLAIM_ANSWER__INIT;
    answer.case_code = ask->case_code;
    answer.outcome = outcome;
    answer.borrower = ask->borrower;
    answer.home_epoch = node->setup.epoch;
    answer.home_size = node->own.size;
    answer.journal_size = node->follow.replay.range.size;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_CLAIM_ANSWER;
    message.claim_answer = &answer;
    samme_node_send(node, &message);
    node->push_now = node->own.size > node->signed_range.size;
}

static bool well_formed(const samme_node *node, const Samme__ClaimAsk *ask,
                        samme_row_key *receipt_key) {
    samme_row_key case_key;
    if (ask->receipt == NULL || ask->receipt->branch != node->setup.branch ||
        samme_receipt_key(ask->receipt, receipt_key) != SAMME_OK ||
        samme_case_key(ask->case_code, &case_key) != SAMME_OK || ask->borrower == 0 ||
        ask->borrower == node->setup.branch || ask->n_lines == 0 ||
        ask->n_lines > SAMME_CLAIM_LINES_MAX)
        return false;
    for (size_t i = 1; i < ask->n_lines; i++)
        if (ask->lines[i]->no <= ask->lines[i - 1]->no)
            return false;
    return true;
}

/* A late copy of a question whose case has its answer already. */
static samme_status case_is_over(lending *self, bool *out) {
    const Samme__CaseRow *row;
    *out = false;
    samme_status status =
        samme_find_case(&self->rows, self->ask->case_code, &self->node->arena, &row);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    *out = status == SAMME_OK && row->done != NULL;
    if (status != SAMME_OK || !samme_case_pays(row)) /* a promise used no right */
        return status;
    for (size_t i = 0; i < row->decided->n_lines; i++)
        *out |= row->decided->lines[i]->answer->verdict == SAMME__VERDICT__authorise;
    return status;
}

samme_status samme_lend(samme_node *node, const Samme__ClaimAsk *ask) {
    lending *self = samme_arena_alloc(&node->arena, sizeof *self);
    if (self == NULL)
        return SAMME_NO_MEMORY;
    *self = (lending){.node = node, .ask = ask, .rows = samme_layer_rows(&node->layer)};
    if (!well_formed(node, ask, &self->receipt_key)) {
        node->refused_messages++;
        return SAMME_OK;
    }
    if (!node->in_session || node->trouble[0] != 0 || node->warming || node->stopping ||
        node->recovery.active)
        return SAMME_OK; /* as if it were not there */
    self->search = (samme_loan_search){
        .receipt_key = &self->receipt_key, .borrower = ask->borrower, .case_code = ask->case_code};
    const Samme__ReceiptRow *row;
    samme_status status = samme_find_receipt(&self->rows, ask->receipt, NULL, &node->arena, &row);
    if (status == SAMME_NOT_FOUND ||
        (status == SAMME_OK && row->sale->kind == SAMME__SALE_KIND__void)) {
        say(node, ask, SAMME__CLAIM_OUTCOME__not_sold);
        return SAMME_OK;
    }
    bool over = false, lost = false;
    if (status == SAMME_OK) {
        self->sale = row->sale;
        status = case_is_over(self, &over);
    }
    if (status == SAMME_OK)
        status =
            samme_epoch_lost(&self->rows, node->setup.branch, row->epoch, node->setup.epoch, &lost);
    over = over || lost; /* who may not know what is left lends nothing of it */
    if (status == SAMME_OK && !over)
        status = find_room(self);
    for (size_t i = 0; status == SAMME_OK && !over && i < ask->n_lines; i++)
        status = lend_line(self, ask->lines[i]);
    if (status == SAMME_OK && self->count > 0)
        status = append(self);
    if (status == SAMME_CONFLICT || status == SAMME_TOO_LARGE) {
        self->count = 0; /* the fold would not have it: nothing was written */
        status = SAMME_OK;
    }
    if (status == SAMME_OK)
        say(node, ask,
            self->count > 0 || self->lent_before ? SAMME__CLAIM_OUTCOME__granted
                                                 : SAMME__CLAIM_OUTCOME__not_left);
    return status;
}
