#include <criterion/criterion.h>
#include <stdlib.h>

#include "every.pb-c.h"
#include "random_message.h"
#include "wire/fields.h"
#include "wire/pack.h"

enum { ROUNDS = 3000, MAXIMUM = 1 << 20 };

/* What another implementation reads and writes is the same, on both ways. */
static void check_against_protobuf_c(const ProtobufCMessage *message, samme_span ours,
                                     uint64_t seed) {
    static uint8_t theirs[MAXIMUM];
    cr_assert_leq(protobuf_c_message_get_packed_size(message), sizeof theirs);
    const size_t length = protobuf_c_message_pack(message, theirs);
    cr_assert(samme_span_equal(ours, SAMME_SPAN(theirs, length)), "seed %lu: %s", seed,
              message->descriptor->name);
    ProtobufCMessage *read =
        protobuf_c_message_unpack(message->descriptor, NULL, ours.length, ours.data);
    cr_assert_not_null(read, "seed %lu", seed);
    samme_buffer again;
    samme_buffer_init(&again, MAXIMUM);
    samme_pack(read, &again);
    cr_assert(samme_span_equal(ours, samme_buffer_span(&again)), "seed %lu: %s", seed,
              message->descriptor->name);
    samme_buffer_free(&again);
    protobuf_c_message_free_unpacked(read, NULL);
}

Test(pack, what_was_packed_unpacks_and_packs_the_same) {
    samme_arena made, unpacked;
    samme_arena_init(&made, MAXIMUM);
    samme_arena_init(&unpacked, MAXIMUM);
    samme_buffer first, second;
    samme_buffer_init(&first, MAXIMUM);
    samme_buffer_init(&second, MAXIMUM);
    test_maker maker = {.arena = &made, .odd_enums = true};
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        samme_prng_seed(&maker.prng, seed);
        const ProtobufCMessageDescriptor *type = test_types[seed % test_types_count];
        samme_pack(test_random_message(&maker, type), &first);
        cr_assert_eq(samme_buffer_status(&first), SAMME_OK);
        samme_error error;
        ProtobufCMessage *back = samme_unpack(type, samme_buffer_span(&first), &unpacked, &error);
        cr_assert_not_null(back, "seed %lu: %s", seed, error.text);
        cr_assert_eq(back->descriptor, type);
        check_against_protobuf_c(back, samme_buffer_span(&first), seed);
        samme_pack(back, &second);
        cr_assert(samme_span_equal(samme_buffer_span(&first), samme_buffer_span(&second)),
                  "seed %lu: %s differs", seed, type->name);
        samme_arena_reset(&made);
        samme_arena_reset(&unpacked);
        samme_buffer_clear(&first);
        samme_buffer_clear(&second);
    }
    samme_arena_free(&made);
    samme_arena_free(&unpacked);
    samme_buffer_free(&first);
    samme_buffer_free(&second);
}

Test(pack, known_bytes) {
    Samme__ReceiptRef ref = SAMME__RECEIPT_REF__INIT;
    ref.branch = 300;
    char till[] = "t1";
    ref.till = till;
    samme_buffer out;
    samme_buffer_init(&out, 100);
    samme_buffer_u8(&out, 'x'); /* packing appends */
    samme_pack(&ref, &out);
    static const uint8_t expected[] = {'x', 0x08, 0xac, 0x02, 0x12, 0x02, 't', '1'};
    cr_assert(samme_span_equal(samme_buffer_span(&out), SAMME_SPAN(expected, sizeof expected)));
    samme_buffer_free(&out);
}

Test(pack, a_buffer_that_is_too_small_says_so) {
    Samme__ReceiptRef ref = SAMME__RECEIPT_REF__INIT;
    ref.branch = 300;
    samme_buffer out;
    samme_buffer_init(&out, 2);
    samme_pack(&ref, &out);
    cr_assert_eq(samme_buffer_status(&out), SAMME_TOO_LARGE);
    cr_assert_eq(out.length, 0);
    samme_buffer_free(&out);
}

/* A message in a message has its length before it, of as many bytes as it takes; a buffer of
 * exactly the size suffices. */
Test(pack, lengths_of_every_width) {
    for (size_t length = 120; length < 70000; length += length < 140 ? 1 : 16253) {
        Samme__Sale sale = SAMME__SALE__INIT;
        Samme__SaleLine line = SAMME__SALE_LINE__INIT, *lines = &line;
        char *text = malloc(length + 1);
        memset(text, 'x', length);
        text[length] = 0;
        line.text = text;
        sale.n_lines = 1;
        sale.lines = &lines;
        const size_t needed = protobuf_c_message_get_packed_size(&sale.base);
        uint8_t *expected = malloc(needed);
        protobuf_c_message_pack(&sale.base, expected);
        samme_buffer exact, small;
        samme_buffer_init(&exact, needed);
        samme_buffer_init(&small, needed - 1);
        samme_pack(&sale, &exact);
        samme_pack(&sale, &small);
        cr_assert(samme_span_equal(samme_buffer_span(&exact), SAMME_SPAN(expected, needed)), "%zu",
                  length);
        cr_assert_eq(samme_buffer_status(&small), SAMME_TOO_LARGE, "%zu", length);
        samme_buffer_free(&exact);
        samme_buffer_free(&small);
        free(expected);
        free(text);
    }
}

