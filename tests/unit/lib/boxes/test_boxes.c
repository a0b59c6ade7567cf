/* What the reports look like, the ends of int64, relations, refusals, budgets. */
#include <criterion/criterion.h>

#include "boxes/boxes.h"

#define SET(...)                                                                                   \
    ((samme_box_set){(const samme_box_range[]){__VA_ARGS__},                                       \
                     sizeof((const samme_box_range[]){__VA_ARGS__}) / sizeof(samme_box_range)})
#define ANY ((samme_box_set){NULL, 0})

static samme_box_report report;
static samme_error error;

static void expect_sides(const samme_box_finding *finding, uint32_t dimension, samme_box_set side) {
    const samme_box_set found = finding->sides[dimension];
    cr_assert_eq(found.count, side.count);
    cr_assert(memcmp(found.ranges, side.ranges, side.count * sizeof *side.ranges) == 0);
}

Test(boxes, gap_is_as_large_as_can_be) {
    const samme_box_set domains[] = {SET({INT64_MIN, INT64_MAX}), SET({1, 3})};
    const samme_box_set cells[][2] = {{SET({INT64_MIN, 9}), ANY},
                                      {SET({10, INT64_MAX}), SET({1, 1}, {3, 3})},
                                      {SET({40, 50}), ANY}};
    const samme_box_rule rules[] = {{cells[0], 1}, {cells[1], 1}, {cells[2], 1}};
    const samme_box_world world = {.dimensions = 2, .domains = domains};
    const samme_box_table table = {true, rules, 3};
    cr_assert_eq(samme_box_gaps(&world, &table, &report, &error), SAMME_OK);
    cr_assert(report.proved && !report.more);
    cr_assert_eq(report.count, 2);
    const bool first_any = samme_box_side_is_any(&world, 1, report.findings[0].sides[1]);
    const samme_box_finding *absent = &report.findings[first_any ? 0 : 1];
    const samme_box_finding *two = &report.findings[first_any ? 1 : 0];
    expect_sides(absent, 0, SET({SAMME_BOX_ABSENT, SAMME_BOX_ABSENT}));
    expect_sides(absent, 1, SET({1, 3}));
    expect_sides(two, 0, SET({SAMME_BOX_ABSENT, SAMME_BOX_ABSENT}, {10, 39}, {51, INT64_MAX}));
    expect_sides(two, 1, SET({2, 2}));
    cr_assert(!samme_box_side_is_any(&world, 1, two->sides[1]));
    samme_box_report_free(&report);
}

Test(boxes, a_gap_that_no_date_can_have_is_none) {
    /* today, purchase_date, days_since_purchase */
    const samme_box_set domains[] = {SET({20000, 20010}), SET({19000, 20010}), SET({0, 5000})};
    const samme_box_relation relation = {0, 1, 2};
    const samme_box_set cells[][3] = {{ANY, SET({20000, 20010}), ANY}, {ANY, ANY, SET({5, 5000})}};
    const samme_box_rule rules[] = {{cells[0], 1}, {cells[1], 1}};
    samme_box_world world = {.dimensions = 3, .domains = domains};
    const samme_box_table table = {false, rules, 2};
    cr_assert_eq(samme_box_gaps(&world, &table, &report, &error), SAMME_OK);
    cr_assert_eq(report.count, 1);
    samme_box_report_free(&report);
    world.relations = &relation;
    world.relation_count = 1;
    cr_assert_eq(samme_box_gaps(&world, &table, &report, &error), SAMME_OK);
    cr_assert_eq(report.count, 1, "bought on day 19996, asked on day 20000");
    const int64_t *example = report.findings[0].example;
    cr_assert_eq(example[0] - example[1], example[2]);
    cr_assert(example[1] < 20000 && example[2] < 5);
    samme_box_report_free(&report);
    const samme_box_set later[] = {SET({20005, 20010}), domains[1], domains[2]};
    world.domains = later;
    cr_assert_eq(samme_box_gaps(&world, &table, &report, &error), SAMME_OK);
    cr_assert(report.proved && report.count == 0);
    samme_box_report_free(&report);
}

