/* Inside the node's HTTP API: one file per subject, each handler answers exactly once. */
#ifndef SAMME_NODE_API_API_H
#define SAMME_NODE_API_API_H

#include "node/access/people.h"
#include "node/core.h"
#include "wire/mapping.h"

/* One call: what was asked, and where the answer goes. */
typedef struct samme_call {
    samme_node *node;
    const samme_request *request;
    samme_span tail;         /* what the path pattern's '*' stood for */
    samme_hash key_hash;     /* of the Idempotency-Key (POST) */
    samme_hash request_hash; /* of path and body under that key */
    samme_caller caller;
    bool tells_of_access; /* the answer waits for the keys store, not for the log */
    unsigned refused;     /* HTTP status of a refusal that no status of ours stands for; 0 none */
    const char *refused_word;
} samme_call;

/* answer.c: each queues the answer to the call. */
void samme_answer(samme_call *call, unsigned status, Samme__ApiAnswer *answer);
/* 200 with this JSON; frees it. */
void samme_answer_with_json(samme_call *call, samme_buffer *body);
/* word: the stable last part of the problem's type. */
void samme_problem(samme_call *call, unsigned status, const char *word, const char *format, ...)
    SAMME_PRINTF(4, 5);
/* SAMME_DENIED, which samme_problem_of then answers with this status and word. */
samme_status samme_refuse(samme_call *call, unsigned status, const char *word, samme_error *error,
                          const char *format, ...) SAMME_PRINTF(5, 6) SAMME_CHECKED;
/* A status of the core as a problem. */
void samme_problem_of(samme_call *call, samme_status status, const samme_error *error);

/* repeat.c: what a key stands for: where (path and query), the body, and the till that says it,
 * when tills are known: two that number their keys alike do not find each other's entries. */
samme_hash samme_request_hash(const samme_call *call, samme_span where, samme_span body);
/* What a key has done before. SAMME_NOT_FOUND: nothing; SAMME_OK: *out_index;
 * SAMME_CONFLICT: the key came with another request. */
samme_status samme_repeated(samme_call *call, const samme_hash *key_hash,
                            const samme_hash *request_hash, uint64_t *out_index) SAMME_CHECKED;
samme_status samme_remember(samme_call *call, const samme_hash *key_hash,
                            uint64_t index) SAMME_CHECKED;
/* Fills id and index of an own entry. id_text: 33 bytes in the step's arena. */
samme_status samme_recorded(samme_node *node, uint64_t index, bool repeated,
                            Samme__Recorded *out) SAMME_CHECKED;
/* Appends entries under their key and remembers it; a key that is remembered already is refused
 * (idempotency_key_reused). */
samme_status samme_append_once(samme_call *call, const samme_new_entry *entries, size_t count,
                               uint64_t *out_index, samme_error *error) SAMME_CHECKED;

/* query.c: the decoded value of a query parameter in the step's arena; NULL when absent, or without
 * memory. The router has seen that each can be decoded (samme_query_good). */
bool samme_query_good(samme_call *call);
const char *samme_query_value(samme_call *call, const char *name);

/* tills.c: who asks; false when the call is answered. The till's own name, when it has one, is what
 * `till` must be: NULL or "" becomes it, another is refused (other_till). */
bool samme_tokens_wanted(const samme_node *node);
bool samme_authenticate(samme_call *call, bool operator_only) SAMME_CHECKED;
samme_status samme_own_till(samme_call *call, char **till, samme_error *error) SAMME_CHECKED;

/* pins.c: lets the PIN be checked; when it is, samme_person_made or samme_approval_checked goes on.
 * False when the call is answered: too many PINs wait, or one of this person does. `details` is
 * packed, and must hold no PIN. */
bool samme_pin_begin(samme_call *call, samme_pin_purpose purpose, const Samme__PersonRow *person,
                     const char *pin, const char *case_code, const void *details);
/* Of a request that a person's PIN goes with. The hash of the request without the PIN (`pin` is a
 * field of it) becomes the call's; the person, who is not locked out; the same as begin with the
 * PIN wiped from the request; and whether it was right: the row then, or a refusal, when the count
 * of wrong ones is on disk. */
samme_status samme_pin_left_out(samme_call *call, const void *request, char **pin) SAMME_CHECKED;
samme_status samme_pin_person(samme_call *call, const char *number, const char *pin,
                              Samme__PersonRow **out, samme_error *error) SAMME_CHECKED;
void samme_pin_prove(samme_call *call, samme_pin_purpose purpose, const Samme__PersonRow *person,
                     char *pin, const char *case_code, const void *request);
samme_status samme_pin_judged(samme_call *call, const samme_pin_waiting *waiting,
                              const samme_pin_done *done, Samme__PersonRow **out,
                              samme_error *error) SAMME_CHECKED;
void samme_person_made(samme_call *call, const samme_pin_waiting *waiting,
                       const samme_pin_done *done); /* people.c */
void samme_approval_checked(samme_call *call, const samme_pin_waiting *waiting,
                            const samme_pin_done *done); /* approve.c */
void samme_alarm_checked(samme_call *call, const samme_pin_waiting *waiting,
                         const samme_pin_done *done); /* alarms.c */

/* returns.c: what all steps of a case share. The case's code out of the path; true when the key has
 * been here before and the call is answered; appends one entry under the call's key and answers
 * with the case, false when it was refused. */
const char *samme_case_code(samme_call *call);
bool samme_case_repeated(samme_call *call);
bool samme_case_record(samme_call *call, Samme__EventKind kind, const void *body,
                       const char *case_code);

/* Handlers. */
void samme_api_sale(samme_call *call); /* sales.c */
void samme_api_sale_batch(samme_call *call);
void samme_api_receipts(samme_call *call);  /* receipts.c */
void samme_api_documents(samme_call *call); /* documents.c */
void samme_api_document(samme_call *call);
void samme_api_day_close(samme_call *call);   /* days.c */
void samme_api_openapi(samme_call *call);     /* openapi.c */
void samme_api_return_open(samme_call *call); /* returns.c */
void samme_api_return_decide(samme_call *call);
void samme_api_return_complete(samme_call *call);
void samme_api_return_approve(samme_call *call); /* approve.c */
void samme_api_return_get(samme_call *call);     /* return_lists.c */
void samme_api_returns_list(samme_call *call);
void samme_api_return_received(samme_call *call); /* later.c */
void samme_api_returns_recorded(samme_call *call);
void samme_api_alarms(samme_call *call); /* alarms.c */
void samme_api_alarm_take(samme_call *call);
void samme_api_alarm_resolve(samme_call *call);
void samme_api_person_add(samme_call *call); /* people.c */
void samme_api_person_list(samme_call *call);
void samme_api_person_remove(samme_call *call);
void samme_api_person_unlock(samme_call *call);
void samme_api_till_add(samme_call *call); /* tills.c */
void samme_api_till_list(samme_call *call);
void samme_api_till_remove(samme_call *call);
void samme_api_status(samme_call *call); /* status.c */
void samme_api_live(samme_call *call);
void samme_api_ready(samme_call *call);
void samme_api_metrics(samme_call *call); /* metrics.c */

#endif
