/* The key maps: customers known to several stores, erasures, renewals of the keys above, and what
 * must hold of them in the end. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "history/subjects.h"
#include "sim/world.h"
#include "sync/tables.h"

static samme_subject customer(unsigned number) {
    samme_subject subject = {.bytes = "....a customer"};
    samme_put_u32(subject.bytes, number);
    return subject;
}

static bool wrong(const sim_world *world, const char *where, unsigned who, const char *what) {
    fprintf(stderr, "seed %llu at %lld ms: %s, customer %u: %s\n", (unsigned long long)world->seed,
            (long long)world->now_ms, where, who, what);
    return false;
}

void sim_keys_make(sim_stores *stores, uint64_t seed) {
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    samme_keks_new(&stores->keks, NULL, SIM_WALL_MS, samme_prng_as_random(&prng));
}

bool sim_customer(const sim_visit *visit, samme_subject *out) {
    *out = customer(visit->number % 3 == 1 ? visit->number * 7 % SIM_REGULARS
                                           : SIM_REGULARS + visit->number);
    return visit->number % 3 != 0;
}

static unsigned number_of(const samme_subject *subject) {
    return samme_get_u32(subject->bytes);
}

static bool ordered(void *self, const samme_subject *subject, samme_span authority) {
    const sim_world *world = self;
    const unsigned number = number_of(subject);
    (void)authority;
    return number < SIM_CUSTOMERS && world->erased[number];
}

samme_erasures sim_erasures(sim_world *world) {
    return (samme_erasures){.self = world, .ordered = ordered};
}

void sim_erase_again(sim_world *world) {
    for (unsigned i = 0; i < SIM_CUSTOMERS; i++) {
        const samme_subject subject = customer(i);
        if (world->erased[i] && !samme_hub_erase(world->hub, &subject))
            sim_note(world, "customer %u is not erased yet", i);
    }
}

static void begin_renewal(sim_world *world, sim_stores *stores) {
    samme_keks_begin(&stores->keks, SIM_WALL_MS + world->now_ms,
                     samme_prng_as_random(&world->prng));
}

void sim_keys_chaos(sim_world *world) {
    if (world->now_ms > SIM_CHAOS_MS / 4 && samme_prng_chance(&world->prng, 3)) {
        const unsigned number = (unsigned)samme_prng_below(&world->prng, SIM_REGULARS);
        const samme_subject subject = customer(number);
        sim_note(world, "customer %u is erased", number);
        world->erasures += world->erased[number] ? 0 : 1;
        world->erased[number] = true;
        if (!samme_hub_erase(world->hub, &subject))
            sim_note(world, "but not yet");
    }
    if (samme_prng_chance(&world->prng, 2)) {
        sim_note(world, "the hub renews its key");
        begin_renewal(world, &world->hub_stores);
        samme_hub_set_keks(world->hub, &world->hub_stores.keks);
    }
    if (samme_prng_chance(&world->prng, 4)) {
        sim_node *node = &world->nodes[samme_prng_below(&world->prng, world->node_count)];
        sim_note(world, "node %u renews its key", node->number);
        begin_renewal(world, &node->stores);
        samme_node_set_keks(node->node, &node->stores.keks);
    }
}

void sim_keys_turn(sim_world *world) {
    if (samme_hub_look_at_keys(world->hub).renewed) {
        samme_keks_end(&world->hub_stores.keks);
        samme_hub_set_keks(world->hub, &world->hub_stores.keks);
        world->renewals++;
    }
    for (unsigned i = 0; i < world->node_count; i++) {
        sim_node *node = &world->nodes[i];
        if (!samme_node_look_at_keys(node->node).renewed)
            continue;
        samme_keks_end(&node->stores.keks);
        samme_node_set_keks(node->node, &node->stores.keks);
        world->renewals++;
    }
}

/* A machine's map, read beside it. */
typedef struct view {
    samme_space space;
    samme_keymap map;
    samme_prng prng;
} view;

static void open_view(view *v, sim_stores *stores) {
    samme_prng_seed(&v->prng, 1);
    if (samme_space_init(&v->space, &stores->keys) != SAMME_OK ||
        samme_space_begin(&v->space, NULL) != SAMME_OK)
        abort();
    samme_keymap_init(&v->map, &v->space, &stores->keks, samme_prng_as_random(&v->prng));
}

static void close_view(view *v) {
    samme_keymap_fini(&v->map);
    samme_space_fini(&v->space);
}