Test(boxes, differences_of_the_largest_numbers_do_not_overflow) {
    const samme_box_set all = SET({INT64_MIN + 1, INT64_MAX});
    const samme_box_set domains[] = {all, all, all};
    const samme_box_relation relation = {0, 1, 2};
    const samme_box_set low = SET({INT64_MIN + 1, INT64_MIN + 1}),
                        high = SET({INT64_MAX, INT64_MAX});
    const samme_box_set cells[][3] = {
        {high, low, ANY}, {high, SET({0, 0}), ANY}, {ANY, high, high}, {ANY, ANY, low}};
    const samme_box_rule rules[] = {{cells[0], 1}, {cells[1], 1}, {cells[2], 1}, {cells[3], 1}};
    const samme_box_world world = {
        .dimensions = 3, .domains = domains, .relations = &relation, .relation_count = 1};
    const samme_box_table table = {true, rules, 4};
    cr_assert_eq(samme_box_hidden(&world, &table, &report, &error), SAMME_OK);
    cr_assert(report.proved && report.count == 2);
    cr_assert(report.findings[0].rule == 0 && report.findings[1].rule == 2);
    samme_box_report_free(&report);
}

Test(boxes, hidden_rule_names_those_that_hide_it) {
    const samme_box_set domains[] = {SET({0, 9}), SET({0, 9})};
    const samme_box_set cells[][2] = {{SET({0, 4}), ANY},
                                      {ANY, SET({3, 3})},
                                      {SET({5, 9}), SET({0, 5})},
                                      {SET({2, 7}), SET({1, 4})},
                                      {SET({20, 30}), ANY}};
    const samme_box_rule rules[] = {{cells[0], 1}, {cells[1], 1}, {cells[2], 1},
                                    {cells[3], 1}, {cells[4], 1}, {NULL, 0}};
    const samme_box_world world = {.dimensions = 2, .domains = domains};
    const samme_box_table table = {false, rules, 6};
    cr_assert_eq(samme_box_hidden(&world, &table, &report, &error), SAMME_OK);
    cr_assert(report.proved && report.count == 3);
    const samme_box_finding *hidden = &report.findings[0];
    cr_assert(hidden->rule == 3 && hidden->by_count == 2);
    cr_assert(hidden->by[0] == 0 && hidden->by[1] == 2);
    cr_assert(report.findings[1].rule == 4 && report.findings[1].by_count == 0);
    cr_assert(report.findings[2].rule == 5 && report.findings[2].example == NULL);
    samme_box_report_free(&report);
}

static samme_box_answer by_winner(void *context, const uint32_t *winners,
                                  const samme_box_set *sides) {
    (void)context;
    (void)sides;
    return (samme_box_answer){.says = winners[0] == winners[1] ? SAMME_BOX_SAME : SAMME_BOX_DIFFERS,
                              .label = {winners[0], winners[1]}};
}

Test(boxes, difference_is_one_box_per_change) {
    const samme_box_set domains[] = {SET({0, 99}), SET({1, 4})};
    const samme_box_set old[][2] = {{SET({31, 99}), ANY}, {ANY, SET({2, 3})}, {ANY, ANY}};
    const samme_box_set new[][2] = {{SET({15, 99}), ANY}, {ANY, SET({2, 3})}, {ANY, ANY}};
    const samme_box_rule a[] = {{old[0], 1}, {old[1], 1}, {old[2], 1}};
    const samme_box_rule b[] = {{new[0], 1}, {new[1], 1}, {new[2], 1}};
    const samme_box_table tables[] = {{false, a, 3}, {false, b, 3}};
    const samme_box_world world = {.dimensions = 2, .domains = domains};
    cr_assert_eq(samme_box_difference(&world, (samme_box_tables){&tables[0], 1},
                                      (samme_box_tables){&tables[1], 1}, by_winner, NULL, &report,
                                      &error),
                 SAMME_OK);
    cr_assert(report.proved && report.count == 2);
    expect_sides(&report.findings[0], 0, SET({15, 30}));
    expect_sides(&report.findings[0], 1, SET({2, 3}));
    cr_assert_eq(report.findings[0].winners[0], 1);
    expect_sides(&report.findings[1], 0, SET({15, 30}));
    expect_sides(&report.findings[1], 1, SET({1, 1}, {4, 4}));
    samme_box_report_free(&report);
}

