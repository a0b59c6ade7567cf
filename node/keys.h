/* The key map of this branch's region as the node core works with it; inside the node core. Keys of
 * subjects that own entries name first are made with the entry, durable before it (base/gate.h),
 * and go to the hub with it; those of others are pulled by a durable cursor. */
#ifndef SAMME_NODE_KEYS_H
#define SAMME_NODE_KEYS_H

#include "base/gate.h"
#include "keymap/keymap.h"

#define SAMME_KEYS_RETRY_MS    3000
#define SAMME_KEYS_WRAP_A_STEP 256u /* rows, of a renewal */

typedef struct samme_keys {
    bool present;    /* there is a keys store, and a key above it */
    samme_gate gate; /* in front of the log's store */
    samme_keymap map;
    bool swept;      /* since the start: keys whose entries a crash has lost are gone */
    bool swept_now;  /* in this step: abandoned with it */
    bool adopt;      /* the log is new, the map is not: what it made is of the log before */
    uint64_t logged; /* number of the newest key made that the log knows of */
    bool named;      /* in this step an entry named somebody: its commit waits for the keys' */
    uint64_t hub_size;
    samme_key_mark hub_mark; /* of hub_size, when `marked` */
    bool marked;
    bool requested;
    int64_t requested_ms;
} samme_keys;

struct samme_node;

/* keys.c. Without a map all do nothing. Before the log's space is made, and after. */
samme_status samme_keys_open(struct samme_node *node) SAMME_CHECKED;
void samme_keys_init(struct samme_node *node);
void samme_keys_fini(struct samme_node *node);
/* In a step, like all that follow. At the start: SAMME_CORRUPT, the rows are under another key. */
samme_status samme_keys_check(struct samme_node *node, samme_error *error) SAMME_CHECKED;
samme_status samme_keys_sweep(struct samme_node *node, samme_error *error) SAMME_CHECKED;
void samme_keys_abandoned(struct samme_node *node);
/* Of the newest key made; what the own log's state remembers. */
samme_status samme_keys_made(struct samme_node *node, uint64_t *out) SAMME_CHECKED;
/* Entries about to be written: keys for whom they name. */
samme_status samme_keys_name(struct samme_node *node, const samme_span *entries, size_t count,
                             samme_error *error) SAMME_CHECKED;
/* Adds the keys that the hub may not hold to a push of these items. */
samme_status samme_keys_push(struct samme_node *node, Samme__Push *push) SAMME_CHECKED;
void samme_keys_heard(struct samme_node *node, uint64_t hub_size);
samme_status samme_keys_message(struct samme_node *node, const Samme__Message *message,
                                samme_error *error) SAMME_CHECKED;
/* Asks for more, renews; *out_more: there is more to do at once. */
samme_status samme_keys_work(struct samme_node *node, bool *out_more,
                             samme_error *error) SAMME_CHECKED;
int64_t samme_keys_next_ms(const struct samme_node *node);

#endif
