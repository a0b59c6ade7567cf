/* Answers: durable first, once for each key, and each says how fresh it is. */
#include "tests/unit/node/fixture.h"

#include <stdio.h>

enum { SECOND = 1000, HOUR = 3600 * SECOND };

static pair p;
static void setup(void) {
    pair_open(&p, 1);
    pair_publish(&p, 365);
    pair_quiet(&p);
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(api, .init = setup, .fini = teardown);

static const char *problem(void) {
    return p.answer.problem == NULL ? "" : strrchr(p.answer.problem->type, '/') + 1;
}

Test(api, an_answer_waits_for_the_disk) {
    p.nodes[0].stores.stuck = true;
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 0);
    pair_run(&p, 3 * SECOND);
    pair_forget(&p);
    cr_assert_eq(pair_ask(&p, 1, "/v1/receipts?number=1", NULL, NULL, 2 * SECOND), 0,
                 "a read that saw it waits as well");
    pair_note(&p, "the disk works");
    p.nodes[0].stores.stuck = false;
    pair_tick_node(&p, 1);
    cr_assert_eq(lines_with(&p, "the disk works\n[ "), 1);
    cr_assert_eq(lines_with(&p, "201, too late"), 1, "%s", pair_trace(&p));
    cr_assert_eq(lines_with(&p, "200, too late"), 1);
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 200);
    cr_assert(p.answer.answer->recorded->repeated);
}

Test(api, answers_come_in_the_order_of_their_commits) {
    p.nodes[0].stores.stuck = true;
    for (unsigned i = 0; i < 3; i++)
        cr_assert_eq(pair_sell(&p, 1, i == 0 ? "1" : i == 1 ? "2" : "3", 1000, 500), 0);
    pair_forget(&p);
    samme_memory_store_sync(p.nodes[0].stores.log_memory, 2);
    pair_tick_node(&p, 1);
    cr_assert_eq(lines_with(&p, "201"), 2, "%s", pair_trace(&p));
}

/* A commit that fails takes its waiters with it. */
static void fail_commit(samme_outcome outcome) {
    p.nodes[0].stores.stuck = true;
    pair_run(&p, 0);
    char body[] = "{\"receipt\":{\"till\":\"1\",\"number\":\"1\",\"businessDate\":\"2026-09-01\"},"
                  "\"currency\":\"GBP\",\"lines\":[{\"no\":1,\"quantity\":\"1000\",\"paid\":\"1\"}"
                  "]}";
    samme_memory_store_fail_next(p.nodes[0].stores.log_memory, outcome);
    p.nodes[0].stores.stuck = false;
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "k", body, 0), 503);
    samme_node_view view = pair_look(&p, 1);
    cr_assert(view.store_failed);
    cr_assert_neq(view.trouble[0], 0);
    cr_assert_eq(pair_ask(&p, 1, "/v1/status", NULL, NULL, 0), 503,
                 "nobody is left without answer");
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "k2", body, 0), 503);
    pair_crash_node(&p, 1);
    unsigned status = pair_ask(&p, 1, "/v1/sales", "k", body, 0);
    cr_assert_eq(status, outcome == SAMME_COMMIT_FAILED ? 201 : 200);
    cr_assert_eq(p.answer.answer->recorded->repeated, outcome == SAMME_COMMIT_UNKNOWN,
                 "of an unknown outcome the restart finds out");
    pair_quiet(&p);
    cr_assert_eq(pair_look(&p, 1).acked_size, pair_look(&p, 1).own_size);
}

Test(api, a_failed_commit_promises_nothing) {
    fail_commit(SAMME_COMMIT_FAILED);
}

Test(api, of_a_commit_with_unknown_outcome_nothing_is_said) {
    fail_commit(SAMME_COMMIT_UNKNOWN);
}

Test(api, a_crash_loses_only_what_was_not_answered) {
    p.nodes[0].stores.stuck = true;
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 0);
    uint64_t size = pair_look(&p, 1).own_size;
    pair_crash_node(&p, 1);
    cr_assert_eq(pair_look(&p, 1).own_size, size - 2);
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 201);
}

Test(api, a_key_is_used_once_even_over_a_restart) {
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 201);
    char id[40];
    snprintf(id, sizeof id, "%s", p.answer.answer->recorded->id);
    cr_assert_eq(strlen(id), 32);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "r"), 200);
    char code[40];
    snprintf(code, sizeof code, "%s", p.answer.answer->return_case->case_code);
    pair_crash_node(&p, 1);
    pair_quiet(&p);
    uint64_t size = pair_look(&p, 1).own_size;
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 200);
    cr_assert(p.answer.answer->recorded->repeated);
    cr_assert_str_eq(p.answer.answer->recorded->id, id);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "r"), 200);
    cr_assert_str_eq(p.answer.answer->return_case->case_code, code);
    cr_assert(p.answer.answer->return_case->recorded->repeated);
    cr_assert_eq(pair_look(&p, 1).own_size, size);
    cr_assert_eq(pair_ask(&p, 1, "/v1/returns", "sale-1", "{}", 0), 422);
    cr_assert_str_eq(problem(), "idempotency_key_reused");
}

