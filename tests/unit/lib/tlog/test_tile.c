#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/prng.h"
#include "samme/limits.h"
#include "tlog/tile.h"

#define SEED 20261122u

static void expect_path(samme_tile tile, const char *wanted) {
    char path[SAMME_TILE_PATH_MAX + 1];
    samme_tile parsed = {.level = 99};
    samme_error error = {.text = ""};
    samme_tile_path(&tile, path);
    cr_assert_str_eq(path, wanted);
    cr_assert_eq(samme_tile_parse(samme_span_of_text(path), &parsed, &error), SAMME_OK, "%s",
                 error.text);
    cr_assert(parsed.entries == tile.entries && parsed.level == tile.level &&
                  parsed.index == tile.index && parsed.width == tile.width,
              "%s", path);
}

static samme_tile tile_of(unsigned level, uint64_t index, unsigned width) {
    return (samme_tile){.level = level, .index = index, .width = width};
}

static samme_tile bundle_of(uint64_t index, unsigned width) {
    return (samme_tile){.entries = true, .index = index, .width = width};
}

/* The examples of the specification and of transparency-dev/tessera's tests. */
Test(tile, paths) {
    expect_path(tile_of(0, 1234067, 256), "tile/0/x001/x234/067");
    expect_path(tile_of(0, 1234067, 89), "tile/0/x001/x234/067.p/89");
    expect_path(tile_of(63, 999999999999999999, 255), "tile/63/x999/x999/x999/x999/x999/999.p/255");
    expect_path(tile_of(0, 0, 256), "tile/0/000");
    expect_path(tile_of(0, 1, 256), "tile/0/001");
    expect_path(tile_of(1, 0, 1), "tile/1/000.p/1");
    expect_path(tile_of(15, 455667, 256), "tile/15/x455/667");
    expect_path(tile_of(3, 1234567, 256), "tile/3/x001/x234/567");
    expect_path(tile_of(15, 123456789, 256), "tile/15/x123/x456/789");
    expect_path(tile_of(2, 1000, 256), "tile/2/x001/000");
    expect_path(tile_of(2, 999, 256), "tile/2/999");
    expect_path(tile_of(0, UINT64_MAX, 256), "tile/0/x018/x446/x744/x073/x709/x551/615");
    expect_path(bundle_of(0, 256), "tile/entries/000");
    expect_path(bundle_of(0, 8), "tile/entries/000.p/8");
    expect_path(bundle_of(255, 253), "tile/entries/255.p/253");
    expect_path(bundle_of(123456789, 256), "tile/entries/x123/x456/789");
    expect_path(bundle_of(123456789000, 256), "tile/entries/x123/x456/x789/000");
    expect_path(bundle_of(UINT64_MAX, 255), "tile/entries/x018/x446/x744/x073/x709/x551/615.p/255");
}

Test(tile, any_tile_comes_back_from_its_path) {
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    for (unsigned i = 0; i < 20000; i++) {
        samme_tile tile = {.index = samme_prng_next(&prng) >> samme_prng_below(&prng, 64),
                           .width = 1 + (unsigned)samme_prng_below(&prng, 256)};
        tile.entries = samme_prng_chance(&prng, 300);
        tile.level = tile.entries ? 0 : (unsigned)samme_prng_below(&prng, 64);
        char path[SAMME_TILE_PATH_MAX + 1];
        samme_tile_path(&tile, path);
        expect_path(tile, path);
    }
}

Test(tile, what_is_no_path) {
    static const char *const bad[] = {
        /* tessera's */
        "tile/0/x001/x234/067.p/",
        "tile/0/x001/x234/067.p",
        "tile/0/x001/x234/",
        "tile/0/x001/x234",
        "tile/0/x001/",
        "tile/0/x001",
        "tile/1/x001/.p/abc",
        "tile/64/x001/002",
        "tile/-1/x001/002",
        "tile/abc/x001/002",
        "tile/8/001/002",
        "tile/8/x001/0002",
        "tile/8/x001/-002",
        "tile/8/x001/002.p/256",
        /* widths and levels not written the one way */
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/ 1",
        "tile/0/000.p/1 ",
        "tile/0/000.p/1/",
        "tile/0/000.p/99999999999999999999",
        "tile/00/000",
        "tile/01/000",
        "tile/+1/000",
        "tile//000",
        "tile/0",
        "tile/0/",
        "tile/",
        "tile",
        "",
        /* indexes not written the one way */
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x000/x001/002",
        "tile/0/X001/002",
        "tile/0/xx01/002",
        "tile/0/x1/002",
        "tile/0/001/x002",
        "tile/0/00a",
        "tile/0/001.P/5",
        "tile/0/001p/5",
        "tile/0/x001x002/003",
        "tile/0/x018/x446/x744/x073/x709/x551/616", /* 2^64 */
        "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
        /* other places */
        "/tile/0/000",
        "tile/data/000",
        "tile/entries",
        "tile/entries/",
        "tile/entries/0/000",
        "tile/Entries/000",
        "Tile/0/000",
        "checkpoint",
        "tile/0/000\n",
        "tile/0/../000",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        samme_tile tile = {.level = 99};
        samme_error error = {.text = ""};
        cr_assert_eq(samme_tile_parse(samme_span_of_text(bad[i]), &tile, &error), SAMME_MALFORMED,
                     "%s", bad[i]);
        cr_assert_eq(tile.level, 99);
        cr_assert_neq(error.text[0], 0);
    }
    samme_tile tile;
    cr_assert_eq(samme_tile_parse(SAMME_LITERAL("tile/0/00\0"), &tile, NULL), SAMME_MALFORMED);
}

