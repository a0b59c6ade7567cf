/* Inside the node's HTTP API: one file per subject, each handler answers exactly once. */
#ifndef SAMME_NODE_API_API_H
#define SAMME_NODE_API_API_H

#include "node/core.h"
#include "wire/mapping.h"

/* One call: what was asked, and where the answer goes. */
typedef struct samme_call {
    samme_node *node;
    const samme_request *request;
    samme_span tail;         /* what the path pattern's '*' stood for */
    samme_hash key_hash;     /* of the Idempotency-Key (POST) */
    samme_hash request_hash; /* of path and body under that key */
} samme_call;

/* answer.c: each queues the answer to the call. */
void samme_answer(samme_call *call, unsigned status, Samme__ApiAnswer *answer);
/* word: the stable last part of the problem's type. */
void samme_problem(samme_call *call, unsigned status, const char *word, const char *format, ...)
    SAMME_PRINTF(4, 5);
/* A status of the core as a problem. */
void samme_problem_of(samme_call *call, samme_status status, const samme_error *error);

/* repeat.c: what a key has done before. SAMME_NOT_FOUND: nothing; SAMME_OK: *out_index;
 * SAMME_CONFLICT: the key came with another request. */
samme_status samme_repeated(samme_call *call, const samme_hash *key_hash,
                            const samme_hash *request_hash, uint64_t *out_index) SAMME_CHECKED;
samme_status samme_remember(samme_call *call, const samme_hash *key_hash,
                            uint64_t index) SAMME_CHECKED;
/* Fills id and index of an own entry. id_text: 33 bytes in the step's arena. */
samme_status samme_recorded(samme_node *node, uint64_t index, bool repeated,
                            Samme__Recorded *out) SAMME_CHECKED;
/* Appends entries under the call's key and remembers it. */
samme_status samme_append_once(samme_call *call, const samme_new_entry *entries, size_t count,
                               uint64_t *out_index, samme_error *error) SAMME_CHECKED;

/* query.c: the decoded value of a query parameter in the step's arena; NULL when absent or
 * malformed. */
const char *samme_query_value(samme_call *call, const char *name);

/* Handlers. */
void samme_api_sale(samme_call *call); /* sales.c */
void samme_api_sale_batch(samme_call *call);
void samme_api_receipts(samme_call *call);    /* receipts.c */
void samme_api_return_open(samme_call *call); /* returns.c */
void samme_api_return_get(samme_call *call);
void samme_api_return_decide(samme_call *call);
void samme_api_return_complete(samme_call *call);
void samme_api_status(samme_call *call); /* status.c */
void samme_api_live(samme_call *call);
void samme_api_ready(samme_call *call);

#endif
