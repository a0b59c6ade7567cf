/* The hub: takes the branches' signed batches, appends them to the journal, and lets everyone
 * enrolled pull. Pure, as the node is: events in by step(), messages out through a port, one
 * snapshot of each store a step. */
#ifndef SAMME_HUB_HUB_H
#define SAMME_HUB_HUB_H

#include "crypto/sign.h"
#include "keymap/keymap.h"
#include "samme/store.h"
#include "samme/transport.h"
#include "trust/trust.h"
#include "wire/messages.h"

typedef struct samme_hub samme_hub;

/* Pointers must outlive the hub. */
typedef struct samme_hub_setup {
    const samme_root *root; /* with which the journal begins */
    samme_seed log_seed;    /* signs journal heads */
    samme_store *log;
    samme_store *views;
    samme_store *keys;    /* the key map; NULL: none */
    samme_keks keks;      /* above its keys; number 0: no key map */
    samme_random random;  /* for keys only */
    int64_t gather_ms;    /* after the start, for who holds more of the journal; 0: not at all */
    bool recover;         /* gathers until all branches said hello, however long that takes */
    bool clock_confirmed; /* by an operator: not compared with the nodes' */
    uint64_t branch_quota_bytes; /* of entries, of a branch and day; 0: none */
    void *output;
    /* Takes a copy. SAMME_NOT_FOUND: the route's connection is gone, which is how the hub learns of
     * it; any other failure is a message lost. */
    samme_status (*send)(void *output, uint64_t route, samme_span bytes) SAMME_CHECKED;
} samme_hub_setup;

typedef enum samme_hub_event_kind {
    SAMME_HUB_TICK,
    SAMME_HUB_MESSAGE, /* from an enrolled peer */
    SAMME_HUB_ROSTER,  /* a roster note from the operator's folder; out of service it waits, and is
                        * to be brought again in service */
    SAMME_HUB_ROOT,    /* a root note from there; likewise */
} samme_hub_event_kind;

typedef struct samme_hub_event {
    samme_hub_event_kind kind;
    int64_t wall_ms;
    int64_t monotonic_ms;
    samme_peer_key peer;
    uint64_t route;
    samme_span message; /* or the roster or root note */
    uint64_t
        transport_refused; /* handshakes and messages that the transport let nobody see, so far */
} samme_hub_event;

/* SAMME_MISMATCH: the views are ahead of the log; empty them and try again. SAMME_CORRUPT,
 * SAMME_IO: the stores. */
samme_status samme_hub_new(const samme_hub_setup *setup, samme_hub **out,
                           samme_error *error) SAMME_CHECKED;
void samme_hub_free(samme_hub *hub); /* accepts NULL */
void samme_hub_step(samme_hub *hub, const samme_hub_event *event);
int64_t samme_hub_next_ms(const samme_hub *hub);
/* Neither a commit is under way nor does a message wait for one. */
bool samme_hub_idle(const samme_hub *hub);

typedef struct samme_hub_view {
    uint64_t journal_size, folded_size;
    samme_hash state_digest;
    uint64_t release;
    uint64_t refused_messages;
    const samme_roster *roster; /* who may speak; version 0: nobody */
    uint64_t newest_roster;     /* version in the journal, which may not be folded yet; out of
                                 * service: of the newest that waits, if that is more */
    uint64_t newest_root;       /* likewise */
    const char *trouble;        /* "" or why it does not append */
    bool serves;
    const char *waits_for; /* out of service: what */
    bool store_failed;
} samme_hub_view;
void samme_hub_look(samme_hub *hub, samme_hub_view *out);
/* Other keys above the keys of subjects: a renewal begins or has ended. Between steps. */
void samme_hub_set_keks(samme_hub *hub, const samme_keks *keks);
typedef struct samme_hub_keys_view {
    bool present;
    samme_keymap_figures figures;
    bool renewed; /* all is under the next key, on disk: the old one may be forgotten */
} samme_hub_keys_view;
samme_hub_keys_view samme_hub_look_at_keys(samme_hub *hub);
/* Erases a subject's key. Whoever calls has the authority: until orders are signed only tests do
 * (docs/decisions/0020). Between steps; false: not done. */
bool samme_hub_erase(samme_hub *hub, const samme_subject *subject) SAMME_CHECKED;
/* Appends the hub's figures as Prometheus reads them (base/exposition.h). Between steps. */
void samme_hub_metrics(samme_hub *hub, samme_buffer *out);

#endif
