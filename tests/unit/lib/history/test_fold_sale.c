#include <criterion/criterion.h>

#include "tests/unit/lib/history/fixture.h"

static fixture f;
static void setup(void) {
    fixture_init(&f);
}
static void teardown(void) {
    /* Whatever was folded: the digests kept on the way are those of the rows that came of it. */
    samme_hash kept = fixture_digest_sum(&f.rows), counted = fixture_recount(&f.rows);
    cr_assert(samme_hash_equal(&kept, &counted));
    fixture_free(&f);
}
TestSuite(fold_sale, .init = setup, .fini = teardown);

static const char *fold(uint32_t branch, const Samme__Sale *sale) {
    return fixture_fold(&f, branch, SAMME__EVENT_KIND__sale, sale);
}

static Samme__Sale *sale_of_one(const char *number) {
    Samme__Sale *sale = fixture_sale(&f.arena, 1, number);
    fixture_line(&f.arena, sale, 1, 2000, 1999);
    return sale;
}

static Samme__Sale *part_of(const char *number, uint32_t part, uint32_t parts, uint32_t line) {
    Samme__Sale *sale = fixture_sale(&f.arena, 1, number);
    fixture_line(&f.arena, sale, line, 1000, 500);
    sale->part = part;
    sale->parts = parts;
    return sale;
}

static const Samme__ReceiptRow *find(const Samme__ReceiptRef *receipt) {
    const samme_horizon present = fixture_present(1);
    const Samme__ReceiptRow *row = NULL;
    samme_status status = samme_find_receipt(&f.rows, receipt, &present, &f.arena, &row);
    cr_assert(status == SAMME_OK || status == SAMME_NOT_FOUND);
    return row;
}

/* A sale spoiled by the caller must be refused for this reason and leave only a quarantine row. */
static void refused(const Samme__Sale *sale, uint32_t branch, const char *reason) {
    const uint64_t before = samme_quarantine_count(&f.rows);
    const char *why = fold(branch, sale);
    cr_assert_not_null(why, "expected: %s", reason);
    cr_assert_str_eq(why, reason);
    cr_assert_eq(samme_quarantine_count(&f.rows), before + 1);
    if (sale->receipt != NULL)
        cr_assert_null(find(sale->receipt));
}

Test(fold_sale, a_sale_is_found_by_receipt_and_by_number) {
    Samme__Sale *sale = sale_of_one("77");
    sale->tenders = samme_arena_alloc(&f.arena, sizeof *sale->tenders);
    Samme__Tender tender = SAMME__TENDER__INIT;
    tender.amount = 1999;
    sale->tenders[0] = &tender;
    sale->n_tenders = 1;
    cr_assert_null(fold(1, sale_of_one("76")));
    cr_assert_null(fold(1, sale));
    const Samme__ReceiptRow *row = find(sale->receipt);
    cr_assert_not_null(row);
    cr_assert_eq(row->epoch, 1);
    cr_assert_eq(row->index, 1);
    cr_assert_eq(row->journal_index, 1);
    cr_assert(!row->own_layer);
    cr_assert_eq(row->sale->part, 1);
    cr_assert_eq(row->sale->parts, 1);
    cr_assert_eq(row->sale->n_tenders, 1);
    cr_assert_eq(row->sale->lines[0]->paid, 1999);
    const Samme__ReceiptRow *found[4];
    size_t count;
    cr_assert_eq(samme_find_receipts_by_number(&f.rows, "77", &f.arena, found, 4, &count),
                 SAMME_OK);
    cr_assert_eq(count, 1);
    cr_assert_str_eq(found[0]->sale->receipt->number, "77");
    cr_assert_eq(samme_find_receipts_by_number(&f.rows, "7", &f.arena, found, 4, &count), SAMME_OK);
    cr_assert_eq(count, 0);
}

