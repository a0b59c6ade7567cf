/* Returns through all their states: time that is up, goods that come later, sales on paper or none,
 * what was paid while the node was away, and who waits for an answer. */
#include <stdio.h>

#include "tests/unit/node/fixture.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND };

#define RECEIPT_1                                                                                  \
    "\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"1\",\"businessDate\":\"2026-09-01\"}"
#define CHANGED_MIND "\"claimType\":\"changed_mind\",\"condition\":\"unopened\""

static pair p;
static void setup(void) {
    pair_open(&p, 2);
    pair_publish(&p, 365);
    pair_quiet(&p);
    pair_forget(&p);
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(returns, .init = setup, .fini = teardown);

static const char *problem(void) {
    return p.answer.problem == NULL ? "" : strrchr(p.answer.problem->type, '/') + 1;
}
static const Samme__ReturnView *view(void) {
    cr_assert_not_null(p.answer.answer, "%u %s", p.answer.status,
                       p.answer.problem == NULL ? "" : p.answer.problem->detail);
    return p.answer.answer->return_case;
}
static void keep_code(char code[static 40]) {
    snprintf(code, 40, "%s", view()->case_code);
}
static unsigned post(unsigned number, const char *key, const char *path, const char *body) {
    return pair_ask(&p, number, path, key, body, PAIR_CLAIM_WAIT_MS + 1);
}
static unsigned step_of(unsigned number, const char *code, const char *step, const char *key,
                        const char *body) {
    char path[120];
    snprintf(path, sizeof path, "/v1/returns/%s/%s", code, step);
    return post(number, key, path, body);
}
static unsigned get(unsigned number, const char *path) {
    return pair_ask(&p, number, path, NULL, NULL, 0);
}
static Samme__ReturnState state_of(unsigned number, const char *code) {
    char path[120];
    snprintf(path, sizeof path, "/v1/returns/%s", code);
    cr_assert_eq(get(number, path), 200);
    return view()->state;
}
static size_t count_in(unsigned number, const char *state) {
    char path[120];
    snprintf(path, sizeof path, "/v1/returns?state=%s", state);
    cr_assert_eq(get(number, path), 200, "%s", state);
    return p.answer.answer->returns->n_returns;
}

/* Time that is up */

Test(returns, what_the_till_never_answers_becomes_unresolved_and_still_counts) {
    char code[40];
    pair_sell(&p, 1, "1", 1000, 500);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "a"), 200);
    keep_code(code);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_authorised);
    cr_assert_str_eq(view()->valid_until, "2026-09-21T14:28:20Z", "%s", view()->valid_until);
    cr_assert_eq(count_in(1, "authorised"), 1);
    cr_assert_eq(count_in(1, "unresolved"), 0);
    pair_run(&p, 15 * MINUTE - 5 * SECOND);
    cr_assert_eq(state_of(1, code), SAMME__RETURN_STATE__case_authorised);
    pair_run(&p, 6 * SECOND);
    cr_assert_eq(state_of(1, code), SAMME__RETURN_STATE__case_unresolved);
    cr_assert_eq(view()->refund, 500, "what might have been paid");
    cr_assert_eq(count_in(1, "authorised"), 0);
    cr_assert_eq(count_in(1, "unresolved"), 1);
    cr_assert_str_eq(p.answer.answer->returns->returns[0]->case_code, code);
    cr_assert_null(p.answer.answer->returns->returns[0]->decided, "in short");
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "b"), 200);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__taken, "counts");
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    cr_assert_eq(state_of(1, code), SAMME__RETURN_STATE__case_unresolved);
    cr_assert_eq(step_of(1, code, "complete", "c", "{\"outcome\":\"cancelled\"}"), 200,
                 "somebody says, late");
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_cancelled);
    cr_assert_eq(count_in(1, "unresolved"), 0);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "d"), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_authorised, "the right is back");
}

