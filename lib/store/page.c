#include "store/page.h"

enum {
    FLAGS_AT = 10,
    LOWER_AT = 12,
    UPPER_AT = 14,
    PAGES_AT = 12, /* of an overflow page */
    OFFSET_BYTES = 2,
    NODE_HEAD = 8,
    NODE_FLAGS_AT = 4,
    NODE_KEY_LENGTH_AT = 6,
    NUMBER_BYTES = 8,
};

samme_lmdb_tree samme_tree_at(const uint8_t at[static SAMME_TREE_BYTES]) {
    return (samme_lmdb_tree){.flags = samme_page_u16(at + 4),
                             .depth = samme_page_u16(at + 6),
                             .branch_pages = samme_page_u64(at + 8),
                             .leaf_pages = samme_page_u64(at + 16),
                             .overflow_pages = samme_page_u64(at + 24),
                             .rows = samme_page_u64(at + 32),
                             .root = samme_page_u64(at + 40)};
}

/* The bytes that the node at this place takes, a pad byte not counted. */
static uint64_t node_bytes(const uint8_t *node, bool branch) {
    uint64_t bytes = (uint64_t)NODE_HEAD + samme_page_u16(node + NODE_KEY_LENGTH_AT);
    if (branch)
        return bytes;
    if ((samme_page_u16(node + NODE_FLAGS_AT) & SAMME_NODE_BIG) != 0)
        return bytes + NUMBER_BYTES;
    return bytes + samme_page_u16(node) + ((uint64_t)samme_page_u16(node + 2) << 16);
}

/* A larger node would have its value on overflow pages: two must fit a page. */
static uint64_t node_bytes_max(uint32_t page_size) {
    return (((page_size - SAMME_PAGE_HEAD) / 2) & ~1u) - OFFSET_BYTES;
}

/* Notes for each node, by its place, how far the next one is; then goes from node to node: they
 * must be met all, once, and lead to the page's end. */
static const char *check_nodes(const samme_lmdb_page *page, uint32_t size, unsigned upper) {
    uint16_t steps[SAMME_PAGE_BYTES_MAX / 2];
    memset(steps + upper / 2, 0, (size - upper) / 2 * sizeof *steps);
    for (unsigned i = 0; i < page->nodes; i++) {
        unsigned at = samme_page_u16(page->bytes + SAMME_PAGE_HEAD + OFFSET_BYTES * i);
        if (at < upper || at > size - NODE_HEAD || at % 2 != 0)
            return "a node lies outside";
        uint64_t bytes = node_bytes(page->bytes + at, page->branch);
        if (bytes > node_bytes_max(size) || bytes > size - at)
            return "a node is too large";
        if (steps[at / 2] != 0)
            return "two nodes lie at one place";
        steps[at / 2] = (uint16_t)((bytes + 1) / 2);
    }
    unsigned met = 0, at = upper / 2;
    while (at < size / 2 && steps[at] != 0) {
        at += steps[at];
        met++;
    }
    return at == size / 2 && met == page->nodes ? NULL : "its nodes overlap or leave gaps";
}

const char *samme_page_check(const uint8_t *bytes, uint32_t size, uint64_t number, bool branch,
                             samme_lmdb_page *out) {
    if (samme_page_u64(bytes) != number)
        return "holds another page";
    if (samme_page_u16(bytes + FLAGS_AT) != (branch ? SAMME_PAGE_BRANCH : SAMME_PAGE_LEAF))
        return branch ? "is no branch page" : "is no leaf page";
    unsigned lower = samme_page_u16(bytes + LOWER_AT), upper = samme_page_u16(bytes + UPPER_AT);
    if (lower <= SAMME_PAGE_HEAD || lower % 2 != 0 || lower > upper || upper % 2 != 0 ||
        upper >= size)
        return "its bounds are impossible";
    samme_lmdb_page page = {
        .bytes = bytes, .branch = branch, .nodes = (lower - SAMME_PAGE_HEAD) / OFFSET_BYTES};
    const char *wrong = check_nodes(&page, size, upper);
    if (wrong == NULL)
        *out = page;
    return wrong;
}

samme_lmdb_node samme_page_node(const samme_lmdb_page *page, unsigned index) {
    const uint8_t *at =
        page->bytes + samme_page_u16(page->bytes + SAMME_PAGE_HEAD + OFFSET_BYTES * index);
    size_t key_length = samme_page_u16(at + NODE_KEY_LENGTH_AT);
    const uint8_t *value = at + NODE_HEAD + key_length;
    samme_lmdb_node node = {.key = SAMME_SPAN(at + NODE_HEAD, key_length)};
    uint32_t low_high = samme_page_u16(at) | (uint32_t)samme_page_u16(at + 2) << 16;
    if (page->branch) {
        node.child = low_high | (uint64_t)samme_page_u16(at + NODE_FLAGS_AT) << 32;
        return node;
    }
    node.flags = samme_page_u16(at + NODE_FLAGS_AT);
    node.length = low_high;
    if ((node.flags & SAMME_NODE_BIG) != 0)
        node.overflow = samme_page_u64(value);
    else
        node.value = SAMME_SPAN(value, low_high);
    return node;
}

const char *samme_overflow_check(const uint8_t head[static SAMME_PAGE_HEAD], uint32_t size,
                                 uint64_t number, uint32_t value_length, uint32_t *out_pages) {
    if (samme_page_u64(head) != number)
        return "holds another page";
    if (samme_page_u16(head + FLAGS_AT) != SAMME_PAGE_OVERFLOW)
        return "is no overflow page";
    uint32_t pages = samme_page_u32(head + PAGES_AT);
    if ((uint64_t)pages * size < (uint64_t)SAMME_PAGE_HEAD + value_length)
        return "its value has no room in it";
    *out_pages = pages;
    return NULL;
}
