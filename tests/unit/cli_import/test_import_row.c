#include <criterion/criterion.h>
#include <stdio.h>

#include "base/prng.h"
#include "cli/importing/row.h"
#include "map.h"

__extension__ typedef __int128 wide;

/* Rounds in the plain way: digits of the price as one number, by tens. */
static int64_t slow_amount(int64_t millionths, int64_t pieces, unsigned digits) {
    wide exact = (wide)millionths * pieces;
    bool negative = exact < 0;
    if (negative)
        exact = -exact;
    int64_t unit = 1;
    for (unsigned i = digits; i < 6; i++)
        unit *= 10;
    int64_t whole = (int64_t)(exact / unit);
    if ((exact % unit) * 2 >= unit && unit > 1)
        whole++;
    return negative ? -whole : whole;
}

Test(import_row, amounts_are_rounded_once_half_away_from_zero) {
    const struct {
        const char *price;
        int64_t pieces;
        unsigned digits;
        int64_t minor;
    } cases[] = {
        {"2.55", 6, 2, 1530},
        {"0.001", 5, 2, 1},
        {"0.001", 4, 2, 0},
        {"0.005", 1, 2, 1},
        {"0.0049", 1, 2, 0},
        {"1.005", 3, 2, 302},
        {"0.335", 3, 2, 101},
        {"-0.005", 1, 2, -1},
        {"-1.005", 1, 2, -101},
        {"3", 7, 0, 21},
        {"0.5", 1, 0, 1},
        {"0.4999", 1, 0, 0},
        {"1.2345", 1, 3, 1235},
        {"0", 1000, 2, 0},
        {"11062.06", 1, 2, 1106206},
        {"0.000001", 1000000000, 2, 100000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t minor = 0;
        cr_assert_eq(samme_import_amount(cases[i].price, cases[i].pieces, cases[i].digits, &minor),
                     SAMME_OK);
        cr_assert_eq(minor, cases[i].minor, "%s x %lld: %lld", cases[i].price,
                     (long long)cases[i].pieces, (long long)minor);
    }
}

Test(import_row, amounts_agree_with_plain_arithmetic) {
    samme_prng prng;
    samme_prng_seed(&prng, 20101201);
    for (int i = 0; i < 100000; i++) {
        int64_t millionths = (int64_t)samme_prng_below(&prng, 20000000),
                pieces = (int64_t)samme_prng_below(&prng, 100000);
        if (samme_prng_chance(&prng, 300))
            millionths -= millionths % 1000; /* three decimals, as shops have them */
        unsigned digits = (unsigned)samme_prng_below(&prng, 5);
        char price[40];
        snprintf(price, sizeof price, "%s%lld.%06lld",
                 samme_prng_chance(&prng, 200) && millionths > 0 ? "-" : "",
                 (long long)(millionths / 1000000), (long long)(millionths % 1000000));
        int64_t signed_price = price[0] == '-' ? -millionths : millionths, minor = -1;
        cr_assert_eq(samme_import_amount(price, pieces, digits, &minor), SAMME_OK);
        cr_assert_eq(minor, slow_amount(signed_price, pieces, digits), "%s x %lld to %u: %lld",
                     price, (long long)pieces, digits, (long long)minor);
    }
}

Test(import_row, amounts_refuse_what_is_no_price_or_too_much) {
    int64_t minor;
    const char *bad[] = {"",   "x",  "1,50", "1.",        ".5", "1e3",
                         "+1", " 1", "0x10", "1.0000001", "--1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(samme_import_amount(bad[i], 1, 2, &minor), SAMME_MALFORMED, "\"%s\"", bad[i]);
    cr_assert_eq(samme_import_amount("9223372036855", 1, 2, &minor), SAMME_TOO_LARGE);
    cr_assert_eq(samme_import_amount("92233720368", 1000, 2, &minor), SAMME_TOO_LARGE);
}

static samme_row_kind row_kind;
static samme_row_fault row_fault;
static samme_import_row last;
static char reason[160];

/* Reads one line by the map; texts of `last` are gone afterwards. */
static void read_line(const char *line, void (*look)(const samme_import_row *row)) {
    test_map map;
    open_map(&map);
    text_source source;
    samme_csv *csv = open_rows(&source, line);
    samme_csv_row row;
    samme_error error = {0};
    cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_OK, "%s: %s", line, error.text);
    samme_import_row_read(&map.map, &row, &last);
    row_kind = last.kind;
    row_fault = last.fault;
    snprintf(reason, sizeof reason, "%s", last.reason);
    if (look != NULL)
        look(&last);
    samme_csv_free(csv);
    close_map(&map);
}

static void expect_fault(const char *line, samme_row_fault fault, const char *says) {
    read_line(line, NULL);
    cr_assert_eq(row_kind, SAMME_ROW_REJECTED, "taken: %s", line);
    cr_assert_eq(row_fault, fault, "%s: %s", line, reason);
    cr_assert_not_null(strstr(reason, says), "%s: %s", line, reason);
}

