/* Who may ask: tills by token; people by PIN; approvals by three persons. */
#include "tests/unit/node/fixture.h"

#include "crypto/hash.h"
#include "node/access/access.h"

#include <stdio.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND };

/* Contingent for what is opened, denied but overridable for what is used, denied by law when
 * damaged. */
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
    "    then: { verdict: deny_overridable, approval: manager, reason: USED }\n"
    "  - id: incomplete\n"
    "    when: { condition: incomplete }\n"
    "    then: { verdict: contingent, refund_percent: \"0\", reason: PART }\n"
    "  - id: damaged\n"
    "    when: { condition: damaged }\n"
    "    then: { verdict: deny_overridable, reason: DAMAGED, legal: true }\n"
    "  - id: rest\n"
    "    then: { verdict: authorise, refund_to: original_tender, reason: FINE }\n";

static pair p;
static void setup(void) {
    pair_open(&p, 1);
    pair_publish_policy(&p, SAMME_SPAN(POLICY, sizeof POLICY - 1));
    pair_quiet(&p);
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(access, .init = setup, .fini = teardown);

static const char *problem(void) {
    return p.answer.problem == NULL ? "" : strrchr(p.answer.problem->type, '/') + 1;
}

static void expect(unsigned status, const char *word) {
    cr_assert_eq(p.answer.status, status, "%u instead of %u: %s", p.answer.status, status,
                 p.answer.problem == NULL ? "" : p.answer.problem->detail);
    cr_assert_str_eq(problem(), word);
}

static void ask(const char *path, const char *body) {
    static unsigned keys;
    char key[20];
    snprintf(key, sizeof key, "key-%u", keys++);
    pair_ask(&p, 1, path, key, body, SECOND);
}

static void manage(const char *path, const char *body) {
    const char *before = p.token;
    p.token = "operator";
    ask(path, body);
    p.token = before;
}

static char *add_till(const char *name) {
    static char tokens[2][80];
    static unsigned next;
    char body[100];
    char *token = tokens[next++ % 2];
    snprintf(body, sizeof body, "{\"name\":\"%s\"}", name);
    manage("/v1/tills", body);
    expect(201, "");
    snprintf(token, sizeof tokens[0], "%s", p.answer.answer->till->token);
    return token;
}

/* Tills */

Test(access, without_tills_this_machine_may_ask_and_the_operator_manages) {
    ask("/v1/status", NULL);
    cr_assert_eq(p.answer.answer->status->access, SAMME__ACCESS__access_open);
    ask("/v1/tills", NULL);
    expect(403, "operator_only");
    p.token = "made up";
    ask("/v1/status", NULL);
    expect(401, "bad_token");
    p.token = "operator";
    ask("/v1/tills", NULL);
    expect(200, "");
    cr_assert_eq(p.answer.answer->tills->n_tills, 0);
}

Test(access, beyond_loopback_a_token_is_wanted_from_the_start) {
    p.nodes[0].beyond_loopback = true;
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    ask("/v1/status", NULL);
    expect(401, "no_token");
    ask("/livez", NULL);
    expect(200, "");
    p.token = add_till("1");
    ask("/v1/status", NULL);
    expect(200, "");
}

Test(access, a_token_is_told_when_it_is_durable_and_outlives_a_crash) {
    p.nodes[0].stores.stuck = true;
    p.token = "operator";
    cr_assert_eq(pair_ask(&p, 1, "/v1/tills", "k", "{\"name\":\"1\"}", SECOND), 0,
                 "its disk is stuck");
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    p.token = NULL;
    ask("/v1/status", NULL);
    expect(200, "");
    char *token = add_till("1");
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    ask("/v1/status", NULL);
    expect(401, "no_token");
    p.token = token;
    ask("/v1/status", NULL);
    expect(200, "");
}

Test(access, names_that_no_till_may_have) {
    const char *const bad[] = {"",        "a/b", "a b",     "a?b",
                               "\\u0007", "a%b", "\\u00e6", "123456789012345678901234567890123"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char body[100];
        snprintf(body, sizeof body, "{\"name\":\"%s\"}", bad[i]);
        manage("/v1/tills", body);
        expect(422, "malformed");
    }
}

Test(access, a_node_has_so_many_tills_and_no_more) {
    char body[100];
    for (unsigned i = 0; i < SAMME_TILLS_MAX; i++) {
        snprintf(body, sizeof body, "{\"name\":\"till%u\"}", i);
        manage("/v1/tills", body);
        expect(201, "");
    }
    manage("/v1/tills", "{\"name\":\"one-more\"}");
    expect(409, "conflict");
    manage("/v1/tills/till7/remove", "");
    expect(200, "");
    manage("/v1/tills", "{\"name\":\"one-more\"}");
    expect(201, "");
}

Test(access, a_till_says_its_own_name_in_the_return_it_opens) {
    p.token = add_till("1");
    cr_assert_eq(pair_sell(&p, 1, "R", 1000, 500), 201);
    cr_assert_eq(pair_return(&p, 1, 1, "R", 1000, "r"), 200);
    cr_assert_str_eq(p.answer.answer->return_case->opened->till, "1");
    p.token = add_till("2");
    cr_assert_eq(pair_sell(&p, 1, "S", 1000, 500), 403);
    expect(403, "other_till");
}

/* People */

static void add_person(const char *number, const char *role, const char *pin) {
    char body[300];
    snprintf(body, sizeof body,
             "{\"number\":\"%s\",\"name\":\"N. N.\",\"role\":\"%s\",\"pin\":\"%s\"}", number, role,
             pin);
    manage("/v1/persons", body);
}

static void add_people(void) {
    add_person("17", "clerk", "1234");
    expect(201, "");
    add_person("30", "supervisor", "3210");
    expect(201, "");
    add_person("40", "manager", "4040x");
    expect(201, "");
}

/* Sells, opens by `person` and decides; gives the case's path. */
static char *decided(const char *receipt, const char *condition, const char *person) {
    static char path[100];
    char body[600], open[100];
    snprintf(body, sizeof body,
             "{\"receipt\":{\"till\":\"1\",\"number\":\"%s\",\"businessDate\":\"2026-09-01\"},"
             "\"currency\":\"GBP\",\"tenders\":[{\"kind\":\"cash\",\"amount\":\"200\"},"
             "{\"kind\":\"card\",\"amount\":\"300\"}],\"lines\":[{\"no\":1,\"category\":\"goods\","
             "\"quantity\":\"1000\",\"paid\":\"500\"}]}",
             receipt);
    ask("/v1/sales", body);
    expect(201, "");
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"%s\",\"businessDate\":"
             "\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":"
             "\"changed_mind\",\"condition\":\"%s\",\"receiptKind\":\"receipt\"}",
             receipt, condition);
    snprintf(open, sizeof open, "/v1/returns%s%s", person[0] != 0 ? "?person=" : "", person);
    ask(open, body);
    expect(201, "");
    snprintf(path, sizeof path, "/v1/returns/%s/decide", p.answer.answer->return_case->case_code);
    ask(path, "");
    expect(200, "");
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_decided);
    *strrchr(path, '/') = 0;
    return path;
}

