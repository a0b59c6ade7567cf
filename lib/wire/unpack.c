/* Bytes to messages, by descriptor, in one pass. protobuf-c's own reader has no maxima, recurses as
 * deep as the bytes say, and joins doubled fields; having to look over the bytes before it cost as
 * much as reading them. */
#include <assert.h>
#include <limits.h>

#include "base/text.h"
#include "wire/fields.h"
#include "wire/pack.h"

enum {
    WORDS_OF_SEEN = 4,
    FIELD_KINDS_MAX = WORDS_OF_SEEN * 64,
    ELEMENTS_AT_FIRST = 4, /* room of a repeated field; a power of two */
};

struct reader {
    const ProtobufCMessageDescriptor *outermost;
    const uint8_t *start;
    size_t fields;
    samme_arena *arena;
    samme_error *error;
};

/* One message being read: where we are, where it ends, which of its fields were there already. */
struct level {
    ProtobufCMessage *message;
    const ProtobufCMessageDescriptor *type;
    const uint8_t *at;
    const uint8_t *end;
    unsigned depth;
    unsigned next; /* index of the field that comes next when they come in order */
    uint64_t seen[WORDS_OF_SEEN];
};

/* A field as it stands in the bytes; `value` is what follows the tag and, if any, the length. */
struct item {
    const uint8_t *start;
    uint32_t number;
    unsigned wire_type;
    uint64_t integer; /* of a varint */
    samme_span value;
};

static samme_status malformed(const struct reader *reader, const uint8_t *at, const char *where,
                              const char *what) {
    return samme_fail(reader->error, SAMME_MALFORMED, "%s: byte %zu: %s%s%s",
                      reader->outermost->short_name, (size_t)(at - reader->start), where,
                      where[0] != 0 ? " " : "", what);
}

static samme_status no_room(const struct reader *reader) {
    return samme_fail(reader->error, SAMME_TOO_LARGE,
                      "%s: needs more than the %zu bytes of memory set aside",
                      reader->outermost->short_name, reader->arena->maximum_bytes);
}

static samme_status count_fields(struct reader *reader, size_t more) {
    if (more > SAMME_WIRE_FIELDS_MAX - reader->fields)
        return samme_fail(reader->error, SAMME_TOO_LARGE, "%s: more than %u fields",
                          reader->outermost->short_name, SAMME_WIRE_FIELDS_MAX);
    reader->fields += more;
    return SAMME_OK;
}

