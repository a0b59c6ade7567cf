/* What the writer writes is what tlog-tiles says, hash by hash, by the recursive definition. */
#include <stdlib.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "samme/limits.h"
#include "tests/unit/lib/tlog/files.h"
#include "tests/unit/lib/tlog/notes.h"
#include "tlog/proof.h"

TestSuite(writer, .init = start_crypto);

static samme_hash *leaves_of(uint64_t size) {
    samme_hash *leaves = calloc(size + 1, sizeof *leaves);
    cr_assert_not_null(leaves);
    for (uint64_t i = 0; i < size; i++) {
        uint8_t room[8];
        leaves[i] = samme_leaf_hash(entry_of(i, room));
    }
    return leaves;
}

/* MTH of a full subtree. */
static samme_hash full_root(const samme_hash *leaves, uint64_t count) {
    if (count == 1)
        return leaves[0];
    samme_hash left = full_root(leaves, count / 2);
    samme_hash right = full_root(leaves + count / 2, count / 2);
    return samme_node_hash(&left, &right);
}

/* Every file that tlog-tiles asks for, with the content it defines; returns how many. */
static size_t check_tiles(files *log, const samme_hash *leaves, uint64_t size) {
    size_t found = 0;
    for (unsigned level = 0; size >> 8 * level > 0; level++) {
        const uint64_t under = UINT64_C(1) << 8 * level, hashes = size / under;
        for (uint64_t first = 0; first < hashes; first += 256) {
            const unsigned width = hashes - first < 256 ? (unsigned)(hashes - first) : 256;
            samme_tile tile = {.level = level, .index = first / 256, .width = width};
            char path[SAMME_TILE_PATH_MAX + 1];
            samme_tile_path(&tile, path);
            const file *at = files_get(log, path);
            cr_assert_eq(at->length, width * sizeof(samme_hash), "%s", path);
            for (unsigned i = 0; i < width; i++) {
                samme_hash wanted = full_root(&leaves[(first + i) * under], under);
                cr_assert_eq(memcmp(at->bytes + i * sizeof wanted, wanted.bytes, sizeof wanted), 0,
                             "%s hash %u", path, i);
            }
            found++;
        }
    }
    return found;
}

static size_t check_bundles(files *log, uint64_t size) {
    size_t found = 0;
    for (uint64_t first = 0; first < size; first += 256) {
        const unsigned width = size - first < 256 ? (unsigned)(size - first) : 256;
        samme_tile tile = {.entries = true, .index = first / 256, .width = width};
        char path[SAMME_TILE_PATH_MAX + 1];
        samme_tile_path(&tile, path);
        const file *at = files_get(log, path);
        size_t offset = 0;
        for (unsigned i = 0; i < width; i++) {
            uint8_t room[8];
            samme_span entry = entry_of(first + i, room);
            cr_assert_eq(samme_get_u16(at->bytes + offset), entry.length);
            cr_assert_eq(memcmp(at->bytes + offset + 2, entry.data, entry.length), 0);
            offset += 2 + entry.length;
        }
        cr_assert_eq(offset, at->length, "%s", path);
        found++;
    }
    return found;
}

static void check_log(uint64_t size) {
    files log = files_of_log(size);
    samme_hash *leaves = leaves_of(size);
    const size_t wanted = check_tiles(&log, leaves, size) + check_bundles(&log, size) + 1;
    cr_assert_eq(log.count, wanted, "%zu files, expected %zu", log.count, wanted);
    free(leaves);
    files_free(&log);
}

Test(writer, small_logs) {
    for (uint64_t size = 0; size <= 20; size++)
        check_log(size);
    check_log(255);
    check_log(256);
    check_log(257);
    check_log(511);
    check_log(512);
    check_log(1000);
}

Test(writer, large_logs) {
    check_log(65535);
    check_log(65536);
    check_log(70000);
}

Test(writer, entry_of_65535_bytes_and_no_longer) {
    files log = {0};
    samme_log_writer writer;
    samme_error error = {.text = ""};
    uint8_t *entry = calloc(1, SAMME_ENTRY_MAX_BYTES + 1);
    cr_assert_not_null(entry);
    samme_log_writer_init(&writer, files_sink(&log));
    cr_assert_eq(samme_log_writer_append(&writer, SAMME_SPAN(entry, SAMME_ENTRY_MAX_BYTES), &error),
                 SAMME_OK);
    cr_assert_eq(
        samme_log_writer_append(&writer, SAMME_SPAN(entry, SAMME_ENTRY_MAX_BYTES + 1), &error),
        SAMME_TOO_LARGE);
    cr_assert_neq(error.text[0], 0);
    cr_assert_eq(writer.range.size, 1);
    free(entry);
    samme_log_writer_free(&writer);
    files_free(&log);
}

