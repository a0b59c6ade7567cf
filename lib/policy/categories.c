#include "policy/categories.h"

#include <stdlib.h>

#include "base/near.h"
#include "policy/policy.h"

#define NONE UINT32_MAX

/* A category by its number in the file, while the tree is built. */
typedef struct node {
    uint32_t parent;
    uint32_t first_child;
    uint32_t next_sibling;
    uint32_t first; /* place; NONE until the walk has come by */
    uint32_t last;
} node;

/* While the tree is built, `first` of a category is its number in the file. */
static int by_code(const void *a, const void *b) {
    const samme_category *left = a;
    const samme_category *right = b;
    int order = samme_span_compare(left->code, right->code);
    return order != 0 ? order : (left->first > right->first) - (left->first < right->first);
}

/* Codes stand in comma lists of tests, so they hold nothing a test could take
 * for its own signs. */
static bool code_valid(const char *code) {
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
    size_t length = strlen(code);
    return length > 0 && length <= SAMME_CATEGORY_CODE_MAX_BYTES &&
           strchr(first, code[0]) != NULL && strspn(code, more) == length;
}

static samme_status sort_codes(const Samme__Chain *chain, samme_category *sorted, size_t *out_at,
                               samme_error *error) {
    for (size_t i = 0; i < chain->n_categories; i++) {
        const char *code = chain->categories[i]->code;
        if (!code_valid(code)) {
            *out_at = i;
            return samme_fail(error, SAMME_MALFORMED,
                              "category %zu: code: expected 1 to %u of a-z A-Z 0-9 _ "
                              "- . / beginning with "
                              "a letter or digit, found \"%.80s\"",
                              i + 1, SAMME_CATEGORY_CODE_MAX_BYTES, code);
        }
        sorted[i] = (samme_category){.code = samme_span_of_text(code), .first = (uint32_t)i};
    }
    qsort(sorted, chain->n_categories, sizeof *sorted, by_code);
    for (size_t i = 1; i < chain->n_categories; i++) {
        if (samme_span_equal(sorted[i - 1].code, sorted[i].code)) {
            *out_at = sorted[i].first;
            return samme_fail(error, SAMME_MALFORMED,
                              "category \"%s\": expected each code once, found it twice",
                              chain->categories[sorted[i].first]->code);
        }
    }
    return SAMME_OK;
}

static const samme_category *find_sorted(const samme_category *sorted, size_t count,
                                         samme_span code) {
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = samme_span_compare(sorted[middle].code, code);
        if (order == 0)
            return &sorted[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* Links children in file order; *out_root is the first category at the top. */
static samme_status link_tree(const Samme__Chain *chain, const samme_category *sorted, node *nodes,
                              uint32_t *out_root, size_t *out_at, samme_error *error) {
    for (size_t i = 0; i < chain->n_categories; i++)
        nodes[i] = (node){NONE, NONE, NONE, NONE, NONE};
    uint32_t root = NONE;
    for (size_t i = chain->n_categories;
         i-- > 0;) { /* backwards: each goes before its later siblings */
        const Samme__Category *category = chain->categories[i];
        uint32_t *siblings = &root;
        if (category->under[0] != 0) {
            const samme_category *parent =
                find_sorted(sorted, chain->n_categories, samme_span_of_text(category->under));
            if (parent == NULL) {
                *out_at = i;
                return samme_fail(error, SAMME_MALFORMED,
                                  "category \"%s\": under: expected a code of this "
                                  "file, found \"%.80s\"",
                                  category->code, category->under);
            }
            nodes[i].parent = parent->first;
            siblings = &nodes[parent->first].first_child;
        }
        nodes[i].next_sibling = *siblings;
        *siblings = (uint32_t)i;
    }
    *out_root = root;
    return SAMME_OK;
}

/* Preorder without a stack: down to the children, else on to the sibling of the
 * nearest ancestor that has one. Gives the number of places handed out. */
static uint32_t place_all(node *nodes, uint32_t at) {
    uint32_t place = 0;
    while (at != NONE) {
        nodes[at].first = place++;
        if (nodes[at].first_child != NONE) {
            at = nodes[at].first_child;
            continue;
        }
        for (;;) {
            nodes[at].last = place - 1;
            if (nodes[at].next_sibling != NONE) {
                at = nodes[at].next_sibling;
                break;
            }
            at = nodes[at].parent;
            if (at == NONE)
                break;
        }
    }
    return place;
}

/* What no walk from the top reaches hangs on a cycle: going up often enough
 * ends in it. */
static samme_status fail_cycle(const Samme__Chain *chain, const node *nodes, size_t *out_at,
                               samme_error *error) {
    uint32_t at = 0;
    while (nodes[at].first != NONE)
        at++;
    for (size_t i = 0; i < chain->n_categories; i++)
        at = nodes[at].parent;
    *out_at = at;
    return samme_fail(error, SAMME_MALFORMED,
                      "category \"%s\": under: expected a tree, found that "
                      "\"%s\" is under itself",
                      chain->categories[at]->code, chain->categories[at]->code);
}

static samme_status build(const Samme__Chain *chain, samme_category *sorted, node *nodes,
                          size_t *out_at, samme_error *error) {
    uint32_t root = NONE;
    samme_status status = sort_codes(chain, sorted, out_at, error);
    if (status == SAMME_OK)
        status = link_tree(chain, sorted, nodes, &root, out_at, error);
    if (status != SAMME_OK)
        return status;
    if (place_all(nodes, root) < chain->n_categories)
        return fail_cycle(chain, nodes, out_at, error);
    for (size_t i = 0; i < chain->n_categories; i++) {
        const node *placed = &nodes[sorted[i].first];
        sorted[i].first = placed->first;
        sorted[i].last = placed->last;
    }
    return SAMME_OK;
}

/* FNV-1a. */
static uint32_t hash_of(samme_span code) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < code.length; i++)
        hash = (hash ^ code.data[i]) * 16777619u;
    return hash ^ hash >> 15;
}

