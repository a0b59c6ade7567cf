/* The file an import reads, or standard input for "-", with the progress through it. */
#ifndef SAMME_CLI_IMPORTING_INPUT_H
#define SAMME_CLI_IMPORTING_INPUT_H

#include "base/csv.h"

typedef struct samme_import_input {
    const char *name; /* for messages */
    int fd;
    uint64_t size; /* 0: not known */
    bool begun;
} samme_import_input;

/* SAMME_NOT_FOUND, SAMME_IO. */
samme_status samme_import_input_open(const char *path, samme_import_input *out,
                                     samme_error *error) SAMME_CHECKED;
void samme_import_input_close(samme_import_input *input);
/* SAMME_UNSUPPORTED when the file is compressed: it is to be piped through a decompressor. */
samme_csv_source samme_import_input_source(samme_import_input *input);

#endif
