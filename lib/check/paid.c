#include "check/paid.h"

#include "boxes/set.h"

/* Amounts in minor units. */
typedef struct paid_ranges {
    size_t count;
    samme_box_range list[SAMME_PAID_RANGES_MAX];
} paid_ranges;

samme_status samme_paid_init(samme_paid_known *known) {
    known->ranges = samme_map_new();
    return known->ranges != NULL ? SAMME_OK : SAMME_NO_MEMORY;
}

void samme_paid_fini(samme_paid_known *known) {
    samme_map_free(known->ranges);
}

samme_paid samme_paid_of(const samme_answered *sides, unsigned digits) {
    return (samme_paid){.terms = {samme_terms_of(sides[0].ruled.outcome, digits),
                                  samme_terms_of(sides[1].ruled.outcome, digits)},
                        .tenders = samme_answered_other_order(sides)};
}

bool samme_paid_of_bundle(const samme_answered *sides) {
    const samme_paid paid = samme_paid_of(sides, SAMME_MONEY_DIGITS);
    const bool same = paid.terms[0].percent == paid.terms[1].percent &&
                      paid.terms[0].fee_percent == paid.terms[1].fee_percent &&
                      paid.terms[0].fee == paid.terms[1].fee;
    return (sides[0].bundle || sides[1].bundle) &&
           (sides[0].bundle != sides[1].bundle || !same || paid.tenders);
}

static int judge(const samme_paid *paid, int64_t amount) {
    return (paid->tenders ? samme_terms_differ_or_pay
                          : samme_terms_differ)(&paid->terms[0], &paid->terms[1], amount);
}

/* The first amount behind `from` that is judged otherwise; `to` + 1 when none is. */
static int64_t turn_behind(const samme_paid *paid, int64_t from, int64_t to) {
    int64_t turn = 0;
    switch (samme_terms_turn(&paid->terms[0], &paid->terms[1], paid->tenders, from, to, &turn)) {
    case SAMME_CHANGE_FOUND:
        return turn;
    case SAMME_CHANGE_UNDECIDED:
        return from + 1; /* to be looked at one by one */
    case SAMME_CHANGE_NONE:
        break;
    }
    return to == INT64_MAX ? to : to + 1;
}

/* Nothing is paid of nothing, so the first range begins behind 0. */
static paid_ranges ranges_of(const samme_paid *paid) {
    paid_ranges out = {.count = 0};
    int64_t at = turn_behind(paid, 0, INT64_MAX);
    while (at < INT64_MAX && out.count < SAMME_PAID_RANGES_MAX) {
        const int64_t end = turn_behind(paid, at, INT64_MAX);
        out.list[out.count++] = (samme_box_range){at, end == INT64_MAX ? end : end - 1};
        at = end == INT64_MAX ? end : turn_behind(paid, end, INT64_MAX);
    }
    if (at < INT64_MAX) {
        out.list[0].high = INT64_MAX;
        out.count = 1;
    }
    return out;
}

static bool known_ranges(samme_paid_known *known, const samme_paid *paid, paid_ranges *out) {
    const int64_t key[] = {paid->terms[0].percent, paid->terms[0].fee_percent, paid->terms[0].fee,
                           paid->terms[1].percent, paid->terms[1].fee_percent, paid->terms[1].fee,
                           paid->tenders};
    samme_map_entry found;
    if (samme_map_get(known->ranges, SAMME_SPAN(key, sizeof key), &found)) {
        memcpy(out, found.value.data, sizeof *out);
        return true;
    }
    *out = ranges_of(paid);
    return samme_map_put(known->ranges, SAMME_SPAN(key, sizeof key), SAMME_SPAN(out, sizeof *out),
                         0) == SAMME_OK;
}

/* The values of line_paid for a range of amounts; low > high: none. */
static samme_box_range values_of(samme_amounts scale, samme_box_range amounts) {
    const int64_t behind = samme_amount_behind(scale, amounts.high);
    return (samme_box_range){samme_amount_behind(scale, amounts.low - 1),
                             behind == INT64_MAX ? behind : behind - 1};
}

samme_told samme_ask_paid(samme_ask *ask, samme_paid_known *known, samme_answered *sides) {
    const bool orders = samme_answered_other_order(sides);
    samme_told told = SAMME_TOLD_YES;
    for (size_t s = 0; orders && s < SAMME_FRAME_SIDES_MAX; s++) {
        told = samme_ask_tender(ask, sides[s].ruled.outcome, &sides[s].refund_to);
        if (told == SAMME_TOLD_SPLIT)
            return told;
    }
    if (samme_paid_of_bundle(sides))
        return SAMME_TOLD_YES;
    samme_amounts scale;
    told = samme_ask_amounts(ask, &scale);
    if (told != SAMME_TOLD_YES)
        return told;
    const samme_paid paid = samme_paid_of(sides, scale.digits);
    paid_ranges ranges;
    samme_box_range values[SAMME_PAID_RANGES_MAX];
    (void)known_ranges(known, &paid, &ranges); /* not remembered is found again */
    size_t count = 0;
    for (size_t i = 0; i < ranges.count; i++) {
        const samme_box_range range = values_of(scale, ranges.list[i]);
        if (range.low <= range.high)
            values[count++] = range;
    }
    return count == 0 ? SAMME_TOLD_NO
                      : samme_ask_set(ask, SAMME_INPUT_LINE_PAID, (samme_box_set){values, count});
}

/* Appends the ranges within one of a side. */
static void differing_within(const samme_paid *paid, samme_amounts scale, samme_box_range side,
                             samme_box_range *ranges, size_t *count) {
    const int64_t high = samme_amount_at(scale, side.high);
    for (int64_t at = samme_amount_at(scale, side.low); *count < SAMME_BOX_RANGES_MAX;) {
        const int64_t end = turn_behind(paid, at, high);
        samme_box_range values = values_of(scale, (samme_box_range){at, end - 1});
        values.low = values.low > side.low ? values.low : side.low;
        values.high = end > high || values.high > side.high ? side.high : values.high;
        if (judge(paid, at) != 0 && values.low <= values.high)
            ranges[(*count)++] = values;
        if (end > high || end == INT64_MAX)
            return;
        at = end;
    }
    if (judge(paid, high) != 0) /* large amounts are the likeliest */
        ranges[*count - 1] = (samme_box_range){side.high, side.high};
}

samme_status samme_paid_differs(const samme_paid *paid, samme_amounts scale, samme_box_set side,
                                samme_arena *arena, samme_box_set *out) {
    samme_box_range *ranges = samme_arena_alloc(arena, SAMME_BOX_RANGES_MAX * sizeof *ranges);
    size_t count = 0;
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < side.count && count < SAMME_BOX_RANGES_MAX; i++)
        if (side.ranges[i].high != SAMME_BOX_ABSENT)
            differing_within(paid, scale, side.ranges[i], ranges, &count);
    return samme_box_set_normal(arena, (samme_box_set){ranges, count}, out);
}
