/* What the windows of a clock give in a box of facts. As ask.h. Inside of this folder. */
#ifndef SAMME_CHECK_CLOCK_H
#define SAMME_CHECK_CLOCK_H

#include "check/ask.h"

/* A clock in a frame of facts: the cells of its windows ready as sets. */
typedef struct samme_clock_sets {
    const samme_table *table;
    samme_box_set *cells; /* by the table's numbers; those of windows only */
} samme_clock_sets;

/* SAMME_OK or SAMME_NO_MEMORY. */
samme_status samme_clock_sets_of(const samme_frame *frame, const samme_clock *clock,
                                 samme_clock_sets *out) SAMME_CHECKED;

/* A last day: `days` after a date, or the day itself. */
typedef enum samme_last_day_of {
    SAMME_LAST_DAY_NONE,
    SAMME_LAST_DAY_OF_PURCHASE,
    SAMME_LAST_DAY_OF_RECEIPT,
    SAMME_LAST_DAY_FIXED,
} samme_last_day_of;

typedef struct samme_last_day {
    samme_last_day_of of;
    int64_t days;
} samme_last_day;

/* The date that a window gives; SAMME_LAST_DAY_NONE: none. YES when told. */
samme_told samme_ask_window(samme_ask *ask, const samme_clock_sets *clock,
                            const samme_window *window, samme_last_day *out);
/* Whether two clocks have the same deadline, none being one too. */
samme_told samme_ask_same_deadline(samme_ask *ask, const samme_clock_sets *a,
                                   const samme_clock_sets *b);
/* Whether days_left lies in the set. */
samme_told samme_ask_days_left(samme_ask *ask, const samme_clock_sets *clock, samme_box_set set);

#endif
