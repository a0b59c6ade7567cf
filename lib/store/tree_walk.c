#include "store/tree_walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "samme/store.h"

enum {
    META_PAGES = 2,
    KEY_MAX = SAMME_STORE_KEY_MAX,
    NUMBER_BYTES = 8,
    LONG_RUN = 8,
};

samme_status samme_tree_walk_damaged(const samme_tree_walk *tree, uint64_t page, samme_error *error,
                                     const char *format, ...) {
    char what[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return samme_fail(error, SAMME_CORRUPT, "%s: damaged: %s, page %" PRIu64 ": %s",
                      tree->walk->file->path, tree->name, page, what);
}

samme_status samme_tree_walk_use(const samme_tree_walk *tree, uint64_t first, uint64_t count,
                                 uint64_t from, samme_error *error) {
    samme_walk *walk = tree->walk;
    if (first < META_PAGES || first >= walk->file->pages || count > walk->file->pages - first)
        return samme_tree_walk_damaged(tree, from, error, "leads to page %" PRIu64 " of %" PRIu64,
                                       first, walk->file->pages);
    for (uint64_t page = first; page < first + count; page++) {
        uint8_t bit = (uint8_t)(1u << page % 8);
        if ((walk->used[page / 8] & bit) != 0)
            return samme_tree_walk_damaged(tree, from, error, "page %" PRIu64 " is used twice",
                                           page);
        walk->used[page / 8] |= bit;
    }
    walk->used_pages += count;
    return SAMME_OK;
}

samme_status samme_tree_walk_no_memory(const samme_walk *walk, samme_error *error) {
    return samme_fail(error, SAMME_NO_MEMORY, "%s: no memory to check it", walk->file->path);
}

static samme_status read_page(samme_walk *walk, unsigned level, uint64_t number,
                              samme_error *error) {
    if (walk->levels[level] == NULL &&
        (walk->levels[level] = malloc(walk->file->page_size)) == NULL)
        return samme_tree_walk_no_memory(walk, error);
    return samme_datafile_read(walk->file, number * walk->file->page_size, walk->levels[level],
                               walk->file->page_size, error);
}

/* Below zero, zero, above zero, as LMDB orders the keys of this tree. */
static int compare(const samme_tree_walk *tree, samme_span a, samme_span b) {
    if (!tree->numbers)
        return samme_span_compare(a, b);
    uint64_t x = samme_page_u64(a.data), y = samme_page_u64(b.data);
    return x < y ? -1 : x > y;
}

static bool key_length_right(const samme_tree_walk *tree, samme_span key) {
    return tree->numbers ? key.length == NUMBER_BYTES : key.length > 0 && key.length <= KEY_MAX;
}

/* The keys of a page: of their right length, strictly in order, at or after `lower` and before
 * `upper` (NULL: no bound). The first key of a branch page says nothing and is not looked at. */
static samme_status check_keys(const samme_tree_walk *tree, const samme_lmdb_page *page,
                               uint64_t number, samme_span lower, samme_span upper,
                               samme_error *error) {
    samme_span before = lower;
    bool strict = page->branch;
    for (unsigned i = page->branch ? 1 : 0; i < page->nodes; i++) {
        samme_span key = samme_page_node(page, i).key;
        if (!key_length_right(tree, key))
            return samme_tree_walk_damaged(tree, number, error, "a key of %zu bytes", key.length);
        int order = before.data == NULL ? 1 : compare(tree, key, before);
        if (order < 0 || (order == 0 && strict))
            return samme_tree_walk_damaged(tree, number, error, "its keys are out of order");
        if (upper.data != NULL && compare(tree, key, upper) >= 0)
            return samme_tree_walk_damaged(tree, number, error, "a key belongs to another page");
        before = key;
        strict = true;
    }
    return SAMME_OK;
}

static samme_status walk_leaf(samme_tree_walk *tree, const samme_lmdb_page *page, uint64_t number,
                              samme_error *error) {
    samme_status status = SAMME_OK;
    for (unsigned i = 0; status == SAMME_OK && i < page->nodes; i++) {
        samme_lmdb_node node = samme_page_node(page, i);
        tree->seen.rows++;
        status = tree->row(tree, number, &node, error);
    }
    return status;
}

/* Lets the disk begin with the pages that a branch leads to. The system itself reads ahead where
 * many lie side by side. */
static void announce_children(const samme_walk *walk, const samme_lmdb_page *page) {
    uint64_t first = 0, count = 0;
    for (unsigned i = 0; i <= page->nodes; i++) {
        uint64_t child = i < page->nodes ? samme_page_node(page, i).child : 0;
        if (child != first + count) {
            if (count < LONG_RUN)
                samme_datafile_announce(walk->file, first, count);
            first = child;
            count = 0;
        }
        count++;
    }
}

/* At most SAMME_TREE_DEPTH_MAX deep. */
static samme_status walk_page(samme_tree_walk *tree, uint64_t number, uint64_t from, unsigned level,
                              samme_span lower, samme_span upper, samme_error *error) {
    samme_lmdb_page page = {0};
    bool branch = level + 1 < tree->depth;
    samme_status status = samme_tree_walk_use(tree, number, 1, from, error);
    if (status == SAMME_OK)
        status = read_page(tree->walk, level, number, error);
    if (status != SAMME_OK)
        return status;
    const char *wrong = samme_page_check(tree->walk->levels[level], tree->walk->file->page_size,
                                         number, branch, &page);
    if (wrong != NULL)
        return samme_tree_walk_damaged(tree, number, error, "%s", wrong);
    status = check_keys(tree, &page, number, lower, upper, error);
    if (status != SAMME_OK)
        return status;
    if (!branch) {
        tree->seen.leaf_pages++;
        return walk_leaf(tree, &page, number, error);
    }
    tree->seen.branch_pages++;
    if (page.nodes < 2)
        return samme_tree_walk_damaged(tree, number, error, "a branch with one child");
    announce_children(tree->walk, &page);
    for (unsigned i = 0; status == SAMME_OK && i < page.nodes; i++) {
        samme_lmdb_node node = samme_page_node(&page, i);
        samme_span end = i + 1 < page.nodes ? samme_page_node(&page, i + 1).key : upper;
        status =
            walk_page(tree, node.child, number, level + 1, i == 0 ? lower : node.key, end, error);
    }
    return status;
}

static samme_status check_count(const samme_tree_walk *tree, const char *of, uint64_t seen,
                                uint64_t said, samme_error *error) {
    if (seen == said)
        return SAMME_OK;
    return samme_fail(error, SAMME_CORRUPT,
                      "%s: damaged: %s: it has %" PRIu64 " %s, %" PRIu64 " expected",
                      tree->walk->file->path, tree->name, seen, of, said);
}

samme_status samme_tree_walk_run(samme_tree_walk *tree, const samme_lmdb_tree *said,
                                 samme_error *error) {
    if ((said->depth == 0) != (said->root == SAMME_PAGE_NONE) || said->depth > SAMME_TREE_DEPTH_MAX)
        return samme_fail(error, SAMME_CORRUPT, "%s: damaged: %s: impossible depth %u",
                          tree->walk->file->path, tree->name, said->depth);
    samme_status status = SAMME_OK;
    tree->depth = said->depth;
    if (said->depth > 0)
        status = walk_page(tree, said->root, 0, 0, SAMME_SPAN(NULL, 0), SAMME_SPAN(NULL, 0), error);
    if (status == SAMME_OK)
        status =
            check_count(tree, "branch pages", tree->seen.branch_pages, said->branch_pages, error);
    if (status == SAMME_OK)
        status = check_count(tree, "leaf pages", tree->seen.leaf_pages, said->leaf_pages, error);
    if (status == SAMME_OK)
        status = check_count(tree, "overflow pages", tree->seen.overflow_pages,
                             said->overflow_pages, error);
    if (status == SAMME_OK)
        status = check_count(tree, "rows", tree->seen.rows, said->rows, error);
    return status;
}

samme_status samme_tree_walk_overflow(samme_tree_walk *tree, uint64_t page,
                                      const samme_lmdb_node *node, samme_error *error) {
    const samme_datafile *file = tree->walk->file;
    uint8_t head[SAMME_PAGE_HEAD];
    uint32_t pages = 0;
    if (node->overflow >= file->pages)
        return samme_tree_walk_damaged(tree, page, error, "leads to page %" PRIu64 " of %" PRIu64,
                                       node->overflow, file->pages);
    samme_status status =
        samme_datafile_read(file, node->overflow * file->page_size, head, sizeof head, error);
    if (status != SAMME_OK)
        return status;
    const char *wrong =
        samme_overflow_check(head, file->page_size, node->overflow, node->length, &pages);
    if (wrong != NULL)
        return samme_tree_walk_damaged(tree, node->overflow, error, "%s", wrong);
    tree->seen.overflow_pages += pages;
    return samme_tree_walk_use(tree, node->overflow, pages, page, error);
}

uint64_t samme_tree_walk_offset(const samme_tree_walk *tree, const samme_lmdb_node *node) {
    return node->overflow * tree->walk->file->page_size + SAMME_PAGE_HEAD;
}
