/* Whole files, folders, and the lock that makes a folder ours. */
#ifndef SAMME_OS_FILES_H
#define SAMME_OS_FILES_H

#include "base/buffer.h"

/* Appends the content; at most out->maximum. SAMME_NOT_FOUND, SAMME_IO, SAMME_TOO_LARGE; then out
 * is as before. */
samme_status samme_file_read(const char *path, samme_buffer *out, samme_error *error) SAMME_CHECKED;
/* Writes path.tmp, syncs it, renames it over path, syncs the folder. mode as for open(2), e.g. 0600
 * for secrets. SAMME_FULL: no room on the disk. After a failure path has its old content or, when
 * only the last sync failed, all of the new. */
samme_status samme_file_write(const char *path, samme_span content, unsigned mode,
                              samme_error *error) SAMME_CHECKED;
bool samme_file_exists(const char *path); /* a regular file */
/* Makes the folder and its parents (0700); fine when it is there. */
samme_status samme_folder_make(const char *path, samme_error *error) SAMME_CHECKED;
/* Calls visit for every regular file below root with its path relative to root ('/'-separated),
 * sorted bytewise; names starting with '.' are passed over, symbolic links not followed.
 * SAMME_TOO_LARGE for folders of more than 65,536 files. Stops at the first status that is not OK
 * and returns it. */
samme_status samme_folder_walk(const char *root,
                               samme_status (*visit)(void *context, const char *relative_path),
                               void *context, samme_error *error) SAMME_CHECKED;
/* Takes an exclusive lock on folder/owner and writes our pid into it. SAMME_CONFLICT names the pid
 * that has it. The lock goes with the descriptor or the process. */
samme_status samme_folder_own(const char *folder, int *out_fd, samme_error *error) SAMME_CHECKED;

#endif