Test(returns, paid_may_be_said_late) {
    char code[40];
    pair_sell(&p, 1, "1", 1000, 500);
    pair_return(&p, 1, 1, "1", 1000, "a");
    keep_code(code);
    pair_run(&p, 16 * MINUTE);
    cr_assert_eq(step_of(1, code, "complete", "c", "{\"outcome\":\"paid\",\"paid\":\"500\"}"), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_paid);
}

Test(returns, a_list_has_pages_and_bad_questions_are_told_so) {
    char key[20];
    pair_sell(&p, 1, "1", 90000, 50000);
    for (unsigned i = 0; i < 40; i++) {
        snprintf(key, sizeof key, "k%u", i);
        cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, key), 200);
    }
    cr_assert_eq(count_in(1, "authorised"), 32);
    char path[200];
    cr_assert_neq(p.answer.answer->returns->after[0], 0);
    snprintf(path, sizeof path, "/v1/returns?state=authorised&after=%s",
             p.answer.answer->returns->after);
    cr_assert_eq(get(1, path), 200);
    cr_assert_eq(p.answer.answer->returns->n_returns, 8);
    cr_assert_str_eq(p.answer.answer->returns->after, "");
    snprintf(path, sizeof path, "/v1/returns?number=1&till=1&date=2026-09-01");
    cr_assert_eq(get(1, path), 200);
    cr_assert_eq(p.answer.answer->returns->n_returns, 32);
    snprintf(path, sizeof path, "/v1/returns?number=1&till=1&date=2026-09-01&after=%s",
             p.answer.answer->returns->after);
    cr_assert_eq(get(1, path), 200);
    cr_assert_eq(p.answer.answer->returns->n_returns, 8);
    cr_assert_eq(get(1, "/v1/returns?number=2&till=1&date=2026-09-01"), 200);
    cr_assert_eq(p.answer.answer->returns->n_returns, 0);
    pair_quiet(&p);
    cr_assert_eq(get(2, "/v1/returns?number=1&till=1&date=2026-09-01&branch=1"), 200);
    cr_assert_eq(p.answer.answer->returns->n_returns, 32, "also those of another branch");
    static const char *const bad[] = {
        "/v1/returns",
        "/v1/returns?state=lost",
        "/v1/returns?state=open&after=x",
        "/v1/returns?number=1",
        "/v1/returns?number=1&date=yesterday",
        "/v1/returns?number=1&date=2026-09-01&branch=x",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(get(1, bad[i]), 400, "%s", bad[i]);
        cr_assert_str_eq(problem(), "bad_query");
    }
}

/* Goods */

static void open_awaiting(unsigned number, char code[static 40]) {
    cr_assert_eq(post(number, "open-goods", "/v1/returns",
                      "{" RECEIPT_1 ",\"lines\":[{\"no\":1,\"quantity\":\"2000\"}]," CHANGED_MIND
                      ",\"receiptKind\":\"receipt\",\"awaiting\":true}"),
                 201);
    keep_code(code);
}

Test(returns, goods_by_post_are_paid_when_they_have_come) {
    char code[40];
    pair_sell(&p, 1, "1", 2000, 1000);
    open_awaiting(1, code);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_awaiting);
    cr_assert_eq(step_of(1, code, "decide", "d1", ""), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_awaiting);
    cr_assert_eq(view()->decided->lines[0]->answer->refund, 1000, "the customer hears it");
    cr_assert_eq(view()->refund, 0, "and the till may pay nothing yet");
    cr_assert_str_eq(view()->valid_until, "");
    cr_assert_eq(step_of(1, code, "complete", "c0", "{\"outcome\":\"paid\",\"paid\":\"1000\"}"),
                 409);
    cr_assert_eq(count_in(1, "awaiting"), 1);
    cr_assert_eq(step_of(1, code, "received", "r1",
                         "{\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"condition\":\"opened\"}]}"),
                 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_received);
    cr_assert_str_eq(view()->received->received_on, "2026-09-21");
    cr_assert_eq(step_of(1, code, "received", "r1",
                         "{\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"condition\":\"opened\"}]}"),
                 200, "repeated");
    cr_assert(view()->recorded->repeated);
    cr_assert_eq(step_of(1, code, "decide", "d2", ""), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_authorised);
    cr_assert_eq(view()->decided->lines[0]->facts->condition, SAMME__CONDITION__opened);
    cr_assert_eq(view()->refund, 400, "half of it came, and was opened: 80 percent");
    cr_assert_eq(step_of(1, code, "complete", "c1", "{\"outcome\":\"paid\",\"paid\":\"400\"}"),
                 200);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "rest"), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_authorised, "the rest is still theirs");
}

