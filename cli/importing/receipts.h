/* Rows become receipts. Rows of one receipt number and day stand together in an export, or nearly
 * so: the receipts that were touched last are kept open, the one left alone for longest is closed
 * when another begins. A closed sale goes to the sink as JSON; a closed cancellation as one return
 * for each receipt that it takes something back of. Knows no node and no file. */
#ifndef SAMME_CLI_IMPORTING_RECEIPTS_H
#define SAMME_CLI_IMPORTING_RECEIPTS_H

#include "cli/importing/pairing.h"
#include "cli/importing/tally.h"

#define SAMME_IMPORT_OPEN_RECEIPTS  16u
#define SAMME_IMPORT_SALE_MAX_BYTES (200u * 1024u) /* as JSON: a request has at most 256 KiB */

/* A row of the file, to be shown when it is rejected. */
typedef struct samme_kept_row {
    uint64_t line;
    samme_span raw;
} samme_kept_row;

typedef struct samme_import_sale {
    size_t node;                /* which of the branches */
    samme_span json;            /* of a SaleItem */
    int64_t total;              /* minor units */
    const samme_kept_row *rows; /* one for each line */
    size_t row_count;
} samme_import_sale;

/* What comes out; all is valid during the call only. A status that is not SAMME_OK ends the import.
 * The sink counts sale lines and receipts, when they are recorded, and rejected rows. */
typedef struct samme_import_sink {
    void *self;
    samme_status (*sale)(void *self, const samme_import_sale *sale,
                         samme_error *error) SAMME_CHECKED;
    samme_status (*take_back)(void *self, const Samme__ImportReturn *line,
                              samme_error *error) SAMME_CHECKED;
    samme_status (*reject)(void *self, const samme_kept_row *row, samme_row_fault fault,
                           const char *reason, samme_error *error) SAMME_CHECKED;
} samme_import_sink;

typedef struct samme_receipts samme_receipts;

/* All arguments are the caller's and outlive it. A sale belongs to the branch that its number's
 * hash says, so the branches and their order must be the same in every run. NULL: no memory. */
samme_receipts *samme_receipts_new(const samme_import_map *map, const uint32_t *branches,
                                   size_t branch_count, samme_import_sink sink,
                                   samme_import_tally *tally) SAMME_CHECKED;
void samme_receipts_free(samme_receipts *receipts); /* accepts NULL */
/* Takes a row of the file, behind the header. */
samme_status samme_receipts_add(samme_receipts *receipts, const samme_csv_row *row,
                                samme_error *error) SAMME_CHECKED;
/* Closes what is open. */
samme_status samme_receipts_end(samme_receipts *receipts, samme_error *error) SAMME_CHECKED;

/* FNV-1a, 64 bits: the same on every machine and in every run. */
uint64_t samme_import_hash(samme_span bytes);

#endif
