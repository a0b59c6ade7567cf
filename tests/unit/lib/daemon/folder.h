/* A temporary folder, and files in it. */
#ifndef SAMME_TEST_DAEMON_FOLDER_H
#define SAMME_TEST_DAEMON_FOLDER_H

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/files.h"

static inline void make_folder(char out[static 64]) {
    snprintf(out, 64, "/tmp/samme-daemon-XXXXXX");
    cr_assert_not_null(mkdtemp(out));
}

static inline int remove_one(const char *path, const struct stat *info, int kind,
                             struct FTW *place) {
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void remove_folder(const char *path) {
    cr_assert_eq(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* "FOLDER/NAME" */
static inline const char *in_folder(const char *folder, const char *name, char out[static 200]) {
    snprintf(out, 200, "%s/%s", folder, name);
    return out;
}

static inline void write_file(const char *folder, const char *name, samme_span content) {
    char path[200];
    cr_assert_eq(samme_file_write(in_folder(folder, name, path), content, 0600, NULL), SAMME_OK);
}

#endif
