/* Messages to bytes, by descriptor. The length of a message in a message is not asked for before it
 * is written: one byte is left for it, and what was written moves up when it takes more. */
#include "wire/pack.h"

#include "wire/fields.h"

enum { VARINT_MAX_BYTES = 10 };

/* A tag with what follows it at once: a varint, or a length. */
struct head {
    uint8_t bytes[2 * VARINT_MAX_BYTES];
    size_t length;
};

static void add_varint(struct head *head, uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        head->bytes[head->length++] = (uint8_t)(value | 0x80);
    head->bytes[head->length++] = (uint8_t)value;
}

static struct head head_of(const ProtobufCFieldDescriptor *field, ProtobufCWireType wire_type) {
    struct head head;
    head.length = 0;
    add_varint(&head, (uint64_t)field->id << 3 | wire_type);
    return head;
}

static void put_head(samme_buffer *out, const struct head *head) {
    samme_buffer_append(out, SAMME_SPAN(head->bytes, head->length));
}

static uint32_t zigzag32(int32_t value) {
    return (uint32_t)value << 1 ^ (value < 0 ? UINT32_MAX : 0);
}
static uint64_t zigzag64(int64_t value) {
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

/* What a number is written as. */
static uint64_t number_of(const ProtobufCFieldDescriptor *field, const void *value) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM: /* negative ones as 64 bits */
        return (uint64_t)(int64_t) * (const int32_t *)value;
    case PROTOBUF_C_TYPE_SINT32:
        return zigzag32(*(const int32_t *)value);
    case PROTOBUF_C_TYPE_SINT64:
        return zigzag64(*(const int64_t *)value);
    case PROTOBUF_C_TYPE_BOOL:
        return *(const protobuf_c_boolean *)value != 0;
    default:
        return samme_field_element_bytes(field) == sizeof(uint32_t) ? *(const uint32_t *)value
                                                                    : *(const uint64_t *)value;
    }
}

/* Least byte first. */
static void put_fixed(samme_buffer *out, uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++)
        samme_buffer_u8(out, (uint8_t)(value >> 8 * i));
}

static void put_run(samme_buffer *out, const ProtobufCFieldDescriptor *field, samme_span bytes) {
    struct head head = head_of(field, PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
    add_varint(&head, bytes.length);
    put_head(out, &head);
    samme_buffer_append(out, bytes);
}

/* What has its length before it, but is longer than can be said beforehand: begins with its tag and
 * room for a length of one byte. The answer is where it starts. */
static size_t begin_run(samme_buffer *out, const ProtobufCFieldDescriptor *field) {
    struct head head = head_of(field, PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED);
    add_varint(&head, 0);
    put_head(out, &head);
    return out->length;
}

static void end_run(samme_buffer *out, size_t start) {
    const size_t length = out->length - start;
    struct head head;
    head.length = 0;
    add_varint(&head, length);
    if (head.length > 1 && samme_buffer_extend(out, head.length - 1) != NULL)
        memmove(out->data + start + head.length - 1, out->data + start, length);
    if (samme_buffer_status(out) == SAMME_OK)
        memcpy(out->data + start - 1, head.bytes, head.length);
}

static void put_fields(samme_buffer *out, const ProtobufCMessage *message);

static void put_value(samme_buffer *out, const ProtobufCFieldDescriptor *field, const void *value) {
    const ProtobufCWireType wire_type = samme_field_wire_type(field);
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        put_run(out, field, samme_span_of_text(*(char *const *)value));
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        put_run(out, field, samme_span_of_bytes(*(const ProtobufCBinaryData *)value));
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const size_t start = begin_run(out, field);
        put_fields(out, *(ProtobufCMessage *const *)value);
        end_run(out, start);
    } else {
        struct head head = head_of(field, wire_type);
        if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
            add_varint(&head, number_of(field, value));
        put_head(out, &head);
        if (wire_type != PROTOBUF_C_WIRE_TYPE_VARINT)
            put_fixed(out, number_of(field, value), samme_field_element_bytes(field));
    }
}

static void put_packed(samme_buffer *out, const ProtobufCFieldDescriptor *field,
                       const char *elements, size_t count) {
    const size_t width = samme_field_element_bytes(field), start = begin_run(out, field);
    for (size_t i = 0; i < count; i++) {
        struct head head;
        head.length = 0;
        if (samme_field_wire_type(field) == PROTOBUF_C_WIRE_TYPE_VARINT) {
            add_varint(&head, number_of(field, elements + i * width));
            put_head(out, &head);
        } else {
            put_fixed(out, number_of(field, elements + i * width), width);
        }
    }
    end_run(out, start);
}

static void put_elements(samme_buffer *out, const ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field) {
    const char *elements = *(char *const *)samme_field_of(message, field);
    const size_t count = samme_field_count(message, field);
    const size_t width = samme_field_element_bytes(field);
    if ((field->flags & (uint32_t)PROTOBUF_C_FIELD_FLAG_PACKED) != 0)
        put_packed(out, field, elements, count);
    else
        for (size_t i = 0; i < count; i++)
            put_value(out, field, elements + i * width);
}

/* As deep as the messages are; those that were read have at most SAMME_WIRE_DEPTH_MAX levels. */
static void put_fields(samme_buffer *out, const ProtobufCMessage *message) {
    for (unsigned i = 0; message != NULL && i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!samme_field_is_set(message, field))
            continue;
        if (samme_field_repeated(field))
            put_elements(out, message, field);
        else
            put_value(out, field, samme_field_of(message, field));
    }
}

void samme_pack(const void *message, samme_buffer *out) {
    const size_t before = out->length;
    put_fields(out, message);
    if (samme_buffer_status(out) != SAMME_OK)
        out->length = before;
}