Test(returns, who_brings_awaited_goods_to_another_store_is_paid_there_and_once) {
    char code[40];
    pair_sell(&p, 1, "1", 2000, 1000);
    open_awaiting(1, code);
    cr_assert_eq(step_of(1, code, "decide", "d1", ""), 200);
    pair_quiet(&p);
    cr_assert_eq(pair_return(&p, 2, 1, "1", 2000, "b"), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_authorised);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__lent);
    pair_quiet(&p);
    cr_assert_eq(step_of(1, code, "received", "r1", ""), 200, "all, as it was said");
    cr_assert_eq(step_of(1, code, "decide", "d2", ""), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_decided);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__taken);
}

Test(returns, goods_sent_to_another_branch_are_borrowed_when_they_come) {
    char code[40];
    pair_sell(&p, 1, "1", 2000, 1000);
    pair_quiet(&p);
    open_awaiting(2, code);
    cr_assert_eq(step_of(2, code, "decide", "d1", ""), 200);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__unconfirmed);
    cr_assert_eq(lines_with(&p, "claim_ask"), 0, "nothing is borrowed for what is not here");
    cr_assert_eq(
        step_of(2, code, "received", "r1", "{\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]}"), 200);
    pair_quiet(&p);
    cr_assert_eq(step_of(2, code, "decide", "d2", ""), 200);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__lent);
    cr_assert_eq(view()->refund, 500);
    pair_quiet(&p);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "home"), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_authorised, "the rest was never lent");
}

/* Whoever sold took a promise that it had merged for the refund, and lent nothing any more. */
Test(returns, a_merged_promise_keeps_the_right_from_being_lent) {
    char code[40];
    pair_sell(&p, 1, "1", 2000, 1000);
    pair_quiet(&p);
    open_awaiting(2, code);
    cr_assert_eq(step_of(2, code, "decide", "d1", ""), 200);
    pair_quiet(&p);
    cr_assert_eq(step_of(2, code, "received", "r1", ""), 200);
    cr_assert_eq(step_of(2, code, "decide", "d2", ""), 200);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__lent);
}

Test(returns, what_never_comes_is_called_off) {
    char code[40];
    pair_sell(&p, 1, "1", 2000, 1000);
    open_awaiting(1, code);
    cr_assert_eq(
        step_of(1, code, "received", "x", "{\"lines\":[{\"no\":1,\"quantity\":\"2001\"}]}"), 409);
    cr_assert_eq(step_of(1, code, "complete", "c", "{\"outcome\":\"cancelled\"}"), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_cancelled);
    cr_assert_eq(step_of(1, code, "received", "y", ""), 409);
    cr_assert_eq(count_in(1, "awaiting"), 0);
}

/* Paper, or nothing */

#define PAPER(number)                                                                              \
    "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"" number                               \
    "\",\"businessDate\":\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]"             \
    "," CHANGED_MIND ",\"receiptKind\":\"receipt\",\"keyed\":{\"currency\":\"GBP\",\"lines\":[{"   \
    "\"no\":1,\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"700\"}]}}"