/* No prefix of a path with something behind it, and no path with a byte changed into one that is
 * not a digit, is another path. */
Test(tile, no_changed_path_is_the_same_tile) {
    static const char good[] = "tile/5/x001/x234/067.p/89";
    samme_tile wanted, tile;
    cr_assert_eq(samme_tile_parse(SAMME_SPAN(good, sizeof good - 1), &wanted, NULL), SAMME_OK);
    for (size_t at = 0; at < sizeof good - 1; at++)
        for (unsigned byte = 0; byte < 256; byte++) {
            char changed[sizeof good];
            memcpy(changed, good, sizeof good);
            changed[at] = (char)byte;
            if (changed[at] == good[at] ||
                samme_tile_parse(SAMME_SPAN(changed, sizeof good - 1), &tile, NULL) != SAMME_OK)
                continue;
            cr_assert(tile.level != wanted.level || tile.index != wanted.index ||
                          tile.width != wanted.width,
                      "byte %u at %zu", byte, at);
            expect_path(tile, changed);
        }
}

/* The specification's example. */
Test(tile, seventy_thousand_leaves) {
    cr_assert_eq(samme_tile_levels(70000), 3);
    for (uint64_t n = 0; n < 273; n++)
        cr_assert_eq(samme_tile_width(70000, 0, n), 256);
    cr_assert_eq(samme_tile_width(70000, 0, 273), 112);
    cr_assert_eq(samme_tile_width(70000, 0, 274), 0);
    cr_assert_eq(samme_tile_width(70000, 1, 0), 256);
    cr_assert_eq(samme_tile_width(70000, 1, 1), 17);
    cr_assert_eq(samme_tile_width(70000, 1, 2), 0);
    cr_assert_eq(samme_tile_width(70000, 2, 0), 1);
    cr_assert_eq(samme_tile_width(70000, 2, 1), 0);
    cr_assert_eq(samme_tile_width(70000, 3, 0), 0);
}

Test(tile, no_tile_is_empty) {
    cr_assert_eq(samme_tile_levels(0), 0);
    cr_assert_eq(samme_tile_width(0, 0, 0), 0);
    cr_assert_eq(samme_tile_levels(1), 1);
    cr_assert_eq(samme_tile_width(1, 0, 0), 1);
    cr_assert_eq(samme_tile_levels(255), 1);
    cr_assert_eq(samme_tile_levels(256), 2);
    cr_assert_eq(samme_tile_width(256, 0, 0), 256);
    cr_assert_eq(samme_tile_width(256, 0, 1), 0);
    cr_assert_eq(samme_tile_width(256, 1, 0), 1);
    cr_assert_eq(samme_tile_width(257, 0, 1), 1);
    cr_assert_eq(samme_tile_levels(65535), 2);
    cr_assert_eq(samme_tile_levels(65536), 3);
    cr_assert_eq(samme_tile_width(65536, 1, 0), 256);
    cr_assert_eq(samme_tile_width(65536, 1, 1), 0);
    cr_assert_eq(samme_tile_width(65536, 2, 0), 1);
    cr_assert_eq(samme_tile_levels(SAMME_TREE_MAX_LEAVES), 8);
    cr_assert_eq(samme_tile_width(SAMME_TREE_MAX_LEAVES, 7, 0), 127);
    cr_assert_eq(samme_tile_width(SAMME_TREE_MAX_LEAVES, 0, UINT64_MAX), 0);
    cr_assert_eq(samme_tile_width(SAMME_TREE_MAX_LEAVES, 8, 0), 0);
    cr_assert_eq(samme_tile_width(SAMME_TREE_MAX_LEAVES, 63, 0), 0);
}

