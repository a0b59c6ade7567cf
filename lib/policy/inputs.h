/* The closed list of inputs a decision table may test, and how each is read
 * from Facts as one int64. */
#ifndef SAMME_POLICY_INPUTS_H
#define SAMME_POLICY_INPUTS_H

#include "policy/categories.h"
#include "policy/policy.h"

/* An input whose fact is not given; below every domain. */
#define SAMME_ABSENT INT64_MIN

typedef enum samme_input_kind {
    SAMME_KIND_ENUMERATION, /* number of the value; 0 (unset) is absent */
    SAMME_KIND_TIER,        /* place in chain.yaml's member_tiers from 1; 0 is none */
    SAMME_KIND_CATEGORY,    /* place in the tree */
    SAMME_KIND_COUNT,       /* the number itself */
    SAMME_KIND_QUANTITY,    /* thousandths */
    SAMME_KIND_MONEY,       /* units of 10^-SAMME_MONEY_DIGITS of the currency, never
                               negative */
    SAMME_KIND_DATE,        /* days since 1970-01-01 */
    SAMME_KIND_COUNTRY,     /* two letters: (c1 - 'A') * 26 + (c2 - 'A') */
    SAMME_KIND_CURRENCY,    /* three letters, the same way */
} samme_input_kind;

/* Minor digits of the finest currency (CLF, UYW): a table compares amounts of
 * all currencies at this grain. */
#define SAMME_MONEY_DIGITS 4u

#define SAMME_COUNTRIES 676u      /* 26^2 */
#define SAMME_DAYS_MAX  36524     /* of days_since_*, and of a window: a hundred years */
#define SAMME_FIRST_DAY (-719162) /* 0001-01-01 */
#define SAMME_LAST_DAY  2932896   /* 9999-12-31 */

typedef enum samme_input_id {
    SAMME_INPUT_CLAIM_TYPE,
    SAMME_INPUT_CONDITION,
    SAMME_INPUT_RECEIPT_KIND,
    SAMME_INPUT_RECEIPT_SOURCE,
    SAMME_INPUT_CLAIM,
    SAMME_INPUT_MODE,
    SAMME_INPUT_WISH,
    SAMME_INPUT_CHANNEL,
    SAMME_INPUT_TENDER,
    SAMME_INPUT_HOME_BRANCH,
    SAMME_INPUT_BUNDLE_BROKEN,
    SAMME_INPUT_EMPLOYEE_DISCOUNT,
    SAMME_INPUT_MEMBER_TIER,
    SAMME_INPUT_CATEGORY,
    SAMME_INPUT_TODAY,
    SAMME_INPUT_PURCHASE_DATE,
    SAMME_INPUT_RECEIPT_DATE,
    SAMME_INPUT_DAYS_SINCE_PURCHASE,
    SAMME_INPUT_DAYS_SINCE_RECEIPT,
    SAMME_INPUT_REPAIR_ATTEMPTS,
    SAMME_INPUT_CUSTOMER_RETURNS,
    SAMME_INPUT_CLOSED_BEFORE,
    SAMME_INPUT_LINE_PAID,
    SAMME_INPUT_QUANTITY_LEFT,
    SAMME_INPUT_QUANTITY_ASKED,
    SAMME_INPUT_SALE_COUNTRY,
    SAMME_INPUT_RETURN_COUNTRY,
    SAMME_INPUT_CURRENCY,
    SAMME_INPUT_RETURN_CURRENCY,
    SAMME_INPUT_DAYS_LEFT, /* no fact: of the table's windows; windows may not
                              test it */
    SAMME_INPUT_COUNT
} samme_input_id;

/* Closed: low <= high. */
typedef struct samme_interval {
    int64_t low;
    int64_t high;
} samme_interval;

typedef struct samme_input {
    samme_input_id id;
    samme_input_kind kind;
    const char *name;                      /* of the field in Facts */
    const ProtobufCEnumDescriptor *values; /* of an enumeration, else NULL */
    samme_interval domain;                 /* of kinds that chain.yaml does not fill; a fact
                                              beyond it is read as its nearer end */
    bool always; /* every return of a node has it; all others can be absent */
} samme_input;

/* What chain.yaml gives to inputs. */
typedef struct samme_vocabulary {
    samme_categories categories;
    char *const *tiers;
    size_t tier_count;
} samme_vocabulary;

/* By id, below SAMME_INPUT_COUNT. */
const samme_input *samme_input_at(samme_input_id id);
/* NULL: no such input. */
const samme_input *samme_input_find(const char *name);
/* The name that was probably meant, or NULL. */
const char *samme_input_meant(const char *name);
/* Appends all names, separated by ", ". */
void samme_input_names(samme_buffer *out);
/* All values the input can have, SAMME_ABSENT aside; low above high when there
 * are none (a chain without categories). */
samme_interval samme_input_domain(const samme_input *input, const samme_vocabulary *vocabulary);
/* Appends the value as a test would write it; nothing for SAMME_ABSENT. */
void samme_input_show(const samme_input *input, const samme_vocabulary *vocabulary, int64_t value,
                      samme_buffer *out);

/* "DK" as a value; SAMME_ABSENT when it is not two capital letters. */
int64_t samme_country_value(const char *code);

typedef struct samme_input_values {
    int64_t value[SAMME_INPUT_COUNT]; /* SAMME_ABSENT, or within the input's domain */
} samme_input_values;

/* Reads all but days_left, which is left absent. SAMME_MALFORMED names the
 * fact: a text that is no date, country or currency, an enumeration number
 * without a name, a negative amount. An unknown category or tier is absent; an
 * amount too large for the grain is read as the largest. */
samme_status samme_input_read(const Samme__Facts *facts, const samme_vocabulary *vocabulary,
                              samme_input_values *out, samme_error *error) SAMME_CHECKED;

/* How many units of 10^-SAMME_MONEY_DIGITS one minor unit of the currency is.
 */
int64_t samme_money_grain(const char *currency);

#endif
