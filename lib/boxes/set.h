/* Sets of int64 as ranges that ascend and leave room between each other. */
#ifndef SAMME_BOXES_SET_H
#define SAMME_BOXES_SET_H

#include "boxes/boxes.h"

typedef enum samme_box_set_operation {
    SAMME_BOX_SET_AND,
    SAMME_BOX_SET_MINUS,
    SAMME_BOX_SET_OR
} samme_box_set_operation;

/* SAMME_OK or SAMME_NO_MEMORY. The result may share ranges with the operands. */
samme_status samme_box_set_combine(samme_arena *arena, samme_box_set_operation operation,
                                   samme_box_set a, samme_box_set b,
                                   samme_box_set *out) SAMME_CHECKED;
/* Ranges that meet become one. */
samme_status samme_box_set_normal(samme_arena *arena, samme_box_set a,
                                  samme_box_set *out) SAMME_CHECKED;

typedef enum samme_box_meeting {
    SAMME_BOX_APART,
    SAMME_BOX_MEETS,  /* in some values of b */
    SAMME_BOX_COVERS, /* in all */
} samme_box_meeting;
/* How a meets b, which is not empty. */
samme_box_meeting samme_box_set_meet(samme_box_set a, samme_box_set b);

bool samme_box_set_equal(samme_box_set a, samme_box_set b);
/* The least value of a that is at least `from`; false: none. */
bool samme_box_set_next(samme_box_set a, int64_t from, int64_t *out) SAMME_CHECKED;
/* A value for people: present if there is one, near to 0. Not for an empty set. */
int64_t samme_box_set_sample(samme_box_set a);

static inline bool samme_box_set_has_absent(samme_box_set a) {
    return a.count > 0 && a.ranges[0].low == SAMME_BOX_ABSENT;
}
/* Holds a value that is not ABSENT. */
static inline bool samme_box_set_has_present(samme_box_set a) {
    return a.count > 1 || (a.count == 1 && a.ranges[0].high != SAMME_BOX_ABSENT);
}

#endif
