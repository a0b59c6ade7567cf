/* Random pairs of table sets against brute force over every point. */
#include <criterion/criterion.h>
#include <inttypes.h>

#include "tests/unit/lib/boxes/fixture.h"

enum { PAIRS = 20000, RULES = 9, TABLES_MOST = 4, SEED = 1, ANSWERS = 4 };

/* What rules say: a number each; some pairs of answers are the same below a value of a dimension
 * only. */
typedef struct judge {
    const sample *s;
    size_t of_a, tables;
    uint64_t salt[2]; /* of A and of B */
    uint32_t dimension;
    int64_t from;
    bool splits;
} judge;

static uint64_t answer_of(const judge *self, size_t table, uint32_t winner) {
    if (winner == SAMME_BOX_NONE || winner == SAMME_BOX_OVERLAP)
        return winner;
    const uint64_t salt = self->salt[table >= self->of_a];
    return (salt >> (winner * 7 % 61)) % ANSWERS;
}

/* The answers of a side as one number: its first rule that is one. */
static uint64_t side_of(const judge *self, size_t from, size_t to, const uint32_t *winners) {
    uint64_t answer = SAMME_BOX_NONE;
    for (size_t t = from; t < to; t++) {
        answer = answer_of(self, t, winners[t]);
        if (answer != SAMME_BOX_NONE)
            break;
    }
    return answer;
}

static samme_box_answer judge_box(void *context, const uint32_t *winners,
                                  const samme_box_set *sides) {
    const judge *self = context;
    samme_box_answer answer = {.says = SAMME_BOX_DIFFERS};
    answer.label[0] = side_of(self, 0, self->of_a, winners);
    answer.label[1] = side_of(self, self->of_a, self->tables, winners);
    if (answer.label[0] == answer.label[1])
        answer.says = SAMME_BOX_SAME;
    else if (self->splits && answer.label[0] < 2) {
        const samme_box_set side = sides[self->dimension];
        const bool below = side.ranges[0].low < self->from;
        const bool above = side.ranges[side.count - 1].high >= self->from;
        if (below && above)
            answer = (samme_box_answer){
                .says = SAMME_BOX_SPLIT, .dimension = self->dimension, .value = self->from};
        else if (below)
            answer.says = SAMME_BOX_SAME;
    }
    return answer;
}

static samme_box_answer judge_point(judge *self, const samme_box_table *tables,
                                    const int64_t *point, uint32_t *winners) {
    samme_box_range ranges[SAMPLE_DIMENSIONS];
    samme_box_set sides[SAMPLE_DIMENSIONS];
    for (uint32_t d = 0; d < self->s->world.dimensions; d++) {
        ranges[d] = (samme_box_range){point[d], point[d]};
        sides[d] = (samme_box_set){&ranges[d], 1};
    }
    for (size_t t = 0; t < self->tables; t++)
        winners[t] = sample_winner(self->s, &tables[t], point);
    return judge_box(self, winners, sides);
}

static bool sets_equal(samme_box_set a, samme_box_set b) {
    return a.count == b.count &&
           (a.count == 0 || memcmp(a.ranges, b.ranges, a.count * sizeof *a.ranges) == 0);
}

static void check_joined(const sample *s, const samme_box_report *report) {
    for (size_t i = 0; i < report->count; i++)
        for (size_t k = i + 1; k < report->count; k++) {
            const samme_box_finding *a = &report->findings[i], *b = &report->findings[k];
            cr_assert(a->label[0] < b->label[0] ||
                          (a->label[0] == b->label[0] && a->label[1] <= b->label[1]),
                      "seed %" PRIu64 ": not by label", s->seed);
            if (memcmp(a->label, b->label, sizeof a->label) != 0)
                continue;
            unsigned differ = 0;
            for (uint32_t d = 0; d < s->world.dimensions; d++)
                differ += !sets_equal(a->sides[d], b->sides[d]);
            cr_assert_gt(differ, 1, "seed %" PRIu64 ": these could be one box", s->seed);
        }
}

