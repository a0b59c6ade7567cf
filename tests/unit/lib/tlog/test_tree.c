#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/prng.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "tlog/tree.h"

enum { SMALL_SIZES = 1025 };

/* The reference: RFC 6962 section 2.1 word for word, on bytes joined by hand, knowing nothing of
 * compact ranges. */

static samme_hash reference_leaf(samme_span entry) {
    uint8_t bytes[64] = {0x00};
    cr_assert_lt(entry.length, sizeof bytes);
    if (entry.length > 0)
        memcpy(bytes + 1, entry.data, entry.length);
    return samme_sha256(SAMME_SPAN(bytes, 1 + entry.length));
}

static samme_hash reference_root(const samme_hash *leaves, size_t count) {
    if (count == 0)
        return samme_sha256(SAMME_SPAN(NULL, 0));
    if (count == 1)
        return leaves[0];
    size_t left_count = 1;
    while (left_count * 2 < count)
        left_count *= 2;
    samme_hash left = reference_root(leaves, left_count);
    samme_hash right = reference_root(leaves + left_count, count - left_count);
    uint8_t bytes[65] = {0x01};
    memcpy(bytes + 1, left.bytes, 32);
    memcpy(bytes + 33, right.bytes, 32);
    return samme_sha256(SAMME_SPAN(bytes, sizeof bytes));
}

/* Leaf hashes of the entries "0", "1", "2" and so on; free() them. */
static samme_hash *numbered_leaves(size_t count) {
    samme_hash *leaves = malloc(count * sizeof *leaves);
    cr_assert_not_null(leaves);
    for (size_t i = 0; i < count; i++) {
        char entry[24];
        snprintf(entry, sizeof entry, "%zu", i);
        leaves[i] = reference_leaf(samme_span_of_text(entry));
    }
    return leaves;
}

static void append_all(samme_range *range, const samme_hash *leaves, size_t count) {
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(samme_range_append(range, &leaves[i]), SAMME_OK);
}

static bool same_range(const samme_range *a, const samme_range *b) {
    return a->size == b->size && a->count == b->count &&
           memcmp(a->hashes, b->hashes, a->count * sizeof a->hashes[0]) == 0;
}

static samme_hash unhex(const char *hex) {
    samme_hash hash;
    cr_assert_eq(samme_hex_parse(samme_span_of_text(hex), hash.bytes, sizeof hash.bytes), SAMME_OK);
    return hash;
}

static bool starts_with(samme_hash hash, const char *hex) {
    uint8_t start[4];
    cr_assert_eq(samme_hex_parse(samme_span_of_text(hex), start, sizeof start), SAMME_OK);
    return memcmp(hash.bytes, start, sizeof start) == 0;
}

Test(tree, empty) {
    samme_range range;
    samme_range_init(&range);
    samme_hash root = samme_range_root(&range);
    samme_hash wanted = unhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    cr_assert(samme_hash_equal(&root, &wanted));
}

/* The hasher's own test in github.com/transparency-dev/merkle: "nodes" shorter than a hash. */
Test(tree, hashes_of_transparency_dev) {
    cr_assert(starts_with(samme_leaf_hash(SAMME_LITERAL("L123456")), "395aa064"));
    cr_assert(starts_with(samme_leaf_hash(SAMME_SPAN(NULL, 0)), "6e340b9c"));
    samme_hash node =
        samme_sha256_of(SAMME_LITERAL("\x01"), SAMME_LITERAL("N123"), SAMME_LITERAL("N456"));
    cr_assert(starts_with(node, "aa217fe8"));
}

Test(tree, node_is_its_prefix_and_both_children) {
    samme_hash leaves[2] = {samme_leaf_hash(SAMME_LITERAL("left")),
                            samme_leaf_hash(SAMME_LITERAL("right"))};
    samme_hash node = samme_node_hash(&leaves[0], &leaves[1]);
    samme_hash wanted = reference_root(leaves, 2);
    samme_hash swapped = samme_node_hash(&leaves[1], &leaves[0]);
    cr_assert(samme_hash_equal(&node, &wanted));
    cr_assert_not(samme_hash_equal(&node, &swapped));
}

/* The eight leaves known from Certificate Transparency's first implementations. */
Test(tree, certificate_transparency_roots) {
    const samme_span entries[8] = {
        {NULL, 0},
        SAMME_LITERAL("\x00"),
        SAMME_LITERAL("\x10"),
        SAMME_LITERAL("\x20\x21"),
        SAMME_LITERAL("\x30\x31"),
        SAMME_LITERAL("\x40\x41\x42\x43"),
        SAMME_LITERAL("\x50\x51\x52\x53\x54\x55\x56\x57"),
        SAMME_LITERAL("\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"),
    };
    static const char *const roots[8] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };
    samme_range range;
    samme_hash leaves[8];
    samme_range_init(&range);
    for (size_t i = 0; i < 8; i++) {
        samme_hash leaf = samme_leaf_hash(entries[i]);
        leaves[i] = reference_leaf(entries[i]);
        cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
        samme_hash root = samme_range_root(&range), wanted = unhex(roots[i]);
        samme_hash reference = reference_root(leaves, i + 1);
        cr_assert(samme_hash_equal(&root, &wanted), "size %zu", i + 1);
        cr_assert(samme_hash_equal(&reference, &wanted), "reference, size %zu", i + 1);
    }
}

