/* A whole log as files (C2SP tlog-tiles), checked from its signed checkpoint down to every entry.
 * Pure: files are read through a port. Trusts nothing but the key. */
#ifndef SAMME_TLOG_VERIFY_H
#define SAMME_TLOG_VERIFY_H

#include "tlog/checkpoint.h"
#include "tlog/tile.h"

typedef struct samme_log_files {
    void *self;
    /* Appends a whole file, by its path within the log ("tile/0/000"), to out, which is empty;
     * out->maximum is how long it may be. SAMME_NOT_FOUND: no such file; SAMME_TOO_LARGE: longer
     * than that; any other status: it cannot be read. */
    samme_status (*read)(void *self, const char *path, samme_buffer *out,
                         samme_error *error) SAMME_CHECKED;
} samme_log_files;

/* Checks the checkpoint (samme_log_head_open: the log may be anybody's), that the tiles have its
 * root, every full tile against the tile above, and every entry against its tile. Where the tree
 * has a partial tile, the full one is taken if it is there (logs may drop partial ones then), and
 * only what the checkpoint covers of it is checked; files that this size does not need are not
 * looked at.
 *
 * On success *out_head is the checkpoint. On failure out_broken is the path of the first broken
 * file and *error says why. When one file alone is wrong it is that one: files that agree with the
 * signed root are believed first. SAMME_BAD_SIGNATURE, SAMME_MALFORMED (a form or a length),
 * SAMME_NOT_FOUND (missing), SAMME_MISMATCH (a hash or root), SAMME_TOO_LARGE (too long, or as in
 * samme_note_parse()), SAMME_NO_MEMORY, or the port's status. */
samme_status samme_log_verify(const samme_log_files *files, const samme_vkey *key,
                              samme_log_head *out_head,
                              char out_broken[static SAMME_TILE_PATH_MAX + 1],
                              samme_error *error) SAMME_CHECKED;

#endif
