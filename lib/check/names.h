/* Categories and tiers of several policies under one numbering. Inside of this folder. */
#ifndef SAMME_CHECK_NAMES_H
#define SAMME_CHECK_NAMES_H

#include "check/frame.h"

/* All three: SAMME_OK or SAMME_NO_MEMORY. */
samme_status samme_frame_name_categories(samme_frame *frame) SAMME_CHECKED;
samme_status samme_frame_name_tiers(samme_frame *frame) SAMME_CHECKED;
/* Places of a side as values of the frame. */
samme_status samme_frame_translate(const samme_frame *frame, const samme_frame_names *names,
                                   size_t side, const samme_interval *places, size_t count,
                                   samme_box_set *out) SAMME_CHECKED;

#endif