/* The log of 300 records in the test data of github.com/FiloSottile/sunlight. */
Test(tree, root_of_a_log_written_by_others) {
    samme_range range;
    samme_buffer root;
    samme_range_init(&range);
    samme_buffer_init(&root, 64);
    for (int i = 0; i < 300; i++) {
        char record[24];
        snprintf(record, sizeof record, "record %d", i);
        samme_hash leaf = samme_leaf_hash(samme_span_of_text(record));
        cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
    }
    samme_hash hash = samme_range_root(&range);
    samme_base64_append(&root, samme_span_of_hash(&hash));
    cr_assert_str_eq(samme_buffer_text(&root), "gw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU=");
    samme_buffer_free(&root);
}

Test(tree, every_size_as_the_reference) {
    samme_hash *leaves = numbered_leaves(SMALL_SIZES);
    samme_range range;
    samme_range_init(&range);
    for (size_t size = 0; size <= SMALL_SIZES; size++) {
        samme_hash root = samme_range_root(&range), wanted = reference_root(leaves, size);
        cr_assert(samme_hash_equal(&root, &wanted), "size %zu", size);
        cr_assert_eq(range.size, size);
        cr_assert_eq(range.count, (unsigned)__builtin_popcountll(size));
        if (size < SMALL_SIZES)
            cr_assert_eq(samme_range_append(&range, &leaves[size]), SAMME_OK);
    }
    free(leaves);
}

Test(tree, sizes_around_full_tiles) {
    static const size_t sizes[] = {65535, 65536, 70000};
    samme_hash *leaves = numbered_leaves(70000);
    samme_range range;
    samme_range_init(&range);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        append_all(&range, leaves + range.size, sizes[i] - range.size);
        samme_hash root = samme_range_root(&range), wanted = reference_root(leaves, sizes[i]);
        cr_assert(samme_hash_equal(&root, &wanted), "size %zu", sizes[i]);
    }
    free(leaves);
}

/* Second preimages: an entry that reads like an inner node is still a leaf. */
Test(tree, an_entry_cannot_pose_as_a_node) {
    samme_hash children[2] = {samme_leaf_hash(SAMME_LITERAL("a")),
                              samme_leaf_hash(SAMME_LITERAL("b"))};
    samme_hash node = samme_node_hash(&children[0], &children[1]);
    uint8_t bytes[65] = {0x01};
    memcpy(bytes + 1, children, sizeof children);
    samme_hash with_prefix = samme_leaf_hash(SAMME_SPAN(bytes, sizeof bytes));
    samme_hash without = samme_leaf_hash(SAMME_SPAN(bytes + 1, sizeof bytes - 1));
    cr_assert_not(samme_hash_equal(&node, &with_prefix));
    cr_assert_not(samme_hash_equal(&node, &without));
}

/* Any mixture of leaves and full subtrees gives the range that leaves alone give. */
Test(tree, subtrees_as_their_leaves) {
    enum { SEED = 30, ROUNDS = 400 };
    samme_hash *leaves = numbered_leaves(SMALL_SIZES);
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t size = samme_prng_below(&prng, SMALL_SIZES + 1);
        samme_range by_leaves, by_subtrees;
        samme_range_init(&by_leaves);
        samme_range_init(&by_subtrees);
        append_all(&by_leaves, leaves, size);
        while (by_subtrees.size < size) {
            unsigned level = (unsigned)samme_prng_below(&prng, 11);
            uint64_t at = by_subtrees.size, width = UINT64_C(1) << level;
            if (at % width != 0 || width > size - at)
                continue;
            samme_hash root = reference_root(leaves + at, width);
            cr_assert_eq(samme_range_append_subtree(&by_subtrees, level, &root), SAMME_OK);
        }
        cr_assert(same_range(&by_leaves, &by_subtrees), "seed %d round %d size %llu", SEED, round,
                  (unsigned long long)size);
    }
    free(leaves);
}

Test(tree, a_subtree_out_of_place_changes_nothing) {
    samme_hash *leaves = numbered_leaves(64);
    for (size_t size = 1; size < 64; size++) {
        for (unsigned level = 1; level <= 6; level++) {
            samme_range range;
            samme_range_init(&range);
            append_all(&range, leaves, size);
            samme_range before = range;
            samme_status status = samme_range_append_subtree(&range, level, &leaves[0]);
            if (size % (UINT64_C(1) << level) == 0) {
                cr_assert_eq(status, SAMME_OK, "size %zu level %u", size, level);
            } else {
                cr_assert_eq(status, SAMME_MISMATCH, "size %zu level %u", size, level);
                cr_assert(same_range(&range, &before));
            }
        }
    }
    free(leaves);
}

