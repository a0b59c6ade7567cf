/* A walk over every page of a data file that can be reached: tables, then the free list. It follows
 * nothing out of bounds and nothing twice, so it ends whatever the file holds, after at most as
 * many page reads as the file has pages. When all of it is sound LMDB may be let at the file.
 *
 * Found to be sound is: each page (store/page.h); keys strictly in order and within what the
 * branches above say; each tree's depth and counts of pages and rows; values on overflow pages of
 * their own; and that each page is used once or in the free list once. What rows hold is the
 * visitor's business. Memory: a page a level, a bit a page, the largest value.
 *
 * One thread. Every failure is SAMME_CORRUPT, SAMME_IO or SAMME_NO_MEMORY, the error names file,
 * tree and page. */
#ifndef SAMME_STORE_WALK_H
#define SAMME_STORE_WALK_H

#include "store/datafile.h"

enum { SAMME_WALK_TABLES_MAX = 32, SAMME_WALK_NAME_MAX = 15 };

typedef struct samme_walk samme_walk;

typedef struct samme_walk_table {
    char name[SAMME_WALK_NAME_MAX + 1];
    samme_lmdb_tree tree;
} samme_walk_table;

/* Called for each row in key order. The spans are valid until it returns; a status other than
 * SAMME_OK ends the walk with it. */
typedef struct samme_walk_visitor {
    void *self;
    samme_status (*row)(void *self, uint64_t page, samme_span key, samme_span value,
                        samme_error *error) SAMME_CHECKED;
} samme_walk_visitor;

/* The file must outlive the walk. */
samme_status samme_walk_new(const samme_datafile *file, samme_walk **out,
                            samme_error *error) SAMME_CHECKED;
void samme_walk_free(samme_walk *walk); /* accepts NULL */

/* First, once: which tables there are, in order of their names. */
samme_status samme_walk_tables(samme_walk *walk, samme_walk_table out[SAMME_WALK_TABLES_MAX],
                               size_t *out_count, samme_error *error) SAMME_CHECKED;
/* Then each table, once. */
samme_status samme_walk_rows(samme_walk *walk, const samme_walk_table *table,
                             const samme_walk_visitor *visitor, samme_error *error) SAMME_CHECKED;
/* At last, once: the free list, and that no page was forgotten. */
samme_status samme_walk_rest(samme_walk *walk, samme_error *error) SAMME_CHECKED;

#endif
