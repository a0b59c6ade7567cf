/* Whether shapes cover a box: every real point of it lies in one of them. */
#ifndef SAMME_BOXES_COVER_H
#define SAMME_BOXES_COVER_H

#include "boxes/node.h"

typedef struct samme_box_cover {
    bool covered;
    uint64_t *by;                              /* shapes that do it together; the caller's words */
    int64_t example[SAMME_BOX_DIMENSIONS_MAX]; /* when not covered */
} samme_box_cover;

/* `among`: the shapes that count; `sides`: the box as atoms, by dimension. SAMME_FULL,
 * SAMME_NO_MEMORY: not known. */
samme_status samme_box_cover_find(samme_box_path *path, const uint64_t *among,
                                  const uint64_t *const *sides, samme_box_cover *out) SAMME_CHECKED;

#endif
