#include "boxes/cover.h"
#include "boxes/real.h"

/* Of more rules than these it is not tried whether fewer do. */
enum { FEWER_TRIED_MAX = 16 };

typedef struct hidden {
    samme_box_work *work;
    const samme_box_shapes *shapes;
    samme_box_grid grid;
    samme_box_path path;
    uint64_t *among, *by, *part, *fewer; /* sets of shapes */
    uint64_t *sides[SAMME_BOX_DIMENSIONS_MAX];
} hidden;

/* The shape as sets of atoms. */
static samme_status atoms_of(hidden *self, uint32_t s) {
    uint64_t steps = 0;
    for (uint32_t d = 0; d < self->grid.dimensions; d++) {
        const samme_box_axis *axis = &self->grid.axes[d];
        memset(self->sides[d], 0, axis->atom_words * sizeof *self->sides[d]);
        for (uint32_t a = 0; a < axis->atoms; a++)
            if (samme_bits_has(axis->holders + (size_t)a * self->grid.words, s))
                samme_bits_set(self->sides[d], a);
        steps += axis->atoms;
    }
    return samme_box_spend(self->work, steps);
}

/* Whether the shapes of `among` cover the shapes [from, to); *by: those that do. */
static samme_status covered(hidden *self, const uint64_t *among, uint32_t from, uint32_t to,
                            uint64_t *by, bool *out) {
    const uint32_t words = self->grid.words;
    memset(by, 0, words * sizeof *by);
    *out = true;
    for (uint32_t s = from; s < to && *out; s++) {
        samme_box_cover cover = {.by = self->part};
        if (self->shapes->list[s].empty)
            continue;
        samme_status status = atoms_of(self, s);
        if (status == SAMME_OK)
            status = samme_box_cover_find(&self->path, among, (const uint64_t *const *)self->sides,
                                          &cover);
        if (status != SAMME_OK)
            return status;
        *out = cover.covered;
        for (uint32_t w = 0; w < words; w++)
            by[w] |= cover.by[w];
    }
    return SAMME_OK;
}

static uint32_t rules_of(const hidden *self, const uint64_t *shapes, uint32_t *out) {
    uint32_t count = 0;
    for (uint32_t s = samme_bits_next(shapes, self->grid.words, 0); s != SAMME_BITS_END;
         s = samme_bits_next(shapes, self->grid.words, s + 1)) {
        const uint32_t rule = self->shapes->list[s].rule;
        if (count > 0 && out[count - 1] == rule)
            continue;
        out[count++] = rule;
    }
    return count;
}

/* Leaves out of self->by every rule that is not needed, when they are few. */
static samme_status try_fewer(hidden *self, uint32_t from, uint32_t to, uint32_t *rules) {
    const uint32_t words = self->grid.words;
    const uint32_t count = rules_of(self, self->by, rules);
    if (count > FEWER_TRIED_MAX)
        return SAMME_OK;
    for (uint32_t i = count; i-- > 0;) {
        bool enough = false;
        for (uint32_t w = 0; w < words; w++)
            self->among[w] = self->by[w];
        for (uint32_t s = 0; s < from; s++)
            if (self->shapes->list[s].rule == rules[i])
                self->among[s / 64] &= ~(UINT64_C(1) << (s % 64));
        samme_status status = covered(self, self->among, from, to, self->fewer, &enough);
        if (status != SAMME_OK)
            return status;
        if (enough)
            memcpy(self->by, self->fewer, words * sizeof *self->by);
    }
    return SAMME_OK;
}

static samme_status report_rule(hidden *self, samme_box_report *report, const samme_box_shape *real,
                                const int64_t *example, uint32_t rule, const uint32_t *rules,
                                uint32_t count) {
    samme_box_finding *finding = NULL;
    samme_status status =
        samme_box_report_add(self->work, report, real == NULL ? NULL : real->sides,
                             real == NULL ? NULL : example, &finding);
    if (status != SAMME_OK || finding == NULL)
        return status;
    finding->rule = rule;
    if (count == 0)
        return SAMME_OK;
    uint32_t *copy = samme_arena_alloc(&report->arena, count * sizeof *copy);
    if (copy == NULL)
        return SAMME_NO_MEMORY;
    memcpy(copy, rules, count * sizeof *copy);
    finding->by = copy;
    finding->by_count = count;
    return SAMME_OK;
}

