#include "wire/walk.h"

#include <assert.h>
#include <limits.h>

#include "base/text.h"
#include "wire/fields.h"
#include "wire/pack.h"

enum { WORDS_OF_SEEN = 4, FIELD_KINDS_MAX = WORDS_OF_SEEN * 64, GROUP_OR_RESERVED = 0xff };

struct walker {
    const ProtobufCMessageDescriptor *outermost;
    const uint8_t *start;
    size_t fields;
    bool unknown;
    samme_error *error;
};

/* One message being walked: where we are, where it ends, which of its fields were there already. */
struct level {
    const ProtobufCMessageDescriptor *type;
    const uint8_t *at;
    const uint8_t *end;
    unsigned depth;
    uint64_t seen[WORDS_OF_SEEN];
};

/* A field as it stands in the bytes; `value` is what follows the tag and, if any, the length. */
struct item {
    const uint8_t *start;
    uint32_t number;
    unsigned wire_type;
    samme_span value;
};

static samme_status malformed(const struct walker *walker, const uint8_t *at, const char *where,
                              const char *what) {
    return samme_fail(walker->error, SAMME_MALFORMED, "%s: byte %zu: %s%s%s",
                      walker->outermost->short_name, (size_t)(at - walker->start), where,
                      where[0] != 0 ? " " : "", what);
}

static samme_status count_fields(struct walker *walker, size_t more) {
    if (more > SAMME_WIRE_FIELDS_MAX - walker->fields)
        return samme_fail(walker->error, SAMME_TOO_LARGE, "%s: more than %u fields",
                          walker->outermost->short_name, SAMME_WIRE_FIELDS_MAX);
    walker->fields += more;
    return SAMME_OK;
}

static bool take_varint(const uint8_t **at, const uint8_t *end, unsigned longest, uint64_t *out) {
    uint64_t value = 0;
    for (unsigned i = 0; i < longest && *at < end; i++) {
        uint8_t byte = *(*at)++;
        if (i == 9 && byte > 1)
            return false;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *out = value;
            return true;
        }
    }
    return false;
}

