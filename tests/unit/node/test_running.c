/* What a shell asks of a node that runs. */
#include "tests/unit/node/fixture.h"

static pair p;
static samme_hash nothing;
static void setup(void) {
    pair_open(&p, 1);
    nothing = empty_root();
    pair_tick_node(&p, 1); /* says hello */
}
static void teardown(void) {
    pair_close(&p);
}
TestSuite(running, .init = setup, .fini = teardown);

static samme_node *node(void) {
    return p.nodes[0].node;
}

static void tell(samme_node_event_kind kind) {
    samme_node_event event = {
        .kind = kind, .wall_ms = PAIR_WALL_MS + p.now_ms, .monotonic_ms = p.now_ms};
    samme_node_step(node(), &event);
    pair_tick_node(&p, 1); /* the checkpoint is durable now */
}

Test(running, a_node_that_is_to_end_hands_its_tail_over_whatever_its_age) {
    say_welcome(&p, 1, 0, &nothing);
    cr_assert(samme_node_merged(node()));
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 201);
    cr_assert(!samme_node_merged(node()));
    cr_assert_eq(lines_with(&p, "push"), 0, "its time has not come");
    tell(SAMME_NODE_STOP);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1, "%s", pair_trace(&p));
    cr_assert(!samme_node_merged(node()));
    samme_hash root = own_root(&p, 1, 2);
    say_ack(&p, 1, 2, &root);
    cr_assert(samme_node_merged(node()));
    cr_assert(samme_node_at_rest(node()));
}

Test(running, a_node_that_is_to_end_takes_no_requests_but_says_it_lives) {
    tell(SAMME_NODE_STOP);
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 503);
    cr_assert_not_null(strstr(p.answer.problem->type, "/stopping"), "%s", p.answer.problem->type);
    cr_assert_eq(pair_ask(&p, 1, "/readyz", NULL, NULL, 1000), 503);
    cr_assert_eq(pair_ask(&p, 1, "/livez", NULL, NULL, 1000), 200);
    cr_assert_eq(pair_look(&p, 1).own_size, 0);
}

Test(running, without_a_session_nothing_is_waited_for) {
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 201);
    tell(SAMME_NODE_STOP);
    cr_assert(samme_node_merged(node()));
    cr_assert_eq(lines_with(&p, "push"), 0);
}

Test(running, a_commit_under_way_is_waited_for) {
    cr_assert(samme_node_at_rest(node()));
    p.nodes[0].stores.stuck = true;
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 0);
    cr_assert(!samme_node_at_rest(node()));
    p.nodes[0].stores.stuck = false;
    pass(&p, 1, 50);
    cr_assert(samme_node_at_rest(node()));
}

Test(running, times_change_between_steps) {
    say_welcome(&p, 1, 0, &nothing);
    samme_node_set_times(node(), 3600000, 500, 800);
    cr_assert_eq(pair_sell(&p, 1, "1", 1000, 500), 201);
    unsigned before = lines_with(&p, "hello");
    pass(&p, 1, 2000);
    cr_assert_eq(lines_with(&p, "push"), 0);
    cr_assert_geq(lines_with(&p, "hello"), before + 3, "it asks twice a second");
    samme_node_set_times(node(), 10, 3600000, 800);
    pass(&p, 1, 100);
    cr_assert_eq(lines_with(&p, "push 0..2"), 1);
}
