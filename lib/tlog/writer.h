/* Writes a log as files (C2SP tlog-tiles), entry by entry, holding only its right edge in memory.
 * Pure: files are written through a port. */
#ifndef SAMME_TLOG_WRITER_H
#define SAMME_TLOG_WRITER_H

#include "tlog/tile.h"

typedef struct samme_log_sink {
    void *self;
    /* Writes a whole file, by its path within the log. */
    samme_status (*write)(void *self, const char *path, samme_span content,
                          samme_error *error) SAMME_CHECKED;
} samme_log_sink;

typedef struct samme_log_writer {
    samme_log_sink sink;
    samme_range range;                         /* size and root so far */
    samme_buffer tiles[SAMME_TILE_LEVELS_MAX]; /* hashes of the tile that grows, of each level */
    samme_buffer bundle;                       /* entries beside the one of level 0 */
} samme_log_writer;

void samme_log_writer_init(samme_log_writer *writer, samme_log_sink sink); /* an empty log */
void samme_log_writer_free(samme_log_writer *writer);

/* Both: SAMME_TOO_LARGE (an entry over 65,535 bytes), SAMME_FULL (the largest tree),
 * SAMME_NO_MEMORY, or the port's status; then what is written is no log and the writer is of no
 * more use. */

/* Adds an entry; writes the bundle and the tiles that it fills. */
samme_status samme_log_writer_append(samme_log_writer *writer, samme_span entry,
                                     samme_error *error) SAMME_CHECKED;
/* Writes the partial bundle and tiles and, last, the checkpoint, which the caller has checked or
 * made to be of range.size and its root. */
samme_status samme_log_writer_finish(samme_log_writer *writer, samme_span checkpoint,
                                     samme_error *error) SAMME_CHECKED;

#endif