Test(import_row, says_why_a_row_is_rejected) {
    expect_fault("1,a,t,1,2010-12-01,1.00", SAMME_FAULT_FIELDS, "6 fields: expected 7");
    expect_fault("1,a,t,1,2010-12-01,1.00,c,d", SAMME_FAULT_FIELDS, "8 fields");
    expect_fault(",a,t,1,2010-12-01,1.00,c", SAMME_FAULT_NUMBER, "receipt number \"\"");
    expect_fault("1 2,a,t,1,2010-12-01,1.00,c", SAMME_FAULT_NUMBER, "visible ASCII");
    expect_fault("\xc3\xa6,a,t,1,2010-12-01,1.00,c", SAMME_FAULT_NUMBER, "visible ASCII");
    expect_fault(
        "1234567890123456789012345678901234567890123456789012345678901,a,t,1,2010-12-01,1.00,c",
        SAMME_FAULT_NUMBER, "1 to 60");
    expect_fault("1,a,t,1.5,2010-12-01,1.00,c", SAMME_FAULT_QUANTITY,
                 "quantity \"1.5\": expected a whole number");
    expect_fault("1,a,t,,2010-12-01,1.00,c", SAMME_FAULT_QUANTITY, "whole number");
    expect_fault("1,a,t,1000000001,2010-12-01,1.00,c", SAMME_FAULT_QUANTITY, "at most 1000000000");
    expect_fault("1,,t,1,2010-12-01,1.00,c", SAMME_FAULT_SKU, "no item");
    expect_fault("1,a,t,1,01.12.2010,1.00,c", SAMME_FAULT_SOLD_AT, "date \"01.12.2010\"");
    expect_fault("1,a,t,1,2010-02-30,1.00,c", SAMME_FAULT_SOLD_AT, "2010-02-30");
    expect_fault("1,a,t,1,2010-12-01 8:26,1.00,c", SAMME_FAULT_SOLD_AT, "expected YYYY-MM-DD");
    expect_fault("1,a,t,1,,1.00,c", SAMME_FAULT_SOLD_AT, "date \"\"");
    expect_fault("1,a,t,1,2010-12-01 08:26:00+01:00x,1.00,c", SAMME_FAULT_SOLD_AT, "date");
    expect_fault("1,a,t,1,2010-12-01,\"1,00\",c", SAMME_FAULT_PRICE, "price \"1,00\"");
    expect_fault("1,a,t,1,2010-12-01,1e3,c", SAMME_FAULT_PRICE, "decimal");
    expect_fault("1,a,t,1,2010-12-01,-0.01,c", SAMME_FAULT_NEGATIVE_PRICE, "-0.01");
    expect_fault("1,a,t,1,2010-12-01,-0.000001,c", SAMME_FAULT_NEGATIVE_PRICE, "zero or more");
    expect_fault("1,a,t,1000000000,2010-12-01,100000000000,c", SAMME_FAULT_AMOUNT, "18 digits");
    expect_fault("1,a,t,1,2010-12-01,10000000000000000,c", SAMME_FAULT_AMOUNT, "18 digits");
    expect_fault("C1,a,t,1,2010-12-01,1.00,c", SAMME_FAULT_CANCELLATION, "below zero");
    expect_fault("C1,a,t,0,2010-12-01,1.00,c", SAMME_FAULT_CANCELLATION, "below zero");
}

static void is_sale(const samme_import_row *row) {
    cr_assert_eq(row->kind, SAMME_ROW_SALE);
    cr_assert_str_eq(row->number, "536365");
    cr_assert_str_eq(row->text, "T-LIGHT, WHITE");
    cr_assert_str_eq(row->customer, "17850.0");
    cr_assert_str_eq(row->category, "goods");
    cr_assert_str_eq(row->gtin, "");
    cr_assert_eq(row->quantity, 6000);
    cr_assert_eq(row->paid, 1530);
    cr_assert_str_eq(row->date, "2010-12-01");
    cr_assert_str_eq(row->sold_at, "2010-12-01T08:26:00Z");
}

static void is_cancellation(const samme_import_row *row) {
    cr_assert_eq(row->kind, SAMME_ROW_CANCELLATION);
    cr_assert_eq(row->quantity, 2000);
}

static void is_adjustment(const samme_import_row *row) {
    cr_assert_eq(row->kind, SAMME_ROW_ADJUSTMENT);
}

static void is_ignored(const samme_import_row *row) {
    cr_assert_eq(row->kind, SAMME_ROW_IGNORED);
    cr_assert_eq(row->ignored, 0);
}

static void is_postage(const samme_import_row *row) {
    cr_assert_str_eq(row->category, "postage");
    cr_assert_str_eq(row->sold_at, "2010-12-01T00:00:00Z");
}

static void is_voucher(const samme_import_row *row) {
    cr_assert_str_eq(row->category, "voucher");
    cr_assert_str_eq(row->sold_at, "2010-12-01T08:26:00+01:00");
}

static void is_goods(const samme_import_row *row) {
    cr_assert_str_eq(row->category, "goods", "POSTCARD is not POST");
}

Test(import_row, tells_the_kinds_of_rows_apart) {
    read_line("536365,85123A,\"T-LIGHT, WHITE\",6,2010-12-01 08:26:00,2.55,17850.0", is_sale);
    read_line("C5,a,t,-2,2010-12-01 08:26:00,2.55,c", is_cancellation);
    read_line("5,a,t,-2,2010-12-01 08:26:00,0.0,", is_adjustment);
    read_line("5,a,t,0,2010-12-01 08:26:00,1.00,", is_adjustment);
    read_line("A563186,B,Adjust bad debt,1,2011-08-12 14:51:00,-11062.06,", is_ignored);
    read_line("5,POST,t,1,2010-12-01,1.00,", is_postage);
    read_line("5,gift_0001_20,t,1,2010-12-01 08:26:00+01:00,1.00,", is_voucher);
    read_line("5,POSTCARD,t,1,2010-12-01,1.00,", is_goods);
}

Test(import_row, every_fault_has_a_name_of_its_own) {
    for (samme_row_fault i = 0; i < SAMME_FAULTS; i++)
        for (samme_row_fault j = 0; j < i; j++)
            cr_assert_str_neq(samme_row_fault_name(i), samme_row_fault_name(j));
}
