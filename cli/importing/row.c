#include "cli/importing/row.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/money.h"
#include "base/text.h"

enum { PRICE_DECIMALS = 6, PIECES_MAX = 1000000000 };

const char *samme_row_fault_name(samme_row_fault fault) {
    static const char *const names[SAMME_FAULTS] = {
        [SAMME_FAULT_NOT_CSV] = "not CSV",
        [SAMME_FAULT_FIELDS] = "number of fields",
        [SAMME_FAULT_NUMBER] = "receipt number",
        [SAMME_FAULT_SKU] = "unknown item",
        [SAMME_FAULT_QUANTITY] = "quantity",
        [SAMME_FAULT_SOLD_AT] = "date",
        [SAMME_FAULT_PRICE] = "price",
        [SAMME_FAULT_NEGATIVE_PRICE] = "price below zero",
        [SAMME_FAULT_AMOUNT] = "amount too large",
        [SAMME_FAULT_CANCELLATION] = "cancellation of nothing",
        [SAMME_FAULT_SALE_TOO_LARGE] = "sale too large",
        [SAMME_FAULT_REFUSED] = "refused by the node",
    };
    assert(fault < SAMME_FAULTS);
    return names[fault];
}

SAMME_PRINTF(3, 4)
static void reject(samme_import_row *row, samme_row_fault fault, const char *format, ...) {
    row->kind = SAMME_ROW_REJECTED;
    row->fault = fault;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->reason, sizeof row->reason, format, arguments);
    va_end(arguments);
}

static const char *field(const samme_import_map *map, const samme_csv_row *row,
                         samme_column column) {
    size_t at = map->at[column];
    return at == SAMME_COLUMN_ABSENT ? "" : (const char *)row->fields[at].data;
}

