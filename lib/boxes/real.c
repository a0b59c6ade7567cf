/* ABSENT frees a dimension of its relations, so where a side holds it the question is easiest with
 * it. What is left are bounds low <= minuend - subtrahend <= high over the minuends and subtrahends
 * (no dimension that is a difference is one of them): a system of difference bounds, whose least
 * solution Bellman-Ford finds. Holes in the sides of the variables only raise that solution; where
 * a difference falls into a hole of its side, the sides before and behind the hole are tried. */
#include "boxes/real.h"

/* Values are sums of at most 32 bounds, each a difference of two int64. */
__extension__ typedef __int128 wide; /* not ISO C */

enum { HOLES_DEEP_MAX = 512 };

typedef struct bound {
    uint32_t minuend, subtrahend, difference;
    wide low, high; /* of the difference */
} bound;

typedef struct bounds {
    samme_box_work *work;
    const samme_box_set *sides;
    uint32_t variables; /* as bits: minuends and subtrahends of what follows */
    uint32_t count;
    bound list[SAMME_BOX_RELATIONS_MAX];
    wide least[SAMME_BOX_DIMENSIONS_MAX]; /* of each variable */
} bounds;

static bool bit(uint32_t mask, uint32_t at) {
    return (mask >> at & 1) != 0;
}

/* Raises the least values until all bounds hold; false: they cannot. Without a contradiction of the
 * bounds among each other that takes one round per variable. */
static bool settle(bounds *self) {
    for (uint32_t round = 0; round <= SAMME_BOX_DIMENSIONS_MAX; round++) {
        bool changed = false;
        for (uint32_t i = 0; i < self->count; i++) {
            const bound *one = &self->list[i];
            wide *minuend = &self->least[one->minuend], *subtrahend = &self->least[one->subtrahend];
            if (*minuend < *subtrahend + one->low) {
                *minuend = *subtrahend + one->low;
                changed = true;
            }
            if (*subtrahend < *minuend - one->high) {
                *subtrahend = *minuend - one->high;
                changed = true;
            }
        }
        if (!changed)
            return true;
    }
    return false;
}

/* The least solution with the variables within their sides. */
static samme_status least(bounds *self, bool *out) {
    *out = false;
    for (bool moved = true; moved;) {
        if (samme_box_spend(self->work, 4 * (uint64_t)self->count + 4) != SAMME_OK)
            return SAMME_FULL;
        if (!settle(self))
            return SAMME_OK;
        moved = false;
        for (uint32_t d = 0; d < self->work->dimensions; d++) {
            if (!bit(self->variables, d))
                continue;
            int64_t value = 0;
            if (self->least[d] > INT64_MAX ||
                !samme_box_set_next(self->sides[d], (int64_t)self->least[d], &value))
                return SAMME_OK;
            moved |= value > self->least[d];
            self->least[d] = value;
        }
    }
    *out = true;
    return SAMME_OK;
}

/* The values of a side around one that is not in it: the last before it and the next behind it;
 * false: there is none on that side. */
static void around(samme_box_set side, wide value, wide *before, wide *behind) {
    *before = value; /* that is: none */
    *behind = value;
    for (size_t i = 0; i < side.count; i++) {
        if (side.ranges[i].high < value && side.ranges[i].high != SAMME_BOX_ABSENT)
            *before = side.ranges[i].high;
        if (side.ranges[i].low > value) {
            *behind = side.ranges[i].low;
            return;
        }
    }
}

static bool within(samme_box_set side, wide value) {
    int64_t found = 0;
    return value > SAMME_BOX_ABSENT && value <= INT64_MAX &&
           samme_box_set_next(side, (int64_t)value, &found) && found == value;
}

