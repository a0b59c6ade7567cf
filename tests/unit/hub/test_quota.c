/* What a branch may hand over in a day of the hub. */
#include <stdio.h>

#include "tests/unit/hub/fixture.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, SECOND = 1000, MINUTE = 60 * SECOND };

static hub_test t;
static void setup(void) {
    hub_open(&t);
}
static void teardown(void) {
    hub_close(&t);
}
TestSuite(quota, .init = setup, .fini = teardown);

static void restart_with(uint64_t bytes) {
    t.p.hub_quota_bytes = bytes;
    hub_crash(&t);
}

static uint64_t credit_of(uint32_t branch) {
    pair_forget(&t.p);
    greet(&t, branch);
    const Samme__Message *message = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_WELCOME);
    cr_assert_not_null(message);
    return message->welcome->credit_bytes;
}

Test(quota, the_batch_that_reaches_it_is_the_last_of_the_day) {
    restart_with(300);
    cr_assert_gt(credit_of(1), 0);
    push(&t, 1, 1);
    cr_assert_gt(credit_of(1), 0, "one sale is less");
    push(&t, 1, 5);
    const uint64_t size = journal_size(&t);
    say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
    cr_assert_str_eq(refusal(&t), "full");
    cr_assert_eq(journal_size(&t), size);
    cr_assert_eq(credit_of(1), 0);
    cr_assert_gt(credit_of(2), 0, "another branch has its own");
    push(&t, 2, 1);
}

Test(quota, it_is_on_disk_with_the_batch_and_a_new_day_begins_at_nought) {
    restart_with(300);
    push(&t, 1, 5);
    hub_crash(&t);
    say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
    cr_assert_str_eq(refusal(&t), "full");
    t.p.hub_clock_offset_ms += DAY_MS;
    t.p.hub_clock_confirmed = true;
    hub_crash(&t);
    push(&t, 1, 5);
    say(&t, branch_key(&t, 1), make_push(&t, 1, 1));
    cr_assert_str_eq(refusal(&t), "full");
}

Test(quota, what_is_refused_for_another_reason_does_not_count) {
    restart_with(300);
    samme_seed other = {.bytes = {9}};
    for (unsigned i = 0; i < 20; i++) {
        const samme_span entry = make_sale(&t, 1);
        say(&t, branch_key(&t, 1), make_push_of(&t, 1, &entry, 1, &other));
        cr_assert_str_neq(refusal(&t), "");
        greet(&t, 1);
    }
    cr_assert_gt(credit_of(1), 0);
    push(&t, 1, 1);
}

Test(quota, none_is_none) {
    restart_with(0);
    push(&t, 1, 50);
    push(&t, 1, 50);
    cr_assert_gt(credit_of(1), 0);
}

/* The node goes on, and hands over the rest on the next day by itself. */
Test(quota, a_node_records_on_and_is_through_the_next_day) {
    static pair p;
    pair_open(&p, 1);
    pair_publish(&p, 30);
    pair_quiet(&p);
    p.hub_quota_bytes = 2000;
    pair_stop_hub(&p);
    pair_start_hub(&p);
    for (unsigned i = 0; i < 40; i++) {
        char number[8];
        snprintf(number, sizeof number, "R%u", i);
        cr_assert_eq(pair_sell(&p, 1, number, 1000, 500), 201);
        pair_run(&p, SECOND);
    }
    pair_run(&p, 10 * MINUTE);
    samme_node_view node = pair_look(&p, 1);
    cr_assert_lt(node.acked_size, node.own_size);
    cr_assert_str_eq(node.trouble, "");
    cr_assert_not_null(strstr(node.notice, "has used its"), "%s", node.notice);
    const uint64_t held = node.acked_size;
    p.hub_clock_offset_ms += DAY_MS;
    p.hub_clock_confirmed = true;
    pair_stop_hub(&p);
    pair_start_hub(&p);
    pair_run(&p, 10 * MINUTE);
    node = pair_look(&p, 1);
    cr_assert_gt(node.acked_size, held);
    pair_close(&p);
}
