#include <criterion/criterion.h>
#include <stdio.h>

#include "cli/importing/refunds.h"
#include "fake_node.h"

static const samme_patience short_patience = {.tries = 5, .pause_ms = 20};
static const samme_refund_wait short_wait = {.wait_ms = 20, .pause_ms = 2};

typedef struct walk {
    samme_import_nodes nodes;
    samme_arena arena;
    samme_refund_tally tally;
    samme_refund_fault fault;
    samme_error error;
} walk;

static void start_walk(walk *out, const char *url) {
    *out = (walk){0};
    samme_arena_init(&out->arena, 8u << 20);
    samme_status status =
        samme_import_nodes_open(&out->nodes, &url, 1, short_patience, &out->error);
    cr_assert_eq(status, SAMME_OK, "%s", out->error.text);
}

static void end_walk(walk *in) {
    samme_import_nodes_close(&in->nodes);
    samme_arena_free(&in->arena);
}

static samme_status take(walk *in, const char *receipt) {
    char line[400];
    snprintf(line, sizeof line,
             "{\"key\":\"import:C:%s\",\"soldBranch\":1,\"branch\":3,\"opened\":{\"receipt\":{"
             "\"branch\":1,\"till\":\"1\","
             "\"number\":\"%s\",\"businessDate\":\"2010-12-01\"},\"lines\":[{\"no\":1,\"quantity\":"
             "\"1000\"}],"
             "\"claimType\":\"changed_mind\",\"condition\":\"unopened\",\"receiptKind\":"
             "\"receipt\",\"wish\":\"refund\","
             "\"today\":\"2010-12-05\"}}",
             receipt, receipt);
    in->error = (samme_error){0};
    return samme_import_refund(&in->nodes, short_wait, samme_span_of_text(line), &in->arena,
                               &in->tally, &in->fault, &in->error);
}

Test(import_refunds, opens_decides_and_pays) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    walk in;
    start_walk(&in, fake.url);
    cr_assert_eq(take(&in, "R1"), SAMME_OK, "%s", in.error.text);
    cr_assert_eq(take(&in, "R2"), SAMME_OK, "%s", in.error.text);
    cr_assert_eq(take(&in, "DENY3"), SAMME_OK, "%s", in.error.text);
    cr_assert_eq(in.tally.returns, 3);
    cr_assert_eq(in.tally.paid, 2);
    cr_assert_eq(in.tally.not_paid, 1);
    cr_assert_eq(in.tally.repeated, 0);
    cr_assert_eq(in.tally.currency_count, 1);
    cr_assert_str_eq(in.tally.refunded[0].currency, "GBP");
    cr_assert_eq(in.tally.refunded[0].minor, 500);
    cr_assert_eq(in.tally.verdict_count, 2);
    cr_assert(in.tally.verdicts[0].verdict == SAMME__VERDICT__authorise &&
              in.tally.verdicts[0].lines == 2);
    cr_assert_str_eq(in.tally.verdicts[1].reason, "TOO_LATE");
    end_walk(&in);
    fake_node_stop(&fake);
    cr_assert(fake.opened == 3 && fake.decided == 3 && fake.completed == 2 && fake.paid == 500);
    fake_node_free(&fake);
}

Test(import_refunds, a_second_run_pays_nothing_again_and_says_the_same) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    walk first, second;
    start_walk(&first, fake.url);
    cr_assert_eq(take(&first, "R1"), SAMME_OK);
    cr_assert_eq(take(&first, "DENY3"), SAMME_OK);
    end_walk(&first);
    start_walk(&second, fake.url);
    cr_assert_eq(take(&second, "R1"), SAMME_OK, "%s", second.error.text);
    cr_assert_eq(take(&second, "DENY3"), SAMME_OK, "%s", second.error.text);
    cr_assert_eq(take(&second, "R2"), SAMME_OK, "%s", second.error.text);
    cr_assert_eq(second.tally.repeated, 2);
    cr_assert_eq(second.tally.paid, 2);
    cr_assert_eq(second.tally.not_paid, 1);
    cr_assert_eq(second.tally.refunded[0].minor, 500);
    end_walk(&second);
    fake_node_stop(&fake);
    cr_assert(fake.opened == 3 && fake.completed == 2 && fake.paid == 500);
    fake_node_free(&fake);
}

