#include "journal/day_totals.h"

#include <criterion/criterion.h>

#include "base/map.h"
#include "history/keys.h"

#include "tests/unit/lib/history/fixture.h"

static fixture f;
static samme_day_check checks[8];
static size_t check_count;
static uint64_t next_seq;

static void setup(void) {
    fixture_init(&f);
    check_count = 0;
    next_seq = 1;
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(day_totals, .init = setup, .fini = teardown);

static void fold(Samme__EventKind kind, const void *body) {
    const char *reason = fixture_fold(&f, 1, kind, body);
    cr_assert_null(reason, "%s", reason);
}

/* On 2010-12-01 at till T1 of branch 1, with the next number. */
static Samme__Sale *make_sale(const char *number, int64_t paid, Samme__TenderKind kind) {
    Samme__Sale *sale = fixture_sale(&f.arena, 1, number);
    Samme__Tender *tender = samme_arena_alloc(&f.arena, sizeof *tender);
    *tender = (Samme__Tender)SAMME__TENDER__INIT;
    tender->kind = kind;
    tender->amount = paid;
    sale->tenders = samme_arena_alloc(&f.arena, sizeof *sale->tenders);
    sale->tenders[0] = tender;
    sale->n_tenders = 1;
    sale->till_seq = next_seq++;
    fixture_line(&f.arena, sale, 1, 1000, paid);
    return sale;
}
static Samme__Sale *sell(const char *number, int64_t paid, Samme__TenderKind kind) {
    Samme__Sale *sale = make_sale(number, paid, kind);
    fold(SAMME__EVENT_KIND__sale, sale);
    return sale;
}

static Samme__DayClosed *day(uint32_t sales, uint64_t last_seq) {
    Samme__DayClosed *closed = samme_arena_alloc(&f.arena, sizeof *closed);
    *closed = (Samme__DayClosed)SAMME__DAY_CLOSED__INIT;
    closed->branch = 1;
    closed->till = samme_arena_text(&f.arena, "T1");
    closed->business_date = samme_arena_text(&f.arena, "2010-12-01");
    closed->currency = samme_arena_text(&f.arena, "EUR");
    closed->sales = sales;
    closed->first_till_seq = 1;
    closed->last_till_seq = last_seq;
    return closed;
}
static void took(Samme__DayClosed *closed, Samme__TenderKind kind, uint32_t count, int64_t amount) {
    Samme__TenderTotal **totals =
        samme_arena_alloc(&f.arena, (closed->n_tenders + 1) * sizeof *totals);
    Samme__TenderTotal *total = samme_arena_alloc(&f.arena, sizeof *total);
    *total = (Samme__TenderTotal)SAMME__TENDER_TOTAL__INIT;
    total->kind = kind;
    total->count = count;
    total->amount = amount;
    if (closed->n_tenders > 0)
        memcpy(totals, closed->tenders, closed->n_tenders * sizeof *totals);
    totals[closed->n_tenders++] = total;
    closed->tenders = totals;
}

static void keep(void *context, const samme_day_check *check) {
    (void)context;
    checks[check_count++] = *check;
}
static const samme_day_check *check_since(uint64_t since) {
    const samme_days_asked asked = {.since_index = since};
    check_count = 0;
    cr_assert_eq(samme_check_days(&f.rows, &asked, keep, NULL), SAMME_OK);
    return &checks[0];
}
static const samme_day_check *check(void) {
    const samme_day_check *one = check_since(0);
    cr_assert_eq(check_count, 1);
    return one;
}
static void differs(const samme_day_check *one, size_t at, const char *field, int64_t said,
                    int64_t held) {
    cr_assert_lt(at, one->difference_count, "no difference in %s", field);
    cr_assert_str_eq(one->differences[at].field, field);
    cr_assert_eq(one->differences[at].said, said, "%s", field);
    cr_assert_eq(one->differences[at].held, held, "%s", field);
}

/* What is asked for, opened and authorised at till T1, and paid. */
static void give_back(const char *code, const Samme__Sale *sale, const char *till,
                      const char *paid_on) {
    Samme__ReturnOpened *opened = fixture_opened(&f.arena, code, sale->receipt, 1, 1000);
    opened->today = samme_arena_text(&f.arena, "2010-12-01");
    fold(SAMME__EVENT_KIND__return_opened, opened);
    const samme_horizon present = fixture_present(1);
    fold(SAMME__EVENT_KIND__return_decided,
         fixture_decided(&f.arena, &f.rows, opened, &present, SAMME__VERDICT__authorise));
    Samme__ReturnDone *done = fixture_done(&f.arena, code, SAMME__RETURN_OUTCOME__paid);
    done->paid = sale->lines[0]->paid;
    done->till = samme_arena_text(&f.arena, till);
    done->paid_on = samme_arena_text(&f.arena, paid_on);
    fold(SAMME__EVENT_KIND__return_done, done);
}

Test(day_totals, a_day_that_counted_rightly_agrees) {
    sell("1", 500, SAMME__TENDER_KIND__cash);
    const Samme__Sale *sold = sell("2", 700, SAMME__TENDER_KIND__card);
    Samme__Sale *none = make_sale("3", 700, SAMME__TENDER_KIND__card);
    none->kind = SAMME__SALE_KIND__void;
    fold(SAMME__EVENT_KIND__sale, none);
    Samme__Sale *practice = make_sale("4", 900, SAMME__TENDER_KIND__cash);
    practice->kind = SAMME__SALE_KIND__training;
    fold(SAMME__EVENT_KIND__sale, practice);
    Samme__Sale *other = make_sale("5", 900, SAMME__TENDER_KIND__cash);
    other->receipt->till = samme_arena_text(&f.arena, "T12"); /* not T1 */
    fold(SAMME__EVENT_KIND__sale, other);
    give_back("C1", sold, "T1", "2010-12-01");
    Samme__DayClosed *closed = day(2, 4);
    closed->voids = 1;
    closed->returns = 1;
    closed->returned = 700;
    took(closed, SAMME__TENDER_KIND__cash, 1, 500);
    took(closed, SAMME__TENDER_KIND__card, 1, 700);
    fold(SAMME__EVENT_KIND__day_closed, closed);
    const samme_day_check *one = check();
    cr_assert_eq(one->difference_count, 0, "%s", one->differences[0].field);
    cr_assert(one->held.returns_known && one->held.returned_known && one->held.one_currency);
    cr_assert_eq(one->held.late_sales, 0);
}

Test(day_totals, each_count_is_named_with_what_was_said_and_what_the_log_holds) {
    const Samme__Sale *sold = sell("1", 500, SAMME__TENDER_KIND__cash);
    sell("2", 700, SAMME__TENDER_KIND__card);
    give_back("C1", sold, "T1", "2010-12-01");
    Samme__DayClosed *closed = day(3, 1);
    closed->first_till_seq = 1;
    closed->voids = 1;
    closed->returned = 5;
    took(closed, SAMME__TENDER_KIND__cash, 1, 501);
    fold(SAMME__EVENT_KIND__day_closed, closed);
    const samme_day_check *one = check();
    cr_assert_eq(one->difference_count, 8);
    differs(one, 0, "sales", 3, 2);
    differs(one, 1, "voids", 1, 0);
    differs(one, 2, "last_till_seq", 1, 2);
    differs(one, 3, "tenders.cash.amount", 501, 500);
    differs(one, 4, "tenders.card.count", 0, 1);
    differs(one, 5, "tenders.card.amount", 0, 700);
    differs(one, 6, "returns", 0, 1);
    differs(one, 7, "returned", 5, 500);
}

Test(day_totals, what_came_after_the_day_was_closed_counts_and_is_named_apart) {
    sell("1", 500, SAMME__TENDER_KIND__cash);
    Samme__DayClosed *closed = day(2, 2);
    took(closed, SAMME__TENDER_KIND__cash, 2, 1000);
    fold(SAMME__EVENT_KIND__day_closed, closed);
    differs(check(), 0, "sales", 2, 1);
    sell("2", 500, SAMME__TENDER_KIND__cash); /* the node was away */
    const samme_day_check *one = check();
    cr_assert_eq(one->difference_count, 0, "%s", one->differences[0].field);
    cr_assert_eq(one->held.late_sales, 1);
    sell("3", 500, SAMME__TENDER_KIND__cash);
    differs(check(), 0, "sales", 2, 3);
    cr_assert_eq(checks[0].held.late_sales, 2);
}

Test(day_totals, returns_are_not_compared_while_one_names_no_till_or_day) {
    const Samme__Sale *sold = sell("1", 500, SAMME__TENDER_KIND__cash);
    Samme__DayClosed *closed = day(1, 1);
    closed->returns = 7;
    took(closed, SAMME__TENDER_KIND__cash, 1, 500);
    give_back("C1", sold, "", "");
    fold(SAMME__EVENT_KIND__day_closed, closed);
    const samme_day_check *one = check();
    cr_assert_eq(one->difference_count, 0);
    cr_assert(!one->held.returns_known);
}

Test(day_totals, amounts_of_several_currencies_are_not_compared) {
    sell("1", 500, SAMME__TENDER_KIND__cash);
    Samme__Sale *foreign = make_sale("2", 900, SAMME__TENDER_KIND__cash);
    foreign->currency = samme_arena_text(&f.arena, "DKK");
    fold(SAMME__EVENT_KIND__sale, foreign);
    fold(SAMME__EVENT_KIND__day_closed, day(2, 2));
    const samme_day_check *one = check();
    cr_assert_eq(one->difference_count, 0);
    cr_assert(!one->held.one_currency);
}

Test(day_totals, only_days_that_are_looked_at_are_checked) {
    fold(SAMME__EVENT_KIND__day_closed, day(1, 1));
    check_since(f.journal_index);
    cr_assert_eq(check_count, 0);
    check_since(f.journal_index - 1);
    cr_assert_eq(check_count, 1);
    samme_map *touched = samme_map_new(); /* closed before, and sold in since */
    samme_row_key key;
    cr_assert_eq(samme_day_key(1, "T1", "2010-12-01", &key), SAMME_OK);
    cr_assert_eq(samme_map_put(touched, samme_row_key_span(&key), SAMME_SPAN(NULL, 0), 0),
                 SAMME_OK);
    const samme_days_asked again = {.since_index = f.journal_index, .touched = touched};
    check_count = 0;
    cr_assert_eq(samme_check_days(&f.rows, &again, keep, NULL), SAMME_OK);
    cr_assert_eq(check_count, 1);
    samme_map_free(touched);
    const samme_days_asked other = {.only_branch = 2};
    check_count = 0;
    cr_assert_eq(samme_check_days(&f.rows, &other, keep, NULL), SAMME_OK);
    cr_assert_eq(check_count, 0);
}
