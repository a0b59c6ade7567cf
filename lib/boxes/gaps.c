#include "boxes/cover.h"

typedef struct gaps {
    samme_box_work *work;
    samme_box_grid grid;
    samme_box_path path;
    uint64_t *all;   /* the shapes, and the gaps found */
    uint64_t *meets; /* per dimension: the shapes that meet the side */
    uint64_t *sides[SAMME_BOX_DIMENSIONS_MAX];
} gaps;

static const uint64_t *holders(const gaps *self, uint32_t d, uint32_t atom) {
    return self->grid.axes[d].holders + (size_t)atom * self->grid.words;
}

/* The shapes of the table (words of it) that meet the side. */
static void meet_side(gaps *self, uint32_t d, uint32_t words) {
    uint64_t *meets = self->meets + (size_t)d * self->grid.words;
    memset(meets, 0, self->grid.words * sizeof *meets);
    for (uint32_t a = 0; a < self->grid.axes[d].atoms; a++)
        if (samme_bits_has(self->sides[d], a))
            for (uint32_t w = 0; w < words; w++)
                meets[w] |= holders(self, d, a)[w];
}

/* Adds to the side every atom with which the box still meets no shape; says how many it has then.
 * Only counts when `dry`. */
static uint32_t widen(gaps *self, uint32_t d, const uint64_t *table, bool dry) {
    const uint32_t words = self->grid.words;
    uint64_t others[(SAMME_BOX_SHAPES_MAX + SAMME_BOX_FINDINGS_MAX) / 64 + 2];
    memcpy(others, table, words * sizeof *others);
    for (uint32_t e = 0; e < self->grid.dimensions; e++)
        for (uint32_t w = 0; e != d && w < words; w++)
            others[w] &= self->meets[(size_t)e * words + w];
    uint32_t count = 0;
    for (uint32_t a = 0; a < self->grid.axes[d].atoms; a++) {
        if (samme_bits_meet(others, holders(self, d, a), words))
            continue;
        count++;
        if (!dry)
            samme_bits_set(self->sides[d], a);
    }
    return count;
}

/* Makes the box of the example as large as it gets: in each turn the dimension that becomes the
 * most of its whole. */
static samme_status grow(gaps *self, const int64_t *example, const uint64_t *table) {
    const uint32_t dimensions = self->grid.dimensions, words = self->grid.words;
    for (uint32_t d = 0; d < dimensions; d++) {
        const samme_box_axis *axis = &self->grid.axes[d];
        memset(self->sides[d], 0, axis->atom_words * sizeof *self->sides[d]);
        samme_bits_set(self->sides[d], samme_box_grid_atom(&self->grid, d, example[d]));
        meet_side(self, d, words);
    }
    uint32_t done = 0; /* as bits */
    for (uint32_t turn = 0; turn < dimensions; turn++) {
        uint32_t best = 0;
        uint64_t most = 0;
        for (uint32_t d = 0; d < dimensions; d++) {
            const uint64_t atoms = self->grid.axes[d].atoms;
            if ((done >> d & 1) != 0)
                continue;
            if (samme_box_spend(self->work, (dimensions + atoms) * words) != SAMME_OK)
                return SAMME_FULL;
            const uint64_t share = ((uint64_t)widen(self, d, table, true) << 20) / atoms;
            if (share > most) {
                most = share;
                best = d;
            }
        }
        widen(self, best, table, false);
        meet_side(self, best, words);
        done |= UINT32_C(1) << best;
    }
    return SAMME_OK;
}

static samme_status report_gap(gaps *self, const int64_t *example, samme_box_report *report) {
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    samme_arena scratch;
    samme_arena_init(&scratch, SAMME_BOX_MEMORY_BYTES);
    samme_status status = SAMME_OK;
    for (uint32_t d = 0; status == SAMME_OK && d < self->grid.dimensions; d++)
        status = samme_box_grid_values(&self->grid, &scratch, d, self->sides[d], &sides[d]);
    samme_box_finding *finding = NULL;
    if (status == SAMME_OK)
        status = samme_box_report_add(self->work, report, sides, example, &finding);
    samme_arena_free(&scratch);
    return status;
}

static samme_status search(gaps *self, uint32_t count, samme_box_report *report) {
    const uint32_t words = self->grid.words;
    uint64_t *whole[SAMME_BOX_DIMENSIONS_MAX];
    samme_box_cover cover;
    cover.by = samme_arena_alloc(&self->work->arena, words * sizeof *cover.by);
    uint64_t *table = samme_arena_alloc(&self->work->arena, words * sizeof *table);
    self->all = samme_arena_alloc(&self->work->arena, words * sizeof *self->all);
    self->meets =
        samme_arena_alloc(&self->work->arena, ((size_t)self->grid.dimensions + 1) * words * 8);
    if (cover.by == NULL || table == NULL || self->all == NULL || self->meets == NULL)
        return SAMME_NO_MEMORY;
    for (uint32_t d = 0; d < self->grid.dimensions; d++) {
        const size_t bytes = self->grid.axes[d].atom_words * sizeof *whole[d];
        whole[d] = samme_arena_alloc(&self->work->arena, bytes);
        self->sides[d] = samme_arena_alloc(&self->work->arena, bytes);
        if (whole[d] == NULL || self->sides[d] == NULL)
            return SAMME_NO_MEMORY;
        memset(whole[d], 0xff, bytes);
    }
    memset(table, 0, words * sizeof *table);
    for (uint32_t s = 0; s < count; s++)
        samme_bits_set(table, s);
    memcpy(self->all, table, words * sizeof *table);
    for (;;) {
        samme_status status =
            samme_box_cover_find(&self->path, self->all, (const uint64_t *const *)whole, &cover);
        if (status != SAMME_OK || cover.covered)
            return status;
        if (report->count == self->work->findings_most) {
            report->more = true;
            return SAMME_OK;
        }
        status = grow(self, cover.example, table);
        if (status == SAMME_OK)
            status = report_gap(self, cover.example, report);
        if (status != SAMME_OK)
            return status;
        samme_bits_set(self->all,
                       samme_box_grid_add(&self->grid, (const uint64_t *const *)self->sides));
    }
}

samme_status samme_box_gaps(const samme_box_world *world, const samme_box_table *table,
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
        gaps self = {.work = &work};
        status = samme_box_grid_make(&work, shapes.list, shapes.count, (uint32_t)work.findings_most,
                                     &self.grid);
        if (status == SAMME_OK)
            status = samme_box_path_init(&self.path, &work, &self.grid);
        if (status == SAMME_OK) {
            self.path.keep_known = true; /* each search is of the whole, with one shape more */
            status = search(&self, shapes.count, &report);
            samme_box_path_fini(&self.path);
        }
        status = samme_box_report_end(&work, &report, status, out);
    }
    samme_box_work_fini(&work);
    return status;
}
