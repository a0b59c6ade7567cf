#include "boxes/node.h"

/* Room of one node, taken in parts. */
typedef struct room {
    uint8_t *at;
    size_t left;
} room;

static size_t rounded(size_t bytes) {
    return (bytes + 7) / 8 * 8;
}

static void *take(room *self, size_t bytes) {
    void *part = self->at;
    self->at += rounded(bytes);
    self->left -= rounded(bytes);
    return part;
}

/* How a node is made of the one above. */
typedef struct making {
    samme_box_path *path;
    const samme_box_node *above;
    const uint64_t *active;       /* what stays, in bits of the node above */
    const uint64_t *const *sides; /* atoms that stay, by dimension; NULL: all */
    uint32_t skipped;             /* column that goes; UINT32_MAX: none */
    room room;
    samme_box_node *node;
    uint32_t *from; /* NULL: bits stay where they are */
    uint64_t moved; /* bits so far */
} making;

static bool linked(const samme_box_path *path, uint32_t dimension) {
    return (path->work->linked >> dimension & 1) != 0;
}

static size_t room_needed(const making *self) {
    const samme_box_node *above = self->above;
    const size_t words = self->node->words;
    size_t bytes = rounded(words * 8) + rounded(words * 64 * 4) * 2 +
                   rounded((size_t)above->column_count * words * 64 * 4);
    size_t most = 1;
    for (uint32_t c = 0; c < above->column_count; c++) {
        const samme_box_column *column = &above->columns[c];
        if (c == self->skipped)
            continue;
        bytes += (size_t)(column->classes + 1) * words * 8 + rounded((size_t)column->classes * 4);
        if (column->members != NULL)
            bytes +=
                (size_t)column->classes * self->path->grid->axes[column->dimension].atom_words * 8;
        most = column->classes > most ? column->classes : most;
    }
    return bytes + (most + 1) * words * 8 + most * 8;
}

/* Whether the shapes that stay hold both classes of the column above or neither. */
static bool same_again(const making *self, const samme_box_column *above, uint32_t a, uint32_t b) {
    const uint32_t words = self->above->words;
    const uint64_t *of_a = above->holders + (size_t)a * words;
    const uint64_t *of_b = above->holders + (size_t)b * words;
    for (uint32_t w = 0; w < words; w++)
        if (((of_a[w] ^ of_b[w]) & self->active[w]) != 0)
            return false;
    return true;
}

/* The shapes of a set that stay, in bits of the new node. */
static void project(const making *self, const uint64_t *above, uint64_t *out) {
    const uint32_t words = self->node->words;
    if (self->from == NULL) {
        for (uint32_t w = 0; w < words; w++)
            out[w] = above[w] & self->active[w];
        return;
    }
    memset(out, 0, words * sizeof *out);
    for (uint32_t b = 0; b < self->node->shapes; b++)
        out[b / 64] |= (above[self->from[b] / 64] >> (self->from[b] % 64) & 1) << (b % 64);
}

/* The class of `column` with these holders, which lie behind its last one; a new one when there is
 * none. */
static uint32_t class_of(making *self, samme_box_column *column, size_t mask) {
    const uint32_t words = self->node->words;
    const uint64_t *holders = column->holders + (size_t)column->classes * words;
    size_t at = samme_bits_hash(holders, words) & mask;
    for (; self->path->table[at] != 0; at = (at + 1) & mask) {
        const uint32_t known = self->path->table[at] - 1;
        if (memcmp(column->holders + (size_t)known * words, holders, words * 8) == 0)
            return known;
    }
    self->path->table[at] = ++column->classes;
    return column->classes - 1;
}

static bool stays(const making *self, const samme_box_column *above, uint32_t which) {
    return self->sides == NULL ||
           samme_bits_has(self->sides[above->dimension], above->atoms[which]);
}

/* Fills `column` with the classes of the one above as the shapes that stay see them. */
static void fill_column(making *self, const samme_box_column *above, samme_box_column *column) {
    const uint32_t words = self->node->words;
    const uint32_t atom_words = self->path->grid->axes[above->dimension].atom_words;
    *column = (samme_box_column){.dimension = above->dimension};
    column->holders = take(&self->room, (size_t)(above->classes + 1) * words * 8);
    column->atoms = take(&self->room, (size_t)above->classes * 4);
    if (above->members != NULL)
        column->members = take(&self->room, (size_t)above->classes * atom_words * 8);
    size_t mask = 4;
    while (mask < 2 * (size_t)above->classes)
        mask *= 2;
    mask--;
    memset(self->path->table, 0, (mask + 1) * sizeof *self->path->table);
    uint32_t last = UINT32_MAX, which = 0;
    for (uint32_t c = 0; c < above->classes; c++) {
        if (!stays(self, above, c))
            continue;
        const uint32_t before = column->classes;
        if (last == UINT32_MAX || !same_again(self, above, last, c)) { /* neighbours often are */
            project(self, above->holders + (size_t)c * self->above->words,
                    column->holders + (size_t)before * words);
            which = class_of(self, column, mask);
            self->moved += self->from == NULL ? 0 : self->node->shapes;
        }
        last = c;
        /* a later atom is no worse, and is not ABSENT */
        column->atoms[which] = above->atoms[c];
        if (column->members == NULL)
            continue;
        uint64_t *members = column->members + (size_t)which * atom_words;
        if (column->classes > before)
            memset(members, 0, atom_words * sizeof *members);
        for (uint32_t w = 0; w < atom_words; w++)
            members[w] |= above->members[(size_t)c * atom_words + w];
    }
}

