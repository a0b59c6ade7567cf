/* For tests of the hub: the test speaks for the branches, the operator and whoever else, past the
 * network. */
#ifndef SAMME_TEST_HUB_FIXTURE_H
#define SAMME_TEST_HUB_FIXTURE_H

#include <criterion/criterion.h>

#include "crypto/hash.h"
#include "journal/record.h"
#include "support/pair.h"
#include "tlog/checkpoint.h"
#include "tlog/tree.h"
#include "wire/pack.h"

enum { HUB_BRANCHES = 2 };

typedef struct hub_test {
    pair p;
    samme_arena arena; /* messages made live here */
    samme_range logs[HUB_BRANCHES + 1];
    unsigned sales; /* made so far */
    samme_hash roster_hash;
} hub_test;

/* What is different about a roster from the one in force. */
typedef struct roster_change {
    uint64_t version; /* 0: the next */
    samme_hash previous;
    bool other_previous;
    bool without_branch_2;
    bool branch_1_in_epoch_2;
    bool with_auditor;
    bool other_hub;
    bool forged;
} roster_change;

/* Both branches have said hello. */
void hub_open(hub_test *t);
void hub_close(hub_test *t);
const samme_peer_key *branch_key(hub_test *t, uint32_t branch);
const samme_peer_key *operator_key(hub_test *t);
samme_peer_key auditor_key(void); /* of a roster with_auditor */

/* Says it, and gives the newest answer of that kind since, or NULL. */
void say(hub_test *t, const samme_peer_key *as, const Samme__Message *message);
const Samme__Ack *acked(hub_test *t);
/* Status word of the newest refusal since the newest say(); "" when there was none. */
const char *refusal(hub_test *t);
uint64_t journal_size(hub_test *t);
uint64_t hub_commits(hub_test *t);
void hub_crash(hub_test *t); /* then both branches say hello again */
void greet(hub_test *t, uint32_t branch);

/* A push of `count` sales behind what branch's log holds, to be spoiled; the log stays as it is. */
Samme__Message *make_push(hub_test *t, uint32_t branch, size_t count);
/* The same of any entries; signed by `seed`. */
Samme__Message *make_push_of(hub_test *t, uint32_t branch, const samme_span *entries, size_t count,
                             const samme_seed *seed);
samme_span make_sale(hub_test *t, uint32_t branch);
samme_span make_sale_to(hub_test *t, uint32_t branch, const samme_subject *customer);
/* A push that must be taken. */
void push(hub_test *t, uint32_t branch, size_t count);

Samme__Message *make_hello(hub_test *t, uint32_t branch);
Samme__Message *make_pull_journal(hub_test *t, uint64_t from);
Samme__Message *make_pull_entries(hub_test *t, uint64_t index);
Samme__Message *make_put_document(hub_test *t, samme_span document);
Samme__Message *make_put_release(hub_test *t, samme_span note);
samme_span make_roster(hub_test *t, const roster_change *change);
void put_roster(hub_test *t, samme_span note);

/* Record `index` of the journal as any peer may pull it. */
samme_record pull_record(hub_test *t, uint64_t index);

#endif
