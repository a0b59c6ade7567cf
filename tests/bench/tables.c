#include "bench/tables.h"

#include <stdio.h>
#include <stdlib.h>

/* Days from 2020 to 2029; amounts of up to 10,000.00 and quantities of up to 1,000, at the grain of
 * policy/inputs.h. */
const table_input table_inputs[TABLE_INPUTS] = {
    {"claim_type",
     KIND_NAMES,
     1,
     6,
     1,
     {"changed_mind", "defect", "withdrawal", "wrong_item", "recall", "price"}},
    {"condition", KIND_NAMES, 1, 4, 1, {"unopened", "opened", "used", "damaged"}},
    {"receipt_kind", KIND_NAMES, 1, 4, 1, {"receipt", "gift_receipt", "reprint", "nothing"}},
    {"claim", KIND_NAMES, 1, 5, 1, {"own", "lent", "unconfirmed", "taken", "no_claim"}},
    {"mode", KIND_NAMES, 1, 3, 1, {"normal", "cautious", "conservative"}},
    {"category", KIND_CATEGORY, 0, 0, 1, {NULL}},
    {"purchase_date", KIND_DATE, 18262, 21914, 1, {NULL}},
    {"days_since_purchase", KIND_COUNT, 0, 3650, 1, {NULL}},
    {"line_paid", KIND_MONEY, 0, 100000000, 10000, {NULL}},
    {"quantity_asked", KIND_QUANTITY, 0, 1000000, 500, {NULL}},
};
enum { CATEGORY = 5 };

static uint64_t below(table_case *self, uint64_t bound) {
    return samme_prng_below(&self->prng, bound);
}

static void *alloc(table_case *self, size_t bytes) {
    void *memory = samme_arena_alloc(&self->arena, bytes);
    if (memory == NULL) {
        fprintf(stderr, "bench: no memory for a table\n");
        exit(74);
    }
    return memory;
}

/* Categories: a dozen at the top, two levels under them. */

static void add_category(table_case *self, uint32_t above, unsigned level) {
    const uint32_t place = self->category_count++;
    self->category_above[place] = above;
    const uint64_t children = level == 2 ? 0 : 3 + below(self, 4);
    for (uint64_t i = 0; i < children && self->category_count < TABLE_CATEGORIES_MAX; i++)
        add_category(self, place, level + 1);
    self->category_last[place] = self->category_count - 1;
}

static bool subtrees_meet(const table_case *self, uint32_t a, uint32_t b) {
    return a <= self->category_last[b] && b <= self->category_last[a];
}

samme_box_set table_cell_values(const table_case *self, uint32_t input, const table_cell *cell) {
    table_case *mutable = (table_case *)(uintptr_t)self; /* its arena */
    if (cell->any)
        return (samme_box_set){NULL, 0};
    const table_input *about = &table_inputs[input];
    const int64_t high = input == CATEGORY ? (int64_t)self->category_count - 1 : about->high;
    samme_box_range *ranges = alloc(mutable, (TABLE_ITEMS_MAX + 8) * sizeof *ranges);
    size_t count = 0;
    bool inside = false;
    if (about->kind > KIND_CATEGORY) {
        ranges[0] = (samme_box_range){cell->low, cell->high};
        return (samme_box_set){ranges, 1};
    }
    for (int64_t value = about->low; value <= high; value++) {
        bool holds = cell->negated;
        if (about->kind == KIND_NAMES)
            holds = (cell->names >> value & 1) != 0;
        for (uint32_t i = 0; i < cell->item_count; i++)
            if (cell->items[i] <= value && value <= self->category_last[cell->items[i]])
                holds = !cell->negated;
        if (holds && inside)
            ranges[count - 1].high = value;
        else if (holds)
            ranges[count++] = (samme_box_range){value, value};
        inside = holds;
    }
    return (samme_box_set){ranges, count};
}

/* Parting a cell in two or more. */

static uint32_t all_names(uint32_t input) {
    return (UINT32_C(2) << table_inputs[input].high) - 2;
}

static void fill(const table_case *self, uint32_t input, table_cell *cell) {
    if (!cell->any)
        return;
    cell->any = false;
    cell->low = table_inputs[input].low;
    cell->high = input == CATEGORY ? (int64_t)self->category_count - 1 : table_inputs[input].high;
    cell->names = all_names(input);
    cell->negated = true; /* of nothing */
    cell->item_count = 0;
}

