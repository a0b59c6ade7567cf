/* Damage of every kind to every file of a log: always found, always at that file. */
#include <stdlib.h>

#include "base/prng.h"
#include "tests/unit/lib/tlog/files.h"
#include "tests/unit/lib/tlog/notes.h"

TestSuite(verify_damage, .init = start_crypto);

#define SEED 20261122u

/* Status and file of whatever a change to this file leads to. */
static void expect_found(files *log, const char *path, const char *damage) {
    samme_log_head head;
    char broken[SAMME_TILE_PATH_MAX + 1];
    samme_error why;
    samme_status status = files_verify(log, &head, broken, &why);
    cr_assert_neq(status, SAMME_OK, "%s %s: not found", path, damage);
    cr_assert_str_eq(broken, path, "%s %s: blamed on %s: %s", path, damage, broken, why.text);
}

static void flip(files *log, const char *path, size_t bit) {
    file *at = files_get(log, path);
    at->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    expect_found(log, path, "flipped");
    at->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void cut(files *log, const char *path, size_t length) {
    file *at = files_get(log, path);
    const size_t whole = at->length;
    at->length = length;
    expect_found(log, path, "cut");
    at->length = whole;
}

static void extend(files *log, const char *path, size_t more) {
    const file *at = files_get(log, path);
    const size_t length = at->length;
    uint8_t *longer = calloc(1, length + more);
    cr_assert_not_null(longer);
    memcpy(longer, at->bytes, length);
    files_put(log, path, SAMME_SPAN(longer, length + more));
    expect_found(log, path, "extended");
    files_put(log, path, SAMME_SPAN(longer, length));
    free(longer);
}

/* Taking a file away is the last thing done to it. */
static void take_away(files *log, const char *path) {
    file *at = files_get(log, path);
    at->path[0] = '?';
    expect_broken(log, SAMME_NOT_FOUND, path);
    at->path[0] = path[0];
}

static void damage(files *log, const char *path, samme_prng *prng) {
    const size_t length = files_get(log, path)->length;
    for (unsigned i = 0; i < 3; i++)
        flip(log, path, samme_prng_below(prng, length * 8));
    flip(log, path, 0);
    flip(log, path, length * 8 - 1);
    cut(log, path, 0);
    cut(log, path, length - 1);
    cut(log, path, samme_prng_below(prng, length));
    extend(log, path, 1);
    extend(log, path, 32);
    extend(log, path, (size_t)17 * 1024 * 1024);
    char copy[SAMME_TILE_PATH_MAX + 1];
    memcpy(copy, path, sizeof copy);
    take_away(log, copy);
}

static void damage_each(uint64_t size) {
    files log = files_of_log(size);
    samme_prng prng;
    samme_prng_seed(&prng, SEED + size);
    for (size_t i = 0; i < log.count; i++) {
        char path[SAMME_TILE_PATH_MAX + 1];
        memcpy(path, log.all[i].path, sizeof path);
        damage(&log, path, &prng);
    }
    expect_good(&log, size);
    files_free(&log);
}

Test(verify_damage, each_file_of_small_logs) {
    static const uint64_t sizes[] = {0, 1, 2, 255, 256, 257, 511, 512, 600, 1024};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        damage_each(sizes[i]);
}

/* Files of each kind and level of the large ones. */
Test(verify_damage, each_kind_of_file_of_large_logs) {
    static const struct {
        uint64_t size;
        const char *paths[9];
    } logs[] = {
        {65535,
         {"checkpoint", "tile/0/000", "tile/0/255.p/255", "tile/1/000.p/255", "tile/entries/000",
          "tile/entries/255.p/255"}},
        {65536, {"checkpoint", "tile/0/255", "tile/1/000", "tile/2/000.p/1", "tile/entries/255"}},
        {70000,
         {"checkpoint", "tile/0/000", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17",
          "tile/2/000.p/1", "tile/entries/272", "tile/entries/273.p/112"}},
    };
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        files log = files_of_log(logs[i].size);
        for (size_t p = 0; logs[i].paths[p] != NULL; p++) {
            char path[SAMME_TILE_PATH_MAX + 1] = "";
            memcpy(path, logs[i].paths[p], strlen(logs[i].paths[p]));
            flip(&log, path, samme_prng_below(&prng, files_get(&log, path)->length * 8));
            cut(&log, path, files_get(&log, path)->length - 1);
            extend(&log, path, 1);
            take_away(&log, path);
        }
        files_free(&log);
    }
}

