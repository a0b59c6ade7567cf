#include "policy/inputs.h"

#include <assert.h>

#include "base/calendar.h"
#include "base/money.h"
#include "base/near.h"

#define CODES_3 17576 /* 26^3 */
#define THOUSANDTHS_MAX                                                                            \
    INT64_C(999999999999999999) /* what a test can write                                           \
                                 */
#define DAYS_APART (SAMME_LAST_DAY - SAMME_FIRST_DAY)

#define ENUMERATION(ID, name, last, always)                                                        \
    {                                                                                              \
        SAMME_INPUT_##ID, SAMME_KIND_ENUMERATION, #name, &samme__##name##__descriptor, {1, last},  \
            always                                                                                 \
    }
#define YES_NO(ID, name)                                                                           \
    {                                                                                              \
        SAMME_INPUT_##ID, SAMME_KIND_ENUMERATION, #name, &samme__yes_no__descriptor,               \
            {1, SAMME__YES_NO__no}, false                                                          \
    }
#define PLAIN(ID, KIND, name, low, high, always)                                                   \
    { SAMME_INPUT_##ID, SAMME_KIND_##KIND, #name, NULL, {low, high}, always }

static const samme_input inputs[] = {
    ENUMERATION(CLAIM_TYPE, claim_type, SAMME__CLAIM_TYPE__price, true),
    ENUMERATION(CONDITION, condition, SAMME__CONDITION__incomplete, false),
    ENUMERATION(RECEIPT_KIND, receipt_kind, SAMME__RECEIPT_KIND__nothing, false),
    ENUMERATION(RECEIPT_SOURCE, receipt_source, SAMME__RECEIPT_SOURCE__no_receipt, true),
    ENUMERATION(CLAIM, claim, SAMME__CLAIM__no_claim, true),
    ENUMERATION(MODE, mode, SAMME__MODE__conservative, true),
    ENUMERATION(WISH, wish, SAMME__WISH__repair, false),
    ENUMERATION(CHANNEL, channel, SAMME__CHANNEL__phone, false),
    {SAMME_INPUT_TENDER,
     SAMME_KIND_ENUMERATION,
     "tender",
     &samme__tender_kind__descriptor,
     {1, SAMME__TENDER_KIND__other},
     false},
    YES_NO(HOME_BRANCH, home_branch),
    YES_NO(BUNDLE_BROKEN, bundle_broken),
    YES_NO(EMPLOYEE_DISCOUNT, employee_discount),
    PLAIN(MEMBER_TIER, TIER, member_tier, 0, 0, true),
    PLAIN(CATEGORY, CATEGORY, category, 0, -1, false),
    PLAIN(TODAY, DATE, today, SAMME_FIRST_DAY, SAMME_LAST_DAY, true),
    PLAIN(PURCHASE_DATE, DATE, purchase_date, SAMME_FIRST_DAY, SAMME_LAST_DAY, false),
    PLAIN(RECEIPT_DATE, DATE, receipt_date, SAMME_FIRST_DAY, SAMME_LAST_DAY, false),
    PLAIN(DAYS_SINCE_PURCHASE, COUNT, days_since_purchase, 0, SAMME_DAYS_MAX, false),
    PLAIN(DAYS_SINCE_RECEIPT, COUNT, days_since_receipt, 0, SAMME_DAYS_MAX, false),
    PLAIN(REPAIR_ATTEMPTS, COUNT, repair_attempts, 0, 9999, false),
    PLAIN(CUSTOMER_RETURNS, COUNT, customer_returns, 0, 9999, false),
    PLAIN(CLOSED_BEFORE, COUNT, closed_before, 0, SAMME_CLOSED_DAYS_MAX, false),
    PLAIN(LINE_PAID, MONEY, line_paid, 0, INT64_MAX, false),
    PLAIN(QUANTITY_LEFT, QUANTITY, quantity_left, 0, THOUSANDTHS_MAX, false),
    PLAIN(QUANTITY_ASKED, QUANTITY, quantity_asked, 0, THOUSANDTHS_MAX, true),
    PLAIN(SALE_COUNTRY, COUNTRY, sale_country, 0, SAMME_COUNTRIES - 1, false),
    PLAIN(RETURN_COUNTRY, COUNTRY, return_country, 0, SAMME_COUNTRIES - 1, false),
    PLAIN(CURRENCY, CURRENCY, currency, 0, CODES_3 - 1, false),
    PLAIN(RETURN_CURRENCY, CURRENCY, return_currency, 0, CODES_3 - 1, false),
    PLAIN(DAYS_LEFT, COUNT, days_left, -DAYS_APART, DAYS_APART, false),
};
static_assert(sizeof inputs / sizeof *inputs == SAMME_INPUT_COUNT, "one row per input");

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

const char *samme_input_meant(const char *name) {
    samme_near near = samme_near_to(samme_span_of_text(name));
    for (size_t i = 0; i < SAMME_INPUT_COUNT; i++)
        samme_near_try(&near, inputs[i].name);
    return near.best;
}

void samme_input_names(samme_buffer *out) {
    for (size_t i = 0; i < SAMME_INPUT_COUNT; i++)
        samme_buffer_printf(out, "%s%s", i == 0 ? "" : ", ", inputs[i].name);
}

samme_interval samme_input_domain(const samme_input *input, const samme_vocabulary *vocabulary) {
    if (input->kind == SAMME_KIND_CATEGORY)
        return (samme_interval){0, (int64_t)vocabulary->categories.count - 1};
    if (input->kind == SAMME_KIND_TIER)
        return (samme_interval){0, (int64_t)vocabulary->tier_count};
    return input->domain;
}

int64_t samme_money_grain(const char *currency) {
    static const int64_t grains[SAMME_MONEY_DIGITS + 1] = {10000, 1000, 100, 10, 1};
    unsigned digits = samme_currency_digits(currency);
    assert(digits <= SAMME_MONEY_DIGITS);
    return grains[digits];
}

/* Appends value / 10^digits without trailing zeros. */
static void show_decimal(int64_t value, unsigned digits, samme_buffer *out) {
    int64_t unit = 1;
    for (unsigned i = 0; i < digits; i++)
        unit *= 10;
    int64_t rest = value % unit;
    for (; digits > 0 && rest % 10 == 0; digits--)
        rest /= 10;
    samme_buffer_printf(out, "%lld", (long long)(value / unit));
    if (digits > 0)
        samme_buffer_printf(out, ".%0*lld", (int)digits, (long long)rest);
}

static void show_letters(int64_t value, unsigned count, samme_buffer *out) {
    char text[4] = "";
    for (unsigned i = count; i-- > 0; value /= 26)
        text[i] = (char)('A' + value % 26);
    samme_buffer_append_text(out, text);
}

static void show_tier(const samme_vocabulary *vocabulary, int64_t value, samme_buffer *out) {
    samme_buffer_append_text(out, value == 0 ? "none" : vocabulary->tiers[value - 1]);
}

void samme_input_show(const samme_input *input, const samme_vocabulary *vocabulary, int64_t value,
                      samme_buffer *out) {
    char date[SAMME_DATE_TEXT_BYTES];
    if (value == SAMME_ABSENT)
        return;
    switch (input->kind) {
    case SAMME_KIND_ENUMERATION:
        samme_buffer_append_text(out, samme_enum_name(input->values, (int)value));
        return;
    case SAMME_KIND_TIER:
        show_tier(vocabulary, value, out);
        return;
    case SAMME_KIND_CATEGORY:
        samme_buffer_append(out,
                            samme_categories_at(&vocabulary->categories, (uint32_t)value)->code);
        return;
    case SAMME_KIND_COUNT:
        samme_buffer_printf(out, "%lld", (long long)value);
        return;
    case SAMME_KIND_QUANTITY:
        show_decimal(value, 3, out);
        return;
    case SAMME_KIND_MONEY:
        show_decimal(value, SAMME_MONEY_DIGITS, out);
        return;
    case SAMME_KIND_DATE:
        samme_date_format((int32_t)value, date);
        samme_buffer_append_text(out, date);
        return;
    case SAMME_KIND_COUNTRY:
        show_letters(value, 2, out);
        return;
    case SAMME_KIND_CURRENCY:
        show_letters(value, 3, out);
        return;
    }
}
