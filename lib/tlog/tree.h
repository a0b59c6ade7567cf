/* RFC 6962 Merkle trees by compact range: one hash per set bit of the size is all a writer needs to
 * append and to give the root. Pure. */
#ifndef SAMME_TLOG_TREE_H
#define SAMME_TLOG_TREE_H

#include "base/buffer.h"

#define SAMME_TREE_MAX_LEAVES ((uint64_t)INT64_MAX) /* 2^63-1 */

/* The right edge of a tree of `size` leaves; hashes[0] is the largest full subtree. */
typedef struct samme_range {
    uint64_t size;
    samme_hash hashes[64];
    unsigned count; /* = number of set bits of size */
} samme_range;

samme_hash samme_leaf_hash(samme_span entry); /* SHA256(0x00 || entry) */
samme_hash samme_node_hash(const samme_hash *left,
                           const samme_hash *right); /* SHA256(0x01 || l || r) */

void samme_range_init(samme_range *range); /* the empty tree */
/* SAMME_FULL at SAMME_TREE_MAX_LEAVES. */
samme_status samme_range_append(samme_range *range, const samme_hash *leaf_hash) SAMME_CHECKED;
/* Appends the root of a full subtree of 2^level leaves; size must be a multiple of 2^level: else
 * SAMME_MISMATCH. SAMME_FULL when the tree would be over its maximum. */
samme_status samme_range_append_subtree(samme_range *range, unsigned level,
                                        const samme_hash *root) SAMME_CHECKED;
samme_hash samme_range_root(const samme_range *range); /* SHA256("") when empty */

/* u64 size || hashes, big-endian: 8 + 32*popcount(size) bytes. Decoding wants exactly that, and a
 * size of at most SAMME_TREE_MAX_LEAVES: else SAMME_MALFORMED. */
void samme_range_encode(const samme_range *range, samme_buffer *out);
samme_status samme_range_decode(samme_span bytes, samme_range *out) SAMME_CHECKED;

#endif
