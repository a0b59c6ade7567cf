/* The dimensions in which tables of one or two policies are analysed. A policy's own numbering of
 * categories and tiers is translated, so that both sides of a difference speak of the same codes.
 *
 * days_left is no fact, but what windows make of dates. In the frame of an analysis it is a
 * dimension of its own, one for all tables whose windows are the same (a clock): so a finding is
 * said as the rules are. Whether a box of such a frame has a real point is then asked of a second
 * frame, of the facts alone (seek.h). Pure; one thread. */
#ifndef SAMME_CHECK_FRAME_H
#define SAMME_CHECK_FRAME_H

#include "boxes/boxes.h"
#include "policy/tables.h"

#define SAMME_FRAME_SIDES_MAX 2u
#define SAMME_CHECK_STEPS     UINT64_C(10000000000) /* of one question: some ten seconds */
#define SAMME_FRAME_NONE      UINT32_MAX

/* What a dimension measures: an input by its id (but for days_left), or one of these. */
enum {
    SAMME_AGE_OF_PURCHASE = SAMME_INPUT_COUNT, /* today - purchase_date */
    SAMME_AGE_OF_RECEIPT,                      /* today - receipt_date */
    SAMME_DELIVERY,                            /* receipt_date - purchase_date */
    SAMME_CLOCK,                               /* and the next: days_left of each clock */
    SAMME_CLOCKS_MAX = 64,
    SAMME_PAIR = SAMME_CLOCK + SAMME_CLOCKS_MAX, /* and the next: whether two deadlines are one */
    SAMME_PAIRS_MAX = 64,
    SAMME_MEASURE_COUNT = SAMME_PAIR + SAMME_PAIRS_MAX
};

enum { SAMME_PAIR_SAME = 1, SAMME_PAIR_OTHER = 2 };

/* Windows that are the same in all tables that have them. */
typedef struct samme_clock {
    size_t side;
    const samme_table *table; /* one of them */
} samme_clock;

/* The deadlines of two clocks. */
typedef struct samme_clock_pair {
    uint32_t first, second;
} samme_clock_pair;

/* Names as values: categories or tiers of all sides. */
typedef struct samme_frame_names {
    size_t count;
    const char **names;
    int64_t *places[SAMME_FRAME_SIDES_MAX]; /* in that policy; SAMME_BOX_ABSENT: it has none such */
    bool same;                              /* the sides number alike: a value is a place */
} samme_frame_names;

typedef struct samme_frame {
    samme_arena *arena;
    const samme_policy *policies[SAMME_FRAME_SIDES_MAX];
    size_t sides;
    bool needed[SAMME_MEASURE_COUNT];
    uint32_t dimension[SAMME_MEASURE_COUNT]; /* SAMME_FRAME_NONE: it is not one */
    uint32_t measure[SAMME_BOX_DIMENSIONS_MAX];
    int64_t grain; /* one value of line_paid, in units of 10^-SAMME_MONEY_DIGITS */
    samme_frame_names categories, tiers;
    samme_box_set countries;  /* of sale; empty: all */
    samme_box_set currencies; /* of sale; empty: all */
    samme_clock clocks[SAMME_CLOCKS_MAX];
    uint32_t clock_count;
    samme_clock_pair pairs[SAMME_PAIRS_MAX];
    uint32_t pair_count;
    samme_box_world world;
    samme_box_set domains[SAMME_BOX_DIMENSIONS_MAX];
    samme_box_relation relations[8];
} samme_frame;

/* What was taken from the arena lives as long as it does. */
samme_status samme_frame_init(samme_frame *frame, samme_arena *arena,
                              const samme_policy *const *policies, size_t count,
                              samme_error *error) SAMME_CHECKED;
void samme_frame_need(samme_frame *frame, uint32_t measure);
/* The number of the clock that the table's windows are; SAMME_FRAME_NONE: it has no windows.
 * SAMME_TOO_LARGE (clocks), SAMME_NO_MEMORY. */
samme_status samme_frame_clock(samme_frame *frame, size_t side, const samme_table *table,
                               uint32_t *out) SAMME_CHECKED;
/* The measure that says whether two clocks have one deadline. SAMME_TOO_LARGE. */
samme_status samme_frame_pair(samme_frame *frame, uint32_t first, uint32_t second,
                              uint32_t *out) SAMME_CHECKED;
/* All that its rules test, and all that it lists when that matters (an answer for missing facts).
 * As samme_frame_clock. */
samme_status samme_frame_need_table(samme_frame *frame, size_t side, const samme_table *table,
                                    samme_error *error) SAMME_CHECKED;
/* What its windows turn on, as facts. */
void samme_frame_need_windows(samme_frame *frame, const samme_table *table);
/* After this nothing more is needed. */
samme_status samme_frame_build(samme_frame *frame, samme_error *error) SAMME_CHECKED;

/* The values for which the side's cell holds, of the cell's dimension; count 0: none. SAMME_OK or
 * SAMME_NO_MEMORY. */
samme_status samme_frame_cell(const samme_frame *frame, size_t side, const samme_table *table,
                              const samme_cell *cell, samme_box_set *out) SAMME_CHECKED;
/* The whole domain but absence. */
samme_status samme_frame_present(const samme_frame *frame, uint32_t dimension,
                                 samme_box_set *out) SAMME_CHECKED;
/* The domain of a measure, whether or not it is a dimension. */
samme_status samme_frame_domain(const samme_frame *frame, uint32_t measure,
                                samme_box_set *out) SAMME_CHECKED;

/* Minor digits of the finest currency of the chain's branches; 2 when they name none. */
unsigned samme_chain_digits(const Samme__Chain *chain);

#endif
