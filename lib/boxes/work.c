#include "boxes/work.h"

#include <inttypes.h>
#include <stdio.h>

static samme_status check_set(samme_box_set set, const char *what, uint32_t dimension,
                              samme_error *error) {
    if (set.count > SAMME_BOX_RANGES_MAX)
        return samme_fail(error, SAMME_TOO_LARGE,
                          "%s of dimension %" PRIu32 ": expected at most %u ranges, found %zu",
                          what, dimension, SAMME_BOX_RANGES_MAX, set.count);
    for (size_t i = 0; i < set.count; i++)
        if (set.ranges[i].low > set.ranges[i].high ||
            (i > 0 && set.ranges[i].low <= set.ranges[i - 1].high))
            return samme_fail(error, SAMME_MALFORMED,
                              "%s of dimension %" PRIu32
                              ": expected ranges in order, found [%" PRId64 "..%" PRId64
                              "] as number %zu",
                              what, dimension, set.ranges[i].low, set.ranges[i].high, i + 1);
    return SAMME_OK;
}

static samme_status take_relations(samme_box_work *work, const samme_box_world *world,
                                   samme_error *error) {
    uint32_t differences = 0, others = 0;
    if (world->relation_count > SAMME_BOX_RELATIONS_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u relations, found %zu",
                          SAMME_BOX_RELATIONS_MAX, world->relation_count);
    for (size_t i = 0; i < world->relation_count; i++) {
        const samme_box_relation one = world->relations[i];
        if (one.minuend >= work->dimensions || one.subtrahend >= work->dimensions ||
            one.difference >= work->dimensions || one.minuend == one.subtrahend ||
            one.minuend == one.difference || one.subtrahend == one.difference)
            return samme_fail(error, SAMME_MALFORMED,
                              "relation %zu: expected three different dimensions", i);
        const uint32_t difference = UINT32_C(1) << one.difference;
        const uint32_t other = UINT32_C(1) << one.minuend | UINT32_C(1) << one.subtrahend;
        if ((difference & (differences | others)) != 0 || (other & differences) != 0)
            return samme_fail(error, SAMME_MALFORMED,
                              "relation %zu: a dimension that is a difference may stand in one "
                              "relation only",
                              i);
        differences |= difference;
        others |= other;
        work->relations[i] = one;
    }
    work->relation_count = world->relation_count;
    work->linked = differences | others;
    return SAMME_OK;
}

samme_status samme_box_work_init(samme_box_work *work, const samme_box_world *world,
                                 samme_error *error) {
    *work = (samme_box_work){.dimensions = world->dimensions};
    samme_arena_init(&work->arena, SAMME_BOX_MEMORY_BYTES);
    if (world->dimensions > SAMME_BOX_DIMENSIONS_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u dimensions, found %" PRIu32,
                          SAMME_BOX_DIMENSIONS_MAX, world->dimensions);
    work->steps = world->steps == 0 ? SAMME_BOX_STEPS : world->steps;
    work->steps_left = work->steps;
    work->findings_most = world->findings_most;
    if (work->findings_most == 0 || work->findings_most > SAMME_BOX_FINDINGS_MAX)
        work->findings_most = SAMME_BOX_FINDINGS_MAX;
    samme_status status = take_relations(work, world, error);
    for (uint32_t d = 0; status == SAMME_OK && d < world->dimensions; d++) {
        status = check_set(world->domains[d], "domain", d, error);
        if (status == SAMME_OK && world->domains[d].count == 0)
            status = samme_fail(error, SAMME_MALFORMED,
                                "domain of dimension %" PRIu32 ": expected a value", d);
        if (status == SAMME_OK)
            status = samme_box_set_normal(&work->arena, world->domains[d], &work->domains[d]);
    }
    if (status != SAMME_OK)
        samme_box_work_fini(work);
    return status;
}

void samme_box_work_fini(samme_box_work *work) {
    samme_arena_free(&work->arena);
}

/* A cell within its domain, without ABSENT unless it is "any". */
static samme_status clip(samme_box_work *work, samme_box_set cell, uint32_t dimension,
                         samme_box_set *out, samme_error *error) {
    static const samme_box_range present = {SAMME_BOX_ABSENT + 1, INT64_MAX};
    samme_status status = check_set(cell, "cell", dimension, error);
    if (status != SAMME_OK)
        return status;
    if (cell.count == 0) {
        *out = work->domains[dimension];
        return SAMME_OK;
    }
    samme_box_set within;
    status = samme_box_set_combine(&work->arena, SAMME_BOX_SET_AND, cell, work->domains[dimension],
                                   &within);
    if (status == SAMME_OK)
        status = samme_box_set_combine(&work->arena, SAMME_BOX_SET_AND, within,
                                       (samme_box_set){&present, 1}, out);
    return status;
}

static samme_status shape_of(samme_box_work *work, const samme_box_set *cells, samme_box_shape *out,
                             samme_error *error) {
    const uint32_t dimensions = work->dimensions;
    samme_box_set *sides = samme_arena_alloc(&work->arena, (dimensions + 1) * sizeof *sides);
    if (sides == NULL)
        return SAMME_NO_MEMORY;
    out->sides = sides;
    for (uint32_t d = 0; d < dimensions; d++) {
        samme_status status = clip(work, cells[d], d, &sides[d], error);
        if (status != SAMME_OK)
            return status;
        out->empty |= sides[d].count == 0;
    }
    return SAMME_OK;
}

samme_status samme_box_shapes_of(samme_box_work *work, const samme_box_table *table,
                                 samme_box_shapes *out, samme_error *error) {
    size_t count = 0;
    for (size_t r = 0; r < table->rule_count; r++) {
        if (table->rules[r].shape_count > SAMME_BOX_SHAPES_MAX ||
            table->rule_count > SAMME_BOX_SHAPES_MAX ||
            (count += table->rules[r].shape_count) > SAMME_BOX_SHAPES_MAX)
            return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u rules and shapes",
                              SAMME_BOX_SHAPES_MAX);
    }
    *out = (samme_box_shapes){.unique = table->unique, .rules = (uint32_t)table->rule_count};
    out->list = samme_arena_alloc(&work->arena, (count + 1) * sizeof *out->list);
    if (out->list == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for %zu shapes", count);
    for (uint32_t r = 0; r < out->rules; r++)
        for (size_t s = 0; s < table->rules[r].shape_count; s++) {
            samme_box_shape *shape = &out->list[out->count++];
            *shape = (samme_box_shape){.rule = r};
            samme_status status =
                shape_of(work, table->rules[r].cells + s * work->dimensions, shape, error);
            if (status != SAMME_OK)
                return status == SAMME_NO_MEMORY
                           ? samme_fail(error, status, "no memory for %zu shapes", count)
                           : samme_fail_in(error, status, "rule %" PRIu32, r);
        }
    return SAMME_OK;
}