static void name_shapes(making *self) {
    samme_box_node *node = self->node;
    node->active = take(&self->room, node->words * sizeof *node->active);
    if (node->words == self->above->words) {
        memcpy(node->active, self->active, node->words * sizeof *node->active);
        node->names = self->above->names;
        node->from = NULL;
        self->from = NULL;
        return;
    }
    uint32_t *names = take(&self->room, (size_t)node->words * 64 * sizeof *names);
    self->from = take(&self->room, (size_t)node->words * 64 * sizeof *self->from);
    memset(node->active, 0, node->words * sizeof *node->active);
    uint32_t bit = 0;
    for (uint32_t b = samme_bits_next(self->active, self->above->words, 0); b != SAMME_BITS_END;
         b = samme_bits_next(self->active, self->above->words, b + 1)) {
        self->from[bit] = b;
        names[bit] = self->above->names[b];
        samme_bits_set(node->active, bit++);
    }
    node->names = names;
    node->from = self->from;
}

/* Steps are words read. */
static samme_status pay(const making *self) {
    uint64_t classes = 0;
    for (uint32_t c = 0; c < self->above->column_count; c++)
        classes += self->above->columns[c].classes;
    return samme_box_spend(self->path->work, 16 + classes * (2 + self->above->words));
}

static samme_status make(making *self, samme_arena *memory) {
    samme_box_node *node = self->node;
    const samme_box_node *above = self->above;
    node->shapes = samme_bits_count(self->active, above->words);
    node->words = samme_bits_words(node->shapes);
    if (node->words == 0)
        node->words = 1;
    if (2 * node->words > above->words)
        node->words = above->words; /* moving bits would cost more than it saves */
    if (pay(self) != SAMME_OK)
        return SAMME_FULL;
    samme_arena_reset(memory);
    self->room.left = room_needed(self);
    self->room.at = samme_arena_alloc(memory, self->room.left);
    if (self->room.at == NULL)
        return SAMME_NO_MEMORY;
    name_shapes(self);
    memcpy(node->picks, above->picks, sizeof node->picks);
    memcpy(node->sides, above->sides, sizeof node->sides);
    node->column_count = 0;
    node->classes_most = 1;
    for (uint32_t c = 0; c < above->column_count; c++) {
        if (c == self->skipped)
            continue;
        samme_box_column *column = &node->columns[node->column_count];
        fill_column(self, &above->columns[c], column);
        if (column->classes > 1) {
            node->column_count++;
            if (column->classes > node->classes_most)
                node->classes_most = column->classes;
            continue;
        }
        node->picks[column->dimension] = column->atoms[0];
        node->sides[column->dimension] = column->members;
    }
    node->counts = take(&self->room, (size_t)node->column_count * node->words * 64 * 4);
    node->cores = take(&self->room, (size_t)(node->classes_most + 1) * node->words * 8);
    node->order = take(&self->room, (size_t)node->classes_most * 8);
    return samme_box_spend(self->path->work, self->moved);
}

samme_status samme_box_node_enter(samme_box_path *path, const samme_box_node *node, uint32_t column,
                                  uint32_t which, uint32_t depth, samme_box_node *out) {
    const samme_box_column *left = &node->columns[column];
    making self = {.path = path, .above = node, .skipped = column, .node = out};
    self.active = left->holders + (size_t)which * node->words;
    samme_status status = make(&self, &path->levels[depth]);
    if (status != SAMME_OK)
        return status;
    out->picks[left->dimension] = left->atoms[which];
    if (left->members != NULL)
        out->sides[left->dimension] =
            left->members + (size_t)which * path->grid->axes[left->dimension].atom_words;
    return SAMME_OK;
}

