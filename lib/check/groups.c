/* Countries for which the same tables speak, and what those turn on. */
#include "check/compare.h"
#include "check/facts.h"
#include "check/shapes.h"

enum { CURRENCIES_MAX = 256 };

static bool names(const samme_table *table, int64_t country) {
    for (size_t i = 0; i < table->country_count; i++)
        if (table->countries[i] == country)
            return true;
    return false;
}

bool samme_voices_of(const samme_comparing *self, int64_t country, samme_voices *out) {
    *out = (samme_voices){.counts = {1, 1}};
    size_t all = SAMME_FRAME_SIDES_MAX;
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++) {
        const samme_policy *policy = self->policies[s];
        const samme_table *speaks = samme_policy_table_for(policy, country);
        for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
            const samme_table *table = samme_policy_table_at(policy, i);
            if (table == speaks)
                out->tables[s][0] = (uint16_t)(i + 1);
            if (!table->floor || country == SAMME_ABSENT || !names(table, country))
                continue;
            if (++all > SAMME_BOX_TABLES_MAX)
                return false;
            out->tables[s][out->counts[s]++] = (uint16_t)(i + 1);
        }
    }
    return true;
}

/* The table of a group that stands at a place; NULL: no policy for the country. */
static samme_made_table *made_at(const samme_comparing *self, const samme_voices *group,
                                 size_t side, size_t place) {
    const uint16_t number = group->tables[side][place];
    return number == 0 ? NULL : &self->made[side][number - 1];
}

static uint32_t clock_at(const samme_comparing *self, const samme_voices *group, size_t side,
                         size_t place) {
    const samme_made_table *one = made_at(self, group, side, place);
    return one == NULL ? SAMME_FRAME_NONE : one->asked.clock;
}

/* What is needed to tell whether two deadlines are one. */
static samme_status need_pair(samme_comparing *self, uint32_t first, uint32_t second) {
    uint32_t measure = SAMME_FRAME_NONE;
    if (first == second)
        return SAMME_OK;
    if (first == SAMME_FRAME_NONE || second == SAMME_FRAME_NONE) {
        samme_frame_need(self->frame, SAMME_CLOCK + (first == SAMME_FRAME_NONE ? second : first));
        return SAMME_OK;
    }
    samme_status status = samme_frame_pair(&self->all, first, second, &measure);
    if (status == SAMME_OK)
        samme_frame_need(self->frame, measure);
    memcpy(self->frame->pairs, self->all.pairs, sizeof self->all.pairs);
    self->frame->pair_count = self->all.pair_count;
    return status;
}

static samme_status need_table(samme_comparing *self, size_t side, const samme_made_table *one,
                               samme_error *error) {
    const samme_table *table = one->asked.table;
    if (table->reprice_rest)
        samme_frame_need(self->frame, SAMME_INPUT_BUNDLE_BROKEN);
    for (size_t w = 0; w < table->window_count; w++)
        for (uint32_t i = 0; i < table->windows[w].when.count; i++)
            if (table->cells[table->windows[w].when.first + i].input == SAMME_INPUT_CURRENCY)
                samme_frame_need(self->frame, SAMME_INPUT_CURRENCY);
    if (table->floor && one->asked.clock != SAMME_FRAME_NONE)
        samme_frame_need(self->frame, SAMME_CLOCK + one->asked.clock); /* may make it the better */
    return samme_frame_need_table(self->frame, side, table, error);
}

typedef struct group_terms {
    samme_terms first;
    bool any, many; /* rules pay; not all of them the same */
} group_terms;

static void meet_terms(group_terms *met, const samme_outcome *outcome) {
    samme_terms terms = samme_terms_of(outcome, SAMME_MONEY_DIGITS);
    if (outcome->verdict != SAMME__VERDICT__authorise &&
        outcome->verdict != SAMME__VERDICT__contingent)
        return;
    if (terms.percent == 0)
        terms = (samme_terms){0};
    if (!met->any)
        met->first = terms;
    met->any = true;
    met->many = met->many || terms.percent != met->first.percent ||
                terms.fee_percent != met->first.fee_percent || terms.fee != met->first.fee;
}

