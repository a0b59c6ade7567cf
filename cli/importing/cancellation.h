/* What one cancellation takes back, collected while its rows come, and given out as returns: one
 * for each receipt. */
#ifndef SAMME_CLI_IMPORTING_CANCELLATION_H
#define SAMME_CLI_IMPORTING_CANCELLATION_H

#include "cli/importing/pairing.h"
#include "wire/messages.h"

/* What a node takes in one return (docs/PROTOCOL.md); a longer one comes in parts. */
#define SAMME_IMPORT_RETURN_LINES_MAX 60u

typedef struct samme_cancellation {
    samme_taken_back *slices;
    size_t count, room;
} samme_cancellation;

/* The cancellation's name and day, and where its returns go. */
typedef struct samme_returns_of {
    const char *number, *date, *till;
    const uint32_t *branches;
    size_t branch_count;
    const samme_pairing *pairing;
    void *self;
    samme_status (*take_back)(void *self, const Samme__ImportReturn *line,
                              samme_error *error) SAMME_CHECKED;
} samme_returns_of;

/* Zeroed memory is an empty one. */
void samme_cancellation_free(samme_cancellation *cancellation);
void samme_cancellation_clear(samme_cancellation *cancellation);
/* Takes *quantity of the customer's item back; *quantity is then what nobody bought before. */
samme_status samme_cancellation_add(samme_cancellation *cancellation, samme_pairing *pairing,
                                    const char *customer, const char *sku, int64_t *quantity,
                                    samme_error *error) SAMME_CHECKED;
/* Gives out the returns, in the order of the receipts, and counts them. Goods come back to another
 * branch than sold them, chosen by the cancellation's number, when there is another. */
samme_status samme_cancellation_returns(samme_cancellation *cancellation,
                                        const samme_returns_of *of, uint64_t *count,
                                        samme_error *error) SAMME_CHECKED;

#endif
