/* Regions in which all tables have one answer each, as far as they differ. */
#ifndef SAMME_BOXES_EXPLORE_H
#define SAMME_BOXES_EXPLORE_H

#include "boxes/join.h"
#include "boxes/options.h"

typedef struct samme_box_region {
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    samme_box_options tables[SAMME_BOX_TABLES_MAX]; /* of A, then of B */
    bool maybe_unreal; /* a linked side changed since it was looked at */
} samme_box_region;

typedef struct samme_box_explorer {
    samme_box_work *work;
    uint32_t tables;
    uint32_t of_a; /* the first so many */
    samme_box_classify classify;
    void *context;
    samme_box_parts *parts; /* found */
    samme_error *error;
} samme_box_explorer;

/* Takes the region apart; its lists are used up. SAMME_MALFORMED: classify did not keep to what it
 * has to. */
samme_status samme_box_explore(samme_box_explorer *self, samme_box_region *region,
                               unsigned depth) SAMME_CHECKED;

/* Whether no winners there can be would be said to differ. When not, *out_odd is an option to part
 * the region by, or NULL. */
samme_status samme_box_all_same(samme_box_explorer *self, const samme_box_region *region,
                                bool *out_same, const samme_box_option **out_odd) SAMME_CHECKED;

#endif