Test(returns, a_sale_that_is_not_known_is_keyed_from_paper) {
    cr_assert_eq(post(2, "a", "/v1/returns",
                      "{" RECEIPT_1 ",\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]," CHANGED_MIND
                      "}"),
                 404);
    cr_assert_eq(post(2, "b", "/v1/returns", PAPER("1")), 201);
    char code[40];
    keep_code(code);
    cr_assert_eq(view()->opened->receipt_source, SAMME__RECEIPT_SOURCE__keyed);
    cr_assert_eq(step_of(2, code, "decide", "d", ""), 200);
    const Samme__Facts *facts = view()->decided->lines[0]->facts;
    cr_assert_eq(facts->receipt_source, SAMME__RECEIPT_SOURCE__keyed);
    cr_assert_eq(facts->claim, SAMME__CLAIM__unconfirmed);
    cr_assert_eq(view()->refund, 700);
    cr_assert_eq(view()->decided->basis->sale_branch, 0, "no entry of a sale was used");
    cr_assert_eq(post(2, "e", "/v1/returns", PAPER("1")), 201);
    keep_code(code);
    cr_assert_eq(step_of(2, code, "decide", "f", ""), 200);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__taken, "once");
}

Test(returns, paper_is_not_asked_where_the_sale_is_known) {
    pair_sell(&p, 1, "1", 1000, 500);
    cr_assert_eq(post(1, "b", "/v1/returns", PAPER("1")), 201);
    cr_assert_null(view()->opened->keyed);
    cr_assert_eq(view()->opened->receipt_source, SAMME__RECEIPT_SOURCE__node);
}

Test(returns, paper_that_cannot_be_is_told_so) {
    static const char *const bad[] = {
        "{" RECEIPT_1 ",\"lines\":[{\"no\":2,\"quantity\":\"1\"}]," CHANGED_MIND
        ",\"keyed\":{\"currency\":\"GBP\",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]}}",
        "{" RECEIPT_1 ",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]," CHANGED_MIND
        ",\"keyed\":{\"currency\":\"gbp\",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]}}",
        "{" RECEIPT_1 ",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]," CHANGED_MIND
        ",\"keyed\":{\"currency\":\"GBP\"}}",
        "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"1\",\"businessDate\":"
        "\"2026-09-22\"},\"lines\":[{\"no\":1,\"quantity\":\"1\"}]," CHANGED_MIND
        ",\"keyed\":{\"currency\":\"GBP\",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]}}",
        "{\"lines\":[{\"no\":1,\"quantity\":\"1\"}]," CHANGED_MIND "}",
    };
    static const unsigned status[] = {404, 422, 422, 422, 422};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(post(1, "b", "/v1/returns", bad[i]), status[i], "%s", bad[i]);
}

Test(returns, without_a_receipt_the_policy_still_answers) {
    pair_publish_policy(
        &p, samme_span_of_text(
                "policy: returns\nhit: first\ninputs: [claim, category, line_paid]\nrules:\n"
                "  - id: cheap\n    when: {claim: no_claim, category: goods, line_paid: \"<= "
                "10.00\"}\n"
                "    then: {verdict: authorise, refund_to: credit, reason: GOODWILL}\n"
                "  - id: rest\n    then: {verdict: deny, reason: NO_RECEIPT}\n"));
    pair_quiet(&p);
    char code[40];
    cr_assert_eq(post(1, "a", "/v1/returns",
                      "{\"receiptKind\":\"nothing\",\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]"
                      "," CHANGED_MIND "}"),
                 201);
    keep_code(code);
    cr_assert_eq(step_of(1, code, "decide", "b", ""), 200);
    cr_assert_eq(view()->decided->lines[0]->answer->verdict, SAMME__VERDICT__deny);
    cr_assert_eq(post(1, "c", "/v1/returns",
                      "{\"receiptKind\":\"nothing\",\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]"
                      "," CHANGED_MIND ",\"keyed\":{\"currency\":\"GBP\",\"lines\":[{\"no\":1,"
                      "\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"900\"}]}}"),
                 201);
    keep_code(code);
    cr_assert_eq(step_of(1, code, "decide", "d", ""), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_authorised);
    cr_assert_eq(view()->refund, 900);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__no_claim);
    cr_assert_eq(step_of(1, code, "complete", "e", "{\"outcome\":\"paid\",\"paid\":\"900\"}"), 200);
}

