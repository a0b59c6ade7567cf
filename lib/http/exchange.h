/* One request as libmicrohttpd hands it over, piece by piece, and its answer. */
#ifndef SAMME_HTTP_EXCHANGE_H
#define SAMME_HTTP_EXCHANGE_H

#include <microhttpd.h>

#include "base/buffer.h"
#include "samme/limits.h"
#include "samme/request.h"

#define SAMME_HTTP_IDEMPOTENCY_KEY_MAX 200u
#define SAMME_HTTP_TOKEN_MAX           200u
#define SAMME_HTTP_REQUEST_SECONDS     30u
/* A body over the limit is read and thrown away up to here, so that its sender gets to read the
 * refusal. */
#define SAMME_HTTP_DRAIN_MAX_BYTES (4u * SAMME_REQUEST_MAX_BYTES)

typedef struct samme_exchange {
    struct MHD_Connection *connection;
    struct samme_http_watched *watched; /* NULL: it is not */
    samme_method method;
    unsigned refusal; /* HTTP status; 0 while there is nothing wrong */
    bool begun;
    bool queued;
    int64_t began_at; /* monotonic seconds */
    uint64_t arrived; /* bytes of body, kept or not */
    samme_buffer body;
    const char *query;
    char *path; /* decoded; behind uri, as long as that at most */
    char idempotency_key[SAMME_HTTP_IDEMPOTENCY_KEY_MAX + 1];
    char token[SAMME_HTTP_TOKEN_MAX + 1];
    struct MHD_Response *response;
    unsigned status;
    char uri[]; /* raw */
} samme_exchange;

samme_exchange *samme_exchange_new(struct MHD_Connection *connection,
                                   const char *uri) SAMME_CHECKED;
void samme_exchange_free(samme_exchange *exchange); /* accepts NULL */

/* With the headers read: decides whether the request is refused. local_only: the Host must be one
 * of this machine. False when the refusal should be sent at once. */
bool samme_exchange_begin(samme_exchange *exchange, const char *method, const char *path,
                          bool local_only) SAMME_CHECKED;
/* False when the connection is to be closed: it goes on for too long. */
bool samme_exchange_collect(samme_exchange *exchange, const char *data,
                            size_t length) SAMME_CHECKED;
samme_request samme_exchange_request(const samme_exchange *exchange, uint64_t id);

/* Prepares the answer, a copy. Without memory for it the exchange is refused. */
void samme_exchange_answer(samme_exchange *exchange, const samme_response *response);
/* Sends the answer, or the refusal as problem+json. */
enum MHD_Result samme_exchange_send(samme_exchange *exchange);

#endif
