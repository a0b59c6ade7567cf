#include "check/facts.h"

#include "base/money.h"
#include "boxes/set.h"
#include "wire/fields.h"
#include "wire/names.h"

enum { CODE_BYTES = 4 };

static void currency_code(int64_t value, char out[static CODE_BYTES]) {
    for (unsigned i = 3; i-- > 0; value /= 26)
        out[i] = (char)('A' + value % 26);
    out[3] = 0;
}

int64_t samme_currency_value(const char *code) {
    int64_t value = 0;
    if (!samme_currency_valid(code))
        return SAMME_BOX_ABSENT;
    for (size_t i = 0; i < 3; i++)
        value = value * 26 + (code[i] - 'A');
    return value;
}

static bool holds(samme_box_set set, int64_t value) {
    int64_t next = 0;
    return samme_box_set_next(set, value, &next) && next == value;
}

static int64_t value_at(const samme_frame *frame, const int64_t *values, uint32_t measure) {
    const uint32_t dimension = frame->dimension[measure];
    return dimension == SAMME_FRAME_NONE ? SAMME_BOX_ABSENT : values[dimension];
}

/* Units of 10^-SAMME_MONEY_DIGITS in one minor unit of a currency of these digits. */
static int64_t unit_of(unsigned digits) {
    int64_t unit = 1;
    for (; digits < SAMME_MONEY_DIGITS; digits++)
        unit *= 10;
    return unit;
}

/* Of how many values of line_paid, as the frame counts them, one is an amount of the currency. */
static int64_t step_of(const samme_frame *frame, unsigned digits) {
    const int64_t unit = unit_of(digits);
    return unit <= frame->grain ? 1 : unit / frame->grain;
}

unsigned samme_currency_value_digits(int64_t currency) {
    char code[CODE_BYTES] = "";
    if (currency != SAMME_BOX_ABSENT)
        currency_code(currency, code);
    return samme_currency_digits(code);
}

static bool next_multiple(samme_box_set set, int64_t step, int64_t *out) {
    for (size_t i = 0; i < set.count; i++) {
        if (set.ranges[i].low < 0)
            continue;
        int64_t low = set.ranges[i].low + (step - set.ranges[i].low % step) % step;
        if (low >= set.ranges[i].low && low <= set.ranges[i].high) {
            *out = low;
            return true;
        }
    }
    return false;
}

/* A currency of the side whose amounts the other side has. */
static bool find_currency(const samme_frame *frame, samme_box_set currencies, samme_box_set amounts,
                          int64_t *out_currency, int64_t *out_amount) {
    for (size_t i = 0; i < currencies.count; i++)
        for (int64_t c = currencies.ranges[i].low;; c++) {
            if (next_multiple(amounts, step_of(frame, samme_currency_value_digits(c)),
                              out_amount)) {
                *out_currency = c;
                return true;
            }
            if (c == currencies.ranges[i].high)
                break;
        }
    return false;
}

/* A currency of any branch, when the box has one. */
static void prefer_currency(const samme_frame *frame, const samme_box_set *sides, int64_t *values) {
    const uint32_t currency = frame->dimension[SAMME_INPUT_CURRENCY];
    if (currency == SAMME_FRAME_NONE || values[currency] == SAMME_BOX_ABSENT)
        return;
    for (size_t s = 0; s < frame->sides; s++) {
        const Samme__Chain *chain = samme_policy_chain(frame->policies[s]);
        for (size_t i = 0; i < chain->n_branches; i++) {
            const int64_t money = samme_currency_value(chain->branches[i]->currency);
            if (money != SAMME_BOX_ABSENT && holds(sides[currency], money)) {
                values[currency] = money;
                return;
            }
        }
    }
}