static void check_points(judge *j, const samme_box_table *tables, const samme_box_report *report) {
    const sample *s = j->s;
    for (size_t i = 0; i < s->points; i++) {
        int64_t point[SAMPLE_DIMENSIONS];
        uint32_t winners[TABLES_MOST];
        const samme_box_finding *in = NULL;
        sample_point(s, i, point);
        for (size_t k = 0; k < report->count; k++) {
            if (!sample_in_box(s, report->findings[k].sides, point))
                continue;
            cr_assert_null(in, "seed %" PRIu64 ": a point in two boxes", s->seed);
            in = &report->findings[k];
        }
        if (!sample_is_real(s, point))
            continue;
        const samme_box_answer answer = judge_point(j, tables, point, winners);
        if (answer.says == SAMME_BOX_SAME)
            cr_assert_null(in, "seed %" PRIu64 ": no difference there", s->seed);
        else if (in == NULL)
            cr_assert(report->more || !report->proved, "seed %" PRIu64 ": missed", s->seed);
        else
            cr_assert(memcmp(in->label, answer.label, sizeof answer.label) == 0, "seed %" PRIu64,
                      s->seed);
    }
}

static void check_examples(judge *j, const samme_box_table *tables,
                           const samme_box_report *report) {
    for (size_t k = 0; k < report->count; k++) {
        const samme_box_finding *finding = &report->findings[k];
        uint32_t winners[TABLES_MOST];
        cr_assert(sample_is_real(j->s, finding->example), "seed %" PRIu64, j->s->seed);
        cr_assert(sample_in_box(j->s, finding->sides, finding->example), "seed %" PRIu64,
                  j->s->seed);
        (void)judge_point(j, tables, finding->example, winners);
        cr_assert(memcmp(winners, finding->winners, j->tables * sizeof *winners) == 0,
                  "seed %" PRIu64, j->s->seed);
    }
}

/* Returns whether there was a difference. */
static bool check_seed(uint64_t seed, bool short_of) {
    sample s;
    sample_make(&s, seed);
    if (short_of) {
        s.world.steps = 1 + samme_prng_below(&s.prng, 5000);
        s.world.findings_most = 1 + samme_prng_below(&s.prng, 6);
    }
    samme_box_table tables[TABLES_MOST];
    judge j = {.s = &s, .of_a = samme_prng_below(&s.prng, 3)};
    const size_t of_b = j.of_a == 0 ? 1 : samme_prng_below(&s.prng, 3);
    j.tables = j.of_a + of_b;
    for (size_t t = 0; t < j.tables; t++) {
        const bool unique = samme_prng_chance(&s.prng, 500);
        tables[t] = t >= j.of_a && t - j.of_a < j.of_a && samme_prng_chance(&s.prng, 800)
                        ? sample_change(&s, &tables[t - j.of_a])
                        : sample_table(&s, samme_prng_below(&s.prng, RULES), unique);
    }
    j.salt[0] = samme_prng_next(&s.prng);
    j.salt[1] = samme_prng_chance(&s.prng, 700) ? j.salt[0] : samme_prng_next(&s.prng);
    j.splits = samme_prng_chance(&s.prng, 300);
    j.dimension = (uint32_t)samme_prng_below(&s.prng, s.world.dimensions);
    j.from = (int64_t)samme_prng_below(&s.prng, 8) - 4;
    samme_box_report report;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_box_difference(&s.world, (samme_box_tables){tables, j.of_a},
                                      (samme_box_tables){tables + j.of_a, of_b}, judge_box, &j,
                                      &report, &error),
                 SAMME_OK, "seed %" PRIu64 ": %s", seed, error.text);
    cr_assert(short_of || (report.proved && !report.more), "seed %" PRIu64, seed);
    check_points(&j, tables, &report);
    check_examples(&j, tables, &report);
    if (report.proved)
        check_joined(&s, &report);
    const bool any = report.count > 0;
    samme_box_report_free(&report);
    sample_free(&s);
    return any;
}

Test(difference_property, is_what_brute_force_says) {
    size_t differ = 0;
    for (uint64_t seed = SEED; seed < SEED + PAIRS; seed++)
        differ += check_seed(seed, false);
    cr_assert(differ > PAIRS / 4 && differ < PAIRS, "%zu", differ);
}

Test(difference_property, says_nothing_false_when_short_of_budget) {
    for (uint64_t seed = SEED; seed < SEED + PAIRS / 4; seed++)
        (void)check_seed(seed, true);
}
