/* Facts as input values. */
#include "base/calendar.h"
#include "base/money.h"
#include "policy/inputs.h"

static samme_status fail_number(samme_input_id id, int number, samme_error *error) {
    return samme_fail(error, SAMME_MALFORMED, "%s: expected a value with a name, found %d",
                      samme_input_at(id)->name, number);
}

/* The numbers of an enumeration are 1..n without holes; 0 is absent. */
static bool named(int number, int last) {
    return number >= 0 && number <= last;
}

static int64_t value_of(int number) {
    return number == 0 ? SAMME_ABSENT : number;
}

/* CHECK puts an enumeration's number into the values; all are checked, tested
 * or not. */
#define TAKE(ID, field, last)                                                                      \
    do {                                                                                           \
        if (!named((int)facts->field, last))                                                       \
            return fail_number(SAMME_INPUT_##ID, (int)facts->field, error);                        \
        out->value[SAMME_INPUT_##ID] = value_of((int)facts->field);                                \
    } while (0)

static samme_status read_enumerations(const Samme__Facts *facts, samme_input_values *out,
                                      samme_error *error) {
    TAKE(CLAIM_TYPE, claim_type, SAMME__CLAIM_TYPE__price);
    TAKE(CONDITION, condition, SAMME__CONDITION__incomplete);
    TAKE(RECEIPT_KIND, receipt_kind, SAMME__RECEIPT_KIND__nothing);
    TAKE(RECEIPT_SOURCE, receipt_source, SAMME__RECEIPT_SOURCE__no_receipt);
    TAKE(CLAIM, claim, SAMME__CLAIM__no_claim);
    TAKE(MODE, mode, SAMME__MODE__conservative);
    TAKE(WISH, wish, SAMME__WISH__repair);
    TAKE(CHANNEL, channel, SAMME__CHANNEL__phone);
    TAKE(TENDER, tender, SAMME__TENDER_KIND__other);
    TAKE(HOME_BRANCH, home_branch, SAMME__YES_NO__no);
    TAKE(BUNDLE_BROKEN, bundle_broken, SAMME__YES_NO__no);
    TAKE(EMPLOYEE_DISCOUNT, employee_discount, SAMME__YES_NO__no);
    return SAMME_OK;
}
#undef TAKE

static samme_status read_date(samme_input_id id, const char *text, samme_input_values *out,
                              samme_error *error) {
    int32_t days = 0;
    if (text[0] == 0) {
        out->value[id] = SAMME_ABSENT;
        return SAMME_OK;
    }
    if (samme_date_parse(text, &days) != SAMME_OK)
        return samme_fail(error, SAMME_MALFORMED,
                          "%s: expected a date as YYYY-MM-DD, found \"%.40s\"",
                          samme_input_at(id)->name, text);
    out->value[id] = days;
    return SAMME_OK;
}

/* `count` capital letters as a number; SAMME_ABSENT when it is anything else.
 */
static int64_t letters(const char *text, unsigned count) {
    int64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        if (text[i] < 'A' || text[i] > 'Z')
            return SAMME_ABSENT;
        value = value * 26 + (text[i] - 'A');
    }
    return text[count] == 0 ? value : SAMME_ABSENT;
}

int64_t samme_country_value(const char *code) {
    return letters(code, 2);
}

static samme_status read_letters(samme_input_id id, const char *text, unsigned count,
                                 samme_input_values *out, samme_error *error) {
    out->value[id] = text[0] == 0 ? SAMME_ABSENT : letters(text, count);
    if (text[0] != 0 && out->value[id] == SAMME_ABSENT)
        return samme_fail(error, SAMME_MALFORMED,
                          "%s: expected %u capital letters, found \"%.40s\"",
                          samme_input_at(id)->name, count, text);
    return SAMME_OK;
}

static samme_status read_texts(const Samme__Facts *facts, samme_input_values *out,
                               samme_error *error) {
    samme_status status = read_date(SAMME_INPUT_TODAY, facts->today, out, error);
    if (status == SAMME_OK)
        status = read_date(SAMME_INPUT_PURCHASE_DATE, facts->purchase_date, out, error);
    if (status == SAMME_OK)
        status = read_date(SAMME_INPUT_RECEIPT_DATE, facts->receipt_date, out, error);
    if (status == SAMME_OK)
        status = read_letters(SAMME_INPUT_SALE_COUNTRY, facts->sale_country, 2, out, error);
    if (status == SAMME_OK)
        status = read_letters(SAMME_INPUT_RETURN_COUNTRY, facts->return_country, 2, out, error);
    if (status == SAMME_OK)
        status = read_letters(SAMME_INPUT_CURRENCY, facts->currency, 3, out, error);
    if (status == SAMME_OK)
        status = read_letters(SAMME_INPUT_RETURN_CURRENCY, facts->return_currency, 3, out, error);
    return status;
}

static samme_status fail_amount(const char *name, int64_t found, samme_error *error) {
    return samme_fail(error, SAMME_MALFORMED, "%s: expected 0 or more minor units, found %lld",
                      name, (long long)found);
}

static samme_status read_amounts(const Samme__Facts *facts, samme_input_values *out,
                                 samme_error *error) {
    out->value[SAMME_INPUT_LINE_PAID] = SAMME_ABSENT;
    if (facts->has_line_paid_case != SAMME__FACTS__HAS_LINE_PAID__NOT_SET) {
        if (facts->line_paid < 0)
            return fail_amount("line_paid", facts->line_paid, error);
        int64_t grain = samme_money_grain(facts->currency);
        bool fits = facts->line_paid <= INT64_MAX / grain;
        out->value[SAMME_INPUT_LINE_PAID] = fits ? facts->line_paid * grain : INT64_MAX;
    }
    if (facts->has_bundle_paid_case != SAMME__FACTS__HAS_BUNDLE_PAID__NOT_SET &&
        facts->bundle_paid < 0)
        return fail_amount("bundle_paid", facts->bundle_paid, error);
    if (facts->has_bundle_rest_case != SAMME__FACTS__HAS_BUNDLE_REST__NOT_SET &&
        facts->bundle_rest < 0)
        return fail_amount("bundle_rest", facts->bundle_rest, error);
    for (size_t i = 0; i < facts->n_tenders; i++) {
        const Samme__TenderFact *tender = facts->tenders[i];
        if (!named((int)tender->kind, SAMME__TENDER_KIND__other) || tender->kind == 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "tenders[%zu].kind: expected a value with a name, found %d", i,
                              (int)tender->kind);
        if (tender->paid < 0)
            return fail_amount("tenders: paid", tender->paid, error);
        if (tender->refunded < 0)
            return fail_amount("tenders: refunded", tender->refunded, error);
    }
    return SAMME_OK;
}

static int64_t clamp(samme_input_id id, bool given, int64_t value) {
    const samme_interval domain = samme_input_at(id)->domain;
    if (!given)
        return SAMME_ABSENT;
    return value < domain.low ? domain.low : value > domain.high ? domain.high : value;
}

#define TAKE(ID, field)                                                                            \
    out->value[SAMME_INPUT_##ID] =                                                                 \
        clamp(SAMME_INPUT_##ID, facts->has_##field##_case != 0, facts->field)

static void read_counts(const Samme__Facts *facts, samme_input_values *out) {
    TAKE(DAYS_SINCE_PURCHASE, days_since_purchase);
    TAKE(DAYS_SINCE_RECEIPT, days_since_receipt);
    TAKE(REPAIR_ATTEMPTS, repair_attempts);
    TAKE(CUSTOMER_RETURNS, customer_returns);
    TAKE(CLOSED_BEFORE, closed_before);
    TAKE(QUANTITY_LEFT, quantity_left);
    TAKE(QUANTITY_ASKED, quantity_asked);
}
#undef TAKE

static int64_t read_tier(const char *name, const samme_vocabulary *vocabulary) {
    if (name[0] == 0)
        return 0;
    for (size_t i = 0; i < vocabulary->tier_count; i++)
        if (strcmp(vocabulary->tiers[i], name) == 0)
            return (int64_t)i + 1;
    return SAMME_ABSENT;
}

samme_status samme_input_read(const Samme__Facts *facts, const samme_vocabulary *vocabulary,
                              samme_input_values *out, samme_error *error) {
    samme_status status = read_enumerations(facts, out, error);
    if (status == SAMME_OK)
        status = read_texts(facts, out, error);
    if (status == SAMME_OK)
        status = read_amounts(facts, out, error);
    if (status != SAMME_OK)
        return status;
    read_counts(facts, out);
    const samme_category *category =
        facts->category[0] == 0
            ? NULL
            : samme_categories_find(&vocabulary->categories, samme_span_of_text(facts->category));
    out->value[SAMME_INPUT_CATEGORY] = category == NULL ? SAMME_ABSENT : category->first;
    out->value[SAMME_INPUT_MEMBER_TIER] = read_tier(facts->member_tier, vocabulary);
    out->value[SAMME_INPUT_DAYS_LEFT] = SAMME_ABSENT;
    return SAMME_OK;
}
