/* The category tree of chain.yaml: each code is its place in preorder, so that
 * a code and everything under it are one interval of places. Siblings stand in
 * the order of the file. */
#ifndef SAMME_POLICY_CATEGORIES_H
#define SAMME_POLICY_CATEGORIES_H

#include "wire/mapping.h"

#define SAMME_CATEGORY_CODE_MAX_BYTES 64u

typedef struct samme_category {
    samme_span code;
    uint32_t first; /* its own place */
    uint32_t last;  /* of the last code under it; its own when there is none */
} samme_category;

typedef struct samme_categories {
    const samme_category *sorted; /* by code */
    size_t count;
    const uint16_t *placed; /* by place: its number in `sorted` */
    const uint16_t *slots;  /* by hash of the code: its number in `sorted` and 1, or 0 */
    uint32_t mask;          /* slots less one */
} samme_categories;

/* Codes are spans of the chain's texts; the arrays live in the arena.
 * SAMME_MALFORMED (a code's form, a doubled code, an unknown parent, a cycle),
 * SAMME_TOO_LARGE, SAMME_NO_MEMORY. *out_at is then the index of the category
 * that is wrong. */
samme_status samme_categories_build(const Samme__Chain *chain, samme_arena *arena,
                                    samme_categories *out, size_t *out_at,
                                    samme_error *error) SAMME_CHECKED;
/* NULL: no such code. */
const samme_category *samme_categories_find(const samme_categories *categories, samme_span code);
/* By place, below count. */
const samme_category *samme_categories_at(const samme_categories *categories, uint32_t place);
/* The code that was probably meant, or NULL. */
const char *samme_categories_meant(const samme_categories *categories, samme_span code);

#endif
