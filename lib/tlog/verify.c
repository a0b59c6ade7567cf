#include "tlog/verify.h"

#include <inttypes.h>

#include "samme/limits.h"

/* A tile as held: in the file it came from there may be more hashes than the tree has. */
typedef struct held_tile {
    char path[SAMME_TILE_PATH_MAX + 1];
    samme_buffer bytes;
} held_tile;

typedef struct walk {
    const samme_log_files *files;
    samme_log_head head;
    bool root_good;                        /* the tiles at the right edge have the signed root */
    held_tile edge[SAMME_TILE_LEVELS_MAX]; /* the partial tile of each level, if there is one */
    held_tile full[SAMME_TILE_LEVELS_MAX]; /* of each level the full tile that is walked through */
    held_tile bundle;
    char *broken;
    samme_error *error;
} walk;

/* What samme_fail() has said is wrong is wrong with this file. */
static samme_status blame(walk *self, const char *path, samme_status status) {
    memcpy(self->broken, path, strlen(path) + 1);
    return status;
}

static samme_status read_file(walk *self, const char *path, size_t maximum, samme_buffer *out) {
    samme_buffer_clear(out);
    out->maximum = maximum;
    samme_status status = self->files->read(self->files->self, path, out, self->error);
    if (status == SAMME_TOO_LARGE)
        samme_fail(self->error, status, "longer than the %zu bytes it can have", maximum);
    if (status == SAMME_NOT_FOUND)
        samme_fail(self->error, status, "missing: a log of %" PRIu64 " entries has it",
                   self->head.size);
    return status;
}

/* Reads a tile or a bundle, the full one if it is there. *out_width: how many hashes or entries the
 * file must have. */
static samme_status read_tile(walk *self, samme_tile tile, held_tile *out, unsigned *out_width) {
    const size_t one = tile.entries ? 2 + (size_t)SAMME_ENTRY_MAX_BYTES : sizeof(samme_hash);
    samme_tile full = tile;
    full.width = SAMME_TILE_WIDTH;
    samme_tile_path(&full, out->path);
    *out_width = full.width;
    samme_status status = read_file(self, out->path, full.width * one, &out->bytes);
    if (status == SAMME_NOT_FOUND && tile.width < full.width) {
        samme_tile_path(&tile, out->path);
        *out_width = tile.width;
        status = read_file(self, out->path, tile.width * one, &out->bytes);
    }
    return status == SAMME_OK ? SAMME_OK : blame(self, out->path, status);
}

static samme_status read_hashes(walk *self, unsigned level, uint64_t index, held_tile *out) {
    samme_tile tile = {
        .level = level, .index = index, .width = samme_tile_width(self->head.size, level, index)};
    unsigned width;
    samme_status status = read_tile(self, tile, out, &width);
    if (status == SAMME_OK && out->bytes.length != width * sizeof(samme_hash)) {
        status = samme_fail(self->error, SAMME_MALFORMED,
                            "%zu bytes, expected %zu: %u hashes of 32 bytes", out->bytes.length,
                            width * sizeof(samme_hash), width);
        return blame(self, out->path, status);
    }
    return status;
}

static const samme_hash *hashes_of(const held_tile *tile) {
    return (const samme_hash *)(const void *)tile->bytes.data;
}

static held_tile *tile_at(walk *self, unsigned level, uint64_t index) {
    return samme_tile_width(self->head.size, level, index) < SAMME_TILE_WIDTH ? &self->edge[level]
                                                                              : &self->full[level];
}

/* Reads the partial tiles; the root follows from them alone, since each of their hashes stands for
 * a full subtree. */
static samme_status read_edge(walk *self) {
    samme_range range;
    samme_range_init(&range);
    samme_status status = SAMME_OK;
    for (unsigned level = samme_tile_levels(self->head.size); level-- > 0 && status == SAMME_OK;) {
        const uint64_t index = (self->head.size >> (SAMME_TILE_HEIGHT * level)) / SAMME_TILE_WIDTH;
        const unsigned width = samme_tile_width(self->head.size, level, index);
        if (width > 0)
            status = read_hashes(self, level, index, &self->edge[level]);
        for (unsigned i = 0; i < width && status == SAMME_OK; i++)
            status = samme_range_append_subtree(&range, SAMME_TILE_HEIGHT * level,
                                                &hashes_of(&self->edge[level])[i]);
    }
    const samme_hash root = samme_range_root(&range);
    self->root_good = samme_hash_equal(&root, &self->head.root);
    return status;
}

/* Which of two files that contradict each other is broken: the upper one is believed when it leads
 * to the signed root. A full tile has been checked against the one above it, a partial one stands
 * under the root itself. */
static const char *broken_of(const walk *self, const held_tile *upper, const held_tile *lower) {
    const bool at_edge = upper >= self->edge && upper < self->edge + SAMME_TILE_LEVELS_MAX;
    return at_edge && !self->root_good ? upper->path : lower->path;
}