/* Paid while the node was away */

#define RECORDED(key, paid)                                                                        \
    "{\"idempotencyKey\":\"" key "\",\"opened\":{" RECEIPT_1                                       \
    ",\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]," CHANGED_MIND                                  \
    ",\"today\":\"2026-09-20\"},\"paid\":{\"paidAt\":\"2026-09-20T10:00:00+02:00\",\"till\":"      \
    "\"1\","                                                                                       \
    "\"lines\":[{\"no\":1,\"refund\":\"" paid "\"}]}}"

static const Samme__ReturnView *item(size_t at) {
    cr_assert_not_null(p.answer.answer, "%u %s", p.answer.status,
                       p.answer.problem == NULL ? "" : p.answer.problem->detail);
    return p.answer.answer->returns->returns[at];
}

Test(returns, what_was_paid_meanwhile_is_recorded_whatever_the_policy_says) {
    char code[40], path[120];
    pair_sell(&p, 1, "1", 2000, 1000);
    cr_assert_eq(post(1, "batch", "/v1/returns:recorded",
                      "{\"returns\":[" RECORDED("r1", "500") "," RECORDED("r2", "600") "]}"),
                 200);
    cr_assert_eq(p.answer.answer->returns->n_returns, 2);
    cr_assert_eq(item(0)->state, SAMME__RETURN_STATE__case_paid);
    cr_assert(!item(0)->overridden, "the policy says just that");
    cr_assert(item(1)->overridden);
    cr_assert(!item(1)->recorded->repeated);
    snprintf(code, sizeof code, "%s", item(1)->case_code);
    uint64_t size = pair_look(&p, 1).own_size;
    cr_assert_eq(
        post(1, "other cut", "/v1/returns:recorded", "{\"returns\":[" RECORDED("r2", "600") "]}"),
        200);
    cr_assert(item(0)->recorded->repeated);
    cr_assert_str_eq(item(0)->case_code, code);
    cr_assert_eq(pair_look(&p, 1).own_size, size, "once");
    cr_assert_eq(
        post(1, "other", "/v1/returns:recorded", "{\"returns\":[" RECORDED("r2", "601") "]}"), 409);
    snprintf(path, sizeof path, "/v1/returns/%s", code);
    cr_assert_eq(get(1, path), 200);
    cr_assert_eq(view()->refund, 600);
    cr_assert_eq(view()->decided->lines[0]->answer->refund, 500, "noted beside");
    cr_assert_str_eq(view()->decided->lines[0]->facts->today, "2026-09-20");
    cr_assert(view()->opened->recorded_later);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "third"), 200);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__taken);
    pair_quiet(&p);
    cr_assert_eq(get(2, path), 200, "merged");
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_paid);
}

Test(returns, what_was_paid_is_recorded_also_where_nothing_is_known_of_the_sale) {
    cr_assert_eq(
        post(2, "batch", "/v1/returns:recorded", "{\"returns\":[" RECORDED("r1", "500") "]}"), 200);
    cr_assert_eq(item(0)->state, SAMME__RETURN_STATE__case_paid);
    cr_assert(item(0)->overridden, "no claim, no refund");
    pair_quiet(&p);
    pair_sell(&p, 1, "1", 1000, 500);
    pair_quiet(&p);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "now"), 200);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__taken);
}

