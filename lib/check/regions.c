#include "check/regions.h"

#include "boxes/set.h"

void samme_regions_init(samme_regions *regions, samme_arena *arena) {
    regions->arena = arena;
    samme_buffer_init(&regions->items, SAMME_REGIONS_MAX * sizeof(samme_region));
}

void samme_regions_free(samme_regions *regions) {
    samme_buffer_free(&regions->items);
}

size_t samme_regions_count(const samme_regions *regions) {
    return regions->items.length / sizeof(samme_region);
}

samme_region *samme_regions_at(const samme_regions *regions, size_t index) {
    samme_region *items = (void *)regions->items.data;
    return &items[index];
}

samme_status samme_regions_add(samme_regions *regions, const samme_region *region) {
    const uint32_t dimensions = region->frame->world.dimensions;
    samme_region copy = *region;
    samme_box_set *sides = samme_arena_alloc(regions->arena, (dimensions + 1) * sizeof *sides);
    if (sides == NULL)
        return SAMME_NO_MEMORY;
    for (uint32_t d = 0; d < dimensions; d++) {
        samme_status status = samme_box_set_normal(regions->arena, region->sides[d], &sides[d]);
        if (status != SAMME_OK)
            return status;
    }
    copy.sides = sides;
    samme_buffer_append(&regions->items, SAMME_SPAN(&copy, sizeof copy));
    return samme_buffer_status(&regions->items);
}

/* The region's values of a measure; none for any value. */
static samme_box_set side_of(const samme_region *region, uint32_t measure) {
    const uint32_t dimension = region->frame->dimension[measure];
    if (dimension == SAMME_FRAME_NONE ||
        samme_box_side_is_any(&region->frame->world, dimension, region->sides[dimension]))
        return (samme_box_set){NULL, 0};
    return region->sides[dimension];
}

static bool alike(const samme_region *a, const samme_region *b) {
    if (a->label[0] != b->label[0] || a->label[1] != b->label[1])
        return false;
    for (uint32_t m = 0; m < SAMME_MEASURE_COUNT; m++)
        if (m != SAMME_INPUT_SALE_COUNTRY && !samme_box_set_equal(side_of(a, m), side_of(b, m)))
            return false;
    return true;
}

static const samme_box_set *countries_of(const samme_region *region) {
    return &region->sides[region->frame->dimension[SAMME_INPUT_SALE_COUNTRY]];
}

samme_status samme_regions_join(samme_regions *regions) {
    const size_t count = samme_regions_count(regions);
    for (size_t i = 0; i < count; i++) {
        samme_region *into = samme_regions_at(regions, i);
        const uint32_t dimensions = into->frame->world.dimensions;
        samme_box_set joined = *countries_of(into);
        for (size_t k = i + 1; k < count && !into->gone; k++) {
            samme_region *other = samme_regions_at(regions, k);
            if (other->gone || !alike(into, other))
                continue;
            if (samme_box_set_combine(regions->arena, SAMME_BOX_SET_OR, joined,
                                      *countries_of(other), &joined) != SAMME_OK)
                return SAMME_NO_MEMORY;
            other->gone = true;
        }
        samme_box_set *sides = samme_arena_alloc(regions->arena, (dimensions + 1) * sizeof *sides);
        if (sides == NULL)
            return SAMME_NO_MEMORY;
        memcpy(sides, into->sides, dimensions * sizeof *sides);
        sides[into->frame->dimension[SAMME_INPUT_SALE_COUNTRY]] = joined;
        into->sides = sides;
    }
    return SAMME_OK;
}
