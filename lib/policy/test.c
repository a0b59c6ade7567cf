#include "policy/test.h"

#include <assert.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/money.h"
#include "base/near.h"
#include "base/text.h"

/* A number or date of a test as text is shorter than this. */
enum { VALUE_TEXT_BYTES = 32 };

/* What a test is read against. */
typedef struct reading {
    const samme_input *input;
    const samme_vocabulary *vocabulary;
    samme_interval domain; /* values the input can have at all */
    samme_error *error;
} reading;

static bool blank(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static samme_span trim(samme_span text) {
    while (text.length > 0 && blank(text.data[0]))
        text = SAMME_SPAN(text.data + 1, text.length - 1);
    while (text.length > 0 && blank(text.data[text.length - 1]))
        text.length--;
    return text;
}

static bool starts_with(samme_span text, samme_span prefix) {
    return text.length >= prefix.length && memcmp(text.data, prefix.data, prefix.length) == 0;
}

static samme_span after(samme_span text, size_t bytes) {
    return SAMME_SPAN(text.data + bytes, text.length - bytes);
}

/* Position of `wanted` or text.length. */
static size_t position(samme_span text, samme_span wanted) {
    for (size_t at = 0; at + wanted.length <= text.length; at++)
        if (memcmp(text.data + at, wanted.data, wanted.length) == 0)
            return at;
    return text.length;
}

static void describe_values(const reading *in, samme_buffer *out) {
    const ProtobufCEnumDescriptor *values = in->input->values;
    samme_buffer_append_text(out, "one of");
    for (unsigned i = 0; i < values->n_values; i++)
        if (values->values[i].value != 0)
            samme_buffer_printf(out, " %s", values->values[i].name);
}

static void describe(const reading *in, samme_buffer *out) {
    switch (in->input->kind) {
    case SAMME_KIND_ENUMERATION:
        describe_values(in, out);
        return;
    case SAMME_KIND_TIER:
        samme_buffer_append_text(out, "none or one of chain.yaml's member_tiers");
        return;
    case SAMME_KIND_CATEGORY:
        samme_buffer_append_text(out, "a category of chain.yaml");
        return;
    case SAMME_KIND_COUNTRY:
        samme_buffer_append_text(out, "a country as two capital letters (ISO 3166-1)");
        return;
    case SAMME_KIND_CURRENCY:
        samme_buffer_append_text(out, "a currency as three capital letters (ISO 4217)");
        return;
    case SAMME_KIND_COUNT:
        samme_buffer_append_text(out, "a whole number as \"5\", \"<= 30\" or \"[1..30]\"");
        return;
    case SAMME_KIND_QUANTITY:
        samme_buffer_append_text(out, "a quantity with at most 3 decimals as "
                                      "\"2\", \"<= 1.5\" or \"[1..3]\"");
        return;
    case SAMME_KIND_MONEY:
        samme_buffer_append_text(out, "an amount of at least 0 with at most 4 "
                                      "decimals as \"500.00\", \"<= 500.00\" or "
                                      "\"[5..20)\"");
        return;
    case SAMME_KIND_DATE:
        samme_buffer_append_text(out, "a date as \"2026-11-01\", \"< 2026-11-01\" "
                                      "or \"[2026-11-01..2026-12-31]\"");
        return;
    }
}

/* The name that was probably meant, or NULL. */
static const char *meant(const reading *in, samme_span item) {
    samme_near near = samme_near_to(item);
    if (in->input->kind == SAMME_KIND_CATEGORY)
        return samme_categories_meant(&in->vocabulary->categories, item);
    for (unsigned i = 0; in->input->values != NULL && i < in->input->values->n_values; i++)
        if (in->input->values->values[i].value != 0)
            samme_near_try(&near, in->input->values->values[i].name);
    for (size_t i = 0; in->input->kind == SAMME_KIND_TIER && i < in->vocabulary->tier_count; i++)
        samme_near_try(&near, in->vocabulary->tiers[i]);
    return near.best;
}

static samme_status unexpected(const reading *in, samme_span item) {
    samme_buffer expected;
    samme_buffer_init(&expected, sizeof in->error->text);
    describe(in, &expected);
    int shown = item.length < 60 ? (int)item.length : 60;
    const char *near = meant(in, item);
    samme_status status = samme_fail(
        in->error, SAMME_MALFORMED, "expected %s, found \"%.*s\"%s%s%s",
        samme_buffer_text(&expected), shown, item.length > 0 ? (const char *)item.data : "",
        near != NULL ? ", did you mean \"" : "", near != NULL ? near : "",
        near != NULL ? "\"?" : "");
    samme_buffer_free(&expected);
    return status;
}

static samme_status fail_empty(const reading *in, samme_span item) {
    int shown = item.length < 60 ? (int)item.length : 60;
    return samme_fail(in->error, SAMME_MALFORMED,
                      "expected a test that some value passes, found \"%.*s\"", shown,
                      (const char *)item.data);
}

enum { NUMBER_DIGITS_MAX = 18 }; /* also the most that samme_decimal_parse takes */

/* A nought has no sign, and no kind takes more digits than another. */
static samme_status parse_number(const reading *in, const char *text, int64_t *out) {
    const bool negative = text[0] == '-';
    samme_status status = SAMME_MALFORMED;
    if (in->input->kind == SAMME_KIND_MONEY)
        status = samme_decimal_parse(text, SAMME_MONEY_DIGITS, false, out);
    else if (in->input->kind == SAMME_KIND_QUANTITY)
        status = samme_decimal_parse(text, 3, false, out);
    else if (strlen(text) - negative <= NUMBER_DIGITS_MAX)
        status = samme_i64_parse(samme_span_of_text(text), out);
    return status == SAMME_OK && negative && *out == 0 ? SAMME_MALFORMED : status;
}

/* Numbers and dates; the caller words the error. */
static samme_status parse_value(const reading *in, samme_span text, int64_t *out) {
    char copy[VALUE_TEXT_BYTES];
    if (text.length == 0 || text.length >= sizeof copy)
        return SAMME_MALFORMED;
    memcpy(copy, text.data, text.length);
    copy[text.length] = 0;
    int32_t days = 0;
    samme_status status = SAMME_MALFORMED;
    switch (in->input->kind) {
    case SAMME_KIND_COUNT:
    case SAMME_KIND_QUANTITY:
    case SAMME_KIND_MONEY:
        return parse_number(in, copy, out);
    case SAMME_KIND_DATE:
        status = samme_date_parse(copy, &days);
        if (status == SAMME_OK)
            *out = days;
        return status;
    case SAMME_KIND_ENUMERATION:
    case SAMME_KIND_TIER:
    case SAMME_KIND_CATEGORY:
    case SAMME_KIND_COUNTRY:
    case SAMME_KIND_CURRENCY:
        break;
    }
    assert(!"a kind without an order");
    return status;
}

/* "[a..b]" with either bracket round or square; a round one leaves its end out.
 */
static samme_status parse_range(const reading *in, samme_span item, samme_interval *out) {
    uint8_t closing = item.data[item.length - 1];
    if (item.length < 2 || (closing != ']' && closing != ')'))
        return unexpected(in, item);
    samme_span inner = SAMME_SPAN(item.data + 1, item.length - 2);
    size_t dots = position(inner, SAMME_LITERAL(".."));
    if (dots == inner.length)
        return unexpected(in, item);
    samme_interval ends = {0, 0};
    samme_span low = trim(SAMME_SPAN(inner.data, dots));
    samme_span high = trim(after(inner, dots + 2));
    if (parse_value(in, low, &ends.low) != SAMME_OK ||
        parse_value(in, high, &ends.high) != SAMME_OK)
        return unexpected(in, item);
    bool low_open = item.data[0] == '(';
    bool high_open = closing == ')';
    if ((low_open && ends.low == INT64_MAX) || (high_open && ends.high == INT64_MIN))
        return fail_empty(in, item);
    *out = (samme_interval){ends.low + (low_open ? 1 : 0), ends.high - (high_open ? 1 : 0)};
    return SAMME_OK;
}

static samme_status parse_comparison(const reading *in, samme_span item, samme_interval *out) {
    bool less = item.data[0] == '<';
    bool equal = item.length > 1 && item.data[1] == '=';
    int64_t value = 0;
    if (parse_value(in, trim(after(item, equal ? 2 : 1)), &value) != SAMME_OK)
        return unexpected(in, item);
    if (!equal && value == (less ? INT64_MIN : INT64_MAX))
        return fail_empty(in, item);
    if (less)
        *out = (samme_interval){INT64_MIN, value - (equal ? 0 : 1)};
    else
        *out = (samme_interval){value + (equal ? 0 : 1), INT64_MAX};
    return SAMME_OK;
}

static samme_status parse_ordered(const reading *in, samme_span item, samme_interval *out) {
    samme_interval found = {0, 0};
    samme_status status = SAMME_OK;
    if (item.data[0] == '[' || item.data[0] == '(') {
        status = parse_range(in, item, &found);
    } else if (item.data[0] == '<' || item.data[0] == '>') {
        status = parse_comparison(in, item, &found);
    } else if (parse_value(in, item, &found.low) == SAMME_OK) {
        found.high = found.low;
    } else {
        return unexpected(in, item);
    }
    if (status != SAMME_OK)
        return status;
    if (found.low < in->domain.low)
        found.low = in->domain.low;
    if (found.high > in->domain.high)
        found.high = in->domain.high;
    if (found.low > found.high)
        return fail_empty(in, item);
    *out = found;
    return SAMME_OK;
}

static samme_status parse_enumeration(const reading *in, samme_span item, samme_interval *out) {
    const ProtobufCEnumDescriptor *values = in->input->values;
    for (unsigned i = 0; i < values->n_values; i++) {
        const ProtobufCEnumValue *value = &values->values[i];
        if (value->value != 0 && samme_span_equal(samme_span_of_text(value->name), item)) {
            *out = (samme_interval){value->value, value->value};
            return SAMME_OK;
        }
    }
    return unexpected(in, item);
}

static samme_status parse_category(const reading *in, samme_span item, samme_interval *out) {
    const samme_category *category = samme_categories_find(&in->vocabulary->categories, item);
    if (category == NULL)
        return unexpected(in, item);
    *out = (samme_interval){category->first, category->last};
    return SAMME_OK;
}

static samme_status parse_tier(const reading *in, samme_span item, samme_interval *out) {
    *out = (samme_interval){0, 0};
    if (samme_span_equal(item, SAMME_LITERAL("none")))
        return SAMME_OK;
    for (size_t i = 0; i < in->vocabulary->tier_count; i++) {
        if (samme_span_equal(item, samme_span_of_text(in->vocabulary->tiers[i]))) {
            *out = (samme_interval){(int64_t)i + 1, (int64_t)i + 1};
            return SAMME_OK;
        }
    }
    return unexpected(in, item);
}

static samme_status parse_letters(const reading *in, samme_span item, samme_interval *out) {
    size_t count = in->input->kind == SAMME_KIND_COUNTRY ? 2 : 3;
    int64_t value = 0;
    if (item.length != count)
        return unexpected(in, item);
    for (size_t i = 0; i < count; i++) {
        if (item.data[i] < 'A' || item.data[i] > 'Z')
            return unexpected(in, item);
        value = value * 26 + (item.data[i] - 'A');
    }
    *out = (samme_interval){value, value};
    return SAMME_OK;
}

static samme_status parse_item(const reading *in, samme_span item, samme_interval *out) {
    if (item.length == 0)
        return unexpected(in, item);
    switch (in->input->kind) {
    case SAMME_KIND_ENUMERATION:
        return parse_enumeration(in, item, out);
    case SAMME_KIND_CATEGORY:
        return parse_category(in, item, out);
    case SAMME_KIND_TIER:
        return parse_tier(in, item, out);
    case SAMME_KIND_COUNTRY:
    case SAMME_KIND_CURRENCY:
        return parse_letters(in, item, out);
    case SAMME_KIND_COUNT:
    case SAMME_KIND_QUANTITY:
    case SAMME_KIND_MONEY:
    case SAMME_KIND_DATE:
        break;
    }
    return parse_ordered(in, item, out);
}

static int by_low(const void *a, const void *b) {
    const samme_interval *left = a;
    const samme_interval *right = b;
    return (left->low > right->low) - (left->low < right->low);
}

/* Sorts, and joins what overlaps or touches. */
static void normalise(samme_test *test) {
    qsort(test->intervals, test->count, sizeof *test->intervals, by_low);
    size_t kept = 0;
    for (size_t i = 1; i < test->count; i++) {
        samme_interval *last = &test->intervals[kept];
        samme_interval next = test->intervals[i];
        if (last->high == INT64_MAX || next.low <= last->high + 1) {
            if (next.high > last->high)
                last->high = next.high;
        } else {
            test->intervals[++kept] = next;
        }
    }
    test->count = kept + 1;
}

static samme_status parse_list(const reading *in, samme_span text, samme_test *out) {
    out->count = 0;
    for (;;) {
        size_t comma = position(text, SAMME_LITERAL(","));
        if (out->count == SAMME_TEST_VALUES_MAX)
            return samme_fail(in->error, SAMME_TOO_LARGE, "expected at most %u values in a test",
                              SAMME_TEST_VALUES_MAX);
        samme_status status =
            parse_item(in, trim(SAMME_SPAN(text.data, comma)), &out->intervals[out->count]);
        if (status != SAMME_OK)
            return status;
        out->count++;
        if (comma == text.length)
            break;
        text = after(text, comma + 1);
    }
    normalise(out);
    return SAMME_OK;
}

/* The rest of the domain: at most one interval more than there were. */
static void complement(const reading *in, samme_test *test) {
    samme_test rest = {.count = 0};
    int64_t low = in->domain.low;
    bool more = true;
    for (size_t i = 0; i < test->count; i++) {
        samme_interval taken = test->intervals[i];
        if (taken.low > low)
            rest.intervals[rest.count++] = (samme_interval){low, taken.low - 1};
        more = taken.high < in->domain.high;
        if (more)
            low = taken.high + 1;
    }
    if (more)
        rest.intervals[rest.count++] = (samme_interval){low, in->domain.high};
    *test = rest;
}

/* Strips "not(" and ")"; false when the text is no negation. */
static bool strip_not(samme_span *text) {
    if (!starts_with(*text, SAMME_LITERAL("not")))
        return false;
    samme_span rest = trim(after(*text, 3));
    if (rest.length < 2 || rest.data[0] != '(' || rest.data[rest.length - 1] != ')')
        return false;
    *text = SAMME_SPAN(rest.data + 1, rest.length - 2);
    return true;
}

samme_status samme_test_parse(const samme_input *input, const samme_vocabulary *vocabulary,
                              const char *text, samme_test *out, samme_error *error) {
    samme_span whole = trim(samme_span_of_text(text));
    if (samme_span_equal(whole, SAMME_LITERAL("-"))) {
        out->any = true;
        out->count = 0;
        return SAMME_OK;
    }
    reading in = {input, vocabulary, samme_input_domain(input, vocabulary), error};
    samme_test test = {.any = false};
    samme_span list = whole;
    bool negated = strip_not(&list);
    samme_status status = parse_list(&in, list, &test);
    if (status != SAMME_OK)
        return status;
    if (negated)
        complement(&in, &test);
    if (test.count == 0)
        return fail_empty(&in, whole);
    *out = test;
    return SAMME_OK;
}
