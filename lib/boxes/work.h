/* What one call works with: the checked world, its memory and what is left of its budget. */
#ifndef SAMME_BOXES_WORK_H
#define SAMME_BOXES_WORK_H

#include "boxes/set.h"

typedef struct samme_box_work {
    samme_arena arena; /* of the call */
    uint32_t dimensions;
    samme_box_set domains[SAMME_BOX_DIMENSIONS_MAX]; /* normal */
    samme_box_relation relations[SAMME_BOX_RELATIONS_MAX];
    size_t relation_count;
    uint32_t linked; /* dimensions that stand in a relation, as bits */
    uint64_t steps, steps_left;
    size_t findings_most;
} samme_box_work;

/* A shape within the domains; sides[0] is of dimension 0. */
typedef struct samme_box_shape {
    const samme_box_set *sides;
    uint32_t rule;
    bool empty; /* some side is */
} samme_box_shape;

typedef struct samme_box_shapes {
    samme_box_shape *list; /* by rule */
    uint32_t count;
    uint32_t rules;
    bool unique;
} samme_box_shapes;

/* Inside this folder a budget that has run out is SAMME_FULL, and so is one of memory,
 * SAMME_NO_MEMORY: both end as a report that is not proved. */
samme_status samme_box_work_init(samme_box_work *work, const samme_box_world *world,
                                 samme_error *error) SAMME_CHECKED;
void samme_box_work_fini(samme_box_work *work);
/* SAMME_MALFORMED, SAMME_TOO_LARGE, SAMME_NO_MEMORY. */
samme_status samme_box_shapes_of(samme_box_work *work, const samme_box_table *table,
                                 samme_box_shapes *out, samme_error *error) SAMME_CHECKED;

SAMME_CHECKED static inline samme_status samme_box_spend(samme_box_work *work, uint64_t steps) {
    if (steps > work->steps_left) {
        work->steps_left = 0;
        return SAMME_FULL;
    }
    work->steps_left -= steps;
    return SAMME_OK;
}

/* An empty report with room for the work's findings, and one more. */
samme_status samme_box_report_begin(samme_box_work *work, samme_box_report *report) SAMME_CHECKED;
/* Adds a finding with copies of sides and example (each may be NULL); when the report is full it
 * says `more` and returns NULL in *out. */
samme_status samme_box_report_add(samme_box_work *work, samme_box_report *report,
                                  const samme_box_set *sides, const int64_t *example,
                                  samme_box_finding **out) SAMME_CHECKED;
/* Proved when status is SAMME_OK, with a reason when it is SAMME_FULL or SAMME_NO_MEMORY: then
 * SAMME_OK. Everything else frees the report and is returned. */
samme_status samme_box_report_end(samme_box_work *work, samme_box_report *report,
                                  samme_status status, samme_box_report *out) SAMME_CHECKED;

#endif