/* A branch's country and currency, when the box has them: examples are for people. */
static void prefer_branch(const samme_frame *frame, const samme_box_set *sides, int64_t *values) {
    const uint32_t country = frame->dimension[SAMME_INPUT_SALE_COUNTRY];
    const uint32_t currency = frame->dimension[SAMME_INPUT_CURRENCY];
    for (size_t s = 0; s < frame->sides; s++) {
        const Samme__Chain *chain = samme_policy_chain(frame->policies[s]);
        for (size_t i = 0; i < chain->n_branches; i++) {
            const Samme__Branch *branch = chain->branches[i];
            const int64_t place = samme_country_value(branch->country);
            const int64_t money = samme_currency_value(branch->currency);
            if ((country != SAMME_FRAME_NONE &&
                 (place == SAMME_ABSENT || !holds(sides[country], place))) ||
                (currency != SAMME_FRAME_NONE &&
                 (money == SAMME_BOX_ABSENT || !holds(sides[currency], money))))
                continue;
            if (country != SAMME_FRAME_NONE)
                values[country] = place;
            if (currency != SAMME_FRAME_NONE)
                values[currency] = money;
            return;
        }
    }
    prefer_currency(frame, sides, values);
}

/* An amount at which percents show, when the box has one. */
static void prefer_amount(const samme_frame *frame, const samme_box_set *sides, int64_t *values) {
    const uint32_t paid = frame->dimension[SAMME_INPUT_LINE_PAID];
    int64_t value = 0;
    if (paid == SAMME_FRAME_NONE || values[paid] == SAMME_BOX_ABSENT)
        return;
    if (samme_box_set_next(sides[paid], 100 * unit_of(0) / frame->grain, &value))
        values[paid] = value;
}

bool samme_point_settle(const samme_frame *frame, const samme_box_set *sides, int64_t *values) {
    const uint32_t paid = frame->dimension[SAMME_INPUT_LINE_PAID];
    const uint32_t currency = frame->dimension[SAMME_INPUT_CURRENCY];
    prefer_branch(frame, sides, values);
    prefer_amount(frame, sides, values);
    if (paid == SAMME_FRAME_NONE || currency == SAMME_FRAME_NONE ||
        values[paid] == SAMME_BOX_ABSENT ||
        values[paid] % step_of(frame, samme_currency_value_digits(values[currency])) == 0)
        return true;
    if (find_currency(frame, sides[currency], sides[paid], &values[currency], &values[paid]))
        return true;
    if (!samme_box_set_has_absent(sides[paid]))
        return false;
    values[paid] = SAMME_BOX_ABSENT;
    return true;
}

/* The country of a point, SAMME_BOX_ABSENT for none: as the point has it, else one of the frame's
 * that has a branch, else any of the frame's. */
static int64_t country_of(const samme_frame *frame, const int64_t *values) {
    if (frame->dimension[SAMME_INPUT_SALE_COUNTRY] != SAMME_FRAME_NONE)
        return value_at(frame, values, SAMME_INPUT_SALE_COUNTRY);
    if (frame->countries.count == 0)
        return SAMME_BOX_ABSENT;
    for (size_t s = 0; s < frame->sides; s++) {
        const Samme__Chain *chain = samme_policy_chain(frame->policies[s]);
        for (size_t i = 0; i < chain->n_branches; i++) {
            int64_t country = samme_country_value(chain->branches[i]->country);
            if (country != SAMME_BOX_ABSENT && holds(frame->countries, country))
                return country;
        }
    }
    return frame->countries.ranges[0].low;
}

/* A currency of the country's branches, else of any, that has this amount; "" when none has. */
static const char *currency_for(const samme_frame *frame, int64_t country, int64_t amount) {
    const char *other = "";
    for (size_t s = 0; s < frame->sides; s++) {
        const Samme__Chain *chain = samme_policy_chain(frame->policies[s]);
        for (size_t i = 0; i < chain->n_branches; i++) {
            const Samme__Branch *branch = chain->branches[i];
            if (branch->currency[0] == 0 ||
                (amount != SAMME_BOX_ABSENT &&
                 amount % step_of(frame, samme_currency_digits(branch->currency)) != 0))
                continue;
            if (samme_country_value(branch->country) == country)
                return branch->currency;
            if (other[0] == 0)
                other = branch->currency;
        }
    }
    return other;
}

