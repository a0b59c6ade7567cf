/* A refund is max(0, floor(x p) - floor(x q) - fee): a line but for roundings of less than 2. How
 * two stand to each other can change only near a zero of either line or near their crossing, so
 * only those zones are walked. Where the lines are parallel and near, the zone has no end, and what
 * happens repeats after PERIOD amounts. */
#include "check/terms.h"

#include "base/money.h"

#define PERIOD SAMME_TERMS_PERIOD /* hundredths of a percent in the whole */

__extension__ typedef __int128 wide; /* not ISO C */

enum { ZONES = 3, NEAR = 4 };

/* Amounts near a zero of slope x / PERIOD + offset; low > high: none. */
typedef struct zone {
    wide low, high;
    bool endless;
} zone;

samme_terms samme_terms_of(const samme_outcome *outcome, unsigned digits) {
    if (outcome == NULL || (outcome->verdict != SAMME__VERDICT__authorise &&
                            outcome->verdict != SAMME__VERDICT__contingent))
        return (samme_terms){0};
    int64_t fee = outcome->fee;
    for (; digits < SAMME_MONEY_DIGITS; digits++)
        fee /= 10;
    return (samme_terms){outcome->percent, outcome->fee_percent, fee};
}

static wide line(const samme_terms *terms, int64_t base) {
    return (wide)base * terms->percent / PERIOD - (wide)base * terms->fee_percent / PERIOD -
           terms->fee;
}

int64_t samme_terms_refund(const samme_terms *terms, int64_t base) {
    wide refund = line(terms, base);
    return refund < 0 ? 0 : (int64_t)refund;
}

int samme_terms_compare(const samme_terms *a, const samme_terms *b, int64_t base) {
    int64_t first = samme_terms_refund(a, base);
    int64_t second = samme_terms_refund(b, base);
    return (first > second) - (first < second);
}

static int64_t part_of(const samme_terms *terms, int64_t base) {
    return (int64_t)((wide)base * terms->percent / PERIOD);
}

int samme_terms_differ(const samme_terms *a, const samme_terms *b, int64_t base) {
    return part_of(a, base) != part_of(b, base) || samme_terms_compare(a, b, base) != 0;
}

int samme_terms_differ_or_pay(const samme_terms *a, const samme_terms *b, int64_t base) {
    return samme_terms_differ(a, b, base) != 0 || samme_terms_refund(a, base) > 0;
}

static zone zone_of(wide slope, wide offset, bool straight) {
    if (slope == 0) {
        bool near = !straight && offset >= -NEAR && offset <= NEAR;
        return (zone){0, near ? INT64_MAX : -1, near};
    }
    if (slope < 0) {
        slope = -slope;
        offset = -offset;
    }
    wide low = (-NEAR - offset) * PERIOD / slope - 1;
    wide high = (NEAR - offset) * PERIOD / slope + 1;
    return (zone){low < 0 ? 0 : low, high, false};
}

/* The next amount worth a look behind `at`; false: none. */
static bool next_amount(const zone *zones, wide at, wide *out) {
    bool found = false;
    for (int i = 0; i < ZONES; i++) {
        wide next = at + 1 < zones[i].low ? zones[i].low : at + 1;
        if (next > zones[i].high + 1 || zones[i].low > zones[i].high)
            continue; /* one behind the end is looked at too */
        if (!found || next < *out)
            *out = next;
        found = true;
    }
    return found;
}

/* Whether only a zone without end is left behind `at`. */
static bool only_endless(const zone *zones, wide at) {
    for (int i = 0; i < ZONES; i++)
        if (!zones[i].endless && zones[i].high + 1 > at)
            return false;
    return true;
}

static void zones_of(const samme_terms *a, const samme_terms *b, zone out[static ZONES]) {
    const wide slope_a = a->percent - a->fee_percent, slope_b = b->percent - b->fee_percent;
    out[0] = zone_of(slope_a, -(wide)a->fee, true);
    out[1] = zone_of(slope_b, -(wide)b->fee, true);
    out[2] = zone_of(slope_a - slope_b, (wide)b->fee - a->fee,
                     a->percent == b->percent && a->fee_percent == b->fee_percent);
}

int64_t samme_terms_settled(const samme_terms *a, const samme_terms *b) {
    zone zones[ZONES];
    wide last = 0;
    zones_of(a, b, zones);
    for (int i = 0; i < ZONES; i++)
        if (!zones[i].endless && zones[i].high + 1 > last)
            last = zones[i].high + 1;
    return last > INT64_MAX ? INT64_MAX : (int64_t)last;
}

typedef int (*judging)(const samme_terms *a, const samme_terms *b, int64_t base);

/* The first amount of the zones in (from, to] that is judged otherwise than `from`. */
static samme_change walk(const zone *zones, const samme_terms *a, const samme_terms *b,
                         judging judge, int64_t from, int64_t to, int64_t *out) {
    const int before = judge(a, b, from);
    wide at = from;
    unsigned repeated = 0;
    for (unsigned steps = 0; next_amount(zones, at, &at) && at <= to; steps++) {
        if (steps == SAMME_TERMS_STEPS_MAX)
            return SAMME_CHANGE_UNDECIDED;
        if (judge(a, b, (int64_t)at) != before) {
            *out = (int64_t)at;
            return SAMME_CHANGE_FOUND;
        }
        if (only_endless(zones, at) && ++repeated > PERIOD)
            return SAMME_CHANGE_NONE;
    }
    return SAMME_CHANGE_NONE;
}

samme_change samme_terms_change(const samme_terms *a, const samme_terms *b, int64_t from,
                                int64_t to, int64_t *out) {
    if (a->percent == b->percent && a->fee_percent == b->fee_percent && a->fee == b->fee)
        return SAMME_CHANGE_NONE;
    zone zones[ZONES];
    zones_of(a, b, zones);
    return walk(zones, a, b, samme_terms_compare, from, to, out);
}

/* Parts of two percents that are one or more apart differ. Parts that are the same leave the fees:
 * they turn where a fee begins to be less than the part, and where one crosses the other. */
static void turning_zones(const samme_terms *a, const samme_terms *b, zone out[static ZONES]) {
    const int64_t apart =
        a->percent > b->percent ? a->percent - b->percent : b->percent - a->percent;
    if (apart > 0) {
        out[0] = (zone){0, PERIOD / apart + 1, false};
        out[1] = out[2] = (zone){0, -1, false};
        return;
    }
    out[0] = zone_of((wide)a->percent - a->fee_percent, -(wide)a->fee, true);
    out[1] = zone_of((wide)b->percent - b->fee_percent, -(wide)b->fee, true);
    out[2] = zone_of((wide)a->fee_percent - b->fee_percent, (wide)a->fee - b->fee, true);
}

samme_change samme_terms_turn(const samme_terms *a, const samme_terms *b, bool tenders,
                              int64_t from, int64_t to, int64_t *out) {
    zone zones[ZONES];
    turning_zones(a, b, zones);
    return walk(zones, a, b, tenders ? samme_terms_differ_or_pay : samme_terms_differ, from, to,
                out);
}
