#include "tlog/writer.h"

#include "samme/limits.h"

enum { TILE_BYTES = SAMME_TILE_WIDTH * sizeof(samme_hash) };

void samme_log_writer_init(samme_log_writer *writer, samme_log_sink sink) {
    writer->sink = sink;
    samme_range_init(&writer->range);
    samme_buffer_init(&writer->bundle, SAMME_BUNDLE_MAX_BYTES);
    for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX; level++)
        samme_buffer_init(&writer->tiles[level], TILE_BYTES);
}

void samme_log_writer_free(samme_log_writer *writer) {
    samme_buffer_free(&writer->bundle);
    for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX; level++)
        samme_buffer_free(&writer->tiles[level]);
}

static samme_status write_file(samme_log_writer *writer, samme_tile tile, samme_buffer *content,
                               samme_error *error) {
    char path[SAMME_TILE_PATH_MAX + 1];
    samme_tile_path(&tile, path);
    samme_status status =
        writer->sink.write(writer->sink.self, path, samme_buffer_span(content), error);
    samme_buffer_clear(content);
    return status;
}

/* The tile that grows at a level, or has just been filled; the bundle with the lowest. */
static samme_status write_tile(samme_log_writer *writer, unsigned level, unsigned width,
                               samme_error *error) {
    const uint64_t hashes = writer->range.size >> (SAMME_TILE_HEIGHT * level);
    samme_tile tile = {.level = level, .index = (hashes - 1) / SAMME_TILE_WIDTH, .width = width};
    samme_status status = write_file(writer, tile, &writer->tiles[level], error);
    if (status != SAMME_OK || level > 0)
        return status;
    tile.entries = true;
    return write_file(writer, tile, &writer->bundle, error);
}

samme_status samme_log_writer_append(samme_log_writer *writer, samme_span entry,
                                     samme_error *error) {
    samme_hash hash = samme_leaf_hash(entry);
    samme_status status = samme_bundle_append(&writer->bundle, entry);
    if (status == SAMME_OK)
        status = samme_range_append(&writer->range, &hash);
    if (status != SAMME_OK)
        return samme_fail(error, status, "entry %llu of %zu bytes cannot be added to the log",
                          (unsigned long long)writer->range.size, entry.length);
    /* A tile that is full is one hash of the tile above, which that may fill in turn. */
    for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX; level++) {
        samme_buffer *tile = &writer->tiles[level];
        samme_buffer_append(tile, samme_span_of_hash(&hash));
        status = samme_buffer_status(tile);
        if (status != SAMME_OK)
            return samme_fail(error, status, "no memory for a tile");
        if (tile->length < TILE_BYTES)
            break;
        hash = samme_tile_root((const samme_hash *)(const void *)tile->data, SAMME_TILE_HEIGHT);
        status = write_tile(writer, level, SAMME_TILE_WIDTH, error);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

samme_status samme_log_writer_finish(samme_log_writer *writer, samme_span checkpoint,
                                     samme_error *error) {
    samme_status status = SAMME_OK;
    for (unsigned level = 0; level < SAMME_TILE_LEVELS_MAX && status == SAMME_OK; level++) {
        const size_t width = writer->tiles[level].length / sizeof(samme_hash);
        if (width > 0)
            status = write_tile(writer, level, (unsigned)width, error);
    }
    if (status == SAMME_OK)
        status = writer->sink.write(writer->sink.self, SAMME_CHECKPOINT_PATH, checkpoint, error);
    return status;
}