/* A range of any size, its hashes made up. */
static samme_range range_of_size(uint64_t size) {
    samme_range range = {.size = size, .count = (unsigned)__builtin_popcountll(size)};
    for (unsigned i = 0; i < range.count; i++)
        memset(range.hashes[i].bytes, (int)i + 1, sizeof range.hashes[i].bytes);
    return range;
}

Test(tree, full_at_its_maximum) {
    const samme_hash leaf = {{7}};
    samme_range range = range_of_size(SAMME_TREE_MAX_LEAVES - 1);
    cr_assert_eq(samme_range_append(&range, &leaf), SAMME_OK);
    cr_assert_eq(range.size, SAMME_TREE_MAX_LEAVES);
    cr_assert_eq(range.count, 63);
    samme_range before = range;
    cr_assert_eq(samme_range_append(&range, &leaf), SAMME_FULL);
    cr_assert(same_range(&range, &before));
}

Test(tree, subtrees_beyond_the_maximum) {
    const samme_hash root = {{7}};
    samme_range range;
    samme_range_init(&range);
    cr_assert_eq(samme_range_append_subtree(&range, 63, &root), SAMME_FULL);
    cr_assert_eq(samme_range_append_subtree(&range, 64, &root), SAMME_FULL);
    cr_assert_eq(samme_range_append_subtree(&range, UINT32_MAX, &root), SAMME_FULL);
    cr_assert_eq(range.size, 0);
    cr_assert_eq(samme_range_append_subtree(&range, 62, &root), SAMME_OK);
    cr_assert_eq(samme_range_append_subtree(&range, 62, &root), SAMME_FULL);
    cr_assert_eq(range.size, UINT64_C(1) << 62);
}

Test(tree, encoding_of_three_leaves) {
    samme_range range = range_of_size(3);
    samme_buffer bytes;
    samme_buffer_init(&bytes, 1024);
    samme_range_encode(&range, &bytes);
    uint8_t wanted[72] = {[7] = 3};
    memset(wanted + 8, 1, 32);
    memset(wanted + 40, 2, 32);
    cr_assert(samme_span_equal(samme_buffer_span(&bytes), SAMME_SPAN(wanted, sizeof wanted)));
    samme_buffer_free(&bytes);
}

static void expect_round_trip(uint64_t size) {
    samme_range range = range_of_size(size), decoded;
    samme_buffer bytes;
    samme_buffer_init(&bytes, 4096);
    samme_range_encode(&range, &bytes);
    cr_assert_eq(bytes.length, 8 + 32 * (size_t)range.count);
    cr_assert_eq(samme_range_decode(samme_buffer_span(&bytes), &decoded), SAMME_OK);
    cr_assert(same_range(&range, &decoded), "size %llu", (unsigned long long)size);
    samme_buffer_free(&bytes);
}

Test(tree, encoding_round_trip) {
    for (uint64_t size = 0; size <= SMALL_SIZES; size++)
        expect_round_trip(size);
    for (unsigned bit = 10; bit < 63; bit++)
        expect_round_trip(UINT64_C(1) << bit | 1);
    expect_round_trip(SAMME_TREE_MAX_LEAVES);
}

Test(tree, decoding_wants_exactly_its_bytes) {
    for (uint64_t size = 0; size < 64; size++) {
        const samme_range range = range_of_size(size);
        samme_range out = range_of_size(9);
        const samme_range before = out;
        samme_buffer bytes;
        samme_buffer_init(&bytes, 4096);
        samme_range_encode(&range, &bytes);
        size_t exact = bytes.length;
        samme_buffer_append(&bytes, samme_span_of_hash(&range.hashes[0]));
        for (size_t length = 0; length <= bytes.length; length++) {
            if (length == exact)
                continue;
            cr_assert_eq(samme_range_decode(SAMME_SPAN(bytes.data, length), &out), SAMME_MALFORMED,
                         "size %llu, %zu bytes", (unsigned long long)size, length);
            cr_assert(same_range(&out, &before));
        }
        samme_buffer_free(&bytes);
    }
}

Test(tree, decoding_refuses_sizes_over_the_maximum) {
    samme_range out;
    uint8_t one_bit[40] = {0x80};
    uint8_t all_bits[8 + 64 * 32];
    memset(all_bits, 0xFF, sizeof all_bits);
    cr_assert_eq(samme_range_decode(SAMME_SPAN(one_bit, sizeof one_bit), &out), SAMME_MALFORMED);
    cr_assert_eq(samme_range_decode(SAMME_SPAN(all_bits, sizeof all_bits), &out), SAMME_MALFORMED);
}
