#include "boxes/explore.h"

/* One number for all shapes with the same sides. */
static samme_status name_shape(samme_map *names, const samme_box_shape *shape, uint32_t dimensions,
                               samme_buffer *key, uint32_t *out) {
    samme_buffer_clear(key);
    for (uint32_t d = 0; d < dimensions; d++) {
        const samme_box_set side = shape->sides[d];
        samme_buffer_u64(key, side.count);
        samme_buffer_append(key, SAMME_SPAN(side.ranges, side.count * sizeof *side.ranges));
    }
    if (samme_buffer_status(key) != SAMME_OK)
        return SAMME_NO_MEMORY;
    return samme_box_name(names, samme_buffer_span(key), out);
}

/* All shapes of a table that are not empty, in the whole space. */
static samme_status options_of(samme_box_work *work, const samme_box_shapes *shapes,
                               samme_map *names, samme_buffer *key, samme_box_options *out) {
    *out = (samme_box_options){.unique = shapes->unique};
    out->list = samme_arena_alloc(&work->arena, (shapes->count + 1) * sizeof *out->list);
    if (out->list == NULL)
        return SAMME_NO_MEMORY;
    for (uint32_t s = 0; s < shapes->count; s++) {
        samme_box_option *option = &out->list[out->count];
        *option = (samme_box_option){.shape = &shapes->list[s]};
        if (shapes->list[s].empty)
            continue;
        samme_status status =
            name_shape(names, option->shape, work->dimensions, key, &option->name);
        if (status != SAMME_OK)
            return status;
        for (uint32_t d = 0; d < work->dimensions; d++)
            if (samme_box_set_meet(option->shape->sides[d], work->domains[d]) != SAMME_BOX_COVERS)
                option->missing |= UINT32_C(1) << d;
        out->count++;
        if (option->missing == 0 && !out->unique)
            break;
    }
    return SAMME_OK;
}

static samme_status make_region(samme_box_work *work, const samme_box_shapes *tables,
                                uint32_t count, samme_box_region *out) {
    samme_map *names = samme_map_new();
    if (names == NULL)
        return SAMME_NO_MEMORY;
    samme_buffer key;
    samme_buffer_init(&key, SAMME_BOX_MEMORY_BYTES);
    samme_status status = SAMME_OK;
    for (uint32_t t = 0; status == SAMME_OK && t < count; t++)
        status = options_of(work, &tables[t], names, &key, &out->tables[t]);
    for (uint32_t d = 0; d < work->dimensions; d++)
        out->sides[d] = work->domains[d];
    out->maybe_unreal = true;
    samme_buffer_free(&key);
    samme_map_free(names);
    return status;
}

static samme_status report_parts(samme_box_work *work, const samme_box_parts *parts,
                                 uint32_t tables, samme_box_report *report) {
    size_t count = 0;
    const samme_box_part *list = samme_box_parts_list(parts, &count);
    for (size_t i = 0; i < count; i++) {
        samme_box_finding *finding = NULL;
        samme_status status =
            samme_box_report_add(work, report, list[i].sides, list[i].example, &finding);
        if (status != SAMME_OK || finding == NULL)
            return status;
        finding->label[0] = list[i].label[0];
        finding->label[1] = list[i].label[1];
        uint32_t *winners = samme_arena_alloc(&report->arena, (tables + 1) * sizeof *winners);
        if (winners == NULL)
            return SAMME_NO_MEMORY;
        memcpy(winners, list[i].winners, tables * sizeof *winners);
        finding->winners = winners;
    }
    return SAMME_OK;
}

/* What was found before a budget ran out is reported too. */
static samme_status search(samme_box_explorer *self, const samme_box_shapes *tables,
                           samme_box_report *report) {
    samme_box_parts parts;
    samme_box_region whole;
    samme_status status = samme_box_parts_init(&parts, self->work);
    self->parts = &parts;
    if (status == SAMME_OK)
        status = make_region(self->work, tables, self->tables, &whole);
    if (status == SAMME_OK)
        status = samme_box_explore(self, &whole, 0);
    if (status != SAMME_MALFORMED) {
        samme_status joined = parts.names == NULL ? SAMME_OK : samme_box_parts_join(&parts);
        samme_status reported = report_parts(self->work, &parts, self->tables, report);
        status = status != SAMME_OK ? status : joined != SAMME_OK ? joined : reported;
    }
    samme_box_parts_fini(&parts);
    return status;
}

static samme_status take_tables(samme_box_work *work, samme_box_tables a, samme_box_tables b,
                                samme_box_shapes *out, samme_error *error) {
    size_t shapes = 0;
    if (a.count > SAMME_BOX_TABLES_MAX || b.count > SAMME_BOX_TABLES_MAX - a.count)
        return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u tables, found %zu and %zu",
                          SAMME_BOX_TABLES_MAX, a.count, b.count);
    for (size_t t = 0; t < a.count + b.count; t++) {
        const bool of_a = t < a.count;
        samme_status status =
            samme_box_shapes_of(work, of_a ? &a.tables[t] : &b.tables[t - a.count], &out[t], error);
        if (status != SAMME_OK)
            return samme_fail_in(error, status, "table %zu of %s", of_a ? t : t - a.count,
                                 of_a ? "A" : "B");
        shapes += out[t].count;
    }
    if (shapes > SAMME_BOX_SHAPES_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u shapes, found %zu",
                          SAMME_BOX_SHAPES_MAX, shapes);
    return SAMME_OK;
}

samme_status samme_box_difference(const samme_box_world *world, samme_box_tables a,
                                  samme_box_tables b, samme_box_classify classify, void *context,
                                  samme_box_report *out, samme_error *error) {
    samme_box_work work;
    samme_box_shapes tables[SAMME_BOX_TABLES_MAX];
    samme_box_report report;
    samme_status status = samme_box_work_init(&work, world, error);
    if (status != SAMME_OK)
        return status;
    status = take_tables(&work, a, b, tables, error);
    if (status == SAMME_OK && samme_box_report_begin(&work, &report) != SAMME_OK)
        status = samme_fail(error, SAMME_NO_MEMORY, "no memory for the report");
    if (status == SAMME_OK) {
        samme_box_explorer self = {.work = &work,
                                   .tables = (uint32_t)(a.count + b.count),
                                   .of_a = (uint32_t)a.count,
                                   .classify = classify,
                                   .context = context,
                                   .error = error};
        status = search(&self, tables, &report);
        status = samme_box_report_end(&work, &report, status, out);
    }
    samme_box_work_fini(&work);
    return status;
}
