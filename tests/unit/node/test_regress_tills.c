/* Bugs that a hostile review found in what tills and clerks see; each test is named after its bug.
 */
#include <stdio.h>

#include "tests/unit/node/fixture.h"

enum { SECOND = 1000 };

/* A colleague looks at what was opened, overrides what was used; the rest is paid. */
static const char POLICY[] =
    "policy: returns\n"
    "hit: first\n"
    "inputs: [condition, claim]\n"
    "missing: { verdict: deny, reason: FACT_MISSING }\n"
    "rules:\n"
    "  - id: taken\n"
    "    when: { claim: taken }\n"
    "    then: { verdict: deny, reason: ALREADY_REFUNDED }\n"
    "  - id: opened\n"
    "    when: { condition: opened }\n"
    "    then: { verdict: contingent, refund_to: original_tender, approval: supervisor, reason: "
    "OPENED }\n"
    "  - id: used\n"
    "    when: { condition: used }\n"
    "    then: { verdict: deny_overridable, approval: supervisor, reason: USED }\n"
    "  - id: rest\n"
    "    then: { verdict: authorise, refund_to: original_tender, reason: FINE }\n";

#define RECEIPT                                                                                    \
    "\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"R\",\"businessDate\":\"2026-09-01\"}"

static pair p;
static void setup(void) {
    pair_open(&p, 1);
    pair_publish_policy(&p, SAMME_SPAN(POLICY, sizeof POLICY - 1));
    pair_quiet(&p);
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(regress_tills, .init = setup, .fini = teardown);

static void expect(unsigned status, const char *word) {
    cr_assert_eq(p.answer.status, status, "%u instead of %u: %s", p.answer.status, status,
                 p.answer.problem == NULL ? "" : p.answer.problem->detail);
    cr_assert_str_eq(p.answer.problem == NULL ? "" : strrchr(p.answer.problem->type, '/') + 1,
                     word);
}
static void post(const char *key, const char *path, const char *body) {
    pair_ask(&p, 1, path, key, body, SECOND);
}
static const Samme__ReturnView *view(void) {
    expect(p.answer.status < 300 ? p.answer.status : 200, "");
    return p.answer.answer->return_case;
}

static void add_person(const char *number, const char *role) {
    char body[200];
    snprintf(body, sizeof body,
             "{\"number\":\"%s\",\"name\":\"N. N.\",\"role\":\"%s\",\"pin\":\"3210\"}", number,
             role);
    p.token = "operator";
    post(number, "/v1/persons", body);
    p.token = NULL;
    expect(201, "");
}

/* Two lines of 250, paid 200 in cash and 300 by card. */
static void sell(void) {
    post("sale", "/v1/sales",
         "{\"receipt\":{\"till\":\"1\",\"number\":\"R\",\"businessDate\":\"2026-09-01\"},"
         "\"currency\":\"GBP\",\"tenders\":[{\"kind\":\"cash\",\"amount\":\"200\"},"
         "{\"kind\":\"card\",\"amount\":\"300\"}],\"lines\":["
         "{\"no\":1,\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"250\"},"
         "{\"no\":2,\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"250\"}]}");
    expect(201, "");
}

/* Opens a return of `lines`, decides it, and writes its path. */
static void decided(const char *key, const char *lines, const char *condition,
                    char path[static 60]) {
    char body[500], whole[80], step[20];
    snprintf(body, sizeof body,
             "{" RECEIPT ",\"lines\":[%s],\"claimType\":\"changed_mind\",\"condition\":\"%s\","
             "\"receiptKind\":\"receipt\"}",
             lines, condition);
    post(key, "/v1/returns?person=17", body);
    expect(201, "");
    snprintf(path, 60, "/v1/returns/%s", view()->case_code);
    snprintf(whole, sizeof whole, "%s/decide", path);
    snprintf(step, sizeof step, "%s-d", key);
    post(step, whole, "");
    expect(200, "");
}

static void approve(const char *key, const char *path, const char *person) {
    char whole[80], body[100];
    snprintf(whole, sizeof whole, "%s/approve", path);
    snprintf(body, sizeof body, "{\"person\":\"%s\",\"pin\":\"3210\"}", person);
    post(key, whole, body);
}

static int64_t to(Samme__TenderKind kind) {
    int64_t sum = 0;
    const Samme__ReturnApproved *approved = view()->approved;
    for (size_t i = 0; i < approved->n_lines; i++)
        for (size_t k = 0; k < approved->lines[i]->n_refunds; k++)
            if (approved->lines[i]->refunds[k]->tender == kind)
                sum += approved->lines[i]->refunds[k]->amount;
    return sum;
}

/* Each overridden line was split as if no other had been: cash of 200 got 400 back. */
Test(regress_tills, an_approval_gives_a_tender_more_than_it_gave) {
    char path[60];
    add_person("17", "clerk");
    add_person("30", "supervisor");
    sell();
    decided("a", "{\"no\":1,\"quantity\":\"1000\"},{\"no\":2,\"quantity\":\"1000\"}", "used", path);
    approve("ok", path, "30");
    expect(200, "");
    cr_assert_eq(view()->refund, 500);
    cr_assert_eq(to(SAMME__TENDER_KIND__cash), 200);
    cr_assert_eq(to(SAMME__TENDER_KIND__card), 300);
}

/* What was refunded of other lines between decision and approval was not looked at. */
Test(regress_tills, an_old_decision_gives_a_tender_more_than_it_gave) {
    char old[60], between[60];
    add_person("17", "clerk");
    add_person("30", "supervisor");
    static const char *const conditions[] = {"used", "opened"};
    for (size_t i = 0; i < 2; i++) {
        if (i > 0) {
            teardown();
            setup();
            add_person("17", "clerk");
            add_person("30", "supervisor");
        }
        sell();
        decided("a", "{\"no\":1,\"quantity\":\"1000\"}", conditions[i], old);
        decided("b", "{\"no\":2,\"quantity\":\"1000\"}", "unopened", between);
        cr_assert_eq(view()->decided->lines[0]->answer->refunds[0]->amount, 200, "all the cash");
        approve("ok", old, "30");
        expect(200, "");
        cr_assert_eq(view()->refund, 250);
        cr_assert_eq(to(SAMME__TENDER_KIND__cash), 0, "%s", conditions[i]);
        cr_assert_eq(to(SAMME__TENDER_KIND__card), 250, "%s", conditions[i]);
    }
}

#define RECORDED(key, lines, paid)                                                                 \
    "{\"returns\":[{\"idempotencyKey\":\"" key "\",\"opened\":{" RECEIPT ",\"lines\":" lines       \
    ",\"claimType\":\"defect\",\"receiptKind\":\"receipt\",\"today\":\"2026-09-20\"},\"paid\":"    \
    "{" paid "}}]}"

/* The money of a line is one, however its quantity is cut. */
Test(regress_tills, an_old_decision_pays_money_that_is_gone) {
    char path[60];
    add_person("17", "clerk");
    add_person("30", "supervisor");
    sell();
    decided("a", "{\"no\":1,\"quantity\":\"500\"}", "used", path);
    post("b", "/v1/returns:recorded",
         RECORDED("k", "[{\"no\":1,\"quantity\":\"500\"}]",
                  "\"paidAt\":\"2026-09-20T10:00:00Z\",\"lines\":[{\"no\":1,\"refund\":\"200\"}]"));
    expect(200, "");
    approve("ok", path, "30");
    expect(409, "decide_again");
}

/* The parcel with the rest was refused, for what had come before. */
Test(regress_tills, all_the_rest_has_come_is_refused) {
    char path[100], whole[120];
    sell();
    post("a", "/v1/returns",
         "{" RECEIPT ",\"awaiting\":true,\"lines\":[{\"no\":1,\"quantity\":\"1000\"},{\"no\":2,"
         "\"quantity\":\"1000\"}],\"claimType\":\"changed_mind\",\"condition\":\"unopened\"}");
    expect(201, "");
    snprintf(path, sizeof path, "/v1/returns/%s", view()->case_code);
    snprintf(whole, sizeof whole, "%s/received", path);
    post("b", whole, "{\"lines\":[{\"no\":2,\"quantity\":\"1000\"}]}");
    expect(200, "");
    post("c", whole, "");
    expect(200, "");
    cr_assert_eq(view()->received->n_lines, 2);
    post("d", whole, "");
    expect(409, "conflict");
}

/* Two PINs being checked: both requests went on under one key, and its first was forgotten. */
Test(regress_tills, one_key_in_flight_twice_takes_effect_twice) {
    char first[60], second[60];
    add_person("17", "clerk");
    add_person("30", "supervisor");
    add_person("31", "supervisor");
    sell();
    decided("a", "{\"no\":1,\"quantity\":\"1000\"}", "opened", first);
    decided("b", "{\"no\":2,\"quantity\":\"1000\"}", "opened", second);
    p.nodes[0].worker_stuck = true;
    approve("same", first, "30");
    approve("same", second, "31");
    p.nodes[0].worker_stuck = false;
    pair_quiet(&p);
    approve("same", first, "30");
    expect(200, "");
    cr_assert(view()->recorded->repeated);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_approved);
    approve("same", second, "31");
    expect(422, "idempotency_key_reused");
    post(NULL, second, NULL);
    cr_assert_eq(view()->state, SAMME__RETURN_STATE__case_decided);
}

