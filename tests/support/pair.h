/* A hub and its nodes: the cores that ship, on stores in memory, a network that does what the test
 * says, and a clock that only the test moves. What they say to each other and to their tills is
 * written down, one short line each, so that a test's expectation reads as the protocol's diagram:
 *
 *   [   20] node 1 > hub  push 0..3
 *
 * A line is written when something is sent; "(lost)" marks what a cut swallows. The same calls give
 * the same lines. Only for tests: mistakes of the test abort. */
#ifndef SAMME_SUPPORT_PAIR_H
#define SAMME_SUPPORT_PAIR_H

#include "hub/hub.h"
#include "node/node.h"
#include "store/memory.h"
#include "support/chain.h"
#include "support/network.h"

enum {
    PAIR_NODES_MAX = 4,
    PAIR_WAY_MS = 10,         /* a message travels this long */
    PAIR_PUSH_AFTER_MS = 100, /* as the nodes are configured */
    PAIR_POLL_EVERY_MS = 60000,
    PAIR_CLAIM_WAIT_MS = 800,
    PAIR_KINDS = 160, /* of messages, more than there are */
};
#define PAIR_WALL_MS 1790000000000 /* the machines' clocks at virtual time 0 */

typedef struct pair_stores {
    samme_memory_store *log_memory, *views_memory, *keys_memory;
    samme_store log, views, keys;
    bool stuck; /* the disk: commits wait until it is not */
} pair_stores;

/* Node n is nodes[n - 1]. */
typedef struct pair_node {
    struct pair *pair;
    samme_node *node; /* NULL: not running */
    pair_stores stores;
    samme_transport transport;
    uint32_t number;
    /* these two count when the node starts again */
    uint64_t lowest_release;
    samme_random random; /* none: the pair's */
    int64_t clock_offset_ms;
    bool cut_up, cut_down;
    bool beyond_loopback; /* counts when it starts again */
    bool worker_stuck;    /* verifiers of PINs are not made until it is not */
    bool recovers;        /* counts when it starts again */
    samme_memory_store *older_memory[SAMME_OLDER_LOGS_MAX]; /* of epochs before, newest first */
    samme_store older[SAMME_OLDER_LOGS_MAX];
    size_t older_count;
    unsigned pin_count;
    samme_pin_job pins[SAMME_PIN_JOBS_MAX];
} pair_node;

typedef struct pair_answer {
    uint64_t request_id;
    unsigned status; /* 0: none came yet */
    samme_arena arena;
    Samme__ApiAnswer *answer; /* below 400 */
    Samme__Problem *problem;  /* else */
} pair_answer;

typedef struct pair {
    samme_test_chain chain;
    samme_network *network;
    samme_prng random, hub_random;
    int64_t now_ms;
    samme_hub *hub; /* NULL: not running */
    pair_stores hub_stores;
    samme_transport hub_transport, operator_transport;
    int64_t hub_clock_offset_ms;
    /* these count when the hub starts again */
    int64_t hub_gather_ms; /* 0: it goes into service at once */
    bool hub_recovers;
    bool hub_clock_confirmed;
    uint64_t hub_quota_bytes; /* of a branch and day; 0: none */
    bool hub_served;          /* when it had its last turn */
    samme_memory_store *hub_backup;
    pair_node nodes[PAIR_NODES_MAX];
    unsigned node_count;
    uint64_t
        routes[PAIR_NODES_MAX + 1]; /* as the hub last heard them; the last is the operator's */
    uint64_t releases;
    samme_hash release_hash; /* of the newest note made */
    uint64_t requests;
    pair_answer answer; /* to the newest request */
    const char *token;  /* that goes with requests; NULL: none. The operator's is "operator" */
    /* around each step of node `number`; NULL: nobody is told. For measuring. */
    void (*watch)(void *context, unsigned number, bool ended);
    void *watch_context;
    samme_buffer trace;
    samme_buffer newest[2][PAIR_KINDS]; /* of the nodes, of the hub: by what_case */
    samme_arena arena;                  /* of rendering one line, and of pair_newest */
} pair;

/* The hub runs and has taken the roster; the nodes run and have said nothing yet. */
void pair_open(pair *p, unsigned node_count);
void pair_close(pair *p);

/* Lets this much time pass. */
void pair_run(pair *p, int64_t ms);
/* Lets time pass until nobody has anything to say for a second; aborts after a virtual minute. */
void pair_quiet(pair *p);

/* Asks and lets time pass until the answer is there, at most `patience_ms`; it is in p->answer and
 * its status is returned, 0 when none came. Key and body are NULL for a GET; `path` may have a
 * query. */
unsigned pair_ask(pair *p, unsigned number, const char *path, const char *key, const char *body,
                  int64_t patience_ms);
/* POST /v1/sales of one line of `thousandths` for `paid`, with a key made of the receipt's number.
 */
unsigned pair_sell(pair *p, unsigned number, const char *receipt, unsigned thousandths,
                   unsigned paid);
/* Opens and decides a return of line 1 of a receipt; both with keys made of `key`. */
unsigned pair_return(pair *p, unsigned number, uint32_t sold_at, const char *receipt,
                     unsigned thousandths, const char *key);

/* The operator hands the hub a release whose policy takes changed minds for so many days. */
void pair_publish(pair *p, unsigned days);
/* The same with any text for a policy. */
void pair_publish_policy(pair *p, samme_span policy_yaml);
/* The same of all documents but chain.yaml, in order of their paths; at most 7. */
void pair_publish_documents(pair *p, const samme_document *others, size_t count);

void pair_crash_node(pair *p, unsigned number); /* and starts it again */
/* A crash that takes the views, or the whole disk, of node `number`, or of the hub (0), along. */
void pair_lose_views(pair *p, unsigned number);
void pair_lose_disk(pair *p, unsigned number);
/* Head office begins a new epoch of node `number`, whose log so far is set aside, or is lost too
 * (`disk_lost`); the hub has the roster, and the node starts with the new keys, told to recover. */
void pair_new_epoch(pair *p, unsigned number, bool disk_lost);
void pair_stop_hub(pair *p); /* as a crash does */
void pair_start_hub(pair *p);
/* Copies the hub's disk while it runs; puts the copy back in place of what it has now. */
void pair_back_up_hub(pair *p);
void pair_restore_hub(pair *p);
void pair_cut(pair *p, unsigned number, bool up, bool down);
void pair_send_as_operator(pair *p, const Samme__Message *message);
/* Says something to the hub in the name of a peer, or to a node in the hub's, past the network and
 * at once; nobody else gets a turn. */
void pair_tell_hub(pair *p, const samme_peer_key *as, const Samme__Message *message);
void pair_tell_node(pair *p, unsigned number, const Samme__Message *message);
/* Gives the hub, or a node, a turn alone. */
void pair_tick_hub(pair *p);
void pair_tick_node(pair *p, unsigned number);
/* The newest message of a kind that the hub, or any node, has sent; NULL: none since pair_forget.
 * Valid until the next call of anything here. */
const Samme__Message *pair_newest(pair *p, bool from_hub, Samme__Message__WhatCase what);

samme_node_view pair_look(pair *p, unsigned number);
samme_hub_view pair_look_hub(pair *p);

/* A line of the test's own, and what was written down since the last pair_forget. */
void pair_note(pair *p, const char *format, ...) SAMME_PRINTF(2, 3);
const char *pair_trace(pair *p);
void pair_forget(pair *p);
/* A message as its line says it, in the arena. */
const char *pair_words(const Samme__Message *message, samme_arena *arena);

#endif