/* A tile of level l+1 is made of the full tiles of level l and of nothing else. */
Test(tile, as_many_hashes_above_as_full_tiles_below) {
    samme_prng prng;
    samme_prng_seed(&prng, SEED + 1);
    for (unsigned i = 0; i < 5000; i++) {
        const uint64_t size = samme_prng_below(&prng, 1u << 24) >> samme_prng_below(&prng, 24);
        uint64_t hashes = size;
        for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX; level++) {
            uint64_t counted = 0, full = 0;
            for (uint64_t n = 0; samme_tile_width(size, level, n) > 0; n++) {
                counted += samme_tile_width(size, level, n);
                full += samme_tile_width(size, level, n) == 256;
            }
            cr_assert_eq(counted, hashes, "size %llu level %u", (unsigned long long)size, level);
            cr_assert_eq(level<samme_tile_levels(size), hashes> 0);
            hashes = full;
            if (level >= 1 && hashes == 0)
                break;
        }
    }
}

Test(tile, root_over_powers_of_two) {
    samme_hash hashes[256];
    for (unsigned i = 0; i < 256; i++)
        memset(hashes[i].bytes, (int)i, sizeof hashes[i].bytes);
    samme_hash level[256];
    memcpy(level, hashes, sizeof level);
    for (unsigned height = 0; height <= SAMME_TILE_HEIGHT; height++) {
        const samme_hash root = samme_tile_root(hashes, height);
        cr_assert(samme_hash_equal(&root, &level[0]), "height %u", height);
        for (unsigned i = 0; i < 128; i++)
            level[i] = samme_node_hash(&level[2 * i % 256], &level[(2 * i + 1) % 256]);
    }
}

/* From memory of exactly that length, so that a read behind it shows under the sanitizers. */
static samme_status read_bundle(samme_span bytes, unsigned width) {
    samme_span entries[SAMME_TILE_WIDTH];
    samme_error error = {.text = ""};
    uint8_t *copy = malloc(bytes.length);
    cr_assert(copy != NULL || bytes.length == 0);
    if (bytes.length > 0)
        memcpy(copy, bytes.data, bytes.length);
    samme_status status = samme_bundle_read(SAMME_SPAN(copy, bytes.length), width, entries, &error);
    cr_assert(status == SAMME_OK || error.text[0] != 0);
    free(copy);
    return status;
}

Test(bundle, bytes) {
    samme_buffer bundle;
    samme_buffer_init(&bundle, 100);
    cr_assert_eq(samme_bundle_append(&bundle, SAMME_LITERAL("one")), SAMME_OK);
    cr_assert_eq(samme_bundle_append(&bundle, SAMME_SPAN(NULL, 0)), SAMME_OK);
    cr_assert_eq(samme_bundle_append(&bundle, SAMME_LITERAL("\x00")), SAMME_OK);
    cr_assert(samme_span_equal(samme_buffer_span(&bundle),
                               SAMME_LITERAL("\x00\x03one\x00\x00\x00\x01\x00")));
    samme_span entries[SAMME_TILE_WIDTH];
    cr_assert_eq(samme_bundle_read(samme_buffer_span(&bundle), 3, entries, NULL), SAMME_OK);
    cr_assert(samme_span_equal(entries[0], SAMME_LITERAL("one")));
    cr_assert_eq(entries[1].length, 0);
    cr_assert(samme_span_equal(entries[2], SAMME_LITERAL("\x00")));
    samme_buffer_free(&bundle);
}

Test(bundle, exactly_its_entries) {
    static const uint8_t bytes[] = {0, 3, 'o', 'n', 'e', 0, 0, 0, 1, 0};
    for (size_t length = 0; length <= sizeof bytes; length++)
        for (unsigned width = 1; width <= 4; width++) {
            const bool whole = (width == 1 && length == 5) || (width == 2 && length == 7) ||
                               (width == 3 && length == 10);
            cr_assert_eq(read_bundle(SAMME_SPAN(bytes, length), width),
                         whole ? SAMME_OK : SAMME_MALFORMED, "%zu bytes, %u entries", length,
                         width);
        }
}

Test(bundle, longest_entry_and_no_longer) {
    samme_buffer bundle;
    samme_buffer_init(&bundle, SAMME_BUNDLE_MAX_BYTES);
    uint8_t *entry = calloc(1, SAMME_ENTRY_MAX_BYTES + 1);
    cr_assert_not_null(entry);
    cr_assert_eq(samme_bundle_append(&bundle, SAMME_SPAN(entry, SAMME_ENTRY_MAX_BYTES + 1)),
                 SAMME_TOO_LARGE);
    cr_assert_eq(bundle.length, 0);
    for (unsigned i = 0; i < SAMME_TILE_WIDTH; i++)
        cr_assert_eq(samme_bundle_append(&bundle, SAMME_SPAN(entry, SAMME_ENTRY_MAX_BYTES)),
                     SAMME_OK);
    cr_assert_eq(bundle.length, SAMME_BUNDLE_MAX_BYTES);
    cr_assert_eq(read_bundle(samme_buffer_span(&bundle), SAMME_TILE_WIDTH), SAMME_OK);
    cr_assert_eq(samme_bundle_append(&bundle, SAMME_SPAN(NULL, 0)), SAMME_TOO_LARGE, "the buffer");
    free(entry);
    samme_buffer_free(&bundle);
}
