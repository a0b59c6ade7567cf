/* Messages to bytes and back, as protobuf has it. Sizes, nesting and field counts have maxima, so
 * that a hostile message costs no more than its length. Pure; any thread with its own arena. */
#ifndef SAMME_WIRE_PACK_H
#define SAMME_WIRE_PACK_H

#include "base/arena.h"
#include "base/buffer.h"
#include "wire/messages.h"

#define SAMME_WIRE_DEPTH_MAX  16u     /* messages in messages, the outermost counted */
#define SAMME_WIRE_FIELDS_MAX 200000u /* fields and packed elements in one message, all levels */

/* Unpacks into the arena; NULL and *error when the bytes are not such a message: SAMME_MALFORMED
 * (with the byte offset), SAMME_TOO_LARGE (depth, fields, arena). Strings must be UTF-8 without
 * NUL. A field that is not repeated, or a oneof, is there once at most: protobuf lets a later one
 * win, and no writer makes them. Unknown fields are dropped from the struct. A known enumeration
 * field keeps an unknown number. */
ProtobufCMessage *samme_unpack(const ProtobufCMessageDescriptor *type, samme_span bytes,
                               samme_arena *arena, samme_error *error) SAMME_CHECKED;
/* The typed form: SAMME_UNPACK(event, bytes, arena, error) gives a Samme__Event pointer. */
#define SAMME_UNPACK(Type, type, bytes, arena, error)                                              \
    ((Samme__##Type *)(void *)samme_unpack(&samme__##type##__descriptor, (bytes), (arena), (error)))

/* Appends the packed message, whole or not at all; fields in the order of their numbers, defaults
 * left out. */
void samme_pack(const void *message, samme_buffer *out);

#endif
