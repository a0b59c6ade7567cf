/* What a policy says in a box of facts, given which rules win there. Where the box is not of one
 * answer, the asking says at which value it is to be split. Inside of this folder.
 *
 * Every question answers SAMME_TOLD_SPLIT after it has set the split (or `undecided`, when no split
 * helps); the asker then gives up at once. */
#ifndef SAMME_CHECK_ASK_H
#define SAMME_CHECK_ASK_H

#include "check/frame.h"
#include "check/terms.h"

typedef enum samme_told { SAMME_TOLD_NO, SAMME_TOLD_YES, SAMME_TOLD_SPLIT } samme_told;

typedef struct samme_ask {
    const samme_frame *frame;
    const samme_box_set *sides;
    bool undecided;
    uint32_t dimension; /* to split */
    int64_t value;      /* where: the first of the upper part */
} samme_ask;

/* Whether the fact lies in the set; at least `value` (absence does not); is given. A measure that
 * is no dimension is absent. */
samme_told samme_ask_set(samme_ask *ask, uint32_t measure, samme_box_set set);
samme_told samme_ask_from(samme_ask *ask, uint32_t measure, int64_t value);
samme_told samme_ask_given(samme_ask *ask, uint32_t measure);

/* A table as it is asked. */
typedef struct samme_asked {
    const samme_table *table; /* NULL: no policy for the country */
    uint32_t clock;           /* of its windows; SAMME_FRAME_NONE: it has none */
} samme_asked;

#define SAMME_RULE_MISSING (UINT32_MAX - 2) /* as a number of a rule; see also SAMME_BOX_NONE */

typedef struct samme_ruled {
    const samme_table *table; /* NULL: no policy for the country */
    uint32_t rule; /* its number, SAMME_RULE_MISSING, SAMME_BOX_NONE, SAMME_BOX_OVERLAP */
    const samme_outcome *outcome; /* never NULL: a gap and an overlap are a deny */
} samme_ruled;

/* What the table says where `winner` wins. YES when told. */
samme_told samme_ask_ruled(samme_ask *ask, const samme_asked *asked, uint32_t winner,
                           samme_ruled *out);

/* line_paid as a frame counts it, beside minor units of a currency. Values that are no amount of a
 * currency belong to the next one that is. */
typedef struct samme_amounts {
    unsigned digits;     /* of the currency */
    int64_t grain, unit; /* of a value, of a minor unit: in 10^-SAMME_MONEY_DIGITS */
} samme_amounts;

samme_amounts samme_amounts_of(const samme_frame *frame, unsigned digits);
/* Minor digits when the currency is no dimension. */
unsigned samme_frame_digits(const samme_frame *frame);
int64_t samme_amount_at(samme_amounts scale, int64_t value); /* minor units; value at least 0 */
/* The first value behind those of an amount; INT64_MAX: behind all. */
int64_t samme_amount_behind(samme_amounts scale, int64_t minor);
/* What amounts are in the box. YES when told. */
samme_told samme_ask_amounts(samme_ask *ask, samme_amounts *out);

/* To which tender it is paid back: a gift receipt's goes to credit. YES when told. */
samme_told samme_ask_tender(samme_ask *ask, const samme_outcome *outcome, Samme__RefundTo *out);
/* -1, 0, 1: how what a pays stands to what b pays. YES when told. */
samme_told samme_ask_refunds(samme_ask *ask, const samme_ruled *a, const samme_ruled *b, int *out);

#endif
