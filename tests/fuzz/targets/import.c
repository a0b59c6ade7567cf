/* Target: samme_import_map_read, samme_import_map_bind, samme_import_row_read. The input is a CSV
 * file, or a map, a line "%%" and a CSV file. */
#include "cli/importing/row.h"
#include "fuzz/chunks.h"
#include "fuzz/fuzz.h"

static const char usual_map[] =
    "columns: {number: Invoice, sku: StockCode, text: Description, quantity: Quantity,\n"
    "  sold_at: InvoiceDate, unit_price: Price, customer: Customer ID}\n"
    "currency: GBP\ntill: web\nchannel: web\ncategory: goods\ncancellation_prefix: C\n"
    "ignored_prefixes:\n  - {prefix: A, reason: bad debt}\n"
    "not_goods:\n  - {sku: POST, category: services}\n";

static void check_row(const samme_import_map *map, const samme_csv_row *csv_row) {
    samme_import_row row;
    samme_import_row_read(map, csv_row, &row);
    int64_t utc_ms;
    int32_t offset, day;
    switch (row.kind) {
    case SAMME_ROW_SALE:
    case SAMME_ROW_CANCELLATION:
        FUZZ_MUST(row.quantity > 0 && row.paid >= 0 && row.number[0] != 0 && row.sku[0] != 0);
        FUZZ_MUST(samme_date_parse(row.date, &day) == SAMME_OK);
        FUZZ_MUST(samme_time_parse(row.sold_at, &utc_ms, &offset) == SAMME_OK);
        FUZZ_MUST(samme_local_day(utc_ms, offset) == day);
        return;
    case SAMME_ROW_ADJUSTMENT:
        return;
    case SAMME_ROW_IGNORED:
        FUZZ_MUST(row.ignored < map->map->n_ignored_prefixes);
        return;
    case SAMME_ROW_REJECTED:
        FUZZ_MUST(row.fault < SAMME_FAULTS && row.reason[0] != 0);
        return;
    }
    fuzz_broken(__FILE__, __LINE__, "a row is of one of its kinds", NULL);
}

static void check_rows(samme_import_map *map, samme_span text) {
    fuzz_chunks chunks = {.rest = text, .piece = SIZE_MAX};
    samme_csv *csv = samme_csv_new(fuzz_chunks_source(&chunks));
    FUZZ_MUST(csv != NULL);
    samme_csv_row row;
    samme_error error = {0};
    samme_status status = samme_csv_next(csv, &row, &error);
    if (status == SAMME_OK)
        status = samme_import_map_bind(map, &row, &error);
    while (status == SAMME_OK || status == SAMME_MALFORMED || status == SAMME_TOO_LARGE) {
        if (map->fields == 0)
            break; /* not bound */
        status = samme_csv_next(csv, &row, &error);
        if (status == SAMME_OK)
            check_row(map, &row);
    }
    samme_csv_free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = fuzz_open(data, size);
    samme_span first = {0}, second, map_text = samme_span_of_text(usual_map);
    (void)fuzz_part(&input, &first);
    bool two = fuzz_part(&input, &second);
    samme_arena arena;
    samme_import_map map = {.fields = 0};
    samme_error error = {0};
    samme_arena_init(&arena, 64 * 1024 * 1024);
    if (samme_import_map_read("map.yaml", two ? first : map_text, &arena, &map, &error) == SAMME_OK)
        check_rows(&map, two ? second : first);
    else
        FUZZ_MUST(two && error.text[0] != 0);
    samme_arena_free(&arena);
    return 0;
}