/* The shapes of `among` that hold an atom of the side in each dimension. */
static samme_status meeting(samme_box_path *path, const uint64_t *among,
                            const uint64_t *const *sides, uint64_t *active) {
    const uint32_t words = path->grid->words;
    uint64_t *any = samme_arena_alloc(&path->levels[1], words * sizeof *any);
    if (any == NULL)
        return SAMME_NO_MEMORY;
    memcpy(active, among, words * sizeof *active);
    for (uint32_t d = 0; d < path->grid->dimensions; d++) {
        const samme_box_axis *axis = &path->grid->axes[d];
        memset(any, 0, words * sizeof *any);
        for (uint32_t a = 0; a < axis->atoms; a++) {
            const uint64_t *holders = axis->holders + (size_t)a * words;
            if (samme_bits_has(sides[d], a))
                for (uint32_t w = 0; w < words; w++)
                    any[w] |= holders[w];
        }
        for (uint32_t w = 0; w < words; w++)
            active[w] &= any[w];
    }
    return SAMME_OK;
}

samme_status samme_box_node_root(samme_box_path *path, const uint64_t *among,
                                 const uint64_t *const *sides, samme_box_node *out) {
    samme_arena_reset(&path->levels[1]);
    uint64_t *active = samme_arena_alloc(&path->levels[1], path->grid->words * sizeof *active);
    if (active == NULL)
        return SAMME_NO_MEMORY;
    samme_status status = meeting(path, among, sides, active);
    making self = {.path = path,
                   .above = &path->top,
                   .active = active,
                   .sides = sides,
                   .skipped = UINT32_MAX,
                   .node = out};
    return status == SAMME_OK ? make(&self, &path->levels[0]) : status;
}

static samme_status make_top(samme_box_path *path) {
    samme_box_node *top = &path->top;
    const samme_box_grid *grid = path->grid;
    const size_t bits = (size_t)grid->words * 64;
    uint32_t *names = samme_arena_alloc(&path->own, bits * sizeof *names);
    if (names == NULL)
        return SAMME_NO_MEMORY;
    for (uint32_t b = 0; b < bits; b++)
        names[b] = b;
    top->names = names;
    top->words = grid->words;
    top->column_count = grid->dimensions;
    for (uint32_t d = 0; d < grid->dimensions; d++) {
        const samme_box_axis *axis = &grid->axes[d];
        samme_box_column *column = &top->columns[d];
        *column =
            (samme_box_column){.dimension = d, .classes = axis->atoms, .holders = axis->holders};
        column->atoms = samme_arena_alloc(&path->own, axis->atoms * sizeof *column->atoms);
        if (column->atoms == NULL)
            return SAMME_NO_MEMORY;
        for (uint32_t a = 0; a < axis->atoms; a++)
            column->atoms[a] = a;
        if (!linked(path, d))
            continue;
        const size_t bytes = (size_t)axis->atoms * axis->atom_words * 8;
        column->members = samme_arena_alloc(&path->own, bytes);
        if (column->members == NULL)
            return SAMME_NO_MEMORY;
        memset(column->members, 0, bytes);
        for (uint32_t a = 0; a < axis->atoms; a++)
            samme_bits_set(column->members + (size_t)a * axis->atom_words, a);
    }
    return SAMME_OK;
}

samme_status samme_box_path_init(samme_box_path *path, samme_box_work *work,
                                 const samme_box_grid *grid) {
    *path = (samme_box_path){.work = work, .grid = grid, .table_size = 4};
    for (uint32_t i = 0; i < SAMME_BOX_DIMENSIONS_MAX + 2; i++)
        samme_arena_init(&path->levels[i], SAMME_BOX_MEMORY_BYTES);
    samme_arena_init(&path->own, SAMME_BOX_MEMORY_BYTES);
    samme_status status = make_top(path);
    if (status == SAMME_OK)
        status = samme_box_known_init(&path->known, &path->own, grid->words);
    if (status == SAMME_OK)
        path->shapes = samme_arena_alloc(&path->own, grid->words * sizeof *path->shapes);
    if (status == SAMME_OK && path->shapes == NULL)
        status = SAMME_NO_MEMORY;
    for (uint32_t d = 0; d < grid->dimensions; d++)
        while (path->table_size < 2 * (size_t)grid->axes[d].atoms)
            path->table_size *= 2;
    if (status == SAMME_OK)
        path->table = samme_arena_alloc(&path->own, path->table_size * sizeof *path->table);
    if (status == SAMME_OK && path->table == NULL)
        status = SAMME_NO_MEMORY;
    if (status != SAMME_OK)
        samme_box_path_fini(path);
    return status;
}

void samme_box_path_fini(samme_box_path *path) {
    for (uint32_t i = 0; i < SAMME_BOX_DIMENSIONS_MAX + 2; i++)
        samme_arena_free(&path->levels[i]);
    samme_arena_free(&path->own);
}