/* Some subtrees that lie outside of those excluded. */
static bool part_category(table_case *self, table_cell *cell, table_cell *rest) {
    *rest = *cell;
    if (!cell->negated) {
        if (cell->item_count < 2)
            return false;
        const uint32_t keep = 1 + (uint32_t)below(self, cell->item_count - 1);
        memcpy(rest->items, cell->items + keep, (cell->item_count - keep) * sizeof *rest->items);
        rest->item_count = cell->item_count - keep;
        cell->item_count = keep;
        return true;
    }
    const uint32_t wanted = 1 + (uint32_t)below(self, 4);
    cell->negated = false;
    cell->item_count = 0;
    for (unsigned turn = 0; turn < 40 && cell->item_count < wanted; turn++) {
        const uint32_t place = (uint32_t)below(self, self->category_count);
        bool free = rest->item_count < TABLE_ITEMS_MAX;
        for (uint32_t i = 0; i < rest->item_count; i++)
            free = free && !subtrees_meet(self, place, rest->items[i]);
        if (!free)
            continue;
        cell->items[cell->item_count++] = place;
        rest->items[rest->item_count++] = place;
    }
    return cell->item_count > 0;
}

/* Leaves a part of the cell in it and puts the other into *rest. */
static bool part(table_case *self, uint32_t input, table_cell *cell, table_cell *rest) {
    const table_input *about = &table_inputs[input];
    fill(self, input, cell);
    if (about->kind == KIND_CATEGORY)
        return part_category(self, cell, rest);
    *rest = *cell;
    if (about->kind == KIND_NAMES) {
        const uint32_t some = cell->names & (uint32_t)samme_prng_next(&self->prng);
        cell->names = some;
        rest->names &= ~some;
        return some != 0 && rest->names != 0;
    }
    const int64_t steps = (cell->high - cell->low) / about->grain;
    if (steps < 1)
        return false;
    cell->high = cell->low + (int64_t)below(self, (uint64_t)steps) * about->grain;
    rest->low = cell->high + 1;
    return true;
}

static bool grow_table(const table_case *self, uint32_t more, uint32_t wanted) {
    return self->rule_count + more <= wanted;
}

static void cut_in_two(table_case *self, uint32_t rule) {
    const uint32_t input = (uint32_t)below(self, TABLE_INPUTS);
    table_rule one = self->rules[rule], other = one;
    if (!part(self, input, &one.cells[input], &other.cells[input]))
        return;
    self->rules[rule] = one;
    self->rules[self->rule_count++] = other;
}

/* The hull of two parts that lie beside each other. */
static table_cell together(const table_cell *a, const table_cell *b) {
    table_cell cell = *a;
    cell.names |= b->names;
    cell.high = b->high > a->high ? b->high : a->high;
    cell.low = b->low < a->low ? b->low : a->low;
    return cell;
}

static bool part_in_three(table_case *self, uint32_t input, const table_cell *cell,
                          table_cell *parts) {
    parts[0] = *cell;
    if (table_inputs[input].kind == KIND_CATEGORY)
        return false;
    return part(self, input, &parts[0], &parts[1]) && part(self, input, &parts[1], &parts[2]);
}

/* Four rules around a fifth: no straight cut along x or y leaves all of them whole. */
static void cut_as_pinwheel(table_case *self, uint32_t rule) {
    const uint32_t x = (uint32_t)below(self, TABLE_INPUTS), y = (uint32_t)below(self, TABLE_INPUTS);
    const table_rule whole = self->rules[rule];
    table_cell p[3], q[3];
    if (x == y || !part_in_three(self, x, &whole.cells[x], p) ||
        !part_in_three(self, y, &whole.cells[y], q))
        return;
    const table_cell xs[] = {p[0], together(&p[1], &p[2]), p[2], together(&p[0], &p[1]), p[1]};
    const table_cell ys[] = {together(&q[0], &q[1]), q[0], together(&q[1], &q[2]), q[2], q[1]};
    for (unsigned i = 0; i < 5; i++) {
        table_rule *out = &self->rules[i == 0 ? rule : self->rule_count++];
        *out = whole;
        out->cells[x] = xs[i];
        out->cells[y] = ys[i];
    }
}

