#include "base/exposition.h"

#include <criterion/criterion.h>

static samme_buffer text;
static void setup(void) {
    samme_buffer_init(&text, 4096);
}
static void teardown(void) {
    samme_buffer_free(&text);
}
TestSuite(exposition, .init = setup, .fini = teardown);

Test(exposition, a_metric_is_help_type_and_values) {
    samme_metric(&text, "samme_sold", SAMME_GAUGE, "What was sold.");
    const samme_label labels[] = {{"branch", "1"}, {"name", "Store1"}};
    samme_metric_value(&text, "samme_sold", "", labels, 2, 7);
    samme_metric_value(&text, "samme_sold", "", labels, 1, INT64_MIN);
    samme_metric_one(&text, "samme_seen_total", SAMME_COUNTER, "What was seen.", 0);
    cr_assert_str_eq(samme_buffer_text(&text), "# HELP samme_sold What was sold.\n"
                                               "# TYPE samme_sold gauge\n"
                                               "samme_sold{branch=\"1\",name=\"Store1\"} 7\n"
                                               "samme_sold{branch=\"1\"} -9223372036854775808\n"
                                               "# HELP samme_seen_total What was seen.\n"
                                               "# TYPE samme_seen_total counter\n"
                                               "samme_seen_total 0\n");
}

Test(exposition, milliseconds_are_written_in_seconds) {
    static const int64_t times[] = {0, 1, 999, 1000, 61005, -1500, INT64_MIN};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        samme_metric_ms(&text, "s", "_sum", NULL, 0, times[i]);
    cr_assert_str_eq(samme_buffer_text(&text), "s_sum 0.000\ns_sum 0.001\ns_sum 0.999\n"
                                               "s_sum 1.000\ns_sum 61.005\ns_sum -1.500\n"
                                               "s_sum -9223372036854775.808\n");
}

Test(exposition, what_a_label_says_stays_in_its_quotes) {
    const samme_label label = {"name", "a\"b\\c\nd"};
    samme_metric_value(&text, "m", "", &label, 1, 1);
    cr_assert_str_eq(samme_buffer_text(&text), "m{name=\"a\\\"b\\\\c\\nd\"} 1\n");
}
