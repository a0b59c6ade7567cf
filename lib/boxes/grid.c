#include "boxes/grid.h"

#include <stdlib.h>

/* Where a shape, or the domain, begins or ends to hold. */
typedef struct event {
    int64_t at;
    uint32_t shape;
} event;

static int by_place(const void *a, const void *b) {
    const event *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->shape > y->shape) - (x->shape < y->shape);
}

static size_t add_events(event *events, samme_box_set side, uint32_t shape) {
    size_t count = 0;
    for (size_t i = 0; i < side.count; i++) {
        events[count++] = (event){side.ranges[i].low, shape};
        if (side.ranges[i].high < INT64_MAX)
            events[count++] = (event){side.ranges[i].high + 1, shape};
    }
    return count;
}

/* Building one axis. `signatures` holds the distinct sets of shapes met so far. */
typedef struct building {
    samme_box_grid *grid;
    samme_box_axis *axis;
    samme_arena *scratch;
    uint32_t *table; /* hash -> atom + 1 */
    size_t table_size;
    samme_box_set domain;
} building;

/* The atom with these holders; a new one when there is none. */
static uint32_t atom_of(building *self, const uint64_t *holders) {
    const uint32_t words = self->grid->words;
    size_t at = samme_bits_hash(holders, words) & (self->table_size - 1);
    for (; self->table[at] != 0; at = (at + 1) & (self->table_size - 1)) {
        const uint64_t *known = self->axis->holders + (size_t)(self->table[at] - 1) * words;
        if (memcmp(known, holders, words * sizeof *known) == 0)
            return self->table[at] - 1;
    }
    memcpy(self->axis->holders + (size_t)self->axis->atoms * words, holders,
           words * sizeof *holders);
    self->table[at] = ++self->axis->atoms;
    return self->axis->atoms - 1;
}

/* Walks the events; `now` holds the shapes that hold the values from one event to the next. */
static void sweep(building *self, const event *events, size_t count, uint32_t domain,
                  uint64_t *now) {
    size_t i = 0;
    bool inside = false;
    while (i < count) {
        const int64_t at = events[i].at;
        for (; i < count && events[i].at == at; i++) {
            if (events[i].shape == domain)
                inside = !inside;
            else if (events[i].shape != domain + 1) /* that one only parts ABSENT from the rest */
                now[events[i].shape / 64] ^= UINT64_C(1) << (events[i].shape % 64);
        }
        if (!inside)
            continue;
        const int64_t high = i < count ? events[i].at - 1 : INT64_MAX;
        self->axis->pieces[self->axis->piece_count++] =
            (samme_box_piece){{at, high}, atom_of(self, now)};
    }
}

static samme_status make_axis(samme_box_work *work, samme_arena *scratch, samme_box_grid *grid,
                              uint32_t d) {
    samme_box_axis *axis = &grid->axes[d];
    size_t most = 2 * work->domains[d].count + 1;
    for (uint32_t s = 0; s < grid->shapes; s++)
        if (grid->list[s].sides[d].ranges != work->domains[d].ranges)
            most += 2 * grid->list[s].sides[d].count;
    building self = {.grid = grid, .axis = axis, .scratch = scratch, .domain = work->domains[d]};
    for (self.table_size = 4; self.table_size < 2 * most; self.table_size *= 2)
        ;
    event *events = samme_arena_alloc(scratch, most * sizeof *events);
    uint64_t *now = samme_arena_alloc(scratch, (size_t)grid->words * sizeof *now);
    self.table = samme_arena_alloc(scratch, self.table_size * sizeof *self.table);
    axis->pieces = samme_arena_alloc(&work->arena, most * sizeof *axis->pieces);
    axis->holders = samme_arena_alloc(scratch, most * grid->words * sizeof *axis->holders);
    if (events == NULL || now == NULL || self.table == NULL || axis->pieces == NULL ||
        axis->holders == NULL)
        return SAMME_NO_MEMORY;
    memset(self.table, 0, self.table_size * sizeof *self.table);
    memset(now, 0, (size_t)grid->words * sizeof *now);
    size_t count = add_events(events, work->domains[d], grid->shapes);
    if (samme_box_set_has_absent(work->domains[d]))
        events[count++] = (event){SAMME_BOX_ABSENT + 1, grid->shapes + 1};
    for (uint32_t s = 0; s < grid->shapes; s++) {
        if (grid->list[s].sides[d].ranges == work->domains[d].ranges) /* "any" */
            samme_bits_set(now, s);
        else
            count += add_events(events + count, grid->list[s].sides[d], s);
    }
    qsort(events, count, sizeof *events, by_place);
    sweep(&self, events, count, grid->shapes, now);
    axis->atom_words = samme_bits_words(axis->atoms);
    const size_t bytes = (size_t)axis->atoms * grid->words * sizeof *axis->holders;
    uint64_t *kept = samme_arena_alloc(&work->arena, bytes);
    if (kept == NULL)
        return SAMME_NO_MEMORY;
    memcpy(kept, axis->holders, bytes);
    axis->holders = kept;
    return samme_box_spend(work, most * grid->words);
}

samme_status samme_box_grid_make(samme_box_work *work, const samme_box_shape *shapes,
                                 uint32_t count, uint32_t room, samme_box_grid *out) {
    *out = (samme_box_grid){.dimensions = work->dimensions,
                            .shapes = count,
                            .words = samme_bits_words(count + room + 1),
                            .list = shapes};
    samme_arena scratch;
    samme_arena_init(&scratch, SAMME_BOX_MEMORY_BYTES);
    samme_status status = SAMME_OK;
    for (uint32_t d = 0; status == SAMME_OK && d < work->dimensions; d++) {
        status = make_axis(work, &scratch, out, d);
        samme_arena_reset(&scratch);
    }
    samme_arena_free(&scratch);
    return status;
}

uint32_t samme_box_grid_add(samme_box_grid *grid, const uint64_t *const *sides) {
    const uint32_t shape = grid->shapes++;
    for (uint32_t d = 0; d < grid->dimensions; d++) {
        samme_box_axis *axis = &grid->axes[d];
        for (uint32_t a = 0; a < axis->atoms; a++)
            if (samme_bits_has(sides[d], a))
                samme_bits_set(axis->holders + (size_t)a * grid->words, shape);
    }
    return shape;
}

samme_status samme_box_grid_values(const samme_box_grid *grid, samme_arena *arena,
                                   uint32_t dimension, const uint64_t *atoms, samme_box_set *out) {
    const samme_box_axis *axis = &grid->axes[dimension];
    size_t count = 0;
    for (size_t p = 0; p < axis->piece_count; p++)
        count += samme_bits_has(atoms, axis->pieces[p].atom);
    samme_box_range *ranges = samme_arena_alloc(arena, (count + 1) * sizeof *ranges);
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    count = 0;
    for (size_t p = 0; p < axis->piece_count; p++) {
        const samme_box_range range = axis->pieces[p].range;
        if (!samme_bits_has(atoms, axis->pieces[p].atom))
            continue;
        if (count > 0 && ranges[count - 1].high == range.low - 1)
            ranges[count - 1].high = range.high;
        else
            ranges[count++] = range;
    }
    *out = (samme_box_set){ranges, count};
    return SAMME_OK;
}

uint32_t samme_box_grid_atom(const samme_box_grid *grid, uint32_t dimension, int64_t value) {
    const samme_box_axis *axis = &grid->axes[dimension];
    size_t low = 0,
           high = axis->piece_count; /* the last piece that begins at the value or before */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (axis->pieces[middle].range.low <= value)
            low = middle;
        else
            high = middle;
    }
    return axis->pieces[low].atom;
}