static void make_parts(table_case *self, uint32_t wanted, unsigned pinwheels_per_mille) {
    for (uint32_t i = 0; i < TABLE_INPUTS; i++)
        self->rules[0].cells[i] = (table_cell){.any = true};
    self->rule_count = 1;
    while (self->rule_count < wanted) {
        const uint32_t rule = (uint32_t)below(self, self->rule_count);
        if (samme_prng_chance(&self->prng, pinwheels_per_mille) && grow_table(self, 4, wanted))
            cut_as_pinwheel(self, rule);
        else
            cut_in_two(self, rule);
    }
}

static void widen(table_case *self, table_rule *rule) {
    for (uint64_t turns = 1 + below(self, 3); turns > 0; turns--) {
        const uint32_t input = (uint32_t)below(self, TABLE_INPUTS);
        table_cell *cell = &rule->cells[input];
        const table_input *about = &table_inputs[input];
        if (cell->any)
            continue;
        if (about->kind == KIND_CATEGORY || samme_prng_chance(&self->prng, 400))
            *cell = (table_cell){.any = true};
        else if (about->kind == KIND_NAMES)
            cell->names |= (uint32_t)samme_prng_next(&self->prng) & all_names(input);
        else {
            cell->low -= (int64_t)below(self, (uint64_t)(cell->low - about->low) + 1);
            cell->high += (int64_t)below(self, (uint64_t)(about->high - cell->high) + 1);
        }
    }
}

static void swap_rules(table_case *self, uint32_t a, uint32_t b) {
    const table_rule kept = self->rules[a];
    self->rules[a] = self->rules[b];
    self->rules[b] = kept;
}

static void shuffle(table_case *self) {
    for (uint32_t i = self->rule_count; i > 1; i--)
        swap_rules(self, i - 1, (uint32_t)below(self, i));
}

static void make_loose(table_case *self, uint32_t wanted) {
    while (self->rule_count < wanted) {
        table_rule *rule = &self->rules[self->rule_count++];
        for (uint32_t i = 0; i < TABLE_INPUTS; i++)
            rule->cells[i] = (table_cell){.any = true};
        for (uint64_t tests = 5 + below(self, 4); tests > 0;) {
            const uint32_t input = (uint32_t)below(self, TABLE_INPUTS);
            table_cell rest, kept = rule->cells[input];
            if (!rule->cells[input].any)
                continue;
            if (part(self, input, &rule->cells[input], &rest)) {
                if (samme_prng_chance(&self->prng, 500))
                    rule->cells[input] = rest;
                tests--;
            } else
                rule->cells[input] = kept;
        }
    }
    for (uint32_t i = 0; i < TABLE_INPUTS; i++)
        self->rules[wanted - 1].cells[i] = (table_cell){.any = true};
}

/* What is planted. */

static int64_t value_in(table_case *self, uint32_t input, const table_cell *cell) {
    table_cell filled = *cell;
    fill(self, input, &filled);
    const samme_box_set set = table_cell_values(self, input, &filled);
    const samme_box_range range = set.ranges[below(self, set.count)];
    return range.low + (int64_t)below(self, (uint64_t)(range.high - range.low) + 1);
}

static bool holds(const table_case *self, uint32_t input, const table_cell *cell, int64_t value) {
    if (cell->any)
        return true;
    const samme_box_set set = table_cell_values(self, input, cell);
    for (size_t i = 0; i < set.count; i++)
        if (set.ranges[i].low <= value && value <= set.ranges[i].high)
            return true;
    return false;
}

static bool matches(const table_case *self, const table_rule *rule, const int64_t *point) {
    for (uint32_t i = 0; i < TABLE_INPUTS; i++)
        if (!holds(self, i, &rule->cells[i], point[i]))
            return false;
    return true;
}

/* Takes a value from a cell, and as few others as can be done; says how much of the cell goes, in
 * millionths, or more than all when it cannot be done. */
