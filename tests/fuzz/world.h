/* A hub and three nodes that have sold, taken back and agreed: made once, by tests/support/pair.
 * Each input works on copies of their stores, so that it begins where the one before began. */
#ifndef SAMME_FUZZ_WORLD_H
#define SAMME_FUZZ_WORLD_H

#include "support/pair.h"
#include "tlog/tree.h"

enum {
    FUZZ_NODES = 3,
    FUZZ_OPERATOR = FUZZ_NODES + 1, /* as a peer */
    FUZZ_STRANGER,
    FUZZ_PEERS,
    FUZZ_QUEUE_MAX = 256,
    FUZZ_ANSWERS_MAX = 16,
};

typedef struct fuzz_stores {
    samme_memory_store *log_memory, *views_memory, *keys_memory;
    samme_store log, views, keys;
} fuzz_stores;

typedef struct fuzz_letter {
    unsigned peer; /* from or to whom; node n is n */
    samme_buffer bytes;
} fuzz_letter;

typedef struct fuzz_queue {
    fuzz_letter letters[FUZZ_QUEUE_MAX]; /* more are lost, as on a network */
    size_t count;
} fuzz_queue;

typedef struct fuzz_answer {
    uint64_t request_id;
    unsigned status;
    samme_buffer body;
} fuzz_answer;

typedef struct fuzz_world {
    const pair *base;
    samme_prng random;
    int64_t now_ms;
    samme_hub *hub; /* NULL: not running */
    fuzz_stores hub_stores;
    fuzz_queue to_hub, from_hub;
    struct fuzz_node {
        struct fuzz_world *world;
        unsigned number;
        samme_node *node; /* NULL: not running */
        fuzz_stores stores;
        samme_pin_job pins[SAMME_PIN_JOBS_MAX];
        unsigned pin_count;
    } nodes[FUZZ_NODES + 1]; /* [0] is not used */
    /* When set, what node 1 is told is written down here, framed as targets/node_message.c reads
     * it.
     */
    samme_buffer *overheard;
    fuzz_answer answers[FUZZ_ANSWERS_MAX];
    size_t answer_count;
} fuzz_world;

fuzz_world *fuzz_world_open(void); /* nobody runs yet */
void fuzz_world_close(fuzz_world *world);
void fuzz_start_hub(fuzz_world *world);
void fuzz_start_node(fuzz_world *world, unsigned number);
/* Ends it and starts it again on what is durable. */
void fuzz_restart_node(fuzz_world *world, unsigned number);
void fuzz_restart_hub(fuzz_world *world);

/* One event, then the disk and ticks until there is nothing at hand. */
void fuzz_ask(fuzz_world *world, unsigned number, const samme_request *request);
/* Time passes, and the node is told of it. */
void fuzz_pass(fuzz_world *world, unsigned number, int64_t ms);
void fuzz_tell_node(fuzz_world *world, unsigned number, samme_span message);
void fuzz_tell_hub(fuzz_world *world, unsigned peer, samme_span message);
/* Carries what waits in both queues, and time passes, until everybody who runs has folded the
 * hub's journal; false when that does not come true. */
bool fuzz_settle(fuzz_world *world);

/* The logs as the base has them. */
void fuzz_branch_range(unsigned number, samme_range *out);
void fuzz_journal_range(samme_range *out);

#endif