static bool starts_with(const char *text, const char *prefix) {
    return prefix[0] != 0 && strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool take_number(samme_import_row *row) {
    size_t length = 0;
    while (isgraph((unsigned char)row->number[length]) && length <= SAMME_IMPORT_NUMBER_MAX_BYTES)
        length++;
    if (length > 0 && length <= SAMME_IMPORT_NUMBER_MAX_BYTES && row->number[length] == 0)
        return true;
    reject(row, SAMME_FAULT_NUMBER,
           "receipt number \"%.40s\": expected 1 to %u visible ASCII characters", row->number,
           SAMME_IMPORT_NUMBER_MAX_BYTES);
    return false;
}

static bool is_ignored(const samme_import_map *map, samme_import_row *row) {
    for (size_t i = 0; i < map->map->n_ignored_prefixes; i++)
        if (starts_with(row->number, map->map->ignored_prefixes[i]->prefix)) {
            row->kind = SAMME_ROW_IGNORED;
            row->ignored = i;
            return true;
        }
    return false;
}

static bool take_quantity(samme_import_row *row, const char *text, int64_t *out_pieces) {
    samme_status status = samme_i64_parse(samme_span_of_text(text), out_pieces);
    if (status == SAMME_OK && *out_pieces >= -PIECES_MAX && *out_pieces <= PIECES_MAX)
        return true;
    if (status == SAMME_MALFORMED)
        reject(row, SAMME_FAULT_QUANTITY, "quantity \"%.40s\": expected a whole number", text);
    else
        reject(row, SAMME_FAULT_QUANTITY, "quantity %.40s: expected at most %d", text, PIECES_MAX);
    return false;
}

/* A date alone is the start of that day. */
static bool take_sold_at(samme_import_row *row, const char *text, const char *utc_offset) {
    char whole[48];
    size_t length = strlen(text);
    bool date_only = length == SAMME_DATE_TEXT_BYTES - 1;
    snprintf(whole, sizeof whole, "%.32s%s", text, date_only ? "T00:00:00" : "");
    int64_t utc_ms;
    int32_t minutes;
    if (length > 25 || samme_time_parse(whole, &utc_ms, &minutes) != SAMME_OK) {
        reject(row, SAMME_FAULT_SOLD_AT,
               "date \"%.40s\": expected YYYY-MM-DD, or YYYY-MM-DD hh:mm:ss", text);
        return false;
    }
    bool says_offset = strlen(whole) > 19;
    snprintf(row->date, sizeof row->date, "%.10s", whole);
    snprintf(row->sold_at, sizeof row->sold_at, "%.10sT%.8s%.6s", whole, whole + 11,
             says_offset ? whole + 19 : utc_offset);
    return true;
}

/* The largest power needed is that of a price's decimals. */
static int64_t power_of_ten(unsigned exponent) {
    int64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

samme_status samme_import_amount(const char *price, int64_t pieces, unsigned digits,
                                 int64_t *out_minor) {
    assert(digits <= PRICE_DECIMALS);
    int64_t exact;
    samme_status status = samme_decimal_parse(price, PRICE_DECIMALS, false, &exact);
    if (status != SAMME_OK)
        return status;
    if (__builtin_mul_overflow(exact, pieces, &exact) || exact == INT64_MIN)
        return SAMME_TOO_LARGE;
    int64_t unit = power_of_ten(PRICE_DECIMALS - digits);
    int64_t whole = exact / unit, left = exact % unit;
    if (left >= unit - left && left > 0)
        whole++;
    else if (-left >= unit + left && left < 0)
        whole--;
    *out_minor = whole;
    return SAMME_OK;
}

static bool take_amount(const samme_import_map *map, samme_import_row *row, const char *price,
                        int64_t pieces) {
    int64_t single = 0;
    samme_status status = samme_decimal_parse(price, PRICE_DECIMALS, false, &single);
    if (status == SAMME_MALFORMED) {
        reject(row, SAMME_FAULT_PRICE,
               "price \"%.40s\": expected a decimal number of at most %d decimals", price,
               PRICE_DECIMALS);
    } else if (status == SAMME_OK && single < 0) {
        reject(row, SAMME_FAULT_NEGATIVE_PRICE, "price %.40s: expected zero or more", price);
    } else if (status != SAMME_OK ||
               samme_import_amount(price, pieces < 0 ? -pieces : pieces, map->minor_digits,
                                   &row->paid) != SAMME_OK) {
        reject(row, SAMME_FAULT_AMOUNT, "%lld x %.40s: expected an amount of at most 18 digits",
               (long long)pieces, price);
    } else {
        return true;
    }
    return false;
}

static const char *category_of(const samme_import_map *map, const samme_import_row *row) {
    for (size_t i = 0; i < map->map->n_not_goods; i++) {
        const Samme__ImportNotGoods *rule = map->map->not_goods[i];
        if (strcmp(row->sku, rule->sku) == 0 || starts_with(row->sku, rule->sku_prefix))
            return rule->category;
    }
    return row->category[0] != 0 ? row->category : map->map->category;
}

static void classify(samme_import_row *row, bool cancels, int64_t pieces) {
    row->quantity = (pieces < 0 ? -pieces : pieces) * 1000;
    if (cancels && pieces >= 0)
        reject(row, SAMME_FAULT_CANCELLATION,
               "quantity %lld of a cancellation: expected one below zero", (long long)pieces);
    else if (cancels)
        row->kind = SAMME_ROW_CANCELLATION;
    else
        row->kind = pieces <= 0 ? SAMME_ROW_ADJUSTMENT : SAMME_ROW_SALE;
}

void samme_import_row_read(const samme_import_map *map, const samme_csv_row *row,
                           samme_import_row *out) {
    *out = (samme_import_row){.number = ""};
    if (row->count != map->fields) {
        reject(out, SAMME_FAULT_FIELDS, "%zu fields: expected %zu as in the header", row->count,
               map->fields);
        return;
    }
    out->number = field(map, row, SAMME_COLUMN_NUMBER);
    out->sku = field(map, row, SAMME_COLUMN_SKU);
    out->text = field(map, row, SAMME_COLUMN_TEXT);
    out->customer = field(map, row, SAMME_COLUMN_CUSTOMER);
    out->gtin = field(map, row, SAMME_COLUMN_GTIN);
    out->category = field(map, row, SAMME_COLUMN_CATEGORY);
    int64_t pieces;
    if (!take_number(out) || is_ignored(map, out) ||
        !take_quantity(out, field(map, row, SAMME_COLUMN_QUANTITY), &pieces))
        return;
    if (out->sku[0] == 0) {
        reject(out, SAMME_FAULT_SKU, "the row names no item");
        return;
    }
    if (!take_sold_at(out, field(map, row, SAMME_COLUMN_SOLD_AT), map->utc_offset) ||
        !take_amount(map, out, field(map, row, SAMME_COLUMN_UNIT_PRICE), pieces))
        return;
    out->category = category_of(map, out);
    classify(out, starts_with(out->number, map->map->cancellation_prefix), pieces);
}
