#include <criterion/criterion.h>

#include "store_model.h"
#include "store_suite.h"
#include "store_support.h"

enum { ROUNDS = 60, SEEDS = 3, COMMITS_MAX = 12 };

static void check(const samme_store *store, const store_model *model, uint64_t seed) {
    cr_assert_eq(store->head(store->self), model->head, "seed %lu", (unsigned long)seed);
    samme_reader reader = store_snapshot(store);
    store_model_check(model, &reader, seed);
    store->close_snapshot(store->self);
}

/* Queues a few commits, sometimes one of a wrong head among them; what must be done is applied to
 * the model. Returns how many completions must come. */
static unsigned queue_some(const samme_store *store, samme_prng *prng, store_model *expected,
                           uint64_t seed) {
    unsigned count = (unsigned)samme_prng_below(prng, COMMITS_MAX + 1);
    uint64_t head = expected->head;
    bool failing = false;
    for (unsigned i = 0; i < count; i++) {
        failing = failing || samme_prng_chance(prng, 40);
        store_queue(store, failing ? head + 100 : head, 0, store_model_writes(seed, head));
        head++;
        if (!failing)
            store_model_apply(expected, seed);
    }
    return count;
}

static void run_seed(const store_fixture *fixture, samme_store *store, store_model *model,
                     uint64_t seed) {
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        store_model before = *model;
        unsigned queued = queue_some(store, &prng, model, seed);
        if (samme_prng_chance(&prng, 100)) {
            *model = before;
            fixture->crash(fixture->self);
            *store = fixture->open(fixture->self);
            check(store, model, seed);
            continue;
        }
        samme_reader old = store_snapshot(store);
        fixture->let_through(fixture->self);
        store_model_check(&before, &old, seed);
        store->close_snapshot(store->self);
        samme_completion completions[COMMITS_MAX];
        cr_assert_eq(store->completions(store->self, completions, COMMITS_MAX), queued);
        if (samme_prng_chance(&prng, 100)) {
            fixture->close(fixture->self);
            *store = fixture->open(fixture->self);
        }
        check(store, model, seed);
    }
}

/* One store and one model through all seeds: each goes on where the one before it stopped. */
void store_suite_random_commits_match_a_model(const store_fixture *fixture) {
    static store_model model;
    model = (store_model){.head = 0}; /* of another suite of this process */
    samme_store store = fixture->open(fixture->self);
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_seed(fixture, &store, &model, seed);
    fixture->close(fixture->self);
}
