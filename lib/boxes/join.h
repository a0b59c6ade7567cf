/* Boxes with a label, of which two that differ in one dimension only become one. */
#ifndef SAMME_BOXES_JOIN_H
#define SAMME_BOXES_JOIN_H

#include "base/buffer.h"
#include "base/map.h"
#include "boxes/work.h"

/* Texts of bytes as small numbers, 0 on. */
samme_status samme_box_name(samme_map *names, samme_span bytes, uint32_t *out) SAMME_CHECKED;

typedef struct samme_box_part {
    samme_box_set *sides;
    uint32_t *names; /* of the sides: the same number, the same set */
    uint64_t label[2];
    const int64_t *example;
    const uint32_t *winners;
    size_t number;
    bool gone; /* into another */
} samme_box_part;

typedef struct samme_box_parts {
    samme_box_work *work;
    samme_map *names;  /* of sets */
    samme_buffer list; /* of samme_box_part */
} samme_box_parts;

samme_status samme_box_parts_init(samme_box_parts *parts, samme_box_work *work) SAMME_CHECKED;
void samme_box_parts_fini(samme_box_parts *parts);
/* Example and winners must live as long as the work. The parts have no point in common. */
samme_status samme_box_parts_add(samme_box_parts *parts, const samme_box_set *sides,
                                 const samme_box_part *rest) SAMME_CHECKED;
/* Until no two can be joined. What is left, by label. */
samme_status samme_box_parts_join(samme_box_parts *parts) SAMME_CHECKED;

static inline samme_box_part *samme_box_parts_list(const samme_box_parts *parts, size_t *count) {
    *count = parts->list.length / sizeof(samme_box_part);
    return (samme_box_part *)(void *)parts->list.data;
}

#endif
