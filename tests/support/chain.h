/* A chain with throw-away keys, made from a seed: for the simulator and for scenario tests. */
#ifndef SAMME_SUPPORT_CHAIN_H
#define SAMME_SUPPORT_CHAIN_H

#include "base/prng.h"
#include "policy/policy.h"
#include "trust/trust.h"

#define SAMME_TEST_BRANCHES_MAX 16u

typedef struct samme_test_chain {
    samme_seed role_seeds[SAMME_ROLE_COUNT];
    samme_root root;
    samme_seed hub_seed;
    uint8_t hub_secret[32];
    samme_peer_key hub_curve;
    samme_vkey hub_log;
    uint32_t branch_count;
    struct {
        uint32_t epoch;
        samme_seed log_seed;
        uint8_t secret[32];
        samme_peer_key curve;
    } branches[SAMME_TEST_BRANCHES_MAX]; /* branch number = index + 1 */
    uint8_t operator_secret[32];
    samme_peer_key operator_curve;
    samme_buffer root_note;
    uint64_t roster_version;
    samme_buffer roster_note; /* the newest: all branches and the operator */
} samme_test_chain;

void samme_test_chain_make(samme_test_chain *chain, uint64_t seed, uint32_t branch_count);
/* The next roster, in which that branch has new keys and begins another epoch. */
void samme_test_chain_rotate(samme_test_chain *chain, uint32_t branch, samme_random random);
void samme_test_chain_free(samme_test_chain *chain);

/* A chain.yaml for the chain's branches, and a small sound policy; `generous_days` is how long a
 * changed mind is taken, so that two releases can differ. Texts are appended. */
void samme_test_chain_yaml(const samme_test_chain *chain, samme_buffer *out);
void samme_test_policy_yaml(unsigned generous_days, samme_buffer *out);
/* Appends the signed note of a release of these documents (path order is the caller's to keep). */
void samme_test_release_note(const samme_test_chain *chain, uint64_t version,
                             const samme_hash *previous, const samme_document *documents,
                             size_t count, samme_buffer *out);

#endif
