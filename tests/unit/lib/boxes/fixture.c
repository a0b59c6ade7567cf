#include "tests/unit/lib/boxes/fixture.h"

#include <criterion/criterion.h>

enum { PARTS_MAX = 256 };

static uint32_t below(sample *self, uint32_t bound) {
    return (uint32_t)samme_prng_below(&self->prng, bound);
}

static void *alloc(sample *self, size_t bytes) {
    void *memory = samme_arena_alloc(&self->arena, bytes);
    cr_assert_not_null(memory);
    return memory;
}

/* Ranges for the values of -3..SAMPLE_VALUES-5 whose bits are set; ABSENT in front. */
static samme_box_set set_of(sample *self, uint32_t bits, bool absent) {
    samme_box_range *ranges = alloc(self, (SAMPLE_VALUES + 1) * sizeof *ranges);
    size_t count = 0;
    if (absent)
        ranges[count++] = (samme_box_range){SAMME_BOX_ABSENT, SAMME_BOX_ABSENT};
    for (int64_t i = 0; i < SAMPLE_VALUES - 1; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        if (i > 0 && (bits >> (i - 1) & 1) != 0 && !samme_prng_chance(&self->prng, 100))
            ranges[count - 1].high++;
        else
            ranges[count++] = (samme_box_range){i - 3, i - 3};
    }
    return (samme_box_set){ranges, count};
}

static void make_domain(sample *self, uint32_t d, samme_box_set *out) {
    const uint32_t most = self->world.dimensions > 3 ? 5 : SAMPLE_VALUES - 1;
    const uint32_t width = 2 + below(self, most - 1);
    const uint32_t from = below(self, SAMPLE_VALUES - width);
    uint32_t bits = ((UINT32_C(1) << width) - 1) << from;
    if (samme_prng_chance(&self->prng, 200))
        bits &= (uint32_t)samme_prng_next(&self->prng);
    const bool absent = bits == 0 || samme_prng_chance(&self->prng, 500);
    *out = set_of(self, bits, absent);
    if (absent)
        self->values[d][self->value_count[d]++] = SAMME_BOX_ABSENT;
    for (int64_t i = 0; i < SAMPLE_VALUES - 1; i++)
        if ((bits >> i & 1) != 0)
            self->values[d][self->value_count[d]++] = i - 3;
    self->points *= self->value_count[d];
}

static void make_relations(sample *self) {
    static const samme_box_relation three[] = {{0, 1, 2}}, five[] = {{0, 1, 2}, {1, 3, 4}},
                                    turned[] = {{0, 1, 2}, {1, 0, 3}},
                                    fork[] = {{4, 1, 2}, {4, 3, 0}};
    const uint32_t dimensions = self->world.dimensions;
    if (dimensions < 3 || samme_prng_chance(&self->prng, 400))
        return;
    self->world.relations = three;
    self->world.relation_count = 1;
    if (dimensions < 5 || samme_prng_chance(&self->prng, 300))
        return;
    const uint32_t which = below(self, 3);
    self->world.relations = which == 0 ? five : which == 1 ? turned : fork;
    self->world.relation_count = 2;
}

void sample_make(sample *self, uint64_t seed) {
    *self = (sample){.seed = seed, .points = 1};
    samme_prng_seed(&self->prng, seed);
    samme_arena_init(&self->arena, (size_t)64 << 20);
    self->world.dimensions = 2 + below(self, SAMPLE_DIMENSIONS - 1);
    samme_box_set *domains = alloc(self, SAMPLE_DIMENSIONS * sizeof *domains);
    for (uint32_t d = 0; d < self->world.dimensions; d++)
        make_domain(self, d, &domains[d]);
    self->world.domains = domains;
    make_relations(self);
}

void sample_free(sample *self) {
    samme_arena_free(&self->arena);
}

static samme_box_set make_cell(sample *self, uint32_t any_per_mille) {
    if (samme_prng_chance(&self->prng, any_per_mille))
        return (samme_box_set){NULL, 0};
    uint32_t bits;
    if (samme_prng_chance(&self->prng, 700)) {
        const uint32_t width = 1 + below(self, SAMPLE_VALUES - 1);
        bits = ((UINT32_C(1) << width) - 1) << below(self, SAMPLE_VALUES - width);
    } else
        bits = (uint32_t)samme_prng_next(&self->prng) & ((UINT32_C(1) << (SAMPLE_VALUES - 1)) - 1);
    if (bits == 0)
        bits = 1;
    samme_box_set cell = set_of(self, bits, false);
    if (samme_prng_chance(&self->prng, 50)) { /* reaches ABSENT, and does not hold for it */
        samme_box_range *first = (samme_box_range *)(uintptr_t)cell.ranges;
        first->low = SAMME_BOX_ABSENT;
    }
    return cell;
}

static void make_rule(sample *self, uint32_t any_per_mille, samme_box_rule *out) {
    const uint32_t dimensions = self->world.dimensions;
    const size_t shapes = samme_prng_chance(&self->prng, 250) ? below(self, 4) : 1;
    samme_box_set *cells = alloc(self, (shapes * dimensions + 1) * sizeof *cells);
    for (size_t i = 0; i < shapes * dimensions; i++)
        cells[i] = make_cell(self, any_per_mille);
    *out = (samme_box_rule){cells, shapes};
}

/* Parts one rule after the other in two along a dimension, so that all of them cover everything
 * with a present value, once. */
