#include "check/frame.h"

#include "base/money.h"
#include "boxes/set.h"
#include "check/names.h"

unsigned samme_chain_digits(const Samme__Chain *chain) {
    unsigned finest = 0;
    bool named = false;
    for (size_t i = 0; i < chain->n_branches; i++) {
        const char *currency = chain->branches[i]->currency;
        if (currency[0] == 0)
            continue;
        unsigned digits = samme_currency_digits(currency);
        if (!named || digits > finest)
            finest = digits;
        named = true;
    }
    return named ? finest : samme_currency_digits("");
}

samme_status samme_frame_init(samme_frame *frame, samme_arena *arena,
                              const samme_policy *const *policies, size_t count,
                              samme_error *error) {
    *frame = (samme_frame){.arena = arena, .sides = count, .grain = 1};
    unsigned digits = 0;
    for (size_t s = 0; s < count; s++) {
        frame->policies[s] = policies[s];
        unsigned own = samme_chain_digits(samme_policy_chain(policies[s]));
        if (own > digits)
            digits = own;
    }
    for (; digits < SAMME_MONEY_DIGITS; digits++)
        frame->grain *= 10;
    if (samme_frame_name_categories(frame) != SAMME_OK || samme_frame_name_tiers(frame) != SAMME_OK)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the names of categories");
    return SAMME_OK;
}

void samme_frame_need(samme_frame *frame, uint32_t measure) {
    frame->needed[measure] = true;
}

/* One window's cells as sets; those of days_left there are none. */
static samme_status same_cells(const samme_frame *frame, size_t side_a, const samme_table *a,
                               samme_when x, size_t side_b, const samme_table *b, samme_when y,
                               bool *out) {
    *out = x.count == y.count;
    for (uint32_t i = 0; i < x.count && *out; i++) {
        bool found = false;
        samme_box_set first, second;
        samme_status status = samme_frame_cell(frame, side_a, a, &a->cells[x.first + i], &first);
        for (uint32_t k = 0; k < y.count && status == SAMME_OK && !found; k++) {
            if (a->cells[x.first + i].input != b->cells[y.first + k].input)
                continue;
            status = samme_frame_cell(frame, side_b, b, &b->cells[y.first + k], &second);
            found = status == SAMME_OK && samme_box_set_equal(first, second);
        }
        if (status != SAMME_OK)
            return status;
        *out = found;
    }
    return SAMME_OK;
}

/* Whether each window of a is one of b. */
static samme_status within(const samme_frame *frame, const samme_clock *a, const samme_clock *b,
                           bool *out) {
    *out = true;
    for (size_t i = 0; i < a->table->window_count && *out; i++) {
        const samme_window *x = &a->table->windows[i];
        bool found = false;
        for (size_t k = 0; k < b->table->window_count && !found; k++) {
            const samme_window *y = &b->table->windows[k];
            if (x->base != y->base || x->days != y->days || x->until != y->until ||
                x->roll != y->roll)
                continue;
            samme_status status =
                same_cells(frame, a->side, a->table, x->when, b->side, b->table, y->when, &found);
            if (status != SAMME_OK)
                return status;
        }
        *out = found;
    }
    return SAMME_OK;
}

samme_status samme_frame_clock(samme_frame *frame, size_t side, const samme_table *table,
                               uint32_t *out) {
    const samme_clock clock = {side, table};
    if (table == NULL || table->window_count == 0) {
        *out = SAMME_FRAME_NONE;
        return SAMME_OK;
    }
    for (uint32_t i = 0; i < frame->clock_count; i++) {
        bool there = false, back = false;
        samme_status status = within(frame, &clock, &frame->clocks[i], &there);
        if (status == SAMME_OK)
            status = within(frame, &frame->clocks[i], &clock, &back);
        if (status != SAMME_OK)
            return status;
        if (there && back) {
            *out = i;
            return SAMME_OK;
        }
    }
    if (frame->clock_count == SAMME_CLOCKS_MAX)
        return SAMME_TOO_LARGE;
    *out = frame->clock_count;
    frame->clocks[frame->clock_count++] = clock;
    return SAMME_OK;
}

