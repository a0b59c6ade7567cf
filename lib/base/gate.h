/* A store whose commits wait for another store's: what a commit speaks of is durable over there
 * before it begins here. A store port over a store port; reads, heads and completions are those of
 * the store below. Pure, one thread.
 *
 *   end of a step: commit over there (its head is h), samme_gate_need(gate, h), commit here
 *   next step:     collect over there, samme_gate_open(gate, durable head over there), collect here
 * Commits keep their order; one that needs nothing waits only for those before it. */
#ifndef SAMME_BASE_GATE_H
#define SAMME_BASE_GATE_H

#include "samme/store.h"

typedef struct samme_gate {
    samme_store *below; /* not owned */
    samme_store port;   /* give this to a space */
    struct samme_gated {
        samme_commit commit;
        uint64_t need;
    } * held; /* ring of SAMME_STORE_QUEUE_MAX */
    size_t first, count;
    uint64_t need;    /* of commits from now on */
    uint64_t durable; /* over there */
    bool broken;      /* the store below refused a commit that waited */
    samme_completion failed;
    bool tell; /* that it failed */
} samme_gate;

/* SAMME_NO_MEMORY. */
samme_status samme_gate_init(samme_gate *gate, samme_store *below) SAMME_CHECKED;
void samme_gate_fini(samme_gate *gate); /* frees what waits; it was never begun */
/* Commits from now on wait until the head over there is this; never less than was said before. */
void samme_gate_need(samme_gate *gate, uint64_t head);
/* Begins what need not wait any longer. What the store below has no room for is tried again at the
 * next call; what it refuses otherwise is a failed commit among the completions. */
void samme_gate_open(samme_gate *gate, uint64_t durable_head);

#endif