Test(fold_sale, one_number_at_several_branches_and_days_comes_in_order_and_bounded) {
    for (uint32_t branch = 3; branch >= 1; branch--) {
        Samme__Sale *sale = fixture_sale(&f.arena, branch, "5");
        cr_assert_null(fold(branch, sale));
        sale->receipt->business_date = samme_arena_text(&f.arena, "2010-11-30");
        cr_assert_null(fold(branch, sale));
    }
    const Samme__ReceiptRow *found[8];
    size_t count;
    cr_assert_eq(samme_find_receipts_by_number(&f.rows, "5", &f.arena, found, 8, &count), SAMME_OK);
    cr_assert_eq(count, 6);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(found[i]->sale->receipt->branch, 1 + i / 2);
        cr_assert_str_eq(found[i]->sale->receipt->business_date,
                         i % 2 == 0 ? "2010-11-30" : "2010-12-01");
    }
    cr_assert_eq(samme_find_receipts_by_number(&f.rows, "5", &f.arena, found, 4, &count), SAMME_OK);
    cr_assert_eq(count, 4);
    cr_assert_eq(samme_find_receipts_by_number(&f.rows, "", &f.arena, found, 4, &count), SAMME_OK);
    cr_assert_eq(count, 0);
}

Test(fold_sale, only_the_home_branch_writes_a_receipt) {
    refused(sale_of_one("1"), 2, "receipt of another branch");
}

Test(fold_sale, a_receipt_must_be_nameable) {
    Samme__Sale *sale = sale_of_one("1");
    sale->receipt->business_date = samme_arena_text(&f.arena, "2010-13-01");
    refused(sale, 1, "receipt not named");
    sale = sale_of_one("");
    refused(sale, 1, "receipt not named");
    sale = sale_of_one("12345678901234567890123456789012345678901234567890123456789012345");
    refused(sale, 1, "receipt not named");
    sale->receipt = NULL;
    refused(sale, 1, "receipt not named");
}

Test(fold_sale, lines_must_make_sense) {
    Samme__Sale *sale = sale_of_one("1");
    sale->lines[0]->no = 0;
    refused(sale, 1, "line without a number");
    sale = sale_of_one("1");
    fixture_line(&f.arena, sale, 2, 1, 0);
    fixture_line(&f.arena, sale, 1, 1, 0);
    refused(sale, 1, "line number used twice");
    sale = sale_of_one("1");
    sale->lines[0]->quantity = 0;
    refused(sale, 1, "line quantity not above zero");
    sale = sale_of_one("1");
    sale->lines[0]->paid = -1;
    refused(sale, 1, "line paid below zero");
    sale = sale_of_one("1");
    sale->lines[0]->tax = -1;
    refused(sale, 1, "line tax not between zero and paid");
    sale->lines[0]->tax = 2000;
    refused(sale, 1, "line tax not between zero and paid");
    sale->lines[0]->tax = 1999;
    cr_assert_null(fold(1, sale));
}

Test(fold_sale, currency_must_be_a_code) {
    Samme__Sale *sale = sale_of_one("1");
    sale->currency = samme_arena_text(&f.arena, "eur");
    refused(sale, 1, "currency not valid");
    sale->currency = samme_arena_text(&f.arena, "");
    refused(sale, 1, "currency not valid");
}

Test(fold_sale, kinds_of_later_versions_are_refused) {
    Samme__Sale *sale = sale_of_one("1");
    sale->kind = (Samme__SaleKind)5;
    refused(sale, 1, "sale kind not known");
    sale->kind = (Samme__SaleKind)-1;
    refused(sale, 1, "sale kind not known");
    sale->kind = SAMME__SALE_KIND__sale_kind_unset;
    cr_assert_null(fold(1, sale));
}

Test(fold_sale, a_second_sale_under_one_receipt_adds_nothing) {
    cr_assert_null(fold(1, sale_of_one("1")));
    Samme__Sale *second = sale_of_one("1");
    second->lines[0]->paid = 1;
    cr_assert_str_eq(fold(1, second), "second sale under one receipt");
    cr_assert_eq(find(second->receipt)->sale->lines[0]->paid, 1999);
    cr_assert_eq(find(second->receipt)->index, 0);
    cr_assert_str_eq(fold(1, part_of("1", 1, 2, 9)), "second sale under one receipt");
    cr_assert_str_eq(fold(1, part_of("1", 2, 2, 9)), "second sale under one receipt");
    cr_assert_eq(samme_quarantine_count(&f.rows), 3);
}

