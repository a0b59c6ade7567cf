/* Inside the node core; nobody outside node/ includes this. */
#ifndef SAMME_NODE_CORE_H
#define SAMME_NODE_CORE_H

#include "base/layer.h"
#include "history/query.h"
#include "journal/past.h"
#include "node/access/access.h"
#include "node/keys.h"
#include "node/node.h"
#include "node/recovery.h"
#include "probes/probes.h"
#include "sync/follow.h"
#include "sync/outbox.h"

#define SAMME_PUSH_ENTRIES          256u /* a tail of this many is pushed at once */
#define SAMME_COMMITS_IN_FLIGHT_MAX 128u /* more: requests are told to come later */

#define SAMME_SAID_CODES_MAX 24u /* more are counted together, under the last */

/* How often each HTTP status was answered, in this run. */
typedef struct samme_said {
    unsigned codes[SAMME_SAID_CODES_MAX]; /* 0: others */
    uint64_t times[SAMME_SAID_CODES_MAX];
    size_t count;
} samme_said;

/* own_layer.c: the layer that serves, and the one that is folded to take its place. */
typedef struct samme_own_layers {
    uint64_t prefix; /* journal size at which the layer that serves was begun */
    uint64_t first;  /* own entries from this one on are in it */
    bool touched;    /* this step has changed it: undone, it is folded anew */
    int64_t done_ms; /* monotonic */
    uint64_t ahead;  /* up to this journal size entries may rest on records that lie ahead: then
                        nothing is served but what was folded in one go */
    bool under_way;
    samme_layer next;
    uint64_t next_prefix, next_first;
    uint64_t next_at; /* the own entry it goes on with */
    uint64_t seen;    /* own size then */
} samme_own_layers;

struct samme_node {
    samme_node_setup setup;
    samme_space log, views;
    samme_follow follow;
    samme_layer layer; /* own entries that the folded journal does not hold, on top of its rows */
    samme_own_layers layers;
    samme_arena arena;           /* of this step */
    samme_outbox outbox;         /* code 0: to the hub; else the answer to request `to` */
    struct samme_claims *claims; /* claims.h */
    struct samme_waits *waits;   /* waits.h */
    samme_keys keys;             /* of subjects; in the same store as access */
    samme_access access;         /* who may ask; answers about it wait for its own store */

    /* the own log: state "own" in the store */
    samme_range own;
    samme_range signed_range; /* at the newest checkpoint signed */
    uint64_t acked_size;
    int64_t last_time_ms;
    uint64_t release; /* taken; 0 none */
    samme_hash release_hash;
    int64_t release_taken_ms;
    bool own_changed;

    const samme_policy *policy; /* of the release taken */
    uint64_t unusable_release;  /* a newer one that does not compile: not tried again */

    samme_recovery recovery;

    /* the session with the hub; times are monotonic */
    bool in_session;
    int64_t heard_ms;
    int64_t hello_ms;     /* last hello; before the first try over a connection: when that is due */
    unsigned hello_tries; /* since the last welcome that was good, or the connection stands */
    bool connected_before; /* in this run */
    int64_t hub_heard_ms;  /* node time when the hub was last heard; kept over restarts */
    int64_t hub_heard_stored_ms;
    uint64_t credit_bytes;
    bool push_now; /* somebody waits for what is in the tail */
    bool push_in_flight;
    int64_t push_ms;
    int64_t tail_ms; /* when the unsigned tail began */

    int64_t wall_ms, monotonic_ms; /* of this step */
    bool clock_behind;             /* the machine's clock is under what was seen before */
    bool work_at_hand;
    samme_said said;
    samme_probes probes;           /* of the release taken */
    uint64_t unanswerable_release; /* whose probes cannot be answered: not tried again */
    samme_hash probes_hub;         /* digest that the hub knows of */
    bool stopping; /* takes no requests, pushes its tail whatever its size and age */
    bool warming; /* since the start, until what is held is folded: no request is answered before */
    bool store_failed;
    char trouble[sizeof(((samme_error *)0)->text)];
    uint64_t refused_messages;
    uint64_t alarms_told; /* place in the list of alarms up to which they were said; 0: not yet */
    char
        notice[sizeof(((samme_error *)0)->text)]; /* newest thing that was refused, here or there */
};

/* core.c */
int64_t samme_node_time(samme_node *node); /* UTC ms, not below what was seen before */
void samme_node_trouble(samme_node *node, const samme_error *error);
void samme_node_send(samme_node *node, const Samme__Message *message);
/* Drops this step's writes and loads again what they changed; the step goes on. */
samme_status samme_node_start_over(samme_node *node, samme_error *error) SAMME_CHECKED;
/* The same for a request that failed after writing; a store that cannot even do that has failed. */
void samme_node_undo(samme_node *node);
samme_horizon samme_node_present(const samme_node *node);

/* probes.c: answers the probes of the release taken, a document a step, and tells the hub. True:
 * there is more to do. */
bool samme_probes_work(samme_node *node);

/* handing_up.c: what the hub asks of its own journal; of other messages nothing */
samme_status samme_hand_up(samme_node *node, const Samme__Message *message) SAMME_CHECKED;

