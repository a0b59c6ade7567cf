#include <criterion/criterion.h>

#include "tests/unit/lib/history/fixture.h"

static fixture f;
static Samme__Sale *sale;
static void setup(void) {
    fixture_init(&f);
    sale = fixture_sale(&f.arena, 1, "1");
    fixture_line(&f.arena, sale, 1, 3000, 1000);
    fixture_line(&f.arena, sale, 4, 1000, 500);
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(facts, .init = setup, .fini = teardown);

static const Samme__ReceiptRow *used;

static Samme__Facts *derive_at(const Samme__ReturnOpened *opened, samme_horizon horizon) {
    Samme__Facts *facts;
    cr_assert_eq(samme_derive_facts(&f.rows, opened, opened->lines[0], &horizon,
                                    SAMME__MODE__cautious, &f.arena, &facts, &used),
                 SAMME_OK);
    return facts;
}
static Samme__Facts *derive(uint32_t branch, uint32_t line, int64_t quantity) {
    return derive_at(fixture_opened(&f.arena, "C", sale->receipt, line, quantity),
                     fixture_present(branch));
}
static void record_sale(void) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
}
static void refund(uint32_t branch, const char *code, uint32_t line, int64_t quantity) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, line, quantity);
    const samme_horizon present = fixture_present(branch);
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    cr_assert_null(fixture_fold(
        &f, branch, SAMME__EVENT_KIND__return_decided,
        fixture_decided(&f.arena, &f.rows, opened, &present, SAMME__VERDICT__authorise)));
}

Test(facts, of_a_line_sold_here) {
    record_sale();
    const Samme__Facts *facts = derive(1, 1, 2000);
    cr_assert_eq(facts->claim_type, SAMME__CLAIM_TYPE__changed_mind);
    cr_assert_eq(facts->condition, SAMME__CONDITION__unopened);
    cr_assert_eq(facts->receipt_kind, SAMME__RECEIPT_KIND__receipt);
    cr_assert_eq(facts->mode, SAMME__MODE__cautious);
    cr_assert_str_eq(facts->today, "2010-12-11");
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__node);
    cr_assert_eq(facts->claim, SAMME__CLAIM__own);
    cr_assert_str_eq(facts->category, "books");
    cr_assert_str_eq(facts->currency, "EUR");
    cr_assert_str_eq(facts->purchase_date, "2010-12-01");
    cr_assert_eq(facts->has_days_since_purchase_case, 22);
    cr_assert_eq(facts->days_since_purchase, 10);
    cr_assert_eq(facts->has_line_paid_case, 23);
    cr_assert_eq(facts->line_paid, 666);
    cr_assert_eq(facts->has_quantity_left_case, 24);
    cr_assert_eq(facts->quantity_left, 3000);
    cr_assert_eq(facts->has_quantity_asked_case, 25);
    cr_assert_eq(facts->quantity_asked, 2000);
    cr_assert_not_null(used);
    cr_assert_eq(used->index, 0);
}

Test(facts, sold_elsewhere_is_unconfirmed) {
    record_sale();
    cr_assert_eq(derive(2, 1, 3000)->claim, SAMME__CLAIM__unconfirmed);
}

Test(facts, of_no_sale) {
    const Samme__Facts *facts = derive(1, 1, 2000);
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__no_receipt);
    cr_assert_eq(facts->claim, SAMME__CLAIM__no_claim);
    cr_assert_str_eq(facts->category, "");
    cr_assert_str_eq(facts->currency, "");
    cr_assert_str_eq(facts->purchase_date, "");
    cr_assert_eq(facts->has_days_since_purchase_case, 0);
    cr_assert_eq(facts->has_line_paid_case, 0);
    cr_assert_eq(facts->has_quantity_left_case, 0);
    cr_assert_eq(facts->quantity_asked, 2000);
    cr_assert_null(used);
    record_sale();
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C", NULL, 1, 1000);
    cr_assert_eq(derive_at(opened, fixture_present(1))->claim, SAMME__CLAIM__no_claim);
    opened->receipt = fixture_receipt(&f.arena, 1, "1");
    opened->receipt->business_date = samme_arena_text(&f.arena, "yesterday");
    cr_assert_eq(derive_at(opened, fixture_present(1))->claim, SAMME__CLAIM__no_claim);
}

