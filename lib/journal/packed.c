#include "journal/packed.h"

static bool read_varint(samme_span *rest, uint64_t *out) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && rest->length > 0; shift += 7) {
        const uint8_t byte = rest->data[0];
        *rest = SAMME_SPAN(rest->data + 1, rest->length - 1);
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *out = value;
            return true;
        }
    }
    return false;
}

bool samme_packed_next(samme_span *rest, samme_packed_field *out) {
    enum { VARINT = 0, BYTES = 2 };
    uint64_t tag;
    if (!read_varint(rest, &tag))
        return false;
    *out = (samme_packed_field){.number = (uint32_t)(tag >> 3)};
    if (!read_varint(rest, &out->value))
        return false;
    if ((tag & 7) == VARINT)
        return true;
    if ((tag & 7) != BYTES || out->value > rest->length)
        return false;
    out->bytes = SAMME_SPAN(rest->data, out->value);
    *rest = SAMME_SPAN(rest->data + out->value, rest->length - out->value);
    return true;
}

samme_span samme_packed_bytes(samme_span message, uint32_t number) {
    samme_packed_field field;
    while (samme_packed_next(&message, &field))
        if (field.number == number)
            return field.bytes;
    return SAMME_SPAN(NULL, 0);
}

uint64_t samme_packed_varint(samme_span message, uint32_t number) {
    samme_packed_field field;
    while (samme_packed_next(&message, &field))
        if (field.number == number)
            return field.value;
    return 0;
}
