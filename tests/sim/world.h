/* One simulated chain: the hub and node cores that ship, on stores in memory, a network with
 * faults, and a clock that only the simulator moves. Everything random comes from one seed. */
#ifndef SAMME_SIM_WORLD_H
#define SAMME_SIM_WORLD_H

#include "hub/hub.h"
#include "node/node.h"
#include "store/memory.h"
#include "support/chain.h"
#include "support/network.h"

enum {
    SIM_TICK_MS = 20,
    SIM_CHAOS_MS = 20000,     /* faults, crashes, partitions, tills at work */
    SIM_HEAL_MAX_MS = 120000, /* then everything is well, and must converge within this */
    SIM_CALM_MS = 1000,       /* and stay so: what was delayed has come */
    SIM_NODES_MAX = 4,
    SIM_VISITS_MAX = 400,
    SIM_ROSTERS_MAX = 8,
    SIM_LINES_MAX = 2, /* of a return; sales have up to three */
    SIM_REGULARS = 24, /* customers whom several stores know */
    SIM_CUSTOMERS = SIM_REGULARS + SIM_VISITS_MAX,
};

/* Stores with their own syncing; each loses what is not synced at a crash. */
typedef struct sim_stores {
    samme_memory_store *log_memory, *views_memory, *keys_memory;
    samme_store log, views, keys;
    samme_keks keks; /* the file of the machine's keys: what is written there stays */
} sim_stores;

typedef struct sim_node {
    samme_node *node;
    sim_stores stores;
    samme_transport transport;
    uint32_t number;
    int64_t clock_offset_ms; /* this machine's clock is off by so much */
    int64_t cut_until_ms;
    uint64_t newest_release; /* seen in force: must never go back */
    bool takes_again;        /* in a new epoch: none, until it has taken one */
    samme_memory_store *backup; /* of the log, at some time in this epoch; NULL: none */
    samme_memory_store *older_memory[SAMME_OLDER_LOGS_MAX]; /* logs of epochs before, newest first */
    samme_store older[SAMME_OLDER_LOGS_MAX];
    size_t older_count;
    struct sim_world *world;
} sim_node;

typedef enum sim_stage {
    SIM_SALE,
    SIM_OPEN,
    SIM_DECIDE,
    SIM_COMPLETE,
    SIM_DONE,
    SIM_RECEIVE, /* goods that were awaited */
    SIM_DECIDE_AGAIN,
    SIM_RECORD, /* what was paid while the node was away */
} sim_stage;

/* A customer at a till: a sale, or a return through its steps. Each request is repeated until it is
 * answered. */
typedef struct sim_visit {
    unsigned number;
    unsigned node; /* index */
    sim_stage stage;
    int64_t asked_ms; /* when the request at hand was last made; 0: not yet */
    uint64_t request_id;
    unsigned sale; /* of a return: which visit sold */
    char case_code[48];
    long long refund;
    struct sim_part {       /* of the newest decision, by line of the receipt, from 1 on */
        long long quantity; /* authorised */
        long long refund;
        Samme__Claim claim;
    } parts[SIM_LINES_MAX];
    long long tenders[SAMME__TENDER_KIND__other + 1]; /* what it pays to each kind */
    int64_t not_before_ms;                            /* the customer takes their time */
    char recorded_id[40]; /* acknowledged: the event id of the sale or newest step */
    bool acknowledged;    /* at least one step was */
    bool paid;            /* the till was told that its payment is recorded */
} sim_visit;

