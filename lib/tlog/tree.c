#include "tlog/tree.h"

#include "base/text.h"
#include "crypto/hash.h"

samme_hash samme_leaf_hash(samme_span entry) {
    return samme_sha256_of(SAMME_LITERAL("\x00"), entry, SAMME_SPAN(NULL, 0));
}

samme_hash samme_node_hash(const samme_hash *left, const samme_hash *right) {
    return samme_sha256_of(SAMME_LITERAL("\x01"), samme_span_of_hash(left),
                           samme_span_of_hash(right));
}

void samme_range_init(samme_range *range) {
    range->size = 0;
    range->count = 0;
}

samme_status samme_range_append(samme_range *range, const samme_hash *leaf_hash) {
    return samme_range_append_subtree(range, 0, leaf_hash);
}

samme_status samme_range_append_subtree(samme_range *range, unsigned level,
                                        const samme_hash *root) {
    if (level >= 63 || SAMME_TREE_MAX_LEAVES - range->size < UINT64_C(1) << level)
        return SAMME_FULL;
    const uint64_t leaves = UINT64_C(1) << level;
    if (range->size % leaves != 0)
        return SAMME_MISMATCH;
    /* As in binary addition: each full subtree of the new one's height carries into the next
     * height. */
    samme_hash carry = *root;
    for (uint64_t rest = range->size >> level; (rest & 1) != 0; rest >>= 1)
        carry = samme_node_hash(&range->hashes[--range->count], &carry);
    range->hashes[range->count++] = carry;
    range->size += leaves;
    return SAMME_OK;
}

samme_hash samme_range_root(const samme_range *range) {
    if (range->count == 0)
        return samme_sha256(SAMME_SPAN(NULL, 0));
    unsigned i = range->count - 1;
    samme_hash root = range->hashes[i];
    while (i-- > 0)
        root = samme_node_hash(&range->hashes[i], &root);
    return root;
}

void samme_range_encode(const samme_range *range, samme_buffer *out) {
    samme_buffer_u64(out, range->size);
    samme_buffer_append(out, SAMME_SPAN(range->hashes, range->count * sizeof range->hashes[0]));
}

static unsigned set_bits(uint64_t value) {
    return (unsigned)__builtin_popcountll(value);
}

samme_status samme_range_decode(samme_span bytes, samme_range *out) {
    if (bytes.length < sizeof(uint64_t))
        return SAMME_MALFORMED;
    const uint64_t size = samme_get_u64(bytes.data);
    const unsigned count = set_bits(size);
    if (size > SAMME_TREE_MAX_LEAVES ||
        bytes.length != sizeof(uint64_t) + count * sizeof(samme_hash))
        return SAMME_MALFORMED;
    out->size = size;
    out->count = count;
    memcpy(out->hashes, bytes.data + sizeof(uint64_t), count * sizeof(samme_hash));
    return SAMME_OK;
}