static void approve(const char *path, const char *person, const char *pin, const char *lines) {
    char full[120], body[300];
    snprintf(full, sizeof full, "%s/approve", path);
    snprintf(body, sizeof body, "{\"person\":\"%s\",\"pin\":\"%s\"%s%s}", person, pin,
             lines[0] != 0 ? ",\"lines\":" : "", lines);
    ask(full, body);
}

static void complete(const char *path, const char *body) {
    char full[120];
    snprintf(full, sizeof full, "%s/complete", path);
    ask(full, body);
}

Test(access, a_contingent_return_is_paid_after_a_supervisors_pin) {
    add_people();
    char *path = decided("R", "opened", "17");
    complete(path, "{\"outcome\":\"paid\",\"paid\":\"500\"}");
    expect(409, "conflict");
    approve(path, "30", "3210", "");
    expect(200, "");
    const Samme__ReturnView *view = p.answer.answer->return_case;
    cr_assert_eq(view->state, SAMME__RETURN_STATE__case_approved);
    cr_assert_eq(view->refund, 500);
    cr_assert_eq(view->approved->role, SAMME__PERSON_ROLE__supervisor);
    cr_assert_eq(view->approved->approver.len, 16);
    cr_assert_eq(view->approved->lines[0]->n_refunds, 2);
    approve(path, "30", "3210", "");
    expect(409, "not_approvable");
    complete(path, "{\"outcome\":\"paid\",\"paid\":\"499\"}");
    expect(409, "conflict");
    complete(path, "{\"outcome\":\"paid\",\"paid\":\"500\"}");
    expect(200, "");
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_paid);
    ask("/v1/receipts?number=R", NULL);
    cr_assert_eq(p.answer.answer->receipts->receipts[0]->lines[0]->quantity_left, 0);
    cr_assert_eq(p.answer.answer->receipts->receipts[0]->lines[0]->refunded, 500);
    pair_quiet(&p);
    samme_hub_view hub = pair_look_hub(&p);
    samme_node_view node = pair_look(&p, 1);
    cr_assert_eq(node.acked_size, node.own_size);
    cr_assert(samme_hash_equal(&hub.state_digest, &node.state_digest));
}

