/* Pages built node by node are read back as they were made; whatever is then changed in them, what
 * is accepted lies within the page, each node at a place of its own. */
#include "store/page.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/prng.h"

enum { SIZE = 4096, NUMBER = 77, NODES_MAX = 300, PAGES = 300, CHANGES = 200 };

struct made {
    uint8_t *bytes; /* of its own size, so that a sanitizer sees a read beyond it */
    bool branch;
    unsigned count;
    samme_lmdb_node nodes[NODES_MAX];
};

static void put_u16(uint8_t *at, size_t value) {
    uint16_t small = (uint16_t)value;
    memcpy(at, &small, sizeof small);
}

/* Adds a node where LMDB would: above the others, its offset anywhere among theirs. */
static bool add_node(struct made *made, samme_prng *prng) {
    size_t lower = samme_page_u16(made->bytes + 12), upper = samme_page_u16(made->bytes + 14);
    bool big = !made->branch && samme_prng_chance(prng, 200);
    size_t key = samme_prng_below(prng, 60), value = samme_prng_below(prng, 200);
    size_t bytes = 8 + key + (made->branch ? 0 : big ? 8 : value);
    if (lower + 2 + bytes + 1 > upper)
        return false;
    upper -= bytes + bytes % 2;
    uint8_t *at = made->bytes + upper;
    unsigned index = (unsigned)samme_prng_below(prng, made->count + 1);
    uint8_t *offsets = made->bytes + SAMME_PAGE_HEAD;
    memmove(offsets + 2 * (index + 1), offsets + 2 * index, 2 * (made->count - index));
    memmove(&made->nodes[index + 1], &made->nodes[index],
            (made->count - index) * sizeof made->nodes[0]);
    put_u16(offsets + 2 * index, upper);
    put_u16(made->bytes + 12, lower + 2);
    put_u16(made->bytes + 14, upper);
    for (size_t i = 0; i < bytes; i++)
        at[i] = (uint8_t)samme_prng_below(prng, 256);
    samme_lmdb_node node = {.key = SAMME_SPAN(at + 8, key)};
    if (made->branch) {
        node.child = samme_page_u32(at) | (uint64_t)samme_page_u16(at + 4) << 32;
    } else {
        node.flags = big ? SAMME_NODE_BIG : 0;
        node.length = big ? samme_page_u32(at) : (uint32_t)value;
        put_u16(at, node.length & 0xffff);
        put_u16(at + 2, node.length >> 16);
        put_u16(at + 4, node.flags);
        if (big)
            node.overflow = samme_page_u64(at + 8 + key);
        else
            node.value = SAMME_SPAN(at + 8 + key, value);
    }
    put_u16(at + 6, key);
    made->nodes[index] = node;
    made->count++;
    return true;
}

static void make(struct made *made, samme_prng *prng) {
    static const uint64_t number = NUMBER;
    memset(made->bytes, 0, SIZE);
    made->branch = samme_prng_chance(prng, 500);
    made->count = 0;
    memcpy(made->bytes, &number, sizeof number);
    put_u16(made->bytes + 10, made->branch ? SAMME_PAGE_BRANCH : SAMME_PAGE_LEAF);
    put_u16(made->bytes + 12, SAMME_PAGE_HEAD);
    put_u16(made->bytes + 14, SIZE);
    size_t wanted = 1 + samme_prng_below(prng, 60);
    while (made->count < wanted && add_node(made, prng))
        continue;
}

static void expect_same(const struct made *made, const samme_lmdb_page *page, uint64_t seed) {
    cr_assert_eq(page->nodes, made->count, "seed %lu", (unsigned long)seed);
    for (unsigned i = 0; i < page->nodes; i++) {
        samme_lmdb_node got = samme_page_node(page, i);
        const samme_lmdb_node *node = &made->nodes[i];
        cr_assert(samme_span_equal(got.key, node->key) && got.child == node->child &&
                      got.flags == node->flags && got.length == node->length &&
                      got.overflow == node->overflow && samme_span_equal(got.value, node->value),
                  "seed %lu node %u", (unsigned long)seed, i);
    }
}

