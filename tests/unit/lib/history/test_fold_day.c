/* A till's day: said once, by its own branch, in order. */
#include <criterion/criterion.h>

#include "fixture.h"

static fixture f;
static void setup(void) {
    fixture_init(&f);
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(fold_day, .init = setup, .fini = teardown);

static Samme__TenderTotal cash, card;
static Samme__TenderTotal *tenders[2] = {&cash, &card};

static Samme__DayClosed *day(const char *till, const char *date) {
    Samme__DayClosed *closed = samme_arena_alloc(&f.arena, sizeof *closed);
    *closed = (Samme__DayClosed)SAMME__DAY_CLOSED__INIT;
    cash = card = (Samme__TenderTotal)SAMME__TENDER_TOTAL__INIT;
    cash.kind = SAMME__TENDER_KIND__cash;
    card.kind = SAMME__TENDER_KIND__card;
    closed->branch = 1;
    closed->till = samme_arena_text(&f.arena, till);
    closed->business_date = samme_arena_text(&f.arena, date);
    closed->currency = samme_arena_text(&f.arena, "DKK");
    closed->first_till_seq = 1;
    closed->last_till_seq = 2;
    closed->tenders = tenders;
    closed->n_tenders = 2;
    return closed;
}

static const char *fold(const Samme__DayClosed *closed) {
    const char *reason = fixture_fold(&f, 1, SAMME__EVENT_KIND__day_closed, closed);
    samme_hash counted = fixture_recount(&f.rows), kept = fixture_digest_sum(&f.rows);
    cr_assert(samme_hash_equal(&counted, &kept));
    return reason;
}

Test(fold_day, is_closed_once_a_till_and_day) {
    cr_assert_null(fold(day("T1", "2010-12-01")));
    cr_assert_str_eq(fold(day("T1", "2010-12-01")), "day is closed");
    cr_assert_null(fold(day("T2", "2010-12-01")));
    cr_assert_null(fold(day("T1", "2010-12-02")));
}

Test(fold_day, what_no_day_may_be) {
    cr_assert_str_eq(fold(day("", "2010-12-01")), "till or day not named");
    cr_assert_str_eq(fold(day("T1", "2010-13-01")), "till or day not named");
    Samme__DayClosed *closed = day("T1", "2010-12-01");
    closed->branch = 2;
    cr_assert_str_eq(fold(closed), "day of another branch");
    closed = day("T1", "2010-12-01");
    closed->currency = samme_arena_text(&f.arena, "kr");
    cr_assert_str_eq(fold(closed), "currency not valid");
    closed = day("T1", "2010-12-01");
    closed->returned = -1;
    cr_assert_str_eq(fold(closed), "paid below zero");
    closed = day("T1", "2010-12-01");
    closed->first_till_seq = 3;
    cr_assert_str_eq(fold(closed), "till sequence goes back");
    closed = day("T1", "2010-12-01");
    card.kind = SAMME__TENDER_KIND__cash;
    cr_assert_str_eq(fold(closed), "tenders of a day not in order");
    closed = day("T1", "2010-12-01");
    cash.kind = SAMME__TENDER_KIND__tender_kind_unset;
    cr_assert_str_eq(fold(closed), "tenders of a day not in order");
}
