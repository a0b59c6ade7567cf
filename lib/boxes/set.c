#include "boxes/set.h"

/* Walks the boundaries of a set upwards: at each, membership turns over. A boundary is the first
 * value of a side; the one behind INT64_MAX is not walked. */
typedef struct walk {
    samme_box_set set;
    size_t at; /* boundary: even: low of range at/2, odd: behind its high */
} walk;

static bool boundary(const walk *self, int64_t *out) {
    if (self->at >= 2 * self->set.count)
        return false;
    const samme_box_range range = self->set.ranges[self->at / 2];
    if (self->at % 2 == 0) {
        *out = range.low;
        return true;
    }
    if (range.high == INT64_MAX)
        return false;
    *out = range.high + 1;
    return true;
}

static bool holds(samme_box_set_operation operation, bool a, bool b) {
    switch (operation) {
    case SAMME_BOX_SET_AND:
        return a && b;
    case SAMME_BOX_SET_MINUS:
        return a && !b;
    case SAMME_BOX_SET_OR:
        return a || b;
    }
    return false;
}

samme_status samme_box_set_combine(samme_arena *arena, samme_box_set_operation operation,
                                   samme_box_set a, samme_box_set b, samme_box_set *out) {
    samme_box_range *ranges = samme_arena_alloc(arena, (a.count + b.count + 1) * sizeof *ranges);
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    walk in_a = {.set = a}, in_b = {.set = b};
    size_t count = 0;
    bool inside = false;
    for (;;) {
        int64_t next_a = 0, next_b = 0;
        bool more_a = boundary(&in_a, &next_a), more_b = boundary(&in_b, &next_b);
        if (!more_a && !more_b)
            break;
        int64_t at = !more_b || (more_a && next_a <= next_b) ? next_a : next_b;
        in_a.at += more_a && next_a == at;
        in_b.at += more_b && next_b == at;
        /* ranges that meet have two boundaries at one value */
        while (boundary(&in_a, &next_a) && next_a == at)
            in_a.at++;
        while (boundary(&in_b, &next_b) && next_b == at)
            in_b.at++;
        bool now = holds(operation, in_a.at % 2 == 1, in_b.at % 2 == 1);
        if (now == inside)
            continue;
        inside = now;
        if (now)
            ranges[count] = (samme_box_range){at, INT64_MAX};
        else
            ranges[count++].high = at - 1;
    }
    *out = (samme_box_set){ranges, count + (inside ? 1 : 0)};
    return SAMME_OK;
}

samme_status samme_box_set_normal(samme_arena *arena, samme_box_set a, samme_box_set *out) {
    return samme_box_set_combine(arena, SAMME_BOX_SET_OR, a, (samme_box_set){NULL, 0}, out);
}

samme_box_meeting samme_box_set_meet(samme_box_set a, samme_box_set b) {
    bool meets = false, covers = true;
    size_t i = 0;
    for (size_t j = 0; j < b.count; j++) {
        int64_t from = b.ranges[j].low;
        const int64_t high = b.ranges[j].high;
        bool whole = false;
        while (i < a.count && a.ranges[i].high < from)
            i++;
        for (size_t k = i; k < a.count && a.ranges[k].low <= high; k++) {
            meets = true;
            if (a.ranges[k].low > from)
                break; /* values before it are missing */
            whole = a.ranges[k].high >= high;
            if (whole)
                break;
            from = a.ranges[k].high + 1;
        }
        covers &= whole;
        if (meets && !covers)
            return SAMME_BOX_MEETS;
    }
    return !meets ? SAMME_BOX_APART : covers ? SAMME_BOX_COVERS : SAMME_BOX_MEETS;
}

bool samme_box_set_equal(samme_box_set a, samme_box_set b) {
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++)
        if (a.ranges[i].low != b.ranges[i].low || a.ranges[i].high != b.ranges[i].high)
            return false;
    return true;
}

bool samme_box_set_next(samme_box_set a, int64_t from, int64_t *out) {
    size_t low = 0, high = a.count; /* the first range that ends at `from` or later */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (a.ranges[middle].high < from)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == a.count)
        return false;
    *out = a.ranges[low].low > from ? a.ranges[low].low : from;
    return true;
}

int64_t samme_box_set_sample(samme_box_set a) {
    int64_t value = SAMME_BOX_ABSENT;
    if (samme_box_set_next(a, 0, &value))
        return value;
    return a.ranges[a.count - 1].high;
}