Test(facts, of_a_line_the_receipt_does_not_have) {
    record_sale();
    const Samme__Facts *facts = derive(1, 2, 1000);
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__node);
    cr_assert_eq(facts->claim, SAMME__CLAIM__no_claim);
    cr_assert_str_eq(facts->currency, "EUR");
    cr_assert_str_eq(facts->category, "");
    cr_assert_eq(facts->has_line_paid_case, 0);
    cr_assert_eq(facts->has_quantity_left_case, 0);
    cr_assert_not_null(used);
}

Test(facts, a_void_sale_has_nothing_to_claim) {
    sale->kind = SAMME__SALE_KIND__void;
    record_sale();
    const Samme__Facts *facts = derive(1, 1, 1000);
    cr_assert_eq(facts->claim, SAMME__CLAIM__no_claim);
    cr_assert_eq(facts->has_line_paid_case, 0);
    cr_assert_eq(facts->quantity_left, 0);
    cr_assert_not_null(used);
}

Test(facts, slices_of_a_line_sum_to_what_was_paid) {
    record_sale();
    int64_t sum = 0;
    for (int i = 0; i < 3; i++) {
        char code[4] = {'C', (char)('0' + i), 0};
        const Samme__Facts *facts = derive(1, 1, 1000);
        cr_assert_eq(facts->claim, SAMME__CLAIM__own);
        cr_assert_eq(facts->quantity_left, 3000 - 1000 * i);
        sum += facts->line_paid;
        refund(1, code, 1, 1000);
    }
    cr_assert_eq(sum, 1000);
    const Samme__Facts *facts = derive(1, 1, 1);
    cr_assert_eq(facts->claim, SAMME__CLAIM__taken);
    cr_assert_eq(facts->quantity_left, 0);
    cr_assert_eq(facts->has_line_paid_case, 0);
    cr_assert_eq(derive(1, 4, 1000)->claim, SAMME__CLAIM__own, "another line is untouched");
}

Test(facts, asking_for_more_than_is_left_is_taken) {
    record_sale();
    refund(2, "C1", 1, 2000);
    const Samme__Facts *facts = derive(1, 1, 1001);
    cr_assert_eq(facts->claim, SAMME__CLAIM__taken);
    cr_assert_eq(facts->quantity_left, 1000);
    cr_assert_eq(derive(1, 1, 1000)->claim, SAMME__CLAIM__own);
    cr_assert_eq(derive(1, 1, 1000)->line_paid, 334);
}

Test(facts, days_count_from_the_sale_and_from_possession) {
    sale->delivered_on = samme_arena_text(&f.arena, "2010-12-05");
    record_sale();
    const Samme__Facts *facts = derive(1, 1, 1000);
    cr_assert_eq(facts->days_since_purchase, 10);
    cr_assert_eq(facts->has_days_since_receipt_case, 27);
    cr_assert_eq(facts->days_since_receipt, 6);
    cr_assert_str_eq(facts->purchase_date, "2010-12-01");
    cr_assert_str_eq(facts->receipt_date, "2010-12-05");
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C", sale->receipt, 1, 1000);
    opened->today = samme_arena_text(&f.arena, "2010-12-01");
    cr_assert_eq(derive_at(opened, fixture_present(1))->days_since_purchase, 0);
    cr_assert_eq(derive_at(opened, fixture_present(1))->days_since_receipt, -4);
    opened->today = samme_arena_text(&f.arena, "today");
    cr_assert_eq(derive_at(opened, fixture_present(1))->has_days_since_purchase_case, 0);
}

Test(facts, a_delivery_date_that_is_none_leaves_the_days_out) {
    sale->delivered_on = samme_arena_text(&f.arena, "soon");
    record_sale();
    const Samme__Facts *facts = derive(1, 1, 1000);
    cr_assert_eq(facts->has_days_since_receipt_case, 0);
    cr_assert_str_eq(facts->receipt_date, "");
    cr_assert_eq(facts->days_since_purchase, 10);
    cr_assert_eq(facts->claim, SAMME__CLAIM__own);
}

static Samme__Tender *tender(Samme__TenderKind kind, int64_t amount) {
    Samme__Tender *out = samme_arena_alloc(&f.arena, sizeof *out);
    *out = (Samme__Tender)SAMME__TENDER__INIT;
    out->kind = kind;
    out->amount = amount;
    return out;
}

