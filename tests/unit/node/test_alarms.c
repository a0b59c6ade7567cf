/* Alarms at the counter: three stores, the third sold, the first two refunded while nobody heard
 * anybody. */
#include <stdio.h>

#include "tests/unit/node/fixture.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, SELLER = 3 };

static pair p;
static void setup(void) {
    pair_open(&p, 3);
    pair_publish(&p, 30);
    pair_quiet(&p);
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(node_alarms, .init = setup, .fini = teardown);

static void expect(unsigned status, const char *word) {
    cr_assert_eq(p.answer.status, status, "%u instead of %u: %s", p.answer.status, status,
                 p.answer.problem == NULL ? "" : p.answer.problem->detail);
    cr_assert_str_eq(p.answer.problem == NULL ? "" : strrchr(p.answer.problem->type, '/') + 1,
                     word);
}

static void ask(unsigned number, const char *path, const char *body) {
    static unsigned keys;
    char key[20];
    snprintf(key, sizeof key, "key-%u", keys++);
    pair_ask(&p, number, path, key, body, SECOND);
}

static void add_person(unsigned node, const char *number, const char *role) {
    char body[300];
    snprintf(body, sizeof body,
             "{\"number\":\"%s\",\"name\":\"N. N.\",\"role\":\"%s\",\"pin\":\"3210\"}", number,
             role);
    p.token = "operator";
    ask(node, "/v1/persons", body);
    p.token = NULL;
    expect(201, "");
}

static void refund(unsigned node, const char *receipt, const char *key) {
    cr_assert_eq(pair_return(&p, node, SELLER, receipt, 1000, key), 200);
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_authorised);
}

/* Store 1 merges first: store 2 was the last. */
static void raise_alarm(const char *receipt) {
    cr_assert_eq(pair_sell(&p, SELLER, receipt, 1000, 500), 201);
    pair_quiet(&p);
    for (unsigned n = 1; n <= 3; n++)
        pair_cut(&p, n, true, true);
    refund(1, receipt, "a");
    refund(2, receipt, "b");
    for (unsigned n = 3; n >= 1; n--) {
        pair_cut(&p, n == 3 ? 1 : n == 1 ? 3 : 2, false, false);
        pair_run(&p, MINUTE);
    }
    pair_quiet(&p);
}

static const Samme__AlarmsView *list(unsigned node, const char *query) {
    char path[300];
    snprintf(path, sizeof path, "/v1/alarms%s", query);
    ask(node, path, NULL);
    expect(200, "");
    return p.answer.answer->alarms;
}

static void answer(unsigned node, const char *what, const char *receipt, const char *person,
                   const char *more) {
    char body[500], path[60];
    snprintf(path, sizeof path, "/v1/alarms/%s", what);
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":%u,\"till\":\"1\",\"number\":\"%s\",\"businessDate\":"
             "\"2026-09-01\"},\"no\":1,\"person\":\"%s\",\"pin\":\"3210\"%s}",
             SELLER, receipt, person, more);
    ask(node, path, body);
}

Test(node_alarms, every_store_lists_it_and_the_ones_involved_are_told_once) {
    char text[400];
    for (unsigned n = 1; n <= 3; n++)
        cr_assert_not(samme_node_next_alarm(p.nodes[n - 1].node, text, sizeof text));
    raise_alarm("X");
    for (unsigned n = 1; n <= 3; n++) {
        const Samme__AlarmsView *view = list(n, "");
        cr_assert_eq(view->pending, 1);
        cr_assert_eq(view->n_alarms, 1);
        cr_assert_str_eq(view->after, "");
        cr_assert_eq(view->alarms[0]->alarm->owner, 2);
        cr_assert_eq(view->alarms[0]->alarm->branches[0], 1);
        cr_assert(view->alarms[0]->involved);
        cr_assert_neq(view->alarms[0]->raised_at[0], 0);
        cr_assert(samme_node_next_alarm(p.nodes[n - 1].node, text, sizeof text));
        cr_assert_not_null(strstr(text, "receipt X of branch 3"));
        cr_assert_not_null(strstr(text, "by branches 1 2; branch 2 answers for it"));
        cr_assert_not(samme_node_next_alarm(p.nodes[n - 1].node, text, sizeof text));
    }
}