static samme_status full_disk(void *self, const char *path, samme_span content,
                              samme_error *error) {
    unsigned *left = self;
    (void)content;
    return (*left)-- > 0 ? SAMME_OK : samme_fail(error, SAMME_FULL, "%s", path);
}

/* A log of 300: bundle and tile when 256 are there, then two partial tiles, a bundle, and last the
 * checkpoint. */
Test(writer, a_full_disk_is_said_and_the_checkpoint_comes_last) {
    static const char *const order[] = {"tile/0/000",      "tile/entries/000",
                                        "tile/0/001.p/44", "tile/entries/001.p/44",
                                        "tile/1/000.p/1",  "checkpoint"};
    for (unsigned fit = 0; fit <= 6; fit++) {
        unsigned left = fit;
        samme_log_writer writer;
        samme_error error = {.text = ""};
        samme_status status = SAMME_OK;
        samme_log_writer_init(&writer, (samme_log_sink){&left, full_disk});
        for (uint64_t i = 0; i < 300 && status == SAMME_OK; i++) {
            uint8_t room[8];
            status = samme_log_writer_append(&writer, entry_of(i, room), &error);
        }
        if (status == SAMME_OK)
            status = samme_log_writer_finish(&writer, SAMME_LITERAL("x"), &error);
        cr_assert_eq(status, fit == 6 ? SAMME_OK : SAMME_FULL, "%u", fit);
        cr_assert_str_eq(error.text, fit == 6 ? "" : order[fit]);
        samme_log_writer_free(&writer);
    }
}

/* A node from the tiles, as an auditor with files would find it. */
static samme_status node_in_tiles(void *self, unsigned level, uint64_t index, samme_hash *out) {
    files *log = self;
    const unsigned height = level % SAMME_TILE_HEIGHT;
    const uint64_t first = index << height; /* of the hashes of its tile level */
    samme_tile tile = {.level = level / SAMME_TILE_HEIGHT,
                       .index = first / SAMME_TILE_WIDTH,
                       .width = SAMME_TILE_WIDTH};
    char path[SAMME_TILE_PATH_MAX + 1];
    samme_tile_path(&tile, path);
    const file *at = files_find(log, path);
    for (tile.width = 1; at == NULL && tile.width < SAMME_TILE_WIDTH; tile.width++) {
        samme_tile_path(&tile, path);
        at = files_find(log, path);
    }
    const size_t place = first % SAMME_TILE_WIDTH;
    if (at == NULL || at->length < (place + (1u << height)) * sizeof(samme_hash))
        return SAMME_NOT_FOUND;
    *out = samme_tile_root((const samme_hash *)(const void *)at->bytes + place, height);
    return SAMME_OK;
}

Test(writer, proofs_from_tiles) {
    enum { SIZE = 70000, OLD = 65537 };
    files log = files_of_log(SIZE);
    const samme_nodes nodes = {&log, node_in_tiles};
    samme_hash *leaves = leaves_of(SIZE);
    samme_range range, old;
    samme_range_init(&range);
    for (uint64_t i = 0; i < SIZE; i++) {
        if (i == OLD)
            old = range;
        cr_assert_eq(samme_range_append(&range, &leaves[i]), SAMME_OK);
    }
    const samme_hash root = samme_range_root(&range), old_root = samme_range_root(&old);
    static const uint64_t indexes[] = {0, 1, 255, 256, 65535, 65536, 69887, 69888, 69999};
    samme_proof proof;
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
        cr_assert_eq(samme_inclusion_make(&nodes, indexes[i], SIZE, &proof), SAMME_OK);
        cr_assert_eq(samme_inclusion_check(&proof, indexes[i], SIZE, &leaves[indexes[i]], &root),
                     SAMME_OK, "leaf %llu", (unsigned long long)indexes[i]);
    }
    cr_assert_eq(samme_consistency_make(&nodes, OLD, SIZE, &proof), SAMME_OK);
    cr_assert_eq(samme_consistency_check(&proof, OLD, &old_root, SIZE, &root), SAMME_OK);
    files_remove(&log, "tile/1/000");
    cr_assert_eq(samme_inclusion_make(&nodes, 0, SIZE, &proof), SAMME_NOT_FOUND);
    free(leaves);
    files_free(&log);
}
