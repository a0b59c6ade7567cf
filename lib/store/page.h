/* The pages of LMDB's data file (0.9, data version 1, a 64-bit machine, its byte order), read as
 * plain bytes and believed in nothing: what these functions accept lies within its page. Nothing
 * here sees a file.
 *
 *   page    u64 own number, u16, u16 flags, u16 lower, u16 upper; then the nodes' offsets (u16
 * each) up to lower, room, and from upper to the page's end the nodes node    u16 low, u16 high,
 * u16 flags, u16 key length, key; in a leaf then the value, low and high its length, or when it
 * lies on overflow pages the number of their first (u64). In a branch low, high and flags are the
 * child's number overflow pages: u64 own number, u16, u16 flags, u32 how many pages; then the value
 */
#ifndef SAMME_STORE_PAGE_H
#define SAMME_STORE_PAGE_H

#include "samme/span.h"
#include "samme/status.h"

enum {
    SAMME_PAGE_HEAD = 16,
    SAMME_PAGE_BYTES_MIN = 4096,
    SAMME_PAGE_BYTES_MAX = 32768,
    SAMME_TREE_BYTES = 48,
    SAMME_TREE_DEPTH_MAX = 32, /* what LMDB's cursors hold */
};
#define SAMME_PAGE_NONE UINT64_MAX /* the root of an empty tree */

/* Flags of pages, of which a page has exactly one, and of nodes. */
enum { SAMME_PAGE_BRANCH = 1, SAMME_PAGE_LEAF = 2, SAMME_PAGE_OVERFLOW = 4, SAMME_PAGE_META = 8 };
enum { SAMME_NODE_BIG = 1, SAMME_NODE_TREE = 2 };

/* What LMDB records of one of its trees. */
typedef struct samme_lmdb_tree {
    uint16_t flags;
    uint16_t depth;
    uint64_t branch_pages;
    uint64_t leaf_pages;
    uint64_t overflow_pages;
    uint64_t rows;
    uint64_t root;
} samme_lmdb_tree;

samme_lmdb_tree samme_tree_at(const uint8_t at[static SAMME_TREE_BYTES]);

/* Integers as the machine has them, at any place. */
static inline uint16_t samme_page_u16(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint32_t samme_page_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t samme_page_u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* A branch or leaf page that was found sound. */
typedef struct samme_lmdb_page {
    const uint8_t *bytes;
    bool branch;
    unsigned nodes;
} samme_lmdb_page;

/* Looks at a page of `size` bytes that should be number `number`. NULL when it is sound: its nodes
 * fill the room from upper to the end without gap or overlap, none is larger than LMDB makes them.
 * Otherwise what is wrong, for a message. */
const char *samme_page_check(const uint8_t *bytes, uint32_t size, uint64_t number, bool branch,
                             samme_lmdb_page *out) SAMME_CHECKED;

typedef struct samme_lmdb_node {
    samme_span key;
    uint64_t child;    /* of a branch */
    unsigned flags;    /* of a leaf, as are the following */
    uint32_t length;   /* of the value, wherever it lies */
    samme_span value;  /* when it lies in the page */
    uint64_t overflow; /* when it does not */
} samme_lmdb_node;

samme_lmdb_node samme_page_node(const samme_lmdb_page *page, unsigned index);

/* The same for the first of a value's overflow pages, of which only the head is given. NULL: *out
 * says how many pages there are, and the value has room in them. */
const char *samme_overflow_check(const uint8_t head[static SAMME_PAGE_HEAD], uint32_t size,
                                 uint64_t number, uint32_t value_length,
                                 uint32_t *out_pages) SAMME_CHECKED;

#endif
