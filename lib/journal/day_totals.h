/* What a till said it counted in a day, held against the sales and returns that the rows hold of
 * that till and day. Pure.
 *
 * Receipts belong to the till and business date in their name. A return belongs to the till and day
 * that its outcome names (ReturnDone.till, paid_on; ReturnRecorded.till, paid_at). As long as a
 * paid return of the branch names none, and may have been paid on the day, the returns of that day
 * are not compared. Neither are amounts of a day with several currencies, nor numbers of sales that
 * the till gave none; of those it gave, none may lie outside of what it said (practice sales take
 * numbers too, and leave no receipt).
 *
 * All that has come counts, also what was written after the day was closed: that is `late`. */
#ifndef SAMME_JOURNAL_DAY_TOTALS_H
#define SAMME_JOURNAL_DAY_TOTALS_H

#include "history/query.h"

/* Beyond that many returns of closed days the rest is not compared. */
#define SAMME_DAY_TILLS_MAX 1000000u

typedef struct samme_day_totals {
    uint64_t sales, voids;        /* complete receipts; void ones are no sales */
    uint64_t first_seq, last_seq; /* 0: no sale has one */
    uint64_t counts[SAMME_TENDER_KINDS];
    int64_t amounts[SAMME_TENDER_KINDS];
    bool one_currency; /* that of the day; else the tenders are not compared */
    uint64_t returns;
    int64_t returned;
    bool returns_known, returned_known;
    uint64_t late_sales; /* of these; void ones too */
} samme_day_totals;

typedef struct samme_day_difference {
    char field[48]; /* as in DayClosed: "sales", "tenders.cash.amount" */
    int64_t said, held;
} samme_day_difference;
enum { SAMME_DAY_DIFFERENCES = 6 + 2 * SAMME_TENDER_KINDS };

typedef struct samme_day_check {
    const Samme__DayRow *row; /* lives during the call */
    samme_day_totals held;
    samme_day_difference differences[SAMME_DAY_DIFFERENCES];
    size_t difference_count;
} samme_day_check;

typedef struct samme_days_asked {
    uint64_t since_index;            /* days closed in records from here on, */
    const struct samme_map *touched; /* and those whose keys (samme_day_key) stand there; or NULL */
    uint32_t only_branch;            /* 0: all */
} samme_days_asked;

/* Each closed day, in order of branch, day, till. */
samme_status samme_check_days(const samme_rows *rows, const samme_days_asked *asked,
                              void (*visit)(void *context, const samme_day_check *check),
                              void *context) SAMME_CHECKED;

#endif
