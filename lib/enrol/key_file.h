/* Small files in a folder: secret keys, notes, one-line texts. */
#ifndef SAMME_ENROL_KEY_FILE_H
#define SAMME_ENROL_KEY_FILE_H

#include "base/buffer.h"

#define SAMME_FILE_PATH_MAX 4096u /* with the terminator */

/* "folder/name". SAMME_TOO_LARGE. */
samme_status samme_path_in(const char *folder, const char *name,
                           char out[static SAMME_FILE_PATH_MAX], samme_error *error) SAMME_CHECKED;

/* A secret of 32 bytes: 64 hex digits and a newline, in a file that only its owner may read. */
samme_status samme_key_file_read(const char *folder, const char *name, uint8_t out[static 32],
                                 samme_error *error) SAMME_CHECKED;
samme_status samme_key_file_write(const char *folder, const char *name,
                                  const uint8_t key[static 32], samme_error *error) SAMME_CHECKED;

/* A note, or another file for everyone to read: at most out->maximum bytes. */
samme_status samme_note_file_read(const char *folder, const char *name, samme_buffer *out,
                                  samme_error *error) SAMME_CHECKED;
samme_status samme_note_file_write(const char *folder, const char *name, samme_span content,
                                   samme_error *error) SAMME_CHECKED;

/* One line of at most size - 1 bytes; its newline is not part of it. */
samme_status samme_line_file_read(const char *folder, const char *name, char *out, size_t size,
                                  samme_error *error) SAMME_CHECKED;
samme_status samme_line_file_write(const char *folder, const char *name, const char *line,
                                   samme_error *error) SAMME_CHECKED;

#endif