static samme_box_answer bad_split(void *context, const uint32_t *winners,
                                  const samme_box_set *sides) {
    (void)winners;
    (void)sides;
    return *(samme_box_answer *)context;
}

Test(boxes, a_split_that_splits_nothing_is_refused) {
    const samme_box_set domains[] = {SET({0, 9})};
    const samme_box_world world = {.dimensions = 1, .domains = domains};
    samme_box_answer answers[] = {{.says = SAMME_BOX_SPLIT, .value = 0},
                                  {.says = SAMME_BOX_SPLIT, .value = 10},
                                  {.says = SAMME_BOX_SPLIT, .dimension = 1, .value = 5}};
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(samme_box_difference(&world, (samme_box_tables){NULL, 0},
                                          (samme_box_tables){NULL, 0}, bad_split, &answers[i],
                                          &report, &error),
                     SAMME_MALFORMED);
}

static samme_status gaps_of(const samme_box_world *world, samme_box_set *cells) {
    const samme_box_rule rule = {cells, cells == NULL ? 0 : 1};
    const samme_box_table table = {false, &rule, 1};
    return samme_box_gaps(world, &table, &report, &error);
}

Test(boxes, malformed_worlds_and_cells_are_refused) {
    samme_box_set domains[40] = {SET({0, 9}), SET({0, 9}), SET({0, 9}), SET({0, 9})};
    samme_box_set cells[] = {ANY, ANY, ANY, SET({5, 4})};
    samme_box_world world = {.dimensions = 4, .domains = domains};
    cr_assert_eq(gaps_of(&world, cells), SAMME_MALFORMED);
    cr_assert_str_eq(error.text, "rule 0: cell of dimension 3: expected ranges in order, found "
                                 "[5..4] as number 1");
    cells[3] = SET({5, 6}, {6, 7});
    cr_assert_eq(gaps_of(&world, cells), SAMME_MALFORMED);
    domains[2] = ANY;
    cr_assert_eq(gaps_of(&world, NULL), SAMME_MALFORMED);
    domains[2] = domains[1];
    const samme_box_relation bad[][2] = {{{0, 1, 4}, {0, 1, 2}},
                                         {{0, 0, 2}, {0, 1, 2}},
                                         {{0, 1, 2}, {2, 1, 3}},
                                         {{0, 1, 2}, {0, 3, 2}},
                                         {{0, 1, 2}, {1, 3, 0}}};
    world.relation_count = 2;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        world.relations = bad[i];
        cr_assert_eq(gaps_of(&world, NULL), SAMME_MALFORMED, "%zu", i);
    }
    world = (samme_box_world){.dimensions = 33, .domains = domains};
    cr_assert_eq(gaps_of(&world, NULL), SAMME_TOO_LARGE);
}

Test(boxes, without_budget_nothing_is_proved) {
    const samme_box_set domains[] = {SET({0, 9})};
    samme_box_set cells[] = {SET({0, 4})};
    samme_box_world world = {.dimensions = 1, .domains = domains, .steps = 1};
    cr_assert_eq(gaps_of(&world, cells), SAMME_OK);
    cr_assert(!report.proved);
    cr_assert_str_eq(report.reason, "the budget of 1 steps ran out");
    samme_box_report_free(&report);
    world = (samme_box_world){.domains = domains}; /* no dimension: one point */
    cr_assert_eq(gaps_of(&world, NULL), SAMME_OK);
    cr_assert(report.proved && report.count == 1);
    samme_box_report_free(&report);
}
