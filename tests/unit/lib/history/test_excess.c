#include <criterion/criterion.h>

#include "history/alarms.h"
#include "tests/unit/lib/history/fixture.h"

static fixture f;
static Samme__Sale *sale;
static void setup(void) {
    fixture_init(&f);
    sale = fixture_sale(&f.arena, 1, "1");
    fixture_line(&f.arena, sale, 1, 1000, 500);
    fixture_line(&f.arena, sale, 2, 1000, 700);
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(excess, .init = setup, .fini = teardown);

typedef struct visits {
    size_t count;
    const Samme__AlarmRow *rows[8];
} visits;

static void visit(void *context, const Samme__AlarmRow *row) {
    visits *seen = context;
    cr_assert_lt(seen->count, 8);
    seen->rows[seen->count++] = row;
}

static visits find_in(const samme_rows *rows) {
    visits seen = {.count = 0};
    cr_assert_eq(samme_visit_alarms(rows, &f.arena, visit, &seen), SAMME_OK);
    return seen;
}

/* A branch that has seen no refund of others: facts as of the sale's record. */
static Samme__ReturnDecided *decide_blind(uint32_t branch, const Samme__ReturnOpened *opened) {
    const samme_horizon horizon = {.branch = branch, .epoch = 1, .journal_size = 1};
    return fixture_decided(&f.arena, &f.rows, opened, &horizon, SAMME__VERDICT__authorise);
}

static void refund_blind(uint32_t branch, const char *code, Samme__ReceiptRef *receipt,
                         uint32_t line, int64_t refund) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, receipt, line, 1000);
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_opened, opened));
    Samme__ReturnDecided *decided = decide_blind(branch, opened);
    if (refund >= 0)
        decided->lines[0]->answer->refund = refund;
    cr_assert_null(fixture_fold(&f, branch, SAMME__EVENT_KIND__return_decided, decided));
}

Test(excess, two_branches_that_refund_one_line_unconfirmed_are_named) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    refund_blind(3, "C3", sale->receipt, 1, -1);
    cr_assert_eq(find_in(&f.rows).count, 0);
    refund_blind(2, "C2", sale->receipt, 1, -1);
    refund_blind(2, "C4", sale->receipt, 2, -1);
    const visits seen = find_in(&f.rows);
    cr_assert_eq(seen.count, 1);
    const Samme__AlarmRow *row = seen.rows[0];
    cr_assert_str_eq(row->receipt->number, "1");
    cr_assert_eq(row->no, 1);
    cr_assert_eq(row->sold, 1000);
    cr_assert_eq(row->refunded, 2000);
    cr_assert_eq(row->paid, 500);
    cr_assert_eq(row->refunded_amount, 1000);
    cr_assert_eq(row->n_branches, 2);
    cr_assert_eq(row->branches[0], 3);
    cr_assert_eq(row->branches[1], 2);
    cr_assert_null(fixture_fold(&f, 3, SAMME__EVENT_KIND__return_done,
                                fixture_done(&f.arena, "C3", SAMME__RETURN_OUTCOME__cancelled)));
    cr_assert_eq(find_in(&f.rows).count, 0, "given back in time");
}

Test(excess, too_much_money_for_the_quantity_is_excess_too) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    refund_blind(1, "C1", sale->receipt, 2, 700);
    cr_assert_eq(find_in(&f.rows).count, 0);
    refund_blind(1, "C2", sale->receipt, 1, 501);
    const visits seen = find_in(&f.rows);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.rows[0]->no, 1);
    cr_assert_eq(seen.rows[0]->refunded, 1000);
    cr_assert_eq(seen.rows[0]->refunded_amount, 501);
}

Test(excess, too_much_quantity_for_no_money_is_excess_too) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    refund_blind(2, "C1", sale->receipt, 1, 0);
    refund_blind(3, "C2", sale->receipt, 1, 0);
    const visits seen = find_in(&f.rows);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.rows[0]->refunded, 2000);
    cr_assert_eq(seen.rows[0]->refunded_amount, 0);
}