Test(returns, a_batch_of_returns_is_bounded_and_says_which_is_wrong) {
    samme_buffer body;
    samme_buffer_init(&body, 1 << 20);
    samme_buffer_append_text(&body, "{\"returns\":[");
    for (unsigned i = 0; i < 65; i++)
        samme_buffer_printf(&body, "%s{}", i > 0 ? "," : "");
    samme_buffer_append_text(&body, "]}");
    cr_assert_eq(post(1, "a", "/v1/returns:recorded", samme_buffer_text(&body)), 422);
    samme_buffer_free(&body);
    cr_assert_eq(post(1, "a", "/v1/returns:recorded", "{}"), 422);
    cr_assert_eq(post(1, "a", "/v1/returns:recorded",
                      "{\"returns\":[" RECORDED("r1", "500") ",{\"idempotencyKey\":\"r2\"}]}"),
                 422);
    cr_assert_not_null(strstr(p.answer.problem->detail, "returns[1]"));
    cr_assert_eq(
        post(1, "a", "/v1/returns:recorded",
             "{\"returns\":[{\"idempotencyKey\":\"k\",\"opened\":{" RECEIPT_1
             ",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]," CHANGED_MIND
             "},\"paid\":{\"paidAt\":\"2026-09-20T10:00:00Z\",\"lines\":[{\"no\":2,\"refund\":"
             "\"1\"}]}}]}"),
        422);
    cr_assert_not_null(strstr(p.answer.problem->detail, "expected line 1, found line 2"));
    cr_assert_eq(post(1, "a", "/v1/returns:recorded",
                      "{\"returns\":[{\"idempotencyKey\":\"k\",\"opened\":{" RECEIPT_1
                      ",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]," CHANGED_MIND
                      "},\"paid\":{\"paidAt\":\"yesterday\",\"lines\":[{\"no\":1,\"refund\":"
                      "\"1\"}]}}]}"),
                 422);
    cr_assert_not_null(strstr(p.answer.problem->detail, "paidAt"));
    cr_assert_eq(post(1, "a", "/v1/returns:recorded",
                      "{\"returns\":[{\"idempotencyKey\":\"k\",\"opened\":{" RECEIPT_1
                      ",\"lines\":[{\"no\":1,\"quantity\":\"1\"}]," CHANGED_MIND
                      "},\"paid\":{\"paidAt\":\"2026-09-19T23:30:00+02:00\",\"lines\":[{\"no\":1,"
                      "\"refund\":\"1\"}]}}]}"),
                 200);
    cr_assert_str_eq(item(0)->opened->today, "2026-09-19", "where it was paid");
}

Test(returns, late_sales_are_taken_in_any_order) {
    static const unsigned order[] = {3, 1, 2};
    for (unsigned i = 0; i < 3; i++) {
        char body[500], key[20];
        snprintf(key, sizeof key, "s%u", i);
        snprintf(body, sizeof body,
                 "{\"receipt\":{\"till\":\"1\",\"number\":\"%u\",\"businessDate\":\"2026-09-01\"},"
                 "\"tillSeq\":\"%u\",\"soldAt\":\"2026-09-01T10:00:00+02:00\",\"currency\":"
                 "\"GBP\",\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"paid\":\"100\"}]}",
                 order[i], order[i]);
        cr_assert_eq(post(1, key, "/v1/sales", body), 201);
    }
    cr_assert_eq(pair_return(&p, 1, 1, "2", 1000, "r"), 200);
}

/* Waiting */

Test(returns, a_question_waits_until_the_return_changes) {
    char code[40], path[120];
    pair_sell(&p, 1, "1", 2000, 1000);
    open_awaiting(1, code);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=20", code);
    cr_assert_eq(get(1, path), 0, "no answer yet");
    pair_run(&p, 10 * SECOND);
    pair_forget(&p);
    cr_assert_eq(step_of(1, code, "received", "r", ""), 200);
    pair_run(&p, 1);
    cr_assert_eq(lines_with(&p, "200, too late"), 1, "%s", pair_trace(&p));
    pair_forget(&p);
    cr_assert_eq(get(1, path), 0);
    pair_run(&p, 19 * SECOND);
    cr_assert_eq(lines_with(&p, "200, too late"), 0);
    pair_run(&p, 2 * SECOND);
    cr_assert_eq(lines_with(&p, "200, too late"), 1, "or until the time is over");
}

