/* The files an import writes: rejected rows, and returns for `samme import returns`. */
#ifndef SAMME_CLI_IMPORTING_OUTPUTS_H
#define SAMME_CLI_IMPORTING_OUTPUTS_H

#include <stdio.h>

#include "cli/importing/receipts.h"
#include "cli/progress.h"

#define SAMME_IMPORT_REJECTS_SHOWN 10u

/* Paths may be NULL: then nothing is written. Returns are written beside their path and put in
 * place at the end, so that a file of half a run is not taken for whole. */
typedef struct samme_import_outputs {
    const char *input; /* its name, for messages */
    const char *returns_path, *rejects_path;
    FILE *returns, *rejects;
    char returns_part[4096];
    samme_progress *progress;
    samme_import_tally *tally;
    uint64_t shown; /* rejects on stderr; the first few are shown there */
    samme_buffer text;
} samme_import_outputs;

samme_status samme_import_outputs_open(samme_import_outputs *out, const char *input,
                                       const char *returns_path, const char *rejects_path,
                                       samme_progress *progress, samme_import_tally *tally,
                                       samme_error *error) SAMME_CHECKED;
/* Everything written and, when `whole`, in its place. */
samme_status samme_import_outputs_close(samme_import_outputs *outputs, bool whole,
                                        samme_error *error) SAMME_CHECKED;

/* For sinks; self is the outputs. */
samme_status samme_import_write_reject(void *self, const samme_kept_row *row, samme_row_fault fault,
                                       const char *reason, samme_error *error) SAMME_CHECKED;
samme_status samme_import_write_return(void *self, const Samme__ImportReturn *line,
                                       samme_error *error) SAMME_CHECKED;

#endif
