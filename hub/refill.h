/* A hub that has lost something of its journal fills itself up from the nodes
 * (docs/decisions/0019-refill.md). Inside the hub core.
 *
 * It appends only in service. It is not in service
 *   gathering  after each start, until all branches said hello or `gather_ms` have passed: one of
 *              them may hold more of this journal than it does itself;
 *   asking     somebody says that they hold more: for at most SAMME_HUB_ASK_MS;
 *   filling    it has seen a head of its own signature beyond what it holds, and pulls up to there;
 *   forked     two heads of its own signature contradict each other: for good;
 *   clock      its clock is not that of the nodes, until an operator says that it is right.
 * Meanwhile pushes and what is published are answered by `later`, so are hellos, and rosters and
 * roots wait: they say who may speak, and are not in the journal yet. */
#ifndef SAMME_HUB_REFILL_H
#define SAMME_HUB_REFILL_H

#include "journal/record.h"
#include "tlog/checkpoint.h"
#include "trust/trust.h"
#include "wire/messages.h"

#define SAMME_HUB_ASK_MS       30000 /* then who has not shown a head is not waited for */
#define SAMME_HUB_ASK_AGAIN_MS 1000
#define SAMME_HUB_CLOCK_MS     300000 /* off by more from the nodes: an operator must look */
#define SAMME_HUB_CLOCKS_MIN   3u     /* nodes; of fewer nothing is concluded */
#define SAMME_HUB_NOTE_BYTES   1024u  /* at least what a signed head needs */

/* A head that this hub has signed, as somebody holds it. length 0: none. */
typedef struct samme_hub_own_head {
    samme_checkpoint head;
    uint8_t note[SAMME_HUB_NOTE_BYTES];
    size_t length;
} samme_hub_own_head;

typedef enum samme_hub_stage {
    SAMME_HUB_SERVING,
    SAMME_HUB_GATHERING,
    SAMME_HUB_ASKING,
    SAMME_HUB_FILLING,
    SAMME_HUB_FORKED,
    SAMME_HUB_CLOCK,
} samme_hub_stage;

/* What a peer said of itself. */
typedef struct samme_hub_said {
    bool hello;      /* in this run */
    bool waits;      /* for its welcome */
    uint32_t branch; /* 0: none */
    uint64_t journal_size;
    samme_hash journal_root;
    bool clock_known;
    int64_t clock_ahead_ms; /* of the hub's */
    bool asked;             /* for its head, since asked_ms (monotonic) */
    int64_t asked_ms, asked_again_ms;
    uint64_t claimed_size; /* the most it has said that it holds since then */
    bool disbelieved;      /* said that it holds more, and showed no head of it, in this run */
    bool contradicts;      /* holds a head of ours that our journal does not go through */
    bool gives;            /* was asked for records, entries or documents */
    bool gives_keys;       /* was asked for keys, and has not answered */
    samme_checkpoint head; /* it holds the journal up to here, by our signature; size 0: not said */
} samme_hub_said;

typedef struct samme_hub_refill {
    samme_hub_stage stage;
    bool gathering;
    bool asking;      /* somebody has been asked for a head, perhaps */
    bool waiters;     /* somebody waits for a welcome, perhaps */
    int64_t began_ms; /* monotonic */
    samme_hub_own_head ahead, other;
    samme_root waiting_root; /* version 0: none waits */
    samme_roster waiting; /* version 0: none waits; not beyond what is folded once that is more */
    samme_hash waiting_hash;
    bool clock_compared, clock_wrong;
    int64_t clock_ms; /* the nodes' median is ahead by so much */
    size_t next_giver;
    unsigned fruitless; /* requests since something new came */
    char failure[200];  /* newest thing handed up that did not verify */
    char words[400];    /* what it waits for; "" in service */
} samme_hub_refill;

#endif