static samme_status solve(bounds *self, unsigned depth, bool *out) {
    if (depth == HOLES_DEEP_MAX)
        return SAMME_FULL;
    samme_status status = least(self, out);
    if (status != SAMME_OK || !*out)
        return status;
    uint32_t at = 0;
    wide value = 0;
    for (; at < self->count; at++) {
        value = self->least[self->list[at].minuend] - self->least[self->list[at].subtrahend];
        if (!within(self->sides[self->list[at].difference], value))
            break;
    }
    if (at == self->count)
        return SAMME_OK;
    wide before, behind;
    around(self->sides[self->list[at].difference], value, &before, &behind);
    *out = false;
    if (before != value && before >= self->list[at].low) {
        bounds below = *self;
        below.list[at].high = before;
        status = solve(&below, depth + 1, out);
        if (status != SAMME_OK || *out) {
            *self = below;
            return status;
        }
    }
    if (behind == value || behind > self->list[at].high)
        return SAMME_OK;
    self->list[at].low = behind;
    return solve(self, depth + 1, out);
}

static int64_t least_present(samme_box_set side) {
    int64_t value = 0;
    return samme_box_set_next(side, SAMME_BOX_ABSENT + 1, &value) ? value : 0;
}

/* `absent`: dimensions that are. */
static void collect(bounds *self, samme_box_work *work, const samme_box_set *sides,
                    uint32_t absent) {
    self->work = work;
    self->sides = sides;
    self->variables = 0;
    self->count = 0;
    for (size_t i = 0; i < work->relation_count; i++) {
        const samme_box_relation one = work->relations[i];
        if (bit(absent, one.minuend) || bit(absent, one.subtrahend) || bit(absent, one.difference))
            continue;
        const samme_box_set side = sides[one.difference];
        self->variables |= UINT32_C(1) << one.minuend | UINT32_C(1) << one.subtrahend;
        self->list[self->count++] = (bound){one.minuend, one.subtrahend, one.difference,
                                            least_present(side), side.ranges[side.count - 1].high};
    }
    for (uint32_t d = 0; d < work->dimensions; d++)
        if (bit(self->variables, d))
            self->least[d] = least_present(sides[d]);
}

static uint32_t may_be_absent(const samme_box_work *work, const samme_box_set *sides) {
    uint32_t absent = 0;
    for (uint32_t d = 0; d < work->dimensions; d++)
        if (bit(work->linked, d) && samme_box_set_has_absent(sides[d]))
            absent |= UINT32_C(1) << d;
    return absent;
}

samme_status samme_box_is_real(samme_box_work *work, const samme_box_set *sides, bool *out) {
    *out = true;
    if (work->linked == 0)
        return SAMME_OK;
    bounds system;
    collect(&system, work, sides, may_be_absent(work, sides));
    return system.count == 0 ? SAMME_OK : solve(&system, 0, out);
}

static samme_status try_example(samme_box_work *work, const samme_box_set *sides, uint32_t absent,
                                int64_t *values, bool *out) {
    *out = true;
    bounds system;
    collect(&system, work, sides, absent);
    samme_status status = system.count == 0 ? SAMME_OK : solve(&system, 0, out);
    if (status != SAMME_OK || !*out)
        return status;
    for (uint32_t d = 0; d < work->dimensions; d++)
        values[d] = bit(absent, d)             ? SAMME_BOX_ABSENT
                    : bit(system.variables, d) ? (int64_t)system.least[d]
                                               : samme_box_set_sample(sides[d]);
    for (uint32_t i = 0; i < system.count; i++)
        values[system.list[i].difference] = (int64_t)(system.least[system.list[i].minuend] -
                                                      system.least[system.list[i].subtrahend]);
    return SAMME_OK;
}

samme_status samme_box_example(samme_box_work *work, const samme_box_set *sides, int64_t *values,
                               bool *out) {
    uint32_t only_absent = 0;
    for (uint32_t d = 0; d < work->dimensions; d++)
        if (bit(work->linked, d) && !samme_box_set_has_present(sides[d]))
            only_absent |= UINT32_C(1) << d;
    samme_status status = try_example(work, sides, only_absent, values, out);
    if (status != SAMME_OK || *out)
        return status;
    return try_example(work, sides, may_be_absent(work, sides), values, out);
}