/* Takes tag and value; the level's position moves behind it. */
static samme_status take_item(const struct walker *walker, struct level *level, struct item *out) {
    const uint8_t *at = level->at;
    uint64_t tag, length = 0, ignored;
    if (!take_varint(&at, level->end, 5, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
        return malformed(walker, level->at, "", "no field tag");
    unsigned wire_type = (unsigned)(tag & 7);
    const uint8_t *value = at;
    bool whole = true;
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT) {
        whole = take_varint(&at, level->end, 10, &ignored);
        length = (uint64_t)(at - value);
        at = value;
    } else if (wire_type == PROTOBUF_C_WIRE_TYPE_64BIT) {
        length = 8;
    } else if (wire_type == PROTOBUF_C_WIRE_TYPE_32BIT) {
        length = 4;
    } else if (wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
        whole = take_varint(&at, level->end, 5, &length);
    } else {
        return malformed(walker, level->at, "", "groups are not part of the format");
    }
    if (!whole || length > (size_t)(level->end - at))
        return malformed(walker, level->at, "", "the field is cut off or its length is wrong");
    *out = (struct item){.start = level->at,
                         .number = (uint32_t)(tag >> 3),
                         .wire_type = wire_type,
                         .value = SAMME_SPAN(at, (size_t)length)};
    level->at = at + length;
    return SAMME_OK;
}

static unsigned wire_type_of(ProtobufCType type) {
    switch (type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        return PROTOBUF_C_WIRE_TYPE_VARINT;
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return PROTOBUF_C_WIRE_TYPE_32BIT;
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return PROTOBUF_C_WIRE_TYPE_64BIT;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    }
    return GROUP_OR_RESERVED;
}

/* Marks the field as seen; false when it, or another member of its oneof, was there before. Doubled
 * fields are legal protobuf, but no writer makes them, readers disagree about them, and protobuf-c
 * joins doubled messages by reading one union member as another. */
static bool first_time(struct level *level, const ProtobufCFieldDescriptor *field) {
    const ProtobufCFieldDescriptor *all = level->type->fields;
    size_t index = (size_t)(field - all);
    bool oneof = samme_field_in_oneof(field);
    while (oneof && index > 0 && samme_field_in_oneof(&all[index - 1]) &&
           all[index - 1].quantifier_offset == field->quantifier_offset)
        index--; /* the members of a oneof share the mark of the first of them */
    uint64_t bit = UINT64_C(1) << (index % 64);
    bool first = (level->seen[index / 64] & bit) == 0;
    level->seen[index / 64] |= bit;
    return first;
}

static samme_status walk_packed(struct walker *walker, const ProtobufCFieldDescriptor *field,
                                const struct item *item) {
    unsigned wire_type = wire_type_of(field->type);
    const uint8_t *at = item->value.data, *end = at + item->value.length;
    if (wire_type != PROTOBUF_C_WIRE_TYPE_VARINT) {
        size_t width = samme_field_element_bytes(field);
        if (item->value.length % width != 0)
            return malformed(walker, item->start, field->name, "has a cut element");
        return count_fields(walker, item->value.length / width);
    }
    size_t elements = 0;
    for (uint64_t ignored; at < end; elements++)
        if (!take_varint(&at, end, 10, &ignored))
            return malformed(walker, item->start, field->name, "has a wrong element");
    return count_fields(walker, elements);
}

static samme_status walk_message(struct walker *walker, const ProtobufCMessageDescriptor *type,
                                 samme_span bytes, unsigned depth);

static samme_status walk_field(struct walker *walker, struct level *level,
                               const ProtobufCFieldDescriptor *field, const struct item *item) {
    unsigned wanted = wire_type_of(field->type);
    bool packed = samme_field_repeated(field) && wanted != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
                  item->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    if (packed)
        return walk_packed(walker, field, item);
    if (item->wire_type != wanted)
        return malformed(walker, item->start, field->name, "has the wrong wire type");
    if (!samme_field_repeated(field) && !first_time(level, field))
        return malformed(walker, item->start, field->name, "is there twice");
    if (field->type == PROTOBUF_C_TYPE_STRING && !samme_utf8_valid(item->value))
        return malformed(walker, item->start, field->name, "is not UTF-8 text");
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return walk_message(walker, samme_field_message(field), item->value, level->depth + 1);
    return SAMME_OK;
}

/* Recursion is bounded by SAMME_WIRE_DEPTH_MAX. */
static samme_status walk_message(struct walker *walker, const ProtobufCMessageDescriptor *type,
                                 samme_span bytes, unsigned depth) {
    if (depth > SAMME_WIRE_DEPTH_MAX)
        return samme_fail(walker->error, SAMME_TOO_LARGE, "%s: byte %zu: nested deeper than %u",
                          walker->outermost->short_name, (size_t)(bytes.data - walker->start),
                          SAMME_WIRE_DEPTH_MAX);
    assert(type->n_fields <= FIELD_KINDS_MAX);
    struct level level = {
        .type = type, .at = bytes.data, .end = bytes.data + bytes.length, .depth = depth};
    samme_status status = SAMME_OK;
    while (status == SAMME_OK && level.at < level.end) {
        struct item item = {0};
        status = take_item(walker, &level, &item);
        if (status == SAMME_OK)
            status = count_fields(walker, 1);
        if (status != SAMME_OK)
            return status;
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field(type, item.number);
        if (field == NULL)
            walker->unknown = true;
        else
            status = walk_field(walker, &level, field, &item);
    }
    return status;
}

samme_status samme_walk(const ProtobufCMessageDescriptor *type, samme_span bytes, bool *out_unknown,
                        samme_error *error) {
    if (bytes.length > INT_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: more than %d bytes", type->short_name,
                          INT_MAX);
    static const uint8_t nothing[1];
    if (bytes.length == 0)
        bytes.data = nothing; /* so that no arithmetic is done on NULL */
    struct walker walker = {.outermost = type, .start = bytes.data, .error = error};
    samme_status status = walk_message(&walker, type, bytes, 1);
    if (status == SAMME_OK)
        *out_unknown = walker.unknown;
    return status;
}
