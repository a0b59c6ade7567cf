/* The node: one branch's log, the journal as it knows it, and the answers it gives. Pure: events
 * come in by step(), what goes out goes through ports. The daemon (shell.c) and the simulator run
 * this object.
 *
 * A step sees one snapshot of each store. Answers and messages that depend on writes leave when
 * these are durable. */
#ifndef SAMME_NODE_NODE_H
#define SAMME_NODE_NODE_H

#include "crypto/pin.h"
#include "crypto/sign.h"
#include "keymap/keymap.h"
#include "samme/random.h"
#include "samme/request.h"
#include "samme/store.h"
#include "trust/trust.h"
#include "wire/messages.h"

typedef struct samme_node samme_node;

#define SAMME_PIN_JOBS_MAX   16u
#define SAMME_OLDER_LOGS_MAX 8u

/* A PIN to be made into a verifier, which takes long: elsewhere, and told by an event. */
typedef struct samme_pin_job {
    uint64_t id;
    uint8_t salt[SAMME_PIN_SALT_BYTES];
    char pin[SAMME_PIN_MAX_BYTES + 1];
} samme_pin_job;
typedef struct samme_pin_done {
    uint64_t id;
    bool failed; /* no memory for it */
    uint8_t verifier[SAMME_PIN_VERIFIER_BYTES];
} samme_pin_done;

/* Who this node is (from its enrolment) and the ports it works through. Pointers must outlive the
 * node. */
typedef struct samme_node_setup {
    const samme_root *root;
    uint32_t branch;
    uint32_t epoch;
    uint32_t region;
    const char *name;
    samme_vkey hub_log;
    samme_seed log_seed;
    uint64_t lowest_release;
    samme_known known;     /* before the journal has come to it no release is taken */
    int64_t push_after_ms; /* a tail is pushed when it is this old, or has 256 entries */
    int64_t claim_wait_ms; /* a decision waits so long for a loan; 0: not at all */
    int64_t poll_every_ms; /* the hub is asked for news this often, doorbell or not */
    /* own entries that a step folds again when the journal has grown; 0: 4,096. Tests set less */
    uint32_t layer_entries_a_step;
    samme_store *log;
    samme_store *views;
    samme_store *keys;    /* tills and their tokens; NULL: none, everybody may ask */
    bool beyond_loopback; /* requests come from other machines: a token is always wanted */
    samme_hash operator_token_hash; /* SHA-256 of the operator's bearer token; for keys only */
    samme_keks keks;                /* above the keys of subjects; number 0: no key map */
    samme_erasures erasures;        /* `ordered` NULL: none is */
    /* An epoch after the first begins its log only when it is told to (`recover`), with what the
     * logs of epochs before it hold beyond the journal; read only, newest first. They may be left
     * out once view.recovering is over. */
    bool recover;
    samme_store *older[SAMME_OLDER_LOGS_MAX];
    size_t older_count;
    samme_random random;
    void *output; /* first argument of the two below */
    /* A message for the hub; may be lost. */
    void (*send)(void *output, samme_span bytes);
    /* The answer to a request. */
    void (*answer)(void *output, uint64_t request_id, const samme_response *response);
    /* Takes a copy of a job, at most SAMME_PIN_JOBS_MAX are not done; false: it has no room. With
     * keys only. */
    bool (*make_verifier)(void *output, const samme_pin_job *job);
} samme_node_setup;

typedef enum samme_node_event_kind {
    SAMME_NODE_TICK,      /* time has passed, or completions wait */
    SAMME_NODE_MESSAGE,   /* from the hub */
    SAMME_NODE_CONNECTED, /* a connection to the hub stands, a first or another one: the session
                           * begins anew. A node that is not told finds the hub by its timer */
    SAMME_NODE_REQUEST,   /* from a till */
    SAMME_NODE_PIN,       /* a verifier is made */
    SAMME_NODE_STOP, /* the node is to end: it takes no more requests, and pushes what it has */
} samme_node_event_kind;

typedef struct samme_node_event {
    samme_node_event_kind kind;
    int64_t wall_ms;      /* the machine's clock, UTC */
    int64_t monotonic_ms; /* never goes back */
    samme_span message;
    const samme_request *request;
    const samme_pin_done *pin;
} samme_node_event;

/* What a log store holds; 0: none yet. SAMME_CORRUPT. */
typedef struct samme_log_held {
    uint32_t branch, epoch; /* of the own log */
    bool recovering;        /* the older logs are not taken over yet */
} samme_log_held;
samme_status samme_node_log_held(const samme_store *log, samme_log_held *out,
                                 samme_error *error) SAMME_CHECKED;

/* SAMME_MISMATCH: the views are ahead of the log; empty them and try again. SAMME_CONFLICT: the log
 * is of another branch or epoch, the text says what to do. SAMME_CORRUPT, SAMME_IO: the stores. */
samme_status samme_node_new(const samme_node_setup *setup, samme_node **out,
                            samme_error *error) SAMME_CHECKED;
void samme_node_free(samme_node *node); /* accepts NULL */

/* Handles one event and whatever work is at hand, bounded. Failures of the stores make the node
 * read-only and show in its status; they are not the caller's to handle. */
void samme_node_step(samme_node *node, const samme_node_event *event);
/* When the next tick is due, monotonic; the past when there is work at hand. */
int64_t samme_node_next_ms(const samme_node *node);
/* Answers wait for a commit: a shell that stops may want to drain them. */
bool samme_node_idle(const samme_node *node);
/* No commit is under way, and no answer held back. */
bool samme_node_at_rest(const samme_node *node);
/* The hub holds all of the own log, or there is no session in which to hand it over. */
bool samme_node_merged(const samme_node *node);

/* What may change while a node runs; as in the setup. Between steps. */
void samme_node_set_times(samme_node *node, int64_t push_after_ms, int64_t poll_every_ms,
                          int64_t claim_wait_ms);

/* Other keys above the keys of subjects: a renewal begins or has ended. Between steps. */
void samme_node_set_keks(samme_node *node, const samme_keks *keks);
typedef struct samme_node_keys {
    bool present;
    samme_keymap_figures figures;
    bool renewed; /* all is under the next key, on disk: the old one may be forgotten */
} samme_node_keys;
samme_node_keys samme_node_look_at_keys(samme_node *node);

/* For the simulator's and the shell's eyes. */
typedef struct samme_node_view {
    uint64_t own_size, signed_size, acked_size;
    uint64_t journal_size, folded_size;
    samme_hash state_digest;
    uint64_t release;
    bool in_session;
    const char *trouble;  /* "" or why it does not write or sign */
    bool recovering;      /* takes no request before it has taken over its older logs */
    const char *recovery; /* "" or what became of them */
    const char *notice;   /* "" or the newest thing that was refused, by this node or by the hub */
    bool store_failed;    /* restart to find out what is durable */
    uint64_t refused_messages;
} samme_node_view;
void samme_node_look(samme_node *node, samme_node_view *out);
/* The next alarm that involves this branch and came in since the node began, in words; each is told
 * once. False: none. Between steps. */
bool samme_node_next_alarm(samme_node *node, char *text, size_t size);

#endif