Test(api, a_repeated_answer_shows_the_case_as_it_stands) {
    pair_sell(&p, 1, "1", 1000, 500);
    pair_return(&p, 1, 1, "1", 1000, "r");
    char path[100];
    snprintf(path, sizeof path, "/v1/returns/%s/complete", p.answer.answer->return_case->case_code);
    cr_assert_eq(pair_ask(&p, 1, path, "c", "{\"outcome\":\"paid\",\"paid\":\"499\"}", 0), 409);
    cr_assert_eq(pair_ask(&p, 1, path, "c", "{\"outcome\":\"paid\",\"paid\":\"500\"}", 0), 200);
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_paid);
    cr_assert_eq(pair_ask(&p, 1, path, "d", "{\"outcome\":\"failed\"}", 0), 409,
                 "a case ends once");
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "r"), 200, "the opening, again");
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_paid);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "s"), 200);
    cr_assert_eq(p.answer.answer->return_case->state, SAMME__RETURN_STATE__case_decided,
                 "nothing is left to refund");
}

/* Mode */

/* Hours are long: lines of what is said in them are not kept. */
static void pass_hours(unsigned hours) {
    for (unsigned i = 0; i < hours; i++) {
        pair_run(&p, HOUR);
        pair_forget(&p);
    }
}

static Samme__Mode mode(void) {
    cr_assert_eq(pair_ask(&p, 1, "/livez", NULL, NULL, 0), 200);
    return p.answer.answer->fresh->mode;
}

Test(api, the_mode_follows_the_time_since_the_hub_was_heard) {
    cr_assert_eq(mode(), SAMME__MODE__normal);
    pair_cut(&p, 1, true, true);
    pass_hours(23);
    pair_run(&p, HOUR - 10 * SECOND);
    cr_assert_eq(mode(), SAMME__MODE__normal);
    pair_run(&p, 20 * SECOND);
    cr_assert_eq(mode(), SAMME__MODE__cautious);
    cr_assert_geq(p.answer.answer->fresh->hub_heard_s, 24 * 3600 - 1);
    pass_hours(144);
    cr_assert_eq(mode(), SAMME__MODE__conservative);
    pair_cut(&p, 1, false, false);
    pair_run(&p, 60 * SECOND);
    cr_assert_eq(mode(), SAMME__MODE__normal);
    cr_assert_leq(p.answer.answer->fresh->hub_heard_s, 60);
}

Test(api, the_age_of_the_hub_is_known_after_a_restart) {
    pair_run(&p, 60 * SECOND); /* a poll later */
    pair_cut(&p, 1, true, true);
    pass_hours(48);
    pair_crash_node(&p, 1);
    cr_assert_eq(mode(), SAMME__MODE__cautious);
    cr_assert_geq(p.answer.answer->fresh->hub_heard_s, 47 * 3600);
}

Test(api, a_decision_is_made_in_the_mode_of_its_hour) {
    pair_sell(&p, 1, "1", 1000, 500);
    pair_cut(&p, 1, true, true);
    pass_hours(25);
    cr_assert_eq(pair_return(&p, 1, 1, "1", 1000, "r"), 200);
    cr_assert_eq(p.answer.answer->return_case->decided->lines[0]->facts->mode,
                 SAMME__MODE__cautious);
}

Test(api, a_clock_set_back_makes_a_branch_cautious_and_time_does_not_go_back) {
    pair_sell(&p, 1, "1", 1000, 500);
    pair_quiet(&p);
    cr_assert_eq(mode(), SAMME__MODE__normal);
    char before[40];
    snprintf(before, sizeof before, "%s", p.answer.answer->fresh->time);
    p.nodes[0].clock_offset_ms = -HOUR;
    cr_assert_eq(mode(), SAMME__MODE__cautious);
    cr_assert_geq(strcmp(p.answer.answer->fresh->time, "2026-09-21T14:13:2"), 0, "%s",
                  p.answer.answer->fresh->time);
    pair_sell(&p, 1, "2", 1000, 500);
    samme_arena arena;
    samme_arena_init(&arena, 1024 * 1024);
    pair_tick_node(&p, 1);
    uint64_t size = pair_look(&p, 1).own_size;
    const samme_entry *newest = own_entry(&p, 1, size - 1, &arena);
    const samme_entry *older = own_entry(&p, 1, size - 3, &arena);
    cr_assert_geq(newest->event->time_ms, older->event->time_ms);
    samme_arena_free(&arena);
    p.nodes[0].clock_offset_ms = 0;
    cr_assert_eq(mode(), SAMME__MODE__normal);
}

