/* A request to a node and its answer, as plain values: made by lib/http from HTTP, by the simulator
 * from nothing. */
#ifndef SAMME_REQUEST_H
#define SAMME_REQUEST_H

#include "samme/span.h"

typedef enum samme_method { SAMME_GET, SAMME_POST, SAMME_OTHER_METHOD } samme_method;

typedef struct samme_request {
    uint64_t id; /* names the answer */
    samme_method method;
    samme_span path;            /* decoded, "/v1/sales"; without query */
    samme_span query;           /* raw, without '?' */
    samme_span idempotency_key; /* empty when the header is absent; at most 200 bytes */
    samme_span body;
} samme_request;

typedef struct samme_response {
    unsigned status; /* HTTP */
    const char *content_type;
    samme_span body;
} samme_response;

#endif
