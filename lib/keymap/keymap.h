/* The key map of a region: subject -> key | erased. At a node and at the hub; pure, in the step's
 * space of the keys store, in tables beside those of node/access.
 *
 * Keys are made where a subject is named first, travel to the hub with that entry, get a sequence
 * there, and are pulled by every branch. Erased wins for ever, whatever comes in which order. A
 * second, different key for a subject is set aside under whoever brought it, counted, and gives
 * way: the hub's first is everybody's. Keys in the store are wrapped under the machine's
 * key-encrypting key (keks.h).
 *
 * All within a step unless said otherwise. What a row holds and cannot be is SAMME_CORRUPT; other
 * statuses not named are the space's. */
#ifndef SAMME_KEYMAP_KEYMAP_H
#define SAMME_KEYMAP_KEYMAP_H

#include "base/space.h"
#include "keymap/keks.h"
#include "wire/pack.h"

#define SAMME_KEYS_IN_PUSH_MAX (2u * SAMME_BATCH_MAX_ENTRIES)
#define SAMME_KEYS_IN_PART_MAX 2048u

enum samme_keymap_table {
    SAMME_KEYMAP_SUBJECT = 2,  /* subject -> KeyRow */
    SAMME_KEYMAP_SEQUENCE = 3, /* hub: u64 sequence -> mark || subject, or mark when it moved on */
    SAMME_KEYMAP_MADE =
        4, /* node: u64 number -> subject, made here and not known to be the hub's */
    SAMME_KEYMAP_OTHER = 5,  /* subject || u32 branch, or 0 for a lost hub's -> OtherKeyRow */
    SAMME_KEYMAP_STATE = 6,  /* "map" -> KeyMapState */
    SAMME_KEYMAP_WANTED = 7, /* hub: subject -> WantedKeyRow */
};

/* 8 random bytes that the hub draws with each sequence: a hub from a backup gives the same
 * sequences other marks. All 0 at sequence 0. */
typedef struct samme_key_mark {
    uint8_t bytes[8];
} samme_key_mark;

typedef struct samme_keymap {
    samme_space *space; /* the caller's */
    samme_keks keks;
    samme_random random;
    samme_arena arena; /* of the row at hand */
    /* the pass of a renewal over the rows */
    uint8_t pass_table;
    samme_buffer pass_from;
    bool passed;        /* all rows are under the next key, in the overlay at least */
    uint64_t pass_head; /* then: commit after which they are on disk; 0: not known yet */
} samme_keymap;

typedef enum samme_key_outcome {
    SAMME_KEY_TAKEN,
    SAMME_KEY_HELD,      /* it was known */
    SAMME_KEY_SET_ASIDE, /* another key is this subject's */
    SAMME_KEY_REFUSED,   /* the subject is erased; or an erasure that nobody ordered */
} samme_key_outcome;

typedef struct samme_key_known {
    Samme__KeyKind kind;
    bool erased;
    bool settled;      /* node: by what it has pulled it is the hub's too */
    uint64_t sequence; /* 0: none yet */
} samme_key_known;

typedef struct samme_keymap_figures {
    uint64_t size;       /* hub: newest sequence; node: cursor */
    samme_key_mark mark; /* of it */
    uint64_t made, customers, clerks, erased, others, refused;
    bool renewal_due; /* a subject was erased since the newest renewal began */
} samme_keymap_figures;

/* The map keeps a copy of the keys above it. */
void samme_keymap_init(samme_keymap *map, samme_space *space, const samme_keks *keks,
                       samme_random random);
void samme_keymap_fini(samme_keymap *map);
/* SAMME_CORRUPT: rows are wrapped under a key that `keks` does not hold. */
samme_status samme_keymap_check(samme_keymap *map, samme_error *error) SAMME_CHECKED;

/* SAMME_NOT_FOUND. */
samme_status samme_keymap_find(samme_keymap *map, const samme_subject *subject,
                               samme_key_known *out) SAMME_CHECKED;
/* SAMME_NOT_FOUND; SAMME_DENIED: erased. */
samme_status samme_keymap_key(samme_keymap *map, const samme_subject *subject,
                              samme_secret_key *out) SAMME_CHECKED;
/* The subject behind this one (NULL: the first); SAMME_NOT_FOUND behind the last. */
samme_status samme_keymap_after(samme_keymap *map, const samme_subject *subject,
                                samme_subject *out) SAMME_CHECKED;
samme_status samme_keymap_look(samme_keymap *map, samme_keymap_figures *out) SAMME_CHECKED;

/* Erases at the machine that gives sequences; the row stays, without key, for ever. Fine when it is
 * erased already, and when it is not known. */