Test(returns, whoever_says_what_it_has_seen_misses_nothing) {
    char code[40], path[160];
    pair_sell(&p, 1, "1", 2000, 1000);
    open_awaiting(1, code);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=20&state=case_open", code);
    cr_assert_eq(get(1, path), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_awaiting);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=20&state=case_awaiting", code);
    cr_assert_eq(get(1, path), 0);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=31", code);
    cr_assert_eq(get(1, path), 400);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=0", code);
    cr_assert_eq(get(1, path), 200);
}

Test(returns, waiting_hears_of_time_that_is_up_and_of_other_branches) {
    char code[40], path[120];
    pair_sell(&p, 1, "1", 1000, 500);
    pair_return(&p, 1, 1, "1", 1000, "a");
    keep_code(code);
    pair_run(&p, 15 * MINUTE - 10 * SECOND);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=30", code);
    pair_forget(&p);
    cr_assert_eq(get(1, path), 0);
    cr_assert_eq(get(2, path), 0, "asked at another branch");
    pair_run(&p, 11 * SECOND);
    cr_assert_eq(lines_with(&p, "200, too late"), 2, "unresolved at both");
    pair_forget(&p);
    cr_assert_eq(get(2, path), 0);
    cr_assert_eq(step_of(1, code, "complete", "c", "{\"outcome\":\"cancelled\"}"), 200);
    pair_run(&p, 2 * SECOND);
    cr_assert_eq(lines_with(&p, "200, too late"), 1, "merged");
}

Test(returns, so_many_may_wait_and_an_end_lets_all_go) {
    char code[40], path[120];
    pair_sell(&p, 1, "1", 2000, 1000);
    open_awaiting(1, code);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=30", code);
    for (unsigned i = 0; i < 64; i++)
        cr_assert_eq(get(1, path), 0);
    cr_assert_eq(get(1, path), 200, "the next one is answered at once");
    cr_assert(!samme_node_at_rest(p.nodes[0].node));
    pair_forget(&p);
    const samme_node_event stop = {
        .kind = SAMME_NODE_STOP, .wall_ms = PAIR_WALL_MS + p.now_ms, .monotonic_ms = p.now_ms};
    samme_node_step(p.nodes[0].node, &stop);
    pair_run(&p, 100);
    cr_assert_eq(lines_with(&p, "200, too late"), 64);
    cr_assert(samme_node_at_rest(p.nodes[0].node));
}

Test(returns, when_the_store_fails_nobody_waits_in_vain) {
    char code[40], path[120];
    pair_sell(&p, 1, "1", 2000, 1000);
    open_awaiting(1, code);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=30", code);
    cr_assert_eq(get(1, path), 0);
    pair_forget(&p);
    samme_memory_store_fail_next(p.nodes[0].stores.log_memory, SAMME_COMMIT_FAILED);
    cr_assert_eq(pair_sell(&p, 1, "2", 1000, 500), 503);
    cr_assert_eq(lines_with(&p, "503, too late"), 1, "%s", pair_trace(&p));
}

static void add_person(const char *number) {
    char body[200];
    snprintf(body, sizeof body,
             "{\"number\":\"%s\",\"name\":\"N. N.\",\"role\":\"supervisor\",\"pin\":\"3210\"}",
             number);
    p.token = "operator";
    cr_assert_eq(pair_ask(&p, 1, "/v1/persons", number, body, SECOND), 201);
    p.token = NULL;
}