Test(fold_sale, a_sale_in_parts_is_effective_with_the_last) {
    Samme__Sale *last = part_of("1", 3, 3, 3);
    cr_assert_null(fold(1, part_of("1", 1, 3, 1)));
    cr_assert_null(find(last->receipt));
    cr_assert_null(fold(1, part_of("1", 2, 3, 2)));
    const Samme__ReceiptRow *found[1];
    size_t count;
    cr_assert_eq(samme_find_receipts_by_number(&f.rows, "1", &f.arena, found, 1, &count), SAMME_OK);
    cr_assert_eq(count, 0);
    cr_assert_null(fold(1, last));
    const Samme__ReceiptRow *row = find(last->receipt);
    cr_assert_not_null(row);
    cr_assert_eq(row->index, 2);
    cr_assert_eq(row->journal_index, 2);
    cr_assert_eq(row->sale->n_lines, 3);
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(row->sale->lines[i]->no, i + 1);
    cr_assert_eq(samme_find_receipts_by_number(&f.rows, "1", &f.arena, found, 1, &count), SAMME_OK);
    cr_assert_eq(count, 1);
}

Test(fold_sale, parts_come_in_order_of_one_sale) {
    refused(part_of("1", 2, 3, 2), 1, "part out of order");
    cr_assert_null(fold(1, part_of("1", 1, 3, 1)));
    refused(part_of("1", 3, 3, 3), 1, "part out of order");
    refused(part_of("1", 2, 4, 2), 1, "part out of order");
    refused(part_of("1", 1, 3, 1), 1, "second sale under one receipt");
    refused(sale_of_one("1"), 1, "second sale under one receipt");
    refused(part_of("1", 2, 3, 1), 1, "line number used twice");
    refused(part_of("1", 4, 3, 4), 1, "part not within parts");
    refused(part_of("1", 0, 3, 4), 1, "part not within parts");
    refused(part_of("1", 2, 1, 4), 1, "part not within parts");
    Samme__Sale *other = part_of("1", 2, 3, 2);
    other->currency = samme_arena_text(&f.arena, "NOK");
    refused(other, 1, "part of another sale");
    other = part_of("1", 2, 3, 2);
    other->kind = SAMME__SALE_KIND__void;
    refused(other, 1, "part of another sale");
    other = part_of("1", 2, 3, 2);
    Samme__Tender tender = SAMME__TENDER__INIT, *tenders[1] = {&tender};
    other->tenders = tenders;
    other->n_tenders = 1;
    refused(other, 1, "tenders in a later part");
    cr_assert_null(fold(1, part_of("1", 2, 3, 2)));
    cr_assert_null(fold(1, part_of("1", 3, 3, 3)));
    cr_assert_eq(find(other->receipt)->sale->n_lines, 3);
}

Test(fold_sale, a_joined_sale_has_a_maximum_of_lines) {
    enum { EACH = 2000 };
    uint32_t no = 1;
    for (uint32_t part = 1; part <= SAMME_SALE_LINES_MAX / EACH; part++) {
        Samme__Sale *sale = fixture_sale(&f.arena, 1, "1");
        sale->lines = samme_arena_alloc(&f.arena, EACH * sizeof *sale->lines);
        for (size_t i = 0; i < EACH; i++) {
            sale->lines[i] = samme_arena_alloc(&f.arena, sizeof **sale->lines);
            *sale->lines[i] = (Samme__SaleLine)SAMME__SALE_LINE__INIT;
            sale->lines[i]->no = no++;
            sale->lines[i]->quantity = 1;
        }
        sale->n_lines = EACH;
        sale->part = part;
        sale->parts = SAMME_SALE_LINES_MAX / EACH + 1;
        cr_assert_null(fold(1, sale));
    }
    const uint32_t parts = SAMME_SALE_LINES_MAX / EACH + 1;
    refused(part_of("1", parts, parts, no), 1, "more lines than a sale may have");
    Samme__Sale *last = part_of("1", parts, parts, no);
    last->n_lines = 0;
    cr_assert_null(fold(1, last));
    cr_assert_eq(find(last->receipt)->sale->n_lines, SAMME_SALE_LINES_MAX);
}

