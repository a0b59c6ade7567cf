#include "wire/pack.h"

#include "wire/fields.h"
#include "wire/walk.h"

/* protobuf-c takes its memory from the arena; what it gives back waits for the arena's end. */
struct source {
    samme_arena *arena;
    bool exhausted;
};

static void *take(void *self, size_t bytes) {
    struct source *source = self;
    void *room = samme_arena_alloc(source->arena, bytes);
    source->exhausted = source->exhausted || room == NULL;
    return room;
}

static void give_back(void *self, void *room) {
    (void)self;
    (void)room;
}

/* Forgets the unknown fields that protobuf-c keeps, so that packing does not write them again. As
 * deep as the walk. */
static void drop_unknown(ProtobufCMessage *message) {
    message->n_unknown_fields = 0;
    message->unknown_fields = NULL;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (field->type != PROTOBUF_C_TYPE_MESSAGE || !samme_field_is_set(message, field))
            continue;
        void *at = samme_field_at(message, field);
        if (!samme_field_repeated(field)) {
            drop_unknown(*(ProtobufCMessage **)at);
            continue;
        }
        ProtobufCMessage **elements = *(ProtobufCMessage ***)at;
        for (size_t k = 0; k < samme_field_count(message, field); k++)
            drop_unknown(elements[k]);
    }
}

ProtobufCMessage *samme_unpack(const ProtobufCMessageDescriptor *type, samme_span bytes,
                               samme_arena *arena, samme_error *error) {
    bool unknown;
    if (samme_walk(type, bytes, &unknown, error) != SAMME_OK)
        return NULL;
    struct source source = {.arena = arena};
    ProtobufCAllocator allocator = {.alloc = take, .free = give_back, .allocator_data = &source};
    ProtobufCMessage *message =
        protobuf_c_message_unpack(type, &allocator, bytes.length, bytes.data);
    if (message == NULL) {
        (void)(source.exhausted
                   ? samme_fail(error, SAMME_TOO_LARGE,
                                "%s: %zu bytes need more than the %zu bytes of memory set aside",
                                type->short_name, bytes.length, arena->maximum_bytes)
                   : samme_fail(error, SAMME_MALFORMED, "%s: not such a message",
                                type->short_name));
        return NULL;
    }
    if (unknown)
        drop_unknown(message);
    return message;
}

void samme_pack(const void *message, samme_buffer *out) {
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *room = samme_buffer_extend(out, length);
    if (room != NULL && length > 0)
        protobuf_c_message_pack(message, room);
}
