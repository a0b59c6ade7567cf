#include "tlog/proof.h"

#include <assert.h>

samme_status samme_proof_add(samme_proof *proof, samme_span hash) {
    if (hash.length != sizeof(samme_hash))
        return SAMME_MALFORMED;
    if (proof->count == SAMME_PROOF_MAX_HASHES)
        return SAMME_TOO_LARGE;
    memcpy(proof->hashes[proof->count++].bytes, hash.data, sizeof(samme_hash));
    return SAMME_OK;
}

/* Largest power of two below a number that is over 1: where RFC 6962 splits a tree. */
static uint64_t split(uint64_t leaves) {
    return UINT64_C(1) << (63 - __builtin_clzll(leaves - 1));
}

/* Root of leaves [begin, end) from those of the full subtrees it is made of, left to right in
 * falling size. `begin` is a multiple of a power of two that is not below their number. */
static samme_status read_root(const samme_nodes *nodes, uint64_t begin, uint64_t end,
                              samme_hash *out) {
    samme_hash parts[64];
    unsigned count = 0;
    while (begin < end) {
        unsigned level = (unsigned)(63 - __builtin_clzll(end - begin));
        samme_status status = nodes->read(nodes->self, level, begin >> level, &parts[count]);
        if (status != SAMME_OK)
            return status;
        count++;
        begin += UINT64_C(1) << level;
    }
    assert(count > 0);
    samme_hash root = parts[--count];
    while (count > 0)
        root = samme_node_hash(&parts[--count], &root);
    *out = root;
    return SAMME_OK;
}

/* A subtree of the tree a proof is made for: leaves [begin, end). */
typedef struct subtree {
    uint64_t begin, end;
} subtree;

/* Steps into the half of the subtree that holds a leaf, and adds the root of the other. */
static samme_status descend(const samme_nodes *nodes, uint64_t leaf, subtree *at,
                            samme_proof *proof) {
    const uint64_t middle = at->begin + split(at->end - at->begin);
    const bool left = leaf < middle;
    samme_status status = left ? read_root(nodes, middle, at->end, &proof->hashes[proof->count])
                               : read_root(nodes, at->begin, middle, &proof->hashes[proof->count]);
    if (status != SAMME_OK)
        return status;
    proof->count++;
    if (left)
        at->end = middle;
    else
        at->begin = middle;
    return SAMME_OK;
}

/* Collected from the root down; proofs go up from the leaves. */
static void give_reversed(const samme_proof *proof, samme_proof *out) {
    out->count = proof->count;
    for (unsigned i = 0; i < proof->count; i++)
        out->hashes[i] = proof->hashes[proof->count - 1 - i];
}

samme_status samme_inclusion_make(const samme_nodes *nodes, uint64_t index, uint64_t size,
                                  samme_proof *out) {
    if (size > SAMME_TREE_MAX_LEAVES)
        return SAMME_TOO_LARGE;
    if (index >= size)
        return SAMME_MALFORMED;
    samme_proof down = {.count = 0};
    subtree at = {0, size};
    while (at.end - at.begin > 1) {
        samme_status status = descend(nodes, index, &at, &down);
        if (status != SAMME_OK)
            return status;
    }
    give_reversed(&down, out);
    return SAMME_OK;
}

/* Down to the subtree of the new tree that ends where the old tree does. It is the whole old tree
 * when every step was to the left; then its root is known to the checker and left out. */
samme_status samme_consistency_make(const samme_nodes *nodes, uint64_t old_size, uint64_t new_size,
                                    samme_proof *out) {
    if (new_size > SAMME_TREE_MAX_LEAVES)
        return SAMME_TOO_LARGE;
    if (old_size == 0 || old_size > new_size)
        return SAMME_MALFORMED;
    samme_proof down = {.count = 0};
    subtree at = {0, new_size};
    samme_status status = SAMME_OK;
    while (at.end != old_size && status == SAMME_OK)
        status = descend(nodes, old_size - 1, &at, &down);
    if (status == SAMME_OK && at.begin > 0)
        status = read_root(nodes, at.begin, at.end, &down.hashes[down.count++]);
    if (status == SAMME_OK)
        give_reversed(&down, out);
    return status;
}

samme_status samme_inclusion_check(const samme_proof *proof, uint64_t index, uint64_t size,
                                   const samme_hash *leaf_hash, const samme_hash *root) {
    if (size > SAMME_TREE_MAX_LEAVES)
        return SAMME_TOO_LARGE;
    if (index >= size)
        return SAMME_MALFORMED;
    uint64_t at = index, last = size - 1;
    samme_hash hash = *leaf_hash;
    for (unsigned i = 0; i < proof->count; i++) {
        if (last == 0)
            return SAMME_MISMATCH;
        if ((at & 1) != 0 || at == last) {
            hash = samme_node_hash(&proof->hashes[i], &hash);
            while (at != 0 && (at & 1) == 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = samme_node_hash(&hash, &proof->hashes[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && samme_hash_equal(&hash, root) ? SAMME_OK : SAMME_MISMATCH;
}

/* The two roots that the proof leads to, from the old tree's last full subtree up; false when it
 * has too many hashes or too few. */
static bool follow_consistency(const samme_hash *first, const samme_hash *rest, unsigned count,
                               uint64_t at, uint64_t last, samme_hash *out_old,
                               samme_hash *out_new) {
    while ((at & 1) != 0) {
        at >>= 1;
        last >>= 1;
    }
    *out_old = *out_new = *first;
    for (unsigned i = 0; i < count; i++) {
        if (last == 0)
            return false;
        if ((at & 1) != 0 || at == last) {
            *out_old = samme_node_hash(&rest[i], out_old);
            *out_new = samme_node_hash(&rest[i], out_new);
            while (at != 0 && (at & 1) == 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            *out_new = samme_node_hash(out_new, &rest[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0;
}

samme_status samme_consistency_check(const samme_proof *proof, uint64_t old_size,
                                     const samme_hash *old_root, uint64_t new_size,
                                     const samme_hash *new_root) {
    if (new_size > SAMME_TREE_MAX_LEAVES)
        return SAMME_TOO_LARGE;
    if (old_size == 0 || old_size > new_size)
        return SAMME_MALFORMED;
    if (old_size == new_size)
        return proof->count == 0 && samme_hash_equal(old_root, new_root) ? SAMME_OK
                                                                         : SAMME_MISMATCH;
    if (proof->count == 0)
        return SAMME_MISMATCH;
    /* An old tree that is one full subtree is not repeated in the proof. */
    const bool full = (old_size & (old_size - 1)) == 0;
    samme_hash old_hash, new_hash;
    if (!follow_consistency(full ? old_root : &proof->hashes[0],
                            full ? proof->hashes : proof->hashes + 1,
                            full ? proof->count : proof->count - 1, old_size - 1, new_size - 1,
                            &old_hash, &new_hash))
        return SAMME_MISMATCH;
    return samme_hash_equal(&old_hash, old_root) && samme_hash_equal(&new_hash, new_root)
               ? SAMME_OK
               : SAMME_MISMATCH;
}