static uint64_t take_out(const table_case *self, uint32_t input, table_cell *cell, int64_t value) {
    const uint64_t all = 1000000;
    fill(self, input, cell);
    if (table_inputs[input].kind == KIND_NAMES) {
        const uint64_t before = (uint64_t)__builtin_popcount(cell->names);
        cell->names &= ~(UINT32_C(1) << value);
        return cell->names == 0 ? 2 * all : all / before;
    }
    if (table_inputs[input].kind == KIND_CATEGORY) {
        bool free = cell->negated && cell->item_count < TABLE_ITEMS_MAX;
        for (uint32_t i = 0; i < cell->item_count; i++)
            free = free && !subtrees_meet(self, (uint32_t)value, cell->items[i]);
        if (!free)
            return 2 * all;
        cell->items[cell->item_count++] = (uint32_t)value;
        return all / 100;
    }
    const uint64_t before = (uint64_t)(cell->high - cell->low) + 1;
    const bool from_low = value - cell->low < cell->high - value;
    if (from_low)
        cell->low = value + 1;
    else
        cell->high = value - 1;
    if (cell->low > cell->high)
        return 2 * all;
    return all - (uint64_t)(cell->high - cell->low + 1) * all / before;
}

/* Takes a point from every rule that matches it, in the input where that costs least. */
static bool plant_gap(table_case *self) {
    const uint32_t from = (uint32_t)below(self, self->rule_count);
    for (uint32_t i = 0; i < TABLE_INPUTS; i++)
        self->point[i] = value_in(self, i, &self->rules[from].cells[i]);
    for (uint32_t r = 0; r < self->rule_count; r++) {
        uint64_t least = 1000001;
        table_rule best = self->rules[r];
        if (!matches(self, &self->rules[r], self->point))
            continue;
        for (uint32_t input = 0; input < TABLE_INPUTS; input++) {
            table_rule less = self->rules[r];
            const uint64_t lost = take_out(self, input, &less.cells[input], self->point[input]);
            if (lost >= least)
                continue;
            least = lost;
            best = less;
        }
        if (least > 1000000)
            return false;
        self->rules[r] = best;
    }
    return true;
}

/* Makes a rule larger until it matches a point of another. */
static bool plant_overlap(table_case *self) {
    self->a = (uint32_t)below(self, self->rule_count);
    const table_rule kept = self->rules[self->a];
    for (unsigned turn = 0; turn < 100; turn++) {
        const uint32_t input = (uint32_t)below(self, TABLE_INPUTS);
        for (uint32_t i = 0; i < TABLE_INPUTS; i++)
            self->point[i] = value_in(self, i, &kept.cells[i]);
        self->point[input] = value_in(self, input, &(table_cell){.any = true});
        if (matches(self, &kept, self->point))
            continue;
        self->b = 0;
        while (!matches(self, &self->rules[self->b], self->point))
            self->b++;
        self->rules[self->a].cells[input] = (table_cell){.any = true};
        return true;
    }
    return false;
}

/* Puts parts of a late rule somewhere in front of it. */
static bool plant_hidden(table_case *self) {
    table_rule parts[8];
    uint32_t count = 1;
    self->a = self->rule_count - 2 - (uint32_t)below(self, self->rule_count / 4);
    parts[0] = self->rules[self->a];
    for (unsigned turn = 0; turn < 60 && count < 6; turn++) {
        const uint32_t of = (uint32_t)below(self, count);
        const uint32_t input = (uint32_t)below(self, TABLE_INPUTS);
        table_rule one = parts[of], other = one;
        if (one.cells[input].any || /* its parts would not hold for an absent fact */
            !part(self, input, &one.cells[input], &other.cells[input]))
            continue;
        parts[of] = one;
        parts[count++] = other;
    }
    const uint32_t apart = self->a / count;
    for (uint32_t i = 0; i < count; i++)
        self->rules[i * apart + below(self, apart)] = parts[i];
    return count > 2;
}

static void plant(table_case *self) {
    const bool second = self->seed / 2 % 2 == 1;
    bool done = false;
    if (self->seed % 2 == 0)
        return;
    if (self->family == TABLE_LOOSE) {
        self->planted = TABLE_HIDDEN;
        done = plant_hidden(self);
    } else if (self->family == TABLE_WIDENED || second) {
        self->planted = TABLE_GAP;
        done = plant_gap(self);
    } else {
        self->planted = TABLE_OVERLAP;
        done = plant_overlap(self);
    }
    if (!done) {
        fprintf(stderr, "bench: nothing could be planted with seed %llu\n",
                (unsigned long long)self->seed);
        exit(70);
    }
}

/* As numbers. */