/* How to find a category by place, and by code: at most half of the slots are
 * taken. */
static bool index_codes(samme_categories *categories, samme_arena *arena) {
    uint32_t slot_count = 2;
    while (slot_count < 2 * categories->count)
        slot_count *= 2;
    uint16_t *placed = samme_arena_alloc(arena, categories->count * sizeof *placed);
    uint16_t *slots = samme_arena_alloc(arena, slot_count * sizeof *slots);
    if (placed == NULL || slots == NULL)
        return false;
    memset(slots, 0, slot_count * sizeof *slots);
    for (size_t i = 0; i < categories->count; i++) {
        uint32_t at = hash_of(categories->sorted[i].code) & (slot_count - 1);
        while (slots[at] != 0)
            at = (at + 1) & (slot_count - 1);
        slots[at] = (uint16_t)(i + 1);
        placed[categories->sorted[i].first] = (uint16_t)i;
    }
    categories->placed = placed;
    categories->slots = slots;
    categories->mask = slot_count - 1;
    return true;
}

samme_status samme_categories_build(const Samme__Chain *chain, samme_arena *arena,
                                    samme_categories *out, size_t *out_at, samme_error *error) {
    size_t count = chain->n_categories;
    *out_at = 0;
    if (count > SAMME_CATEGORIES_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "expected at most %u categories, found %zu",
                          SAMME_CATEGORIES_MAX, count);
    samme_categories built = {.count = count};
    if (count > 0) {
        node *nodes = calloc(count, sizeof *nodes);
        samme_category *sorted = samme_arena_alloc(arena, count * sizeof *sorted);
        samme_status status =
            nodes == NULL || sorted == NULL
                ? samme_fail(error, SAMME_NO_MEMORY, "no memory for the categories")
                : build(chain, sorted, nodes, out_at, error);
        free(nodes);
        if (status != SAMME_OK)
            return status;
        built.sorted = sorted;
        if (!index_codes(&built, arena))
            return samme_fail(error, SAMME_NO_MEMORY, "no memory for the categories");
    }
    *out = built;
    return SAMME_OK;
}

const samme_category *samme_categories_find(const samme_categories *categories, samme_span code) {
    if (categories->count == 0)
        return NULL;
    for (uint32_t at = hash_of(code) & categories->mask; categories->slots[at] != 0;
         at = (at + 1) & categories->mask) {
        const samme_category *found = &categories->sorted[categories->slots[at] - 1];
        if (samme_span_equal(found->code, code))
            return found;
    }
    return NULL;
}

const samme_category *samme_categories_at(const samme_categories *categories, uint32_t place) {
    return &categories->sorted[categories->placed[place]];
}

const char *samme_categories_meant(const samme_categories *categories, samme_span code) {
    samme_near near = samme_near_to(code);
    for (size_t i = 0; i < categories->count; i++)
        samme_near_try(&near, (const char *)categories->sorted[i].code.data);
    return near.best;
}
