/* The two commands as they are called: files, exit codes, reports. */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "fake_node.h"
#include "os/files.h"
#include "wire/mapping.h"

static const char map_text[] =
    "columns: { number: no, sku: sku, text: text, quantity: qty, sold_at: at, unit_price: price, "
    "customer: who }\n"
    "currency: GBP\ntill: \"1\"\nchannel: store\ncategory: goods\ncancellation_prefix: C\n"
    "ignored_prefixes: [ { prefix: A, reason: bad debt } ]\n";

static const char csv_text[] = "no,sku,text,qty,at,price,who\n"
                               "1,a,\"A, white\",2,2010-12-01 08:26:00,2.55,ann\n"
                               "1,b,B,1,2010-12-01 08:26:00,1.00,ann\n"
                               "BAD2,a,A,1,2010-12-01 09:00:00,2.55,bob\n"
                               "3,a,A,one,2010-12-01 09:00:00,2.55,ann\n"
                               "A4,a,A,1,2010-12-01 09:00:00,-2.55,\n"
                               "C5,a,A,-1,2010-12-03 09:00:00,2.55,ann\n";

typedef struct place {
    char folder[32];
    char map[64], csv[64], returns[64], rejects[64];
    fake_node node;
} place;

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

static void open_place(place *out) {
    *out = (place){.folder = "/tmp/samme-import-XXXXXX"};
    cr_assert_not_null(mkdtemp(out->folder));
    snprintf(out->map, sizeof out->map, "%s/map.yaml", out->folder);
    snprintf(out->csv, sizeof out->csv, "%s/sales.csv", out->folder);
    snprintf(out->returns, sizeof out->returns, "%s/returns.jsonl", out->folder);
    snprintf(out->rejects, sizeof out->rejects, "%s/rejects.csv", out->folder);
    write_text(out->map, map_text);
    write_text(out->csv, csv_text);
    fake_node_start(&out->node, 3);
}

static void close_place(place *in) {
    fake_node_free(&in->node);
    const char *files[] = {in->map, in->csv, in->returns, in->rejects};
    for (size_t i = 0; i < 4; i++)
        unlink(files[i]);
    cr_assert_eq(rmdir(in->folder), 0, "something was left behind");
}

static const char *read_text(const char *path, samme_buffer *out) {
    samme_error error = {0};
    samme_buffer_init(out, 1 << 20);
    cr_assert_eq(samme_file_read(path, out, &error), SAMME_OK, "%s", error.text);
    return samme_buffer_text(out);
}

static int receipts(const place *in, bool json) {
    char name[] = "samme import receipts", option_map[] = "--map", option_node[] = "--node",
         option_json[] = "--json", option_returns[] = "--returns", option_rejects[] = "--rejects",
         csv[64], map[64], url[64], returns[64], rejects[64];
    snprintf(csv, sizeof csv, "%s", in->csv);
    snprintf(map, sizeof map, "%s", in->map);
    snprintf(url, sizeof url, "%s", in->node.url);
    snprintf(returns, sizeof returns, "%s", in->returns);
    snprintf(rejects, sizeof rejects, "%s", in->rejects);
    char *arguments[] = {name,           csv,     option_map,     map,     option_node, url,
                         option_returns, returns, option_rejects, rejects, option_json, NULL};
    int code = samme_cli_import_receipts(json ? 11 : 10, arguments);
    fflush(stdout);
    fflush(stderr);
    return code;
}

static int returns(const place *in) {
    char name[] = "samme import returns", option_node[] = "--node", url[64], file[64];
    snprintf(url, sizeof url, "%s", in->node.url);
    snprintf(file, sizeof file, "%s", in->returns);
    char *arguments[] = {name, file, option_node, url, NULL};
    int code = samme_cli_import_returns(4, arguments);
    fflush(stdout);
    return code;
}

Test(import_commands, an_export_is_imported_and_every_row_accounted_for) {
    cr_redirect_stdout();
    cr_redirect_stderr();
    place in;
    open_place(&in);
    cr_assert_eq(receipts(&in, true), SAMME_EXIT_INPUT, "two rows are rejected");
    char line[2000];
    cr_assert_not_null(fgets(line, sizeof line, cr_get_redirected_stdout()));
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    samme_error error = {0};
    const Samme__ImportReceiptsReport *report =
        SAMME_FROM_JSON(ImportReceiptsReport, import_receipts_report, samme_span_of_text(line),
                        "report", &arena, &error);
    cr_assert_not_null(report, "%s: %s", error.text, line);
    cr_assert_eq(report->rows, 6);
    cr_assert_eq(report->sale_lines, 2);
    cr_assert_eq(report->receipts, 1);
    cr_assert_eq(report->sold, 610);
    cr_assert_eq(report->paired, 1);
    cr_assert_eq(report->returns, 1);
    cr_assert_eq(report->n_ignored, 1);
    cr_assert_str_eq(report->ignored[0]->name, "bad debt");
    cr_assert_eq(report->n_rejected, 2);
    samme_buffer text;
    cr_assert_str_eq(read_text(in.rejects, &text),
                     "line,reason,row\n"
                     "5,\"quantity \"\"one\"\": expected a whole number\","
                     "\"3,a,A,one,2010-12-01 09:00:00,2.55,ann\"\n"
                     "4,sales[0]: no good,"
                     "\"BAD2,a,A,1,2010-12-01 09:00:00,2.55,bob\"\n");
    samme_buffer_free(&text);
    cr_assert_str_eq(
        read_text(in.returns, &text),
        "{\"key\":\"import:C5:2010-12-03:1:2010-12-01\",\"soldBranch\":3,\"branch\":3,\"opened\":{"
        "\"receipt\":{"
        "\"branch\":3,\"till\":\"1\",\"number\":\"1\",\"businessDate\":\"2010-12-01\"},\"lines\":[{"
        "\"no\":1,"
        "\"quantity\":\"1000\"}],\"claimType\":\"changed_mind\",\"condition\":\"unopened\","
        "\"receiptKind\":\"receipt\",\"wish\":\"refund\",\"today\":\"2010-12-03\"}}\n");
    samme_buffer_free(&text);
    samme_arena_free(&arena);
    close_place(&in);
}

