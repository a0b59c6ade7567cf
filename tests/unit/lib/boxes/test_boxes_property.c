/* Random small tables against brute force over every point: gaps, overlaps, hidden rules. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "tests/unit/lib/boxes/fixture.h"

enum { TABLES = 20000, RULES = 14, LARGE_TABLES = 300, LARGE_RULES = 250, SEED = 1 };

typedef samme_status (*question)(const samme_box_world *world, const samme_box_table *table,
                                 samme_box_report *out, samme_error *error);

static void ask(question function, const sample *s, const samme_box_table *table,
                samme_box_report *out) {
    samme_error error = {.text = ""};
    cr_assert_eq(function(&s->world, table, out, &error), SAMME_OK, "seed %" PRIu64 ": %s", s->seed,
                 error.text);
    cr_assert_neq(out->proved, out->reason[0] != 0, "seed %" PRIu64, s->seed);
}

static void check_example(const sample *s, const samme_box_finding *finding) {
    cr_assert_not_null(finding->example, "seed %" PRIu64, s->seed);
    cr_assert(sample_is_real(s, finding->example), "seed %" PRIu64 ": not real", s->seed);
    cr_assert(sample_in_box(s, finding->sides, finding->example), "seed %" PRIu64 ": not in box",
              s->seed);
}

/* Whether a point of the box, with dimension d at `value` when d is one, has a rule. */
static bool box_meets(const sample *s, const samme_box_table *table, const samme_box_set *sides,
                      uint32_t d, int64_t value) {
    for (size_t i = 0; i < s->points; i++) {
        int64_t point[SAMPLE_DIMENSIONS], within[SAMPLE_DIMENSIONS];
        sample_point(s, i, point);
        memcpy(within, point, sizeof within);
        if (d < s->world.dimensions) {
            if (point[d] != value)
                continue;
            within[d] = sides[d].ranges[0].low;
        }
        if (sample_in_box(s, sides, within) && sample_winner(s, table, point) != SAMME_BOX_NONE)
            return true;
    }
    return false;
}

static void check_gap(const sample *s, const samme_box_table *table, const samme_box_report *report,
                      size_t at) {
    const samme_box_finding *gap = &report->findings[at];
    check_example(s, gap);
    for (size_t k = 0; k < at; k++)
        cr_assert(!sample_in_box(s, report->findings[k].sides, gap->example), "seed %" PRIu64,
                  s->seed);
    cr_assert(!box_meets(s, table, gap->sides, UINT32_MAX, 0), "seed %" PRIu64 ": a rule in a gap",
              s->seed);
    for (uint32_t d = 0; d < s->world.dimensions; d++)
        for (uint32_t v = 0; v < s->value_count[d]; v++) {
            int64_t point[SAMPLE_DIMENSIONS];
            memcpy(point, gap->example, s->world.dimensions * sizeof *point);
            point[d] = s->values[d][v];
            if (!sample_in_box(s, gap->sides, point))
                cr_assert(box_meets(s, table, gap->sides, d, point[d]),
                          "seed %" PRIu64 ": a gap could be larger", s->seed);
        }
}

static void check_gaps(const sample *s, const samme_box_table *table) {
    samme_box_report report;
    ask(samme_box_gaps, s, table, &report);
    for (size_t i = 0; i < report.count; i++)
        check_gap(s, table, &report, i);
    for (size_t i = 0; report.proved && !report.more && i < s->points; i++) {
        int64_t point[SAMPLE_DIMENSIONS];
        sample_point(s, i, point);
        if (!sample_is_real(s, point) || sample_winner(s, table, point) != SAMME_BOX_NONE)
            continue;
        size_t k = 0;
        while (k < report.count && !sample_in_box(s, report.findings[k].sides, point))
            k++;
        cr_assert_lt(k, report.count, "seed %" PRIu64 ": a gap is missed", s->seed);
    }
    samme_box_report_free(&report);
}

static bool share_a_point(const sample *s, const samme_box_rule *a, const samme_box_rule *b) {
    for (size_t i = 0; i < s->points; i++) {
        int64_t point[SAMPLE_DIMENSIONS];
        sample_point(s, i, point);
        if (sample_is_real(s, point) && sample_matches(s, a, point) && sample_matches(s, b, point))
            return true;
    }
    return false;
}

static void check_overlaps(const sample *s, const samme_box_table *table) {
    samme_box_report report;
    ask(samme_box_overlaps, s, table, &report);
    size_t at = 0;
    for (uint32_t a = 0; table->unique && a < table->rule_count; a++)
        for (uint32_t b = a + 1; b < table->rule_count; b++) {
            if (!share_a_point(s, &table->rules[a], &table->rules[b]))
                continue;
            if (at == report.count) {
                cr_assert(report.more || !report.proved, "seed %" PRIu64 ": missed", s->seed);
                break;
            }
            const samme_box_finding *finding = &report.findings[at++];
            cr_assert(finding->rule == a && finding->other == b, "seed %" PRIu64, s->seed);
            check_example(s, finding);
            for (size_t i = 0; i < s->points; i++) {
                int64_t point[SAMPLE_DIMENSIONS];
                sample_point(s, i, point);
                cr_assert(!sample_in_box(s, finding->sides, point) ||
                              (sample_matches(s, &table->rules[a], point) &&
                               sample_matches(s, &table->rules[b], point)),
                          "seed %" PRIu64, s->seed);
            }
        }
    cr_assert_eq(at, report.count, "seed %" PRIu64 ": more than there are", s->seed);
    samme_box_report_free(&report);
}

