#include <criterion/criterion.h>
#include <stdlib.h>

#include "random_message.h"
#include "wire/mapping.h"

enum { ROUNDS = 3000, MUTATIONS = 20000, MAXIMUM = 8 << 20 };

typedef ProtobufCMessage *parse(const ProtobufCMessageDescriptor *type, samme_span text,
                                const char *place, samme_arena *arena, samme_error *error);

struct bench {
    samme_arena made, read;
    samme_buffer packed, text, again;
    test_maker maker;
};

static void set_up(struct bench *bench) {
    samme_arena_init(&bench->made, MAXIMUM);
    samme_arena_init(&bench->read, MAXIMUM);
    samme_buffer_init(&bench->packed, MAXIMUM);
    samme_buffer_init(&bench->text, MAXIMUM);
    samme_buffer_init(&bench->again, MAXIMUM);
    bench->maker = (test_maker){.arena = &bench->made};
}

static void next_round(struct bench *bench) {
    samme_arena_reset(&bench->made);
    samme_arena_reset(&bench->read);
    samme_buffer_clear(&bench->packed);
    samme_buffer_clear(&bench->text);
    samme_buffer_clear(&bench->again);
}

static void tear_down(struct bench *bench) {
    samme_arena_free(&bench->made);
    samme_arena_free(&bench->read);
    samme_buffer_free(&bench->packed);
    samme_buffer_free(&bench->text);
    samme_buffer_free(&bench->again);
}

/* A random message of a type that the seed picks, as bytes and as text. */
static const ProtobufCMessageDescriptor *make(struct bench *bench, uint64_t seed) {
    samme_prng_seed(&bench->maker.prng, seed);
    const ProtobufCMessageDescriptor *type = test_types[seed % test_types_count];
    ProtobufCMessage *message = test_random_message(&bench->maker, type);
    samme_pack(message, &bench->packed);
    samme_to_json(message, &bench->text);
    cr_assert_eq(samme_buffer_status(&bench->text), SAMME_OK);
    return type;
}

static void check_same_bytes(struct bench *bench, parse *read) {
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        const ProtobufCMessageDescriptor *type = make(bench, seed);
        samme_error error;
        ProtobufCMessage *back =
            read(type, samme_buffer_span(&bench->text), "text", &bench->read, &error);
        cr_assert_not_null(back, "seed %lu: %s in %s", seed, error.text,
                           samme_buffer_text(&bench->text));
        samme_pack(back, &bench->again);
        cr_assert(
            samme_span_equal(samme_buffer_span(&bench->packed), samme_buffer_span(&bench->again)),
            "seed %lu: %s", seed, samme_buffer_text(&bench->text));
        next_round(bench);
    }
}

Test(mapping, json_carries_the_whole_message) {
    struct bench bench;
    set_up(&bench);
    check_same_bytes(&bench, samme_from_json);
    tear_down(&bench);
}

/* What is written as JSON is YAML too, and means the same. */
Test(mapping, json_read_as_yaml_is_the_same_message) {
    struct bench bench;
    set_up(&bench);
    check_same_bytes(&bench, samme_from_yaml);
    tear_down(&bench);
}

/* A blank after each comma and colon makes lines that YAML mutations can bite into. */
static void loosen(const samme_buffer *json, samme_buffer *out) {
    bool in_string = false, escaped = false;
    for (size_t i = 0; i < json->length; i++) {
        uint8_t byte = json->data[i];
        samme_buffer_u8(out, byte);
        if (in_string) {
            in_string = byte != '"' || escaped;
            escaped = byte == '\\' && !escaped;
            continue;
        }
        in_string = byte == '"';
        if (byte == ',' || byte == ':')
            samme_buffer_append_text(out, byte == ',' ? "\n  " : " ");
    }
}

static void check_mutants(struct bench *bench, parse *read, size_t *accepted) {
    for (uint64_t seed = 0; seed < MUTATIONS; seed++) {
        const ProtobufCMessageDescriptor *type = make(bench, seed);
        loosen(&bench->text, &bench->again);
        size_t room = bench->again.length + 64;
        uint8_t *mutant = malloc(room);
        memcpy(mutant, bench->again.data, bench->again.length);
        size_t length = test_mutate(&bench->maker.prng, mutant, bench->again.length, room);
        uint8_t *exact = malloc(length > 0 ? length : 1); /* reading over the end is seen */
        memcpy(exact, mutant, length);
        samme_error error = {.status = SAMME_OK};
        ProtobufCMessage *back =
            read(type, SAMME_SPAN(exact, length), "text", &bench->read, &error);
        if (back == NULL) {
            cr_assert(error.status == SAMME_MALFORMED || error.status == SAMME_TOO_LARGE,
                      "seed %lu: %s", seed, error.text);
            cr_assert(strncmp(error.text, "text:", 5) == 0, "seed %lu: %s", seed, error.text);
        } else {
            samme_buffer_clear(&bench->packed);
            samme_pack(back, &bench->packed);
            cr_assert_not_null(
                samme_unpack(type, samme_buffer_span(&bench->packed), &bench->read, &error),
                "seed %lu: %s", seed, error.text);
            ++*accepted;
        }
        free(exact);
        free(mutant);
        next_round(bench);
    }
}

Test(mapping, mutated_json_is_read_or_refused) {
    struct bench bench;
    set_up(&bench);
    size_t accepted = 0;
    check_mutants(&bench, samme_from_json, &accepted);
    cr_assert_gt(accepted, MUTATIONS / 100);
    cr_assert_lt(accepted, MUTATIONS * 9 / 10);
    tear_down(&bench);
}

Test(mapping, mutated_yaml_is_read_or_refused) {
    struct bench bench;
    set_up(&bench);
    size_t accepted = 0;
    check_mutants(&bench, samme_from_yaml, &accepted);
    cr_assert_gt(accepted, MUTATIONS / 100);
    cr_assert_lt(accepted, MUTATIONS * 9 / 10);
    tear_down(&bench);
}

/* Memory that ends at any point gives a status, never a crash or half a message. */
static void check_every_arena_size(parse *read) {
    struct bench bench;
    set_up(&bench);
    const ProtobufCMessageDescriptor *type = make(&bench, 0);
    bool sufficed = false;
    for (size_t size = 0; size < 64 * 1024 && !sufficed; size += 16) {
        samme_arena small;
        samme_arena_init(&small, size);
        samme_error error = {.status = SAMME_OK};
        sufficed = read(type, samme_buffer_span(&bench.text), "text", &small, &error) != NULL;
        cr_assert_eq(error.status, sufficed ? SAMME_OK : SAMME_TOO_LARGE, "%zu: %s", size,
                     error.text);
        samme_arena_free(&small);
    }
    cr_assert(sufficed);
    tear_down(&bench);
}

Test(mapping, every_arena_size_either_suffices_or_is_refused) {
    check_every_arena_size(samme_from_json);
    check_every_arena_size(samme_from_yaml);
}