Test(fold_sale, a_joined_sale_has_a_maximum_of_bytes) {
    enum { TEXT = 60000 };
    char *text = samme_arena_alloc(&f.arena, TEXT + 1);
    memset(text, 'x', TEXT);
    text[TEXT] = 0;
    const char *why = NULL;
    uint32_t part = 0;
    while (why == NULL && part < 200) {
        Samme__Sale *sale = part_of("1", part + 1, 200, part + 1);
        sale->lines[0]->text = text;
        why = fold(1, sale);
        if (why == NULL)
            part++;
    }
    cr_assert_not_null(why);
    cr_assert_str_eq(why, "larger than a sale may be");
    cr_assert_gt(part, 8 * 1024 * 1024 / (TEXT + 100) - 1);
    cr_assert_null(fold(1, part_of("1", part + 1, 200, part + 1)), "a smaller part goes on");
}

Test(fold_sale, practice_leaves_no_receipt) {
    Samme__Sale *sale = sale_of_one("1");
    sale->kind = SAMME__SALE_KIND__training;
    cr_assert_null(fold(1, sale));
    cr_assert_null(find(sale->receipt));
    sale->kind = SAMME__SALE_KIND__ordinary;
    cr_assert_null(fold(1, sale));
    cr_assert_not_null(find(sale->receipt));
}

Test(fold_sale, kinds_kept_for_later_are_not_legal_yet) {
    const Samme__EventKind kinds[] = {SAMME__EVENT_KIND__clock, SAMME__EVENT_KIND__link,
                                      SAMME__EVENT_KIND__unlink};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        Samme__Event event = SAMME__EVENT__INIT;
        event.kind = kinds[i];
        event.version = 1;
        event.event_class = SAMME__EVENT_CLASS__service;
        samme_buffer bytes;
        samme_buffer_init(&bytes, SAMME_EVENT_MAX_BYTES);
        samme_pack(&event, &bytes);
        cr_assert_str_eq(fixture_fold_bytes(&f, 1, samme_buffer_span(&bytes)),
                         "kind or version not known");
        samme_buffer_free(&bytes);
    }
}

Test(fold_sale, what_no_version_may_accept_is_quarantined) {
    cr_assert_str_eq(fixture_fold_bytes(&f, 1, SAMME_LITERAL("\xff")), "not a well-formed event");
    cr_assert_str_eq(fixture_fold_bytes(&f, 1, SAMME_LITERAL("")), "kind or version not known");
    static uint8_t zeros[SAMME_EVENT_MAX_BYTES + 1];
    cr_assert_str_eq(fixture_fold_bytes(&f, 1, SAMME_SPAN(zeros, sizeof zeros)),
                     "larger than an event may be");
    cr_assert_eq(samme_quarantine_count(&f.rows), 3);
    const samme_position at = {.index = 9, .journal_index = 9};
    cr_assert_eq(samme_quarantine(&f.rows, &at, "release note does not verify"), SAMME_OK);
    const Samme__QuarantineRow *row;
    cr_assert_eq(samme_find_quarantined(&f.rows, 0, 0, 9, &f.arena, &row), SAMME_OK);
    cr_assert_str_eq(row->reason, "release note does not verify");
    cr_assert_eq(samme_quarantine_count(&f.rows), 4);
}

Test(fold_sale, scratch_too_small_is_no_quarantine) {
    samme_arena small;
    samme_arena_init(&small, 256);
    Samme__Sale *sale = sale_of_one("1");
    const samme_position at = {.branch = 1, .epoch = 1};
    samme_error error = {.text = ""};
    cr_assert_eq(samme_fold(&f.rows, &at, fixture_entry(&f.arena, SAMME__EVENT_KIND__sale, sale),
                            &small, NULL, &error),
                 SAMME_NO_MEMORY);
    cr_assert_neq(error.text[0], 0);
    cr_assert_eq(samme_quarantine_count(&f.rows), 0);
    cr_assert_null(find(sale->receipt));
    samme_arena_free(&small);
}
