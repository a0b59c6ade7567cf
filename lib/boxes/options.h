/* Of one table, what can still answer in a region: its shapes that meet the region, in order. */
#ifndef SAMME_BOXES_OPTIONS_H
#define SAMME_BOXES_OPTIONS_H

#include "boxes/work.h"

typedef struct samme_box_option {
    const samme_box_shape *shape;
    uint32_t name;    /* the same for shapes with the same sides, in all tables */
    uint32_t missing; /* dimensions, as bits, of which it holds the region's side in part */
} samme_box_option;

typedef struct samme_box_options {
    samme_box_option *list; /* under FIRST nothing stands behind one that misses nothing */
    uint32_t count;
    bool unique;
} samme_box_options;

/* What the region's side of dimension d becoming `side` leaves. */
void samme_box_options_narrow(samme_box_options *options, uint32_t d, samme_box_set side);

/* Whether the answer is the same everywhere in the region. */
bool samme_box_options_decided(const samme_box_options *options, uint32_t *out_winner);
/* One that is there in part. Only when it is not decided. */
const samme_box_option *samme_box_options_partial(const samme_box_options *options);

/* The winners there can be in the region, by what decides them: the options that may win, then NONE
 * and OVERLAP where these can be. */
typedef struct samme_box_choices {
    uint32_t rules; /* the first so many of the list may win, by rule */
    bool none;
    bool overlap;
} samme_box_choices;
samme_box_choices samme_box_options_choices(const samme_box_options *options);
static inline uint32_t samme_box_choices_count(samme_box_choices choices) {
    return choices.rules + choices.none + choices.overlap;
}
uint32_t samme_box_options_winner(const samme_box_options *options, samme_box_choices choices,
                                  uint32_t at);

/* Whether both lists are the same shapes of the same groups, so that the one that decides in one is
 * at the same place in the other. When not, *out_odd is an option that stands in one of them only
 * and is there in part, or NULL. */
bool samme_box_options_alike(const samme_box_options *a, const samme_box_options *b,
                             const samme_box_option **out_odd);

#endif