/* The first shape of [from, to) with a real point, or NULL. */
static samme_status first_real(hidden *self, uint32_t from, uint32_t to,
                               const samme_box_shape **out, int64_t *example) {
    *out = NULL;
    for (uint32_t s = from; s < to && *out == NULL; s++) {
        bool real = false;
        const samme_box_shape *shape = &self->shapes->list[s];
        if (shape->empty)
            continue;
        samme_status status = samme_box_example(self->work, shape->sides, example, &real);
        if (status != SAMME_OK)
            return status;
        if (real)
            *out = shape;
    }
    return samme_box_spend(self->work, 1 + to - from);
}

/* One rule, whose shapes are [from, to). */
static samme_status look_at(hidden *self, uint32_t rule, uint32_t from, uint32_t to,
                            uint32_t *rules, samme_box_report *report) {
    const samme_box_shape *real = NULL;
    int64_t example[SAMME_BOX_DIMENSIONS_MAX];
    bool never = false;
    samme_status status = first_real(self, from, to, &real, example);
    if (status != SAMME_OK)
        return status;
    if (real == NULL)
        return report_rule(self, report, NULL, NULL, rule, NULL, 0);
    if (self->shapes->unique)
        return SAMME_OK;
    memset(self->among, 0, self->grid.words * sizeof *self->among);
    for (uint32_t s = 0; s < from; s++)
        samme_bits_set(self->among, s);
    status = covered(self, self->among, from, to, self->by, &never);
    if (status != SAMME_OK || !never)
        return status;
    status = try_fewer(self, from, to, rules);
    if (status != SAMME_OK)
        return status;
    return report_rule(self, report, real, example, rule, rules, rules_of(self, self->by, rules));
}

static samme_status search(hidden *self, samme_box_report *report) {
    const samme_box_shapes *shapes = self->shapes;
    samme_arena *arena = &self->work->arena;
    const size_t bytes = self->grid.words * sizeof *self->by;
    self->among = samme_arena_alloc(arena, bytes);
    self->by = samme_arena_alloc(arena, bytes);
    self->part = samme_arena_alloc(arena, bytes);
    self->fewer = samme_arena_alloc(arena, bytes);
    uint32_t *rules = samme_arena_alloc(arena, (shapes->rules + 1) * sizeof *rules);
    if (self->among == NULL || self->by == NULL || self->part == NULL || self->fewer == NULL ||
        rules == NULL)
        return SAMME_NO_MEMORY;
    for (uint32_t d = 0; d < self->grid.dimensions; d++) {
        self->sides[d] =
            samme_arena_alloc(arena, self->grid.axes[d].atom_words * sizeof *self->sides[d]);
        if (self->sides[d] == NULL)
            return SAMME_NO_MEMORY;
    }
    uint32_t to = 0;
    for (uint32_t rule = 0; rule < shapes->rules && !report->more; rule++) {
        const uint32_t from = to;
        while (to < shapes->count && shapes->list[to].rule == rule)
            to++;
        samme_status status = look_at(self, rule, from, to, rules, report);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

samme_status samme_box_hidden(const samme_box_world *world, const samme_box_table *table,
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
        hidden self = {.work = &work, .shapes = &shapes};
        status = samme_box_grid_make(&work, shapes.list, shapes.count, 0, &self.grid);
        if (status == SAMME_OK)
            status = samme_box_path_init(&self.path, &work, &self.grid);
        if (status == SAMME_OK) {
            status = search(&self, &report);
            samme_box_path_fini(&self.path);
        }
        status = samme_box_report_end(&work, &report, status, out);
    }
    samme_box_work_fini(&work);
    return status;
}
