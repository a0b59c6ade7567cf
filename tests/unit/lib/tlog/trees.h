/* The reference for trees: RFC 6962 section 2.1, word for word and recursive, on leaves that are
 * all different. Roots of parts are kept, so that all proofs of a tree cost little. */
#ifndef SAMME_TESTS_TLOG_TREES_H
#define SAMME_TESTS_TLOG_TREES_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "tlog/proof.h"

typedef struct reference {
    size_t size;
    samme_hash *leaves;
    samme_hash *roots; /* of leaves [begin, end), at begin * (size + 1) + end */
    bool *known;
} reference;

static inline reference reference_make(size_t size) {
    reference made = {.size = size,
                      .leaves = calloc(size + 1, sizeof(samme_hash)),
                      .roots = calloc(size * (size + 1) + 1, sizeof(samme_hash)),
                      .known = calloc(size * (size + 1) + 1, sizeof(bool))};
    cr_assert(made.leaves != NULL && made.roots != NULL && made.known != NULL);
    for (size_t i = 0; i < size; i++) {
        uint8_t entry[9] = {0x00, (uint8_t)(i >> 8), (uint8_t)i};
        made.leaves[i] = samme_sha256(SAMME_SPAN(entry, sizeof entry));
    }
    return made;
}

static inline void reference_free(reference *tree) {
    free(tree->leaves);
    free(tree->roots);
    free(tree->known);
}

/* MTH(D[begin:end]). */
static inline samme_hash reference_root(reference *tree, size_t begin, size_t end) {
    cr_assert(begin < end && end <= tree->size, "no leaves %zu to %zu", begin, end);
    const size_t place = begin * (tree->size + 1) + end;
    if (!tree->known[place]) {
        if (end - begin == 1) {
            tree->roots[place] = tree->leaves[begin];
        } else {
            size_t left = 1;
            while (left * 2 < end - begin)
                left *= 2;
            uint8_t node[65] = {0x01};
            samme_hash a = reference_root(tree, begin, begin + left);
            samme_hash b = reference_root(tree, begin + left, end);
            memcpy(node + 1, a.bytes, 32);
            memcpy(node + 33, b.bytes, 32);
            tree->roots[place] = samme_sha256(SAMME_SPAN(node, sizeof node));
        }
        tree->known[place] = true;
    }
    return tree->roots[place];
}

static inline void reference_push(samme_proof *proof, samme_hash hash) {
    cr_assert_lt(proof->count, SAMME_PROOF_MAX_HASHES);
    proof->hashes[proof->count++] = hash;
}

/* PATH(m, D[begin:end]). */
static inline void reference_path(reference *tree, size_t m, size_t begin, size_t end,
                                  samme_proof *out) {
    if (end - begin == 1)
        return;
    size_t k = 1;
    while (k * 2 < end - begin)
        k *= 2;
    if (m < k) {
        reference_path(tree, m, begin, begin + k, out);
        reference_push(out, reference_root(tree, begin + k, end));
    } else {
        reference_path(tree, m - k, begin + k, end, out);
        reference_push(out, reference_root(tree, begin, begin + k));
    }
}

/* SUBPROOF(m, D[begin:end], whole). */
static inline void reference_subproof(reference *tree, size_t m, size_t begin, size_t end,
                                      bool whole, samme_proof *out) {
    if (m == end - begin) {
        if (!whole)
            reference_push(out, reference_root(tree, begin, end));
        return;
    }
    size_t k = 1;
    while (k * 2 < end - begin)
        k *= 2;
    if (m <= k) {
        reference_subproof(tree, m, begin, begin + k, whole, out);
        reference_push(out, reference_root(tree, begin + k, end));
    } else {
        reference_subproof(tree, m - k, begin + k, end, false, out);
        reference_push(out, reference_root(tree, begin, begin + k));
    }
}

/* The port of the makers, over the reference. */
static inline samme_status reference_read(void *self, unsigned level, uint64_t index,
                                          samme_hash *out) {
    reference *tree = self;
    cr_assert_leq((index + 1) << level, tree->size, "no subtree %llu of level %u",
                  (unsigned long long)index, level);
    *out = reference_root(tree, (size_t)index << level, (size_t)(index + 1) << level);
    return SAMME_OK;
}

static inline bool same_proof(const samme_proof *a, const samme_proof *b) {
    return a->count == b->count && memcmp(a->hashes, b->hashes, a->count * sizeof *a->hashes) == 0;
}

/* Calls `refused` for every proof that differs from this one in one place: a bit of a hash, a hash
 * less, a hash twice, a strange hash in between, two hashes swapped. */
static inline void each_mutation(const samme_proof *proof, unsigned bit,
                                 void (*refused)(void *context, const samme_proof *wrong),
                                 void *context) {
    for (unsigned i = 0; i < proof->count; i++) {
        samme_proof wrong = *proof;
        wrong.hashes[i].bytes[bit / 8 % 32] ^= (uint8_t)(1u << bit % 8);
        refused(context, &wrong);
        wrong = *proof;
        memmove(&wrong.hashes[i], &wrong.hashes[i + 1],
                (proof->count - 1 - i) * sizeof *wrong.hashes);
        wrong.count--;
        refused(context, &wrong);
        if (i + 1 < proof->count) {
            wrong = *proof;
            wrong.hashes[i] = proof->hashes[i + 1];
            wrong.hashes[i + 1] = proof->hashes[i];
            refused(context, &wrong);
        }
    }
    for (unsigned i = 0; i <= proof->count && proof->count < SAMME_PROOF_MAX_HASHES; i++) {
        samme_proof wrong = *proof;
        memmove(&wrong.hashes[i + 1], &wrong.hashes[i], (proof->count - i) * sizeof *wrong.hashes);
        wrong.count++;
        if (i < proof->count) /* hash i twice */
            refused(context, &wrong);
        memset(wrong.hashes[i].bytes, (int)bit, sizeof wrong.hashes[i].bytes);
        refused(context, &wrong);
    }
}

#endif
