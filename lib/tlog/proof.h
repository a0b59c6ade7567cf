/* Merkle proofs by RFC 9162: that a leaf is in a tree (section 2.1.3), that a tree continues an
 * older one (section 2.1.4). Proofs are made from the roots of full subtrees, wherever these come
 * from. Pure. */
#ifndef SAMME_TLOG_PROOF_H
#define SAMME_TLOG_PROOF_H

#include "tlog/tree.h"

#define SAMME_PROOF_MAX_HASHES 64u /* of a tree of SAMME_TREE_MAX_LEAVES */

typedef struct samme_proof {
    unsigned count;
    samme_hash hashes[SAMME_PROOF_MAX_HASHES];
} samme_proof;

/* Appends a hash as it came from somewhere. SAMME_MALFORMED when it is not 32 bytes,
 * SAMME_TOO_LARGE when the proof has SAMME_PROOF_MAX_HASHES. */
samme_status samme_proof_add(samme_proof *proof, samme_span hash) SAMME_CHECKED;

/* Where the maker of a proof finds hashes. */
typedef struct samme_nodes {
    void *self;
    /* Root of the full subtree of 2^level leaves from leaf index * 2^level on. Any status it gives
     * is passed on. */
    samme_status (*read)(void *self, unsigned level, uint64_t index, samme_hash *out) SAMME_CHECKED;
} samme_nodes;

/* *out is written on success only. SAMME_MALFORMED: the index is not below the size, the old size
 * is 0 or over the new one; SAMME_TOO_LARGE: a size over SAMME_TREE_MAX_LEAVES; or the port's
 * status. A proof of consistency with the same size is empty. */
samme_status samme_inclusion_make(const samme_nodes *nodes, uint64_t index, uint64_t size,
                                  samme_proof *out) SAMME_CHECKED;
samme_status samme_consistency_make(const samme_nodes *nodes, uint64_t old_size, uint64_t new_size,
                                    samme_proof *out) SAMME_CHECKED;

/* SAMME_MISMATCH when the proof does not lead to the root (or to both roots), be it by a hash, by
 * too many or by too few of them; SAMME_MALFORMED and SAMME_TOO_LARGE as above. An empty tree has
 * no leaf and proves no consistency. */
samme_status samme_inclusion_check(const samme_proof *proof, uint64_t index, uint64_t size,
                                   const samme_hash *leaf_hash,
                                   const samme_hash *root) SAMME_CHECKED;
samme_status samme_consistency_check(const samme_proof *proof, uint64_t old_size,
                                     const samme_hash *old_root, uint64_t new_size,
                                     const samme_hash *new_root) SAMME_CHECKED;

#endif
