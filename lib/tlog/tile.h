/* C2SP tlog-tiles: a log as files. A tile is up to 256 hashes of one level: tile (l, n) holds, at
 * i, the root of the full subtree of 256^l leaves number n*256+i; beside the tiles of level 0 lie
 * the entries, in bundles. A full tile is never changed; a partial one stands at the right edge. */
#ifndef SAMME_TLOG_TILE_H
#define SAMME_TLOG_TILE_H

#include "tlog/tree.h"

#define SAMME_TILE_WIDTH       256u
#define SAMME_TILE_HEIGHT      8u  /* levels of the tree in a tile: 2^8 = 256 */
#define SAMME_TILE_LEVEL_MAX   63u /* of a path; trees of SAMME_TREE_MAX_LEAVES end at level 7 */
#define SAMME_TILE_LEVELS_MAX  8u  /* levels of tiles such a tree has */
#define SAMME_TILE_PATH_MAX    52u /* "tile/entries/x018/x446/.../615.p/255" */
#define SAMME_CHECKPOINT_PATH  "checkpoint"
#define SAMME_BUNDLE_MAX_BYTES ((2u + 65535u) * SAMME_TILE_WIDTH)

typedef struct samme_tile {
    bool entries;   /* a bundle; its level is 0 */
    unsigned level; /* 0..SAMME_TILE_LEVEL_MAX */
    uint64_t index;
    unsigned width; /* 1..256; 256 is a full tile */
} samme_tile;

/* "tile/<level>/<index>[.p/<width>]", "tile/entries/<index>[.p/<width>]"; the index in groups of
 * three digits, all but the last with an 'x' in front. */
void samme_tile_path(const samme_tile *tile, char out[static SAMME_TILE_PATH_MAX + 1]);
/* Strict: every tile has one path. SAMME_MALFORMED. */
samme_status samme_tile_parse(samme_span path, samme_tile *out, samme_error *error) SAMME_CHECKED;

/* How many levels of tiles a tree of this size has: 0 when it is empty. */
unsigned samme_tile_levels(uint64_t size);
/* How wide a tile is in a tree of this size: 0 when the tree has no such tile, 256 when full. */
unsigned samme_tile_width(uint64_t size, unsigned level, uint64_t index);

/* Root of the full subtree over 2^height hashes, height at most SAMME_TILE_HEIGHT: of a full tile
 * it is one hash of the tile above. */
samme_hash samme_tile_root(const samme_hash *hashes, unsigned height);

/* A bundle is for each entry uint16 length (big-endian) || entry. Appends one entry;
 * SAMME_TOO_LARGE over 65,535 bytes, or the buffer's status. */
samme_status samme_bundle_append(samme_buffer *bundle, samme_span entry) SAMME_CHECKED;
/* Exactly `width` entries, with nothing left: SAMME_MALFORMED says at which entry it ends or how
 * many bytes are left. Spans point into bytes. */
samme_status samme_bundle_read(samme_span bytes, unsigned width,
                               samme_span out[static SAMME_TILE_WIDTH],
                               samme_error *error) SAMME_CHECKED;

#endif