static void pay(Samme__TenderKind a, int64_t first, Samme__TenderKind b, int64_t second) {
    sale->tenders = samme_arena_alloc(&f.arena, 2 * sizeof *sale->tenders);
    sale->tenders[0] = tender(a, first);
    sale->tenders[1] = tender(b, second);
    sale->n_tenders = 2;
}

static Samme__Refund *refund_of(Samme__TenderKind kind, int64_t amount) {
    Samme__Refund *out = samme_arena_alloc(&f.arena, sizeof *out);
    *out = (Samme__Refund)SAMME__REFUND__INIT;
    out->tender = kind;
    out->amount = amount;
    return out;
}

/* The answer of a line pays these two. */
static void set_refunds(Samme__Answer *answer, Samme__Refund *a, Samme__Refund *b) {
    answer->refunds = samme_arena_alloc(&f.arena, 2 * sizeof *answer->refunds);
    answer->refunds[0] = a;
    answer->refunds[1] = b;
    answer->n_refunds = 2;
    answer->refund = a->amount + b->amount;
}

Test(facts, what_the_return_and_the_sale_say_besides) {
    sale->channel = SAMME__CHANNEL__web;
    sale->lines[0]->employee_discount = true;
    record_sale();
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C", sale->receipt, 1, 1000);
    opened->wish = SAMME__WISH__repair;
    opened->has_repair_attempts_case = SAMME__RETURN_OPENED__HAS_REPAIR_ATTEMPTS_REPAIR_ATTEMPTS;
    opened->repair_attempts = 2;
    const Samme__Facts *facts = derive_at(opened, fixture_present(1));
    cr_assert_eq(facts->wish, SAMME__WISH__repair);
    cr_assert_eq(facts->has_repair_attempts_case, 6);
    cr_assert_eq(facts->repair_attempts, 2);
    cr_assert_eq(facts->channel, SAMME__CHANNEL__web);
    cr_assert_eq(facts->employee_discount, SAMME__YES_NO__yes);
    cr_assert_eq(facts->home_branch, SAMME__YES_NO__yes);
    cr_assert_eq(facts->bundle_broken, SAMME__YES_NO__no);
    cr_assert_eq(derive(2, 4, 1000)->home_branch, SAMME__YES_NO__no);
    cr_assert_eq(derive(2, 4, 1000)->employee_discount, SAMME__YES_NO__no);
}

Test(facts, tenders_by_kind_and_what_went_back) {
    pay(SAMME__TENDER_KIND__gift_card, 700, SAMME__TENDER_KIND__card, 700);
    record_sale();
    const Samme__Facts *facts = derive(1, 1, 1000);
    cr_assert_eq(facts->tender, SAMME__TENDER_KIND__card, "the first in the order of kinds");
    cr_assert_eq(facts->n_tenders, 2);
    cr_assert(facts->tenders[0]->kind == SAMME__TENDER_KIND__card &&
              facts->tenders[0]->paid == 700 && facts->tenders[0]->refunded == 0);
    cr_assert_eq(facts->tenders[1]->kind, SAMME__TENDER_KIND__gift_card);
    /* Another line, at another branch, pays from both; the horizon decides whether it counts. */
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", sale->receipt, 4, 1000);
    const samme_horizon present = fixture_present(2);
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_opened, opened));
    Samme__ReturnDecided *decided =
        fixture_decided(&f.arena, &f.rows, opened, &present, SAMME__VERDICT__authorise);
    set_refunds(decided->lines[0]->answer, refund_of(SAMME__TENDER_KIND__card, 300),
                refund_of(SAMME__TENDER_KIND__gift_card, 200));
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_decided, decided));
    facts = derive(1, 1, 1000);
    cr_assert_eq(facts->tenders[0]->refunded, 300);
    cr_assert_eq(facts->tenders[1]->refunded, 200);
    samme_horizon before = {.branch = 1, .epoch = 1, .journal_size = 1};
    facts = derive_at(fixture_opened(&f.arena, "C", sale->receipt, 1, 1000), before);
    cr_assert_eq(facts->tenders[0]->refunded, 0);
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_done,
                                fixture_done(&f.arena, "C1", SAMME__RETURN_OUTCOME__failed)));
    cr_assert_eq(derive(1, 1, 1000)->tenders[0]->refunded, 0, "given back");
}

