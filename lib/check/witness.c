#include "check/witness.h"

#include "base/money.h"
#include "boxes/set.h"

#define RUNS_MAX    40000u                 /* stretches of amounts on which nothing changes */
#define BUNDLE_MOST INT64_C(1000000000000) /* minor units */

/* One way to look at the box: a currency's digits, a gift receipt or not. */
typedef struct view {
    const samme_contest *contest;
    unsigned digits;
    bool gift;
    samme_terms policy;
    samme_terms floors[SAMME_FLOORS_MAX];
} view;

static Samme__RefundTo tender_of(const view *self, const samme_outcome *outcome) {
    const bool turned = self->gift && outcome->refund_to != SAMME__REFUND_TO__refund_to_unset;
    return turned ? SAMME__REFUND_TO__credit : outcome->refund_to;
}

static unsigned rank_of(const view *self, const samme_outcome *outcome) {
    return samme_tender_rank(samme_policy_chain(self->contest->frame->policies[0]),
                             tender_of(self, outcome));
}

static int64_t base_for(const samme_ruled *ruled, const samme_witness *at) {
    return at->broken && ruled->table->reprice_rest ? at->base : at->paid;
}

static int64_t floor_pays(const view *self, size_t floor, const samme_witness *at) {
    return samme_terms_refund(&self->floors[floor], base_for(&self->contest->floors[floor], at));
}

static bool better(const view *self, size_t a, size_t b, const samme_witness *at) {
    const samme_outcome *x = self->contest->floors[a].outcome;
    const samme_outcome *y = self->contest->floors[b].outcome;
    if (x->verdict != y->verdict)
        return x->verdict < y->verdict;
    const int64_t first = floor_pays(self, a, at), second = floor_pays(self, b, at);
    if (first != second)
        return first > second;
    return rank_of(self, x) < rank_of(self, y);
}

/* At these amounts: what of the policy's answer is worse than the best floor's. */
static bool is_under(const view *self, samme_witness *at) {
    const samme_outcome *policy = self->contest->policy.outcome;
    at->floor = 0;
    for (size_t i = 1; i < self->contest->floor_count; i++)
        if (better(self, i, at->floor, at))
            at->floor = i;
    const samme_outcome *floor = self->contest->floors[at->floor].outcome;
    const int64_t pays = samme_terms_refund(&self->policy, base_for(&self->contest->policy, at));
    at->digits = self->digits;
    at->gift = self->gift;
    at->under = 0;
    at->under |= policy->verdict > floor->verdict ? SAMME_UNDER_VERDICT : 0;
    at->under |= pays < floor_pays(self, at->floor, at) ? SAMME_UNDER_REFUND : 0;
    at->under |= rank_of(self, policy) > rank_of(self, floor) ? SAMME_UNDER_TENDER : 0;
    return at->under != 0;
}

/* The first amount behind `from` at which two of the rules stand otherwise to each other. */
static samme_change next_change(const view *self, int64_t from, int64_t to, int64_t *out) {
    const size_t count = self->contest->floor_count;
    samme_change found = SAMME_CHANGE_NONE;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i; k < count; k++) { /* k == i: against the policy */
            int64_t at = 0;
            samme_change change = samme_terms_change(
                &self->floors[i], k == i ? &self->policy : &self->floors[k], from, to, &at);
            if (change == SAMME_CHANGE_UNDECIDED)
                return change;
            if (change == SAMME_CHANGE_FOUND && (found == SAMME_CHANGE_NONE || at < *out)) {
                found = change;
                *out = at;
            }
        }
    return found;
}

/* From where on nothing new is seen. */
static int64_t settled(const view *self) {
    const size_t count = self->contest->floor_count;
    int64_t last = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = i; k < count; k++) {
            int64_t one =
                samme_terms_settled(&self->floors[i], k == i ? &self->policy : &self->floors[k]);
            last = one > last ? one : last;
        }
    return last < INT64_MAX - SAMME_TERMS_PERIOD ? last + SAMME_TERMS_PERIOD : INT64_MAX;
}

/* Looks at one amount of each stretch of [low, high]; `base` too when the bundle is broken. */
static bool search(const view *self, int64_t low, int64_t high, samme_witness *at) {
    const int64_t last = settled(self);
    if (low < last && last < high)
        high = last;
    else if (low >= last && high - low > SAMME_TERMS_PERIOD)
        high = low + SAMME_TERMS_PERIOD;
    for (unsigned runs = 0; runs < RUNS_MAX; runs++) {
        at->paid = low;
        if (at->broken)
            at->base = low;
        if (is_under(self, at))
            return true;
        samme_change change = next_change(self, low, high, &low);
        if (change == SAMME_CHANGE_NONE)
            return false;
        if (change == SAMME_CHANGE_UNDECIDED)
            break;
    }
    at->undecided = true;
    return false;
}

