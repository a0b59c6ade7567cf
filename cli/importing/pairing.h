/* Finds what a cancellation takes back: the newest purchases of the item by that customer that
 * nothing has taken back yet. An export names no purchase in a cancellation, so this is a guess,
 * the one that fits returns best. Bounded: what is bought beyond the maximum is not remembered. */
#ifndef SAMME_CLI_IMPORTING_PAIRING_H
#define SAMME_CLI_IMPORTING_PAIRING_H

#include "base/calendar.h"
#include "samme/span.h"
#include "samme/status.h"

#define SAMME_PAIRING_PURCHASES_MAX 4000000u /* about 400 MB at the most */

/* A receipt that things were bought on. */
typedef struct samme_sold {
    const char *number; /* lives as long as the pairing */
    char date[SAMME_DATE_TEXT_BYTES];
    uint32_t node; /* the caller's */
} samme_sold;

/* What one cancellation row takes back of one receipt line. */
typedef struct samme_taken_back {
    uint32_t receipt;
    uint32_t line;
    int64_t quantity; /* thousandths */
} samme_taken_back;

typedef struct samme_pairing samme_pairing;

samme_pairing *samme_pairing_new(size_t purchases_max) SAMME_CHECKED; /* NULL: no memory */
void samme_pairing_free(samme_pairing *pairing);                      /* accepts NULL */

/* Remembers a receipt. SAMME_FULL, SAMME_NO_MEMORY. */
samme_status samme_pairing_receipt(samme_pairing *pairing, const char *number, const char *date,
                                   uint32_t node, uint32_t *out_receipt) SAMME_CHECKED;
const samme_sold *samme_pairing_sold(const samme_pairing *pairing, uint32_t receipt);

/* Remembers that the customer bought the item. SAMME_FULL, SAMME_NO_MEMORY. quantity > 0. */
samme_status samme_pairing_buy(samme_pairing *pairing, const char *customer, const char *sku,
                               samme_taken_back bought) SAMME_CHECKED;
/* Takes up to `quantity` back from the newest purchase; false when the customer has none left. To
 * be repeated with what is then left of the quantity. */
bool samme_pairing_take(samme_pairing *pairing, const char *customer, const char *sku,
                        int64_t quantity, samme_taken_back *out) SAMME_CHECKED;

#endif
