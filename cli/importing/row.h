/* One row of an export as what it means: part of a sale, of a cancellation, or nothing to record.
 */
#ifndef SAMME_CLI_IMPORTING_ROW_H
#define SAMME_CLI_IMPORTING_ROW_H

#include "base/calendar.h"
#include "cli/importing/map.h"

/* Visible ASCII, so that it can be part of a key. */
#define SAMME_IMPORT_NUMBER_MAX_BYTES 60u

typedef enum samme_row_kind {
    SAMME_ROW_SALE,
    SAMME_ROW_CANCELLATION,
    SAMME_ROW_ADJUSTMENT, /* quantity zero or below outside of cancellations */
    SAMME_ROW_IGNORED,
    SAMME_ROW_REJECTED,
} samme_row_kind;

/* Why a row is rejected. The last two are found later, for all rows of a receipt. */
typedef enum samme_row_fault {
    SAMME_FAULT_NOT_CSV,
    SAMME_FAULT_FIELDS,
    SAMME_FAULT_NUMBER,
    SAMME_FAULT_SKU,
    SAMME_FAULT_QUANTITY,
    SAMME_FAULT_SOLD_AT,
    SAMME_FAULT_PRICE,
    SAMME_FAULT_NEGATIVE_PRICE,
    SAMME_FAULT_AMOUNT,
    SAMME_FAULT_CANCELLATION,
    SAMME_FAULT_SALE_TOO_LARGE,
    SAMME_FAULT_REFUSED,
    SAMME_FAULTS
} samme_row_fault;

/* A short name for counting by. */
const char *samme_row_fault_name(samme_row_fault fault);

typedef struct samme_import_row {
    samme_row_kind kind;
    samme_row_fault fault; /* when rejected */
    char reason[160];      /* when rejected: what was found, what was expected */
    size_t ignored;        /* which of the map's ignored prefixes */
    const char *number, *sku, *text, *customer, *category,
        *gtin;        /* of the CSV row; "" when absent */
    int64_t quantity; /* thousandths; of a cancellation what is taken back, above zero */
    int64_t paid;     /* minor units, >= 0 */
    char date[SAMME_DATE_TEXT_BYTES];
    char sold_at[32]; /* YYYY-MM-DDThh:mm:ss with offset */
} samme_import_row;

/* map must be bound to the header. The texts are valid as long as the CSV row. */
void samme_import_row_read(const samme_import_map *map, const samme_csv_row *row,
                           samme_import_row *out);

/* quantity (whole pieces) x price (decimal text), rounded once, half away from zero, to `digits`
 * minor digits. SAMME_MALFORMED: not a plain decimal of at most 6 decimals; SAMME_TOO_LARGE.
 * Negative prices are taken. */
samme_status samme_import_amount(const char *price, int64_t pieces, unsigned digits,
                                 int64_t *out_minor) SAMME_CHECKED;

#endif