/* Every bit of small files of each kind. */
Test(verify_damage, every_bit) {
    files log = files_of_log(260);
    static const char *const paths[] = {"checkpoint", "tile/0/001.p/4", "tile/1/000.p/1",
                                        "tile/entries/001.p/4"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        for (size_t bit = 0; bit < files_get(&log, paths[i])->length * 8; bit++)
            flip(&log, paths[i], bit);
    files_free(&log);
}

Test(verify_damage, statuses) {
    files log = files_of_log(300);
    file *at = files_get(&log, "tile/entries/000");
    at->bytes[at->length - 1] ^= 1;
    expect_broken(&log, SAMME_MISMATCH, "tile/entries/000");
    at->bytes[at->length - 1] ^= 1;
    at->length--;
    expect_broken(&log, SAMME_MALFORMED, "tile/entries/000");
    at->length++;
    extend(&log, "tile/0/001.p/44", 1);
    log.unreadable = "tile/0/000";
    expect_broken(&log, SAMME_IO, "tile/0/000");
    log.unreadable = "checkpoint";
    expect_broken(&log, SAMME_IO, "checkpoint");
    log.unreadable = NULL;
    expect_good(&log, 300);
    files_free(&log);
}

/* The key signed a root that is not that of the files. */
Test(verify_damage, a_root_that_is_not_that_of_the_files) {
    static const uint64_t sizes[] = {0, 1, 255, 256, 257, 600};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        files log = files_of_log(sizes[i]);
        files_sign(&log, sizes[i], &(samme_hash){{7}});
        expect_broken(&log, SAMME_MISMATCH, "checkpoint");
        files_free(&log);
    }
}

/* A checkpoint that claims more or less than there is. */
Test(verify_damage, a_size_that_is_not_that_of_the_files) {
    files log = files_of_log(300);
    files_sign(&log, 299, &(samme_hash){{7}});
    expect_broken(&log, SAMME_NOT_FOUND, "tile/0/001.p/43");
    files_sign(&log, 301, &(samme_hash){{7}});
    expect_broken(&log, SAMME_NOT_FOUND, "tile/0/001.p/45");
    files_sign(&log, 256, &(samme_hash){{7}});
    expect_broken(&log, SAMME_MISMATCH, "checkpoint");
    files_sign(&log, SAMME_TREE_MAX_LEAVES, &(samme_hash){{7}});
    expect_broken(&log, SAMME_NOT_FOUND, "tile/7/000.p/127");
    files_free(&log);
}

/* Somebody rewrote an entry, and its tile with it: hashes of stored hashes would not notice. */
Test(verify_damage, an_entry_rewritten_with_its_tile) {
    files log = files_of_log(600);
    file *bundle = files_get(&log, "tile/entries/000"), *tile = files_get(&log, "tile/0/000");
    bundle->bytes[bundle->length - 1] ^= 1;
    samme_span entries[SAMME_TILE_WIDTH];
    cr_assert_eq(samme_bundle_read(SAMME_SPAN(bundle->bytes, bundle->length), 256, entries, NULL),
                 SAMME_OK);
    for (unsigned i = 0; i < 256; i++) {
        samme_hash leaf = samme_leaf_hash(entries[i]);
        memcpy(tile->bytes + i * sizeof leaf, leaf.bytes, sizeof leaf);
    }
    expect_broken(&log, SAMME_MISMATCH, "tile/0/000");
    /* And the tile above too: then nothing but the signed root is left to contradict. */
    samme_hash root = samme_tile_root((const samme_hash *)(const void *)tile->bytes, 8);
    memcpy(files_get(&log, "tile/1/000.p/2")->bytes, root.bytes, sizeof root);
    expect_broken(&log, SAMME_MISMATCH, "checkpoint");
    files_free(&log);
}

/* Two entries swapped, with lengths and number as before. */
Test(verify_damage, entries_in_another_order) {
    files log = files_of_log(20);
    file *bundle = files_get(&log, "tile/entries/000.p/20");
    samme_span entries[SAMME_TILE_WIDTH];
    samme_buffer other;
    samme_buffer_init(&other, 4096);
    cr_assert_eq(samme_bundle_read(SAMME_SPAN(bundle->bytes, bundle->length), 20, entries, NULL),
                 SAMME_OK);
    for (unsigned i = 0; i < 20; i++)
        cr_assert_eq(samme_bundle_append(&other, entries[i == 4 ? 5 : i == 5 ? 4 : i]), SAMME_OK);
    files_put(&log, "tile/entries/000.p/20", samme_buffer_span(&other));
    expect_broken(&log, SAMME_MISMATCH, "tile/entries/000.p/20");
    samme_buffer_free(&other);
    files_free(&log);
}
