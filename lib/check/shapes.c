#include "check/shapes.h"

static uint32_t dimension_of(const samme_frame *frame, const samme_cell *cell, uint32_t clock) {
    if (cell->input != SAMME_INPUT_DAYS_LEFT)
        return frame->dimension[cell->input];
    return clock == SAMME_FRAME_NONE ? SAMME_FRAME_NONE : frame->dimension[SAMME_CLOCK + clock];
}

/* A test of days_left in a table without windows never holds. */
static samme_status shape_of(const samme_frame *frame, size_t side, const samme_table *table,
                             uint32_t clock, samme_when when, samme_box_set *shape, bool *alive) {
    for (uint32_t i = when.first; i < when.first + when.count && *alive; i++) {
        const uint32_t dimension = dimension_of(frame, &table->cells[i], clock);
        *alive = dimension != SAMME_FRAME_NONE;
        if (!*alive)
            break;
        samme_status status =
            samme_frame_cell(frame, side, table, &table->cells[i], &shape[dimension]);
        if (status != SAMME_OK)
            return status;
        *alive = shape[dimension].count > 0;
    }
    return SAMME_OK;
}

samme_status samme_table_shapes(samme_frame *frame, size_t side, const samme_table *table,
                                samme_box_table *out, samme_error *error) {
    const size_t width = frame->world.dimensions, count = table->rule_count;
    samme_box_rule *rules = samme_arena_alloc(frame->arena, (count + 1) * sizeof *rules);
    samme_box_set *cells = samme_arena_alloc(frame->arena, (count * width + 1) * sizeof *cells);
    uint32_t clock = SAMME_FRAME_NONE;
    samme_status status = samme_frame_clock(frame, side, table, &clock);
    if (rules == NULL || cells == NULL)
        status = SAMME_NO_MEMORY;
    for (size_t r = 0; r < count && status == SAMME_OK; r++) {
        samme_box_set *shape = cells + r * width;
        bool alive = true;
        for (size_t d = 0; d < width; d++)
            shape[d] = (samme_box_set){NULL, 0};
        status = shape_of(frame, side, table, clock, table->rules[r].when, shape, &alive);
        rules[r] = (samme_box_rule){shape, alive ? 1 : 0};
    }
    if (status != SAMME_OK)
        return samme_fail(error, status, "%s: no memory for %zu rules", table->path, count);
    *out = (samme_box_table){.unique = table->unique, .rules = rules, .rule_count = count};
    return SAMME_OK;
}