/* Whether amounts make a difference between answers, or between a policy and its floors. */
static bool amounts_matter(const samme_comparing *self, const samme_voices *group) {
    group_terms met = {.any = false};
    const samme_table *speakers[SAMME_FRAME_SIDES_MAX] = {NULL, NULL};
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        for (size_t i = 0; i < group->counts[s]; i++) {
            const samme_made_table *one = made_at(self, group, s, i);
            const samme_table *table = one != NULL ? one->asked.table : NULL;
            if (i == 0)
                speakers[s] = table;
            for (size_t r = 0; table != NULL && r < table->rule_count; r++)
                meet_terms(&met, &table->rules[r].outcome);
            if (table != NULL && table->has_missing)
                meet_terms(&met, &table->missing);
        }
    return met.many || group->counts[0] > 1 || group->counts[1] > 1 ||
           (met.any && samme_other_tender_order(speakers[0], speakers[1]));
}

static void add_currency(const char *code, samme_box_range *sorted, size_t *count) {
    const int64_t value = samme_currency_value(code);
    size_t at = 0;
    while (at < *count && sorted[at].low < value)
        at++;
    if (value == SAMME_BOX_ABSENT || (at < *count && sorted[at].low == value))
        return;
    memmove(&sorted[at + 1], &sorted[at], (*count - at) * sizeof *sorted);
    sorted[at] = (samme_box_range){value, value};
    ++*count;
}

/* Amounts are in a currency of the chains, of which only the digits matter where no table asks. */
static samme_status need_amounts(samme_comparing *self) {
    samme_frame *frame = self->frame;
    samme_box_range *sorted = samme_arena_alloc(&self->arena, CURRENCIES_MAX * sizeof *sorted);
    size_t count = 0;
    bool alike = true;
    if (sorted == NULL)
        return SAMME_NO_MEMORY;
    samme_frame_need(frame, SAMME_INPUT_LINE_PAID);
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++) {
        const Samme__Chain *chain = samme_policy_chain(self->policies[s]);
        for (size_t i = 0; i < chain->n_branches && count < CURRENCIES_MAX; i++)
            add_currency(chain->branches[i]->currency, sorted, &count);
    }
    for (size_t i = 0; i < count; i++)
        alike = alike && samme_currency_value_digits(sorted[i].low) == samme_frame_digits(frame);
    if (frame->needed[SAMME_INPUT_CURRENCY] || alike)
        return SAMME_OK;
    if (count < CURRENCIES_MAX)
        frame->currencies = (samme_box_set){sorted, count};
    samme_frame_need(frame, SAMME_INPUT_CURRENCY);
    return SAMME_OK;
}

samme_status samme_group_frame(samme_comparing *self, const samme_voices *group,
                               samme_error *error) {
    samme_status status = SAMME_OK;
    self->frame = samme_arena_alloc(&self->arena, sizeof *self->frame);
    if (self->frame == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the tables");
    *self->frame = self->all;
    samme_frame_need(self->frame, SAMME_INPUT_SALE_COUNTRY);
    samme_frame_need(self->frame, SAMME_INPUT_RECEIPT_KIND);
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        for (size_t i = 0; i < group->counts[s] && status == SAMME_OK; i++)
            if (made_at(self, group, s, i) != NULL)
                status = need_table(self, s, made_at(self, group, s, i), error);
    if (status == SAMME_OK && amounts_matter(self, group) && need_amounts(self) != SAMME_OK)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the currencies");
    for (size_t i = 0; i < group->counts[0] && status == SAMME_OK; i++)
        for (size_t k = 0; k < group->counts[1] && status == SAMME_OK; k++) {
            status = need_pair(self, clock_at(self, group, 0, i), clock_at(self, group, 1, k));
            if (status != SAMME_OK)
                return samme_fail(error, status, "there are too many kinds of windows");
        }
    if (status == SAMME_OK)
        status = samme_frame_build(self->frame, error);
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        for (size_t i = 0; i < group->counts[s] && status == SAMME_OK; i++) {
            samme_made_table *one = made_at(self, group, s, i);
            if (one != NULL)
                status = samme_table_shapes(self->frame, s, one->asked.table, &one->boxes, error);
        }
    return status;
}
