#include "policy/inputs.h"

#include <assert.h>

#include "base/calendar.h"
#include "base/money.h"

static const samme_input inputs[] = {
    {SAMME_INPUT_CLAIM_TYPE, SAMME_KIND_ENUMERATION, "claim_type", &samme__claim_type__descriptor},
    {SAMME_INPUT_CONDITION, SAMME_KIND_ENUMERATION, "condition", &samme__condition__descriptor},
    {SAMME_INPUT_RECEIPT_KIND, SAMME_KIND_ENUMERATION, "receipt_kind",
     &samme__receipt_kind__descriptor},
    {SAMME_INPUT_RECEIPT_SOURCE, SAMME_KIND_ENUMERATION, "receipt_source",
     &samme__receipt_source__descriptor},
    {SAMME_INPUT_CLAIM, SAMME_KIND_ENUMERATION, "claim", &samme__claim__descriptor},
    {SAMME_INPUT_MODE, SAMME_KIND_ENUMERATION, "mode", &samme__mode__descriptor},
    {SAMME_INPUT_CATEGORY, SAMME_KIND_CATEGORY, "category", NULL},
    {SAMME_INPUT_TODAY, SAMME_KIND_DATE, "today", NULL},
    {SAMME_INPUT_PURCHASE_DATE, SAMME_KIND_DATE, "purchase_date", NULL},
    {SAMME_INPUT_DAYS_SINCE_PURCHASE, SAMME_KIND_COUNT, "days_since_purchase", NULL},
    {SAMME_INPUT_LINE_PAID, SAMME_KIND_MONEY, "line_paid", NULL},
    {SAMME_INPUT_QUANTITY_LEFT, SAMME_KIND_QUANTITY, "quantity_left", NULL},
    {SAMME_INPUT_QUANTITY_ASKED, SAMME_KIND_QUANTITY, "quantity_asked", NULL},
};
static_assert(sizeof inputs / sizeof *inputs == SAMME_INPUT_COUNT, "one row per input");
static_assert(SAMME_INPUT_COUNT <= SAMME_POLICY_INPUTS_MAX, "a table may test every input");

const samme_input *samme_input_at(samme_input_id id) {
    assert(id < SAMME_INPUT_COUNT && inputs[id].id == id);
    return &inputs[id];
}

const samme_input *samme_input_find(const char *name) {
    for (size_t i = 0; i < SAMME_INPUT_COUNT; i++)
        if (strcmp(inputs[i].name, name) == 0)
            return &inputs[i];
    return NULL;
}

void samme_input_names(samme_buffer *out) {
    for (size_t i = 0; i < SAMME_INPUT_COUNT; i++)
        samme_buffer_printf(out, "%s%s", i == 0 ? "" : ", ", inputs[i].name);
}

int64_t samme_money_grain(const char *currency) {
    unsigned digits = samme_currency_digits(currency);
    assert(digits <= SAMME_MONEY_DIGITS);
    int64_t grain = 1;
    for (; digits < SAMME_MONEY_DIGITS; digits++)
        grain *= 10;
    return grain;
}

static void put(samme_input_values *out, samme_input_id id, int64_t value) {
    out->value[id] = value;
    out->present[id] = true;
}

static samme_status read_enumeration(samme_input_id id, int number, samme_input_values *out,
                                     samme_error *error) {
    if (number == 0)
        return SAMME_OK;
    if (strcmp(samme_enum_name(inputs[id].values, number), "?") == 0)
        return samme_fail(error, SAMME_MALFORMED, "%s: expected a value with a name, found %d",
                          inputs[id].name, number);
    put(out, id, number);
    return SAMME_OK;
}

static samme_status read_date(samme_input_id id, const char *text, samme_input_values *out,
                              samme_error *error) {
    if (text[0] == 0)
        return SAMME_OK;
    int32_t days = 0;
    if (samme_date_parse(text, &days) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "%s: expected a date as YYYY-MM-DD, found \"%.40s\"", inputs[id].name,
                          text);
    put(out, id, days);
    return SAMME_OK;
}

static samme_status read_line_paid(const Samme__Facts *facts, samme_input_values *out,
                                   samme_error *error) {
    if (facts->has_line_paid_case == SAMME__FACTS__HAS_LINE_PAID__NOT_SET)
        return SAMME_OK;
    if (facts->line_paid < 0)
        return samme_fail(error, SAMME_MALFORMED,
                          "line_paid: expected 0 or more minor units, found %lld",
                          (long long)facts->line_paid);
    int64_t grain = samme_money_grain(facts->currency);
    bool fits = facts->line_paid <= INT64_MAX / grain;
    put(out, SAMME_INPUT_LINE_PAID, fits ? facts->line_paid * grain : INT64_MAX);
    return SAMME_OK;
}

static samme_status read_enumerations(const Samme__Facts *facts, samme_input_values *out,
                                      samme_error *error) {
    const struct {
        samme_input_id id;
        int number;
    } found[] = {
        {SAMME_INPUT_CLAIM_TYPE, (int)facts->claim_type},
        {SAMME_INPUT_CONDITION, (int)facts->condition},
        {SAMME_INPUT_RECEIPT_KIND, (int)facts->receipt_kind},
        {SAMME_INPUT_RECEIPT_SOURCE, (int)facts->receipt_source},
        {SAMME_INPUT_CLAIM, (int)facts->claim},
        {SAMME_INPUT_MODE, (int)facts->mode},
    };
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        samme_status status = read_enumeration(found[i].id, found[i].number, out, error);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

samme_status samme_input_read(const Samme__Facts *facts, const samme_categories *categories,
                              samme_input_values *out, samme_error *error) {
    samme_input_values values = {.present = {false}};
    samme_status status = read_enumerations(facts, &values, error);
    if (status == SAMME_OK)
        status = read_date(SAMME_INPUT_TODAY, facts->today, &values, error);
    if (status == SAMME_OK)
        status = read_date(SAMME_INPUT_PURCHASE_DATE, facts->purchase_date, &values, error);
    if (status == SAMME_OK)
        status = read_line_paid(facts, &values, error);
    if (status != SAMME_OK)
        return status;
    const samme_category *category =
        samme_categories_find(categories, samme_span_of_text(facts->category));
    if (category != NULL)
        put(&values, SAMME_INPUT_CATEGORY, category->first);
    if (facts->has_days_since_purchase_case != SAMME__FACTS__HAS_DAYS_SINCE_PURCHASE__NOT_SET)
        put(&values, SAMME_INPUT_DAYS_SINCE_PURCHASE, facts->days_since_purchase);
    if (facts->has_quantity_left_case != SAMME__FACTS__HAS_QUANTITY_LEFT__NOT_SET)
        put(&values, SAMME_INPUT_QUANTITY_LEFT, facts->quantity_left);
    if (facts->has_quantity_asked_case != SAMME__FACTS__HAS_QUANTITY_ASKED__NOT_SET)
        put(&values, SAMME_INPUT_QUANTITY_ASKED, facts->quantity_asked);
    *out = values;
    return SAMME_OK;
}
