#include "journal/difference.h"

#include <inttypes.h>
#include <stdio.h>

/* A field value of either side: an enumeration by name, a text, or a number that may be absent. */
static bool differ_enum(const char *field, const ProtobufCEnumDescriptor *type, int expected,
                        int found, samme_difference *out) {
    if (expected == found)
        return false;
    out->field = field;
    snprintf(out->expected, sizeof out->expected, "%s", samme_enum_name(type, expected));
    snprintf(out->found, sizeof out->found, "%s", samme_enum_name(type, found));
    return true;
}

static bool differ_text(const char *field, const char *expected, const char *found,
                        samme_difference *out) {
    if (strcmp(expected, found) == 0)
        return false;
    out->field = field;
    snprintf(out->expected, sizeof out->expected, "\"%.70s\"", expected);
    snprintf(out->found, sizeof out->found, "\"%.70s\"", found);
    return true;
}

static void write_number(bool present, int64_t value, char *out, size_t size) {
    if (present)
        snprintf(out, size, "%" PRId64, value);
    else
        snprintf(out, size, "absent");
}

static bool differ_number(const char *field, bool expected_there, int64_t expected,
                          bool found_there, int64_t found, samme_difference *out) {
    if (expected_there == found_there && (!expected_there || expected == found))
        return false;
    out->field = field;
    write_number(expected_there, expected, out->expected, sizeof out->expected);
    write_number(found_there, found, out->found, sizeof out->found);
    return true;
}

static bool asserted_differ(const Samme__Facts *expected, const Samme__Facts *found,
                            samme_difference *out) {
    return differ_enum("claim_type", &samme__claim_type__descriptor, (int)expected->claim_type,
                       (int)found->claim_type, out) ||
           differ_enum("condition", &samme__condition__descriptor, (int)expected->condition,
                       (int)found->condition, out) ||
           differ_enum("receipt_kind", &samme__receipt_kind__descriptor,
                       (int)expected->receipt_kind, (int)found->receipt_kind, out) ||
           differ_text("today", expected->today, found->today, out);
}

bool samme_facts_differ(const Samme__Facts *expected, const Samme__Facts *found,
                        samme_difference *out) {
    return asserted_differ(expected, found, out) ||
           differ_enum("receipt_source", &samme__receipt_source__descriptor,
                       (int)expected->receipt_source, (int)found->receipt_source, out) ||
           differ_enum("claim", &samme__claim__descriptor, (int)expected->claim, (int)found->claim,
                       out) ||
           differ_text("category", expected->category, found->category, out) ||
           differ_text("currency", expected->currency, found->currency, out) ||
           differ_text("purchase_date", expected->purchase_date, found->purchase_date, out) ||
           differ_number("days_since_purchase", expected->has_days_since_purchase_case != 0,
                         expected->days_since_purchase, found->has_days_since_purchase_case != 0,
                         found->days_since_purchase, out) ||
           differ_number("line_paid", expected->has_line_paid_case != 0, expected->line_paid,
                         found->has_line_paid_case != 0, found->line_paid, out) ||
           differ_number("quantity_left", expected->has_quantity_left_case != 0,
                         expected->quantity_left, found->has_quantity_left_case != 0,
                         found->quantity_left, out) ||
           differ_number("quantity_asked", expected->has_quantity_asked_case != 0,
                         expected->quantity_asked, found->has_quantity_asked_case != 0,
                         found->quantity_asked, out);
}

bool samme_answers_differ(const Samme__Answer *expected, const Samme__Answer *found,
                          samme_difference *out) {
    return differ_enum("verdict", &samme__verdict__descriptor, (int)expected->verdict,
                       (int)found->verdict, out) ||
           differ_number("refund", true, expected->refund, true, found->refund, out) ||
           differ_number("fee", true, expected->fee, true, found->fee, out) ||
           differ_enum("refund_to", &samme__refund_to__descriptor, (int)expected->refund_to,
                       (int)found->refund_to, out) ||
           differ_text("rule", expected->rule, found->rule, out) ||
           differ_text("reason", expected->reason, found->reason, out);
}
