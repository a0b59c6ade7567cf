#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "cli/importing/receipts.h"
#include "map.h"
#include "wire/mapping.h"

/* What came out, as text: sales, returns and rejects in the order they came. */
typedef struct outcome {
    samme_buffer text;
    samme_import_tally tally;
} outcome;

static samme_status take_sale(void *self, const samme_import_sale *sale, samme_error *error) {
    outcome *out = self;
    samme_arena arena;
    samme_arena_init(&arena, 64u << 20);
    const Samme__SaleItem *item =
        SAMME_FROM_JSON(SaleItem, sale_item, sale->json, "sale", &arena, error);
    cr_assert_not_null(item, "%s", error->text);
    const Samme__Sale *in = item->sale;
    cr_assert_eq(in->n_lines, sale->row_count);
    cr_assert_eq(in->n_tenders, 1);
    cr_assert_eq(in->tenders[0]->amount, sale->total);
    cr_assert(in->channel == SAMME__CHANNEL__store && in->kind == SAMME__SALE_KIND__ordinary);
    samme_buffer_printf(&out->text, "%s branch %u %s %s %lld:", item->idempotency_key,
                        in->receipt->branch, in->sold_at, in->receipt->business_date,
                        (long long)sale->total);
    for (size_t i = 0; i < in->n_lines; i++) {
        cr_assert_eq(in->lines[i]->no, i + 1);
        samme_buffer_printf(&out->text, " %sx%lld@%llu", in->lines[i]->sku,
                            (long long)in->lines[i]->quantity / 1000,
                            (unsigned long long)sale->rows[i].line);
    }
    samme_buffer_u8(&out->text, '\n');
    out->tally.receipts++;
    out->tally.sale_lines += sale->row_count;
    samme_arena_free(&arena);
    return SAMME_OK;
}

static samme_status take_return(void *self, const Samme__ImportReturn *line, samme_error *error) {
    (void)error;
    outcome *out = self;
    samme_buffer_printf(&out->text, "%s:", line->key);
    for (size_t i = 0; i < line->opened->n_lines; i++)
        samme_buffer_printf(&out->text, " %u=%lld", line->opened->lines[i]->no,
                            (long long)line->opened->lines[i]->quantity / 1000);
    samme_buffer_u8(&out->text, '\n');
    return SAMME_OK;
}

static samme_status take_reject(void *self, const samme_kept_row *row, samme_row_fault fault,
                                const char *reason, samme_error *error) {
    (void)error;
    outcome *out = self;
    out->tally.rejected[fault]++;
    samme_buffer_printf(&out->text, "reject %llu %s (%s): %.*s\n", (unsigned long long)row->line,
                        samme_row_fault_name(fault), reason,
                        (int)(row->raw.length < 30 ? row->raw.length : 30),
                        (const char *)row->raw.data);
    return SAMME_OK;
}

static samme_import_sink sink_of(outcome *out) {
    return (samme_import_sink){
        .self = out, .sale = take_sale, .take_back = take_return, .reject = take_reject};
}