/* Line `at` of a return whose lines before it were decided so. */
static Samme__Facts *derive_next(const Samme__ReturnOpened *opened, Samme__LineDecision **before,
                                 size_t at) {
    const samme_horizon present = fixture_present(1);
    const samme_asking asking = {.opened = opened,
                                 .line = opened->lines[at],
                                 .before = before,
                                 .before_count = at,
                                 .horizon = &present,
                                 .mode = SAMME__MODE__normal};
    samme_sale_view view;
    Samme__Facts *facts;
    cr_assert_eq(samme_find_sale(&f.rows, opened, &present, &f.arena, &view), SAMME_OK);
    cr_assert_eq(samme_line_facts(&f.rows, &asking, &view, &f.arena, &facts), SAMME_OK);
    return facts;
}

/* Three for the price of two: 3 x 50 for 100. */
static void sell_bundle(void) {
    for (uint32_t no = 11; no <= 13; no++) {
        Samme__SaleLine *line = fixture_line(&f.arena, sale, no, 1000, no == 13 ? 34 : 33);
        line->promo_group = samme_arena_text(&f.arena, "3 for 2");
        line->has_list_price_case = SAMME__SALE_LINE__HAS_LIST_PRICE_LIST_PRICE;
        line->list_price = 50;
    }
}

Test(facts, a_broken_bundle_is_priced_again) {
    sell_bundle();
    record_sale();
    const Samme__Facts *facts = derive(1, 11, 1000);
    cr_assert_eq(facts->bundle_broken, SAMME__YES_NO__yes);
    cr_assert_eq(facts->bundle_paid, 100);
    cr_assert_eq(facts->bundle_rest, 100);
    cr_assert_eq(derive(1, 11, 500)->bundle_rest, 125);
    cr_assert_eq(derive(1, 1, 1000)->bundle_broken, SAMME__YES_NO__no);
    cr_assert_eq(derive(1, 1, 1000)->has_bundle_paid_case, 0);
    refund(1, "C1", 11, 1000); /* pays 33 */
    facts = derive(1, 12, 1000);
    cr_assert_eq(facts->bundle_broken, SAMME__YES_NO__yes);
    cr_assert_eq(facts->bundle_paid, 67);
    cr_assert_eq(facts->bundle_rest, 50);
    refund(1, "C2", 12, 1000);
    facts = derive(1, 13, 1000);
    cr_assert_eq(facts->bundle_broken, SAMME__YES_NO__no, "nothing of it is kept");
    cr_assert_eq(facts->has_bundle_rest_case, 40);
    cr_assert_eq(facts->bundle_rest, 0);
    cr_assert_eq(facts->bundle_paid, 34);
}

Test(facts, without_a_list_price_the_rest_has_none) {
    sell_bundle();
    sale->lines[3]->has_list_price_case = SAMME__SALE_LINE__HAS_LIST_PRICE__NOT_SET;
    record_sale();
    const Samme__Facts *facts = derive(1, 11, 1000);
    cr_assert_eq(facts->bundle_broken, SAMME__YES_NO__yes);
    cr_assert_eq(facts->has_bundle_rest_case, 0);
    cr_assert_eq(derive(1, 12, 1000)->has_bundle_rest_case, 40,
                 "the line that goes back needs none");
}

Test(facts, lines_of_one_return_count_in_their_order) {
    sell_bundle();
    pay(SAMME__TENDER_KIND__cash, 600, SAMME__TENDER_KIND__card, 1000);
    record_sale();
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C", sale->receipt, 11, 1000);
    Samme__ReturnLine second = SAMME__RETURN_LINE__INIT;
    Samme__ReturnLine *lines[] = {opened->lines[0], &second};
    second.no = 12;
    second.quantity = 1000;
    opened->lines = lines;
    opened->n_lines = 2;
    Samme__Answer answer = SAMME__ANSWER__INIT;
    Samme__LineDecision first = SAMME__LINE_DECISION__INIT, *before[] = {&first};
    first.no = 11;
    first.quantity = 1000;
    first.answer = &answer;
    set_refunds(&answer, refund_of(SAMME__TENDER_KIND__cash, 10),
                refund_of(SAMME__TENDER_KIND__card, 5));
    const Samme__Facts *facts = derive_next(opened, before, 1);
    cr_assert_eq(facts->bundle_paid, 85);
    cr_assert_eq(facts->bundle_rest, 50);
    cr_assert_eq(facts->tenders[0]->refunded, 10);
    cr_assert_eq(facts->tenders[1]->refunded, 5);
    answer = (Samme__Answer)SAMME__ANSWER__INIT; /* denied: it stays with the customer */
    facts = derive_next(opened, before, 1);
    cr_assert_eq(facts->bundle_paid, 100);
    cr_assert_eq(facts->bundle_rest, 100);
    cr_assert_eq(facts->tenders[0]->refunded, 0);
}

