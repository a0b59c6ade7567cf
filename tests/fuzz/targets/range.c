/* Target: samme_range_decode, samme_range_encode, samme_range_append, samme_range_append_subtree.
 * The last byte is the level of a subtree. */
#include "fuzz/fuzz.h"
#include "tlog/tree.h"

static void check_encoding(const samme_range *range, samme_span bytes) {
    samme_buffer again;
    samme_buffer_init(&again, 8 + sizeof range->hashes);
    samme_range_encode(range, &again);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), bytes));
    samme_buffer_free(&again);
}

/* What can be said of any range: as many hashes as bits, and what comes out of it decodes. */
static void check_sound(const samme_range *range) {
    FUZZ_MUST(range->size <= SAMME_TREE_MAX_LEAVES);
    FUZZ_MUST(range->count == (unsigned)__builtin_popcountll(range->size));
    samme_buffer bytes;
    samme_range again;
    samme_buffer_init(&bytes, 8 + sizeof range->hashes);
    samme_range_encode(range, &bytes);
    FUZZ_MUST(samme_range_decode(samme_buffer_span(&bytes), &again) == SAMME_OK);
    samme_hash a = samme_range_root(range), b = samme_range_root(&again);
    FUZZ_MUST(samme_hash_equal(&a, &b));
    samme_buffer_free(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    unsigned level = data[size - 1] % 70u;
    samme_span bytes = SAMME_SPAN(data, size - 1);
    samme_range range, single, before;
    if (samme_range_decode(bytes, &range) != SAMME_OK)
        return 0;
    check_encoding(&range, bytes);
    check_sound(&range);
    before = single = range;
    samme_hash leaf = samme_leaf_hash(bytes);
    samme_status status = samme_range_append(&range, &leaf);
    FUZZ_MUST(status == (before.size == SAMME_TREE_MAX_LEAVES ? SAMME_FULL : SAMME_OK));
    check_sound(&range);
    if (samme_range_append_subtree(&single, 0, &leaf) ==
        SAMME_OK) { /* a leaf is the least of them */
        samme_hash a = samme_range_root(&range), b = samme_range_root(&single);
        FUZZ_MUST(single.size == range.size && samme_hash_equal(&a, &b));
    }
    status = samme_range_append_subtree(&before, level, &leaf);
    FUZZ_MUST(status == SAMME_OK || before.size == single.size - 1 || status == SAMME_FULL);
    check_sound(&before);
    return 0;
}