/* The hub has signed for a later hour than this machine's clock shows. */
Test(api, a_clock_under_the_hubs_makes_a_branch_cautious) {
    pair two;
    pair_open(&two, 2);
    pair_publish(&two, 365);
    pair_quiet(&two);
    pair_run(&two, 2 * HOUR);
    pair_sell(&two, 2, "1", 1000, 500);
    pair_quiet(&two);
    two.nodes[0].clock_offset_ms = -HOUR; /* later than its own entries, all the same */
    cr_assert_eq(pair_ask(&two, 1, "/livez", NULL, NULL, 0), 200);
    const Samme__Fresh *fresh = two.answer.answer->fresh;
    cr_assert_eq(fresh->mode, SAMME__MODE__cautious);
    cr_assert_geq(strcmp(fresh->time, "2026-09-21T16:13:2"), 0, "%s", fresh->time);
    pair_close(&two);
}

Test(api, a_branch_that_never_heard_the_hub_is_conservative) {
    pair alone;
    pair_open(&alone, 1);
    cr_assert_eq(pair_ask(&alone, 1, "/livez", NULL, NULL, 0), 200);
    cr_assert_eq(alone.answer.answer->fresh->mode, SAMME__MODE__conservative);
    cr_assert_eq(alone.answer.answer->fresh->hub_heard_s, -1);
    cr_assert_eq(alone.answer.answer->fresh->release, 0);
    pair_close(&alone);
}

/* Days */

static unsigned open_on(const char *today, const char *key) {
    char body[500];
    snprintf(body, sizeof body,
             "{\"receipt\":{\"branch\":1,\"till\":\"1\",\"number\":\"1\",\"businessDate\":"
             "\"2026-09-01\"},\"lines\":[{\"no\":1,\"quantity\":\"1000\"}],\"claimType\":"
             "\"changed_mind\",\"condition\":\"unopened\",\"today\":\"%s\"}",
             today);
    return pair_ask(&p, 1, "/v1/returns", key, body, 0);
}

Test(api, a_return_of_tomorrow_is_refused_and_one_of_yesterday_is_marked) {
    pair_sell(&p, 1, "1", 9000, 500);
    cr_assert_eq(open_on("", "a"), 201);
    const char *today = p.answer.answer->return_case->opened->today;
    cr_assert_str_eq(today, "2026-09-21");
    cr_assert_eq(open_on("2026-09-22", "b"), 422);
    cr_assert_not_null(strstr(p.answer.problem->detail, "lies ahead"));
    cr_assert_eq(open_on("2026-09-21", "c"), 201);
    cr_assert(!p.answer.answer->return_case->opened->recorded_later);
    cr_assert_eq(open_on("2026-09-20", "d"), 201);
    cr_assert(p.answer.answer->return_case->opened->recorded_later);
    cr_assert_eq(open_on("20260920", "e"), 422);
    cr_assert_eq(open_on("2026-02-30", "f"), 422);
}

/* Case codes */

/* ISO 7064 MOD 97-10 over all digits of "bbbb-rrrrrrr-cc". */
static bool code_checks(const char *code) {
    unsigned rest = 0;
    for (const char *at = code; *at != 0; at++)
        if (*at != '-')
            rest = (rest * 10 + (unsigned)(*at - '0')) % 97;
    return rest == 1;
}

static void open_case(unsigned i, char code[static 40]) {
    char key[20];
    snprintf(key, sizeof key, "case-%u", i);
    cr_assert_eq(open_on("", key), 201);
    snprintf(code, 40, "%s", p.answer.answer->return_case->case_code);
    cr_assert_eq(strlen(code), 15, "%s", code);
}

Test(api, every_slip_of_one_digit_and_every_swap_of_neighbours_in_a_case_code_shows) {
    pair_sell(&p, 1, "1", 9000, 500);
    char code[40], slip[40];
    for (unsigned i = 0; i < 200; i++) {
        open_case(i, code);
        cr_assert(code_checks(code), "%s", code);
        for (size_t at = 0; code[at] != 0; at++) {
            if (code[at] == '-')
                continue;
            for (char digit = '0'; digit <= '9'; digit++) {
                memcpy(slip, code, sizeof slip);
                slip[at] = digit;
                cr_assert(digit == code[at] || !code_checks(slip), "%s read for %s", slip, code);
            }
            size_t next = at + (code[at + 1] == '-' ? 2 : 1);
            if (code[at + 1] == 0 || code[at] == code[next])
                continue;
            memcpy(slip, code, sizeof slip);
            slip[at] = code[next];
            slip[next] = code[at];
            cr_assert(!code_checks(slip), "%s read for %s", slip, code);
        }
    }
}

