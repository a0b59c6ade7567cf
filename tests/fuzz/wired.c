#include "fuzz/wired.h"

#include <stdlib.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "wire/fields.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, TEXT_BYTES = 64 * 1024 * 1024 };

/* Whether there is a number that the enumeration has no name for: it is kept, but text has no word
 * for it. */
static bool has_nameless(const ProtobufCMessage *message);

static bool value_nameless(const ProtobufCFieldDescriptor *field, const void *value) {
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return has_nameless(*(ProtobufCMessage *const *)value);
    return field->type == PROTOBUF_C_TYPE_ENUM &&
           protobuf_c_enum_descriptor_get_value(field->descriptor, *(const int *)value) == NULL;
}

static bool has_nameless(const ProtobufCMessage *message) {
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!samme_field_is_set(message, field))
            continue;
        const void *value = samme_field_of(message, field);
        size_t count = samme_field_repeated(field) ? samme_field_count(message, field) : 1;
        const char *elements =
            samme_field_repeated(field) ? *(const char *const *)value : (const char *)value;
        for (size_t k = 0; k < count; k++)
            if (value_nameless(field, elements + k * samme_field_element_bytes(field)))
                return true;
    }
    return false;
}

static void check_packing(const ProtobufCMessage *message) {
    samme_buffer first, second;
    samme_arena arena;
    samme_error error = {0};
    samme_arena_init(&arena, ARENA_BYTES);
    samme_buffer_init(&first, TEXT_BYTES);
    samme_buffer_init(&second, TEXT_BYTES);
    samme_pack(message, &first);
    const ProtobufCMessage *again =
        samme_unpack(message->descriptor, samme_buffer_span(&first), &arena, &error);
    FUZZ_MUST_OK(again != NULL ? SAMME_OK : error.status, &error);
    samme_pack(again, &second);
    FUZZ_MUST(fuzz_buffers_equal(&first, &second));
    samme_buffer_free(&first);
    samme_buffer_free(&second);
    samme_arena_free(&arena);
}

static void check_json(const ProtobufCMessage *message) {
    samme_buffer json, json_again, packed, packed_again;
    samme_arena arena;
    samme_error error = {0};
    samme_arena_init(&arena, ARENA_BYTES);
    samme_buffer_init(&json, TEXT_BYTES);
    samme_buffer_init(&json_again, TEXT_BYTES);
    samme_buffer_init(&packed, TEXT_BYTES);
    samme_buffer_init(&packed_again, TEXT_BYTES);
    samme_to_json(message, &json);
    FUZZ_MUST(samme_utf8_valid(samme_buffer_span(&json)));
    const ProtobufCMessage *again =
        samme_from_json(message->descriptor, samme_buffer_span(&json), "json", &arena, &error);
    if (again != NULL) {
        samme_pack(message, &packed);
        samme_pack(again, &packed_again);
        samme_to_json(again, &json_again);
        FUZZ_MUST(fuzz_buffers_equal(&packed, &packed_again));
        FUZZ_MUST(fuzz_buffers_equal(&json, &json_again));
    } else if (json.length <= SAMME_MAPPING_TEXT_MAX) {
        FUZZ_MUST_OK(has_nameless(message) ? SAMME_OK : error.status, &error);
    }
    samme_buffer_free(&json);
    samme_buffer_free(&json_again);
    samme_buffer_free(&packed);
    samme_buffer_free(&packed_again);
    samme_arena_free(&arena);
}

void fuzz_mapped(const ProtobufCMessage *message) {
    check_packing(message);
    check_json(message);
}

/* protobuf-c reads and writes the same, where it reads at all: it refuses packed lists of bool that
 * hold more than 0 and 1. */
static void check_against_protobuf_c(const ProtobufCMessage *message, samme_span bytes) {
    ProtobufCMessage *other =
        protobuf_c_message_unpack(message->descriptor, NULL, bytes.length, bytes.data);
    if (other == NULL)
        return;
    samme_buffer ours, read_by_it;
    samme_buffer_init(&ours, TEXT_BYTES);
    samme_buffer_init(&read_by_it, TEXT_BYTES);
    samme_pack(message, &ours);
    samme_pack(other, &read_by_it);
    FUZZ_MUST(fuzz_buffers_equal(&ours, &read_by_it));
    uint8_t *written = malloc(protobuf_c_message_get_packed_size(message) + 1);
    FUZZ_MUST(written != NULL);
    const size_t length = protobuf_c_message_pack(message, written);
    FUZZ_MUST(samme_span_equal(SAMME_SPAN(written, length), samme_buffer_span(&ours)));
    free(written);
    samme_buffer_free(&ours);
    samme_buffer_free(&read_by_it);
    protobuf_c_message_free_unpacked(other, NULL);
}

void fuzz_packed(const ProtobufCMessageDescriptor *type, samme_span bytes) {
    samme_arena arena;
    samme_error error = {0};
    samme_arena_init(&arena, ARENA_BYTES);
    const ProtobufCMessage *message = samme_unpack(type, bytes, &arena, &error);
    FUZZ_MUST((message == NULL) == (error.status != SAMME_OK));
    if (message != NULL) {
        check_against_protobuf_c(message, bytes);
        fuzz_mapped(message);
    }
    samme_arena_free(&arena);
}
