/* Every proof of every small tree against RFC 6962's recursive definition, and every proof that is
 * wrong in one place refused. */
#include "base/prng.h"
#include "tests/unit/lib/tlog/trees.h"

enum { SIZES = 300, EACH_UP_TO = 64, DRAWN = 6 };
#define SEED 20261122u

typedef struct claim {
    uint64_t index, size; /* or old and new size */
    samme_hash leaf, root;
    const char *what;
} claim;

static samme_hash flipped(samme_hash hash, unsigned bit) {
    hash.bytes[bit / 8 % 32] ^= (uint8_t)(1u << bit % 8);
    return hash;
}

static void inclusion_refused(void *context, const samme_proof *wrong) {
    const claim *of = context;
    cr_assert_eq(samme_inclusion_check(wrong, of->index, of->size, &of->leaf, &of->root),
                 SAMME_MISMATCH, "leaf %llu of %llu", (unsigned long long)of->index,
                 (unsigned long long)of->size);
}

static void consistency_refused(void *context, const samme_proof *wrong) {
    const claim *of = context;
    cr_assert_eq(samme_consistency_check(wrong, of->index, &of->leaf, of->size, &of->root),
                 SAMME_MISMATCH, "from %llu to %llu", (unsigned long long)of->index,
                 (unsigned long long)of->size);
}

static samme_proof make_inclusion(reference *tree, size_t index, size_t size) {
    const samme_nodes nodes = {tree, reference_read};
    samme_proof made, wanted = {.count = 0};
    cr_assert_eq(samme_inclusion_make(&nodes, index, size, &made), SAMME_OK);
    reference_path(tree, index, 0, size, &wanted);
    cr_assert(same_proof(&made, &wanted), "leaf %zu of %zu", index, size);
    return made;
}

static samme_proof make_consistency(reference *tree, size_t old_size, size_t new_size) {
    const samme_nodes nodes = {tree, reference_read};
    samme_proof made, wanted = {.count = 0};
    cr_assert_eq(samme_consistency_make(&nodes, old_size, new_size, &made), SAMME_OK);
    reference_subproof(tree, old_size, 0, new_size, true, &wanted);
    cr_assert(same_proof(&made, &wanted), "from %zu to %zu", old_size, new_size);
    return made;
}

Test(proof, every_inclusion_up_to_300) {
    reference tree = reference_make(SIZES);
    for (size_t size = 1; size <= SIZES; size++) {
        const samme_hash root = reference_root(&tree, 0, size);
        for (size_t index = 0; index < size; index++) {
            samme_proof proof = make_inclusion(&tree, index, size);
            cr_assert_eq(samme_inclusion_check(&proof, index, size, &tree.leaves[index], &root),
                         SAMME_OK, "leaf %zu of %zu", index, size);
        }
    }
    reference_free(&tree);
}

Test(proof, every_consistency_up_to_300) {
    reference tree = reference_make(SIZES);
    for (size_t size = 1; size <= SIZES; size++) {
        const samme_hash root = reference_root(&tree, 0, size);
        for (size_t old_size = 1; old_size <= size; old_size++) {
            const samme_hash old_root = reference_root(&tree, 0, old_size);
            samme_proof proof = make_consistency(&tree, old_size, size);
            cr_assert_eq(samme_consistency_check(&proof, old_size, &old_root, size, &root),
                         SAMME_OK, "from %zu to %zu", old_size, size);
        }
    }
    reference_free(&tree);
}

/* Of one leaf: all mutations of the proof, of leaf and root, and all other places. */
static void refuse_inclusion(reference *tree, size_t index, size_t size, unsigned bit) {
    samme_proof proof = make_inclusion(tree, index, size);
    claim of = {.index = index,
                .size = size,
                .leaf = tree->leaves[index],
                .root = reference_root(tree, 0, size)};
    each_mutation(&proof, bit, inclusion_refused, &of);
    claim wrong = of;
    wrong.leaf = flipped(of.leaf, bit);
    inclusion_refused(&wrong, &proof);
    wrong = of;
    wrong.root = flipped(of.root, bit);
    inclusion_refused(&wrong, &proof);
    for (wrong = of, wrong.index = 0; wrong.index < size; wrong.index++)
        if (wrong.index != index)
            inclusion_refused(&wrong, &proof);
}

Test(proof, no_mutation_of_an_inclusion_passes) {
    reference tree = reference_make(SIZES);
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    for (size_t size = 1; size <= SIZES; size++) {
        const size_t most = size <= EACH_UP_TO ? size : DRAWN;
        for (size_t i = 0; i < most; i++)
            refuse_inclusion(&tree, size <= EACH_UP_TO ? i : samme_prng_below(&prng, size), size,
                             (unsigned)samme_prng_below(&prng, 256));
    }
    reference_free(&tree);
}

