#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cli/importing/sender.h"
#include "fake_node.h"
#include "wire/mapping.h"

static const samme_patience short_patience = {.tries = 5, .pause_ms = 20};

typedef struct outcome {
    samme_import_tally tally;
    uint64_t lines[200];
    size_t rejects;
    char reason[200], raw[80];
} outcome;

static samme_status take_reject(void *self, const samme_kept_row *row, samme_row_fault fault,
                                const char *reason, samme_error *error) {
    (void)error;
    outcome *out = self;
    out->tally.rejected[fault]++;
    out->lines[out->rejects++] = row->line;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
    snprintf(out->raw, sizeof out->raw, "%.*s", (int)row->raw.length, (const char *)row->raw.data);
    return SAMME_OK;
}

/* A sale of one line that says its own line of the file; text_bytes make it large. */
static samme_status add_sale(samme_sender *sender, const samme_import_nodes *nodes, size_t node,
                             const char *number, uint64_t line, size_t text_bytes,
                             samme_error *error) {
    char key[80], name[60], raw[80], *text = calloc(1, text_bytes + 1);
    memset(text, 'W', text_bytes);
    snprintf(key, sizeof key, "import:%s:2010-12-01", number);
    snprintf(name, sizeof name, "%s", number);
    snprintf(raw, sizeof raw, "row of %s", number);
    char date[] = "2010-12-01", till[] = "1";
    Samme__ReceiptRef receipt = SAMME__RECEIPT_REF__INIT;
    receipt.branch = nodes->branches[node];
    receipt.number = name;
    receipt.business_date = date;
    receipt.till = till;
    Samme__SaleLine sale_line = SAMME__SALE_LINE__INIT, *lines = &sale_line;
    sale_line.no = 1;
    sale_line.text = text;
    Samme__Sale sale = SAMME__SALE__INIT;
    sale.receipt = &receipt;
    sale.n_lines = 1;
    sale.lines = &lines;
    Samme__SaleItem item = SAMME__SALE_ITEM__INIT;
    item.idempotency_key = key;
    item.sale = &sale;
    samme_buffer json;
    samme_buffer_init(&json, 1 << 20);
    samme_to_json(&item, &json);
    const samme_kept_row row = {.line = line, .raw = samme_span_of_text(raw)};
    const samme_import_sale of = {
        .node = node, .json = samme_buffer_span(&json), .total = 100, .rows = &row, .row_count = 1};
    samme_status status = samme_sender_add(sender, &of, error);
    samme_buffer_free(&json);
    free(text);
    return status;
}

static void open_nodes(samme_import_nodes *out, fake_node *const *fakes, size_t count) {
    const char *urls[4];
    for (size_t i = 0; i < count; i++)
        urls[i] = fakes[i]->url;
    samme_error error = {0};
    cr_assert_eq(samme_import_nodes_open(out, urls, count, short_patience, &error), SAMME_OK, "%s",
                 error.text);
}

/* `count` sales numbered first.., every seventh of them bad when `bad`. */
static samme_status send_sales(fake_node *fake, outcome *out, int first, int count, bool bad,
                               samme_error *error) {
    samme_import_nodes nodes;
    open_nodes(&nodes, &fake, 1);
    samme_sender *sender = samme_sender_new(
        &nodes, (samme_import_refusals){.self = out, .reject = take_reject}, &out->tally);
    samme_status status = SAMME_OK;
    for (int i = 0; i < count && status == SAMME_OK; i++) {
        char number[20];
        snprintf(number, sizeof number, "%s%d", bad && i % 7 == 3 ? "BAD" : "", first + i);
        status = add_sale(sender, &nodes, 0, number, (uint64_t)(first + i), 10, error);
    }
    if (status == SAMME_OK)
        status = samme_sender_end(sender, error);
    samme_sender_free(sender);
    samme_import_nodes_close(&nodes);
    return status;
}

