#include "store/walk.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "samme/store.h"
#include "store/tree_walk.h"
#include "store/value.h"

enum {
    META_PAGES = 2,
    VALUE_MAX = SAMME_STORE_VALUE_MAX + SAMME_SUM_BYTES,
    NUMBER_BYTES = 8,
    NUMBERS_AT_ONCE = 512,
};

/* Makes a value on overflow pages contiguous. */
static samme_status read_value(const samme_tree_walk *tree, const samme_lmdb_node *node,
                               samme_span *out, samme_error *error) {
    samme_walk *walk = tree->walk;
    if (walk->value_room < node->length) {
        free(walk->value);
        walk->value = malloc(node->length);
        walk->value_room = walk->value != NULL ? node->length : 0;
        if (walk->value == NULL)
            return samme_tree_walk_no_memory(walk, error);
    }
    *out = SAMME_SPAN(walk->value, node->length);
    return samme_datafile_read(walk->file, samme_tree_walk_offset(tree, node), walk->value,
                               node->length, error);
}

static samme_status table_row(samme_tree_walk *tree, uint64_t page, const samme_lmdb_node *node,
                              samme_error *error) {
    samme_span value = node->value;
    samme_status status = SAMME_OK;
    if ((node->flags & ~(unsigned)SAMME_NODE_BIG) != 0)
        return samme_tree_walk_damaged(tree, page, error, "a row with flags %u", node->flags);
    if (node->length > VALUE_MAX)
        return samme_tree_walk_damaged(tree, page, error, "a value of %" PRIu32 " bytes",
                                       node->length);
    if ((node->flags & SAMME_NODE_BIG) != 0) {
        status = samme_tree_walk_overflow(tree, page, node, error);
        if (status == SAMME_OK)
            status = read_value(tree, node, &value, error);
    }
    if (status != SAMME_OK)
        return status;
    return tree->visitor->row(tree->visitor->self, page, node->key, value, error);
}

static samme_status tables_row(samme_tree_walk *tree, uint64_t page, const samme_lmdb_node *node,
                               samme_error *error) {
    if (node->flags != SAMME_NODE_TREE || node->length != SAMME_TREE_BYTES)
        return samme_tree_walk_damaged(tree, page, error, "a row that is no table");
    if (tree->seen.rows > SAMME_WALK_TABLES_MAX || node->key.length > SAMME_WALK_NAME_MAX ||
        memchr(node->key.data, 0, node->key.length) != NULL)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: not a store of ours: more tables or other names than one has",
                          tree->walk->file->path);
    samme_walk_table *table = &tree->tables[tree->seen.rows - 1];
    *table = (samme_walk_table){.tree = samme_tree_at(node->value.data)};
    memcpy(table->name, node->key.data, node->key.length);
    if (table->tree.flags != 0)
        return samme_tree_walk_damaged(tree, page, error, "a table with flags %u",
                                       table->tree.flags);
    return SAMME_OK;
}

/* Gives the next numbers of a record of the free list; they lie in the page or behind it. */
static samme_status read_numbers(const samme_tree_walk *tree, const samme_lmdb_node *node,
                                 uint64_t first, size_t count, uint64_t *out, samme_error *error) {
    if ((node->flags & SAMME_NODE_BIG) != 0)
        return samme_datafile_read(tree->walk->file,
                                   samme_tree_walk_offset(tree, node) + first * NUMBER_BYTES, out,
                                   count * NUMBER_BYTES, error);
    memcpy(out, node->value.data + first * NUMBER_BYTES, count * NUMBER_BYTES);
    return SAMME_OK;
}

/* A record of the free list: how many page numbers, and these, falling. Room behind them is left
 * from when it had more. Its key is the transaction that freed them. */