/* running.c */
/* Answers a request; each answer of a node goes out here. */
void samme_node_say(samme_node *node, uint64_t request_id, const samme_response *response);

/* own_log.c */
typedef struct samme_new_entry {
    Samme__EventKind kind;
    const void *body;
    samme_span key_hash, request_hash; /* empty or 32 bytes */
    Samme__EventClass event_class;     /* of a carried one */
} samme_new_entry;
samme_status samme_own_load(samme_node *node, samme_error *error) SAMME_CHECKED;
samme_status samme_own_store(samme_node *node) SAMME_CHECKED;
/* Appends the entries, and an anchor before them when one is due, after folding them on trial: all,
 * or (SAMME_CONFLICT with the fold's reason, or another status) none. out_index: of the first. */
samme_status samme_own_append(samme_node *node, const samme_new_entry *entries, size_t count,
                              uint64_t *out_index, samme_error *error) SAMME_CHECKED;
/* The bytes of entry `index` of the own log. */
samme_status samme_own_bytes(samme_node *node, uint64_t index, samme_span *out) SAMME_CHECKED;
/* The event that this branch wrote at a place: an index of the own log, where what was carried over
 * is taken out of what carries it, or samme_held_place (sync/follow.h) of an older epoch's entry.
 */
samme_status samme_own_entry(samme_node *node, uint64_t place, samme_span *out) SAMME_CHECKED;
/* The index it had when it was written. */
samme_status samme_own_index(samme_node *node, uint64_t place, uint64_t *out) SAMME_CHECKED;
/* Appends an event of an older log as carried{epoch, index, common}, once; as samme_own_append. Its
 * Idempotency-Key leads to it. */
samme_status samme_own_carry(samme_node *node, const samme_position *first, samme_span event,
                             samme_error *error) SAMME_CHECKED;

/* own_layer.c */
/* Folds again, at once and whole, what the journal does not hold yet. */
samme_status samme_own_layer(samme_node *node, samme_error *error) SAMME_CHECKED;
/* The same when the step that is being dropped has changed the layer. */
samme_status samme_own_layer_undone(samme_node *node, samme_error *error) SAMME_CHECKED;
/* Some of it, when the journal has grown (or shrunk: whole); behind: more is folded in the next
 * step. A layer that is folded by parts serves when it is through; samme_own_layer_next_ms says
 * when there is more to do. */
samme_status samme_own_layer_work(samme_node *node, bool behind, samme_error *error) SAMME_CHECKED;
int64_t samme_own_layer_next_ms(const samme_node *node);

/* recovery.c */
samme_status samme_recovery_load(samme_node *node, samme_error *error) SAMME_CHECKED;
samme_status samme_recovery_store(samme_node *node) SAMME_CHECKED;
/* recovering.c: does a bounded part of it; *out_more: there is more to do at once. */
samme_status samme_recovery_work(samme_node *node, bool *out_more,
                                 samme_error *error) SAMME_CHECKED;

/* session.c */
void samme_session_message(samme_node *node, const Samme__Message *message);
void samme_session_connected(samme_node *node);
samme_status samme_session_work(samme_node *node, samme_error *error) SAMME_CHECKED;
int64_t samme_session_next_ms(const samme_node *node);

/* taking.c */
samme_status samme_take_release(samme_node *node, samme_error *error) SAMME_CHECKED;
samme_status samme_release_load(samme_node *node, samme_error *error) SAMME_CHECKED;

/* in_force.c; what is given back lives in the step's arena */
/* The release that a sale names: in force here when it was sold; NULL: none was yet. */
samme_status samme_sale_release(samme_node *node, const Samme__Sale *sale,
                                Samme__ReleaseRef **out) SAMME_CHECKED;
/* Fills the release that a case is decided under from its opening on. */
samme_status samme_case_release(samme_node *node, Samme__ReturnOpened *opened) SAMME_CHECKED;
/* The releases that answer a case. A release must have been taken. `sale` NULL: none is known. */
typedef struct samme_in_force {
    samme_past past;
    Samme__ReleaseRef *release;
    Samme__ReleaseRef past_release;
} samme_in_force;
samme_status samme_in_force_for(samme_node *node, const Samme__ReturnOpened *opened,
                                const Samme__Sale *sale, samme_in_force *out,
                                samme_error *error) SAMME_CHECKED;
/* `in_force` must outlive the basis. */
void samme_in_force_basis(samme_in_force *in_force, Samme__Basis *basis);

/* api/ */
/* Queues the answer. busy: the store is behind, nothing may be written. */
void samme_api_handle(samme_node *node, const samme_request *request, bool busy);
/* A verifier is made: whoever waits for it is answered. And: nobody will be, say so. */
void samme_api_pin_done(samme_node *node, const samme_pin_done *done);
void samme_api_pins_refuse(samme_node *node);
void samme_api_fresh(samme_node *node, Samme__Fresh *out, char time_text[static 32]);
/* Appends a problem's body; word: the stable last part of its type. */
void samme_api_problem(samme_node *node, unsigned status, const char *word, const char *detail,
                       samme_buffer *out);
Samme__Mode samme_node_mode(samme_node *node);

#endif
