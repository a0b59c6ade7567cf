/* A temporary folder that is removed with everything in it. */
#ifndef ENROL_FOLDER_H
#define ENROL_FOLDER_H

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enrol/enrol.h"
#include "enrol/key_file.h"

static inline void make_folder(char out[64]) {
    strcpy(out, "/tmp/samme-enrol-XXXXXX");
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

static inline void write_text(const char *folder, const char *name, const char *text) {
    cr_assert_eq(samme_note_file_write(folder, name, samme_span_of_text(text), NULL), SAMME_OK);
}

static inline samme_buffer read_text(const char *folder, const char *name) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_note_file_read(folder, name, &text, NULL), SAMME_OK);
    return text;
}

static inline unsigned mode_of(const char *folder, const char *name) {
    char path[SAMME_FILE_PATH_MAX];
    struct stat info;
    cr_assert_eq(samme_path_in(folder, name, path, NULL), SAMME_OK);
    cr_assert_eq(stat(path, &info), 0);
    return info.st_mode & 07777;
}

#endif
