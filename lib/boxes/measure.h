/* What is seen of a node before it is divided, and how it is to be. */
#ifndef SAMME_BOXES_MEASURE_H
#define SAMME_BOXES_MEASURE_H

#include "boxes/node.h"

/* Fills node->counts. A shape that holds all classes of all columns, as a bit, or SAMME_BITS_END.
 */
uint32_t samme_box_node_coverer(const samme_box_node *node);

/* The sizes of the shapes together beside that of the node, in cells. After the counts. */
typedef enum samme_box_fill {
    SAMME_BOX_LACKS,   /* less: some cell has no shape */
    SAMME_BOX_FILLS,   /* the same */
    SAMME_BOX_EXCEEDS, /* more, or not known */
} samme_box_fill;
samme_box_fill samme_box_node_fill(const samme_box_node *node);

/* Whether no two shapes of the node share a cell. SAMME_FULL. */
samme_status samme_box_node_disjoint(samme_box_work *work, const samme_box_node *node,
                                     bool *out) SAMME_CHECKED;

/* The column to divide by; node->order holds its classes, the next to look at first, in the low 32
 * bits. */
uint32_t samme_box_node_choose(const samme_box_node *node, bool lacks);

#endif
