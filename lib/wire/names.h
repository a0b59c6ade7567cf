/* Names of fields and enumeration values: how they are spelled in text, found, and guessed at. */
#ifndef SAMME_WIRE_NAMES_H
#define SAMME_WIRE_NAMES_H

#include <protobuf-c/protobuf-c.h>

#include "base/buffer.h"

/* Field names have at most this many bytes, in either spelling, with a terminator. */
#define SAMME_NAME_BYTES 64

/* "case_code" as "caseCode"; cut to fit. */
void samme_camel(const char *name, char out[static SAMME_NAME_BYTES]);
/* By its name in proto/ or its lowerCamelCase name; NULL when there is none. */
const ProtobufCFieldDescriptor *samme_field_named(const ProtobufCMessageDescriptor *type,
                                                  samme_span name);

/* The name that was probably meant: within two edits of what was written; NULL when nothing is. */
const ProtobufCFieldDescriptor *samme_field_meant(const ProtobufCMessageDescriptor *type,
                                                  samme_span name);
const char *samme_enum_meant(const ProtobufCEnumDescriptor *type, samme_span name);

#endif
