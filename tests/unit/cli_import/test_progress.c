#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

#include "cli/importing/print.h"
#include "cli/progress.h"

static void expect_line(uint64_t done, uint64_t total, uint64_t count, int64_t ms,
                        const char *line) {
    samme_buffer out;
    samme_buffer_init(&out, 200);
    samme_progress_line(&out, true, done, total, count, "rows", ms);
    cr_assert_str_eq(samme_buffer_text(&out), line);
    samme_buffer_free(&out);
}

Test(progress, shows_bar_count_rate_and_what_is_left) {
    expect_line(45, 100, 12345, 1000,
                "[#########...........] 45% 12,345 rows 12,345 rows/s 0:01 left");
    expect_line(0, 100, 0, 0, "[....................] 0% 0 rows 0 rows/s");
    expect_line(100, 100, 2000000, 250000,
                "[####################] 100% 2,000,000 rows 8,000 rows/s 0:00 left");
    expect_line(1000, 100000, 10, 5000, "[....................] 1% 10 rows 2 rows/s 8:15 left");
    expect_line(120, 100, 5, 1000, "[####################] 100% 5 rows 5 rows/s 0:00 left");
}

Test(progress, without_a_total_there_is_no_bar) {
    expect_line(7, 0, 1234, 2000, "1,234 rows 617 rows/s");
}

Test(progress, says_a_plain_line_now_and_then_where_there_is_no_terminal) {
    cr_redirect_stderr();
    samme_progress progress;
    samme_progress_start(&progress, "rows", 10);
    cr_assert_not(progress.terminal);
    samme_progress_show(&progress, 4, 4); /* nothing yet */
    progress.shown_ms -= 5000;
    progress.started_ms -= 3600000; /* so that the milliseconds of this test do not count */
    samme_progress_show(&progress, 5, 5);
    samme_progress_show(&progress, 6, 6); /* not again at once */
    samme_progress_clear(&progress);
    fflush(stderr);
    cr_assert_stderr_eq_str("50% 5 rows 0 rows/s 60:00 left\n");
}

Test(progress, rates_do_not_overflow) {
    cr_assert_eq(samme_progress_rate(1000, 0), 1000000);
    cr_assert_eq(samme_progress_rate(1000, 2000), 500);
    cr_assert_gt(samme_progress_rate(UINT64_MAX, 10000), UINT64_MAX / 11);
}

static void expect_money(int64_t minor, const char *currency, const char *text) {
    samme_buffer out;
    samme_buffer_init(&out, 200);
    samme_import_print_money(&out, minor, currency);
    cr_assert_str_eq(samme_buffer_text(&out), text);
    samme_buffer_free(&out);
}

Test(progress, money_is_written_for_people) {
    expect_money(135365537, "GBP", "1,353,655.37 GBP");
    expect_money(5, "GBP", "0.05 GBP");
    expect_money(-1205, "EUR", "-12.05 EUR");
    expect_money(1234, "JPY", "1,234 JPY");
    expect_money(1234, "KWD", "1.234 KWD");
    expect_money(INT64_MIN, "JPY", "-9,223,372,036,854,775,808 JPY");
}