/* It opened the return in nobody's name, listed from the start, asked every branch. */
Test(regress_tills, a_parameter_that_cannot_be_read_counts_as_left_out) {
    sell();
    post("a", "/v1/returns?person=%zz",
         "{" RECEIPT ",\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":\"defect\"}");
    expect(400, "bad_query");
    static const char *const bad[] = {"/v1/receipts?number=R&branch=%", "/v1/alarms?after=%ff",
                                      "/v1/returns?state=open&after=%00"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        post(NULL, bad[i], NULL);
        expect(400, "bad_query");
    }
}

/* The day of a payment was looked at only where `today` was left out. */
Test(regress_tills, what_will_be_paid_is_recorded) {
    sell();
    post("b", "/v1/returns:recorded",
         RECORDED("k", "[{\"no\":1,\"quantity\":\"500\"}]",
                  "\"paidAt\":\"2027-09-20T10:00:00Z\",\"lines\":[{\"no\":1,\"refund\":\"200\"}]"));
    expect(422, "malformed");
}

/* Two tills that number their keys alike and sell the same: the second sale was never recorded. */
Test(regress_tills, a_key_of_another_till_is_taken_for_a_repetition) {
    char tokens[2][100];
    static const char body[] =
        "{\"receipt\":{\"number\":\"1\",\"businessDate\":\"2026-09-01\"},\"currency\":\"GBP\","
        "\"lines\":[{\"no\":1,\"category\":\"goods\",\"quantity\":\"1000\",\"paid\":\"250\"}]}";
    static const char *const names[] = {"{\"name\":\"1\"}", "{\"name\":\"2\"}"};
    for (size_t i = 0; i < 2; i++) {
        p.token = "operator";
        post(names[i], "/v1/tills", names[i]);
        expect(201, "");
        snprintf(tokens[i], sizeof tokens[i], "%s", p.answer.answer->till->token);
    }
    p.token = tokens[0];
    post("1", "/v1/sales", body);
    expect(201, "");
    post("1", "/v1/sales", body);
    expect(200, "");
    p.token = tokens[1];
    post("1", "/v1/sales", body);
    expect(422, "idempotency_key_reused");
    p.token = NULL;
}

