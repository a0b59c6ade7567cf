/* The hub's own journal: kept, signed, folded, and folded again. */
#include "tests/unit/hub/fixture.h"

static hub_test t;
static void setup(void) {
    hub_open(&t);
}
static void teardown(void) {
    hub_close(&t);
}
TestSuite(hub_journal, .init = setup, .fini = teardown);

Test(hub_journal, records_are_as_they_were_after_a_restart) {
    push(&t, 1, 2);
    push(&t, 2, 1);
    say(&t, operator_key(&t), make_pull_journal(&t, 0));
    const Samme__JournalPart *part =
        pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_JOURNAL_PART)->journal_part;
    cr_assert_eq(part->n_records, 3);
    samme_span before = samme_arena_copy(&t.arena, samme_span_of_bytes(part->note));
    hub_crash(&t);
    say(&t, operator_key(&t), make_pull_journal(&t, 0));
    part = pair_newest(&t.p, true, SAMME__MESSAGE__WHAT_JOURNAL_PART)->journal_part;
    cr_assert(samme_span_equal(samme_span_of_bytes(part->note), before),
              "the same head, signed the same");
}

Test(hub_journal, the_state_is_the_same_folded_at_once_or_step_by_step) {
    for (unsigned i = 0; i < 20; i++)
        push(&t, 1 + i % 2, 1 + i % 5);
    samme_hub_view before = pair_look_hub(&t.p);
    cr_assert_eq(before.folded_size, 21);
    pair_lose_views(&t.p, 0);
    pair_tick_hub(&t.p);
    samme_hub_view after = pair_look_hub(&t.p);
    cr_assert_eq(after.folded_size, 21);
    cr_assert(samme_hash_equal(&before.state_digest, &after.state_digest));
}

Test(hub_journal, folding_again_is_bounded_in_each_step) {
    push(&t, 1, 4000);
    push(&t, 2, 4000);
    push(&t, 1, 10);
    pair_lose_views(&t.p, 0); /* one step has been made */
    samme_hub_view view = pair_look_hub(&t.p);
    cr_assert_lt(view.folded_size, view.journal_size);
    cr_assert_leq(samme_hub_next_ms(t.p.hub), t.p.now_ms, "there is work at hand");
    pair_tick_hub(&t.p);
    view = pair_look_hub(&t.p);
    cr_assert_eq(view.folded_size, view.journal_size);
    cr_assert_gt(samme_hub_next_ms(t.p.hub), t.p.now_ms);
}

/* The disk lost the newest commits of the log and kept those of the views. */
Test(hub_journal, views_ahead_of_the_journal_are_thrown_away) {
    push(&t, 1, 1);
    samme_hash digest = pair_look_hub(&t.p).state_digest;
    t.p.hub_stores.stuck = true;
    say(&t, branch_key(&t, 1), make_push(&t, 1, 3));
    samme_memory_store_sync(t.p.hub_stores.views_memory, SIZE_MAX);
    pair_forget(&t.p);
    hub_crash(&t);
    cr_assert_not_null(strstr(pair_trace(&t.p), "throws its views away"), "%s", pair_trace(&t.p));
    samme_hub_view view = pair_look_hub(&t.p);
    cr_assert_eq(view.journal_size, 2);
    cr_assert_eq(view.folded_size, 2);
    cr_assert(samme_hash_equal(&view.state_digest, &digest));
}

Test(hub_journal, views_behind_the_journal_catch_up) {
    push(&t, 1, 1);
    t.p.hub_stores.stuck = true;
    say(&t, branch_key(&t, 1), make_push(&t, 1, 3));
    samme_memory_store_sync(t.p.hub_stores.log_memory, SIZE_MAX);
    pair_forget(&t.p);
    hub_crash(&t);
    cr_assert_null(strstr(pair_trace(&t.p), "throws its views away"));
    samme_hub_view view = pair_look_hub(&t.p);
    cr_assert_eq(view.journal_size, 3);
    cr_assert_eq(view.folded_size, 3);
}

Test(hub_journal, a_store_that_fails_in_the_views_stops_the_hub) {
    samme_memory_store_fail_next(t.p.hub_stores.views_memory, SAMME_COMMIT_FAILED);
    say(&t, branch_key(&t, 1), make_push(&t, 1, 3));
    cr_assert(pair_look_hub(&t.p).store_failed);
    hub_crash(&t);
    samme_hub_view view = pair_look_hub(&t.p);
    cr_assert(!view.store_failed);
    cr_assert_eq(view.folded_size, view.journal_size);
}
