/* Whether a box holds a real point: one that obeys the relations. */
#ifndef SAMME_BOXES_REAL_H
#define SAMME_BOXES_REAL_H

#include "boxes/work.h"

/* No side of the box is empty; only sides of linked dimensions are looked at. SAMME_FULL. */
samme_status samme_box_is_real(samme_box_work *work, const samme_box_set *sides,
                               bool *out) SAMME_CHECKED;
/* A real point of the box, with as much present as goes easily; *out false: there is none. */
samme_status samme_box_example(samme_box_work *work, const samme_box_set *sides, int64_t *values,
                               bool *out) SAMME_CHECKED;

#endif
