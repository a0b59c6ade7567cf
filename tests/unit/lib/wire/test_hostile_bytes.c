#include <criterion/criterion.h>
#include <stdlib.h>

#include "every.pb-c.h"
#include "random_message.h"
#include "wire/pack.h"

enum { MUTATIONS = 20000, MAXIMUM = 4 << 20 };

static samme_status unpack(const ProtobufCMessageDescriptor *type, samme_span bytes, char *text) {
    samme_arena arena;
    samme_arena_init(&arena, 64u << 20);
    samme_error error = {.status = SAMME_OK, .text = ""};
    ProtobufCMessage *message = samme_unpack(type, bytes, &arena, &error);
    cr_assert_eq(message == NULL, error.status != SAMME_OK);
    if (text != NULL)
        strcpy(text, error.text);
    samme_arena_free(&arena);
    return error.status;
}

#define UNPACK(type, ...)                                                                          \
    unpack(&samme__##type##__descriptor,                                                           \
           SAMME_SPAN(((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})),   \
           text)

/* Deep.deeper in itself; written from the inside out, into the end of the room. */
static samme_span nested(uint8_t *room, size_t size, unsigned levels) {
    size_t start = size;
    for (unsigned i = 1; i < levels; i++) {
        size_t length = size - start;
        uint8_t prefix[6] = {0x0a};
        size_t used = 1;
        for (; length >= 0x80; length >>= 7)
            prefix[used++] = (uint8_t)(length | 0x80);
        prefix[used++] = (uint8_t)length;
        start -= used;
        memcpy(room + start, prefix, used);
    }
    return SAMME_SPAN(room + start, size - start);
}

Test(hostile, nesting_has_a_maximum) {
    static uint8_t room[64 * 1024];
    char text[400];
    cr_assert_eq(
        unpack(&every__deep__descriptor, nested(room, sizeof room, SAMME_WIRE_DEPTH_MAX), text),
        SAMME_OK, "%s", text);
    cr_assert_eq(
        unpack(&every__deep__descriptor, nested(room, sizeof room, SAMME_WIRE_DEPTH_MAX + 1), text),
        SAMME_TOO_LARGE);
    cr_assert_not_null(strstr(text, "nested deeper than 16"), "%s", text);
    cr_assert_eq(unpack(&every__deep__descriptor, nested(room, sizeof room, 10000), NULL),
                 SAMME_TOO_LARGE);
    /* The same bytes where the type does not know the field: not looked into. */
    cr_assert_eq(unpack(&samme__pull_status__descriptor, nested(room, sizeof room, 10000), NULL),
                 SAMME_OK);
}

Test(hostile, a_mebibyte_of_empty_messages) {
    static uint8_t bytes[1 << 20];
    for (size_t i = 0; i < sizeof bytes; i += 2)
        bytes[i] = 0x52; /* Sale.lines */
    cr_assert_eq(unpack(&samme__sale__descriptor, SAMME_SPAN(bytes, sizeof bytes), NULL),
                 SAMME_TOO_LARGE);
    samme_span at_most = SAMME_SPAN(bytes, 2 * SAMME_WIRE_FIELDS_MAX);
    cr_assert_eq(unpack(&samme__sale__descriptor, at_most, NULL), SAMME_OK);
    samme_span one_more = SAMME_SPAN(bytes, 2 * SAMME_WIRE_FIELDS_MAX + 2);
    cr_assert_eq(unpack(&samme__sale__descriptor, one_more, NULL), SAMME_TOO_LARGE);
}

/* A packed field alone with so many elements of so many zero bytes. */
static samme_status packed(const ProtobufCMessageDescriptor *type, samme_span tag, size_t elements,
                           size_t width) {
    samme_buffer bytes;
    samme_buffer_init(&bytes, MAXIMUM);
    samme_buffer_append(&bytes, tag);
    size_t length = elements * width;
    samme_buffer_u8(&bytes, (uint8_t)(length | 0x80));
    samme_buffer_u8(&bytes, (uint8_t)(length >> 7 | 0x80));
    samme_buffer_u8(&bytes, (uint8_t)(length >> 14));
    memset(samme_buffer_extend(&bytes, length), 0, length);
    samme_status status = unpack(type, samme_buffer_span(&bytes), NULL);
    samme_buffer_free(&bytes);
    return status;
}

Test(hostile, packed_elements_count_as_fields) {
    const size_t most = SAMME_WIRE_FIELDS_MAX - 1; /* and the field itself */
    samme_span regions = SAMME_LITERAL("\x22"), fixed32s = SAMME_LITERAL("\x8a\x01");
    cr_assert_eq(packed(&samme__event__descriptor, regions, most, 1), SAMME_OK);
    cr_assert_eq(packed(&samme__event__descriptor, regions, most + 1, 1), SAMME_TOO_LARGE);
    cr_assert_eq(packed(&every__every__descriptor, fixed32s, most, 4), SAMME_OK);
    cr_assert_eq(packed(&every__every__descriptor, fixed32s, most + 1, 4), SAMME_TOO_LARGE);
}

