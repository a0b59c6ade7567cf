/* The slice of real data in deploy/data: read with its map, counted, and compared with the numbers
 * that its README gives from an independent count. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "cli/importing/receipts.h"

#define ROOT SAMME_TEST_DATA "/../../"

static samme_status read_pipe(void *self, uint8_t *out, size_t room, size_t *out_length,
                              samme_error *error) {
    FILE *pipe = self;
    *out_length = fread(out, 1, room, pipe);
    return ferror(pipe) ? samme_fail(error, SAMME_IO, "cannot read") : SAMME_OK;
}

static samme_status take_sale(void *self, const samme_import_sale *sale, samme_error *error) {
    (void)error;
    samme_import_tally *tally = self;
    tally->receipts++;
    tally->sale_lines += sale->row_count;
    tally->sold += sale->total;
    return SAMME_OK;
}

static samme_status take_return(void *self, const Samme__ImportReturn *line, samme_error *error) {
    (void)self, (void)error;
    cr_assert_neq(line->branch, line->sold_branch);
    return SAMME_OK;
}

static samme_status take_reject(void *self, const samme_kept_row *row, samme_row_fault fault,
                                const char *reason, samme_error *error) {
    (void)error;
    samme_import_tally *tally = self;
    tally->rejected[fault]++;
    cr_log_info("%d: %s", (int)row->line, reason);
    return SAMME_OK;
}

static void read_map(samme_arena *arena, samme_import_map *out) {
    char text[8192];
    FILE *file = fopen(ROOT "deploy/maps/uci-online-retail.yaml", "r");
    cr_assert_not_null(file);
    size_t length = fread(text, 1, sizeof text, file);
    fclose(file);
    samme_error error = {0};
    samme_status status = samme_import_map_read("uci-online-retail.yaml", SAMME_SPAN(text, length),
                                                arena, out, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
}

Test(import_slice, is_counted_as_its_readme_says) {
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    samme_import_map map;
    read_map(&arena, &map);
    FILE *pipe = popen("xz -dc " ROOT "deploy/data/online_retail_slice.csv.xz", "r");
    cr_assert_not_null(pipe);
    samme_csv *csv = samme_csv_new((samme_csv_source){.self = pipe, .read = read_pipe});
    samme_csv_row row;
    samme_error error = {0};
    cr_assert_eq(samme_csv_next(csv, &row, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_import_map_bind(&map, &row, &error), SAMME_OK, "%s", error.text);
    const uint32_t branches[] = {1, 2, 3};
    samme_import_tally tally = {0};
    const samme_import_sink sink = {
        .self = &tally, .sale = take_sale, .take_back = take_return, .reject = take_reject};
    samme_receipts *receipts = samme_receipts_new(&map, branches, 3, sink, &tally);
    samme_status status;
    while ((status = samme_csv_next(csv, &row, &error)) == SAMME_OK)
        cr_assert_eq(samme_receipts_add(receipts, &row, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(status, SAMME_NOT_FOUND, "%s", error.text);
    cr_assert_eq(samme_receipts_end(receipts, &error), SAMME_OK);
    cr_assert_eq(pclose(pipe), 0);
    cr_assert(samme_import_adds_up(&tally));
    cr_assert_eq(tally.rows, 50000);
    cr_assert_eq(tally.sale_lines, 48081);
    cr_assert_eq(tally.receipts, 2359);
    cr_assert_eq(tally.sold, 135365537);
    cr_assert_eq(tally.paired, 1627);
    cr_assert_eq(tally.partly_paired, 12);
    cr_assert_eq(tally.unpaired, 280);
    cr_assert_eq(tally.quantity_paired, 92986000);
    cr_assert_eq(tally.quantity_unpaired, 3664000);
    cr_assert_eq(tally.returns, 776);
    cr_assert_eq(samme_import_rejected(&tally), 0);
    cr_assert_eq(tally.not_remembered, 0);
    samme_receipts_free(receipts);
    samme_csv_free(csv);
    samme_arena_free(&arena);
}
