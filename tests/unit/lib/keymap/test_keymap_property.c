/* Random histories of a hub and its branches beside a plain model: what each does is done again in
 * arrays, and in the end every map is the model's. */
#include "tests/unit/lib/keymap/fixture.h"

enum { SUBJECTS = 40, BRANCHES = 3, ACTIONS = 400, SEEDS = 60 };

/* What the hub must hold: who was first, and with which kind. */
typedef struct model {
    struct {
        bool known, erased;
        samme_secret_key key;
        bool customer;
        bool named[BRANCHES]; /* pushed by it */
    } subjects[SUBJECTS];
} model;

typedef struct world {
    samme_prng prng;
    machine hub, nodes[BRANCHES];
    model model;
    bool clerk[BRANCHES][SUBJECTS]; /* named so, and not as a customer */
    bool customer[BRANCHES][SUBJECTS];
} world;

static void push(world *w, unsigned b, unsigned s) {
    machine *node = &w->nodes[b];
    const samme_subject who = subject(s);
    samme_secret_key key;
    if (!w->customer[b][s] && !w->clerk[b][s])
        return;
    const samme_status status = samme_keymap_unsettled(&node->map, &who, &key);
    const Samme__KeyKind kind = w->customer[b][s] ? CUSTOMER : CLERK;
    if (status != SAMME_OK) {
        must_be(status, SAMME_NOT_FOUND, "unsettled");
        return;
    }
    samme_key_outcome outcome;
    must_be(samme_keymap_take(&w->hub.map, &who, kind, &key, b + 1, &outcome), SAMME_OK, "take");
    if (w->model.subjects[s].erased) {
        cr_assert_eq(outcome, SAMME_KEY_REFUSED);
        return;
    }
    if (!w->model.subjects[s].known) {
        cr_assert_eq(outcome, SAMME_KEY_TAKEN);
        w->model.subjects[s].known = true;
        w->model.subjects[s].key = key;
    } else {
        const bool same = memcmp(w->model.subjects[s].key.bytes, key.bytes, sizeof key.bytes) == 0;
        cr_assert_eq(outcome, same ? SAMME_KEY_HELD : SAMME_KEY_SET_ASIDE);
    }
    w->model.subjects[s].customer |= kind == CUSTOMER;
    w->model.subjects[s].named[b] = true;
}

static void act(world *w) {
    const unsigned b = (unsigned)samme_prng_below(&w->prng, BRANCHES);
    const unsigned s = (unsigned)samme_prng_below(&w->prng, SUBJECTS);
    machine *node = &w->nodes[b];
    const uint64_t what = samme_prng_below(&w->prng, 100);
    if (what < 40) {
        const bool clerk = samme_prng_chance(&w->prng, 300);
        names(node, s, clerk ? CLERK : CUSTOMER);
        (clerk ? w->clerk : w->customer)[b][s] = true;
    } else if (what < 65) {
        push(w, b, s);
    } else if (what < 85) {
        must_be(pulls(node, &w->hub, b + 1, &all_ordered), SAMME_OK, "pull");
    } else if (what < 90) { /* nothing of a step that was not ended is there */
        leave(node, true);
        enter(node);
        machine_crash(node);
    } else if (what < 92) {
        leave(&w->hub, true);
        enter(&w->hub);
        machine_crash(&w->hub);
    } else if (what < 93) {
        const samme_subject who = subject(s);
        must_be(samme_keymap_erase(&w->hub.map, &who), SAMME_OK, "erase");
        w->model.subjects[s].erased = true;
    }
}

static void check(world *w, uint64_t seed) {
    uint64_t customers = 0, clerks = 0, erased = 0;
    for (unsigned s = 0; s < SUBJECTS; s++) {
        const bool gone = w->model.subjects[s].erased;
        const bool there = w->model.subjects[s].known && !gone;
        cr_assert_eq(knows(&w->hub, s), there, "seed %llu subject %u", (unsigned long long)seed, s);
        if (there) {
            const samme_subject who = subject(s);
            samme_secret_key key;
            must_be(samme_keymap_key(&w->hub.map, &who, &key), SAMME_OK, "key");
            cr_assert_eq(memcmp(key.bytes, w->model.subjects[s].key.bytes, sizeof key.bytes), 0);
            cr_assert_eq(known(&w->hub, s).kind == CUSTOMER, w->model.subjects[s].customer);
        }
        customers += there && w->model.subjects[s].customer;
        clerks += there && !w->model.subjects[s].customer;
        erased += gone;
        for (unsigned b = 0; b < BRANCHES; b++) {
            const bool may = w->model.subjects[s].customer || w->model.subjects[s].named[b];
            cr_assert_eq(knows(&w->nodes[b], s), there && may, "seed %llu subject %u branch %u",
                         (unsigned long long)seed, s, b + 1);
            if (there && may)
                cr_assert(same_key(&w->nodes[b], &w->hub, s), "seed %llu subject %u branch %u",
                          (unsigned long long)seed, s, b + 1);
            if (gone)
                cr_assert(known(&w->nodes[b], s).erased);
        }
    }
    const samme_keymap_figures hub = figures(&w->hub);
    cr_assert_eq(hub.customers, customers);
    cr_assert_eq(hub.clerks, clerks);
    cr_assert_eq(hub.erased, erased);
    for (unsigned b = 0; b < BRANCHES; b++) {
        const samme_keymap_figures own = figures(&w->nodes[b]);
        cr_assert_eq(own.customers, customers);
        cr_assert_eq(own.erased, erased);
        cr_assert_eq(own.size, hub.size);
    }
}

Test(keymap_property, every_map_is_the_models) {
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        world *w = calloc(1, sizeof *w);
        cr_assert_not_null(w);
        samme_prng_seed(&w->prng, seed);
        machine_make(&w->hub, 100 * seed);
        for (unsigned b = 0; b < BRANCHES; b++)
            machine_make(&w->nodes[b], 100 * seed + b + 1);
        for (unsigned i = 0; i < ACTIONS; i++)
            act(w);
        for (unsigned b = 0; b < BRANCHES; b++)
            for (unsigned s = 0; s < SUBJECTS; s++)
                push(w, b, s);
        for (unsigned b = 0; b < BRANCHES; b++)
            must_be(pulls(&w->nodes[b], &w->hub, b + 1, &all_ordered), SAMME_OK, "pull");
        check(w, seed);
        machine_free(&w->hub);
        for (unsigned b = 0; b < BRANCHES; b++)
            machine_free(&w->nodes[b]);
        free(w);
    }
}
