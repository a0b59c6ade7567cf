/* Target: samme_tile_parse, samme_tile_path, samme_tile_width, samme_bundle_read,
 * samme_bundle_append. The input is a path, or (behind a 0) a width and a bundle, or a size. */
#include "tlog/tile.h"
#include "fuzz/fuzz.h"

/* Every tile has one path. */
static void check_path(samme_span path) {
    samme_tile tile;
    samme_error error = {0};
    char again[SAMME_TILE_PATH_MAX + 1];
    if (samme_tile_parse(path, &tile, &error) != SAMME_OK)
        return;
    FUZZ_MUST(tile.width >= 1 && tile.width <= SAMME_TILE_WIDTH);
    FUZZ_MUST(tile.level <= SAMME_TILE_LEVEL_MAX && (!tile.entries || tile.level == 0));
    samme_tile_path(&tile, again);
    FUZZ_MUST(samme_span_equal(path, samme_span_of_text(again)));
}

/* Every list of entries has one bundle. */
static void check_bundle(unsigned width, samme_span bytes) {
    samme_span entries[SAMME_TILE_WIDTH];
    samme_error error = {0};
    if (samme_bundle_read(bytes, width, entries, &error) != SAMME_OK)
        return;
    samme_buffer again;
    samme_buffer_init(&again, SAMME_BUNDLE_MAX_BYTES);
    for (unsigned i = 0; i < width; i++)
        FUZZ_MUST(samme_bundle_append(&again, entries[i]) == SAMME_OK);
    FUZZ_MUST(samme_span_equal(samme_buffer_span(&again), bytes));
    samme_buffer_free(&again);
}

/* The tiles of a level hold as many hashes as the level has, and stand side by side. */
static void check_widths(uint64_t size) {
    size %= SAMME_TREE_MAX_LEAVES;
    unsigned levels = samme_tile_levels(size);
    FUZZ_MUST(levels <= SAMME_TILE_LEVELS_MAX && (levels == 0) == (size == 0));
    for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX; level++) {
        uint64_t hashes = size >> (level * SAMME_TILE_HEIGHT);
        uint64_t full = hashes / SAMME_TILE_WIDTH;
        FUZZ_MUST((hashes > 0) == (level < levels));
        FUZZ_MUST(full == 0 || samme_tile_width(size, level, full - 1) == SAMME_TILE_WIDTH);
        FUZZ_MUST(samme_tile_width(size, level, full) == hashes % SAMME_TILE_WIDTH);
        FUZZ_MUST(samme_tile_width(size, level, full + 1) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = fuzz_open(data, size);
    check_path(input.rest);
    check_widths(fuzz_u64(&input));
    input = fuzz_open(data, size);
    if (fuzz_u8(&input) == 0) {
        unsigned width = fuzz_u8(&input) + 1u;
        check_bundle(width, fuzz_rest(&input));
    }
    return 0;
}