Test(returns, an_approval_at_another_till_ends_the_wait) {
    pair_publish_policy(
        &p, samme_span_of_text("policy: returns\nhit: first\ninputs: [claim]\nrules:\n"
                               "  - id: all\n    then: {verdict: contingent, refund_to: credit, "
                               "approval: supervisor, reason: ASK}\n"));
    pair_quiet(&p);
    char code[40], path[120];
    add_person("1");
    add_person("2");
    pair_sell(&p, 1, "1", 2000, 1000);
    cr_assert_eq(post(1, "o", "/v1/returns?person=1",
                      "{" RECEIPT_1 ",\"lines\":[{\"no\":1,\"quantity\":\"2000\"}]," CHANGED_MIND
                      ",\"awaiting\":true}"),
                 201);
    keep_code(code);
    cr_assert_eq(step_of(1, code, "decide", "d0", ""), 200);
    cr_assert_eq(step_of(1, code, "approve", "a0", "{\"person\":\"2\",\"pin\":\"3210\"}"), 409);
    cr_assert_str_eq(problem(), "not_decided", "the goods have not come");
    cr_assert_eq(step_of(1, code, "received", "r", ""), 200);
    cr_assert_eq(step_of(1, code, "decide", "d", ""), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_decided);
    cr_assert_eq(count_in(1, "decided"), 1);
    snprintf(path, sizeof path, "/v1/returns/%s?wait=30&state=case_decided", code);
    cr_assert_eq(get(1, path), 0);
    pair_forget(&p);
    cr_assert_eq(step_of(1, code, "approve", "a", "{\"person\":\"2\",\"pin\":\"3210\"}"), 200);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_approved);
    cr_assert_neq(view()->valid_until[0], 0);
    pair_run(&p, 1);
    cr_assert_eq(lines_with(&p, "200, too late"), 1, "%s", pair_trace(&p));
    cr_assert_eq(count_in(1, "authorised"), 1);
    pair_run(&p, 16 * MINUTE);
    cr_assert_eq(state_of(1, code), SAMME__RETURN_STATE__case_unresolved);
    cr_assert_eq(step_of(1, code, "complete?person=2", "c", "{\"outcome\":\"failed\"}"), 200);
    cr_assert_eq(view()->done->said_by.len, 16, "somebody answered for it");
}

/* Gifts */

Test(returns, a_gift_return_shows_nobody_how_it_was_paid) {
    char code[40];
    cr_assert_eq(post(1, "s", "/v1/sales",
                      "{" RECEIPT_1 ",\"currency\":\"GBP\",\"tenders\":[{\"kind\":\"card\","
                      "\"amount\":\"500\",\"reference\":\"T-1\"}],\"lines\":[{\"no\":1,"
                      "\"quantity\":\"1000\",\"paid\":\"500\",\"gift\":true}]}"),
                 201);
    cr_assert_eq(post(1, "o", "/v1/returns",
                      "{" RECEIPT_1 ",\"lines\":[{\"no\":1,\"quantity\":\"1000\"}]," CHANGED_MIND
                      ",\"receiptKind\":\"gift_receipt\"}"),
                 201);
    keep_code(code);
    cr_assert_eq(step_of(1, code, "decide", "d", ""), 200);
    const Samme__LineDecision *line = view()->decided->lines[0];
    cr_assert_eq(line->facts->n_tenders, 0);
    cr_assert_eq(line->facts->tender, SAMME__TENDER_KIND__tender_kind_unset);
    cr_assert_eq(line->answer->n_refunds, 1);
    cr_assert_eq(line->answer->refunds[0]->tender, SAMME__TENDER_KIND__store_credit,
                 "and never pays the giver");
    cr_assert_eq(get(1, "/v1/receipts?number=1&gift=yes"), 200);
    cr_assert_eq(p.answer.answer->receipts->receipts[0]->sale->n_tenders, 0);
    cr_assert_eq(get(1, "/v1/receipts?number=1"), 200);
    cr_assert_eq(p.answer.answer->receipts->receipts[0]->sale->n_tenders, 1);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "r"), 200, "the log still has it");
    cr_assert_eq(view()->decided->lines[0]->facts->n_tenders, 1);
}
