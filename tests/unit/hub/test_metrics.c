#include "hub/metrics.h"

#include "tests/unit/hub/fixture.h"

static hub_test t;
static samme_buffer text;
static void setup(void) {
    hub_open(&t);
    samme_buffer_init(&text, 1 << 20);
}
static void teardown(void) {
    samme_buffer_free(&text);
    hub_close(&t);
}
TestSuite(metrics, .init = setup, .fini = teardown);

static bool says_line(const char *line) {
    samme_buffer_clear(&text);
    samme_hub_metrics(t.p.hub, &text);
    const char *at = strstr(samme_buffer_text(&text), line);
    return at != NULL && at[strlen(line)] == '\n' && at[-1] == '\n';
}
#define EXPECT(line)                                                                               \
    cr_assert(says_line(line), "expected %s in\n%s", line, samme_buffer_text(&text))

Test(metrics, move_with_what_is_merged_and_refused) {
    EXPECT("samme_hub_entries_total 0");
    EXPECT("samme_hub_branch_merged_entries{branch=\"2\",name=\"branch-2\"} 0");
    push(&t, 2, 3);
    push(&t, 2, 4);
    pair_tick_hub(&t.p);
    EXPECT("samme_hub_batches_total 2");
    EXPECT("samme_hub_entries_total 7");
    EXPECT("samme_hub_branch_merged_entries{branch=\"2\",name=\"branch-2\"} 7");
    EXPECT("samme_hub_branch_merged_entries{branch=\"1\",name=\"branch-1\"} 0");
    EXPECT("samme_hub_refused_messages_total 0");
    Samme__Message *message = make_push(&t, 1, 1);
    message->push->old_size = 9;
    say(&t, branch_key(&t, 1), message);
    EXPECT("samme_hub_refused_messages_total 1");
    EXPECT("samme_hub_batches_total 2");
}

Test(metrics, a_branch_not_heard_in_this_run_has_no_age) {
    EXPECT("samme_hub_branch_heard_age_seconds{branch=\"1\",name=\"branch-1\"} 0.000");
    pair_stop_hub(&t.p);
    pair_start_hub(&t.p);
    pair_tick_hub(&t.p);
    cr_assert(
        !says_line("samme_hub_branch_heard_age_seconds{branch=\"1\",name=\"branch-1\"} 0.000"));
    cr_assert_null(strstr(samme_buffer_text(&text), "samme_hub_branch_heard_age_seconds{"));
}

Test(metrics, commits_are_timed_up_to_a_maximum) {
    samme_hub_counts counts = {0};
    samme_hub_commit_begun(&counts, 5, 100);
    samme_hub_commit_begun(&counts, 5,
                           101); /* a step that wrote nothing has no commit of its own */
    samme_hub_commit_begun(&counts, 6, 110);
    samme_hub_commits_durable(&counts, 5, 130);
    cr_assert_eq(counts.commits, 1);
    cr_assert_eq(counts.commit_ms, 30);
    samme_hub_commits_durable(&counts, 9, 131);
    cr_assert_eq(counts.commits, 2);
    cr_assert_eq(counts.commit_ms, 51);
    for (uint64_t head = 10; head < 10 + 2 * SAMME_HUB_TIMED_COMMITS; head++)
        samme_hub_commit_begun(&counts, head, 200);
    samme_hub_commits_durable(&counts, UINT64_MAX, 201);
    cr_assert_eq(counts.commits, 2 + SAMME_HUB_TIMED_COMMITS, "further ones are not timed");
    cr_assert_eq(counts.count, 0);
}
