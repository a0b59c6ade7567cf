/* Real facts in a box of an analysis: facts that obey the relations, and for which the windows make
 * the days_left and deadlines that the box says. Inside of this folder. */
#ifndef SAMME_CHECK_SEEK_H
#define SAMME_CHECK_SEEK_H

#include "boxes/work.h"
#include "check/clock.h"

#define SAMME_SEEK_NODES_MAX 200000u /* boxes looked at for one box */

typedef struct samme_seeker {
    const samme_frame *frame; /* of the analysis */
    samme_frame facts;        /* of facts alone; measures that the analysis has not are added */
    samme_clock_sets clocks[SAMME_CLOCKS_MAX];
    samme_box_work work;
    samme_arena arena; /* of one search */
    size_t nodes;
} samme_seeker;

/* The frame is built, and outlives the seeker. To be freed on SAMME_OK. */
samme_status samme_seeker_init(samme_seeker *seeker, const samme_frame *frame,
                               samme_error *error) SAMME_CHECKED;
void samme_seeker_free(samme_seeker *seeker);

typedef enum samme_sought {
    SAMME_SOUGHT_NONE,    /* no facts are in the box */
    SAMME_SOUGHT_FOUND,   /* *values: one a dimension of seeker->facts */
    SAMME_SOUGHT_UNKNOWN, /* there is too much to look at */
} samme_sought;

/* Prefers facts of these years and of a country and currency of the chain. */
samme_sought samme_seek(samme_seeker *seeker, const samme_box_set *sides, int64_t *values);
/* What was found as facts to decide, in the arena of the frame; NULL: no memory. */
Samme__Facts *samme_seeker_facts(const samme_seeker *seeker, const int64_t *values) SAMME_CHECKED;

#endif