static void refuse_consistency(reference *tree, size_t old_size, size_t size, unsigned bit) {
    samme_proof proof = make_consistency(tree, old_size, size);
    claim of = {.index = old_size,
                .size = size,
                .leaf = reference_root(tree, 0, old_size),
                .root = reference_root(tree, 0, size)};
    each_mutation(&proof, bit, consistency_refused, &of);
    claim wrong = of;
    wrong.leaf = flipped(of.leaf, bit);
    consistency_refused(&wrong, &proof);
    wrong = of;
    wrong.root = flipped(of.root, bit);
    consistency_refused(&wrong, &proof);
    /* The right proof between other trees than it is said to be of. */
    for (wrong = of, wrong.index = 1; wrong.index <= size; wrong.index++)
        if (wrong.index != old_size) {
            wrong.leaf = reference_root(tree, 0, wrong.index);
            consistency_refused(&wrong, &proof);
        }
}

Test(proof, no_mutation_of_a_consistency_passes) {
    reference tree = reference_make(SIZES);
    samme_prng prng;
    samme_prng_seed(&prng, SEED + 1);
    for (size_t size = 2; size <= SIZES; size++) {
        const size_t most = size <= EACH_UP_TO ? size - 1 : DRAWN;
        for (size_t i = 0; i < most; i++)
            refuse_consistency(&tree,
                               1 + (size <= EACH_UP_TO ? i : samme_prng_below(&prng, size - 1)),
                               size, (unsigned)samme_prng_below(&prng, 256));
    }
    reference_free(&tree);
}

/* A fork: the old tree is not a beginning of the new one. */
Test(proof, a_rewritten_leaf_is_no_consistency) {
    reference before = reference_make(40), after = reference_make(100);
    after.leaves[17].bytes[0] ^= 1;
    const samme_hash new_root = reference_root(&after, 0, 100);
    for (size_t old_size = 1; old_size <= 40; old_size++) {
        const samme_hash old_root = reference_root(&before, 0, old_size);
        samme_proof proof = make_consistency(&after, old_size, 100);
        cr_assert_eq(samme_consistency_check(&proof, old_size, &old_root, 100, &new_root),
                     old_size <= 17 ? SAMME_OK : SAMME_MISMATCH, "%zu", old_size);
    }
    reference_free(&before);
    reference_free(&after);
}

/* An entry that spells a node: its leaf hash is not the node's, so half a proof does not pass. */
Test(proof, an_entry_that_looks_like_a_node_is_none) {
    reference tree = reference_make(4);
    uint8_t entry[65] = {0x01};
    memcpy(entry + 1, tree.leaves[0].bytes, 32);
    memcpy(entry + 33, tree.leaves[1].bytes, 32);
    const samme_hash leaf = samme_leaf_hash(SAMME_SPAN(entry, sizeof entry));
    const samme_hash node = reference_root(&tree, 0, 2), root = reference_root(&tree, 0, 4);
    samme_proof proof = {.count = 1, .hashes = {reference_root(&tree, 2, 4)}};
    cr_assert_not(samme_hash_equal(&leaf, &node));
    cr_assert_eq(samme_inclusion_check(&proof, 0, 2, &leaf, &root), SAMME_MISMATCH);
    cr_assert_eq(samme_inclusion_check(&proof, 0, 4, &leaf, &root), SAMME_MISMATCH);
    cr_assert_eq(samme_inclusion_check(&proof, 0, 2, &node, &root), SAMME_OK,
                 "only who believes a node to be a leaf is deceived");
    reference_free(&tree);
}

/* A hash too many is refused even where the "root" is what it leads to: else a log could say that
 * an entry is in a tree of another shape. */
Test(proof, a_hash_too_many_and_a_root_made_to_fit) {
    reference tree = reference_make(20);
    const samme_hash strange = samme_leaf_hash(SAMME_LITERAL("strange"));
    const samme_hash root = reference_root(&tree, 0, 20);
    const samme_hash made = samme_node_hash(&strange, &root);
    for (size_t i = 0; i < 20; i++) {
        samme_proof proof = make_inclusion(&tree, i, 20);
        reference_push(&proof, strange);
        cr_assert_eq(samme_inclusion_check(&proof, i, 20, &tree.leaves[i], &made), SAMME_MISMATCH,
                     "leaf %zu", i);
    }
    for (size_t old_size = 1; old_size < 20; old_size++) {
        const samme_hash old_root = reference_root(&tree, 0, old_size);
        const samme_hash old_made = samme_node_hash(&strange, &old_root);
        samme_proof proof = make_consistency(&tree, old_size, 20);
        if ((old_size & (old_size - 1)) == 0)
            continue; /* the proof begins with the old root itself */
        reference_push(&proof, strange);
        cr_assert_eq(samme_consistency_check(&proof, old_size, &old_made, 20, &made),
                     SAMME_MISMATCH, "from %zu", old_size);
    }
    reference_free(&tree);
}