Test(access, what_was_approved_and_not_paid_is_given_back) {
    add_people();
    char *path = decided("R", "opened", "17");
    approve(path, "40", "4040x", "");
    expect(200, "");
    complete(path, "{\"outcome\":\"failed\"}");
    expect(200, "");
    ask("/v1/receipts?number=R", NULL);
    cr_assert_eq(p.answer.answer->receipts->receipts[0]->lines[0]->quantity_left, 1000);
}

Test(access, who_opened_it_does_not_approve_it) {
    add_people();
    char *path = decided("R", "opened", "30");
    approve(path, "30", "3210", "");
    expect(403, "same_person");
    approve(path, "40", "4040x", "");
    expect(200, "");
}

Test(access, without_an_opener_nobody_approves) {
    add_people();
    approve(decided("R", "opened", ""), "30", "3210", "");
    expect(409, "opener_unknown");
}

Test(access, neither_clerk_nor_approver_is_the_customer) {
    add_person("17", "clerk", "1234");
    manage("/v1/persons",
           "{\"number\":\"30\",\"name\":\"S\",\"role\":\"supervisor\",\"pin\":\"3210\","
           "\"subject\":\"AAAAAAAAAAAAAAAAAAAAAQ==\"}");
    expect(201, "");
    const char *sale = "{\"receipt\":{\"till\":\"1\",\"number\":\"C\",\"businessDate\":"
                       "\"2026-09-01\"},\"currency\":\"GBP\",\"subject\":"
                       "\"AAAAAAAAAAAAAAAAAAAAAQ==\",\"lines\":[{\"no\":1,\"category\":\"goods\","
                       "\"quantity\":\"1000\",\"paid\":\"500\"}]}";
    const char *opened = "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"C\","
                         "\"businessDate\":\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":"
                         "\"1000\"}],\"claimType\":\"changed_mind\",\"condition\":\"opened\"}";
    ask("/v1/sales", sale);
    expect(201, "");
    ask("/v1/returns?person=30", opened);
    expect(403, "same_person");
    ask("/v1/returns?person=17", opened);
    expect(201, "");
    char path[100];
    snprintf(path, sizeof path, "/v1/returns/%s/decide", p.answer.answer->return_case->case_code);
    ask(path, "");
    *strrchr(path, '/') = 0;
    approve(path, "30", "3210", "");
    expect(403, "same_person");
}

Test(access, a_role_is_at_least_what_the_decision_asks) {
    add_people();
    char *path = decided("R", "used", "17");
    approve(path, "30", "3210", "");
    expect(403, "role_too_low");
    approve(path, "40", "4040x", "[{\"no\":1,\"refund\":\"501\"}]");
    expect(409, "not_approvable");
    approve(path, "40", "4040x", "[{\"no\":2}]");
    expect(409, "not_approvable");
    approve(path, "40", "4040x", "[{\"no\":1,\"refund\":\"250\"}]");
    expect(200, "");
    const Samme__ApprovedLine *line = p.answer.answer->return_case->approved->lines[0];
    cr_assert_eq(line->n_refunds, 2);
    cr_assert_eq(line->refunds[0]->tender, SAMME__TENDER_KIND__cash);
    cr_assert_eq(line->refunds[0]->amount, 200);
    cr_assert_eq(line->refunds[1]->amount, 50);
    complete(path, "{\"outcome\":\"paid\",\"paid\":\"250\"}");
    expect(200, "");
}

