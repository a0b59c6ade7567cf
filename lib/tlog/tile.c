#include "tlog/tile.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "samme/limits.h"

_Static_assert(SAMME_BUNDLE_MAX_BYTES == (2 + SAMME_ENTRY_MAX_BYTES) * SAMME_TILE_WIDTH,
               "an entry's length is two bytes");

enum { GROUP = 1000, GROUPS_MAX = 7, DIGITS = 3 };

void samme_tile_path(const samme_tile *tile, char out[static SAMME_TILE_PATH_MAX + 1]) {
    assert(tile->level <= SAMME_TILE_LEVEL_MAX && tile->width >= 1 &&
           tile->width <= SAMME_TILE_WIDTH && (!tile->entries || tile->level == 0));
    unsigned groups[GROUPS_MAX];
    unsigned count = 0;
    uint64_t rest = tile->index;
    do {
        groups[count++] = (unsigned)(rest % GROUP);
        rest /= GROUP;
    } while (rest > 0);
    size_t size = SAMME_TILE_PATH_MAX + 1, used;
    if (tile->entries)
        used = (size_t)snprintf(out, size, "tile/entries");
    else
        used = (size_t)snprintf(out, size, "tile/%u", tile->level);
    while (count-- > 0)
        used += (size_t)snprintf(out + used, size - used, count > 0 ? "/x%03u" : "/%03u",
                                 groups[count]);
    if (tile->width < SAMME_TILE_WIDTH)
        used += (size_t)snprintf(out + used, size - used, ".p/%u", tile->width);
    assert(used < size);
}

/* Takes what stands in front, if it does. */
static bool take(samme_span *rest, samme_span wanted) {
    if (rest->length < wanted.length || memcmp(rest->data, wanted.data, wanted.length) != 0)
        return false;
    *rest = SAMME_SPAN(rest->data + wanted.length, rest->length - wanted.length);
    return true;
}

/* Takes exactly three digits. */
static bool take_group(samme_span *rest, unsigned *out) {
    unsigned group = 0;
    for (size_t i = 0; i < DIGITS; i++) {
        if (rest->length <= i || rest->data[i] < '0' || rest->data[i] > '9')
            return false;
        group = group * 10 + (rest->data[i] - '0');
    }
    *rest = SAMME_SPAN(rest->data + DIGITS, rest->length - DIGITS);
    *out = group;
    return true;
}

static bool take_index(samme_span *rest, uint64_t *out) {
    uint64_t index = 0;
    bool more = true;
    for (unsigned i = 0; more; i++) {
        unsigned group;
        more = take(rest, SAMME_LITERAL("x"));
        if (!take_group(rest, &group) || (more && !take(rest, SAMME_LITERAL("/"))))
            return false;
        /* A group of nothing in front would be a second way to write the index. */
        if (i == 0 && more && group == 0)
            return false;
        if (__builtin_mul_overflow(index, (uint64_t)GROUP, &index) ||
            __builtin_add_overflow(index, (uint64_t)group, &index))
            return false;
    }
    *out = index;
    return true;
}

/* The level, with the slash behind it. */
static bool take_level(samme_span *rest, unsigned *out) {
    const uint8_t *end = rest->length > 0 ? memchr(rest->data, '/', rest->length) : NULL;
    uint64_t level;
    if (end == NULL ||
        samme_u64_parse(SAMME_SPAN(rest->data, (size_t)(end - rest->data)), &level) != SAMME_OK ||
        level > SAMME_TILE_LEVEL_MAX)
        return false;
    *out = (unsigned)level;
    *rest = SAMME_SPAN(end + 1, rest->length - (size_t)(end + 1 - rest->data));
    return true;
}

static bool parse_width(samme_span rest, unsigned *out) {
    *out = SAMME_TILE_WIDTH;
    if (rest.length == 0)
        return true;
    uint64_t width;
    if (!take(&rest, SAMME_LITERAL(".p/")) || samme_u64_parse(rest, &width) != SAMME_OK ||
        width == 0 || width >= SAMME_TILE_WIDTH)
        return false;
    *out = (unsigned)width;
    return true;
}

samme_status samme_tile_parse(samme_span path, samme_tile *out, samme_error *error) {
    samme_span rest = path;
    samme_tile tile = {.level = 0};
    bool good = take(&rest, SAMME_LITERAL("tile/"));
    if (good) {
        tile.entries = take(&rest, SAMME_LITERAL("entries/"));
        good = (tile.entries || take_level(&rest, &tile.level)) && take_index(&rest, &tile.index) &&
               parse_width(rest, &tile.width);
    }
    if (!good)
        return samme_fail(error, SAMME_MALFORMED,
                          "\"%.*s\": expected tile/LEVEL/INDEX or tile/entries/INDEX, the index as "
                          "x001/x234/067, perhaps with .p/WIDTH behind it",
                          (int)(path.length < 80 ? path.length : 80), (const char *)path.data);
    *out = tile;
    return SAMME_OK;
}

unsigned samme_tile_levels(uint64_t size) {
    unsigned levels = 0;
    for (; size > 0; size >>= SAMME_TILE_HEIGHT)
        levels++;
    return levels;
}

unsigned samme_tile_width(uint64_t size, unsigned level, uint64_t index) {
    if (level >= SAMME_TILE_LEVELS_MAX)
        return 0;
    const uint64_t hashes = size >> (SAMME_TILE_HEIGHT * level);
    if (index > hashes / SAMME_TILE_WIDTH)
        return 0;
    const uint64_t left = hashes - index * SAMME_TILE_WIDTH;
    return left < SAMME_TILE_WIDTH ? (unsigned)left : SAMME_TILE_WIDTH;
}

samme_hash samme_tile_root(const samme_hash *hashes, unsigned height) {
    assert(height <= SAMME_TILE_HEIGHT);
    samme_range range;
    samme_range_init(&range);
    samme_status status = SAMME_OK;
    for (unsigned i = 0; i < 1u << height && status == SAMME_OK; i++)
        status = samme_range_append(&range, &hashes[i]);
    assert(status == SAMME_OK);
    return range.hashes[0];
}

samme_status samme_bundle_append(samme_buffer *bundle, samme_span entry) {
    if (entry.length > SAMME_ENTRY_MAX_BYTES)
        return SAMME_TOO_LARGE;
    samme_buffer_u16(bundle, (uint16_t)entry.length);
    samme_buffer_append(bundle, entry);
    return samme_buffer_status(bundle);
}

samme_status samme_bundle_read(samme_span bytes, unsigned width,
                               samme_span out[static SAMME_TILE_WIDTH], samme_error *error) {
    assert(width >= 1 && width <= SAMME_TILE_WIDTH);
    size_t at = 0;
    for (unsigned i = 0; i < width; i++) {
        if (bytes.length - at < sizeof(uint16_t))
            return samme_fail(error, SAMME_MALFORMED, "ends in front of entry %u of %u", i, width);
        const size_t length = samme_get_u16(bytes.data + at);
        at += sizeof(uint16_t);
        if (bytes.length - at < length)
            return samme_fail(error, SAMME_MALFORMED, "ends inside entry %u of %u", i, width);
        out[i] = SAMME_SPAN(bytes.data + at, length);
        at += length;
    }
    if (at != bytes.length)
        return samme_fail(error, SAMME_MALFORMED, "%zu bytes follow the %u entries",
                          bytes.length - at, width);
    return SAMME_OK;
}
