#include "history/row.h"

samme_status samme_row_parse(samme_span value, const ProtobufCMessageDescriptor *type,
                             samme_arena *arena, const ProtobufCMessage **out) {
    samme_error error;
    const ProtobufCMessage *message = samme_unpack(type, value, arena, &error);
    if (message == NULL)
        /* A row never exceeds what can be unpacked: too large is the arena. */
        return error.status == SAMME_MALFORMED ? SAMME_CORRUPT : SAMME_NO_MEMORY;
    *out = message;
    return SAMME_OK;
}

samme_status samme_row_read(const samme_rows *rows, samme_span key,
                            const ProtobufCMessageDescriptor *type, samme_arena *arena,
                            const ProtobufCMessage **out) {
    samme_span value;
    samme_status status = rows->get(rows->self, key, &value);
    return status == SAMME_OK ? samme_row_parse(value, type, arena, out) : status;
}

samme_status samme_row_next(const samme_rows *rows, samme_span prefix, samme_row_key *key,
                            samme_span *out_value) {
    samme_span found, value;
    samme_status status = rows->seek(rows->self, samme_row_key_span(key), &found, &value);
    if (status != SAMME_OK)
        return status;
    if (!samme_key_starts_with(found, prefix))
        return SAMME_NOT_FOUND;
    if (found.length > sizeof key->bytes)
        return SAMME_CORRUPT;
    memcpy(key->bytes, found.data, found.length);
    key->length = found.length;
    *out_value = value;
    return SAMME_OK;
}
