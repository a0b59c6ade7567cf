/* The messages of proto/ as C structs. This is the only place that includes generated code;
 * everyone else includes this. Structs are protobuf-c's: a message read by samme_unpack lives in an
 * arena and is never changed or freed singly. */
#ifndef SAMME_WIRE_MESSAGES_H
#define SAMME_WIRE_MESSAGES_H

#include "access.pb-c.h"
#include "api.pb-c.h"
#include "config.pb-c.h"
#include "documents.pb-c.h"
#include "enrolment.pb-c.h"
#include "event.pb-c.h"
#include "facts.pb-c.h"
#include "import.pb-c.h"
#include "journal.pb-c.h"
#include "keys.pb-c.h"
#include "policy.pb-c.h"
#include "state.pb-c.h"
#include "sync.pb-c.h"
#include "view.pb-c.h"

#include "samme/span.h"

static inline samme_span samme_span_of_bytes(ProtobufCBinaryData bytes) {
    return SAMME_SPAN(bytes.data, bytes.len);
}
/* For filling a field from bytes that outlive the message; packing does not change them. */
static inline ProtobufCBinaryData samme_bytes_of_span(samme_span span) {
    return (ProtobufCBinaryData){.len = span.length, .data = (uint8_t *)(uintptr_t)span.data};
}

#endif