samme_status samme_frame_pair(samme_frame *frame, uint32_t first, uint32_t second, uint32_t *out) {
    for (uint32_t i = 0; i < frame->pair_count; i++)
        if ((frame->pairs[i].first == first && frame->pairs[i].second == second) ||
            (frame->pairs[i].first == second && frame->pairs[i].second == first)) {
            *out = SAMME_PAIR + i;
            return SAMME_OK;
        }
    if (frame->pair_count == SAMME_PAIRS_MAX)
        return SAMME_TOO_LARGE;
    *out = SAMME_PAIR + frame->pair_count;
    frame->pairs[frame->pair_count++] = (samme_clock_pair){first, second};
    return SAMME_OK;
}

samme_status samme_frame_need_table(samme_frame *frame, size_t side, const samme_table *table,
                                    samme_error *error) {
    bool needed[SAMME_INPUT_COUNT] = {false};
    uint32_t clock = SAMME_FRAME_NONE;
    samme_status status = samme_frame_clock(frame, side, table, &clock);
    if (status != SAMME_OK)
        return samme_fail(error, status, "%s: more than %d kinds of windows", table->path,
                          SAMME_CLOCKS_MAX);
    for (size_t r = 0; r < table->rule_count; r++) {
        const samme_when when = table->rules[r].when;
        for (uint32_t i = when.first; i < when.first + when.count; i++)
            needed[table->cells[i].input] = true;
    }
    for (size_t i = 0; table->has_missing && i < table->input_count; i++)
        needed[table->inputs[i]] = true;
    for (uint32_t m = 0; m < SAMME_INPUT_COUNT; m++)
        if (needed[m] && m != SAMME_INPUT_DAYS_LEFT)
            samme_frame_need(frame, m);
    if (needed[SAMME_INPUT_DAYS_LEFT] && clock != SAMME_FRAME_NONE)
        samme_frame_need(frame, SAMME_CLOCK + clock);
    return SAMME_OK;
}

void samme_frame_need_windows(samme_frame *frame, const samme_table *table) {
    samme_frame_need(frame, SAMME_INPUT_TODAY);
    for (size_t w = 0; w < table->window_count; w++) {
        const samme_window *window = &table->windows[w];
        for (uint32_t i = window->when.first; i < window->when.first + window->when.count; i++)
            samme_frame_need(frame, table->cells[i].input);
        if (window->roll)
            samme_frame_need(frame, SAMME_INPUT_CLOSED_BEFORE);
        if (window->base == SAMME_WINDOW_UNTIL)
            continue;
        samme_frame_need(frame, SAMME_INPUT_PURCHASE_DATE);
        if (window->base == SAMME_WINDOW_PURCHASE)
            continue;
        samme_frame_need(frame, SAMME_INPUT_RECEIPT_DATE);
        samme_frame_need(frame, SAMME_DELIVERY);
    }
}

static void relate(samme_frame *frame, uint32_t minuend, uint32_t subtrahend, uint32_t difference) {
    const uint32_t *at = frame->dimension;
    if (at[minuend] == SAMME_FRAME_NONE || at[subtrahend] == SAMME_FRAME_NONE ||
        at[difference] == SAMME_FRAME_NONE)
        return;
    frame->relations[frame->world.relation_count++] =
        (samme_box_relation){at[minuend], at[subtrahend], at[difference]};
}

/* Two of three facts that are related leave the third as it must be; where that may be absent it
 * binds nothing. Today never is. Nobody returns before the purchase, or after a hundred years. */
static void need_relations(samme_frame *frame) {
    bool *needed = frame->needed;
    const bool purchase = needed[SAMME_INPUT_PURCHASE_DATE];
    const bool receipt = needed[SAMME_INPUT_RECEIPT_DATE];
    if ((purchase && needed[SAMME_INPUT_DAYS_SINCE_PURCHASE]) ||
        (receipt && needed[SAMME_INPUT_DAYS_SINCE_RECEIPT]) || needed[SAMME_DELIVERY])
        needed[SAMME_INPUT_TODAY] = true;
    needed[SAMME_AGE_OF_PURCHASE] = purchase && needed[SAMME_INPUT_TODAY];
    needed[SAMME_AGE_OF_RECEIPT] = receipt && needed[SAMME_INPUT_TODAY];
}