Test(node_alarms, it_is_taken_by_a_supervisor_and_resolved_by_another) {
    raise_alarm("X");
    add_person(1, "10", "clerk");
    add_person(1, "11", "supervisor");
    add_person(3, "31", "manager");
    answer(1, "take", "X", "10", "");
    expect(403, "role_too_low");
    answer(1, "take", "X", "12", "");
    expect(403, "bad_pin");
    answer(1, "take", "X", "11", ",\"code\":\"written_off\"");
    expect(422, "malformed");
    answer(1, "take", "X", "11", ",\"raised\":2");
    expect(409, "alarm_over");
    answer(1, "take", "Y", "11", "");
    expect(404, "not_found");
    answer(1, "take", "X", "11", ",\"raised\":1");
    expect(200, "");
    cr_assert_eq(p.answer.answer->alarm->alarm->state, SAMME__ALARM_STATE__excess_taken);
    pair_quiet(&p);
    cr_assert_eq(list(3, "")->alarms[0]->alarm->owner, 1);
    answer(3, "resolve", "X", "31", "");
    expect(422, "malformed");
    answer(3, "resolve", "X", "31", ",\"code\":\"shrug\"");
    expect(422, "malformed");
    answer(3, "resolve", "X", "31", ",\"code\":\"written_off\",\"noteHash\":\"AAAA\"");
    expect(422, "malformed");
    answer(3, "resolve", "X", "31", ",\"code\":\"written_off\"");
    expect(200, "");
    answer(3, "resolve", "X", "31", ",\"code\":\"written_off\"");
    expect(409, "alarm_over");
    pair_quiet(&p);
    for (unsigned n = 1; n <= 3; n++) {
        cr_assert_eq(list(n, "")->n_alarms, 0);
        const Samme__AlarmsView *view = list(n, "?state=all");
        cr_assert_eq(view->n_alarms, 1);
        cr_assert_eq(view->alarms[0]->alarm->state, SAMME__ALARM_STATE__excess_resolved);
        cr_assert_eq(view->alarms[0]->alarm->code, SAMME__ALARM_CODE__written_off);
        const samme_node_view node = pair_look(&p, n);
        const samme_hub_view hub = pair_look_hub(&p);
        cr_assert(samme_hash_equal(&hub.state_digest, &node.state_digest));
    }
}

Test(node_alarms, a_repeated_request_finds_what_it_did) {
    raise_alarm("X");
    add_person(1, "11", "supervisor");
    static const char body[] =
        "{\"receipt\":{\"branch\":3,\"till\":\"1\",\"number\":\"X\",\"businessDate\":"
        "\"2026-09-01\"},\"no\":1,\"person\":\"11\",\"pin\":\"3210\"}";
    static const char other[] =
        "{\"receipt\":{\"branch\":3,\"till\":\"1\",\"number\":\"X\",\"businessDate\":"
        "\"2026-09-01\"},\"no\":2,\"person\":\"11\",\"pin\":\"3210\"}";
    cr_assert_eq(pair_ask(&p, 1, "/v1/alarms/take", "same", body, SECOND), 200);
    cr_assert_not(p.answer.answer->alarm->recorded->repeated);
    const uint64_t size = pair_look(&p, 1).own_size;
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    cr_assert_eq(pair_ask(&p, 1, "/v1/alarms/take", "same", body, SECOND), 200);
    cr_assert(p.answer.answer->alarm->recorded->repeated);
    cr_assert_eq(pair_look(&p, 1).own_size, size);
    pair_ask(&p, 1, "/v1/alarms/take", "same", other, SECOND);
    expect(422, "idempotency_key_reused");
}

Test(node_alarms, a_store_that_has_no_part_in_it_does_not_answer_for_it) {
    cr_assert_eq(pair_sell(&p, 1, "Y", 1000, 500), 201);
    pair_quiet(&p);
    for (unsigned n = 1; n <= 3; n++)
        pair_cut(&p, n, true, true);
    cr_assert_eq(pair_return(&p, 1, 1, "Y", 1000, "a"), 200);
    cr_assert_eq(pair_return(&p, 2, 1, "Y", 1000, "b"), 200);
    for (unsigned n = 1; n <= 3; n++)
        pair_cut(&p, n, false, false);
    pair_run(&p, MINUTE);
    pair_quiet(&p);
    add_person(3, "31", "manager");
    const Samme__AlarmsView *view = list(3, "");
    cr_assert_eq(view->n_alarms, 1);
    cr_assert_not(view->alarms[0]->involved);
    cr_assert_eq(view->alarms[0]->alarm->owner, 2, "store 1 sold it and paid by its own claim");
    pair_ask(&p, 3, "/v1/alarms/take", "t",
             "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"Y\",\"businessDate\":"
             "\"2026-09-01\"},\"no\":1,\"person\":\"31\",\"pin\":\"3210\"}",
             SECOND);
    expect(403, "other_branches");
}

