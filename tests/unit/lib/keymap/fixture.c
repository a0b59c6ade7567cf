#include "tests/unit/lib/keymap/fixture.h"

#include "crypto/hash.h"
#include "crypto/sign.h"

void must_be(samme_status status, samme_status expected, const char *what) {
    cr_assert_eq(status, expected, "%s: %s, expected %s", what, samme_status_name(status),
                 samme_status_name(expected));
}

static void start(machine *m) {
    m->store = samme_memory_store_port(m->memory);
    must_be(samme_space_init(&m->space, &m->store), SAMME_OK, "space");
    samme_keymap_init(&m->map, &m->space, &m->keks, samme_prng_as_random(&m->prng));
    enter(m);
}

void machine_make(machine *m, uint64_t seed) {
    *m = (machine){.memory = samme_memory_store_new()};
    cr_assert_not_null(m->memory);
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    samme_prng_seed(&m->prng, seed);
    samme_arena_init(&m->arena, 8 * 1024 * 1024);
    samme_keks_new(&m->keks, NULL, 1000, samme_prng_as_random(&m->prng));
    start(m);
}

static void end(machine *m) {
    if (m->space.open)
        samme_space_abandon(&m->space);
    samme_keymap_fini(&m->map);
    samme_space_fini(&m->space);
}

void machine_free(machine *m) {
    end(m);
    samme_memory_store_free(m->memory);
    samme_arena_free(&m->arena);
}

void enter(machine *m) {
    must_be(samme_space_collect(&m->space, NULL), SAMME_OK, "collect");
    must_be(samme_space_begin(&m->space, NULL), SAMME_OK, "begin");
}

void leave(machine *m, bool durable) {
    uint64_t head;
    must_be(samme_space_end(&m->space, &head, NULL), SAMME_OK, "end");
    if (durable)
        samme_memory_store_sync(m->memory, SIZE_MAX);
}

void machine_crash(machine *m) {
    end(m);
    samme_memory_store_crash(m->memory);
    start(m);
}

samme_subject subject(unsigned number) {
    samme_subject out = {{0}};
    const samme_hash hash = samme_sha256(SAMME_SPAN(&number, sizeof number));
    memcpy(out.bytes, hash.bytes, sizeof out.bytes);
    return out;
}

samme_secret_key secret(unsigned number) {
    samme_secret_key out;
    const samme_hash hash = samme_sha256_of(SAMME_LITERAL("key"),
                                            SAMME_SPAN(&number, sizeof number), SAMME_LITERAL(""));
    memcpy(out.bytes, hash.bytes, sizeof out.bytes);
    return out;
}

samme_key_known known(machine *m, unsigned number) {
    const samme_subject who = subject(number);
    samme_key_known out = {.kind = SAMME__KEY_KIND__key_kind_unset};
    must_be(samme_keymap_find(&m->map, &who, &out), SAMME_OK, "find");
    return out;
}

bool knows(machine *m, unsigned number) {
    const samme_subject who = subject(number);
    samme_secret_key key;
    const samme_status status = samme_keymap_key(&m->map, &who, &key);
    cr_assert(status == SAMME_OK || status == SAMME_NOT_FOUND || status == SAMME_DENIED, "%s",
              samme_status_name(status));
    return status == SAMME_OK;
}

bool same_key(machine *a, machine *b, unsigned number) {
    const samme_subject who = subject(number);
    samme_secret_key one, other;
    return samme_keymap_key(&a->map, &who, &one) == SAMME_OK &&
           samme_keymap_key(&b->map, &who, &other) == SAMME_OK &&
           memcmp(one.bytes, other.bytes, sizeof one.bytes) == 0;
}

samme_keymap_figures figures(machine *m) {
    samme_keymap_figures out = {.size = 0};
    must_be(samme_keymap_look(&m->map, &out), SAMME_OK, "look");
    return out;
}

void names(machine *node, unsigned number, Samme__KeyKind kind) {
    const samme_subject who = subject(number);
    must_be(samme_keymap_name(&node->map, &who, kind), SAMME_OK, "name");
}

samme_key_outcome pushes(machine *node, machine *hub, unsigned number, Samme__KeyKind kind,
                         uint32_t branch) {
    const samme_subject who = subject(number);
    samme_secret_key key;
    samme_key_outcome outcome = SAMME_KEY_HELD;
    const samme_status status = samme_keymap_unsettled(&node->map, &who, &key);
    if (status == SAMME_NOT_FOUND)
        return outcome;
    must_be(status, SAMME_OK, "unsettled");
    must_be(samme_keymap_take(&hub->map, &who, kind, &key, branch, &outcome), SAMME_OK, "take");
    return outcome;
}

samme_status pulls(machine *node, machine *hub, uint32_t branch, const samme_erasures *erasures) {
    for (unsigned i = 0; i < 1000; i++) {
        samme_arena_reset(&node->arena);
        Samme__PullKeys ask;
        Samme__KeysPart part;
        must_be(samme_keymap_ask(&node->map, &node->arena, &ask), SAMME_OK, "ask");
        const samme_status agrees = samme_keymap_agrees(&hub->map, &ask, NULL);
        if (agrees != SAMME_OK)
            return agrees;
        must_be(samme_keymap_part(&hub->map, ask.from, branch, &node->arena, &part), SAMME_OK,
                "part");
        must_be(samme_keymap_receive(&node->map, &part, branch, erasures, NULL), SAMME_OK,
                "receive");
        if (part.to == part.size)
            return SAMME_OK;
    }
    cr_assert(false, "no end of keys");
    return SAMME_FULL;
}

static bool ordered(void *self, const samme_subject *who, samme_span authority) {
    (void)self;
    (void)who;
    (void)authority;
    return true;
}
const samme_erasures all_ordered = {.ordered = ordered};
