/* Facts that two policies answer otherwise. Inside of this folder. */
#ifndef SAMME_CHECK_DIFF_EXAMPLE_H
#define SAMME_CHECK_DIFF_EXAMPLE_H

#include "check/compare.h"

typedef struct samme_diff_example {
    const Samme__Facts *facts; /* in the arena of the frame */
    bool open;                 /* the box of the region has facts too for which both pay the same */
} samme_diff_example;

/* Facts of the region for which decide gives two answers. SAMME_SOUGHT_NONE: it has none.
 * self->seeker is that of the region's frame. */
samme_sought samme_find_example(samme_comparing *self, const samme_region *region,
                                samme_diff_example *out);

#endif