/* The number of a raise is the journal's to give. */
Test(node_alarms, own_entries_about_the_line_are_merged_first) {
    cr_assert_eq(pair_sell(&p, SELLER, "X", 1000, 500), 201);
    pair_quiet(&p);
    for (unsigned n = 1; n <= 3; n++)
        pair_cut(&p, n, true, true);
    refund(1, "X", "a");
    refund(2, "X", "b");
    samme_node_set_times(p.nodes[1].node, 60 * MINUTE, PAIR_POLL_EVERY_MS, PAIR_CLAIM_WAIT_MS);
    pair_cut(&p, 1, false, false);
    pair_run(&p, MINUTE);
    pair_cut(&p, 2, false, false); /* it hears of the other refund, and keeps its own for now */
    pair_run(&p, 2 * MINUTE);
    add_person(2, "21", "supervisor");
    const Samme__AlarmsView *view = list(2, "");
    cr_assert_eq(view->n_alarms, 1);
    cr_assert_str_eq(view->alarms[0]->raised_at, "");
    answer(2, "take", "X", "21", "");
    expect(409, "not_merged");
    samme_node_set_times(p.nodes[1].node, PAIR_PUSH_AFTER_MS, PAIR_POLL_EVERY_MS,
                         PAIR_CLAIM_WAIT_MS);
    pair_run(&p, MINUTE);
    cr_assert_neq(list(2, "")->alarms[0]->raised_at[0], 0);
    answer(2, "take", "X", "21", "");
    expect(200, "");
}

/* Whoever opened or approved a refund of the line leaves its alarm to somebody else. */
Test(node_alarms, who_refunded_the_line_does_not_resolve_it) {
    cr_assert_eq(pair_sell(&p, SELLER, "X", 1000, 500), 201);
    add_person(2, "21", "supervisor");
    add_person(2, "22", "supervisor");
    pair_quiet(&p);
    for (unsigned n = 1; n <= 3; n++)
        pair_cut(&p, n, true, true);
    refund(1, "X", "a");
    char path[100];
    ask(2, "/v1/returns?person=21",
        "{\"receipt\":{\"branch\":3,\"till\":\"1\",\"number\":\"X\",\"businessDate\":\"2026-09-"
        "01\"},"
        "\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":\"changed_mind\",\"condition\":"
        "\"unopened\"}");
    expect(201, "");
    snprintf(path, sizeof path, "/v1/returns/%s/decide", p.answer.answer->return_case->case_code);
    ask(2, path, "");
    expect(200, "");
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_authorised);
    for (unsigned n = 1; n <= 3; n++)
        pair_cut(&p, n, false, false);
    pair_run(&p, MINUTE);
    pair_quiet(&p);
    answer(2, "take", "X", "21", "");
    expect(200, "");
    answer(2, "resolve", "X", "21", ",\"code\":\"never_paid_out\"");
    expect(403, "same_person");
    answer(2, "resolve", "X", "22", ",\"code\":\"never_paid_out\"");
    expect(200, "");
}

Test(node_alarms, pages_follow_each_other_and_cursors_of_another_list_are_refused) {
    raise_alarm("X");
    ask(1, "/v1/alarms?state=never", NULL);
    expect(400, "bad_query");
    ask(1, "/v1/alarms?after=61ff", NULL);
    expect(400, "bad_query");
    ask(1, "/v1/alarms?state=all&after=72ff", NULL);
    expect(400, "bad_query");
    ask(1, "/v1/alarms?state=all&after=6", NULL);
    expect(400, "bad_query");
    cr_assert_eq(list(1, "?after=2")->n_alarms, 0);
    cr_assert_eq(list(1, "?after=1")->n_alarms, 1);
    cr_assert_eq(list(1, "?state=all&after=61")->n_alarms, 1);
    cr_assert_eq(list(1, "?state=all&after=61ff")->n_alarms, 0);
}