Test(import_refunds, waits_until_the_receipt_is_known_there) {
    fake_node fake = {.unknown = 6, .busy = 3};
    fake_node_start(&fake, 3);
    walk in;
    start_walk(&in, fake.url);
    cr_assert_eq(take(&in, "R1"), SAMME_OK, "%s", in.error.text);
    cr_assert_eq(in.tally.paid, 1);
    end_walk(&in);
    fake_node_free(&fake);
}

Test(import_refunds, a_lost_answer_is_not_an_earlier_run) {
    fake_node fake = {.lost = 1};
    fake_node_start(&fake, 3);
    walk in;
    start_walk(&in, fake.url);
    cr_assert_eq(take(&in, "R1"), SAMME_OK, "%s", in.error.text);
    cr_assert_eq(in.tally.repeated, 0);
    cr_assert_eq(in.tally.paid, 1);
    end_walk(&in);
    fake_node_free(&fake);
}

Test(import_refunds, only_an_unknown_receipt_is_asked_for_again) {
    fake_node fake = {.refuse_all = 422};
    fake_node_start(&fake, 3);
    walk in;
    start_walk(&in, fake.url);
    cr_assert_eq(take(&in, "R1"), SAMME_CONFLICT);
    cr_assert_eq(in.fault, SAMME_REFUND_NOT_OPENED);
    end_walk(&in);
    fake_node_stop(&fake);
    cr_assert_eq(fake.requests, 2, "one who it is, one opening: %u", fake.requests);
    fake_node_free(&fake);
}

Test(import_refunds, what_is_refused_is_counted_by_name_and_the_next_goes_on) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    walk in;
    start_walk(&in, fake.url);
    cr_assert_eq(take(&in, "GONE1"), SAMME_CONFLICT);
    cr_assert_eq(in.fault, SAMME_REFUND_NOT_OPENED);
    cr_assert_not_null(strstr(in.error.text, "no such receipt"), "%s", in.error.text);
    cr_assert_eq(take(&in, "CONFLICT2"), SAMME_CONFLICT);
    cr_assert_eq(in.fault, SAMME_REFUND_NOT_COMPLETED);
    cr_assert_not_null(strstr(in.error.text, "something else than was authorised"), "%s",
                       in.error.text);
    cr_assert_eq(take(&in, "R3"), SAMME_OK);
    cr_assert_eq(in.tally.returns, 3);
    cr_assert_eq(samme_import_refused(&in.tally), 2);
    cr_assert_eq(in.tally.paid, 1);
    end_walk(&in);
    fake_node_free(&fake);
}

Test(import_refunds, lines_that_are_no_returns_say_why) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    walk in;
    start_walk(&in, fake.url);
    const struct {
        const char *line, *says;
        samme_refund_fault fault;
    } cases[] = {
        {"nonsense", "return", SAMME_REFUND_NOT_READ},
        {"{\"kee\":\"k\"}", "unknown name", SAMME_REFUND_NOT_READ},
        {"{\"branch\":3,\"opened\":{}}", "\"key\" wants", SAMME_REFUND_NOT_READ},
        {"{\"key\":\"a b\",\"branch\":3,\"opened\":{}}", "visible ASCII", SAMME_REFUND_NOT_READ},
        {"{\"key\":\"k\",\"branch\":3}", "\"opened\" is missing", SAMME_REFUND_NOT_READ},
        {"{\"key\":\"k\",\"branch\":8,\"opened\":{}}", "branch 8: no --node", SAMME_REFUND_NO_NODE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        samme_status status =
            samme_import_refund(&in.nodes, short_wait, samme_span_of_text(cases[i].line), &in.arena,
                                &in.tally, &in.fault, &in.error);
        cr_assert_eq(status, SAMME_CONFLICT, "%s", cases[i].line);
        cr_assert_eq(in.fault, cases[i].fault, "%s", cases[i].line);
        cr_assert_not_null(strstr(in.error.text, cases[i].says), "%s: %s", cases[i].line,
                           in.error.text);
    }
    cr_assert_eq(fake.requests, 1, "nothing of these was sent");
    end_walk(&in);
    fake_node_free(&fake);
}

Test(import_refunds, a_node_that_is_gone_ends_the_import) {
    fake_node fake = {0};
    fake_node_start(&fake, 3);
    walk in;
    start_walk(&in, fake.url);
    fake_node_stop(&fake);
    cr_assert_eq(take(&in, "R1"), SAMME_LATER);
    cr_assert_not_null(strstr(in.error.text, "goes on"), "%s", in.error.text);
    cr_assert_eq(in.tally.returns, 0);
    end_walk(&in);
    fake_node_free(&fake);
}