static const char *currency_of(const samme_frame *frame, const int64_t *values, char *code) {
    const int64_t currency = value_at(frame, values, SAMME_INPUT_CURRENCY);
    if (frame->dimension[SAMME_INPUT_CURRENCY] == SAMME_FRAME_NONE)
        return currency_for(frame, country_of(frame, values),
                            value_at(frame, values, SAMME_INPUT_LINE_PAID));
    if (currency == SAMME_BOX_ABSENT)
        return "";
    currency_code(currency, code);
    return code;
}

unsigned samme_point_digits(const samme_frame *frame, const int64_t *values) {
    char code[CODE_BYTES] = "";
    return samme_currency_digits(currency_of(frame, values, code));
}

/* The value as the text of a fact; NULL: no memory. */
static const char *text_of(const samme_frame *frame, const samme_input *input, int64_t value) {
    if (input->kind == SAMME_KIND_CATEGORY)
        return frame->categories.names[value];
    if (input->kind == SAMME_KIND_TIER)
        return value == 0 ? "" : frame->tiers.names[value];
    samme_buffer text;
    samme_buffer_init(&text, 64);
    samme_input_show(input, samme_policy_vocabulary(frame->policies[0]), value, &text);
    const char *copy = samme_arena_text(frame->arena, samme_buffer_text(&text));
    samme_buffer_free(&text);
    return copy;
}

static bool set_text(ProtobufCMessage *facts, const ProtobufCFieldDescriptor *field,
                     const char *text) {
    char **slot = samme_field_at(facts, field);
    *slot = (char *)(uintptr_t)text; /* protobuf-c has no const texts */
    return text != NULL;
}

static bool set_fact(const samme_frame *frame, Samme__Facts *facts, uint32_t measure, int64_t value,
                     unsigned digits) {
    const samme_input *input = samme_input_at((samme_input_id)measure);
    const ProtobufCFieldDescriptor *field =
        samme_field_named(&samme__facts__descriptor, samme_span_of_text(input->name));
    if (field == NULL || value == SAMME_BOX_ABSENT)
        return true;
    if (input->kind == SAMME_KIND_ENUMERATION) {
        int *slot = samme_field_at(&facts->base, field);
        *slot = (int)value;
        return true;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return set_text(&facts->base, field, text_of(frame, input, value));
    int64_t *slot = samme_field_at(&facts->base, field);
    uint32_t *chosen = samme_field_quantifier(&facts->base, field);
    *slot = input->kind == SAMME_KIND_MONEY ? value * frame->grain / unit_of(digits) : value;
    *chosen = field->id;
    return true;
}

Samme__Facts *samme_point_facts(const samme_frame *frame, const int64_t *values) {
    Samme__Facts *facts = samme_arena_alloc(frame->arena, sizeof *facts);
    if (facts == NULL)
        return NULL;
    *facts = (Samme__Facts)SAMME__FACTS__INIT;
    char code[CODE_BYTES] = "";
    const char *currency = currency_of(frame, values, code);
    const unsigned digits = samme_currency_digits(currency);
    const int64_t country = country_of(frame, values);
    bool fits = set_fact(frame, facts, SAMME_INPUT_SALE_COUNTRY, country, digits);
    for (uint32_t d = 0; fits && d < frame->world.dimensions; d++)
        if (frame->measure[d] < SAMME_INPUT_COUNT)
            fits = set_fact(frame, facts, frame->measure[d], values[d], digits);
    if (fits && facts->has_line_paid_case != SAMME__FACTS__HAS_LINE_PAID__NOT_SET &&
        facts->currency[0] == 0 && currency[0] != 0)
        facts->currency = samme_arena_text(frame->arena, currency);
    return fits && facts->currency != NULL ? facts : NULL;
}