Test(hostile, varints) {
    char text[400];
    /* ten bytes are the longest: 2^64 - 1, and the tenth holds one bit */
    cr_assert_eq(UNPACK(push, 0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1), SAMME_OK);
    cr_assert_eq(UNPACK(push, 0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2),
                 SAMME_MALFORMED);
    cr_assert_eq(UNPACK(push, 0x10, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0),
                 SAMME_MALFORMED);
    cr_assert_eq(UNPACK(push, 0x10), SAMME_MALFORMED);
    cr_assert_eq(UNPACK(push, 0x10, 0x80), SAMME_MALFORMED);
    cr_assert_str_eq(text, "Push: byte 0: the field is cut off or its length is wrong");
}

Test(hostile, tags) {
    char text[400];
    cr_assert_eq(UNPACK(push, 0x00, 0x00), SAMME_MALFORMED); /* field 0 */
    cr_assert_eq(UNPACK(push, 0x08, 1, 0x80), SAMME_MALFORMED);
    cr_assert_str_eq(text, "Push: byte 2: no field tag");
    cr_assert_eq(UNPACK(push, 255, 255, 255, 255, 0x1f, 0), SAMME_MALFORMED);     /* over 2^32 */
    cr_assert_eq(UNPACK(push, 0x88, 0x80, 0x80, 0x80, 0x10, 0), SAMME_MALFORMED); /* 2^32 + 8 */
    cr_assert_str_eq(text, "Push: byte 0: no field tag");
    cr_assert_eq(UNPACK(push, 0x88, 0x80, 0x80, 0x80, 0x80, 0, 0), SAMME_MALFORMED);
    for (uint8_t wire_type = 3; wire_type < 8; wire_type++) {
        if (wire_type == 5)
            continue;
        cr_assert_eq(UNPACK(push, (uint8_t)(8 | wire_type), 0, 0, 0, 0), SAMME_MALFORMED);
        cr_assert_eq(UNPACK(push, 0xf8 | wire_type, 0x01, 0, 0, 0), SAMME_MALFORMED);
    }
}

