/* days_left in a box. Each window that gives a date has days left within bounds; the greatest of
 * the bounds are those of days_left. Where they leave it open, the window that reaches furthest is
 * cut, at a value at which something turns. */
#include "boxes/set.h"
#include "check/clock.h"

typedef struct reach {
    const samme_window *window;
    uint32_t dimension;              /* an age, or today */
    int64_t offset;                  /* days = offset - value of the dimension */
    int64_t low, high;               /* days to the date */
    int64_t rolled_low, rolled_high; /* as they count */
} reach;

static samme_told split_at(samme_ask *ask, uint32_t dimension, int64_t value) {
    ask->dimension = dimension;
    ask->value = value;
    return SAMME_TOLD_SPLIT;
}

static void roll(const samme_ask *ask, reach *self) {
    self->rolled_low = self->low;
    self->rolled_high = self->high;
    if (!self->window->roll || self->low >= 0)
        return;
    const samme_box_set closed = ask->sides[ask->frame->dimension[SAMME_INPUT_CLOSED_BEFORE]];
    const int64_t least = closed.ranges[0].low; /* absence is below all */
    const int64_t most = closed.ranges[closed.count - 1].high;
    const int64_t nearest = self->high < -1 ? self->high : -1;
    if (most != SAMME_BOX_ABSENT && most >= -nearest && self->high < 0)
        self->rolled_high = 0;
    if (least != SAMME_BOX_ABSENT && least >= -self->low)
        self->rolled_low = 0;
}

static reach reach_of(const samme_ask *ask, const samme_window *window, samme_last_day day) {
    uint32_t measure = SAMME_INPUT_TODAY;
    if (day.of == SAMME_LAST_DAY_OF_PURCHASE)
        measure = SAMME_AGE_OF_PURCHASE;
    if (day.of == SAMME_LAST_DAY_OF_RECEIPT)
        measure = SAMME_AGE_OF_RECEIPT;
    reach self = {.window = window, .offset = day.days};
    self.dimension = ask->frame->dimension[measure];
    const samme_box_set side = ask->sides[self.dimension];
    self.low = self.offset - side.ranges[side.count - 1].high;
    self.high = self.offset - side.ranges[0].low;
    roll(ask, &self);
    return self;
}

/* The least edge of the set within (low, high]; false: the set holds all of [low, high], or none.
 */
static bool edge_within(samme_box_set set, int64_t low, int64_t high, int64_t *out) {
    bool found = false;
    for (size_t i = 0; i < set.count; i++) {
        const int64_t edges[2] = {
            set.ranges[i].low, set.ranges[i].high < INT64_MAX ? set.ranges[i].high + 1 : INT64_MIN};
        for (int k = 0; k < 2; k++)
            if (edges[k] > low && edges[k] <= high && (!found || edges[k] < *out)) {
                *out = edges[k];
                found = true;
            }
    }
    return found;
}

/* Cuts the days to the window's date into those below `days` and the others. */
static samme_told cut_days(samme_ask *ask, const reach *self, int64_t days) {
    return split_at(ask, self->dimension, self->offset - days + 1);
}

/* The set leaves open what of this window's days counts; it reaches furthest of all. */
static samme_told cut(samme_ask *ask, const reach *self, samme_box_set set) {
    int64_t edge = 0;
    if (self->window->roll && self->low < 0 && self->high >= 0)
        return cut_days(ask, self, 0);
    if (!self->window->roll || self->low >= 0) {
        if (edge_within(set, self->low, self->high, &edge))
            return cut_days(ask, self, edge);
        return cut_days(ask, self, self->high); /* not so: an edge leaves it open */
    }
    const uint32_t dimension = ask->frame->dimension[SAMME_INPUT_CLOSED_BEFORE];
    const samme_box_set closed = ask->sides[dimension];
    const int64_t least = closed.ranges[0].low, most = closed.ranges[closed.count - 1].high;
    const bool may_roll = most != SAMME_BOX_ABSENT && most >= -self->high;
    if (may_roll && (least == SAMME_BOX_ABSENT || least < -self->high))
        return split_at(ask, dimension, -self->high);
    if (!may_roll && edge_within(set, self->low, self->high, &edge))
        return cut_days(ask, self, edge);
    return cut_days(ask, self, self->high);
}

samme_told samme_ask_days_left(samme_ask *ask, const samme_clock_sets *clock, samme_box_set set) {
    reach furthest = {.window = NULL};
    int64_t low = 0;
    for (size_t w = 0; w < clock->table->window_count; w++) {
        samme_last_day day;
        samme_told told = samme_ask_window(ask, clock, &clock->table->windows[w], &day);
        if (told != SAMME_TOLD_YES)
            return told;
        if (day.of == SAMME_LAST_DAY_NONE)
            continue;
        const reach one = reach_of(ask, &clock->table->windows[w], day);
        if (furthest.window == NULL || one.rolled_low > low)
            low = one.rolled_low;
        if (furthest.window == NULL || one.rolled_high > furthest.rolled_high)
            furthest = one;
    }
    if (furthest.window == NULL)
        return samme_box_set_has_absent(set) ? SAMME_TOLD_YES : SAMME_TOLD_NO;
    const samme_box_range span = {low, furthest.rolled_high};
    switch (samme_box_set_meet(set, (samme_box_set){&span, 1})) {
    case SAMME_BOX_APART:
        return SAMME_TOLD_NO;
    case SAMME_BOX_COVERS:
        return SAMME_TOLD_YES;
    case SAMME_BOX_MEETS:
        break;
    }
    return cut(ask, &furthest, set);
}
