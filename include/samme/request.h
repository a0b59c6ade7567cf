/* A request to a node and its answer, as plain values: made by lib/http from HTTP, by the simulator
 * from nothing. Neither owns what it points at: whoever made it says how long that is valid (a
 * request of lib/http until it is answered; an answer until the call that takes it is back). One
 * thread at a time. */
#ifndef SAMME_REQUEST_H
#define SAMME_REQUEST_H

#include "samme/limits.h"
#include "samme/span.h"

typedef enum samme_method { SAMME_GET, SAMME_POST, SAMME_OTHER_METHOD } samme_method;

typedef struct samme_request {
    uint64_t id; /* names the answer */
    samme_method method;
    samme_span path;            /* decoded, "/v1/sales"; without query */
    samme_span query;           /* raw, without '?' */
    samme_span idempotency_key; /* empty when the header is absent; at most 200 bytes */
    samme_span token;           /* the bearer token, likewise */
    samme_span body;            /* at most SAMME_REQUEST_MAX_BYTES */
} samme_request;

typedef struct samme_response {
    unsigned status;          /* of HTTP, such as 201 */
    const char *content_type; /* such as "application/json"; NULL: none is stated */
    samme_span body;
} samme_response;

#endif
