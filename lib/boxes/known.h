/* What a search has proved so far: shapes that cover every box with certain dimensions at one
 * value, as long as all of them hold it there. The newest few. */
#ifndef SAMME_BOXES_KNOWN_H
#define SAMME_BOXES_KNOWN_H

#include "boxes/bits.h"
#include "boxes/work.h"

enum { SAMME_BOX_KNOWN_SIZES = 6, SAMME_BOX_KNOWN_A_SIZE = 64 };
enum { SAMME_BOX_KNOWN_MAX = SAMME_BOX_KNOWN_SIZES * SAMME_BOX_KNOWN_A_SIZE };

typedef struct samme_box_known {
    uint32_t words;                        /* of a set of shapes */
    uint32_t added[SAMME_BOX_KNOWN_SIZES]; /* ever */
    uint32_t fixed[SAMME_BOX_KNOWN_MAX];   /* dimensions that are at one value, as bits */
    uint64_t *cores;                       /* by proof */
} samme_box_known;

samme_status samme_box_known_init(samme_box_known *known, samme_arena *arena,
                                  uint32_t words) SAMME_CHECKED;
void samme_box_known_forget(samme_box_known *known);
/* The core is the caller's to fill. `shapes`: of the box; the oldest proof of that size goes. */
uint64_t *samme_box_known_add(samme_box_known *known, uint32_t fixed,
                              uint32_t shapes) SAMME_CHECKED;
/* A core among the shapes, for a box that is divided along `open` dimensions still; NULL: none. */
const uint64_t *samme_box_known_find(const samme_box_known *known, const uint64_t *shapes,
                                     uint32_t open);

#endif
