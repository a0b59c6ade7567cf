/* Which of two rules pays more, within a box. */
#include "base/money.h"
#include "check/ask.h"
#include "check/facts.h"

__extension__ typedef __int128 wide; /* not ISO C */

enum { TURNS_MAX = 200 };

samme_told samme_ask_tender(samme_ask *ask, const samme_outcome *outcome, Samme__RefundTo *out) {
    static const samme_box_range gift = {SAMME__RECEIPT_KIND__gift_receipt,
                                         SAMME__RECEIPT_KIND__gift_receipt};
    *out = outcome->refund_to;
    if (outcome->refund_to == SAMME__REFUND_TO__refund_to_unset ||
        outcome->refund_to == SAMME__REFUND_TO__credit)
        return SAMME_TOLD_YES;
    samme_told told = samme_ask_set(ask, SAMME_INPUT_RECEIPT_KIND, (samme_box_set){&gift, 1});
    if (told == SAMME_TOLD_YES)
        *out = SAMME__REFUND_TO__credit;
    return told == SAMME_TOLD_SPLIT ? told : SAMME_TOLD_YES;
}

unsigned samme_frame_digits(const samme_frame *frame) {
    unsigned digits = SAMME_MONEY_DIGITS;
    for (int64_t grain = frame->grain; grain > 1; grain /= 10)
        digits--;
    return digits;
}

samme_amounts samme_amounts_of(const samme_frame *frame, unsigned digits) {
    samme_amounts scale = {digits, frame->grain, 1};
    for (; digits < SAMME_MONEY_DIGITS; digits++)
        scale.unit *= 10;
    return scale;
}

int64_t samme_amount_at(samme_amounts scale, int64_t value) {
    return (int64_t)(((wide)value * scale.grain + scale.unit - 1) / scale.unit);
}

int64_t samme_amount_behind(samme_amounts scale, int64_t minor) {
    const wide value = (wide)minor * scale.unit / scale.grain + 1;
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

/* Minor digits of the currencies of the box. YES when told. */
static samme_told ask_digits(samme_ask *ask, unsigned *out) {
    const uint32_t dimension = ask->frame->dimension[SAMME_INPUT_CURRENCY];
    if (dimension == SAMME_FRAME_NONE) {
        *out = samme_frame_digits(ask->frame);
        return SAMME_TOLD_YES;
    }
    const samme_box_set side = ask->sides[dimension];
    *out = samme_currency_value_digits(side.ranges[0].low);
    for (size_t i = 0; i < side.count; i++)
        for (int64_t c = side.ranges[i].low;; c++) {
            if (samme_currency_value_digits(c) != *out) {
                ask->dimension = dimension;
                ask->value = c;
                return SAMME_TOLD_SPLIT;
            }
            if (c == side.ranges[i].high)
                break;
        }
    return SAMME_TOLD_YES;
}

samme_told samme_ask_amounts(samme_ask *ask, samme_amounts *out) {
    unsigned digits = 0;
    samme_told told = ask_digits(ask, &digits);
    if (told == SAMME_TOLD_YES)
        *out = samme_amounts_of(ask->frame, digits);
    return told;
}

static bool pay_alike(const samme_outcome *a, const samme_outcome *b) {
    samme_terms x = samme_terms_of(a, SAMME_MONEY_DIGITS);
    samme_terms y = samme_terms_of(b, SAMME_MONEY_DIGITS);
    return (x.percent == 0 && y.percent == 0) ||
           (x.percent == y.percent && x.fee_percent == y.fee_percent && x.fee == y.fee);
}

static int64_t minor_of(samme_amounts scale, int64_t value) {
    return value == SAMME_BOX_ABSENT ? 0 : samme_amount_at(scale, value);
}

/* Whether it turns more often than it is worth to split for: roundings do that, near where both pay
 * the same, and for ever where they come to the same percent. */
static bool alternates(const samme_terms *a, const samme_terms *b, int64_t from, int64_t to) {
    for (unsigned turns = 0; turns < TURNS_MAX; turns++)
        if (samme_terms_change(a, b, from, to, &from) != SAMME_CHANGE_FOUND)
            return false;
    return true;
}

/* The comparison over all amounts of the side; a split where it turns. */
static samme_told compare_over(samme_ask *ask, uint32_t dimension, samme_amounts scale,
                               const samme_terms *a, const samme_terms *b, int *out) {
    const samme_box_set side = ask->sides[dimension];
    const int before = samme_terms_compare(a, b, minor_of(scale, side.ranges[0].low));
    for (size_t i = 0; i < side.count; i++) {
        const samme_box_range range = side.ranges[i];
        const int64_t low = minor_of(scale, range.low), high = minor_of(scale, range.high);
        int64_t turn = low;
        samme_change change = SAMME_CHANGE_FOUND;
        if (samme_terms_compare(a, b, low) == before)
            change = samme_terms_change(a, b, low, high, &turn);
        const int64_t value = samme_amount_behind(scale, turn - 1);
        if (change == SAMME_CHANGE_NONE || (turn > low && value > range.high))
            continue;
        ask->undecided = change == SAMME_CHANGE_UNDECIDED || alternates(a, b, turn, high);
        ask->dimension = dimension;
        ask->value = turn > low ? value : range.low;
        return SAMME_TOLD_SPLIT;
    }
    *out = before;
    return SAMME_TOLD_YES;
}

/* The amount of a broken bundle is no input of tables, so both would have to pay alike of all. */
static samme_told ask_bundle(samme_ask *ask, const samme_ruled *a, const samme_ruled *b) {
    static const samme_box_range yes = {SAMME__YES_NO__yes, SAMME__YES_NO__yes};
    if ((a->table == NULL || !a->table->reprice_rest) &&
        (b->table == NULL || !b->table->reprice_rest))
        return SAMME_TOLD_NO;
    return samme_ask_set(ask, SAMME_INPUT_BUNDLE_BROKEN, (samme_box_set){&yes, 1});
}

samme_told samme_ask_refunds(samme_ask *ask, const samme_ruled *a, const samme_ruled *b, int *out) {
    const uint32_t paid = ask->frame->dimension[SAMME_INPUT_LINE_PAID];
    *out = 0;
    samme_told broken = ask_bundle(ask, a, b);
    if (broken == SAMME_TOLD_SPLIT)
        return broken;
    const bool one_base =
        a->table != NULL && b->table != NULL && a->table->reprice_rest == b->table->reprice_rest;
    if (pay_alike(a->outcome, b->outcome) && (broken == SAMME_TOLD_NO || one_base))
        return SAMME_TOLD_YES;
    if (broken == SAMME_TOLD_YES || paid == SAMME_FRAME_NONE) {
        ask->undecided = true;
        return SAMME_TOLD_SPLIT;
    }
    samme_amounts scale;
    samme_told told = samme_ask_amounts(ask, &scale);
    if (told != SAMME_TOLD_YES)
        return told;
    const samme_terms first = samme_terms_of(a->outcome, scale.digits);
    const samme_terms second = samme_terms_of(b->outcome, scale.digits);
    return compare_over(ask, paid, scale, &first, &second, out);
}
