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

Test(facts, days_count_from_possession) {
    sale->delivered_on = samme_arena_text(&f.arena, "2010-12-05");
    record_sale();
    const Samme__Facts *facts = derive(1, 1, 1000);
    cr_assert_eq(facts->days_since_purchase, 6);
    cr_assert_str_eq(facts->purchase_date, "2010-12-01");
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C", sale->receipt, 1, 1000);
    opened->today = samme_arena_text(&f.arena, "2010-12-01");
    cr_assert_eq(derive_at(opened, fixture_present(1))->days_since_purchase, -4);
    opened->today = samme_arena_text(&f.arena, "today");
    cr_assert_eq(derive_at(opened, fixture_present(1))->has_days_since_purchase_case, 0);
}

Test(facts, a_delivery_date_that_is_none_leaves_the_days_out) {
    sale->delivered_on = samme_arena_text(&f.arena, "soon");
    record_sale();
    const Samme__Facts *facts = derive(1, 1, 1000);
    cr_assert_eq(facts->has_days_since_purchase_case, 0);
    cr_assert_eq(facts->claim, SAMME__CLAIM__own);
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
