/* Fields of a message struct reached by their descriptors: where they lie and whether they are set.
 * All our messages are proto3 without groups, floats and `optional`: a field is repeated, a member
 * of a oneof, or plain. */
#ifndef SAMME_WIRE_FIELDS_H
#define SAMME_WIRE_FIELDS_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

static inline bool samme_field_repeated(const ProtobufCFieldDescriptor *field) {
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}
static inline bool samme_field_in_oneof(const ProtobufCFieldDescriptor *field) {
    return (field->flags & (uint32_t)PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}
static inline const ProtobufCMessageDescriptor *
samme_field_message(const ProtobufCFieldDescriptor *field) {
    return field->descriptor;
}

/* The member itself; of a repeated field, the pointer to its elements. */
static inline void *samme_field_at(ProtobufCMessage *message,
                                   const ProtobufCFieldDescriptor *field) {
    return (char *)message + field->offset;
}
static inline const void *samme_field_of(const ProtobufCMessage *message,
                                         const ProtobufCFieldDescriptor *field) {
    return (const char *)message + field->offset;
}
/* What says how many elements (size_t, repeated) or which member of the oneof (uint32_t) is there.
 */
static inline void *samme_field_quantifier(ProtobufCMessage *message,
                                           const ProtobufCFieldDescriptor *field) {
    return (char *)message + field->quantifier_offset;
}
static inline size_t samme_field_count(const ProtobufCMessage *message,
                                       const ProtobufCFieldDescriptor *field) {
    const void *count = (const char *)message + field->quantifier_offset;
    return *(const size_t *)count;
}
/* The number of the oneof's member that is set, 0 when none is. */
static inline uint32_t samme_field_case(const ProtobufCMessage *message,
                                        const ProtobufCFieldDescriptor *field) {
    const void *chosen = (const char *)message + field->quantifier_offset;
    return *(const uint32_t *)chosen;
}

/* How a value stands in bytes; of a packed list, how each element does. */
ProtobufCWireType samme_field_wire_type(const ProtobufCFieldDescriptor *field);
/* Bytes that one value takes in the struct or in an array of elements. */
size_t samme_field_element_bytes(const ProtobufCFieldDescriptor *field);
/* Whether anything is written for the field: elements, a chosen member, or a value that is not the
 * default. */
bool samme_field_is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field);
/* A repeated field of messages with exactly `key` (a string) and `value`: in text an object. */
bool samme_field_is_map(const ProtobufCFieldDescriptor *field);

#endif
