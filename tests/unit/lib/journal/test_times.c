#include "journal/times.h"

#include <criterion/criterion.h>

#include "history/entry.h"

enum { HOUR = 3600000, DAY = 24 * HOUR };
static const int64_t hub_ms = 1292054400000;

static samme_times times;
static samme_arena arena;

static void setup(void) {
    cr_assert_eq(samme_times_init(&times), SAMME_OK);
    samme_arena_init(&arena, 1 << 20);
}
static void teardown(void) {
    samme_times_free(&times);
    samme_arena_free(&arena);
}
TestSuite(times, .init = setup, .fini = teardown);

static void entry(uint32_t branch, uint64_t record, int64_t time_ms) {
    Samme__Anchor body = SAMME__ANCHOR__INIT;
    const samme_entry_head head = {
        .kind = SAMME__EVENT_KIND__anchor, .region = 1, .time_ms = time_ms};
    const samme_position at = {.branch = branch, .epoch = 1, .journal_index = record};
    samme_buffer packed;
    samme_buffer_init(&packed, SAMME_ENTRY_MAX_BYTES);
    cr_assert_eq(samme_entry_build(&head, &body, &packed), SAMME_OK);
    cr_assert_eq(samme_times_entry(&times, &at, hub_ms, samme_buffer_span(&packed)), SAMME_OK);
    samme_buffer_free(&packed);
}

Test(times, entries_more_than_a_day_ahead_of_their_record_are_counted_by_branch) {
    entry(2, 5, hub_ms);
    entry(2, 5, hub_ms + DAY);
    entry(1, 6, hub_ms + DAY + 1);
    entry(1, 6, hub_ms + 300 * (int64_t)DAY);
    entry(2, 7, hub_ms - 300 * (int64_t)DAY); /* late is not ahead */
    cr_assert_eq(times.count, 2);
    cr_assert_eq(times.items[0].branch, 2);
    cr_assert_eq(times.items[0].entries, 3);
    cr_assert_eq(times.items[0].ahead, 0);
    cr_assert_eq(times.items[0].batches, 2);
    cr_assert_eq(times.items[1].ahead, 2);
    cr_assert_eq(times.items[1].ahead_most_ms, 300 * (int64_t)DAY);
    cr_assert_eq(times.items[1].first_ahead.journal_index, 6);
}

Test(times, a_batch_that_goes_back_more_than_a_day_is_counted_once) {
    entry(1, 1, hub_ms);
    entry(1, 1, hub_ms - DAY); /* a day is not more than one */
    cr_assert_eq(times.items[0].batches_back, 0);
    entry(1, 2, hub_ms);
    entry(1, 2, hub_ms - DAY - 1);
    entry(1, 2, hub_ms - 3 * (int64_t)DAY);
    cr_assert_eq(times.items[0].batches, 2);
    cr_assert_eq(times.items[0].batches_back, 1);
    cr_assert_eq(times.items[0].back_most_ms, 3 * (int64_t)DAY);
    cr_assert_eq(times.items[0].first_back.journal_index, 2);
    entry(1, 3, hub_ms - 9 * (int64_t)DAY); /* the next batch may begin where it likes */
    cr_assert_eq(times.items[0].batches_back, 1);
}

Test(times, whatever_an_entry_says_is_weighed) {
    entry(1, 1, INT64_MAX);
    entry(1, 1, INT64_MIN);
    entry(1, 1, 0); /* says none */
    cr_assert_eq(times.items[0].entries, 2);
    cr_assert_eq(times.items[0].ahead, 1);
    cr_assert_eq(times.items[0].back_most_ms, INT64_MAX);
}