Test(pack, nothing_is_a_message_of_defaults) {
    samme_arena arena;
    samme_arena_init(&arena, 4096);
    samme_error error;
    Samme__Sale *sale = SAMME_UNPACK(Sale, sale, SAMME_SPAN(NULL, 0), &arena, &error);
    cr_assert_not_null(sale);
    cr_assert_str_eq(sale->currency, "");
    cr_assert_null(sale->receipt);
    cr_assert_eq(sale->n_lines, 0);
    cr_assert_eq(sale->subject.len, 0);
    samme_arena_free(&arena);
}

/* Fields 99 (varint) and 98 (bytes) are unknown to Basis and to the ReleaseRef in it. */
Test(pack, unknown_fields_are_dropped_at_every_level) {
    static const uint8_t bytes[] = {0x08, 1,    0x98, 0x06, 5,   0x22, 7,    0x08,
                                    9,    0x92, 0x06, 2,    'h', 'i',  0x38, 3};
    static const uint8_t known[] = {0x08, 1, 0x22, 2, 0x08, 9, 0x38, 3};
    samme_arena arena;
    samme_arena_init(&arena, 4096);
    samme_error error;
    Samme__Basis *basis =
        SAMME_UNPACK(Basis, basis, SAMME_SPAN(bytes, sizeof bytes), &arena, &error);
    cr_assert_not_null(basis, "%s", error.text);
    cr_assert_eq(basis->sale_index, 3);
    samme_buffer out;
    samme_buffer_init(&out, 100);
    samme_pack(basis, &out);
    cr_assert(samme_span_equal(samme_buffer_span(&out), SAMME_SPAN(known, sizeof known)));
    samme_buffer_free(&out);
    samme_arena_free(&arena);
}

Test(pack, unknown_fields_are_dropped_in_lists_and_oneofs) {
    static const uint8_t bytes[] = {0x1a, 8, 0x12, 6, 0x08, 3,    0x92, 0x06, 1, 'x',
                                    0x1a, 5, 0x98, 6, 5,    0x0a, 0,    0x22, 1, 'n'};
    static const uint8_t known[] = {0x1a, 4, 0x12, 2, 0x08, 3, 0x1a, 2, 0x0a, 0, 0x22, 1, 'n'};
    samme_arena arena;
    samme_arena_init(&arena, 4096);
    samme_error error;
    Samme__Push *push = SAMME_UNPACK(Push, push, SAMME_SPAN(bytes, sizeof bytes), &arena, &error);
    cr_assert_not_null(push, "%s", error.text);
    samme_buffer out;
    samme_buffer_init(&out, 100);
    samme_pack(push, &out);
    cr_assert(samme_span_equal(samme_buffer_span(&out), SAMME_SPAN(known, sizeof known)));
    samme_buffer_free(&out);
    samme_arena_free(&arena);
}

Test(pack, unknown_enumeration_numbers_stay) {
    static const uint8_t bytes[] = {0x08, 77};
    samme_arena arena;
    samme_arena_init(&arena, 4096);
    samme_error error;
    Samme__Tender *tender = SAMME_UNPACK(Tender, tender, SAMME_SPAN(bytes, 2), &arena, &error);
    cr_assert_not_null(tender);
    cr_assert_eq((int)tender->kind, 77);
    samme_arena_free(&arena);
}

Test(pack, repeated_numbers_are_read_packed_and_singly) {
    static const uint8_t both[] = {0x22, 2, 1, 2, 0x20, 3}; /* Event.regions */
    samme_arena arena;
    samme_arena_init(&arena, 4096);
    samme_error error;
    Samme__Event *event = SAMME_UNPACK(Event, event, SAMME_SPAN(both, sizeof both), &arena, &error);
    cr_assert_not_null(event, "%s", error.text);
    cr_assert_eq(event->n_regions, 3);
    cr_assert_eq(event->regions[0], 1);
    cr_assert_eq(event->regions[2], 3);
    samme_arena_free(&arena);
}

Test(pack, the_arena_is_the_limit) {
    uint8_t bytes[3 + 300] = {0x4a, 0xac, 0x02}; /* Event.clear of 300 bytes */
    samme_error error;
    samme_arena arena;
    samme_arena_init(&arena, 256);
    cr_assert_null(
        samme_unpack(&samme__event__descriptor, SAMME_SPAN(bytes, sizeof bytes), &arena, &error));
    cr_assert_eq(error.status, SAMME_TOO_LARGE);
    samme_arena_free(&arena);
    samme_arena_init(&arena, 2048);
    cr_assert_not_null(
        samme_unpack(&samme__event__descriptor, SAMME_SPAN(bytes, sizeof bytes), &arena, &error));
    samme_arena_free(&arena);
}

/* Memory that ends at any point gives a status, never a crash. */
Test(pack, every_arena_size_either_suffices_or_is_refused) {
    samme_arena made, small;
    samme_arena_init(&made, MAXIMUM);
    samme_buffer bytes;
    samme_buffer_init(&bytes, MAXIMUM);
    test_maker maker = {.arena = &made};
    samme_prng_seed(&maker.prng, 7);
    samme_pack(test_random_message(&maker, &every__every__descriptor), &bytes);
    bool sufficed = false;
    for (size_t size = 0; size < 64 * 1024 && !sufficed; size += 16) {
        samme_arena_init(&small, size);
        samme_error error = {.status = SAMME_OK};
        sufficed = samme_unpack(&every__every__descriptor, samme_buffer_span(&bytes), &small,
                                &error) != NULL;
        cr_assert_eq(error.status, sufficed ? SAMME_OK : SAMME_TOO_LARGE, "%zu: %s", size,
                     error.text);
        samme_arena_free(&small);
    }
    cr_assert(sufficed);
    samme_buffer_free(&bytes);
    samme_arena_free(&made);
}