/* How many real points the rule has, and how many of them it answers for. */
static void count_points(const sample *s, const samme_box_table *table, uint32_t rule, size_t *real,
                         size_t *won) {
    *real = *won = 0;
    for (size_t i = 0; i < s->points; i++) {
        int64_t point[SAMPLE_DIMENSIONS];
        sample_point(s, i, point);
        if (!sample_is_real(s, point) || !sample_matches(s, &table->rules[rule], point))
            continue;
        ++*real;
        *won += table->unique || sample_winner(s, table, point) == rule;
    }
}

static void check_by(const sample *s, const samme_box_table *table,
                     const samme_box_finding *finding) {
    for (size_t i = 0; i < s->points; i++) {
        int64_t point[SAMPLE_DIMENSIONS];
        sample_point(s, i, point);
        if (!sample_is_real(s, point) || !sample_matches(s, &table->rules[finding->rule], point))
            continue;
        size_t k = 0;
        while (k < finding->by_count && !sample_matches(s, &table->rules[finding->by[k]], point))
            k++;
        cr_assert_lt(k, finding->by_count, "seed %" PRIu64 ": not covered by those", s->seed);
    }
    for (size_t k = 0; k < finding->by_count; k++)
        cr_assert(finding->by[k] < (k + 1 < finding->by_count ? finding->by[k + 1] : finding->rule),
                  "seed %" PRIu64, s->seed);
}

static void check_hidden(const sample *s, const samme_box_table *table) {
    samme_box_report report;
    ask(samme_box_hidden, s, table, &report);
    size_t at = 0;
    for (uint32_t r = 0; r < table->rule_count; r++) {
        size_t real, won;
        count_points(s, table, r, &real, &won);
        if (won > 0)
            continue;
        if (at == report.count) {
            cr_assert(report.more || !report.proved, "seed %" PRIu64 ": rule %" PRIu32 " missed",
                      s->seed, r);
            break;
        }
        const samme_box_finding *finding = &report.findings[at++];
        cr_assert_eq(finding->rule, r, "seed %" PRIu64, s->seed);
        cr_assert_eq(real == 0, finding->by_count == 0, "seed %" PRIu64, s->seed);
        cr_assert_eq(real == 0, finding->example == NULL, "seed %" PRIu64, s->seed);
        if (real == 0)
            continue;
        check_example(s, finding);
        cr_assert(sample_matches(s, &table->rules[r], finding->example), "seed %" PRIu64, s->seed);
        check_by(s, table, finding);
    }
    cr_assert_eq(at, report.count, "seed %" PRIu64 ": more than there are", s->seed);
    samme_box_report_free(&report);
}

static void check_seed(uint64_t seed, uint32_t rules, bool short_of) {
    sample s;
    sample_make(&s, seed);
    if (short_of) {
        s.world.steps = 1 + samme_prng_below(&s.prng, 8000);
        s.world.findings_most = 1 + samme_prng_below(&s.prng, 4);
    }
    const bool unique = samme_prng_chance(&s.prng, 500);
    const samme_box_table table = sample_table(&s, samme_prng_below(&s.prng, rules), unique);
    check_gaps(&s, &table);
    check_overlaps(&s, &table);
    check_hidden(&s, &table);
    sample_free(&s);
}

Test(boxes_property, are_what_brute_force_says) {
    for (uint64_t seed = SEED; seed < SEED + TABLES; seed++)
        check_seed(seed, RULES, false);
}

/* More shapes than a word has bits, and proofs that are found again. */
Test(boxes_property, of_large_tables_are_what_brute_force_says) {
    for (uint64_t seed = SEED; seed < SEED + LARGE_TABLES; seed++)
        check_seed(seed, LARGE_RULES, false);
}

Test(boxes_property, say_nothing_false_when_short_of_budget) {
    for (uint64_t seed = SEED; seed < SEED + TABLES / 4; seed++)
        check_seed(seed, RULES, true);
}

static void proves(question function, bool want_more) {
    size_t proved = 0, more = 0;
    for (uint64_t seed = SEED; seed < SEED + 300; seed++) {
        sample s;
        samme_box_report report;
        sample_make(&s, seed);
        s.world.findings_most = want_more ? 1 : 0;
        const samme_box_table table = sample_table(&s, RULES, seed % 2 == 0);
        ask(function, &s, &table, &report);
        proved += report.proved;
        more += report.more;
        samme_box_report_free(&report);
        sample_free(&s);
    }
    cr_assert_eq(proved, 300);
    cr_assert_eq(more > 20, want_more, "%zu", more);
}

Test(boxes_property, small_tables_are_always_proved) {
    static const question all[] = {samme_box_gaps, samme_box_overlaps, samme_box_hidden};
    for (size_t i = 0; i < 3; i++) {
        proves(all[i], false);
        proves(all[i], true);
    }
}
