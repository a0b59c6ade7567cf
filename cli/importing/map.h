/* The column map of an import: a file of ImportMap (proto/import.proto), and where its columns are
 * in one header. */
#ifndef SAMME_CLI_IMPORTING_MAP_H
#define SAMME_CLI_IMPORTING_MAP_H

#include "base/arena.h"
#include "base/csv.h"
#include "wire/messages.h"

#define SAMME_IMPORT_IGNORED_MAX 64u

/* Behind the needed ones, those that may be absent. */
typedef enum samme_column {
    SAMME_COLUMN_NUMBER,
    SAMME_COLUMN_SKU,
    SAMME_COLUMN_QUANTITY,
    SAMME_COLUMN_SOLD_AT,
    SAMME_COLUMN_UNIT_PRICE,
    SAMME_COLUMN_TEXT,
    SAMME_COLUMN_CUSTOMER,
    SAMME_COLUMN_CATEGORY,
    SAMME_COLUMN_GTIN,
    SAMME_COLUMNS
} samme_column;
#define SAMME_COLUMNS_NEEDED SAMME_COLUMN_TEXT
#define SAMME_COLUMN_ABSENT  SIZE_MAX

typedef struct samme_import_map {
    const Samme__ImportMap *map; /* in the arena */
    const char *path;
    samme_span text;          /* of the map, in the arena; to find places in */
    unsigned minor_digits;    /* of its currency */
    const char *utc_offset;   /* "Z" when the map gives none */
    size_t fields;            /* of the header */
    size_t at[SAMME_COLUMNS]; /* which field of a row; SAMME_COLUMN_ABSENT */
} samme_import_map;

/* Reads and checks the map. Errors are "path:line:col: ..." where the line is known. The map lives
 * as long as the arena and `path`. */
samme_status samme_import_map_read(const char *path, samme_span text, samme_arena *arena,
                                   samme_import_map *out, samme_error *error) SAMME_CHECKED;
/* Finds the columns in the header row. SAMME_MALFORMED names a column that is not there, or there
 * twice, and the header. */
samme_status samme_import_map_bind(samme_import_map *map, const samme_csv_row *header,
                                   samme_error *error) SAMME_CHECKED;

#endif
