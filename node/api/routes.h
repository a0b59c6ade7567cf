/* Every request a node answers, with what its description says: the router and /v1/openapi.json
 * read this one table. */
#ifndef SAMME_NODE_API_ROUTES_H
#define SAMME_NODE_API_ROUTES_H

#include "node/api/api.h"

typedef enum samme_route_kind {
    SAMME_ROUTE_READS,
    SAMME_ROUTE_WRITES,  /* under an Idempotency-Key */
    SAMME_ROUTE_MANAGES, /* who may ask; by the operator, without a key */
} samme_route_kind;

typedef struct samme_route_query {
    const char *name, *text;
} samme_route_query;

#define SAMME_ROUTE_QUERIES_MAX 10u

typedef struct samme_route {
    samme_method method;
    /* path = before; or before, one segment (rest: or more) named `segment`, and after */
    const char *before, *segment, *after;
    bool rest;
    samme_route_kind kind;
    void (*handle)(samme_call *call);
    const char *summary;
    const ProtobufCMessageDescriptor *body; /* of a POST; NULL: none */
    unsigned status;                        /* of a good answer */
    const char *answer; /* member of ApiAnswer beside fresh; "" none; NULL: no ApiAnswer */
    const samme_route_query *queries;
} samme_route;

const samme_route *samme_routes(size_t *out_count);
/* The route of a path and method; NULL with *out_known whether another method would do. */
const samme_route *samme_route_find(samme_method method, samme_span path, samme_span *out_segment,
                                    bool *out_known);

/* The words that problems have, with a till's next step; the description lists them, a test
 * compares them with the code. */
typedef struct samme_problem_word {
    const char *word;
    unsigned status;
    const char *text;
} samme_problem_word;
const samme_problem_word *samme_problem_words(size_t *out_count);

#endif
