/* The region's key map as the hub core works with it; inside the hub core. Keys come with the batch
 * that names their subjects, are durable before it (base/gate.h), and are pulled by the branches.
 */
#ifndef SAMME_HUB_KEYS_H
#define SAMME_HUB_KEYS_H

#include "base/gate.h"
#include "keymap/keymap.h"

#define SAMME_HUB_WRAP_A_STEP 256u /* rows, of a renewal */

typedef struct samme_hub_keymap {
    bool present;
    samme_gate gate; /* in front of the log's store */
    samme_space space;
    samme_keymap map;
    bool swept;          /* since the start: keys whose batch a crash has lost are gone */
    bool swept_now;      /* in this step: abandoned with it */
    uint64_t logged;     /* newest sequence that the journal's state knows of */
    bool took;           /* in this step: its commit waits for the keys' */
    uint64_t size;       /* newest sequence; more than there is after a step was abandoned */
    samme_key_mark mark; /* of it */
    uint64_t rung_size;  /* for which the doorbell was last rung */
    bool wanting;        /* it may miss some, after a restore */
    bool asked;          /* a branch, for those */
    int64_t asked_ms;
    size_t next_giver;
    unsigned fruitless;     /* asked so often in a row; ever more seldom */
    samme_subject asked_to; /* the last asked for; the next are behind it */
    bool behind;            /* asked_to is set */
} samme_hub_keymap;

struct samme_hub;

/* keys.c; without a map all do nothing. Before the log's space is made. */
samme_status samme_hub_keys_open(struct samme_hub *hub) SAMME_CHECKED;
void samme_hub_keys_fini(struct samme_hub *hub);
samme_status samme_hub_keys_begin(struct samme_hub *hub, samme_error *error) SAMME_CHECKED;
/* Drops the step's writes, if one is open. */
void samme_hub_keys_abandon(struct samme_hub *hub);
/* Before the end of the log's space. */
samme_status samme_hub_keys_end(struct samme_hub *hub, samme_error *error) SAMME_CHECKED;
/* Before the log's completions are collected. */
samme_status samme_hub_keys_collect(struct samme_hub *hub, samme_error *error) SAMME_CHECKED;
bool samme_hub_keys_behind(const struct samme_hub *hub); /* many of its commits are under way */

/* In a step, like all that follow. At the start: SAMME_CORRUPT, the rows are under another key. */
samme_status samme_hub_keys_check(struct samme_hub *hub, samme_error *error) SAMME_CHECKED;
samme_status samme_hub_keys_sweep(struct samme_hub *hub, samme_error *error) SAMME_CHECKED;
/* What the journal's state remembers: the newest sequence. */
samme_status samme_hub_keys_size(struct samme_hub *hub, uint64_t *out) SAMME_CHECKED;
samme_status samme_hub_keys_renew(struct samme_hub *hub, bool *out_more,
                                  samme_error *error) SAMME_CHECKED;
/* keys_wanted.c. A batch that was handed up after a restore, or may have been here before it: the
 * keys of whom it names are wanted, if they are not here. */
samme_status samme_hub_want_keys(struct samme_hub *hub, uint32_t branch, const samme_span *entries,
                                 size_t count) SAMME_CHECKED;
/* Asks the branches for them, one after the other. */
samme_status samme_hub_ask_keys(struct samme_hub *hub, samme_error *error) SAMME_CHECKED;

#endif
