/* Text to messages and back by the descriptors: JSON (proto3 JSON) for HTTP and command lines, YAML
 * for authored and configuration files. One mapping: unknown names, wrong types, doubled keys,
 * numbers out of range, unknown enumeration values are errors that name the place and what was
 * expected.
 *
 * Names: lowerCamelCase or as in proto/ are read; JSON is written in lowerCamelCase. Enumerations
 * are their value names (no number). Integers: JSON strings or integers are read, 64-bit ones are
 * written as strings. bytes: base64. A message of exactly `key` (a string) and `value` in a
 * repeated field is a map, written as an object. Fields at their default are not written. null is
 * refused. In YAML every scalar is text until the field's type says what it is; aliases, anchors,
 * tags and several documents are refused. Pure. */
#ifndef SAMME_WIRE_MAPPING_H
#define SAMME_WIRE_MAPPING_H

#include "wire/pack.h"

#define SAMME_MAPPING_DEPTH_MAX 32u
#define SAMME_MAPPING_NODES_MAX 200000u
#define SAMME_MAPPING_TEXT_MAX  (4u * 1024u * 1024u)

/* `place` starts the error text, a file name or a word such as "body": "place:line:col: ...", from
 * 1, columns counted in characters; of JSON then the path, "body:1:96: lines[2].quantity: ...".
 * What is wrong with the text as a whole (its length, the number of its values) has "place: ..."
 * alone. */
ProtobufCMessage *samme_from_json(const ProtobufCMessageDescriptor *type, samme_span text,
                                  const char *place, samme_arena *arena,
                                  samme_error *error) SAMME_CHECKED;
ProtobufCMessage *samme_from_yaml(const ProtobufCMessageDescriptor *type, samme_span text,
                                  const char *place, samme_arena *arena,
                                  samme_error *error) SAMME_CHECKED;
#define SAMME_FROM_JSON(Type, type, text, place, arena, error)                                     \
    ((Samme__##Type *)(void *)samme_from_json(&samme__##type##__descriptor, (text), (place),       \
                                              (arena), (error)))
#define SAMME_FROM_YAML(Type, type, text, place, arena, error)                                     \
    ((Samme__##Type *)(void *)samme_from_yaml(&samme__##type##__descriptor, (text), (place),       \
                                              (arena), (error)))

/* Appends one line of JSON without a newline. */
void samme_to_json(const void *message, samme_buffer *out);
/* Appends a JSON string with its quotes. */
void samme_json_string(samme_buffer *out, samme_span text);

/* Name of an enumeration value, or "?" when it has none; and back (-1 when there is no such name).
 */
const char *samme_enum_name(const ProtobufCEnumDescriptor *type, int value);
int samme_enum_value(const ProtobufCEnumDescriptor *type, const char *name);

#endif