static void make_world(table_case *self) {
    static const samme_box_range day = {20500, 21914};
    samme_box_set *domains = alloc(self, TABLE_DIMENSIONS * sizeof *domains);
    domains[TABLE_TODAY] = (samme_box_set){&day, 1};
    for (uint32_t i = 0; i < TABLE_INPUTS; i++) {
        samme_box_range *ranges = alloc(self, 2 * sizeof *ranges);
        const table_input *about = &table_inputs[i];
        const int64_t high = i == CATEGORY ? (int64_t)self->category_count - 1 : about->high;
        ranges[0] = (samme_box_range){SAMME_BOX_ABSENT, SAMME_BOX_ABSENT};
        ranges[1] = (samme_box_range){about->low, high};
        /* a table without a rule for all else is sound only where every fact is given */
        const bool absent = self->family == TABLE_LOOSE;
        domains[i] = absent ? (samme_box_set){ranges, 2} : (samme_box_set){ranges + 1, 1};
    }
    self->world = (samme_box_world){.dimensions = TABLE_DIMENSIONS, .domains = domains};
}

static void make_rules(table_case *self) {
    samme_box_rule *rules = alloc(self, self->rule_count * sizeof *rules);
    for (uint32_t r = 0; r < self->rule_count; r++) {
        samme_box_set *cells = alloc(self, TABLE_DIMENSIONS * sizeof *cells);
        cells[TABLE_TODAY] = (samme_box_set){NULL, 0};
        for (uint32_t i = 0; i < TABLE_INPUTS; i++)
            cells[i] = table_cell_values(self, i, &self->rules[r].cells[i]);
        rules[r] = (samme_box_rule){cells, 1};
    }
    self->table = (samme_box_table){self->family < TABLE_WIDENED, rules, self->rule_count};
}

void table_link_days(table_case *self) {
    static const samme_box_relation days = {TABLE_TODAY, 6, 7};
    self->world.relations = &days;
    self->world.relation_count = 1;
}

void table_make(table_case *self, table_family family, uint64_t seed, uint32_t rules) {
    *self = (table_case){.seed = seed, .family = family};
    samme_prng_seed(&self->prng, seed * TABLE_FAMILIES + (uint64_t)family);
    samme_arena_init(&self->arena, (size_t)1 << 30);
    for (unsigned i = 0; i < 12; i++)
        add_category(self, UINT32_MAX, 0);
    self->rules = alloc(self, rules * sizeof *self->rules);
    if (family == TABLE_LOOSE)
        make_loose(self, rules);
    else
        make_parts(self, rules, family == TABLE_PARTED ? 0 : 300);
    if (family == TABLE_WIDENED)
        for (uint32_t r = 0; r < rules; r++)
            if (samme_prng_chance(&self->prng, 700))
                widen(self, &self->rules[r]);
    if (family != TABLE_LOOSE)
        shuffle(self);
    plant(self);
    make_world(self);
    make_rules(self);
}

void table_free(table_case *self) {
    samme_arena_free(&self->arena);
}

uint32_t table_any_share(const table_case *self) {
    uint64_t any = 0;
    for (uint32_t r = 0; r < self->rule_count; r++)
        for (uint32_t i = 0; i < TABLE_INPUTS; i++)
            any += self->rules[r].cells[i].any;
    return (uint32_t)(any * 1000 / ((uint64_t)self->rule_count * TABLE_INPUTS));
}

static bool sets_meet(samme_box_set a, samme_box_set b) {
    if (a.count == 0 || b.count == 0)
        return true;
    for (size_t i = 0, k = 0; i < a.count && k < b.count;) {
        if (a.ranges[i].high < b.ranges[k].low)
            i++;
        else if (b.ranges[k].high < a.ranges[i].low)
            k++;
        else
            return true;
    }
    return false;
}

uint32_t table_near_share(const table_case *self) {
    uint64_t near = 0;
    for (uint32_t a = 0; a < self->rule_count; a++)
        for (uint32_t b = 0; b < self->rule_count; b++) {
            unsigned shared = 0;
            for (uint32_t i = 0; i < TABLE_INPUTS; i++)
                shared += sets_meet(self->table.rules[a].cells[i], self->table.rules[b].cells[i]);
            if (shared == 8 || shared == 9) {
                near++;
                break;
            }
        }
    return (uint32_t)(near * 1000 / self->rule_count);
}
