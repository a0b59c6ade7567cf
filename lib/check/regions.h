/* Regions of several groups of countries as one list. Inside of this folder. */
#ifndef SAMME_CHECK_REGIONS_H
#define SAMME_CHECK_REGIONS_H

#include "check/frame.h"

#define SAMME_REGIONS_MAX 16384u

typedef struct samme_region {
    const samme_frame *frame; /* of its group; clocks and pairs are numbered alike in all */
    const samme_box_set *sides;
    uint64_t label[2];
    bool gone; /* joined into an earlier one */
} samme_region;

typedef struct samme_regions {
    samme_arena *arena;
    samme_buffer items;
} samme_regions;

void samme_regions_init(samme_regions *regions, samme_arena *arena);
void samme_regions_free(samme_regions *regions);
/* Copies the sides. SAMME_TOO_LARGE, SAMME_NO_MEMORY. */
samme_status samme_regions_add(samme_regions *regions, const samme_region *region) SAMME_CHECKED;
size_t samme_regions_count(const samme_regions *regions);
samme_region *samme_regions_at(const samme_regions *regions, size_t index) SAMME_CHECKED;
/* Groups of countries share no country, and within one no two regions are together a box: so two
 * are only when they have the same sides but for the country, and joining such makes no other pair.
 * SAMME_OK or SAMME_NO_MEMORY. */
samme_status samme_regions_join(samme_regions *regions) SAMME_CHECKED;

#endif
