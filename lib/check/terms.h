/* What a rule pays of an amount, where one rule pays more than another, and where it pays or keeps
 * another amount: exact, over all amounts of an interval. */
#ifndef SAMME_CHECK_TERMS_H
#define SAMME_CHECK_TERMS_H

#include "policy/tables.h"

/* More steps than this in search of a change: not decided. Zones that end have fewer amounts. */
#define SAMME_TERMS_STEPS_MAX 250000u

typedef struct samme_terms {
    int64_t percent;     /* hundredths */
    int64_t fee_percent; /* hundredths */
    int64_t fee;         /* minor units of the currency */
} samme_terms;

/* All 0 for an outcome that pays nothing (and for NULL). `digits`: minor digits of the currency. */
samme_terms samme_terms_of(const samme_outcome *outcome, unsigned digits);
/* Minor units, as decide pays them; base at least 0. */
int64_t samme_terms_refund(const samme_terms *terms, int64_t base);
/* -1, 0, 1: how a's refund stands to b's. */
int samme_terms_compare(const samme_terms *a, const samme_terms *b, int64_t base);

/* 0: refund and fee are the same. */
int samme_terms_differ(const samme_terms *a, const samme_terms *b, int64_t base);
/* 0: and nothing is paid back, so that it makes no difference to which tender. */
int samme_terms_differ_or_pay(const samme_terms *a, const samme_terms *b, int64_t base);

/* From this amount on the comparison stays, or repeats every SAMME_TERMS_PERIOD amounts. */
#define SAMME_TERMS_PERIOD 10000
int64_t samme_terms_settled(const samme_terms *a, const samme_terms *b);

typedef enum samme_change {
    SAMME_CHANGE_NONE,  /* up to the end the comparison is as at the start */
    SAMME_CHANGE_FOUND, /* *out: the first amount at which it is another */
    SAMME_CHANGE_UNDECIDED,
} samme_change;
/* Looks at (from, to], 0 <= from <= to. */
samme_change samme_terms_change(const samme_terms *a, const samme_terms *b, int64_t from,
                                int64_t to, int64_t *out);

/* As above, of differ, or with `tenders` of differ_or_pay. */
samme_change samme_terms_turn(const samme_terms *a, const samme_terms *b, bool tenders,
                              int64_t from, int64_t to, int64_t *out);

#endif
