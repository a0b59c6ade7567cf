/* The phrases of one language: everything the prose is made of stands in words_en.c, words_da.c and
 * so on, and nowhere else.
 *
 * {1} and {2} are places that are filled. Conditions are subordinate clauses ("varen ikke er
 * åpnet"), so that they can stand behind "when"; outcomes are whole sentences. What is said to
 * customers ("you") may differ from what is said to staff; where it does not, `you` is NULL. */
#ifndef SAMME_RENDER_WORDS_H
#define SAMME_RENDER_WORDS_H

#include "sop/language.h"

#include <stddef.h>

#define SAMME_VALUE_WORDS_MAX 6u

/* YOU is for customers, STAFF for staff; the others are for both. */
typedef enum samme_say {
    SAMME_SAY_TITLE_YOU, /* {1} the chain */
    SAMME_SAY_TITLE_STAFF,
    SAMME_SAY_BOUGHT_IN, /* {1} countries */
    SAMME_SAY_BOUGHT_ELSEWHERE,
    /* lists and marks */
    SAMME_SAY_COMMA,
    SAMME_SAY_OR,
    SAMME_SAY_AND,
    SAMME_SAY_AND_AFTER_LIST, /* where an "or" stands before it */
    SAMME_SAY_QUOTED,
    SAMME_SAY_COLON, /* behind conditions */
    SAMME_SAY_STOP,
    SAMME_SAY_PERCENT,
    SAMME_SAY_MONEY_OF_SALE, /* an amount whose currency is not known */
    /* runs of numbers with their unit, and of dates */
    SAMME_SAY_AT_MOST,
    SAMME_SAY_AT_LEAST,
    SAMME_SAY_MORE,
    SAMME_SAY_LESS,
    SAMME_SAY_BETWEEN, /* both belong to it; {1} without unit */
    SAMME_SAY_DATE,    /* {1} day of month, {2} month and year */
    SAMME_SAY_DATE_ON,
    SAMME_SAY_DATE_UNTIL,
    SAMME_SAY_DATE_FROM,
    SAMME_SAY_DATE_BEFORE,
    SAMME_SAY_DATE_AFTER,
    SAMME_SAY_DATE_BETWEEN,
    /* days_left */
    SAMME_SAY_DEADLINE_OPEN,
    SAMME_SAY_DEADLINE_OVER,
    SAMME_SAY_DEADLINE_LEFT,
    SAMME_SAY_DEADLINE_PAST,
    SAMME_SAY_CHECKABLE_YOU, /* the ordinary state of sale and store, for customers */
    /* how long */
    SAMME_SAY_WINDOWS_YOU,
    SAMME_SAY_WINDOWS_STAFF,
    SAMME_SAY_WINDOW_PURCHASE, /* {1} days */
    SAMME_SAY_WINDOW_RECEIPT,
    SAMME_SAY_WINDOW_UNTIL,
    SAMME_SAY_WINDOW_UNLIMITED,
    SAMME_SAY_WINDOW_ROLL,
    SAMME_SAY_WINDOWS_LONGEST,
    /* the points */
    SAMME_SAY_POINTS_STAFF,
    SAMME_SAY_FIRST_YOU,
    SAMME_SAY_FIRST_STAFF,
    SAMME_SAY_UNIQUE_YOU,
    SAMME_SAY_UNIQUE_STAFF,
    SAMME_SAY_WHEN, /* {1} conditions */
    SAMME_SAY_OTHERWISE,
    SAMME_SAY_ALWAYS,
    SAMME_SAY_MISSING,
    SAMME_SAY_NO_POINT_YOU,
    SAMME_SAY_NO_POINT_STAFF,
    SAMME_SAY_GROUP_AUTHORISE_YOU,
    SAMME_SAY_GROUP_CONTINGENT_YOU,
    SAMME_SAY_GROUP_OVERRIDABLE_YOU,
    SAMME_SAY_GROUP_DENY_YOU,
    /* outcomes */
    SAMME_SAY_ORIGINAL_YOU, /* {1} how much */
    SAMME_SAY_ORIGINAL_STAFF,
    SAMME_SAY_CREDIT_YOU,
    SAMME_SAY_CREDIT_STAFF,
    SAMME_SAY_NOTHING_YOU,
    SAMME_SAY_NOTHING_STAFF,
    SAMME_SAY_NO_AMOUNT_STAFF, /* somebody who approves decides */
    SAMME_SAY_WHOLE,
    SAMME_SAY_PART, /* {1} percent */
    SAMME_SAY_FEE,  /* {1} amount, SAMME_SAY_PART or both */
    SAMME_SAY_FEE_BOTH,
    SAMME_SAY_APPROVAL_STAFF, /* {1} who */
    SAMME_SAY_SUPERVISOR,
    SAMME_SAY_MANAGER,
    SAMME_SAY_HEAD_OFFICE,
    SAMME_SAY_ROLE, /* {1} name of another role */
    SAMME_SAY_DENY_STAFF,
    SAMME_SAY_OVERRIDABLE_STAFF, /* {1} who */
    SAMME_SAY_LEGAL_PAY_YOU,
    SAMME_SAY_LEGAL_PAY_STAFF,
    SAMME_SAY_LEGAL_DENY_YOU,
    SAMME_SAY_LEGAL_DENY_STAFF,
    SAMME_SAY_EXCHANGE_YOU,
    SAMME_SAY_EXCHANGE_STAFF,
    SAMME_SAY_REPAIR_YOU,
    SAMME_SAY_REPAIR_STAFF,
    SAMME_SAY_DISPOSITION_STAFF,
    SAMME_SAY_TELL_STAFF, /* {1} what the customer is told */
    SAMME_SAY_INSTEAD_YOU,
    SAMME_SAY_INSTEAD_STAFF,
    SAMME_SAY_FOLLOW_STAFF, /* {1} procedure */
    /* money */
    SAMME_SAY_MONEY_YOU,
    SAMME_SAY_MONEY_STAFF,
    SAMME_SAY_MONEY_ORDER, /* {1} "by card, in cash" */
    SAMME_SAY_MONEY_REST,
    SAMME_SAY_MONEY_GIFT,
    SAMME_SAY_BASIS_PURCHASE,
    SAMME_SAY_BASIS_BETTER_YOU,
    SAMME_SAY_BASIS_BETTER_STAFF,
    SAMME_SAY_BUNDLES,
    /* what to bring, goodwill, law */
    SAMME_SAY_BRING_YOU,
    SAMME_SAY_BRING_STAFF,
    SAMME_SAY_BRING_GOODS,
    SAMME_SAY_BRING_RECEIPT,
    SAMME_SAY_BRING_CARD,
    SAMME_SAY_BRING_MEMBER,
    SAMME_SAY_BRING_BUNDLE,
    SAMME_SAY_GOODWILL,
    SAMME_SAY_GOODWILL_YOU,
    SAMME_SAY_GOODWILL_STAFF,
    SAMME_SAY_GOODWILL_ASK_YOU,
    SAMME_SAY_LAW_YOU,
    SAMME_SAY_LAW_STAFF,
    SAMME_SAY_LAW_LEAST,
    /* procedures, for staff */
    SAMME_SAY_PROCEDURES,
    SAMME_SAY_STEP_SAY,
    SAMME_SAY_STEP_ASK,
    SAMME_SAY_STEP_RECORD,
    SAMME_SAY_STEP_SUPERVISOR,
    SAMME_SAY_STEP_NEXT, /* {1} number of a step */
    SAMME_SAY_STEP_END,
    SAMME_SAY_CHOICE, /* {1} the choice, {2} number of a step */
    SAMME_SAY_CHOICE_END,
    SAMME_SAY_COUNT
} samme_say;

