#include "store_model.h"

#include <criterion/criterion.h>

#include "store_support.h"

enum { VALUE_ROOM = 20000 };

/* Key number n, in byte order of n: of many lengths, some the prefix of the next, some as long as
 * keys can be. */
static samme_span key_of(unsigned n, uint8_t room[static SAMME_STORE_KEY_MAX]) {
    memset(room, 0, SAMME_STORE_KEY_MAX);
    room[0] = (uint8_t)(n / 4 * 17);
    size_t length = n % 4 == 0 ? 1 : n % 4 == 1 ? 2 : n % 4 == 2 ? 90 : SAMME_STORE_KEY_MAX;
    return SAMME_SPAN(room, length);
}

/* Value number v: its length runs from nothing over a page to several. */
static samme_span value_of(uint32_t v, uint8_t room[static VALUE_ROOM]) {
    size_t length = v % 11 == 0 ? v * 37 % VALUE_ROOM : v * 7 % 300;
    for (size_t i = 0; i < length; i++)
        room[i] = (uint8_t)(v + i * 31);
    return SAMME_SPAN(room, length);
}

typedef struct change {
    uint8_t table;
    unsigned key;
    uint32_t value; /* 0: removes */
} change;

/* The changes of a commit: the same for the same seed and head. */
static unsigned changes_of(uint64_t seed, uint64_t head, change out[static 40]) {
    samme_prng prng;
    samme_prng_seed(&prng, seed * 1000003u + head);
    unsigned count = (unsigned)samme_prng_below(&prng, 41);
    for (unsigned i = 0; i < count; i++) {
        out[i].table = (uint8_t)samme_prng_below(&prng, MODEL_TABLES);
        out[i].key = (unsigned)samme_prng_below(&prng, MODEL_KEYS);
        out[i].value =
            samme_prng_chance(&prng, 350) ? 0 : 1 + (uint32_t)samme_prng_below(&prng, 100000);
    }
    return count;
}

samme_writes *store_model_writes(uint64_t seed, uint64_t head) {
    uint8_t key[SAMME_STORE_KEY_MAX], value[VALUE_ROOM];
    change changes[40];
    unsigned count = changes_of(seed, head, changes);
    samme_writes *writes = store_writes();
    for (unsigned i = 0; i < count; i++) {
        const change *c = &changes[i];
        samme_status status = c->value == 0
                                  ? samme_writes_remove(writes, c->table, key_of(c->key, key))
                                  : samme_writes_put(writes, c->table, key_of(c->key, key),
                                                     value_of(c->value, value));
        cr_assert_eq(status, SAMME_OK);
    }
    return writes;
}

void store_model_apply(store_model *model, uint64_t seed) {
    change changes[40];
    unsigned count = changes_of(seed, model->head, changes);
    for (unsigned i = 0; i < count; i++)
        model->values[changes[i].table][changes[i].key] = changes[i].value;
    model->head++;
}

/* The model's first key at or after n in the table; MODEL_KEYS when there is none. */
static unsigned next_key(const store_model *model, unsigned table, unsigned n) {
    while (n < MODEL_KEYS && model->values[table][n] == 0)
        n++;
    return n;
}

static void check_row(const store_model *model, unsigned table, unsigned n, samme_span key,
                      samme_span value, uint64_t seed) {
    uint8_t key_room[SAMME_STORE_KEY_MAX], value_room[VALUE_ROOM];
    cr_assert(samme_span_equal(key, key_of(n, key_room)),
              "seed %lu head %lu table %u: key %u expected", (unsigned long)seed,
              (unsigned long)model->head, table, n);
    cr_assert(samme_span_equal(value, value_of(model->values[table][n], value_room)),
              "seed %lu head %lu table %u key %u: another value", (unsigned long)seed,
              (unsigned long)model->head, table, n);
}

static void check_table(const store_model *model, const samme_reader *reader, uint8_t table,
                        uint64_t seed) {
    uint8_t room[SAMME_STORE_KEY_MAX + 1];
    samme_span from = {0}, key, value;
    unsigned n = 0, greatest = MODEL_KEYS;
    while ((n = next_key(model, table, n)) < MODEL_KEYS) {
        samme_status status = reader->seek(reader->self, table, from, &key, &value);
        cr_assert_eq(status, SAMME_OK, "seed %lu head %lu table %u ends before key %u: %s",
                     (unsigned long)seed, (unsigned long)model->head, table, n,
                     samme_status_name(status));
        check_row(model, table, n, key, value, seed);
        from = store_key_after(key, room);
        greatest = n++;
    }
    cr_assert_eq(reader->seek(reader->self, table, from, &key, &value), SAMME_NOT_FOUND);
    samme_status status = reader->last(reader->self, table, &key, &value);
    cr_assert_eq(status, greatest == MODEL_KEYS ? SAMME_NOT_FOUND : SAMME_OK);
    if (status == SAMME_OK)
        check_row(model, table, greatest, key, value, seed);
}

void store_model_check(const store_model *model, const samme_reader *reader, uint64_t seed) {
    uint8_t room[SAMME_STORE_KEY_MAX];
    samme_span value;
    for (uint8_t table = 0; table < MODEL_TABLES; table++) {
        check_table(model, reader, table, seed);
        for (unsigned n = 0; n < MODEL_KEYS; n++) {
            samme_span key = key_of(n, room);
            samme_status status = reader->get(reader->self, table, key, &value);
            cr_assert_eq(status, model->values[table][n] == 0 ? SAMME_NOT_FOUND : SAMME_OK);
            if (status == SAMME_OK)
                check_row(model, table, n, key, value, seed);
        }
    }
}
