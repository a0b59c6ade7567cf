/* The books of an import: every row of the file is counted in exactly one place. */
#ifndef SAMME_CLI_IMPORTING_TALLY_H
#define SAMME_CLI_IMPORTING_TALLY_H

#include "cli/importing/row.h"

typedef struct samme_import_tally {
    uint64_t rows;
    uint64_t sale_lines, paired, partly_paired, unpaired, adjustments;
    uint64_t ignored[SAMME_IMPORT_IGNORED_MAX]; /* by the map's ignored prefixes */
    uint64_t rejected[SAMME_FAULTS];
    uint64_t receipts, repeated_receipts;
    int64_t sold; /* minor units */
    int64_t quantity_paired, quantity_unpaired;
    uint64_t returns, not_remembered, largest_sale_bytes;
} samme_import_tally;

uint64_t samme_import_rejected(const samme_import_tally *tally);
/* Whether the rows and their places add up; they do at the end of an import, or we have a bug. */
bool samme_import_adds_up(const samme_import_tally *tally);

/* Prints the closing report to stdout: text for people, or one line of JSON (ImportReceiptsReport).
 */
samme_status samme_import_report(const samme_import_tally *tally, const samme_import_map *map,
                                 int64_t elapsed_ms, bool json, samme_error *error) SAMME_CHECKED;

#endif
