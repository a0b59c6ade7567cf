/* For tests of key maps: a machine with a keys store in memory, its keys above, and its map. */
#ifndef SAMME_TEST_KEYMAP_FIXTURE_H
#define SAMME_TEST_KEYMAP_FIXTURE_H

#include <criterion/criterion.h>

#include "base/prng.h"
#include "keymap/keymap.h"
#include "store/memory.h"

typedef struct machine {
    samme_prng prng;
    samme_memory_store *memory;
    samme_store store;
    samme_space space;
    samme_keymap map;
    samme_keks keks; /* its file */
    samme_arena arena;
} machine;

/* A step is open from the start; leave() ends it, durable or not, and enter() opens the next. */
void machine_make(machine *m, uint64_t seed);
void machine_free(machine *m);
void enter(machine *m);
void leave(machine *m, bool durable);
void machine_crash(machine *m); /* and starts again; in a step before and after */
void must_be(samme_status status, samme_status expected, const char *what);

samme_subject subject(unsigned number);
samme_secret_key secret(unsigned number);
samme_key_known known(machine *m, unsigned number);
bool knows(machine *m, unsigned number);
bool same_key(machine *a, machine *b, unsigned number);
samme_keymap_figures figures(machine *m);

/* A node's own entry names the subject; and its key goes to the hub, if the hub may not have it. */
void names(machine *node, unsigned number, Samme__KeyKind kind);
samme_key_outcome pushes(machine *node, machine *hub, unsigned number, Samme__KeyKind kind,
                         uint32_t branch);
/* Asks and takes until there is no more; SAMME_MISMATCH: the hub does not agree. */
samme_status pulls(machine *node, machine *hub, uint32_t branch, const samme_erasures *erasures);
extern const samme_erasures all_ordered;

#define CUSTOMER SAMME__KEY_KIND__key_of_customer
#define CLERK    SAMME__KEY_KIND__key_of_clerk

#endif
