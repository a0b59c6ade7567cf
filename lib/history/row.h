/* Rows as messages. Pure. */
#ifndef SAMME_HISTORY_ROW_H
#define SAMME_HISTORY_ROW_H

#include "history/keys.h"

/* The message of a row in the arena. SAMME_NOT_FOUND: no such row; SAMME_CORRUPT: it holds no such
 * message. */
samme_status samme_row_read(const samme_rows *rows, samme_span key,
                            const ProtobufCMessageDescriptor *type, samme_arena *arena,
                            const ProtobufCMessage **out) SAMME_CHECKED;
samme_status samme_row_parse(samme_span value, const ProtobufCMessageDescriptor *type,
                             samme_arena *arena, const ProtobufCMessage **out) SAMME_CHECKED;
/* The typed form of what these two gave. */
#define SAMME_ROW(Type, message) ((const Samme__##Type *)(const void *)(message))

/* First row at or after *key that begins with prefix; *key becomes its key. SAMME_NOT_FOUND behind
 * the last. */
samme_status samme_row_next(const samme_rows *rows, samme_span prefix, samme_row_key *key,
                            samme_span *out_value) SAMME_CHECKED;

#endif