/* Nothing of it stays: no case without its payment. */
Test(regress_tills, a_recorded_return_that_is_refused_leaves_no_case) {
    sell();
    post("b", "/v1/returns:recorded",
         RECORDED("k", "[{\"no\":1,\"quantity\":\"500\"}]",
                  "\"paidAt\":\"2026-09-20T10:00:00Z\",\"lines\":[{\"no\":1,\"refund\":\"200\","
                  "\"refunds\":[{\"tender\":\"cash\",\"amount\":\"9223372036854775807\"},"
                  "{\"tender\":\"card\",\"amount\":\"201\"}]}]"));
    expect(409, "conflict");
    post(NULL, "/v1/returns?number=R&till=1&date=2026-09-01", NULL);
    expect(200, "");
    cr_assert_eq(p.answer.answer->returns->n_returns, 0);
}

/* What a sale may leave out, a return left out too: it hung on a receipt that no sale has, and the
 * line was refunded again without an alarm. */
Test(regress_tills, a_receipt_without_its_branch_is_of_no_branch) {
    char path[60];
    add_person("17", "clerk");
    sell();
    post("b", "/v1/returns:recorded",
         "{\"returns\":[{\"idempotencyKey\":\"k\",\"opened\":{\"receipt\":{\"till\":\"1\","
         "\"number\":\"R\",\"businessDate\":\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":"
         "\"1000\"}],\"claimType\":\"defect\",\"receiptKind\":\"receipt\"},\"paid\":{\"paidAt\":"
         "\"2026-09-20T10:00:00Z\",\"lines\":[{\"no\":1,\"refund\":\"250\"}]}}]}");
    expect(200, "");
    cr_assert_eq(p.answer.answer->returns->returns[0]->opened->receipt->branch, 1);
    decided("a", "{\"no\":1,\"quantity\":\"1000\"}", "unopened", path);
    cr_assert_eq(view()->decided->lines[0]->facts->claim, SAMME__CLAIM__taken);
}

Test(regress_tills, a_receipt_without_its_till_is_of_no_till) {
    char token[100];
    p.token = "operator";
    post("t", "/v1/tills", "{\"name\":\"1\"}");
    expect(201, "");
    snprintf(token, sizeof token, "%s", p.answer.answer->till->token);
    p.token = token;
    sell();
    static const char body[] =
        "{\"receipt\":{\"number\":\"R\",\"businessDate\":\"2026-09-01\"},\"lines\":[{\"no\":1,"
        "\"quantity\":\"1000\"}],\"claimType\":\"defect\",\"receiptKind\":\"receipt\","
        "\"keyed\":{\"currency\":\"GBP\",\"lines\":[{\"no\":1,\"category\":\"goods\","
        "\"quantity\":\"9000\",\"paid\":\"9999\"}]}}";
    post("a", "/v1/returns", body);
    expect(201, "");
    cr_assert_str_eq(view()->opened->receipt->till, "1");
    cr_assert_eq(view()->opened->receipt_source, SAMME__RECEIPT_SOURCE__node);
    cr_assert_null(view()->opened->keyed);
    p.token = NULL;
}
