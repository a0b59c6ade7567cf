/* Which numbers (till_seq) each till has given its sales: what is missing in between, and what was
 * given twice. Kept as runs, so that a till without gaps costs nothing. Pure. */
#ifndef SAMME_JOURNAL_TILL_NUMBERS_H
#define SAMME_JOURNAL_TILL_NUMBERS_H

#include "base/map.h"

/* Over all tills; what would begin one more is not counted. */
#define SAMME_TILL_RUNS_MAX 1000000u

typedef struct samme_till_numbers {
    samme_map *runs;  /* branch, till, first number; the tag is the last */
    samme_map *twice; /* branch, till; the tag counts */
    bool full;        /* something was not counted */
} samme_till_numbers;

/* The numbers that one till gave its sales. */
typedef struct samme_till_tally {
    uint32_t branch;
    const char *till;
    uint64_t first, last;
    uint64_t seen;    /* different ones */
    uint64_t twice;   /* sales whose number an earlier sale of the till has */
    uint64_t missing; /* between first and last */
    uint64_t gaps;
    uint64_t gap_from, gap_to; /* the first gap, both missing; 0 when there is none */
} samme_till_tally;

samme_status samme_till_numbers_init(samme_till_numbers *numbers) SAMME_CHECKED;
void samme_till_numbers_free(samme_till_numbers *numbers);
/* A sale of an entry, as packed. Parts behind the first, and number 0, which is none, say nothing.
 * SAMME_NO_MEMORY. */
samme_status samme_till_numbers_sale(samme_till_numbers *numbers, uint32_t branch,
                                     samme_span sale) SAMME_CHECKED;
/* In order of branch, then of the till's name (its length first). */
void samme_till_numbers_visit(const samme_till_numbers *numbers,
                              void (*visit)(void *context, const samme_till_tally *one),
                              void *context);

#endif