typedef struct sim_world {
    uint64_t seed;
    samme_prng prng;
    samme_prng node_random, hub_random;
    samme_test_chain chain;
    samme_network *network;
    int64_t now_ms;
    samme_hub *hub;
    sim_stores hub_stores;
    samme_transport hub_transport;
    sim_node nodes[SIM_NODES_MAX];
    unsigned node_count;
    sim_visit visits[SIM_VISITS_MAX];
    unsigned visit_count;
    uint64_t next_request_id;
    struct sim_release {
        samme_buffer chain_yaml, policy_yaml, note;
        bool published;
        int64_t asked_ms;
    } releases[2];
    samme_buffer rosters[SIM_ROSTERS_MAX]; /* notes of all, in order */
    size_t roster_count;
    unsigned epochs, disks_lost, carried; /* begun; without the log before; entries taken over */
    unsigned basis_lost;                  /* decisions among these that cannot be asked again */
    bool healing;
    bool restores; /* the hub's disk does come back from copies */
    bool recovering;
    samme_memory_store *hub_copy;
    samme_memory_store *hub_keys_copy; /* with it, and the file of its keys */
    samme_keks hub_keks_copy;
    bool erased[SIM_CUSTOMERS]; /* ordered: whoever starts does it again */
    /* what happened, so that a run can say that it was not idle */
    unsigned crashes, partitions, answers, refusals, rogue_messages;
    unsigned restored;
    unsigned keys, keys_set_aside, erasures, renewals;
    unsigned loans, loans_given_back; /* as the journal holds them in the end */
    unsigned alarms;                  /* of lines refunded beyond what was sold */
    samme_hash trace; /* running hash over everything that happened: equal for equal seeds */
} sim_world;

/* What a visit sells: quantity in thousandths of every line, price of one, tenders by kind. */
long long sim_sold(const sim_visit *sale);
long long sim_paid(const sim_visit *sale, unsigned line); /* 0: no such line */
long long sim_tender(const sim_visit *sale, Samme__TenderKind kind);
bool sim_grouped(const sim_visit *sale); /* lines 1 and 2 */

#define SIM_WALL_MS 1790000000000 /* the wall clock at virtual time 0 */

/* restores: of a hub whose disk comes back from copies; then key maps and epochs are left alone */
void sim_world_make(sim_world *world, uint64_t seed, bool restores);
void sim_world_free(sim_world *world);
void sim_tick(sim_world *world); /* world.c: time moves by SIM_TICK_MS */
void sim_crash_node(sim_world *world, unsigned index);
void sim_crash_hub(sim_world *world);
/* It crashes and comes back with what was copied; without a copy, with nothing. */
void sim_restore_hub(sim_world *world);
void sim_restore_chaos(sim_world *world); /* restore.c */
void sim_watch_service(sim_world *world);
void sim_note(sim_world *world, const char *format, ...) SAMME_PRINTF(2, 3); /* into the trace */

void sim_stop_node(sim_world *world, unsigned index); /* as a crash does */
void sim_start_node(sim_world *world, unsigned index);

/* epochs.c */
void sim_keep_roster(sim_world *world);
void sim_bring_rosters(sim_world *world);
void sim_epochs_chaos(sim_world *world);
void sim_free_epochs(sim_world *world);

void sim_chaos(sim_world *world); /* chaos.c: maybe breaks something */
void sim_heal(sim_world *world);  /* ends all faults */
void sim_rogue(
    sim_world *world); /* noise from keys that nobody enrolled, and from an enrolled one */

void sim_tills(sim_world *world); /* tills.c: customers come, requests are made and repeated */
void sim_answer(sim_world *world, uint64_t request_id, const samme_response *response);
bool sim_tills_idle(const sim_world *world);

/* keys.c: the file of a machine's keys, erasures and renewals, and what must hold of the key maps */
void sim_keys_make(sim_stores *stores, uint64_t seed);
/* Whom a visit names; false: nobody. */
bool sim_customer(const sim_visit *visit, samme_subject *out);
samme_erasures sim_erasures(sim_world *world);
void sim_erase_again(sim_world *world);
void sim_keys_chaos(sim_world *world);
void sim_keys_turn(sim_world *world);
bool sim_keys_converged(sim_world *world);
void sim_keys_explain(sim_world *world);
bool sim_keys_right(sim_world *world);

void sim_publish(sim_world *world); /* operator.c */
void sim_operator_receives(sim_world *world, const Samme__Message *message);

/* checks.c: each prints what is wrong and answers false */
bool sim_check_always(sim_world *world);
bool sim_converged(sim_world *world);
void sim_explain(sim_world *world); /* prints where everybody stands */
bool sim_check_end(sim_world *world);

#endif