samme_status samme_frame_build(samme_frame *frame, samme_error *error) {
    need_relations(frame);
    uint32_t count = 0;
    for (uint32_t m = 0; m < SAMME_MEASURE_COUNT; m++) {
        frame->dimension[m] = SAMME_FRAME_NONE;
        if (!frame->needed[m])
            continue;
        if (count == SAMME_BOX_DIMENSIONS_MAX)
            return samme_fail(error, SAMME_TOO_LARGE, "the tables turn on more than %u facts",
                              SAMME_BOX_DIMENSIONS_MAX);
        if (samme_frame_domain(frame, m, &frame->domains[count]) != SAMME_OK)
            return samme_fail(error, SAMME_NO_MEMORY, "no memory for the facts' values");
        frame->measure[count] = m;
        frame->dimension[m] = count++;
    }
    frame->world = (samme_box_world){.dimensions = count,
                                     .domains = frame->domains,
                                     .relations = frame->relations,
                                     .steps = SAMME_CHECK_STEPS};
    relate(frame, SAMME_INPUT_TODAY, SAMME_INPUT_PURCHASE_DATE, SAMME_INPUT_DAYS_SINCE_PURCHASE);
    relate(frame, SAMME_INPUT_TODAY, SAMME_INPUT_RECEIPT_DATE, SAMME_INPUT_DAYS_SINCE_RECEIPT);
    relate(frame, SAMME_INPUT_TODAY, SAMME_INPUT_PURCHASE_DATE, SAMME_AGE_OF_PURCHASE);
    relate(frame, SAMME_INPUT_TODAY, SAMME_INPUT_RECEIPT_DATE, SAMME_AGE_OF_RECEIPT);
    relate(frame, SAMME_INPUT_RECEIPT_DATE, SAMME_INPUT_PURCHASE_DATE, SAMME_DELIVERY);
    return SAMME_OK;
}

/* Amounts between two of the frame's grain are of no currency in use. */
static samme_status money_cell(const samme_frame *frame, const samme_interval *intervals,
                               size_t count, samme_box_set *out) {
    samme_box_range *ranges = samme_arena_alloc(frame->arena, (count + 1) * sizeof *ranges);
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t low = intervals[i].low / frame->grain + (intervals[i].low % frame->grain != 0);
        int64_t high = intervals[i].high / frame->grain;
        if (low <= high)
            ranges[kept++] = (samme_box_range){low, high};
    }
    return samme_box_set_normal(frame->arena, (samme_box_set){ranges, kept}, out);
}

samme_status samme_frame_cell(const samme_frame *frame, size_t side, const samme_table *table,
                              const samme_cell *cell, samme_box_set *out) {
    const samme_interval *intervals = table->intervals + cell->first;
    switch (samme_input_at(cell->input)->kind) {
    case SAMME_KIND_MONEY:
        return money_cell(frame, intervals, cell->count, out);
    case SAMME_KIND_CATEGORY:
        return samme_frame_translate(frame, &frame->categories, side, intervals, cell->count, out);
    case SAMME_KIND_TIER:
        return samme_frame_translate(frame, &frame->tiers, side, intervals, cell->count, out);
    default:
        break;
    }
    samme_box_range *ranges = samme_arena_alloc(frame->arena, (cell->count + 1u) * sizeof *ranges);
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < cell->count; i++)
        ranges[i] = (samme_box_range){intervals[i].low, intervals[i].high};
    *out = (samme_box_set){ranges, cell->count};
    return SAMME_OK;
}

samme_status samme_frame_present(const samme_frame *frame, uint32_t dimension, samme_box_set *out) {
    static const samme_box_range present = {SAMME_BOX_ABSENT + 1, INT64_MAX};
    return samme_box_set_combine(frame->arena, SAMME_BOX_SET_AND, frame->domains[dimension],
                                 (samme_box_set){&present, 1}, out);
}
