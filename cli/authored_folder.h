/* An authored folder read whole: every file of it that a release would take. */
#ifndef SAMME_CLI_AUTHORED_FOLDER_H
#define SAMME_CLI_AUTHORED_FOLDER_H

#include "samme/document.h"
#include "samme/status.h"

#define SAMME_AUTHORED_MAX_BYTES (256u * 1024u * 1024u) /* of all files */

typedef struct samme_authored_folder {
    samme_document *documents; /* in the order of their paths */
    size_t count;
    size_t bytes;
} samme_authored_folder;

/* SAMME_NOT_FOUND, SAMME_IO, SAMME_TOO_LARGE (a file, the number of files, all of them),
 * SAMME_NO_MEMORY; errors name the file. To be freed on SAMME_OK. */
samme_status samme_authored_folder_read(const char *root, samme_authored_folder *out,
                                        samme_error *error) SAMME_CHECKED;
void samme_authored_folder_free(samme_authored_folder *folder);

#endif
