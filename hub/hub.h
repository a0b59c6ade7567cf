/* The hub: takes the branches' signed batches, appends them to the journal, and lets everyone
 * enrolled pull. Pure, as the node is: events in by step(), messages out through a port, one
 * snapshot of each store a step. */
#ifndef SAMME_HUB_HUB_H
#define SAMME_HUB_HUB_H

#include "crypto/sign.h"
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
    void *output;
    void (*send)(void *output, uint64_t route, samme_span bytes);
} samme_hub_setup;

typedef enum samme_hub_event_kind {
    SAMME_HUB_TICK,
    SAMME_HUB_MESSAGE, /* from an enrolled peer */
    SAMME_HUB_ROSTER,  /* a roster note from the operator's folder */
    SAMME_HUB_ROOT,    /* a root note from there */
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
    const samme_roster *roster; /* in force; version 0: none */
    uint64_t newest_roster;     /* version in the journal, which may not be folded yet */
    uint64_t newest_root;       /* likewise */
    const char *trouble;        /* "" or why it does not append */
    bool store_failed;
} samme_hub_view;
void samme_hub_look(samme_hub *hub, samme_hub_view *out);
/* Appends the hub's figures as Prometheus reads them (base/exposition.h). Between steps. */
void samme_hub_metrics(samme_hub *hub, samme_buffer *out);

#endif