Test(import_commands, the_report_is_for_people_too_and_counts_repeats) {
    cr_redirect_stdout();
    cr_redirect_stderr();
    place in;
    open_place(&in);
    write_text(in.csv, "no,sku,text,qty,at,price,who\n1,a,A,2000,2010-12-01,2.55,ann\n");
    cr_assert_eq(receipts(&in, true), SAMME_EXIT_OK);
    cr_assert_eq(receipts(&in, false), SAMME_EXIT_OK);
    char text[4000] = "";
    size_t length = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[length] = 0;
    cr_assert_not_null(strstr(text, "1 rows read in "), "%s", text);
    cr_assert_not_null(
        strstr(text,
               "1 sale lines in 1 receipts, 5,100.00 GBP; 1 of the receipts were recorded before"),
        "%s", text);
    cr_assert_not_null(strstr(text, "         0 rejected\n"), "%s", text);
    cr_assert_eq(in.node.sales, 1);
    close_place(&in);
}

Test(import_commands, the_returns_that_one_wrote_the_other_takes) {
    cr_redirect_stdout();
    cr_redirect_stderr();
    place in;
    open_place(&in);
    cr_assert_eq(receipts(&in, true), SAMME_EXIT_INPUT);
    cr_assert_eq(returns(&in), SAMME_EXIT_OK);
    cr_assert_eq(returns(&in), SAMME_EXIT_OK);
    char text[4000] = "";
    size_t length = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[length] = 0;
    cr_assert_not_null(strstr(text, "         1 paid, 2.50 GBP\n"), "%s", text);
    cr_assert_not_null(strstr(text, "         1 of all were opened before\n"), "%s", text);
    cr_assert_not_null(strstr(text, "         1 authorise        UNOPENED\n"), "%s", text);
    fake_node_stop(&in.node);
    cr_assert_eq(in.node.paid, 250);
    close_place(&in);
}

Test(import_commands, says_what_it_cannot_read) {
    cr_redirect_stdout();
    cr_redirect_stderr();
    place in;
    open_place(&in);
    write_text(in.csv, "\xfd"
                       "7zXZ and so on");
    cr_assert_eq(receipts(&in, false), SAMME_EXIT_INPUT);
    write_text(in.csv, "");
    cr_assert_eq(receipts(&in, false), SAMME_EXIT_INPUT);
    write_text(in.csv, "no,sku,text,qty,at,cost,who\n");
    cr_assert_eq(receipts(&in, false), SAMME_EXIT_INPUT);
    unlink(in.csv);
    cr_assert_eq(receipts(&in, false), SAMME_EXIT_INPUT);
    write_text(in.map, "columns: 5\n");
    cr_assert_eq(receipts(&in, false), SAMME_EXIT_INPUT);
    char text[4000] = "";
    size_t length = fread(text, 1, sizeof text - 1, cr_get_redirected_stderr());
    text[length] = 0;
    cr_assert_not_null(strstr(text, "sales.csv is compressed: `xz -dc FILE |"), "%s", text);
    cr_assert_not_null(strstr(text, "sales.csv: expected a header row, found nothing"), "%s", text);
    cr_assert_not_null(strstr(text, "map.yaml:1:74: unit_price: there is no column \"price\""),
                       "%s", text);
    cr_assert_not_null(strstr(text, "No such file"), "%s", text);
    cr_assert_not_null(strstr(text, "map.yaml:1:10: \"columns\" wants an object"), "%s", text);
    cr_assert_eq(in.node.requests, 0, "nobody was asked");
    close_place(&in);
}

Test(import_commands, half_a_run_leaves_no_file_of_returns) {
    cr_redirect_stdout();
    cr_redirect_stderr();
    place in;
    open_place(&in);
    in.node.refuse_all = 403;
    cr_assert_eq(receipts(&in, false), SAMME_EXIT_DENIED);
    cr_assert_not(samme_file_exists(in.returns));
    close_place(&in); /* the folder is empty but for these */
}
