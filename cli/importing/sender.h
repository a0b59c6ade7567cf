/* Sends sales to their nodes, many in a request, and finds out which are refused. */
#ifndef SAMME_CLI_IMPORTING_SENDER_H
#define SAMME_CLI_IMPORTING_SENDER_H

#include "cli/importing/nodes.h"
#include "cli/importing/receipts.h"

#define SAMME_IMPORT_BATCH_SALES 64u

/* Where the rows of refused sales go. */
typedef struct samme_import_refusals {
    void *self;
    samme_status (*reject)(void *self, const samme_kept_row *row, samme_row_fault fault,
                           const char *reason, samme_error *error) SAMME_CHECKED;
} samme_import_refusals;

typedef struct samme_sender samme_sender;

/* The arguments are the caller's and outlive it. NULL: no memory. */
samme_sender *samme_sender_new(samme_import_nodes *nodes, samme_import_refusals refusals,
                               samme_import_tally *tally) SAMME_CHECKED;
void samme_sender_free(samme_sender *sender); /* accepts NULL; forgets what was not sent */

/* Takes a copy; sends when there is enough for a request. Other statuses than SAMME_OK as
 * samme_import_call. */
samme_status samme_sender_add(samme_sender *sender, const samme_import_sale *sale,
                              samme_error *error) SAMME_CHECKED;
/* Sends what is left. */
samme_status samme_sender_end(samme_sender *sender, samme_error *error) SAMME_CHECKED;

#endif