Test(import_send, many_sales_go_in_few_requests_and_once) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    outcome first = {0}, second = {0};
    samme_error error = {0};
    cr_assert_eq(send_sales(&fake, &first, 1000, 200, false, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(first.tally.receipts, 200);
    cr_assert_eq(first.tally.sale_lines, 200);
    cr_assert_eq(first.tally.sold, 20000);
    cr_assert_eq(first.tally.repeated_receipts, 0);
    cr_assert_eq(fake.requests, 1 + 4, "200 sales are 4 requests, and one asks who it is: %u",
                 fake.requests);
    cr_assert_eq(send_sales(&fake, &second, 1000, 210, false, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(second.tally.receipts, 210);
    cr_assert_eq(second.tally.repeated_receipts, 200);
    cr_assert_eq(fake.sales, 210);
    fake_node_free(&fake);
}

Test(import_send, refused_sales_are_found_and_the_others_recorded) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    outcome out = {0};
    samme_error error = {0};
    cr_assert_eq(send_sales(&fake, &out, 1000, 100, true, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(out.rejects, 14);
    for (size_t i = 0; i < out.rejects; i++)
        cr_assert_eq(out.lines[i], 1003 + 7 * i);
    cr_assert_eq(out.tally.rejected[SAMME_FAULT_REFUSED], 14);
    cr_assert_eq(out.tally.sale_lines, 86);
    cr_assert_eq(fake.sales, 86);
    cr_assert_eq(out.tally.repeated_receipts, 0, "halves sent again are not an earlier run's");
    cr_assert_str_eq(out.reason, "sales[0]: no good");
    cr_assert_str_eq(out.raw, "row of BAD1094");
    fake_node_free(&fake);
}

Test(import_send, a_batch_of_refused_sales_only_is_all_rejected) {
    fake_node fake = {.refuse_all = 422};
    fake_node_start(&fake, 3);
    outcome out = {0};
    samme_error error = {0};
    cr_assert_eq(send_sales(&fake, &out, 1, 65, false, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(out.rejects, 65);
    cr_assert_str_eq(out.reason, "not by you");
    fake_node_free(&fake);
}

Test(import_send, waits_for_a_busy_node_and_for_lost_answers) {
    fake_node fake = {.busy = 4, .lost = 2};
    fake_node_start(&fake, 3);
    outcome out = {0};
    samme_error error = {0};
    cr_assert_eq(send_sales(&fake, &out, 1, 70, false, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(out.tally.receipts, 70);
    cr_assert_eq(out.tally.repeated_receipts, 0, "what was lost was recorded in this run");
    cr_assert_eq(fake.sales, 70);
    fake_node_free(&fake);
}

Test(import_send, gives_up_after_much_patience_and_says_how_to_go_on) {
    fake_node fake = {.busy = 1000000};
    fake_node_start(&fake, 3);
    outcome out = {0};
    samme_error error = {0};
    cr_assert_eq(send_sales(&fake, &out, 1, 3, false, &error), SAMME_LATER);
    cr_assert_not_null(strstr(error.text, "too much is waiting"), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "running the command again goes on"), "%s", error.text);
    cr_assert_eq(out.rejects, 0, "nothing is rejected for want of a node");
    fake_node_free(&fake);
}

Test(import_send, a_node_that_is_gone_in_between_is_waited_for_by_a_second_run) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    samme_import_nodes nodes;
    fake_node *fakes[] = {&fake};
    open_nodes(&nodes, fakes, 1);
    outcome out = {0};
    samme_sender *sender = samme_sender_new(
        &nodes, (samme_import_refusals){.self = &out, .reject = take_reject}, &out.tally);
    samme_error error = {0};
    for (int i = 0; i < 10; i++)
        cr_assert_eq(add_sale(sender, &nodes, 0, i == 0 ? "1" : "2", 1, 10, &error), SAMME_OK);
    fake_node_stop(&fake);
    cr_assert_eq(samme_sender_end(sender, &error), SAMME_LATER);
    cr_assert_not_null(strstr(error.text, "no answer"), "%s", error.text);
    samme_sender_free(sender);
    samme_import_nodes_close(&nodes);
    fake_node_restart(&fake);
    outcome again = {0};
    cr_assert_eq(send_sales(&fake, &again, 1, 2, false, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(again.tally.receipts, 2);
    fake_node_free(&fake);
}

Test(import_send, large_sales_keep_a_request_within_its_maximum) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    samme_import_nodes nodes;
    fake_node *fakes[] = {&fake};
    open_nodes(&nodes, fakes, 1);
    outcome out = {0};
    samme_sender *sender = samme_sender_new(
        &nodes, (samme_import_refusals){.self = &out, .reject = take_reject}, &out.tally);
    samme_error error = {0};
    for (int i = 0; i < 40; i++) {
        char number[20];
        snprintf(number, sizeof number, "%d", i);
        size_t bytes = i % 5 == 0 ? SAMME_IMPORT_SALE_MAX_BYTES - 300 : 30000;
        cr_assert_eq(add_sale(sender, &nodes, 0, number, (uint64_t)i, bytes, &error), SAMME_OK,
                     "%s", error.text);
    }
    cr_assert_eq(samme_sender_end(sender, &error), SAMME_OK, "%s", error.text);
    samme_sender_free(sender);
    samme_import_nodes_close(&nodes);
    fake_node_stop(&fake);
    cr_assert_eq(fake.sales, 40);
    cr_assert_leq(fake.largest_body, SAMME_IMPORT_SALE_MAX_BYTES + 64);
    cr_assert_gt(fake.largest_body, SAMME_IMPORT_SALE_MAX_BYTES - 400);
    fake_node_free(&fake);
}

Test(import_send, each_node_gets_its_own_and_the_order_of_urls_does_not_matter) {
    fake_node fakes[3] = {0};
    fake_node_start(&fakes[0], 9);
    fake_node_start(&fakes[1], 2);
    fake_node_start(&fakes[2], 5);
    fake_node *named[] = {&fakes[0], &fakes[1], &fakes[2]};
    samme_import_nodes nodes;
    open_nodes(&nodes, named, 3);
    cr_assert(nodes.branches[0] == 2 && nodes.branches[1] == 5 && nodes.branches[2] == 9);
    outcome out = {0};
    samme_sender *sender = samme_sender_new(
        &nodes, (samme_import_refusals){.self = &out, .reject = take_reject}, &out.tally);
    samme_error error = {0};
    for (int i = 0; i < 90; i++) { /* a fake node refuses what is another's */
        char number[20];
        snprintf(number, sizeof number, "%d", i);
        cr_assert_eq(add_sale(sender, &nodes, (size_t)i % 3, number, 1, 10, &error), SAMME_OK);
    }
    cr_assert_eq(samme_sender_end(sender, &error), SAMME_OK);
    cr_assert_eq(out.rejects, 0, "%s", out.reason);
    samme_sender_free(sender);
    samme_import_nodes_close(&nodes);
    for (int i = 0; i < 3; i++) {
        fake_node_stop(&fakes[i]);
        cr_assert_eq(fakes[i].sales, 30);
        fake_node_free(&fakes[i]);
    }
}

Test(import_send, two_urls_of_one_branch_are_a_mistake) {
    fake_node fakes[2] = {0};
    fake_node_start(&fakes[0], 4);
    fake_node_start(&fakes[1], 4);
    const char *urls[] = {fakes[0].url, fakes[1].url};
    samme_import_nodes nodes;
    samme_error error = {0};
    cr_assert_eq(samme_import_nodes_open(&nodes, urls, 2, short_patience, &error), SAMME_CONFLICT);
    cr_assert_not_null(strstr(error.text, "both branch 4"), "%s", error.text);
    fake_node_free(&fakes[0]);
    fake_node_free(&fakes[1]);
}

Test(import_send, authority_and_strange_servers_end_the_import_at_once) {
    const struct {
        unsigned http;
        samme_status status;
    } cases[] = {{401, SAMME_DENIED},
                 {403, SAMME_DENIED},
                 {404, SAMME_UNSUPPORTED},
                 {405, SAMME_UNSUPPORTED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fake_node fake = {.refuse_all = cases[i].http};
        fake_node_start(&fake, 3);
        outcome out = {0};
        samme_error error = {0};
        cr_assert_eq(send_sales(&fake, &out, 1, 3, false, &error), cases[i].status, "%u: %s",
                     cases[i].http, error.text);
        cr_assert_eq(out.rejects, 0);
        fake_node_free(&fake);
    }
}