/* The same lot over and over, then others. */
typedef struct unlucky {
    samme_prng prng;
    unsigned sevens;
} unlucky;

static void draw(void *self, void *out, size_t length) {
    unlucky *lots = self;
    samme_random luck = samme_prng_as_random(&lots->prng);
    luck.fill(luck.self, out, length);
    if (length == sizeof(uint32_t) && lots->sevens > 0) {
        lots->sevens--;
        memset(out, 7, length);
    }
}

Test(api, a_case_code_is_not_given_twice) {
    unlucky lots = {.sevens = 4};
    samme_prng_seed(&lots.prng, 1);
    p.nodes[0].random = (samme_random){.self = &lots, .fill = draw};
    pair_crash_node(&p, 1);
    pair_sell(&p, 1, "1", 9000, 500);
    char first[40], second[40];
    open_case(1, first);
    open_case(2, second);
    cr_assert_eq(lots.sevens, 0);
    cr_assert_str_neq(first, second);
    cr_assert(code_checks(second));
}

/* Problems */

static void check_problem(const char *where) {
    const Samme__Problem *said = p.answer.problem;
    cr_assert_not_null(said, "%s", where);
    cr_assert(strncmp(said->type, "https://samme.example/problems/", 31) == 0, "%s: type %s", where,
              said->type);
    cr_assert_neq(said->title[0], 0, "%s: no title", where);
    cr_assert_eq(said->status, p.answer.status, "%s: status %u, answered with %u", where,
                 said->status, p.answer.status);
    cr_assert_neq(said->detail[0], 0, "%s: no detail", where);
    cr_assert_not_null(said->fresh, "%s: does not say how fresh", where);
    cr_assert_eq(strlen(said->fresh->time), 20, "%s: time \"%s\"", where, said->fresh->time);
    cr_assert_neq(said->fresh->mode, SAMME__MODE__mode_unset, "%s", where);
    cr_assert_eq(said->fresh->has_release_case, SAMME__FRESH__HAS_RELEASE_RELEASE, "%s", where);
}

Test(api, every_problem_says_what_why_and_how_fresh) {
    static const char *const posts[][2] = {
        {"/v1/sales", ""},
        {"/v1/sales", "{}"},
        {"/v1/sales:batch", "{\"sales\":[{}]}"},
        {"/v1/returns", "[]"},
        {"/v1/returns/x/decide", ""},
        {"/v1/returns/x/complete", "{}"},
        {"/v1/returns/x/complete", "{\"outcome\":\"unheard_of\"}"},
        {"/livez", ""},
        {"/", ""},
    };
    static const char *const gets[] = {"/v1/receipts",          "/v1/receipts?number=none",
                                       "/v1/receipts?number=%", "/v1/receipts?number=1&branch=x",
                                       "/v1/returns/none",      "/v1/sales",
                                       "/v1/returns/a/b",       "/v2"};
    for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
        cr_assert_geq(pair_ask(&p, 1, posts[i][0], "key", posts[i][1], 0), 400);
        check_problem(posts[i][0]);
    }
    for (size_t i = 0; i < sizeof gets / sizeof *gets; i++) {
        cr_assert_geq(pair_ask(&p, 1, gets[i], NULL, NULL, 0), 400, "%s", gets[i]);
        check_problem(gets[i]);
    }
    cr_assert_eq(pair_ask(&p, 1, "/v1/sales", "", "{}", 0), 400);
    check_problem("no key");
    cr_assert_str_eq(problem(), "missing_idempotency_key");
}

Test(api, a_problem_of_the_store_says_the_same) {
    samme_memory_store_fail_next(p.nodes[0].stores.log_memory, SAMME_COMMIT_FAILED);
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 503);
    check_problem("waiter");
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 503);
    check_problem("later");
    cr_assert_str_eq(problem(), "read_only");
}

Test(api, with_the_disk_far_behind_writes_are_told_to_come_later) {
    p.nodes[0].stores.stuck = true;
    char receipt[20];
    for (unsigned i = 0; i < 300; i++) {
        snprintf(receipt, sizeof receipt, "%u", i);
        cr_assert_eq(pair_sell(&p, 1, receipt, 1000, 500), 0);
    }
    p.nodes[0].stores.stuck = false;
    pair_forget(&p);
    pair_tick_node(&p, 1);
    unsigned taken = lines_with(&p, "201, too late"), told = lines_with(&p, "503, too late");
    cr_assert_eq(taken + told, 300, "%u and %u", taken, told);
    cr_assert_gt(taken, 100);
    cr_assert_gt(told, 100, "what waits for the disk is bounded");
    cr_assert_eq(pair_look(&p, 1).own_size, 2 + 1 + taken);
    cr_assert_eq(pair_sell(&p, 1, receipt, 1000, 500), 201, "and then they are taken");
    cr_assert(!pair_look(&p, 1).store_failed);
}
