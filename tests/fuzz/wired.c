#include "fuzz/wired.h"

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "wire/fields.h"
#include "wire/walk.h"

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

void fuzz_packed(const ProtobufCMessageDescriptor *type, samme_span bytes) {
    samme_arena arena;
    samme_error error = {0};
    bool unknown = false;
    samme_arena_init(&arena, ARENA_BYTES);
    samme_status walked = samme_walk(type, bytes, &unknown, &error);
    const ProtobufCMessage *message = samme_unpack(type, bytes, &arena, &error);
    FUZZ_MUST_OK(walked != SAMME_OK || message != NULL ? SAMME_OK : error.status, &error);
    FUZZ_MUST(walked == SAMME_OK || message == NULL);
    if (message != NULL)
        fuzz_mapped(message);
    samme_arena_free(&arena);
}
