/* Logs as files in memory: the writer's sink and the walk's source, and damage in between. */
#ifndef SAMME_TESTS_TLOG_FILES_H
#define SAMME_TESTS_TLOG_FILES_H

#include "tlog/verify.h"
#include "tlog/writer.h"

typedef struct file {
    char path[SAMME_TILE_PATH_MAX + 1];
    uint8_t *bytes;
    size_t length;
} file;

typedef struct files {
    file *all;
    size_t count;
    const char *unreadable; /* the path of a file that the disk refuses */
    size_t reads;
} files;

void files_free(files *self);
file *files_find(files *self, const char *path); /* NULL when it is not there */
file *files_get(files *self, const char *path);  /* must be there */
void files_put(files *self, const char *path, samme_span content);
void files_remove(files *self, const char *path);

samme_log_sink files_sink(files *self);
samme_log_files files_source(files *self);

/* Entry i of the logs made here: 0 to 8 bytes. */
samme_span entry_of(uint64_t i, uint8_t room[static 8]);
/* A log of `size` such entries, signed by key 1 of "log.example". */
#define FILES_LOG "log.example"
files files_of_log(uint64_t size);
/* A checkpoint of `size` and `root` by that key, in place of the one that is there. */
void files_sign(files *self, uint64_t size, const samme_hash *root);

/* Verifies with that key; on failure out_broken and out_why say what. */
samme_status files_verify(files *self, samme_log_head *out_head,
                          char out_broken[static SAMME_TILE_PATH_MAX + 1], samme_error *out_why);
/* Must fail with this status and name this file. */
void expect_broken(files *self, samme_status status, const char *path);
void expect_good(files *self, uint64_t size);

#endif
