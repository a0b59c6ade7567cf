/* A box is divided along one column into its classes; each class is a box of one column less. What
 * keeps that small:
 * - a shape that holds all classes of all columns covers the box;
 * - sizes: shapes that together have as many cells as the box and share none cover it; when they
 *   have fewer, something is open, and a class with the same lack leads there;
 * - a proof names the shapes it needs (the core): where they are all in another class too, that one
 *   is covered as well, and where they are in all classes the column did not matter. A proof that
 *   used that something is not real holds for the linked sides it was made with only. */
#include "boxes/cover.h"

#include "boxes/measure.h"
#include "boxes/real.h"

/* Proofs of smaller nodes are made again sooner than found. */
enum { WORTH_KNOWING = 24 };

typedef struct search {
    samme_box_path *path;
    uint64_t *shapes; /* a set */
    samme_box_work *work;
    samme_arena scratch;
    bool open; /* found; example is set */
    int64_t example[SAMME_BOX_DIMENSIONS_MAX];
} search;

typedef struct proof {
    uint64_t *core; /* in bits of the node it is asked for */
    bool relative;  /* used the relations */
} proof;

static bool linked(const search *self, uint32_t dimension) {
    return (self->work->linked >> dimension & 1) != 0;
}

/* The values of the node's linked sides; of the others where `all`. */
static samme_status values_of(search *self, const samme_box_node *node, bool all,
                              samme_box_set *sides) {
    const samme_box_grid *grid = self->path->grid;
    uint32_t column_of[SAMME_BOX_DIMENSIONS_MAX];
    memset(column_of, 0xff, sizeof column_of);
    for (uint32_t c = 0; c < node->column_count; c++)
        column_of[node->columns[c].dimension] = c;
    for (uint32_t d = 0; d < grid->dimensions; d++) {
        const bool is_linked = linked(self, d);
        if (!all && !is_linked)
            continue;
        const uint32_t words = grid->axes[d].atom_words;
        if (samme_box_spend(self->work, grid->axes[d].piece_count + words) != SAMME_OK)
            return SAMME_FULL;
        uint64_t *atoms = samme_arena_alloc(&self->scratch, words * sizeof *atoms);
        if (atoms == NULL)
            return SAMME_NO_MEMORY;
        memset(atoms, 0, words * sizeof *atoms);
        if (!is_linked)
            samme_bits_set(atoms, node->picks[d]);
        else if (column_of[d] == UINT32_MAX)
            memcpy(atoms, node->sides[d], words * sizeof *atoms);
        else
            for (size_t at = 0; at < (size_t)node->columns[column_of[d]].classes * words; at++)
                atoms[at % words] |= node->columns[column_of[d]].members[at];
        samme_status status = samme_box_grid_values(grid, &self->scratch, d, atoms, &sides[d]);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

static samme_status node_is_real(search *self, const samme_box_node *node, bool *out) {
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    *out = true;
    if (self->work->linked == 0)
        return SAMME_OK;
    samme_arena_reset(&self->scratch);
    samme_status status = values_of(self, node, false, sides);
    return status == SAMME_OK ? samme_box_is_real(self->work, sides, out) : status;
}

/* A node that no shape meets: open, unless it is not real. */
static samme_status leaf(search *self, const samme_box_node *node, proof *out) {
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    samme_arena_reset(&self->scratch);
    samme_status status = values_of(self, node, true, sides);
    if (status == SAMME_OK)
        status = samme_box_example(self->work, sides, self->example, &self->open);
    out->relative = true;
    return status;
}

static samme_status descend(search *self, const samme_box_node *node, uint32_t depth, proof *out);

/* Proves one class of the column; its core is in bits of `node`. */
static samme_status prove_class(search *self, const samme_box_node *node, uint32_t column,
                                uint32_t which, uint32_t depth, proof *out) {
    samme_box_node below;
    samme_status status = samme_box_node_enter(self->path, node, column, which, depth + 1, &below);
    memset(out->core, 0, node->words * sizeof *out->core);
    out->relative = false;
    if (status != SAMME_OK)
        return status;
    proof inner = {.core = below.cores + (size_t)below.classes_most * below.words};
    status = descend(self, &below, depth + 1, &inner);
    out->relative = inner.relative;
    for (uint32_t b = samme_bits_next(inner.core, below.words, 0); b != SAMME_BITS_END;
         b = samme_bits_next(inner.core, below.words, b + 1))
        samme_bits_set(out->core, below.from == NULL ? b : below.from[b]);
    return status;
}

static bool known(const samme_box_node *node, const uint64_t *cores, uint32_t count,
                  const uint64_t *holders) {
    for (uint32_t i = 0; i < count; i++)
        if (samme_bits_within(cores + (size_t)i * node->words, holders, node->words))
            return true;
    return false;
}

static samme_status divide(search *self, const samme_box_node *node, uint32_t column,
                           uint32_t depth, proof *out) {
    const samme_box_column *by = &node->columns[column];
    const uint32_t words = node->words;
    uint32_t cores = 0;
    for (uint32_t i = 0; i < by->classes; i++) {
        const uint32_t which = (uint32_t)(node->order[i] & UINT32_MAX);
        const uint64_t *holders = by->holders + (size_t)which * words;
        if (samme_box_spend(self->work, 1 + (uint64_t)cores) != SAMME_OK)
            return SAMME_FULL;
        if (known(node, node->cores, cores, holders))
            continue;
        proof one = {.core = node->cores + (size_t)cores * words};
        samme_status status = prove_class(self, node, column, which, depth, &one);
        if (status != SAMME_OK || self->open)
            return status;
        const bool for_all = !one.relative || by->members == NULL;
        bool everywhere = for_all;
        for (uint32_t k = 0; everywhere && k < by->classes; k++)
            everywhere = samme_bits_within(one.core, by->holders + (size_t)k * words, words);
        if (everywhere) { /* the column does not matter */
            memcpy(out->core, one.core, words * sizeof *out->core);
            out->relative = one.relative;
            return SAMME_OK;
        }
        for (uint32_t w = 0; w < words; w++)
            out->core[w] |= one.core[w];
        out->relative |= one.relative;
        cores += for_all;
    }
    return SAMME_OK;
}

static uint32_t open_dimensions(const samme_box_node *node) {
    uint32_t open = 0;
    for (uint32_t c = 0; c < node->column_count; c++)
        open |= UINT32_C(1) << node->columns[c].dimension;
    return open;
}

/* Whether an earlier proof holds here. */
static samme_status recall(search *self, const samme_box_node *node, proof *out, bool *found) {
    const samme_box_known *known = &self->path->known;
    if (samme_box_spend(self->work, node->shapes + SAMME_BOX_KNOWN_MAX) != SAMME_OK)
        return SAMME_FULL;
    memset(self->shapes, 0, known->words * sizeof *self->shapes);
    for (uint32_t b = samme_bits_next(node->active, node->words, 0); b != SAMME_BITS_END;
         b = samme_bits_next(node->active, node->words, b + 1))
        samme_bits_set(self->shapes, node->names[b]);
    const uint64_t *core = samme_box_known_find(known, self->shapes, open_dimensions(node));
    *found = core != NULL;
    for (uint32_t b = samme_bits_next(node->active, node->words, 0);
         core != NULL && b != SAMME_BITS_END; b = samme_bits_next(node->active, node->words, b + 1))
        if (samme_bits_has(core, node->names[b]))
            samme_bits_set(out->core, b);
    return SAMME_OK;
}

static void remember(search *self, const samme_box_node *node, const proof *what) {
    const uint32_t all = (uint32_t)((UINT64_C(1) << self->work->dimensions) - 1);
    uint64_t *core =
        samme_box_known_add(&self->path->known, all & ~open_dimensions(node), node->shapes);
    for (uint32_t b = samme_bits_next(what->core, node->words, 0); b != SAMME_BITS_END;
         b = samme_bits_next(what->core, node->words, b + 1))
        samme_bits_set(core, node->names[b]);
}

static samme_status prove(search *self, const samme_box_node *node, uint32_t depth, proof *out);

/* Proves the node covered, or finds an open point. The core is written in full. */
static samme_status descend(search *self, const samme_box_node *node, uint32_t depth, proof *out) {
    bool found = false;
    memset(out->core, 0, node->words * sizeof *out->core);
    out->relative = false;
    if (node->shapes == 0)
        return leaf(self, node, out);
    if (node->shapes < WORTH_KNOWING)
        return prove(self, node, depth, out);
    samme_status status = recall(self, node, out, &found);
    if (status != SAMME_OK || found)
        return status;
    status = prove(self, node, depth, out);
    if (status == SAMME_OK && !self->open && !out->relative)
        remember(self, node, out);
    return status;
}

static samme_status prove(search *self, const samme_box_node *node, uint32_t depth, proof *out) {
    const uint32_t coverer = samme_box_node_coverer(node);
    if (coverer != SAMME_BITS_END) {
        samme_bits_set(out->core, coverer);
        return SAMME_OK;
    }
    const samme_box_fill fill = samme_box_node_fill(node);
    if (fill == SAMME_BOX_FILLS) {
        bool apart = false;
        samme_status status = samme_box_node_disjoint(self->work, node, &apart);
        if (status != SAMME_OK)
            return status;
        if (apart) {
            memcpy(out->core, node->active, node->words * sizeof *out->core);
            return SAMME_OK;
        }
    }
    if (fill == SAMME_BOX_LACKS) { /* something is open here; is anything real? */
        bool real = true;
        samme_status status = node_is_real(self, node, &real);
        out->relative = !real;
        if (status != SAMME_OK || !real)
            return status;
    }
    const uint32_t column = samme_box_node_choose(node, fill == SAMME_BOX_LACKS);
    if (samme_box_spend(self->work, (uint64_t)node->shapes * node->column_count *
                                        (1 + node->classes_most / 4)) != SAMME_OK)
        return SAMME_FULL;
    return divide(self, node, column, depth, out);
}

samme_status samme_box_cover_find(samme_box_path *path, const uint64_t *among,
                                  const uint64_t *const *sides, samme_box_cover *out) {
    search self = {.path = path, .work = path->work};
    samme_arena_init(&self.scratch, SAMME_BOX_MEMORY_BYTES);
    samme_box_node root;
    if (!path->keep_known)
        samme_box_known_forget(&path->known);
    self.shapes = path->shapes;
    samme_status status = samme_box_node_root(path, among, sides, &root);
    bool real = true;
    if (status == SAMME_OK)
        status = node_is_real(&self, &root, &real);
    memset(out->by, 0, path->grid->words * sizeof *out->by);
    if (status == SAMME_OK && real) {
        proof whole = {.core = root.cores + (size_t)root.classes_most * root.words};
        status = descend(&self, &root, 0, &whole);
        for (uint32_t b = samme_bits_next(whole.core, root.words, 0); b != SAMME_BITS_END;
             b = samme_bits_next(whole.core, root.words, b + 1))
            samme_bits_set(out->by, root.names[b]);
    }
    out->covered = !self.open;
    memcpy(out->example, self.example, sizeof out->example);
    samme_arena_free(&self.scratch);
    return status;
}