static int64_t unit_of(unsigned digits) {
    int64_t unit = 1;
    for (; digits < SAMME_MONEY_DIGITS; digits++)
        unit *= 10;
    return unit;
}

static int64_t to_minor(const view *self, int64_t value, bool up) {
    __extension__ typedef __int128 wide;
    const wide unit = unit_of(self->digits);
    return (int64_t)(((wide)value * self->contest->frame->grain + (up ? unit - 1 : 0)) / unit);
}

/* The amounts of the side, of which absence is 0. */
static bool search_paid(const view *self, samme_witness *at) {
    const uint32_t dimension = self->contest->frame->dimension[SAMME_INPUT_LINE_PAID];
    if (dimension == SAMME_FRAME_NONE)
        return search(self, 0, INT64_MAX / unit_of(self->digits), at);
    const samme_box_set side = self->contest->sides[dimension];
    for (size_t i = 0; i < side.count; i++) {
        const samme_box_range range = side.ranges[i];
        const bool none = range.high == SAMME_BOX_ABSENT;
        const int64_t low = none ? 0 : to_minor(self, range.low, true);
        const int64_t high = none ? 0 : to_minor(self, range.high, false);
        if (low <= high && search(self, low, high, at))
            return true;
    }
    return false;
}

/* A broken bundle's base is any amount, whatever the line was: the least for the policy, the most
 * for a floor; where all take it, all amounts. */
static bool search_bundle(const view *self, samme_witness *at) {
    bool all = self->contest->policy.table->reprice_rest, any = all;
    for (size_t i = 0; i < self->contest->floor_count; i++) {
        all = all && self->contest->floors[i].table->reprice_rest;
        any = any || self->contest->floors[i].table->reprice_rest;
    }
    if (!any)
        return false;
    at->broken = true;
    if (all)
        return search(self, 0, BUNDLE_MOST, at);
    const uint32_t dimension = self->contest->frame->dimension[SAMME_INPUT_LINE_PAID];
    int64_t low = 0, high = BUNDLE_MOST;
    if (dimension != SAMME_FRAME_NONE) {
        const samme_box_set side = self->contest->sides[dimension];
        low = samme_box_set_has_absent(side) ? 0 : to_minor(self, side.ranges[0].low, true);
        high = samme_box_set_has_present(side)
                   ? to_minor(self, side.ranges[side.count - 1].high, false)
                   : 0;
    }
    at->paid = high < BUNDLE_MOST || low > BUNDLE_MOST ? high : BUNDLE_MOST;
    at->base = 0;
    if (is_under(self, at))
        return true;
    at->paid = low;
    at->base = BUNDLE_MOST;
    return is_under(self, at);
}

/* Whether the side of an enumeration can be `value`, and another (absence too). A measure that is
 * no dimension is taken for absent by `when_none`, else for anything. */
static void can_be(const samme_contest *contest, uint32_t measure, int64_t value, bool *it,
                   bool *another) {
    const uint32_t dimension = contest->frame->dimension[measure];
    const samme_box_range range = {value, value};
    *it = true;
    *another = true;
    if (dimension == SAMME_FRAME_NONE)
        return;
    const samme_box_set side = contest->sides[dimension];
    *it = samme_box_set_meet((samme_box_set){&range, 1}, side) != SAMME_BOX_APART;
    *another = samme_box_set_meet((samme_box_set){&range, 1}, side) != SAMME_BOX_COVERS;
}

static bool look(view *self, samme_witness *at) {
    const samme_contest *contest = self->contest;
    bool broken, whole;
    self->policy = samme_terms_of(contest->policy.outcome, self->digits);
    for (size_t i = 0; i < contest->floor_count; i++)
        self->floors[i] = samme_terms_of(contest->floors[i].outcome, self->digits);
    can_be(contest, SAMME_INPUT_BUNDLE_BROKEN, SAMME__YES_NO__yes, &broken, &whole);
    at->broken = false;
    if (whole && search_paid(self, at))
        return true;
    return broken && search_bundle(self, at);
}