static bool take_varint(const uint8_t **at, const uint8_t *end, unsigned longest, uint64_t *out) {
    uint64_t value = 0;
    if (*at < end && **at < 0x80) { /* most are one byte */
        *out = *(*at)++;
        return true;
    }
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
static samme_status take_item(const struct reader *reader, struct level *level, struct item *out) {
    const uint8_t *at = level->at;
    uint64_t tag, length = 0, integer = 0;
    if (!take_varint(&at, level->end, 5, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
        return malformed(reader, level->at, "", "no field tag");
    unsigned wire_type = (unsigned)(tag & 7);
    const uint8_t *value = at;
    bool whole = true;
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT) {
        whole = take_varint(&at, level->end, 10, &integer);
        length = (uint64_t)(at - value);
        at = value;
    } else if (wire_type == PROTOBUF_C_WIRE_TYPE_64BIT) {
        length = 8;
    } else if (wire_type == PROTOBUF_C_WIRE_TYPE_32BIT) {
        length = 4;
    } else if (wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED) {
        whole = take_varint(&at, level->end, 5, &length);
    } else {
        return malformed(reader, level->at, "", "groups are not part of the format");
    }
    if (!whole || length > (size_t)(level->end - at))
        return malformed(reader, level->at, "", "the field is cut off or its length is wrong");
    *out = (struct item){.start = level->at,
                         .number = (uint32_t)(tag >> 3),
                         .wire_type = wire_type,
                         .integer = integer,
                         .value = SAMME_SPAN(at, (size_t)length)};
    level->at = at + length;
    return SAMME_OK;
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

/* --- what was read, into the message */
static int64_t unzigzag(uint64_t value) {
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

/* Numbers of fewer bits than were written lose the upper ones. */
static void store_number(const ProtobufCFieldDescriptor *field, uint64_t value, void *slot) {
    if (field->type == PROTOBUF_C_TYPE_SINT32)
        value = (uint64_t)unzigzag((uint32_t)value);
    else if (field->type == PROTOBUF_C_TYPE_SINT64)
        value = (uint64_t)unzigzag(value);
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        *(protobuf_c_boolean *)slot = value != 0;
    else if (samme_field_element_bytes(field) == sizeof(uint32_t))
        *(uint32_t *)slot = (uint32_t)value;
    else
        *(uint64_t *)slot = value;
}

/* Of 4 or 8 bytes, least first. */
static uint64_t fixed_number(const uint8_t *at, size_t width) {
    uint64_t value = 0;
    for (size_t i = width; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

/* Room behind the elements that are there; doubled when they fill it. NULL: no memory. */
static void *add_element(const struct reader *reader, ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field) {
    size_t *count = samme_field_quantifier(message, field);
    char **elements = samme_field_at(message, field);
    const size_t width = samme_field_element_bytes(field), held = *count;
    if (held == 0 || (held >= ELEMENTS_AT_FIRST && (held & (held - 1)) == 0)) {
        const size_t room = held == 0 ? ELEMENTS_AT_FIRST : 2 * held;
        char *grown = samme_arena_alloc(reader->arena, room * width);
        if (grown == NULL)
            return NULL;
        if (held > 0)
            memcpy(grown, *elements, held * width);
        *elements = grown;
    }
    ++*count;
    return *elements + held * width;
}

/* Where the field's value goes; a oneof's mark is set. NULL: no memory. */
static void *slot_of(const struct reader *reader, const struct level *level,
                     const ProtobufCFieldDescriptor *field) {
    if (samme_field_repeated(field))
        return add_element(reader, level->message, field);
    if (samme_field_in_oneof(field))
        *(uint32_t *)samme_field_quantifier(level->message, field) = field->id;
    return samme_field_at(level->message, field);
}

static samme_status read_packed(struct reader *reader, struct level *level,
                                const ProtobufCFieldDescriptor *field, const struct item *item) {
    const uint8_t *at = item->value.data, *end = at + item->value.length;
    const bool varints = samme_field_wire_type(field) == PROTOBUF_C_WIRE_TYPE_VARINT;
    const size_t width = samme_field_element_bytes(field);
    if (!varints && item->value.length % width != 0)
        return malformed(reader, item->start, field->name, "has a cut element");
    while (at < end) {
        uint64_t value = 0;
        if (varints && !take_varint(&at, end, 10, &value))
            return malformed(reader, item->start, field->name, "has a wrong element");
        if (!varints) {
            value = fixed_number(at, width);
            at += width;
        }
        samme_status status = count_fields(reader, 1);
        if (status != SAMME_OK)
            return status;
        void *slot = add_element(reader, level->message, field);
        if (slot == NULL)
            return no_room(reader);
        store_number(field, value, slot);
    }
    return SAMME_OK;
}

static samme_status read_bytes(const struct reader *reader, samme_span value,
                               ProtobufCBinaryData *slot) {
    *slot = (ProtobufCBinaryData){.len = 0};
    if (value.length == 0)
        return SAMME_OK;
    const samme_span copy = samme_arena_copy(reader->arena, value);
    if (copy.data == NULL)
        return no_room(reader);
    *slot = samme_bytes_of_span(copy);
    return SAMME_OK;
}

static samme_status read_text(const struct reader *reader, const ProtobufCFieldDescriptor *field,
                              const struct item *item, char **slot) {
    if (!samme_utf8_valid(item->value))
        return malformed(reader, item->start, field->name, "is not UTF-8 text");
    const samme_span copy = samme_arena_copy(reader->arena, item->value);
    if (copy.data == NULL)
        return no_room(reader);
    *slot = (char *)(uintptr_t)copy.data;
    return SAMME_OK;
}

static samme_status read_message(struct reader *reader, const ProtobufCMessageDescriptor *type,
                                 samme_span bytes, unsigned depth, ProtobufCMessage **out);

static samme_status read_field(struct reader *reader, struct level *level,
                               const ProtobufCFieldDescriptor *field, const struct item *item) {
    const unsigned wanted = samme_field_wire_type(field);
    const bool packed = samme_field_repeated(field) &&
                        wanted != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
                        item->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED;
    if (packed)
        return read_packed(reader, level, field, item);
    if (item->wire_type != wanted)
        return malformed(reader, item->start, field->name, "has the wrong wire type");
    if (!samme_field_repeated(field) && !first_time(level, field))
        return malformed(reader, item->start, field->name, "is there twice");
    void *slot = slot_of(reader, level, field);
    if (slot == NULL)
        return no_room(reader);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return read_message(reader, samme_field_message(field), item->value, level->depth + 1,
                            slot);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return read_text(reader, field, item, slot);
    if (field->type == PROTOBUF_C_TYPE_BYTES)
        return read_bytes(reader, item->value, slot);
    store_number(field,
                 wanted == PROTOBUF_C_WIRE_TYPE_VARINT
                     ? item->integer
                     : fixed_number(item->value.data, item->value.length),
                 slot);
    return SAMME_OK;
}

/* NULL: the type does not know it. Writers write fields in the order of their numbers, so that the
 * one looked for is the next one, or not far behind it. */
static const ProtobufCFieldDescriptor *find_field(struct level *level, uint32_t number) {
    enum { LOOK_AHEAD = 4 };
    const ProtobufCFieldDescriptor *all = level->type->fields, *found = NULL;
    for (unsigned i = level->next;
         i < level->type->n_fields && i < level->next + LOOK_AHEAD && found == NULL; i++)
        if (all[i].id == number)
            found = &all[i];
    if (found == NULL)
        found = protobuf_c_message_descriptor_get_field(level->type, number);
    if (found != NULL)
        level->next = (unsigned)(found - all) + (samme_field_repeated(found) ? 0 : 1);
    return found;
}

/* Recursion is bounded by SAMME_WIRE_DEPTH_MAX. */
static samme_status read_message(struct reader *reader, const ProtobufCMessageDescriptor *type,
                                 samme_span bytes, unsigned depth, ProtobufCMessage **out) {
    if (depth > SAMME_WIRE_DEPTH_MAX)
        return samme_fail(reader->error, SAMME_TOO_LARGE, "%s: byte %zu: nested deeper than %u",
                          reader->outermost->short_name, (size_t)(bytes.data - reader->start),
                          SAMME_WIRE_DEPTH_MAX);
    assert(type->n_fields <= FIELD_KINDS_MAX);
    *out = samme_arena_alloc(reader->arena, type->sizeof_message);
    if (*out == NULL)
        return no_room(reader);
    protobuf_c_message_init(type, *out);
    struct level level = {.message = *out,
                          .type = type,
                          .at = bytes.data,
                          .end = bytes.data + bytes.length,
                          .depth = depth};
    samme_status status = SAMME_OK;
    while (status == SAMME_OK && level.at < level.end) {
        struct item item = {0};
        status = take_item(reader, &level, &item);
        if (status == SAMME_OK)
            status = count_fields(reader, 1);
        const ProtobufCFieldDescriptor *field =
            status == SAMME_OK ? find_field(&level, item.number) : NULL;
        if (field != NULL)
            status = read_field(reader, &level, field, &item);
    }
    return status;
}

ProtobufCMessage *samme_unpack(const ProtobufCMessageDescriptor *type, samme_span bytes,
                               samme_arena *arena, samme_error *error) {
    if (bytes.length > INT_MAX) {
        (void)samme_fail(error, SAMME_TOO_LARGE, "%s: more than %d bytes", type->short_name,
                         INT_MAX);
        return NULL;
    }
    static const uint8_t nothing[1];
    if (bytes.length == 0)
        bytes.data = nothing; /* so that no arithmetic is done on NULL */
    struct reader reader = {.outermost = type, .start = bytes.data, .arena = arena, .error = error};
    ProtobufCMessage *message = NULL;
    return read_message(&reader, type, bytes, 1, &message) == SAMME_OK ? message : NULL;
}
