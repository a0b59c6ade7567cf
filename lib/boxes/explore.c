#include "boxes/explore.h"

#include <inttypes.h>

#include "boxes/real.h"

enum { DEPTH_MAX = 1000, WEIGHED_MAX = 128 };

/* How to part a region: one side into the values within and those without. */
typedef struct cut {
    uint32_t dimension;
    samme_box_set within, without;
} cut;

static uint64_t size_of(const samme_box_explorer *self, const samme_box_region *region) {
    uint64_t size = 8;
    for (uint32_t t = 0; t < self->tables; t++)
        size += region->tables[t].count;
    return size;
}

static void narrow(const samme_box_explorer *self, samme_box_region *region, uint32_t d,
                   samme_box_set side) {
    region->sides[d] = side;
    region->maybe_unreal |= (self->work->linked >> d & 1) != 0;
    for (uint32_t t = 0; t < self->tables; t++)
        samme_box_options_narrow(&region->tables[t], d, side);
}

/* A region with its own lists, in the arena. */
static samme_status copy_region(const samme_box_explorer *self, const samme_box_region *region,
                                samme_arena *arena, samme_box_region *out) {
    *out = *region;
    for (uint32_t t = 0; t < self->tables; t++) {
        const size_t bytes = region->tables[t].count * sizeof *region->tables[t].list;
        out->tables[t].list = samme_arena_alloc(arena, bytes);
        if (out->tables[t].list == NULL)
            return SAMME_NO_MEMORY;
        if (bytes > 0)
            memcpy(out->tables[t].list, region->tables[t].list, bytes);
    }
    return SAMME_OK;
}

static samme_status make_cut(const samme_box_region *region, samme_arena *arena, uint32_t d,
                             samme_box_set by, cut *out) {
    out->dimension = d;
    samme_status status =
        samme_box_set_combine(arena, SAMME_BOX_SET_AND, region->sides[d], by, &out->within);
    if (status != SAMME_OK)
        return status;
    return samme_box_set_combine(arena, SAMME_BOX_SET_MINUS, region->sides[d], by, &out->without);
}

/* How many options stand in both parts: the fewer, the fewer regions there will be. */
static uint32_t weigh(const samme_box_explorer *self, const samme_box_region *region,
                      const cut *by) {
    uint32_t both = 0;
    for (uint32_t t = 0; t < self->tables; t++) {
        const samme_box_options *options = &region->tables[t];
        for (uint32_t i = 0; i < options->count && i < WEIGHED_MAX; i++) {
            const samme_box_set side = options->list[i].shape->sides[by->dimension];
            both += (options->list[i].missing >> by->dimension & 1) == 0 ||
                    (samme_box_set_meet(side, by->within) != SAMME_BOX_APART &&
                     samme_box_set_meet(side, by->without) != SAMME_BOX_APART);
        }
    }
    return both;
}

/* The cut along a side of the option that parts the others best. */
static samme_status choose_cut(const samme_box_explorer *self, const samme_box_region *region,
                               samme_arena *arena, const samme_box_option *option, cut *out) {
    uint32_t least = UINT32_MAX;
    for (uint32_t d = 0; d < self->work->dimensions; d++) {
        cut one;
        if ((option->missing >> d & 1) == 0)
            continue;
        samme_status status = make_cut(region, arena, d, option->shape->sides[d], &one);
        if (status != SAMME_OK)
            return status;
        const bool only = option->missing == UINT32_C(1) << d;
        const uint32_t weight = only ? 0 : weigh(self, region, &one);
        if (!only && samme_box_spend(self->work, size_of(self, region)) != SAMME_OK)
            return SAMME_FULL;
        if (weight < least) {
            least = weight;
            *out = one;
        }
    }
    return SAMME_OK;
}