bool sim_keys_converged(sim_world *world) {
    const samme_hub_keys_view hub = samme_hub_look_at_keys(world->hub);
    for (unsigned i = 0; i < world->node_count; i++) {
        const samme_node_keys node = samme_node_look_at_keys(world->nodes[i].node);
        if (node.figures.size != hub.figures.size ||
            node.figures.customers != hub.figures.customers)
            return false;
    }
    return true;
}

static void explain(const char *who, const samme_keymap_figures *figures) {
    fprintf(stderr, "  %s: keys to %llu, %llu of customers, %llu erased, %llu set aside\n", who,
            (unsigned long long)figures->size, (unsigned long long)figures->customers,
            (unsigned long long)figures->erased, (unsigned long long)figures->others);
}

void sim_keys_explain(sim_world *world) {
    const samme_keymap_figures hub = samme_hub_look_at_keys(world->hub).figures;
    explain("hub", &hub);
    for (unsigned i = 0; i < world->node_count; i++) {
        const samme_keymap_figures node = samme_node_look_at_keys(world->nodes[i].node).figures;
        explain("node", &node);
    }
}

/* Whom the entries name that the hub has merged. */
static void find_named(sim_world *world, bool named[static SIM_CUSTOMERS]) {
    samme_store *log = &world->hub_stores.log;
    samme_reader reader;
    samme_span key, value;
    samme_arena arena;
    uint8_t from[SAMME_STORE_KEY_MAX] = {0};
    size_t length = 0;
    samme_arena_init(&arena, 1u << 20);
    if (log->open_snapshot(log->self, &reader) != SAMME_OK)
        abort();
    while (reader.seek(reader.self, SAMME_TABLE_ENTRY, SAMME_SPAN(from, length), &key, &value) ==
           SAMME_OK) {
        samme_named names[SAMME_NAMED_MAX];
        samme_arena_reset(&arena);
        const size_t count = samme_entry_names(value, &arena, names);
        for (size_t i = 0; i < count; i++)
            if (number_of(&names[i].subject) < SIM_CUSTOMERS)
                named[number_of(&names[i].subject)] = true;
        memcpy(from, key.data, key.length);
        from[key.length] = 0;
        length = key.length + 1;
    }
    log->close_snapshot(log->self);
    samme_arena_free(&arena);
}

/* `key` is the hub's, when it has one. */
static bool one_right(const sim_world *world, view *v, const char *where, unsigned number,
                      bool named, const samme_secret_key *key) {
    const samme_subject subject = customer(number);
    samme_secret_key held;
    const samme_status status = samme_keymap_key(&v->map, &subject, &held);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND && status != SAMME_DENIED)
        return wrong(world, where, number, samme_status_name(status));
    if (world->erased[number])
        return status == SAMME_DENIED || wrong(world, where, number, "is not erased");
    if (named != (status == SAMME_OK))
        return wrong(world, where, number, named ? "has no key" : "has a key without an entry");
    return !named || key == NULL || memcmp(key->bytes, held.bytes, sizeof held.bytes) == 0 ||
           wrong(world, where, number, "has another key than the hub's");
}

/* Every subject that an entry names has a key, everywhere the same; no other has; the erased have
 * none. */
bool sim_keys_right(sim_world *world) {
    bool named[SIM_CUSTOMERS] = {false}, good = true;
    view hub;
    find_named(world, named);
    open_view(&hub, &world->hub_stores);
    samme_keymap_figures figures;
    if (samme_keymap_look(&hub.map, &figures) != SAMME_OK)
        return false;
    world->keys += (unsigned)figures.customers;
    world->keys_set_aside += (unsigned)figures.others;
    for (unsigned i = 0; good && i < SIM_CUSTOMERS; i++)
        good = one_right(world, &hub, "hub", i, named[i], NULL);
    for (unsigned n = 0; good && n < world->node_count; n++) {
        char where[20];
        view node;
        snprintf(where, sizeof where, "node %u", n + 1);
        open_view(&node, &world->nodes[n].stores);
        for (unsigned i = 0; good && i < SIM_CUSTOMERS; i++) {
            const samme_subject subject = customer(i);
            samme_secret_key key;
            const bool has = samme_keymap_key(&hub.map, &subject, &key) == SAMME_OK;
            good = one_right(world, &node, where, i, named[i], has ? &key : NULL);
        }
        close_view(&node);
    }
    close_view(&hub);
    return good;
}
