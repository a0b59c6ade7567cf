/* A box of the search as the shapes that meet it see it: in each dimension, atoms that they do not
 * tell apart are one class, and a dimension that none of them divides is no column any more. */
#ifndef SAMME_BOXES_NODE_H
#define SAMME_BOXES_NODE_H

#include "boxes/grid.h"
#include "boxes/known.h"

typedef struct samme_box_column {
    uint32_t dimension;
    uint32_t classes;
    uint64_t *holders; /* by class, node->words each: the shapes that hold it */
    uint32_t *atoms;   /* by class: one of its atoms */
    uint64_t *members; /* by class, all its atoms; NULL when the dimension is not linked */
} samme_box_column;

typedef struct samme_box_node {
    uint32_t shapes; /* that meet the box */
    uint32_t words;  /* of a set of them */
    uint64_t *active;
    const uint32_t *names; /* bit -> shape of the grid */
    const uint32_t *from;  /* bit -> bit of the node above; NULL: the same */
    uint32_t column_count;
    samme_box_column columns[SAMME_BOX_DIMENSIONS_MAX];
    uint32_t picks[SAMME_BOX_DIMENSIONS_MAX];        /* where no column: an atom */
    const uint64_t *sides[SAMME_BOX_DIMENSIONS_MAX]; /* where linked and no column: the atoms */
    uint32_t classes_most;                           /* of a column */
    uint32_t *counts; /* by column, then bit: how many classes a shape holds */
    uint64_t *cores;  /* classes_most + 1 sets of shapes, for the search */
    uint64_t *order;  /* classes_most, for the search */
} samme_box_node;

/* Memory of the nodes on one path, and of making them. */
typedef struct samme_box_path {
    samme_box_work *work;
    const samme_box_grid *grid;
    samme_box_node top; /* the whole grid, all shapes */
    samme_arena levels[SAMME_BOX_DIMENSIONS_MAX + 2];
    samme_arena own;
    samme_box_known known; /* of the whole grid; forgotten by a search of another box */
    bool keep_known;
    uint64_t *shapes; /* a set, for the search */
    uint32_t *table;  /* hash -> class + 1 */
    size_t table_size;
} samme_box_path;

/* The grid may be given further shapes later. */
samme_status samme_box_path_init(samme_box_path *path, samme_box_work *work,
                                 const samme_box_grid *grid) SAMME_CHECKED;
void samme_box_path_fini(samme_box_path *path);

/* The top with the atoms of `sides` (by dimension) and the shapes of `among` that meet them. */
samme_status samme_box_node_root(samme_box_path *path, const uint64_t *among,
                                 const uint64_t *const *sides, samme_box_node *out) SAMME_CHECKED;
/* The node with one column left at one of its classes. Lives until the next at that depth. */
samme_status samme_box_node_enter(samme_box_path *path, const samme_box_node *node, uint32_t column,
                                  uint32_t which, uint32_t depth,
                                  samme_box_node *out) SAMME_CHECKED;

#endif