Test(access, where_a_contingent_answer_says_no_amount_the_approver_does) {
    add_people();
    char *path = decided("R", "incomplete", "17");
    approve(path, "30", "3210", "[{\"no\":1,\"refund\":\"501\"}]");
    expect(409, "not_approvable");
    approve(path, "30", "3210", "[{\"no\":1,\"refund\":\"120\"}]");
    expect(200, "");
    cr_assert_eq(p.answer.answer->return_case->refund, 120);
    complete(path, "{\"outcome\":\"paid\",\"paid\":\"120\"}");
    expect(200, "");
}

Test(access, what_the_law_denies_nobody_approves) {
    add_people();
    approve(decided("R", "damaged", "17"), "40", "4040x", "");
    expect(409, "not_approvable");
}

Test(access, a_line_refunded_since_the_decision_is_decided_again) {
    add_people();
    char first[100];
    snprintf(first, sizeof first, "%s", decided("R", "opened", "17"));
    char body[400];
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"R\",\"businessDate\":"
             "\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":"
             "\"changed_mind\",\"condition\":\"unopened\"}");
    ask("/v1/returns", body);
    char path[100];
    snprintf(path, sizeof path, "/v1/returns/%s/decide", p.answer.answer->return_case->case_code);
    ask(path, "");
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_authorised);
    approve(first, "30", "3210", "");
    expect(409, "decide_again");
}

Test(access, five_wrong_pins_lock_out_for_longer_each_time_over_a_crash_too) {
    add_people();
    char *path = decided("R", "opened", "17");
    for (unsigned i = 0; i < 5; i++) {
        approve(path, "30", "9999", "");
        expect(403, "bad_pin");
        pair_crash_node(&p, 1);
        pair_quiet(&p);
    }
    approve(path, "30", "3210", "");
    expect(403, "locked_out");
    pair_run(&p, 14 * MINUTE);
    approve(path, "30", "3210", "");
    expect(403, "locked_out");
    pair_run(&p, 2 * MINUTE);
    for (unsigned i = 0; i < 5; i++) {
        approve(path, "30", "9999", "");
        expect(403, "bad_pin");
    }
    pair_run(&p, 16 * MINUTE);
    approve(path, "30", "3210", "");
    expect(403, "locked_out");
    manage("/v1/persons", NULL);
    cr_assert_neq(p.answer.answer->persons->persons[1]->locked_until[0], 0);
    manage("/v1/persons/30/unlock", "");
    expect(200, "");
    approve(path, "30", "3210", "");
    expect(200, "");
}

Test(access, a_wrong_pin_is_counted_before_it_is_told) {
    add_people();
    char *path = decided("R", "opened", "17"), full[120];
    snprintf(full, sizeof full, "%s/approve", path);
    p.nodes[0].stores.stuck = true;
    cr_assert_eq(pair_ask(&p, 1, full, "w", "{\"person\":\"30\",\"pin\":\"9999\"}", 2 * SECOND), 0);
}

Test(access, one_pin_of_a_person_at_a_time_and_sixteen_in_all) {
    add_people();
    char body[200];
    char *path = decided("R", "opened", "17"), full[120];
    snprintf(full, sizeof full, "%s/approve", path);
    p.nodes[0].worker_stuck = true;
    cr_assert_eq(pair_ask(&p, 1, full, "a", "{\"person\":\"30\",\"pin\":\"3210\"}", SECOND), 0);
    approve(path, "30", "3210", "");
    expect(429, "busy");
    p.token = "operator";
    for (unsigned i = 1; i < SAMME_PIN_JOBS_MAX; i++) {
        snprintf(body, sizeof body,
                 "{\"number\":\"1%02u\",\"name\":\"N\",\"role\":\"clerk\",\"pin\":\"1234\"}", i);
        cr_assert_eq(pair_ask(&p, 1, "/v1/persons", "p", body, SECOND), 0);
    }
    add_person("200", "clerk", "1234");
    expect(503, "busy");
    p.token = NULL;
    approve(path, "40", "4040x", "");
    expect(503, "busy");
    p.nodes[0].worker_stuck = false;
    pair_quiet(&p);
    manage("/v1/persons", NULL);
    cr_assert_eq(p.answer.answer->persons->n_persons, 3 + SAMME_PIN_JOBS_MAX - 1);
    ask(path, NULL);
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_approved);
}