/* Takes the full tile that begins here and checks it against the tile above. */
static samme_status enter_tile(walk *self, unsigned level, uint64_t index) {
    if (samme_tile_width(self->head.size, level, index) < SAMME_TILE_WIDTH)
        return SAMME_OK; /* held since read_edge(), or there is none */
    held_tile *tile = &self->full[level];
    samme_status status = read_hashes(self, level, index, tile);
    if (status != SAMME_OK)
        return status;
    const held_tile *above = tile_at(self, level + 1, index / SAMME_TILE_WIDTH);
    const unsigned place = (unsigned)(index % SAMME_TILE_WIDTH);
    const samme_hash root = samme_tile_root(hashes_of(tile), SAMME_TILE_HEIGHT);
    if (samme_hash_equal(&root, &hashes_of(above)[place]))
        return SAMME_OK;
    status = samme_fail(self->error, SAMME_MISMATCH, "hash %u of %s is not the root of %s", place,
                        above->path, tile->path);
    return blame(self, broken_of(self, above, tile), status);
}

static samme_status check_entries(walk *self, uint64_t index) {
    const held_tile *tile = tile_at(self, 0, index);
    const unsigned width = samme_tile_width(self->head.size, 0, index);
    samme_tile wanted = {.entries = true, .index = index, .width = width};
    samme_span entries[SAMME_TILE_WIDTH];
    unsigned in_file;
    samme_status status = read_tile(self, wanted, &self->bundle, &in_file);
    if (status != SAMME_OK)
        return status;
    status =
        samme_bundle_read(samme_buffer_span(&self->bundle.bytes), in_file, entries, self->error);
    if (status != SAMME_OK)
        return blame(self, self->bundle.path, status);
    for (unsigned i = 0; i < width; i++) {
        const samme_hash leaf = samme_leaf_hash(entries[i]);
        if (samme_hash_equal(&leaf, &hashes_of(tile)[i]))
            continue;
        status = samme_fail(self->error, SAMME_MISMATCH,
                            "hash %u of %s is not that of entry %" PRIu64 " in %s", i, tile->path,
                            index * SAMME_TILE_WIDTH + i, self->bundle.path);
        return blame(self, broken_of(self, tile, &self->bundle), status);
    }
    return SAMME_OK;
}

/* From the left to the right; a tile is entered before what lies below it. */
static samme_status check_tiles(walk *self) {
    const unsigned levels = samme_tile_levels(self->head.size);
    samme_status status = SAMME_OK;
    for (uint64_t n = 0; samme_tile_width(self->head.size, 0, n) > 0 && status == SAMME_OK; n++) {
        for (unsigned level = levels; level-- > 0 && status == SAMME_OK;) {
            const unsigned shift = SAMME_TILE_HEIGHT * level;
            if (n % (UINT64_C(1) << shift) == 0)
                status = enter_tile(self, level, n >> shift);
        }
        if (status == SAMME_OK)
            status = check_entries(self, n);
    }
    return status;
}

static samme_status check_checkpoint(walk *self, const samme_vkey *key) {
    samme_status status =
        read_file(self, SAMME_CHECKPOINT_PATH, SAMME_DOCUMENT_MAX_BYTES, &self->bundle.bytes);
    if (status == SAMME_NOT_FOUND)
        samme_fail(self->error, status, "missing: every log has it");
    if (status == SAMME_OK)
        status = samme_log_head_open(samme_buffer_span(&self->bundle.bytes), key, &self->head,
                                     self->error);
    return status == SAMME_OK ? SAMME_OK : blame(self, SAMME_CHECKPOINT_PATH, status);
}

static samme_status check_log(walk *self, const samme_vkey *key) {
    samme_status status = check_checkpoint(self, key);
    if (status == SAMME_OK)
        status = read_edge(self);
    if (status == SAMME_OK)
        status = check_tiles(self);
    if (status == SAMME_OK && !self->root_good) {
        status = samme_fail(self->error, SAMME_MISMATCH,
                            "its root is not that of the tiles, which agree with each other");
        status = blame(self, SAMME_CHECKPOINT_PATH, status);
    }
    return status;
}

samme_status samme_log_verify(const samme_log_files *files, const samme_vkey *key,
                              samme_log_head *out_head,
                              char out_broken[static SAMME_TILE_PATH_MAX + 1], samme_error *error) {
    walk self = {.files = files, .broken = out_broken, .error = error};
    samme_buffer_init(&self.bundle.bytes, SAMME_BUNDLE_MAX_BYTES);
    for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX; level++) {
        samme_buffer_init(&self.edge[level].bytes, SAMME_TILE_WIDTH * sizeof(samme_hash));
        samme_buffer_init(&self.full[level].bytes, SAMME_TILE_WIDTH * sizeof(samme_hash));
    }
    samme_status status = check_log(&self, key);
    if (status == SAMME_OK)
        *out_head = self.head;
    samme_buffer_free(&self.bundle.bytes);
    for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX; level++) {
        samme_buffer_free(&self.edge[level].bytes);
        samme_buffer_free(&self.full[level].bytes);
    }
    return status;
}