samme_status samme_keymap_erase(samme_keymap *map, const samme_subject *subject) SAMME_CHECKED;

/* At a node. */

/* An entry about to be written names the subject: makes its key when there is none. What was a
 * clerk's key only is a customer's from the first time that it is named so. */
samme_status samme_keymap_name(samme_keymap *map, const samme_subject *subject,
                               Samme__KeyKind kind) SAMME_CHECKED;
/* The key, when the hub may not hold it; else SAMME_NOT_FOUND. */
samme_status samme_keymap_unsettled(samme_keymap *map, const samme_subject *subject,
                                    samme_secret_key *out) SAMME_CHECKED;
/* At the start: removes keys that were made after number `made`, whose entries a crash has lost. */
samme_status samme_keymap_sweep_made(samme_keymap *map, uint64_t made) SAMME_CHECKED;
/* Fills the request; its bytes live in the arena of the caller. */
samme_status samme_keymap_ask(samme_keymap *map, samme_arena *arena,
                              Samme__PullKeys *out) SAMME_CHECKED;
/* Who says that an erasure was ordered. Until orders are signed (docs/decisions/0020) nobody does
 * but tests. */
typedef struct samme_erasures {
    void *self;
    bool (*ordered)(void *self, const samme_subject *subject, samme_span authority);
} samme_erasures;
/* Takes a part of the hub's map; one that does not begin at the cursor is passed over, as a doubled
 * one. own: this branch. erasures NULL, or without `ordered`: none is. SAMME_MALFORMED: not a part,
 * nothing of it may be kept. */
samme_status samme_keymap_receive(samme_keymap *map, const Samme__KeysPart *part, uint32_t own,
                                  const samme_erasures *erasures, samme_error *error) SAMME_CHECKED;
/* The hub does not know what it gave: all is pulled again, and what it lost is handed to it with
 * the entries it lost. */
samme_status samme_keymap_start_again(samme_keymap *map) SAMME_CHECKED;

/* At the hub. */

/* A branch's batch brought this key, and its entries name the subject as `kind`. */
samme_status samme_keymap_take(samme_keymap *map, const samme_subject *subject, Samme__KeyKind kind,
                               const samme_secret_key *key, uint32_t branch,
                               samme_key_outcome *out) SAMME_CHECKED;
/* At the start: removes keys whose first sequence is over `size`: the batch that brought them was
 * lost in a crash, and brings them again. */
samme_status samme_keymap_sweep_taken(samme_keymap *map, uint64_t size) SAMME_CHECKED;
/* Whether this hub gave what the asker has taken: SAMME_MISMATCH. */
samme_status samme_keymap_agrees(samme_keymap *map, const Samme__PullKeys *pull,
                                 samme_error *error) SAMME_CHECKED;
/* Items for a branch from its cursor on, bounded, in the arena. */
samme_status samme_keymap_part(samme_keymap *map, uint64_t from, uint32_t branch,
                               samme_arena *arena, Samme__KeysPart *out) SAMME_CHECKED;

/* After a restore. An entry handed up names the subject: its key is wanted, unless it is there. */
samme_status samme_keymap_want(samme_keymap *map, const samme_subject *subject, Samme__KeyKind kind,
                               uint32_t branch) SAMME_CHECKED;
/* Subjects wanted behind `after` (NULL: from the first), at most SAMME_KEYS_IN_PART_MAX, in the
 * arena; *out_branch: whose entry names the first of them. */
samme_status samme_keymap_wanted(samme_keymap *map, const samme_subject *after, samme_arena *arena,
                                 samme_subject **out, size_t *out_count,
                                 uint32_t *out_branch) SAMME_CHECKED;
/* A branch hands the key. SAMME_NOT_FOUND: it is not wanted. */
samme_status samme_keymap_hand(samme_keymap *map, const samme_subject *subject,
                               const samme_secret_key *key) SAMME_CHECKED;

/* Renewing the key above the keys: set the two keys, call work in each step until done, and only
 * then forget the old one. A crash at any point leaves rows under one of the two. */

/* Between steps. */
void samme_keymap_set_keks(samme_keymap *map, const samme_keks *keks);
/* Wraps at most so many rows again; nothing when no renewal is under way. */
samme_status samme_keymap_renew(samme_keymap *map, unsigned rows_max, bool *out_more) SAMME_CHECKED;
/* Between steps: everything is on disk under the next key. */
bool samme_keymap_renewed(const samme_keymap *map);
/* The step was abandoned: what it wrapped is not. */
void samme_keymap_abandoned(samme_keymap *map);

#endif
