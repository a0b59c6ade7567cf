#include <criterion/criterion.h>
#include <stdio.h>

#include "cli/importing/map.h"

#define COLUMNS                                                                                    \
    "columns:\n  number: InvoiceNo\n  sku: StockCode\n  quantity: Quantity\n  sold_at: "           \
    "InvoiceDate\n  unit_price: UnitPrice\n"
#define REST "currency: GBP\ntill: \"1\"\n"

typedef struct read_result {
    samme_arena arena;
    samme_import_map map;
    samme_error error;
    samme_status status;
} read_result;

static void read_map(read_result *out, const char *text) {
    *out = (read_result){0};
    samme_arena_init(&out->arena, 1 << 20);
    out->status = samme_import_map_read("m.yaml", samme_span_of_text(text), &out->arena, &out->map,
                                        &out->error);
}

static void expect_fault(const char *text, const char *place, const char *says) {
    read_result result;
    read_map(&result, text);
    cr_assert_neq(result.status, SAMME_OK, "taken: %s", text);
    cr_assert_eq(strncmp(result.error.text, place, strlen(place)), 0, "expected %s, found %s",
                 place, result.error.text);
    cr_assert_not_null(strstr(result.error.text, says), "expected %s, found %s", says,
                       result.error.text);
    samme_arena_free(&result.arena);
}

Test(import_map, names_the_place_of_what_is_wrong) {
    expect_fault(COLUMNS REST "till_seq: 4\n", "m.yaml:9:1: ", "unknown name \"till_seq\"");
    expect_fault(COLUMNS "currency: [GBP]\ntill: \"1\"\n",
                 "m.yaml:7:11: ", "\"currency\" wants a text, found a list");
    expect_fault(COLUMNS REST "channel: shop\n", "m.yaml:9:10: ", "one of");
    expect_fault("columns: InvoiceNo\n" REST, "m.yaml:1:10: ", "\"columns\" wants an object");
    expect_fault("columns:\n  number: InvoiceNo\n  skoo: x\n" REST,
                 "m.yaml:3:3: ", "did you mean \"sku\"");
    expect_fault("columns:\n  number: InvoiceNo\n" REST, "m.yaml:1:1: ", "columns wants \"sku\"");
    expect_fault(REST, "m.yaml: ", "columns wants \"number\"");
    expect_fault(COLUMNS "currency: gbp\ntill: \"1\"\n",
                 "m.yaml:7:1: ", "three capital letters, found \"gbp\"");
    expect_fault(COLUMNS "currency: GBP\n", "m.yaml: ", "\"till\" wants 1 to");
    expect_fault(COLUMNS REST "utc_offset: summer\n", "m.yaml:9:1: ", "\"utc_offset\" wants");
    expect_fault(COLUMNS REST "not_goods:\n  - { category: x }\n", "m.yaml:9:1: ", "not_goods[0]");
    expect_fault(COLUMNS REST "not_goods:\n  - { sku: a, sku_prefix: b, category: x }\n",
                 "m.yaml:9:1: ", "either");
    expect_fault(COLUMNS REST "ignored_prefixes:\n  - { prefix: A }\n",
                 "m.yaml:9:1: ", "a prefix and a reason");
    expect_fault("", "m.yaml:1:1: ", "nothing");
}

Test(import_map, has_its_defaults) {
    read_result result;
    read_map(&result, COLUMNS REST);
    cr_assert_eq(result.status, SAMME_OK, "%s", result.error.text);
    cr_assert_str_eq(result.map.utc_offset, "Z");
    cr_assert_eq(result.map.minor_digits, 2);
    cr_assert_eq(result.map.map->n_ignored_prefixes, 0);
    samme_arena_free(&result.arena);
}

static samme_status bind(read_result *result, const char *header, size_t count) {
    samme_span fields[8];
    samme_csv_row row = {
        .line = 1, .count = count, .fields = fields, .raw = samme_span_of_text(header)};
    const char *at = header;
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(at, ",");
        fields[i] = SAMME_SPAN(at, length);
        at += length + 1;
    }
    return samme_import_map_bind(&result->map, &row, &result->error);
}

Test(import_map, finds_its_columns_in_any_order) {
    read_result result;
    read_map(&result, COLUMNS "  customer: Who\n" REST);
    cr_assert_eq(bind(&result, "Who,UnitPrice,Extra,InvoiceDate,Quantity,StockCode,InvoiceNo", 7),
                 SAMME_OK, "%s", result.error.text);
    cr_assert_eq(result.map.fields, 7);
    cr_assert_eq(result.map.at[SAMME_COLUMN_NUMBER], 6);
    cr_assert_eq(result.map.at[SAMME_COLUMN_CUSTOMER], 0);
    cr_assert_eq(result.map.at[SAMME_COLUMN_UNIT_PRICE], 1);
    cr_assert_eq(result.map.at[SAMME_COLUMN_TEXT], SAMME_COLUMN_ABSENT);
    samme_arena_free(&result.arena);
}

Test(import_map, names_column_and_header_when_they_do_not_meet) {
    read_result result;
    read_map(&result, COLUMNS REST);
    cr_assert_eq(bind(&result, "InvoiceNo,StockCode,Quantity,InvoiceDate,Price", 5),
                 SAMME_MALFORMED);
    cr_assert_str_eq(result.error.text,
                     "m.yaml:6:3: unit_price: there is no column \"UnitPrice\" in the header "
                     "\"InvoiceNo,StockCode,Quantity,InvoiceDate,Price\"");
    cr_assert_eq(bind(&result, "InvoiceNo,StockCode,StockCode,Quantity,InvoiceDate,UnitPrice", 6),
                 SAMME_MALFORMED);
    cr_assert_not_null(
        strstr(result.error.text, "m.yaml:3:3: sku: there is more than one column \"StockCode\""),
        "%s", result.error.text);
    samme_arena_free(&result.arena);
}
