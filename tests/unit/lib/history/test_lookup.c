/* Receipts by barcode, serial, payment reference, customer, and by article within days. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/calendar.h"
#include "fixture.h"
#include "history/lookup.h"

static fixture f;
static void setup(void) {
    fixture_init(&f);
}
static void teardown(void) {
    fixture_free(&f);
}
TestSuite(lookup, .init = setup, .fini = teardown);

static Samme__Sale *new_sale(uint32_t branch, const char *number) {
    Samme__Sale *sale = fixture_sale(&f.arena, branch, number);
    sale->n_lines = 0;
    fixture_line(&f.arena, sale, 1, 1000, 500);
    return sale;
}

static void fold(const Samme__Sale *sale) {
    cr_assert_null(fixture_fold(&f, sale->receipt->branch, SAMME__EVENT_KIND__sale, sale));
}

/* The numbers of what was found, in order. */
static const char *found_by(samme_lookup by, const char *text) {
    static char numbers[200];
    const Samme__ReceiptRow *rows[8];
    size_t count;
    cr_assert_eq(samme_find_receipts_by(&f.rows, by, text, &f.arena, rows, 8, &count), SAMME_OK);
    numbers[0] = 0;
    for (size_t i = 0; i < count; i++) {
        strncat(numbers, rows[i]->sale->receipt->number, 20);
        strncat(numbers, " ", 2);
    }
    return numbers;
}

static const char *with_sku(uint32_t branch, const char *from, const char *to, const char *sku) {
    static char numbers[200];
    const Samme__ReceiptRow *rows[8];
    int32_t first, last;
    size_t count;
    bool cut;
    cr_assert_eq(samme_date_parse(from, &first), SAMME_OK);
    cr_assert_eq(samme_date_parse(to, &last), SAMME_OK);
    cr_assert_eq(samme_find_receipts_with_sku(&f.rows, branch, first, last, sku, &f.arena, rows, 8,
                                              &count, &cut),
                 SAMME_OK);
    cr_assert_not(cut);
    numbers[0] = 0;
    for (size_t i = 0; i < count; i++) {
        strncat(numbers, rows[i]->sale->receipt->number, 20);
        strncat(numbers, " ", 2);
    }
    return numbers;
}

Test(lookup, finds_what_is_printed_on_slips_and_articles) {
    Samme__Sale *sale = new_sale(1, "A");
    Samme__Tender tender = SAMME__TENDER__INIT, *list[] = {&tender};
    tender.kind = SAMME__TENDER_KIND__card;
    tender.amount = 500;
    tender.reference = samme_arena_text(&f.arena, "AUTH 1/2");
    sale->tenders = list;
    sale->n_tenders = 1;
    sale->barcode = samme_arena_text(&f.arena, "900");
    sale->lines[0]->serial = samme_arena_text(&f.arena, "SN1");
    fold(sale);
    Samme__Sale *other = new_sale(2, "B");
    other->barcode = samme_arena_text(&f.arena, "900");
    fold(other);
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, "900"), "A B ");
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, "90"), "");
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, "9000"), "");
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, ""), "");
    cr_assert_str_eq(found_by(SAMME_BY_SERIAL, "SN1"), "A ");
    cr_assert_str_eq(found_by(SAMME_BY_SERIAL, "900"), "");
    cr_assert_str_eq(found_by(SAMME_BY_REFERENCE, "AUTH 1/2"), "A ");
}

Test(lookup, finds_a_customers_purchases) {
    uint8_t subject[16] = {0xab};
    Samme__Sale *sale = new_sale(1, "A");
    sale->subject = samme_bytes_of_span(SAMME_SPAN(subject, sizeof subject));
    fold(sale);
    sale = new_sale(1, "B");
    sale->subject = samme_bytes_of_span(SAMME_SPAN(subject, 8)); /* of no form that is looked up */
    fold(sale);
    cr_assert_str_eq(found_by(SAMME_BY_CUSTOMER, "ab000000000000000000000000000000"), "A ");
    cr_assert_str_eq(found_by(SAMME_BY_CUSTOMER, "ab00000000000000"), "");
}

Test(lookup, texts_at_the_maximum_and_over_it) {
    char text[80];
    memset(text, 'x', sizeof text);
    text[64] = 0;
    Samme__Sale *sale = new_sale(1, "A");
    sale->barcode = samme_arena_text(&f.arena, text);
    sale->receipt->till = samme_arena_text(&f.arena, "12345678901234567890123456789012");
    sale->receipt->number = samme_arena_text(&f.arena, text);
    fold(sale);
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, text), "xxxxxxxxxxxxxxxxxxxx ");
    text[64] = 'x';
    text[65] = 0;
    sale = new_sale(1, "B");
    sale->barcode = samme_arena_text(&f.arena, text);
    fold(sale);
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, text), "");
}

Test(lookup, a_sale_in_parts_is_found_when_it_is_whole) {
    Samme__Sale *first = new_sale(1, "A"), *second = new_sale(1, "A");
    first->barcode = samme_arena_text(&f.arena, "900");
    first->part = 1;
    first->parts = second->parts = second->part = 2;
    second->n_tenders = 0;
    second->lines[0]->no = 2;
    second->lines[0]->serial = samme_arena_text(&f.arena, "SN2");
    fold(first);
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, "900"), "");
    fold(second);
    cr_assert_str_eq(found_by(SAMME_BY_BARCODE, "900"), "A ");
    cr_assert_str_eq(found_by(SAMME_BY_SERIAL, "SN2"), "A ");
}

Test(lookup, an_article_within_days_of_a_branch) {
    static const char *const days[] = {"2010-11-30", "2010-12-01", "2010-12-02", "2010-12-31"};
    for (size_t i = 0; i < 4; i++) {
        char number[8];
        snprintf(number, sizeof number, "N%zu", i);
        Samme__Sale *sale = new_sale(1, number);
        sale->receipt->business_date = samme_arena_text(&f.arena, days[i]);
        sale->lines[0]->sku = samme_arena_text(&f.arena, i == 2 ? "OTHER" : "LAMP");
        fold(sale);
    }
    Samme__Sale *elsewhere = new_sale(2, "E");
    elsewhere->lines[0]->sku = samme_arena_text(&f.arena, "LAMP");
    fold(elsewhere);
    cr_assert_str_eq(with_sku(1, "2010-12-01", "2010-12-31", "LAMP"), "N1 N3 ");
    cr_assert_str_eq(with_sku(1, "2010-11-30", "2010-12-30", "LAMP"), "N0 N1 ");
    cr_assert_str_eq(with_sku(1, "2010-12-02", "2010-12-30", "LAMP"), "");
    cr_assert_str_eq(with_sku(2, "2010-12-01", "2010-12-01", "LAMP"), "E ");
    cr_assert_str_eq(with_sku(3, "2010-12-01", "2010-12-31", "LAMP"), "");
}