Test(access, who_waits_for_a_pin_is_told_when_the_disk_fails) {
    add_people();
    char *path = decided("R", "opened", "17"), full[120];
    snprintf(full, sizeof full, "%s/approve", path);
    p.nodes[0].worker_stuck = true;
    cr_assert_eq(pair_ask(&p, 1, full, "a", "{\"person\":\"30\",\"pin\":\"3210\"}", SECOND), 0);
    p.nodes[0].stores.stuck = true;
    pair_forget(&p);
    cr_assert_eq(pair_sell(&p, 1, "X", 1000, 500), 0);
    samme_memory_store_fail_next(p.nodes[0].stores.log_memory, SAMME_COMMIT_FAILED);
    p.nodes[0].stores.stuck = false;
    pair_tick_node(&p, 1);
    cr_assert_eq(lines_with(&p, "503, too late"), 2, "%s", pair_trace(&p));
}

/* A PIN has few digits: nothing that enters the log may be made of one. */
Test(access, no_entry_holds_anything_made_of_a_pin) {
    add_people();
    char full[120];
    snprintf(full, sizeof full, "%s/approve", decided("R", "opened", "17"));
    const char *body = "{\"person\":\"30\",\"pin\":\"3210\"}";
    cr_assert_eq(pair_ask(&p, 1, full, "once", body, SECOND), 200);
    samme_arena arena;
    samme_arena_init(&arena, 4 * 1024 * 1024);
    pair_quiet(&p);
    const samme_entry *entry = own_entry(&p, 1, pair_look(&p, 1).own_size - 1, &arena);
    for (uint64_t i = pair_look(&p, 1).own_size;
         entry->event->kind != SAMME__EVENT_KIND__return_approved; i--)
        entry = own_entry(&p, 1, i - 1, &arena);
    samme_hash naive =
        samme_sha256_of(samme_span_of_text(full), SAMME_LITERAL("\n"), samme_span_of_text(body));
    cr_assert_not(samme_span_equal(samme_span_of_bytes(entry->event->request_hash),
                                   samme_span_of_hash(&naive)));
    samme_arena_free(&arena);
    /* the same hash, whatever the PIN: a repeated request finds its entry */
    cr_assert_eq(pair_ask(&p, 1, full, "once", "{\"person\":\"30\",\"pin\":\"0000\"}", SECOND),
                 200);
    cr_assert(p.answer.answer->return_case->recorded->repeated);
}

Test(access, people_that_nobody_may_be) {
    const char *const bad[] = {
        "{\"number\":\"17\",\"name\":\"N\",\"role\":\"clerk\",\"pin\":\"123\"}",
        "{\"number\":\"17\",\"name\":\"N\",\"role\":\"clerk\",\"pin\":\"1111\"}",
        "{\"number\":\"17\",\"name\":\"N\",\"pin\":\"1234\"}",
        "{\"number\":\"17\",\"name\":\"\",\"role\":\"clerk\",\"pin\":\"1234\"}",
        "{\"number\":\"A/B\",\"name\":\"N\",\"role\":\"clerk\",\"pin\":\"1234\"}",
        "{\"number\":\"17\",\"name\":\"N\",\"role\":\"clerk\",\"pin\":\"1234\",\"subject\":\"AA=="
        "\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        manage("/v1/persons", bad[i]);
        expect(422, "malformed");
    }
    add_person("17", "clerk", "1234");
    expect(201, "");
    add_person("17", "manager", "4321");
    expect(409, "conflict");
    manage("/v1/persons/17/remove", "");
    expect(200, "");
    manage("/v1/persons/17/remove", "");
    expect(404, "not_found");
    add_person("18", "clerk", "1234");
    p.token = NULL;
    ask("/v1/persons", "{\"number\":\"19\",\"name\":\"N\",\"role\":\"clerk\",\"pin\":\"1234\"}");
    expect(403, "operator_only");
}