Test(facts, the_horizon_decides_what_was_known) {
    record_sale();            /* record 0, branch 1 entry 0 */
    refund(2, "C1", 1, 1000); /* records 1 and 2, branch 2 entries 0 and 1 */
    cr_assert_null(fixture_fold(&f, 2, SAMME__EVENT_KIND__return_done, /* record 3, entry 2 */
                                fixture_done(&f.arena, "C1", SAMME__RETURN_OUTCOME__failed)));
    const Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C", sale->receipt, 1, 3000);
    samme_horizon at = {.branch = 3, .epoch = 1};
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__no_claim);
    at.journal_size = 1;
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__unconfirmed);
    at.journal_size = 2;
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__unconfirmed);
    at.journal_size = 3;
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__taken);
    at.journal_size = 4;
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__unconfirmed);
    /* What a branch wrote itself it knows before the journal does; in another epoch it does not. */
    at = (samme_horizon){.branch = 2, .epoch = 1, .journal_size = 1, .own_size = 1};
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__unconfirmed);
    at.own_size = 2;
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__taken);
    at.own_size = 3;
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__unconfirmed);
    at.own_size = 2;
    at.epoch = 2;
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__unconfirmed);
    at = (samme_horizon){.branch = 1, .epoch = 1, .journal_size = 0, .own_size = 1};
    cr_assert_eq(derive_at(opened, at)->claim, SAMME__CLAIM__own);
}

/* Folds an entry of branch 1 into a layer above the rows. */
static void fold_above(const samme_rows *above, uint64_t index, Samme__EventKind kind,
                       const void *body) {
    const samme_position at = {
        .branch = 1, .epoch = 1, .index = index, .journal_index = 3, .own_layer = true};
    bool quarantined;
    cr_assert_eq(
        samme_fold(above, &at, fixture_entry(&f.arena, kind, body), &f.scratch, &quarantined, NULL),
        SAMME_OK);
    cr_assert(!quarantined);
}

Test(facts, what_is_not_merged_counts_by_own_size_alone) {
    samme_layer layer;
    cr_assert_eq(samme_layer_init(&layer, f.rows), SAMME_OK);
    samme_rows above = samme_layer_rows(&layer);
    samme_horizon at = {.branch = 1, .epoch = 1, .journal_size = 1000};
    fold_above(&above, 0, SAMME__EVENT_KIND__sale, sale);
    const Samme__ReceiptRow *row;
    cr_assert_eq(samme_find_receipt(&above, sale->receipt, &at, &f.arena, &row), SAMME_NOT_FOUND);
    at.own_size = 1;
    cr_assert_eq(samme_find_receipt(&above, sale->receipt, &at, &f.arena, &row), SAMME_OK);
    cr_assert(row->own_layer);
    cr_assert_eq(row->journal_index, 0);
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C1", sale->receipt, 1, 2000);
    fold_above(&above, 1, SAMME__EVENT_KIND__return_opened, opened);
    fold_above(&above, 2, SAMME__EVENT_KIND__return_decided,
               fixture_decided(&f.arena, &above, opened, &at, SAMME__VERDICT__authorise));
    fold_above(&above, 3, SAMME__EVENT_KIND__return_done,
               fixture_done(&f.arena, "C1", SAMME__RETURN_OUTCOME__failed));
    const int64_t refunded[] = {0, 0, 0, 2000, 0};
    for (at.own_size = 0; at.own_size <= 4; at.own_size++) {
        samme_line_sum sum;
        cr_assert_eq(samme_refunded(&above, sale->receipt, 1, &at, &sum), SAMME_OK);
        cr_assert_eq(sum.quantity, refunded[at.own_size], "own size %llu",
                     (unsigned long long)at.own_size);
    }
    samme_layer_fini(&layer);
}
