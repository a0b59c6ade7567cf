/* Who may speak to this node. Tills carry a bearer token, of which only the hash is kept, in the
 * store `keys`, outside every log. The operator's token is new at each start and known to whoever
 * may read the data folder; it manages tills.
 *
 * Pure, a part of the node's step: rows are read and written in the step's space of that store, and
 * an answer that tells of a change leaves when the change is durable there. */
#ifndef SAMME_NODE_ACCESS_ACCESS_H
#define SAMME_NODE_ACCESS_ACCESS_H

#include "base/space.h"
#include "samme/request.h"
#include "sync/outbox.h"
#include "wire/messages.h"

#define SAMME_TILLS_MAX        256u
#define SAMME_PINS_WAITING_MAX 16u
/* "till_" and 64 hex digits: 32 random bytes that cannot be guessed, so that one SHA-256 will do */
#define SAMME_TILL_TOKEN_BYTES 69u

enum samme_keys_table {
    SAMME_KEYS_TILL = 0,   /* name -> TillRow */
    SAMME_KEYS_PERSON = 1, /* number -> PersonRow */
};

/* What a till is known by, held in memory so that a token is compared with all, in constant time.
 */
typedef struct samme_till_known {
    char name[33];
    samme_hash token_hash;
    int64_t added_ms;
} samme_till_known;

/* A request that waits for a PIN's verifier. */
typedef enum samme_pin_purpose {
    SAMME_PIN_NEW,
    SAMME_PIN_APPROVES,
    SAMME_PIN_ALARM
} samme_pin_purpose;
typedef struct samme_pin_waiting {
    uint64_t job; /* 0: free */
    uint64_t request_id;
    samme_pin_purpose purpose;
    char number[17];    /* of the person */
    char till[33];      /* at which it was given; "" none */
    char case_code[41]; /* to approve */
    samme_hash key_hash, request_hash;
    samme_buffer details; /* packed: PersonRow without verifier; ApprovalRequest or AlarmRequest
                             without PIN */
} samme_pin_waiting;

typedef struct samme_access {
    bool present;     /* false: no keys store, everybody may ask (simulator) */
    samme_space keys; /* open within a step */
    samme_outbox outbox;
    bool loaded; /* the list below is as the space has it */
    size_t till_count;
    samme_till_known tills[SAMME_TILLS_MAX]; /* by name */
    uint64_t last_job;
    size_t waiting_count;
    samme_pin_waiting waiting[SAMME_PINS_WAITING_MAX];
} samme_access;

typedef enum samme_caller_kind {
    SAMME_CALLER_ANYBODY, /* of this machine, while no till has a token */
    SAMME_CALLER_TILL,
    SAMME_CALLER_OPERATOR,
} samme_caller_kind;

typedef struct samme_caller {
    samme_caller_kind kind;
    const char *till; /* its name, for SAMME_CALLER_TILL; valid until tills change */
} samme_caller;

/* keys NULL: none. */
samme_status samme_access_init(samme_access *access, samme_store *keys) SAMME_CHECKED;
void samme_access_fini(samme_access *access);

/* All of the following within a step.
 * The list again from the space when it may have changed. SAMME_CORRUPT: a row that is none. */
samme_status samme_access_load(samme_access *access, samme_error *error) SAMME_CHECKED;
/* SAMME_CONFLICT: the name is taken, or SAMME_TILLS_MAX are there; SAMME_MALFORMED: no such name
 * may be. */
samme_status samme_access_add_till(samme_access *access, const char *name, samme_span token,
                                   int64_t now_ms, samme_error *error) SAMME_CHECKED;
/* SAMME_NOT_FOUND. */
samme_status samme_access_remove_till(samme_access *access, samme_span name,
                                      samme_error *error) SAMME_CHECKED;
/* The till with this token; NULL: none. Looks at every one. */
const samme_till_known *samme_access_till(const samme_access *access, samme_span token);

#endif