/* Every byte of every node, marked once. */
static void expect_apart(const uint8_t *bytes, const samme_lmdb_page *page, uint64_t seed) {
    uint8_t marks[SIZE] = {0};
    for (unsigned i = 0; i < page->nodes; i++) {
        samme_lmdb_node node = samme_page_node(page, i);
        size_t length = 8 + node.key.length + node.value.length;
        if (!page->branch && (node.flags & SAMME_NODE_BIG) != 0)
            length += 8;
        const uint8_t *from = node.key.data - 8;
        cr_assert(from >= bytes && (size_t)(from - bytes) + length <= SIZE, "seed %lu node %u",
                  (unsigned long)seed, i);
        for (size_t j = 0; j < length; j++)
            cr_assert_eq(marks[from - bytes + (ptrdiff_t)j]++, 0, "seed %lu node %u",
                         (unsigned long)seed, i);
    }
}

Test(page, what_was_made_is_read_and_what_was_changed_stays_within) {
    static struct made made;
    made.bytes = malloc(SIZE);
    unsigned accepted = 0, refused = 0;
    for (uint64_t seed = 0; seed < PAGES; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        make(&made, &prng);
        samme_lmdb_page page;
        const char *wrong = samme_page_check(made.bytes, SIZE, NUMBER, made.branch, &page);
        cr_assert_null(wrong, "seed %lu: %s", (unsigned long)seed, wrong);
        expect_same(&made, &page, seed);
        cr_assert_not_null(samme_page_check(made.bytes, SIZE, NUMBER + 1, made.branch, &page));
        cr_assert_not_null(samme_page_check(made.bytes, SIZE, NUMBER, !made.branch, &page));
        for (unsigned i = 0; i < CHANGES; i++) {
            uint8_t saved[SIZE];
            memcpy(saved, made.bytes, SIZE);
            size_t at = samme_prng_chance(&prng, 500) ? 10 + samme_prng_below(&prng, 40)
                                                      : samme_prng_below(&prng, SIZE - 1);
            if (samme_prng_chance(&prng, 500))
                made.bytes[at] ^= (uint8_t)(1u << samme_prng_below(&prng, 8));
            else
                put_u16(made.bytes + at, samme_prng_below(&prng, SIZE + 10));
            if (samme_page_check(made.bytes, SIZE, NUMBER, made.branch, &page) == NULL) {
                expect_apart(made.bytes, &page, seed);
                accepted++;
            } else {
                refused++;
            }
            memcpy(made.bytes, saved, SIZE);
        }
    }
    cr_assert(accepted > 1000 && refused > 1000, "%u accepted, %u refused", accepted, refused);
    free(made.bytes);
}

Test(page, a_node_has_a_largest_size) {
    uint8_t *bytes = calloc(1, SIZE);
    static const uint64_t number = NUMBER;
    samme_lmdb_page page;
    for (size_t length = 2020; length < 2045; length++) { /* two fit a page: LMDB's me_nodemax */
        size_t upper = SIZE - (8 + length + length % 2);
        memset(bytes, 0, SIZE);
        memcpy(bytes, &number, sizeof number);
        put_u16(bytes + 10, SAMME_PAGE_LEAF);
        put_u16(bytes + 12, SAMME_PAGE_HEAD + 2);
        put_u16(bytes + 14, upper);
        put_u16(bytes + 16, upper);
        put_u16(bytes + upper, length - 4);
        put_u16(bytes + upper + 6, 4);
        const char *wrong = samme_page_check(bytes, SIZE, NUMBER, false, &page);
        cr_assert_eq(wrong == NULL, 8 + length <= 2038, "%zu: %s", length, wrong);
    }
    free(bytes);
}

Test(page, overflow_pages_must_hold_the_value) {
    uint8_t head[SAMME_PAGE_HEAD] = {0};
    static const uint64_t number = NUMBER;
    uint32_t pages = 0;
    memcpy(head, &number, sizeof number);
    put_u16(head + 10, SAMME_PAGE_OVERFLOW);
    head[12] = 2;
    cr_assert_null(samme_overflow_check(head, SIZE, NUMBER, 2 * SIZE - SAMME_PAGE_HEAD, &pages));
    cr_assert_eq(pages, 2);
    cr_assert_not_null(
        samme_overflow_check(head, SIZE, NUMBER, 2 * SIZE - SAMME_PAGE_HEAD + 1, &pages));
    cr_assert_not_null(samme_overflow_check(head, SIZE, NUMBER + 1, 1, &pages));
    cr_assert_not_null(samme_overflow_check(head, SIZE, NUMBER, UINT32_MAX, &pages));
    head[12] = 0;
    cr_assert_not_null(samme_overflow_check(head, SIZE, NUMBER, 0, &pages));
}
