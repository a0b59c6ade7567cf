/* The closed list of facts a decision table may test, and how each is read from Facts as one int64.
 */
#ifndef SAMME_POLICY_INPUTS_H
#define SAMME_POLICY_INPUTS_H

#include "policy/categories.h"
#include "policy/policy.h"

typedef enum samme_input_kind {
    SAMME_KIND_ENUMERATION, /* number of the value; 0 (unset) is absent */
    SAMME_KIND_CATEGORY,    /* place in the tree */
    SAMME_KIND_COUNT,       /* the number itself */
    SAMME_KIND_QUANTITY,    /* thousandths */
    SAMME_KIND_MONEY,       /* units of 10^-SAMME_MONEY_DIGITS of the currency, never negative */
    SAMME_KIND_DATE,        /* days since 1970-01-01 */
} samme_input_kind;

/* Minor digits of the finest currency (CLF, UYW): a table compares amounts of all currencies at
 * this grain. */
#define SAMME_MONEY_DIGITS 4u

typedef enum samme_input_id {
    SAMME_INPUT_CLAIM_TYPE,
    SAMME_INPUT_CONDITION,
    SAMME_INPUT_RECEIPT_KIND,
    SAMME_INPUT_RECEIPT_SOURCE,
    SAMME_INPUT_CLAIM,
    SAMME_INPUT_MODE,
    SAMME_INPUT_CATEGORY,
    SAMME_INPUT_TODAY,
    SAMME_INPUT_PURCHASE_DATE,
    SAMME_INPUT_DAYS_SINCE_PURCHASE,
    SAMME_INPUT_LINE_PAID,
    SAMME_INPUT_QUANTITY_LEFT,
    SAMME_INPUT_QUANTITY_ASKED,
    SAMME_INPUT_COUNT
} samme_input_id;

typedef struct samme_input {
    samme_input_id id;
    samme_input_kind kind;
    const char *name;                      /* of the field in Facts */
    const ProtobufCEnumDescriptor *values; /* of an enumeration, else NULL */
} samme_input;

/* By id, below SAMME_INPUT_COUNT. */
const samme_input *samme_input_at(samme_input_id id);
/* NULL: no such input. */
const samme_input *samme_input_find(const char *name);
/* Appends all names, separated by ", ". */
void samme_input_names(samme_buffer *out);

typedef struct samme_input_values {
    int64_t value[SAMME_INPUT_COUNT];
    bool present[SAMME_INPUT_COUNT];
} samme_input_values;

/* SAMME_MALFORMED names the fact: a text that is no date, an enumeration number without a name, a
 * negative amount. An unknown category is absent; an amount too large for the grain is read as the
 * largest. */
samme_status samme_input_read(const Samme__Facts *facts, const samme_categories *categories,
                              samme_input_values *out, samme_error *error) SAMME_CHECKED;

/* How many units of 10^-SAMME_MONEY_DIGITS one minor unit of the currency is. */
int64_t samme_money_grain(const char *currency);

#endif
