#include "boxes/grid.h"
#include "boxes/real.h"

typedef struct overlaps {
    samme_box_work *work;
    const samme_box_shapes *shapes;
    samme_box_grid grid;
    samme_box_report *report;
    samme_arena scratch;
    uint64_t *meets, *side;
} overlaps;

/* The later shapes that share cells with shape s. */
static samme_status meet(overlaps *self, uint32_t s) {
    const uint32_t words = self->grid.words, first = s / 64;
    memset(self->meets, 0xff, words * sizeof *self->meets);
    for (uint32_t d = 0; d < self->grid.dimensions; d++) {
        const samme_box_axis *axis = &self->grid.axes[d];
        if (self->shapes->list[s].sides[d].ranges == self->work->domains[d].ranges)
            continue; /* "any": every shape has values there, or is empty */
        if (samme_box_spend(self->work, axis->atoms + words) != SAMME_OK)
            return SAMME_FULL;
        memset(self->side, 0, words * sizeof *self->side);
        for (uint32_t a = 0; a < axis->atoms; a++) {
            const uint64_t *holders = axis->holders + (size_t)a * words;
            if (!samme_bits_has(holders, s))
                continue;
            for (uint32_t w = first; w < words; w++)
                self->side[w] |= holders[w];
        }
        for (uint32_t w = first; w < words; w++)
            self->meets[w] &= self->side[w];
    }
    return SAMME_OK;
}

/* Reports the pair when it has a real point in common. */
static samme_status common(overlaps *self, const samme_box_shape *a, const samme_box_shape *b,
                           bool *out) {
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    int64_t example[SAMME_BOX_DIMENSIONS_MAX];
    samme_arena_reset(&self->scratch);
    *out = false;
    for (uint32_t d = 0; d < self->grid.dimensions; d++) {
        samme_status status = samme_box_set_combine(&self->scratch, SAMME_BOX_SET_AND, a->sides[d],
                                                    b->sides[d], &sides[d]);
        if (status != SAMME_OK || sides[d].count == 0)
            return status;
        status = samme_box_spend(self->work, 4 + a->sides[d].count + b->sides[d].count);
        if (status != SAMME_OK)
            return status;
    }
    samme_status status = samme_box_example(self->work, sides, example, out);
    if (status != SAMME_OK || !*out)
        return status;
    samme_box_finding *finding = NULL;
    status = samme_box_report_add(self->work, self->report, sides, example, &finding);
    if (finding != NULL) {
        finding->rule = a->rule;
        finding->other = b->rule;
    }
    return status;
}

/* The pairs of one rule, whose shapes are [from, to). */
static samme_status pairs(overlaps *self, uint32_t from, uint32_t to) {
    const samme_box_shape *list = self->shapes->list;
    const uint32_t rules = self->shapes->rules, words = self->grid.words;
    uint64_t *near = self->side + words; /* by shape of the rule: what it meets */
    uint8_t *found = (uint8_t *)(near + (size_t)(to - from) * words); /* by other rule */
    memset(found, 0, rules);
    for (uint32_t s = from; s < to; s++) {
        samme_status status = meet(self, s);
        if (status != SAMME_OK)
            return status;
        memcpy(near + (size_t)(s - from) * words, self->meets, words * sizeof *near);
    }
    for (uint32_t t = to; t < self->shapes->count && !self->report->more; t++)
        for (uint32_t s = from; s < to && found[list[t].rule] == 0; s++) {
            bool real = false;
            if (list[s].empty || list[t].empty ||
                !samme_bits_has(near + (size_t)(s - from) * words, t))
                continue;
            samme_status status = common(self, &list[s], &list[t], &real);
            if (status != SAMME_OK)
                return status;
            found[list[t].rule] = real;
        }
    return samme_box_spend(self->work, self->shapes->count - from);
}

static samme_status search(overlaps *self) {
    const samme_box_shapes *shapes = self->shapes;
    uint32_t most = 1; /* shapes of a rule */
    for (uint32_t from = 0, to = 0; from < shapes->count; from = to) {
        while (to < shapes->count && shapes->list[to].rule == shapes->list[from].rule)
            to++;
        most = to - from > most ? to - from : most;
    }
    const size_t bytes = (2 + (size_t)most) * self->grid.words * 8 + shapes->rules;
    self->meets = samme_arena_alloc(&self->work->arena, bytes);
    if (self->meets == NULL)
        return SAMME_NO_MEMORY;
    self->side = self->meets + self->grid.words;
    samme_status status = SAMME_OK;
    for (uint32_t from = 0, to = 0; status == SAMME_OK && from < shapes->count; from = to) {
        while (to < shapes->count && shapes->list[to].rule == shapes->list[from].rule)
            to++;
        if (self->report->more)
            break;
        status = pairs(self, from, to);
    }
    return status;
}

samme_status samme_box_overlaps(const samme_box_world *world, const samme_box_table *table,
                                samme_box_report *out, samme_error *error) {
    samme_box_work work;
    samme_box_shapes shapes;
    samme_box_report report;
    samme_status status = samme_box_work_init(&work, world, error);
    if (status != SAMME_OK)
        return status;
    status = samme_box_shapes_of(&work, table, &shapes, error);
    if (status == SAMME_OK && samme_box_report_begin(&work, &report) != SAMME_OK)
        status = samme_fail(error, SAMME_NO_MEMORY, "no memory for the report");
    if (status == SAMME_OK) {
        overlaps self = {.work = &work, .shapes = &shapes, .report = &report};
        samme_arena_init(&self.scratch, SAMME_BOX_MEMORY_BYTES);
        if (table->unique)
            status = samme_box_grid_make(&work, shapes.list, shapes.count, 0, &self.grid);
        if (status == SAMME_OK && table->unique)
            status = search(&self);
        samme_arena_free(&self.scratch);
        status = samme_box_report_end(&work, &report, status, out);
    }
    samme_box_work_fini(&work);
    return status;
}
