/* Tables in the form that boxes takes. */
#ifndef SAMME_CHECK_SHAPES_H
#define SAMME_CHECK_SHAPES_H

#include "check/frame.h"

/* A rule is one box of the frame, or none when it can never hold. SAMME_TOO_LARGE, SAMME_NO_MEMORY.
 */
samme_status samme_table_shapes(samme_frame *frame, size_t side, const samme_table *table,
                                samme_box_table *out, samme_error *error) SAMME_CHECKED;

#endif
