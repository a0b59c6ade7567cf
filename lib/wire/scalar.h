/* One scalar of a text as the value of a field: the rules of types and ranges. */
#ifndef SAMME_WIRE_SCALAR_H
#define SAMME_WIRE_SCALAR_H

#include "base/buffer.h"
#include "wire/place.h"
#include "wire/places.h"

typedef struct samme_mapper {
    const samme_tree *tree;
    samme_arena *arena;   /* of the message */
    samme_buffer scratch; /* for decoding bytes */
    samme_places *places; /* where values stand; NULL when nobody asks */
    samme_error *error;
} samme_mapper;

/* Writes the value, samme_field_element_bytes of it, into *slot. The field is no message. */
samme_status samme_scalar(samme_mapper *mapper, const ProtobufCFieldDescriptor *field,
                          const samme_node *node, const samme_step *path, void *slot) SAMME_CHECKED;
samme_status samme_fail_memory(const samme_mapper *mapper);

#endif