static samme_status found(samme_box_explorer *self, const samme_box_region *region,
                          const uint32_t *winners, const uint64_t *label) {
    const samme_box_work *work = self->work;
    int64_t *example =
        samme_arena_alloc(&self->work->arena, SAMME_BOX_DIMENSIONS_MAX * sizeof *example);
    uint32_t *kept = samme_arena_alloc(&self->work->arena, (self->tables + 1) * sizeof *kept);
    bool real = false;
    if (example == NULL || kept == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = samme_box_example(self->work, region->sides, example, &real);
    if (status != SAMME_OK || !real)
        return status;
    memcpy(kept, winners, self->tables * sizeof *kept);
    const samme_box_part part = {
        .label = {label[0], label[1]}, .example = example, .winners = kept};
    status = samme_box_spend(self->work, 16 * (uint64_t)work->dimensions);
    return status == SAMME_OK ? samme_box_parts_add(self->parts, region->sides, &part) : status;
}

/* All tables have one answer: asks what it means; *out_split when there is more to part. */
static samme_status ask(samme_box_explorer *self, const samme_box_region *region,
                        const uint32_t *winners, samme_arena *arena, bool *out_split, cut *out) {
    const samme_box_answer answer = self->classify(self->context, winners, region->sides);
    *out_split = answer.says == SAMME_BOX_SPLIT;
    if (answer.says == SAMME_BOX_SAME)
        return SAMME_OK;
    if (answer.says == SAMME_BOX_DIFFERS)
        return found(self, region, winners, answer.label);
    if (answer.says != SAMME_BOX_SPLIT || answer.dimension >= self->work->dimensions)
        return samme_fail(self->error, SAMME_MALFORMED,
                          "classify: expected a dimension to split, found %" PRIu32,
                          answer.dimension);
    const samme_box_range from = {answer.value, INT64_MAX};
    samme_status status = make_cut(region, arena, answer.dimension, (samme_box_set){&from, 1}, out);
    if (status == SAMME_OK && (out->within.count == 0 || out->without.count == 0))
        status = samme_fail(self->error, SAMME_MALFORMED,
                            "classify: expected values of dimension %" PRIu32 " below %" PRId64
                            " and from it on",
                            answer.dimension, answer.value);
    return status;
}

/* What to do with a region: nothing more, or part it. */
static samme_status look_at(samme_box_explorer *self, const samme_box_region *region,
                            samme_arena *arena, bool *out_part, cut *out) {
    uint32_t winners[SAMME_BOX_TABLES_MAX];
    const samme_box_option *partial = NULL, *odd = NULL;
    bool same = false;
    *out_part = false;
    for (uint32_t t = 0; t < self->tables; t++)
        if (!samme_box_options_decided(&region->tables[t], &winners[t]) && partial == NULL)
            partial = samme_box_options_partial(&region->tables[t]);
    if (partial == NULL)
        return ask(self, region, winners, arena, out_part, out);
    samme_status status = samme_box_all_same(self, region, &same, &odd);
    if (status != SAMME_OK || same)
        return status;
    *out_part = true;
    return choose_cut(self, region, arena, odd != NULL ? odd : partial, out);
}

samme_status samme_box_explore(samme_box_explorer *self, samme_box_region *region, unsigned depth) {
    samme_status status = depth > DEPTH_MAX ? SAMME_FULL : SAMME_OK;
    samme_arena arena, inner;
    samme_arena_init(&arena, SAMME_BOX_MEMORY_BYTES);
    samme_arena_init(&inner, SAMME_BOX_MEMORY_BYTES);
    for (bool part = true; status == SAMME_OK && part;) {
        samme_box_region within;
        cut by;
        bool real = true;
        status = samme_box_spend(self->work, size_of(self, region));
        if (status == SAMME_OK && region->maybe_unreal)
            status = samme_box_is_real(self->work, region->sides, &real);
        if (status != SAMME_OK || !real)
            break;
        region->maybe_unreal = false;
        status = look_at(self, region, &arena, &part, &by);
        if (status != SAMME_OK || !part)
            break;
        samme_arena_reset(&inner);
        status = copy_region(self, region, &inner, &within);
        if (status != SAMME_OK)
            break;
        narrow(self, &within, by.dimension, by.within);
        status = samme_box_explore(self, &within, depth + 1);
        narrow(self, region, by.dimension, by.without);
    }
    samme_arena_free(&inner);
    samme_arena_free(&arena);
    return status;
}
