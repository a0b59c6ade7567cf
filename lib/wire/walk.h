/* Looks over packed bytes by descriptor before protobuf-c sees them. protobuf-c has no maxima of
 * its own: it recurses as deep as the bytes say, and takes memory for every field. Allocates
 * nothing. */
#ifndef SAMME_WIRE_WALK_H
#define SAMME_WIRE_WALK_H

#include <protobuf-c/protobuf-c.h>

#include "samme/span.h"
#include "samme/status.h"

/* SAMME_MALFORMED with the byte offset, SAMME_TOO_LARGE; the maxima are in wire/pack.h.
 * *out_unknown says whether there are fields that the type does not know. */
samme_status samme_walk(const ProtobufCMessageDescriptor *type, samme_span bytes, bool *out_unknown,
                        samme_error *error) SAMME_CHECKED;

#endif