/* Rows without a header, counted from line 1. */
static void take_rows(outcome *out, const char *rows, const uint32_t *branches,
                      size_t branch_count) {
    test_map map;
    open_map(&map);
    *out = (outcome){0};
    samme_buffer_init(&out->text, 16u << 20);
    samme_receipts *receipts =
        samme_receipts_new(&map.map, branches, branch_count, sink_of(out), &out->tally);
    text_source source;
    samme_csv *csv = open_rows(&source, rows);
    samme_csv_row row;
    samme_error error = {0};
    samme_status status;
    while ((status = samme_csv_next(csv, &row, &error)) == SAMME_OK)
        cr_assert_eq(samme_receipts_add(receipts, &row, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(status, SAMME_NOT_FOUND, "%s", error.text);
    cr_assert_eq(samme_receipts_end(receipts, &error), SAMME_OK, "%s", error.text);
    cr_assert(samme_import_adds_up(&out->tally), "rows do not add up");
    samme_csv_free(csv);
    samme_receipts_free(receipts);
    close_map(&map);
}

static const uint32_t one_branch[] = {7};

Test(import_receipts, rows_of_one_number_are_a_sale) {
    outcome out;
    take_rows(&out,
              "1,a,,2,2010-12-01 08:26:00,1.50,\n"
              "1,b,,1,2010-12-01 08:27:00,0.99,\n"
              "2,a,,1,2010-12-01 09:00:00,1.50,\n",
              one_branch, 1);
    cr_assert_str_eq(
        samme_buffer_text(&out.text),
        "import:1:2010-12-01 branch 7 2010-12-01T08:26:00Z 2010-12-01 399: ax2@1 bx1@2\n"
        "import:2:2010-12-01 branch 7 2010-12-01T09:00:00Z 2010-12-01 150: ax1@3\n");
    samme_buffer_free(&out.text);
}

Test(import_receipts, a_receipt_may_be_interrupted_and_a_number_used_on_another_day) {
    outcome out;
    take_rows(&out,
              "1,a,,2,2010-12-01,1.00,\n"
              "2,b,,1,2010-12-01,1.00,\n"
              "1,c,,1,2010-12-01,1.00,\n"
              "1,d,,1,2010-12-02,1.00,\n",
              one_branch, 1);
    cr_assert_str_eq(
        samme_buffer_text(&out.text),
        "import:2:2010-12-01 branch 7 2010-12-01T00:00:00Z 2010-12-01 100: bx1@2\n"
        "import:1:2010-12-01 branch 7 2010-12-01T00:00:00Z 2010-12-01 300: ax2@1 cx1@3\n"
        "import:1:2010-12-02 branch 7 2010-12-02T00:00:00Z 2010-12-02 100: dx1@4\n");
    samme_buffer_free(&out.text);
}

/* All places are taken when another receipt begins: the one left alone for longest is closed. */
Test(import_receipts, what_is_touched_stays_open) {
    samme_buffer rows;
    samme_buffer_init(&rows, 1 << 16);
    for (unsigned i = 1; i <= SAMME_IMPORT_OPEN_RECEIPTS; i++)
        samme_buffer_printf(&rows, "%u,a,,1,2010-12-01,1.00,\n", i);
    samme_buffer_append_text(&rows, "1,b,,1,2010-12-01,1.00,\n"
                                    "99,a,,1,2010-12-01,1.00,\n"
                                    "1,c,,1,2010-12-01,1.00,\n");
    outcome out;
    take_rows(&out, samme_buffer_text(&rows), one_branch, 1);
    const char *text = samme_buffer_text(&out.text);
    cr_assert_eq(strncmp(text, "import:2:", 9), 0, "%s", text);
    cr_assert_not_null(strstr(text, "300: ax1@1 bx1@17 cx1@19\n"), "%s", text);
    cr_assert_eq(out.tally.receipts, SAMME_IMPORT_OPEN_RECEIPTS + 1);
    samme_buffer_free(&out.text);
    samme_buffer_free(&rows);
}

Test(import_receipts, a_broken_row_does_not_take_its_receipt_along) {
    outcome out;
    take_rows(&out,
              "1,a,,2,2010-12-01,1.00,\n"
              "1,b,,two,2010-12-01,1.00,\n"
              "1,,,1,2010-12-01,1.00,\n"
              "1,d,,1,2010-12-01,1.00,\n",
              one_branch, 1);
    cr_assert_str_eq(
        samme_buffer_text(&out.text),
        "reject 2 quantity (quantity \"two\": expected a whole number): 1,b,,two,2010-12-01,1.00,\n"
        "reject 3 unknown item (the row names no item): 1,,,1,2010-12-01,1.00,\n"
        "import:1:2010-12-01 branch 7 2010-12-01T00:00:00Z 2010-12-01 300: ax2@1 dx1@4\n");
    samme_buffer_free(&out.text);
}

/* One of everything; the books are known by hand. */
Test(import_receipts, every_row_is_counted_once) {
    outcome out;
    take_rows(&out,
              "1,a,,5,2010-12-01,1.00,ann\n"
              "1,b,,1,2010-12-01,2.00,ann\n"
              "1,b,,-1,2010-12-01,0.00,ann\n" /* adjustment */
              "2,a,,3,2010-12-02,1.00,ann\n"
              "A3,B,,1,2010-12-03,-11062.06,\n" /* ignored */
              "C4,a,,-4,2010-12-04,1.00,ann\n"  /* 3 of receipt 2, 1 of receipt 1 */
              "C4,b,,-2,2010-12-04,2.00,ann\n"  /* 1 of receipt 1, 1 of nothing */
              "C5,a,,-1,2010-12-05,1.00,bob\n"  /* he bought none */
              "C5,a,,-1,2010-12-05,1.00,\n"     /* nobody */
              "C6,a,,-9,2010-12-06,1.00,ann\n"  /* 4 are left of receipt 1 */
              "7,a,,0,2010-12-07,1.00,ann\n"    /* adjustment */
              "7,a,,1,2010-12-07,-1.00,ann\n",  /* rejected */
              one_branch, 1);
    const samme_import_tally *tally = &out.tally;
    cr_assert_eq(tally->rows, 12);
    cr_assert_eq(tally->sale_lines, 3);
    cr_assert_eq(tally->receipts, 2);
    cr_assert_eq(tally->adjustments, 2);
    cr_assert_eq(tally->ignored[0], 1);
    cr_assert_eq(tally->paired, 1);
    cr_assert_eq(tally->partly_paired, 2);
    cr_assert_eq(tally->unpaired, 2);
    cr_assert_eq(tally->quantity_paired, 9000);
    cr_assert_eq(tally->quantity_unpaired, 8000);
    cr_assert_eq(samme_import_rejected(tally), 1);
    cr_assert_eq(tally->rejected[SAMME_FAULT_NEGATIVE_PRICE], 1);
    cr_assert_eq(tally->returns, 3);
    const char *text = samme_buffer_text(&out.text);
    cr_assert_not_null(strstr(text, "import:C4:2010-12-04:1:2010-12-01: 1=1 2=1\n"
                                    "import:C4:2010-12-04:2:2010-12-02: 1=3\n"
                                    "import:C6:2010-12-06:1:2010-12-01: 1=4\n"),
                       "%s", text);
    samme_buffer_free(&out.text);
}

Test(import_receipts, the_books_notice_a_missing_row) {
    samme_import_tally tally = {.rows = 5, .sale_lines = 3, .paired = 1};
    cr_assert_not(samme_import_adds_up(&tally));
    tally.rejected[SAMME_FAULT_REFUSED] = 1;
    cr_assert(samme_import_adds_up(&tally));
}

/* An invoice as large as the largest of the year of real data: 1,114 lines. */
static void add_large_sale(samme_buffer *rows, size_t lines, size_t text_bytes) {
    for (size_t i = 0; i < lines; i++) {
        samme_buffer_printf(rows, "573585,%05zuA,", 20000 + i);
        for (size_t b = 0; b < text_bytes; b++)
            samme_buffer_u8(rows, 'W');
        samme_buffer_append_text(rows, ",12,2011-10-31 14:41:00,1234.56,\n");
    }
}

Test(import_receipts, the_largest_real_invoice_fits_into_a_request) {
    samme_buffer rows;
    samme_buffer_init(&rows, 1 << 20);
    add_large_sale(&rows, 1114, 35);
    outcome out;
    take_rows(&out, samme_buffer_text(&rows), one_branch, 1);
    cr_assert_eq(out.tally.sale_lines, 1114);
    cr_assert_leq(out.tally.largest_sale_bytes, SAMME_IMPORT_SALE_MAX_BYTES);
    cr_assert_gt(out.tally.largest_sale_bytes, 100000);
    samme_buffer_free(&out.text);
    samme_buffer_free(&rows);
}

Test(import_receipts, a_sale_over_the_maximum_is_rejected_by_name_and_the_next_goes_on) {
    samme_buffer rows;
    samme_buffer_init(&rows, 1 << 22);
    add_large_sale(&rows, 2000, 100);
    samme_buffer_append_text(&rows, "2,a,,1,2011-10-31,1.00,\n");
    outcome out;
    take_rows(&out, samme_buffer_text(&rows), one_branch, 1);
    cr_assert_eq(out.tally.rejected[SAMME_FAULT_SALE_TOO_LARGE], 2000);
    cr_assert_eq(out.tally.sale_lines, 1);
    cr_assert_not_null(
        strstr(samme_buffer_text(&out.text), "reject 1 sale too large (the sale is over 200 KiB"));
    samme_buffer_free(&out.text);
    samme_buffer_free(&rows);
}

Test(import_receipts, a_receipt_without_end_is_bounded) {
    samme_buffer rows;
    samme_buffer_init(&rows, 16u << 20);
    add_large_sale(&rows, 10100, 1);
    outcome out;
    take_rows(&out, samme_buffer_text(&rows), one_branch, 1);
    cr_assert_eq(out.tally.rejected[SAMME_FAULT_SALE_TOO_LARGE], 10100);
    cr_assert_not_null(strstr(samme_buffer_text(&out.text), "more than 10,000 lines"));
    samme_buffer_free(&out.text);
    samme_buffer_free(&rows);
}

/* Known values of FNV-1a, and that a number's branch is its hash's. */
Test(import_receipts, a_number_always_goes_to_the_same_branch) {
    cr_assert_eq(samme_import_hash(SAMME_LITERAL("")), 0xcbf29ce484222325u);
    cr_assert_eq(samme_import_hash(SAMME_LITERAL("a")), 0xaf63dc4c8601ec8cu);
    cr_assert_eq(samme_import_hash(SAMME_LITERAL("foobar")), 0x85944171f73967e8u);
    const uint32_t branches[] = {3, 5, 9};
    outcome out;
    take_rows(&out, "536365,a,,1,2010-12-01,1.00,\n", branches, 3);
    char expected[64];
    snprintf(expected, sizeof expected, "branch %u ",
             branches[samme_import_hash(SAMME_LITERAL("536365")) % 3]);
    cr_assert_not_null(strstr(samme_buffer_text(&out.text), expected));
    samme_buffer_free(&out.text);
}

/* Goods come back to another branch than sold them, to all of the others. */
static samme_status see_return(void *self, const Samme__ImportReturn *line, samme_error *error) {
    (void)error;
    unsigned(*seen)[4] = self;
    cr_assert_neq(line->branch, line->sold_branch);
    cr_assert(line->branch >= 1 && line->branch <= 3);
    cr_assert_str_eq(line->opened->today, "2010-12-02");
    cr_assert(line->opened->claim_type == SAMME__CLAIM_TYPE__changed_mind &&
              line->opened->condition == SAMME__CONDITION__unopened &&
              line->opened->receipt_kind == SAMME__RECEIPT_KIND__receipt &&
              line->opened->wish == SAMME__WISH__refund);
    seen[line->sold_branch][line->branch]++;
    return SAMME_OK;
}

static samme_status drop_sale(void *self, const samme_import_sale *sale, samme_error *error) {
    (void)self, (void)sale, (void)error;
    return SAMME_OK;
}

Test(import_receipts, returns_come_to_other_branches) {
    const uint32_t branches[] = {1, 2, 3};
    unsigned seen[4][4] = {0};
    samme_buffer rows;
    samme_buffer_init(&rows, 1 << 20);
    for (int i = 0; i < 300; i++)
        samme_buffer_printf(&rows,
                            "%d,a%d,,1,2010-12-01,1.00,ann\nC%d,a%d,,-1,2010-12-02,1.00,ann\n",
                            1000 + i, i, 5000 + 7 * i, i);
    test_map map;
    open_map(&map);
    samme_import_tally tally = {0};
    samme_import_sink sink = {
        .self = seen, .sale = drop_sale, .take_back = see_return, .reject = take_reject};
    samme_receipts *receipts = samme_receipts_new(&map.map, branches, 3, sink, &tally);
    text_source source;
    samme_csv *csv = open_rows(&source, samme_buffer_text(&rows));
    samme_csv_row row;
    samme_error error = {0};
    while (samme_csv_next(csv, &row, &error) == SAMME_OK)
        cr_assert_eq(samme_receipts_add(receipts, &row, &error), SAMME_OK);
    cr_assert_eq(samme_receipts_end(receipts, &error), SAMME_OK);
    cr_assert_eq(tally.returns, 300);
    for (unsigned sold = 1; sold <= 3; sold++)
        for (unsigned back = 1; back <= 3; back++)
            cr_assert(sold == back || seen[sold][back] > 10, "%u to %u: %u", sold, back,
                      seen[sold][back]);
    samme_csv_free(csv);
    samme_receipts_free(receipts);
    close_map(&map);
    samme_buffer_free(&rows);
}

/* Random exports: the books add up, whatever stands in them. */
Test(import_receipts, books_add_up_for_any_rows) {
    static const char *const numbers[] = {"1", "2", "3", "C4", "C5", "A6", "", "bad number"};
    static const char *const prices[] = {"1.00", "0.0", "-1", "x", "0.001"};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        samme_buffer rows;
        samme_buffer_init(&rows, 1 << 20);
        for (int i = 0; i < 200; i++)
            samme_buffer_printf(
                &rows, "%s,i%d,,%d,2010-12-0%d,%s,%s\n", numbers[samme_prng_below(&prng, 8)],
                (int)samme_prng_below(&prng, 3), (int)samme_prng_below(&prng, 20) - 8,
                (int)samme_prng_below(&prng, 10), prices[samme_prng_below(&prng, 5)],
                samme_prng_chance(&prng, 700) ? "ann" : "");
        outcome out;
        take_rows(&out, samme_buffer_text(&rows), one_branch, 1); /* asserts it */
        cr_assert_eq(out.tally.rows, 200, "seed %d", (int)seed);
        samme_buffer_free(&out.text);
        samme_buffer_free(&rows);
    }
}
