/* Where two answers that are else the same pay or keep another amount. Inside of this folder. */
#ifndef SAMME_CHECK_PAID_H
#define SAMME_CHECK_PAID_H

#include "base/map.h"
#include "check/answers.h"

/* More ranges of amounts than these are not told apart in a region: from the first amount that
 * differs on they are one. */
#define SAMME_PAID_RANGES_MAX 8u

/* Both sides' terms for currencies of the same digits. */
typedef struct samme_paid {
    samme_terms terms[SAMME_FRAME_SIDES_MAX];
    bool tenders; /* they go back in another order */
} samme_paid;

samme_paid samme_paid_of(const samme_answered *sides, unsigned digits);
/* Whether the amounts of both come from a sum that no fact of the box is: a broken bundle's. */
bool samme_paid_of_bundle(const samme_answered *sides);

/* What was found of pairs of terms. */
typedef struct samme_paid_known {
    samme_map *ranges;
} samme_paid_known;

samme_status samme_paid_init(samme_paid_known *known) SAMME_CHECKED;
void samme_paid_fini(samme_paid_known *known);

/* Whether both may pay otherwise within the box; asked of answers that are else the same. A gift
 * receipt goes to credit on both sides where the order of tenders would matter. */
samme_told samme_ask_paid(samme_ask *ask, samme_paid_known *known, samme_answered *sides);

/* Of a side of line_paid, the values at which they differ, or pay something in another order; at
 * most SAMME_BOX_RANGES_MAX ranges. SAMME_OK or SAMME_NO_MEMORY. */
samme_status samme_paid_differs(const samme_paid *paid, samme_amounts scale, samme_box_set side,
                                samme_arena *arena, samme_box_set *out) SAMME_CHECKED;

#endif
