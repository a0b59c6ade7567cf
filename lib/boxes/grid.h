/* Coordinates made small: in each dimension the values that the same shapes hold are one atom. A
 * box of the search is a set of atoms a dimension. */
#ifndef SAMME_BOXES_GRID_H
#define SAMME_BOXES_GRID_H

#include "boxes/bits.h"
#include "boxes/work.h"

/* A piece of the domain, in order. */
typedef struct samme_box_piece {
    samme_box_range range;
    uint32_t atom;
} samme_box_piece;

typedef struct samme_box_axis {
    uint32_t atoms;
    uint32_t atom_words;     /* of a set of atoms */
    uint64_t *holders;       /* by atom, grid->words each: the shapes that hold it */
    samme_box_piece *pieces; /* of present and absent values apart */
    size_t piece_count;
} samme_box_axis;

typedef struct samme_box_grid {
    uint32_t dimensions;
    uint32_t shapes;
    uint32_t words; /* of a set of shapes */
    samme_box_axis axes[SAMME_BOX_DIMENSIONS_MAX];
    const samme_box_shape *list;
} samme_box_grid;

/* `room`: how many shapes may be added later. */
samme_status samme_box_grid_make(samme_box_work *work, const samme_box_shape *shapes,
                                 uint32_t count, uint32_t room, samme_box_grid *out) SAMME_CHECKED;
/* A further shape, as one set of atoms a dimension; there is room. */
uint32_t samme_box_grid_add(samme_box_grid *grid, const uint64_t *const *sides);

/* The values of a set of atoms. */
samme_status samme_box_grid_values(const samme_box_grid *grid, samme_arena *arena,
                                   uint32_t dimension, const uint64_t *atoms,
                                   samme_box_set *out) SAMME_CHECKED;
/* The atom of a value of the domain. */
uint32_t samme_box_grid_atom(const samme_box_grid *grid, uint32_t dimension, int64_t value);

#endif