Test(hostile, lengths) {
    char text[400];
    cr_assert_eq(UNPACK(push, 0x22, 3, 1, 2, 3), SAMME_OK);
    cr_assert_eq(UNPACK(push, 0x22, 4, 1, 2, 3), SAMME_MALFORMED);
    cr_assert_eq(UNPACK(push, 0x22, 255, 255, 255, 255, 15), SAMME_MALFORMED);
    cr_assert_eq(UNPACK(push, 0x22, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
                 SAMME_MALFORMED);
    /* more bytes than a length needs: protobuf-c reads five */
    cr_assert_eq(UNPACK(push, 0x22, 0x81, 0x80, 0x80, 0x80, 0, 1), SAMME_OK);
    cr_assert_eq(UNPACK(push, 0x22, 0x81, 0x80, 0x80, 0x80, 0x80, 0, 1), SAMME_MALFORMED);
    cr_assert_str_eq(text, "Push: byte 0: the field is cut off or its length is wrong");
    /* an item longer than the list element that holds it */
    cr_assert_eq(UNPACK(push, 0x1a, 3, 0x0a, 2, 1, 9), SAMME_MALFORMED);
    cr_assert_eq(UNPACK(push, 0x1a, 3, 0x0a, 1, 1), SAMME_OK);
    cr_assert_eq(UNPACK(push, 0xfd, 0x01, 0, 0, 0), SAMME_MALFORMED);             /* 32 bits, cut */
    cr_assert_eq(UNPACK(push, 0xf9, 0x01, 0, 0, 0, 0, 0, 0, 0), SAMME_MALFORMED); /* 64 bits, cut */
}

Test(hostile, wrong_wire_types) {
    char text[400];
    cr_assert_eq(UNPACK(push, 0x0a, 1, 1), SAMME_MALFORMED); /* epoch as bytes */
    cr_assert_str_eq(text, "Push: byte 0: epoch has the wrong wire type");
    cr_assert_eq(UNPACK(push, 0x08, 1, 0x20, 1), SAMME_MALFORMED); /* note as a number */
    cr_assert_str_eq(text, "Push: byte 2: note has the wrong wire type");
    cr_assert_eq(UNPACK(push, 0x18, 1), SAMME_MALFORMED);           /* items as a number */
    cr_assert_eq(UNPACK(event, 0x25, 1, 0, 0, 0), SAMME_MALFORMED); /* regions as 32 bits */
    cr_assert_eq(UNPACK(event, 0x22, 2, 1, 0x80), SAMME_MALFORMED); /* a packed one is cut */
    cr_assert_str_eq(text, "Event: byte 0: regions has a wrong element");
}

Test(hostile, fields_given_twice) {
    char text[400];
    cr_assert_eq(UNPACK(push, 0x08, 1, 0x08, 1), SAMME_MALFORMED);
    cr_assert_str_eq(text, "Push: byte 2: epoch is there twice");
    cr_assert_eq(UNPACK(release_taken, 0x0a, 0, 0x0a, 0), SAMME_MALFORMED);
    /* protobuf-c would join an Item's Subtree with the bytes of an entry */
    cr_assert_eq(UNPACK(item, 0x0a, 1, 1, 0x12, 0), SAMME_MALFORMED);
    cr_assert_str_eq(text, "Item: byte 3: subtree is there twice");
    cr_assert_eq(UNPACK(item, 0x12, 0, 0x0a, 1, 1), SAMME_MALFORMED);
    cr_assert_eq(UNPACK(facts, 0xb0, 1, 5, 0xb8, 1, 5), SAMME_OK); /* two one-member oneofs */
    cr_assert_eq(UNPACK(facts, 0xb0, 1, 5, 0xb0, 1, 5), SAMME_MALFORMED);
    cr_assert_eq(UNPACK(push, 0x1a, 0, 0x1a, 0), SAMME_OK); /* repeated */
}

Test(hostile, strings_are_text) {
    char text[400];
    cr_assert_eq(UNPACK(tender, 0x1a, 2, 0xc3, 0xa6), SAMME_OK);
    cr_assert_eq(UNPACK(tender, 0x1a, 1, 0), SAMME_MALFORMED);
    cr_assert_str_eq(text, "Tender: byte 0: reference is not UTF-8 text");
    cr_assert_eq(UNPACK(tender, 0x1a, 1, 0xc3), SAMME_MALFORMED);
    cr_assert_eq(UNPACK(tender, 0x1a, 3, 0xed, 0xa0, 0x80), SAMME_MALFORMED);
}

/* What is refused is refused with its place; what is accepted packs to what unpacks to the same. */
static void check_mutant(const ProtobufCMessageDescriptor *type, samme_span bytes, uint64_t seed,
                         size_t *accepted) {
    samme_arena arena;
    samme_arena_init(&arena, MAXIMUM);
    samme_error error;
    ProtobufCMessage *message = samme_unpack(type, bytes, &arena, &error);
    if (message == NULL) {
        cr_assert_eq(error.status, SAMME_MALFORMED);
        cr_assert_not_null(strstr(error.text, ": byte "), "seed %lu: %s", seed, error.text);
        samme_arena_free(&arena);
        return;
    }
    samme_buffer first, second;
    samme_buffer_init(&first, MAXIMUM);
    samme_buffer_init(&second, MAXIMUM);
    samme_pack(message, &first);
    message = samme_unpack(type, samme_buffer_span(&first), &arena, &error);
    cr_assert_not_null(message, "seed %lu: %s", seed, error.text);
    samme_pack(message, &second);
    cr_assert(samme_span_equal(samme_buffer_span(&first), samme_buffer_span(&second)), "seed %lu",
              seed);
    samme_buffer_free(&first);
    samme_buffer_free(&second);
    samme_arena_free(&arena);
    ++*accepted;
}

Test(hostile, mutated_bytes_fail_or_unpack) {
    samme_arena made;
    samme_arena_init(&made, MAXIMUM);
    samme_buffer packed;
    samme_buffer_init(&packed, MAXIMUM);
    test_maker maker = {.arena = &made, .odd_enums = true};
    size_t accepted = 0;
    for (uint64_t seed = 0; seed < MUTATIONS; seed++) {
        samme_prng_seed(&maker.prng, seed);
        const ProtobufCMessageDescriptor *type = test_types[seed % test_types_count];
        samme_pack(test_random_message(&maker, type), &packed);
        size_t room = packed.length + 64;
        uint8_t *bytes =
            malloc(room); /* exactly as long as it says, so that reading over the end is seen */
        memcpy(bytes, samme_buffer_text(&packed), packed.length);
        size_t length = test_mutate(&maker.prng, bytes, packed.length, room);
        uint8_t *exact = malloc(length > 0 ? length : 1);
        memcpy(exact, bytes, length);
        check_mutant(type, SAMME_SPAN(exact, length), seed, &accepted);
        free(exact);
        free(bytes);
        samme_buffer_clear(&packed);
        samme_arena_reset(&made);
    }
    cr_assert_gt(accepted, MUTATIONS / 50);
    cr_assert_lt(accepted, MUTATIONS - MUTATIONS / 50);
    samme_buffer_free(&packed);
    samme_arena_free(&made);
}

Test(hostile, every_prefix_fails_or_unpacks) {
    samme_arena made;
    samme_arena_init(&made, MAXIMUM);
    samme_buffer packed;
    samme_buffer_init(&packed, MAXIMUM);
    test_maker maker = {.arena = &made};
    samme_prng_seed(&maker.prng, 11);
    samme_pack(test_random_message(&maker, &every__every__descriptor), &packed);
    cr_assert_gt(packed.length, 100);
    size_t accepted = 0;
    for (size_t length = 0; length < packed.length; length++) {
        uint8_t *exact = malloc(length > 0 ? length : 1);
        memcpy(exact, packed.data, length);
        check_mutant(&every__every__descriptor, SAMME_SPAN(exact, length), length, &accepted);
        free(exact);
    }
    cr_assert_lt(accepted, packed.length / 2);
    samme_buffer_free(&packed);
    samme_arena_free(&made);
}