/* A hash too few, and as "root" what is reached without it. */
Test(proof, a_hash_too_few_and_a_root_made_to_fit) {
    reference tree = reference_make(4);
    const samme_hash half = reference_root(&tree, 0, 2);
    samme_proof proof = make_inclusion(&tree, 0, 4);
    proof.count--;
    cr_assert_eq(samme_inclusion_check(&proof, 0, 4, &tree.leaves[0], &half), SAMME_MISMATCH);
    proof = make_consistency(&tree, 1, 4);
    proof.count--;
    cr_assert_eq(samme_consistency_check(&proof, 1, &tree.leaves[0], 4, &half), SAMME_MISMATCH);
    reference_free(&tree);
}

Test(proof, sizes_that_cannot_be) {
    reference tree = reference_make(8);
    const samme_nodes nodes = {&tree, reference_read};
    const samme_hash leaf = tree.leaves[0];
    const uint64_t too_large = SAMME_TREE_MAX_LEAVES + 1; /* 2^63 */
    samme_proof proof = {.count = 0}, made = {.count = 7};
    cr_assert_eq(samme_inclusion_check(&proof, 0, 0, &leaf, &leaf), SAMME_MALFORMED);
    cr_assert_eq(samme_inclusion_check(&proof, 1, 1, &leaf, &leaf), SAMME_MALFORMED);
    cr_assert_eq(samme_inclusion_check(&proof, UINT64_MAX, 1, &leaf, &leaf), SAMME_MALFORMED);
    cr_assert_eq(samme_inclusion_check(&proof, 0, too_large, &leaf, &leaf), SAMME_TOO_LARGE);
    cr_assert_eq(samme_consistency_check(&proof, 0, &leaf, 0, &leaf), SAMME_MALFORMED);
    cr_assert_eq(samme_consistency_check(&proof, 0, &leaf, 1, &leaf), SAMME_MALFORMED);
    cr_assert_eq(samme_consistency_check(&proof, 2, &leaf, 1, &leaf), SAMME_MALFORMED);
    cr_assert_eq(samme_consistency_check(&proof, 1, &leaf, too_large, &leaf), SAMME_TOO_LARGE);
    cr_assert_eq(samme_consistency_check(&proof, 1, &leaf, 2, &leaf), SAMME_MISMATCH, "empty");
    cr_assert_eq(samme_inclusion_make(&nodes, 8, 8, &made), SAMME_MALFORMED);
    cr_assert_eq(samme_inclusion_make(&nodes, 0, 0, &made), SAMME_MALFORMED);
    cr_assert_eq(samme_inclusion_make(&nodes, 0, too_large, &made), SAMME_TOO_LARGE);
    cr_assert_eq(samme_consistency_make(&nodes, 0, 0, &made), SAMME_MALFORMED);
    cr_assert_eq(samme_consistency_make(&nodes, 0, 8, &made), SAMME_MALFORMED);
    cr_assert_eq(samme_consistency_make(&nodes, 8, 7, &made), SAMME_MALFORMED);
    cr_assert_eq(samme_consistency_make(&nodes, 1, too_large, &made), SAMME_TOO_LARGE);
    cr_assert_eq(made.count, 7, "a refusal writes nothing");
    reference_free(&tree);
}

/* The largest tree of all, whose hashes are made up but follow from each other. */
static samme_status constant_tree(void *self, unsigned level, uint64_t index, samme_hash *out) {
    const samme_hash *levels = self;
    (void)index;
    *out = levels[level];
    return SAMME_OK;
}