/* A value of an enumeration. `alone` is a clause of its own for when it is the only one tested,
 * `alone_not` for when it is the only one excluded; a value that has `alone_not` reads badly behind
 * a "not", and lists with it are said the other way round. */
typedef struct samme_prose_value {
    const char *name; /* in proto/facts.proto; NULL ends the list */
    const char *is;
    const char *alone;
    const char *alone_you;
    const char *alone_not;
    const char *alone_not_you;
} samme_prose_value;

typedef struct samme_prose_input {
    const char *name;   /* in Facts */
    const char *is;     /* {1} values or a run of numbers or dates */
    const char *is_not; /* {1} values; NULL where nothing is excluded by name */
    const char *known;  /* any value */
    const char *zero;   /* count: exactly none; may be NULL */
    const char *one;    /* count: {1} and its unit */
    const char *many;
    const char *is_you; /* NULL as for staff, and so the others */
    const char *is_not_you;
    const char *known_you;
    const char *zero_you;
    samme_prose_value values[SAMME_VALUE_WORDS_MAX + 1];
} samme_prose_input;

typedef struct samme_prose_code { /* of a country or a currency */
    const char *code;             /* NULL ends the list */
    const char *text;             /* a currency: {1} the amount */
} samme_prose_code;

typedef struct samme_prose {
    samme_tongue tongue;
    const char *phrases[SAMME_SAY_COUNT];
    const char *months[12];
    const char *decimal; /* mark in front of decimals */
    const char *group;   /* between thousands */
    bool lakhs;          /* groups of two above the thousands */
    const char *amount;  /* {1} amount, {2} code, for currencies not named */
    const samme_prose_code *currencies;
    const samme_prose_code *countries; /* others are said by their code */
    const samme_prose_input *inputs;
    size_t input_count;
} samme_prose;

/* NULL for SAMME_TONGUE_OTHER. */
const samme_prose *samme_prose_of(samme_tongue tongue);
/* NULL: this language has no words for it. */
const samme_prose_input *samme_prose_input_of(const samme_prose *words, const char *name);
const samme_prose_value *samme_prose_value_of(const samme_prose_input *input, const char *name);

extern const samme_prose samme_prose_en;
extern const samme_prose samme_prose_da;
extern const samme_prose samme_prose_nb;
extern const samme_prose samme_prose_sv;
extern const samme_prose samme_prose_hi;

#endif