static size_t part(sample *self, samme_box_rule *rules, size_t wanted) {
    const uint32_t dimensions = self->world.dimensions;
    uint32_t bits[PARTS_MAX][SAMPLE_DIMENSIONS];
    const uint32_t all = (UINT32_C(1) << (SAMPLE_VALUES - 1)) - 1;
    size_t count = 1;
    for (uint32_t d = 0; d < dimensions; d++)
        bits[0][d] = all;
    for (size_t turn = 0; count < wanted && count < PARTS_MAX && turn < 8 * wanted; turn++) {
        const size_t r = below(self, (uint32_t)count);
        const uint32_t d = below(self, dimensions);
        uint32_t half = samme_prng_chance(&self->prng, 700)
                            ? (UINT32_C(1) << below(self, SAMPLE_VALUES)) - 1
                            : (uint32_t)samme_prng_next(&self->prng);
        half &= bits[r][d];
        if (half == 0 || half == bits[r][d])
            continue;
        memcpy(bits[count], bits[r], sizeof bits[r]);
        bits[count++][d] ^= half;
        bits[r][d] = half;
    }
    for (size_t r = 0; r < count; r++) {
        samme_box_set *cells = alloc(self, dimensions * sizeof *cells);
        for (uint32_t d = 0; d < dimensions; d++)
            cells[d] =
                bits[r][d] == all ? (samme_box_set){NULL, 0} : set_of(self, bits[r][d], false);
        rules[r] = (samme_box_rule){cells, 1};
    }
    return count;
}

samme_box_table sample_table(sample *self, size_t rule_count, bool unique) {
    samme_box_rule *rules = alloc(self, (rule_count + 2) * sizeof *rules);
    size_t count = 0;
    if (rule_count > 0 && samme_prng_chance(&self->prng, 400))
        count = part(self, rules, rule_count);
    else {
        const uint32_t any = 100 + below(self, 700);
        for (; count < rule_count; count++)
            make_rule(self, any, &rules[count]);
    }
    if (count > 1 && samme_prng_chance(&self->prng, 200))
        count--;
    if (samme_prng_chance(&self->prng, 200))
        make_rule(self, 500, &rules[count++]);
    if (!unique && samme_prng_chance(&self->prng, 300))
        make_rule(self, 1000, &rules[count++]);
    return (samme_box_table){unique, rules, count};
}

samme_box_table sample_change(sample *self, const samme_box_table *table) {
    samme_box_rule *rules = alloc(self, (table->rule_count + 2 * 3) * sizeof *rules);
    size_t count = table->rule_count;
    memcpy(rules, table->rules, count * sizeof *rules);
    for (uint32_t turns = below(self, 3); turns > 0 && count > 0; turns--) {
        const size_t at = below(self, (uint32_t)count);
        switch (below(self, 5)) {
        case 0:
            make_rule(self, 400, &rules[at]);
            break;
        case 1:
            rules[at] = rules[--count];
            break;
        case 2:
            make_rule(self, 400, &rules[count++]);
            break;
        case 3: /* the same shapes as two rules */
            if (rules[at].shape_count < 2)
                break;
            memmove(rules + at + 1, rules + at, (count++ - at) * sizeof *rules);
            rules[at].shape_count--;
            rules[at + 1].cells += rules[at].shape_count * self->world.dimensions;
            rules[at + 1].shape_count = 1;
            break;
        default: {
            const samme_box_rule moved = rules[at];
            rules[at] = rules[0];
            rules[0] = moved;
        }
        }
    }
    return (samme_box_table){table->unique, rules, count};
}

void sample_point(const sample *self, size_t index, int64_t *point) {
    for (uint32_t d = 0; d < self->world.dimensions; d++) {
        point[d] = self->values[d][index % self->value_count[d]];
        index /= self->value_count[d];
    }
}

bool sample_is_real(const sample *self, const int64_t *point) {
    for (size_t i = 0; i < self->world.relation_count; i++) {
        const samme_box_relation one = self->world.relations[i];
        const int64_t a = point[one.minuend], b = point[one.subtrahend], c = point[one.difference];
        if (a != SAMME_BOX_ABSENT && b != SAMME_BOX_ABSENT && c != SAMME_BOX_ABSENT && c != a - b)
            return false;
    }
    return true;
}

static bool in_set(samme_box_set set, int64_t value) {
    for (size_t i = 0; i < set.count; i++)
        if (set.ranges[i].low <= value && value <= set.ranges[i].high)
            return true;
    return false;
}

bool sample_in_box(const sample *self, const samme_box_set *sides, const int64_t *point) {
    for (uint32_t d = 0; d < self->world.dimensions; d++)
        if (!in_set(sides[d], point[d]))
            return false;
    return true;
}

bool sample_matches(const sample *self, const samme_box_rule *rule, const int64_t *point) {
    for (size_t s = 0; s < rule->shape_count; s++) {
        const samme_box_set *cells = rule->cells + s * self->world.dimensions;
        bool matches = true;
        for (uint32_t d = 0; d < self->world.dimensions; d++)
            matches = matches && (cells[d].count == 0 ||
                                  (point[d] != SAMME_BOX_ABSENT && in_set(cells[d], point[d])));
        if (matches)
            return true;
    }
    return false;
}

uint32_t sample_winner(const sample *self, const samme_box_table *table, const int64_t *point) {
    uint32_t winner = SAMME_BOX_NONE;
    for (uint32_t r = 0; r < table->rule_count; r++) {
        if (!sample_matches(self, &table->rules[r], point))
            continue;
        if (!table->unique)
            return r;
        if (winner != SAMME_BOX_NONE)
            return SAMME_BOX_OVERLAP;
        winner = r;
    }
    return winner;
}
