/* An amount for which a policy pays less than its floor, if a box has one. Inside of this folder.
 */
#ifndef SAMME_CHECK_WITNESS_H
#define SAMME_CHECK_WITNESS_H

#include "check/ask.h"

#define SAMME_FLOORS_MAX 16u /* that one country may name, for the analysis */

/* What stands in a box, before amounts: the policy's rule, and those of the floors that have one.
 */
typedef struct samme_contest {
    const samme_frame *frame;
    const samme_box_set *sides;
    samme_ruled policy;
    samme_ruled floors[SAMME_FLOORS_MAX];
    size_t floor_count;
} samme_contest;

enum { SAMME_UNDER_VERDICT = 1, SAMME_UNDER_REFUND = 2, SAMME_UNDER_TENDER = 4 };

typedef struct samme_witness {
    unsigned under; /* what is worse; 0: nothing, nowhere in the box */
    size_t floor;   /* of the contest */
    unsigned digits;
    bool gift;
    int64_t paid; /* minor units */
    bool broken;  /* a bundle is, and this is its base */
    int64_t base;
    bool undecided; /* there are too many amounts to look at */
} samme_witness;

samme_witness samme_find_witness(const samme_contest *contest);
/* The part of a box in which the witness lies, by amount, currency, kind of receipt and bundle; one
 * side a dimension, in the arena. Where memory is short it is the box. */
void samme_witness_box(const samme_frame *frame, const samme_box_set *sides,
                       const samme_witness *witness, samme_arena *arena, samme_box_set *out);

#endif