Test(excess, lines_not_sold_and_void_sales_count_as_nothing_sold) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    Samme__Sale *nothing = fixture_sale(&f.arena, 1, "2");
    nothing->kind = SAMME__SALE_KIND__void;
    fixture_line(&f.arena, nothing, 1, 1000, 500);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, nothing));
    refund_blind(2, "C1", sale->receipt, 9, 5);
    refund_blind(2, "C2", nothing->receipt, 1, 5);
    const visits seen = find_in(&f.rows);
    cr_assert_eq(seen.count, 2);
    cr_assert_eq(seen.rows[0]->no, 9);
    cr_assert_eq(seen.rows[0]->sold, 0);
    cr_assert_str_eq(seen.rows[1]->receipt->number, "2");
    cr_assert_eq(seen.rows[1]->sold, 0);
    cr_assert_eq(seen.rows[1]->paid, 0);
}

Test(excess, a_receipt_not_known_yet_is_weighed_when_it_comes) {
    refund_blind(2, "C1", sale->receipt, 1, 500);
    refund_blind(3, "C2", sale->receipt, 1, 500);
    cr_assert_eq(find_in(&f.rows).count, 0);
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    cr_assert_eq(find_in(&f.rows).count, 1);
}

Test(excess, own_entries_not_merged_count) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    refund_blind(2, "C1", sale->receipt, 1, -1);
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, "C9", sale->receipt, 1, 1000);
    Samme__ReturnDecided *decided = decide_blind(1, opened);
    samme_layer layer;
    cr_assert_eq(samme_layer_init(&layer, f.rows), SAMME_OK);
    samme_rows above = samme_layer_rows(&layer);
    samme_position at = {.branch = 1, .epoch = 1, .index = 1, .own_layer = true};
    cr_assert_eq(samme_fold(&above, &at,
                            fixture_entry(&f.arena, SAMME__EVENT_KIND__return_opened, opened),
                            &f.scratch, NULL, NULL),
                 SAMME_OK);
    at.index = 2;
    cr_assert_eq(samme_fold(&above, &at,
                            fixture_entry(&f.arena, SAMME__EVENT_KIND__return_decided, decided),
                            &f.scratch, NULL, NULL),
                 SAMME_OK);
    const visits seen = find_in(&above);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.rows[0]->branches[0], 2);
    cr_assert_eq(seen.rows[0]->branches[1], 1);
    cr_assert_eq(find_in(&f.rows).count, 0);
    samme_layer_fini(&layer);
}

Test(excess, own_and_lent_claims_are_told_apart_from_the_rest) {
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    refund_blind(1, "C1", sale->receipt, 1, -1);
    refund_blind(2, "C2", sale->receipt, 1, -1);
    const visits seen = find_in(&f.rows);
    cr_assert_eq(seen.count, 1);
    cr_assert_eq(seen.rows[0]->refunded, 2000);
    cr_assert_eq(seen.rows[0]->confirmed, 1000);
    cr_assert_eq(seen.rows[0]->confirmed_amount, 500);
}

/* The price of what goes back of a group is what the rest does not cost: it may be more than the
 * line's share. */
Test(excess, lines_of_a_group_may_give_back_more_than_their_share) {
    sale->lines[0]->promo_group = sale->lines[1]->promo_group = samme_arena_text(&f.arena, "both");
    cr_assert_null(fixture_fold(&f, 1, SAMME__EVENT_KIND__sale, sale));
    refund_blind(1, "C1", sale->receipt, 1, 600);
    cr_assert_eq(find_in(&f.rows).count, 0, "600 of 1200");
    refund_blind(1, "C2", sale->receipt, 2, 601);
    cr_assert_eq(find_in(&f.rows).count, 1, "1201 of 1200");
}
