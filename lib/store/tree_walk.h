/* Inside of the walk only: one tree of a data file, page by page. */
#ifndef SAMME_STORE_TREE_WALK_H
#define SAMME_STORE_TREE_WALK_H

#include "store/walk.h"

struct samme_walk {
    const samme_datafile *file;
    uint8_t *used; /* a bit a page */
    uint64_t used_pages;
    uint8_t *levels[SAMME_TREE_DEPTH_MAX]; /* a page each, made when needed */
    uint8_t *value;                        /* of overflow pages, made contiguous */
    size_t value_room;
};

/* The tree that is walked, and what was counted of it. */
typedef struct samme_tree_walk {
    samme_walk *walk;
    char name[SAMME_WALK_NAME_MAX + 16]; /* for messages */
    bool numbers;                        /* its keys are numbers: the free list */
    unsigned depth;
    samme_lmdb_tree seen;
    /* Called for each row in order; the node is valid until it returns. */
    samme_status (*row)(struct samme_tree_walk *tree, uint64_t page, const samme_lmdb_node *node,
                        samme_error *error) SAMME_CHECKED;
    const samme_walk_visitor *visitor; /* of a table */
    samme_walk_table *tables;          /* of the tree of tables */
} samme_tree_walk;

/* Walks it all, and compares with what LMDB says of it. */
samme_status samme_tree_walk_run(samme_tree_walk *tree, const samme_lmdb_tree *said,
                                 samme_error *error) SAMME_CHECKED;

/* Notes that these pages are used, which each may be once; `from` leads to them. */
samme_status samme_tree_walk_use(const samme_tree_walk *tree, uint64_t first, uint64_t count,
                                 uint64_t from, samme_error *error) SAMME_CHECKED;
/* Uses the overflow pages of a value. */
samme_status samme_tree_walk_overflow(samme_tree_walk *tree, uint64_t page,
                                      const samme_lmdb_node *node,
                                      samme_error *error) SAMME_CHECKED;
/* Where in the file a value on overflow pages begins. */
uint64_t samme_tree_walk_offset(const samme_tree_walk *tree, const samme_lmdb_node *node);

/* SAMME_CORRUPT: "FILE: damaged: TREE, page N: ..". */
SAMME_PRINTF(4, 5)
samme_status samme_tree_walk_damaged(const samme_tree_walk *tree, uint64_t page, samme_error *error,
                                     const char *format, ...) SAMME_CHECKED;
samme_status samme_tree_walk_no_memory(const samme_walk *walk, samme_error *error) SAMME_CHECKED;

#endif