static samme_status free_row(samme_tree_walk *tree, uint64_t page, const samme_lmdb_node *node,
                             samme_error *error) {
    samme_walk *walk = tree->walk;
    uint64_t transaction = samme_page_u64(node->key.data), count = 0;
    samme_status status = SAMME_OK;
    if ((node->flags & ~(unsigned)SAMME_NODE_BIG) != 0 || node->length < NUMBER_BYTES ||
        node->length % NUMBER_BYTES != 0)
        return samme_tree_walk_damaged(tree, page, error,
                                       "a record of %" PRIu32 " bytes with flags %u", node->length,
                                       node->flags);
    if (transaction == 0 || transaction > walk->file->transaction)
        return samme_tree_walk_damaged(tree, page, error,
                                       "a record of transaction %" PRIu64 ", the newest is "
                                       "%" PRIu64,
                                       transaction, walk->file->transaction);
    if ((node->flags & SAMME_NODE_BIG) != 0)
        status = samme_tree_walk_overflow(tree, page, node, error);
    if (status == SAMME_OK)
        status = read_numbers(tree, node, 0, 1, &count, error);
    if (status == SAMME_OK && count > node->length / NUMBER_BYTES - 1)
        return samme_tree_walk_damaged(tree, page, error,
                                       "a record of %" PRIu64 " pages in %" PRIu32 " bytes", count,
                                       node->length);
    uint64_t numbers[NUMBERS_AT_ONCE], before = walk->file->pages;
    for (uint64_t done = 0; status == SAMME_OK && done < count;) {
        size_t some = count - done < NUMBERS_AT_ONCE ? (size_t)(count - done) : NUMBERS_AT_ONCE;
        status = read_numbers(tree, node, 1 + done, some, numbers, error);
        for (size_t i = 0; status == SAMME_OK && i < some; i++) {
            if (numbers[i] >= before)
                return samme_tree_walk_damaged(tree, page, error, "its numbers do not fall");
            before = numbers[i];
            status = samme_tree_walk_use(tree, numbers[i], 1, page, error);
        }
        done += some;
    }
    return status;
}

samme_status samme_walk_tables(samme_walk *walk, samme_walk_table out[SAMME_WALK_TABLES_MAX],
                               size_t *out_count, samme_error *error) {
    samme_tree_walk tree = {
        .walk = walk, .name = "list of tables", .row = tables_row, .tables = out};
    samme_status status = samme_tree_walk_run(&tree, &walk->file->tables, error);
    *out_count = status == SAMME_OK ? (size_t)tree.seen.rows : 0;
    return status;
}

samme_status samme_walk_rows(samme_walk *walk, const samme_walk_table *table,
                             const samme_walk_visitor *visitor, samme_error *error) {
    samme_tree_walk tree = {.walk = walk, .row = table_row, .visitor = visitor};
    snprintf(tree.name, sizeof tree.name, "table %s", table->name);
    return samme_tree_walk_run(&tree, &table->tree, error);
}

samme_status samme_walk_rest(samme_walk *walk, samme_error *error) {
    samme_tree_walk tree = {.walk = walk, .name = "free list", .numbers = true, .row = free_row};
    samme_status status = samme_tree_walk_run(&tree, &walk->file->free_list, error);
    if (status == SAMME_OK && walk->used_pages + META_PAGES != walk->file->pages)
        return samme_fail(error, SAMME_CORRUPT,
                          "%s: damaged: %" PRIu64 " of its %" PRIu64
                          " pages are neither in use nor in the free list",
                          walk->file->path, walk->file->pages - META_PAGES - walk->used_pages,
                          walk->file->pages);
    return status;
}

samme_status samme_walk_new(const samme_datafile *file, samme_walk **out, samme_error *error) {
    assert(file->pages <= SAMME_DATAFILE_PAGES_MAX);
    samme_walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "%s: no memory to check it", file->path);
    walk->file = file;
    walk->used = calloc(file->pages / 8 + 1, 1);
    if (walk->used == NULL) {
        samme_walk_free(walk);
        return samme_fail(error, SAMME_NO_MEMORY, "%s: no memory to check it", file->path);
    }
    *out = walk;
    return SAMME_OK;
}

void samme_walk_free(samme_walk *walk) {
    if (walk == NULL)
        return;
    for (unsigned i = 0; i < SAMME_TREE_DEPTH_MAX; i++)
        free(walk->levels[i]);
    free(walk->value);
    free(walk->used);
    free(walk);
}