static bool has_digits(const samme_contest *contest, unsigned digits) {
    const uint32_t dimension = contest->frame->dimension[SAMME_INPUT_CURRENCY];
    const Samme__Chain *chain = samme_policy_chain(contest->frame->policies[0]);
    bool named = false;
    if (dimension == SAMME_FRAME_NONE) {
        for (size_t i = 0; i < chain->n_branches; i++) {
            const char *currency = chain->branches[i]->currency;
            named = named || currency[0] != 0;
            if (currency[0] != 0 && samme_currency_digits(currency) == digits)
                return true;
        }
        return !named && digits == samme_currency_digits("");
    }
    const samme_box_set side = contest->sides[dimension];
    for (size_t i = 0; i < side.count; i++)
        for (int64_t c = side.ranges[i].low;; c++) {
            char code[4] = "";
            for (int64_t at = 3, rest = c; c != SAMME_BOX_ABSENT && at-- > 0; rest /= 26)
                code[at] = (char)('A' + rest % 26);
            if (samme_currency_digits(code) == digits)
                return true;
            if (c == side.ranges[i].high)
                break;
        }
    return false;
}

samme_witness samme_find_witness(const samme_contest *contest) {
    samme_witness at = {.under = 0};
    bool gift, plain;
    can_be(contest, SAMME_INPUT_RECEIPT_KIND, SAMME__RECEIPT_KIND__gift_receipt, &gift, &plain);
    for (unsigned digits = 0; digits <= SAMME_MONEY_DIGITS; digits++) {
        if (unit_of(digits) < contest->frame->grain || !has_digits(contest, digits))
            continue; /* amounts finer than the chain's are not looked at */
        view self = {.contest = contest, .digits = digits};
        for (int turn = 0; turn < 2; turn++) {
            self.gift = turn == 1;
            if ((self.gift ? gift : plain) && look(&self, &at))
                return at;
        }
    }
    at.under = 0;
    return at;
}

static void narrow(const samme_frame *frame, uint32_t measure, samme_box_set to, samme_arena *arena,
                   samme_box_set *out) {
    const uint32_t dimension = frame->dimension[measure];
    samme_box_set within;
    if (dimension != SAMME_FRAME_NONE &&
        samme_box_set_combine(arena, SAMME_BOX_SET_AND, out[dimension], to, &within) == SAMME_OK &&
        within.count > 0)
        out[dimension] = within;
}

/* All currencies of these digits, and absence when it is read so. */
static samme_box_set currencies_of(unsigned digits, samme_arena *arena) {
    enum { CODES = 26 * 26 * 26 };
    samme_box_range *ranges = samme_arena_alloc(arena, (CODES / 2 + 2) * sizeof *ranges);
    size_t count = 0;
    if (ranges == NULL)
        return (samme_box_set){NULL, 0};
    if (samme_currency_digits("") == digits)
        ranges[count++] = (samme_box_range){SAMME_BOX_ABSENT, SAMME_BOX_ABSENT};
    for (int64_t c = 0; c < CODES; c++) {
        const char code[4] = {(char)('A' + c / 676), (char)('A' + c / 26 % 26),
                              (char)('A' + c % 26), 0};
        if (samme_currency_digits(code) != digits)
            continue;
        if (count > 0 && ranges[count - 1].high == c - 1)
            ranges[count - 1].high = c;
        else
            ranges[count++] = (samme_box_range){c, c};
    }
    return (samme_box_set){ranges, count};
}

void samme_witness_box(const samme_frame *frame, const samme_box_set *sides,
                       const samme_witness *witness, samme_arena *arena, samme_box_set *out) {
    static const samme_box_range gift = {SAMME__RECEIPT_KIND__gift_receipt,
                                         SAMME__RECEIPT_KIND__gift_receipt};
    static const samme_box_range others[] = {
        {SAMME_BOX_ABSENT, SAMME_BOX_ABSENT},
        {SAMME__RECEIPT_KIND__receipt, SAMME__RECEIPT_KIND__receipt},
        {SAMME__RECEIPT_KIND__reprint, SAMME__RECEIPT_KIND__nothing}};
    static const samme_box_range yes = {SAMME__YES_NO__yes, SAMME__YES_NO__yes};
    const int64_t value = witness->paid * (unit_of(witness->digits) / frame->grain);
    const samme_box_range paid[] = {{SAMME_BOX_ABSENT, SAMME_BOX_ABSENT}, {value, value}};
    memcpy(out, sides, frame->world.dimensions * sizeof *out);
    narrow(frame, SAMME_INPUT_LINE_PAID, (samme_box_set){paid + 1, 1}, arena, out);
    if (witness->paid == 0) /* absence is paid as 0 */
        narrow(frame, SAMME_INPUT_LINE_PAID, (samme_box_set){paid, 2}, arena, out);
    narrow(frame, SAMME_INPUT_RECEIPT_KIND,
           witness->gift ? (samme_box_set){&gift, 1} : (samme_box_set){others, 3}, arena, out);
    if (witness->broken)
        narrow(frame, SAMME_INPUT_BUNDLE_BROKEN, (samme_box_set){&yes, 1}, arena, out);
    narrow(frame, SAMME_INPUT_CURRENCY, currencies_of(witness->digits, arena), arena, out);
}