Test(proof, the_largest_tree) {
    samme_hash levels[64] = {samme_leaf_hash(SAMME_LITERAL("always the same"))};
    for (unsigned i = 1; i < 64; i++)
        levels[i] = samme_node_hash(&levels[i - 1], &levels[i - 1]);
    const samme_nodes nodes = {levels, constant_tree};
    samme_range range;
    samme_range_init(&range);
    for (unsigned level = 63; level-- > 0;)
        cr_assert_eq(samme_range_append_subtree(&range, level, &levels[level]), SAMME_OK);
    cr_assert_eq(range.size, SAMME_TREE_MAX_LEAVES);
    const samme_hash root = samme_range_root(&range);
    const uint64_t size = SAMME_TREE_MAX_LEAVES, old_size = size - 1;
    samme_proof proof;
    cr_assert_eq(samme_inclusion_make(&nodes, 0, size, &proof), SAMME_OK);
    cr_assert_eq(proof.count, 63);
    cr_assert_eq(samme_inclusion_check(&proof, 0, size, &levels[0], &root), SAMME_OK);
    cr_assert_eq(samme_inclusion_make(&nodes, size - 1, size, &proof), SAMME_OK);
    cr_assert_eq(samme_inclusion_check(&proof, size - 1, size, &levels[0], &root), SAMME_OK);
    samme_range_init(&range);
    for (unsigned level = 63; level-- > 1;)
        cr_assert_eq(samme_range_append_subtree(&range, level, &levels[level]), SAMME_OK);
    const samme_hash old_root = samme_range_root(&range);
    cr_assert_eq(samme_consistency_make(&nodes, old_size, size, &proof), SAMME_OK);
    cr_assert_eq(samme_consistency_check(&proof, old_size, &old_root, size, &root), SAMME_OK);
}

Test(proof, longest_of_all_has_64_hashes) {
    samme_hash levels[64] = {samme_leaf_hash(SAMME_LITERAL("always the same"))};
    for (unsigned i = 1; i < 64; i++)
        levels[i] = samme_node_hash(&levels[i - 1], &levels[i - 1]);
    const samme_nodes nodes = {levels, constant_tree};
    const uint64_t size = SAMME_TREE_MAX_LEAVES, old_size = (UINT64_C(1) << 62) - 1;
    samme_range range;
    samme_range_init(&range);
    for (unsigned level = 62; level-- > 0;)
        cr_assert_eq(samme_range_append_subtree(&range, level, &levels[level]), SAMME_OK);
    const samme_hash old_root = samme_range_root(&range);
    samme_range_init(&range);
    for (unsigned level = 63; level-- > 0;)
        cr_assert_eq(samme_range_append_subtree(&range, level, &levels[level]), SAMME_OK);
    const samme_hash root = samme_range_root(&range);
    samme_proof proof;
    cr_assert_eq(samme_consistency_make(&nodes, old_size, size, &proof), SAMME_OK);
    cr_assert_eq(proof.count, SAMME_PROOF_MAX_HASHES);
    cr_assert_eq(samme_consistency_check(&proof, old_size, &old_root, size, &root), SAMME_OK);
}

Test(proof, a_hash_is_32_bytes) {
    uint8_t bytes[33] = {1};
    samme_proof proof = {.count = 0};
    cr_assert_eq(samme_proof_add(&proof, SAMME_SPAN(bytes, 31)), SAMME_MALFORMED);
    cr_assert_eq(samme_proof_add(&proof, SAMME_SPAN(bytes, 33)), SAMME_MALFORMED);
    cr_assert_eq(samme_proof_add(&proof, SAMME_SPAN(NULL, 0)), SAMME_MALFORMED);
    cr_assert_eq(proof.count, 0);
    for (unsigned i = 0; i < SAMME_PROOF_MAX_HASHES; i++)
        cr_assert_eq(samme_proof_add(&proof, SAMME_SPAN(bytes, 32)), SAMME_OK);
    cr_assert_eq(samme_proof_add(&proof, SAMME_SPAN(bytes, 32)), SAMME_TOO_LARGE);
    cr_assert_eq(proof.count, SAMME_PROOF_MAX_HASHES);
}

static samme_status broken_disk(void *self, unsigned level, uint64_t index, samme_hash *out) {
    unsigned *reads_left = self;
    (void)level;
    (void)index;
    memset(out->bytes, 0, sizeof out->bytes);
    return (*reads_left)-- > 0 ? SAMME_OK : SAMME_IO;
}

Test(proof, what_cannot_be_read_is_said) {
    for (unsigned reads = 0; reads < 4; reads++) {
        unsigned left = reads;
        const samme_nodes nodes = {&left, broken_disk};
        samme_proof proof = {.count = 7};
        cr_assert_eq(samme_inclusion_make(&nodes, 3, 23, &proof), SAMME_IO);
        left = reads;
        cr_assert_eq(samme_consistency_make(&nodes, 21, 23, &proof), SAMME_IO);
        cr_assert_eq(proof.count, 7);
    }
}
