#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "wire/fields.h"
#include "wire/mapping.h"
#include "wire/names.h"

/* Bytes of the well-formed UTF-8 sequence at the start of `text`; 0 when there is none. */
static size_t sequence_length(samme_span text) {
    uint8_t lead = text.data[0];
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    bool valid = length <= text.length && samme_utf8_valid(SAMME_SPAN(text.data, length));
    return valid ? length : 0;
}

static void append_escaped(samme_buffer *out, uint8_t byte) {
    switch (byte) {
    case '"':
        samme_buffer_append_text(out, "\\\"");
        break;
    case '\\':
        samme_buffer_append_text(out, "\\\\");
        break;
    case '\n':
        samme_buffer_append_text(out, "\\n");
        break;
    case '\r':
        samme_buffer_append_text(out, "\\r");
        break;
    case '\t':
        samme_buffer_append_text(out, "\\t");
        break;
    default:
        samme_buffer_printf(out, "\\u%04x", byte);
    }
}

/* Text that is not UTF-8 (it may come from a log line) still gives valid JSON: each bad byte
 * becomes U+FFFD. */
void samme_json_string(samme_buffer *out, samme_span text) {
    samme_buffer_u8(out, '"');
    size_t plain = 0, at = 0; /* [plain, at) can be copied as it is */
    while (at < text.length) {
        uint8_t byte = text.data[at];
        size_t length =
            byte < 0x80 ? 1 : sequence_length(SAMME_SPAN(text.data + at, text.length - at));
        bool as_it_is = length > 0 && byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f;
        if (as_it_is) {
            at += length;
            continue;
        }
        samme_buffer_append(out, SAMME_SPAN(text.data + plain, at - plain));
        if (length == 0)
            samme_buffer_append_text(out, "\\ufffd");
        else
            append_escaped(out, byte);
        plain = ++at;
    }
    if (at > plain)
        samme_buffer_append(out, SAMME_SPAN(text.data + plain, at - plain));
    samme_buffer_u8(out, '"');
}

static void append_text(samme_buffer *out, const char *text) {
    samme_json_string(out, samme_span_of_text(text));
}

static void append_signed(samme_buffer *out, int64_t value, const char *quote) {
    char digits[24];
    snprintf(digits, sizeof digits, "%s%" PRId64 "%s", quote, value, quote);
    samme_buffer_append_text(out, digits);
}

static void append_unsigned(samme_buffer *out, uint64_t value, const char *quote) {
    char digits[24];
    snprintf(digits, sizeof digits, "%s%" PRIu64 "%s", quote, value, quote);
    samme_buffer_append_text(out, digits);
}

static void append_enum(samme_buffer *out, const ProtobufCFieldDescriptor *field, int value) {
    const ProtobufCEnumValue *named =
        protobuf_c_enum_descriptor_get_value(field->descriptor, value);
    if (named != NULL)
        append_text(out, named->name);
    else
        append_signed(out, value, "");
}

static void append_bytes(samme_buffer *out, const ProtobufCBinaryData *bytes) {
    samme_buffer_u8(out, '"');
    samme_base64_append(out, samme_span_of_bytes(*bytes));
    samme_buffer_u8(out, '"');
}

/* An element of a list or map may be absent when the message was built by hand or came without its
 * value. */
static void append_message(samme_buffer *out, const ProtobufCMessage *message) {
    if (message != NULL)
        samme_to_json(message, out);
    else
        samme_buffer_append_text(out, "{}");
}

static void append_value(samme_buffer *out, const ProtobufCFieldDescriptor *field,
                         const void *value) {
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        append_signed(out, *(const int32_t *)value, "");
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        append_unsigned(out, *(const uint32_t *)value, "");
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        append_signed(out, *(const int64_t *)value, "\"");
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        append_unsigned(out, *(const uint64_t *)value, "\"");
        break;
    case PROTOBUF_C_TYPE_BOOL:
        samme_buffer_append_text(out, *(const protobuf_c_boolean *)value ? "true" : "false");
        break;
    case PROTOBUF_C_TYPE_ENUM:
        append_enum(out, field, *(const int *)value);
        break;
    case PROTOBUF_C_TYPE_STRING:
        append_text(out, *(char *const *)value);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        append_bytes(out, value);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        append_message(out, *(ProtobufCMessage *const *)value);
        break;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        assert(!"the schema has no floats");
        samme_buffer_append_text(out, "null");
        break;
    }
}

static void append_list(samme_buffer *out, const ProtobufCFieldDescriptor *field,
                        const char *elements, size_t count) {
    size_t width = samme_field_element_bytes(field);
    samme_buffer_u8(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            samme_buffer_u8(out, ',');
        append_value(out, field, elements + i * width);
    }
    samme_buffer_u8(out, ']');
}

static void append_map(samme_buffer *out, const ProtobufCFieldDescriptor *field,
                       ProtobufCMessage *const *entries, size_t count) {
    const ProtobufCFieldDescriptor *key = &samme_field_message(field)->fields[0];
    const ProtobufCFieldDescriptor *value = &samme_field_message(field)->fields[1];
    samme_buffer_u8(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            samme_buffer_u8(out, ',');
        append_value(out, key, samme_field_of(entries[i], key));
        samme_buffer_u8(out, ':');
        append_value(out, value, samme_field_of(entries[i], value));
    }
    samme_buffer_u8(out, '}');
}

static void append_field(samme_buffer *out, const ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field) {
    char name[SAMME_NAME_BYTES];
    samme_camel(field->name, name);
    samme_buffer_u8(out, '"');
    samme_buffer_append_text(out, name);
    samme_buffer_append_text(out, "\":");
    const void *value = samme_field_of(message, field);
    if (!samme_field_repeated(field))
        append_value(out, field, value);
    else if (samme_field_is_map(field))
        append_map(out, field, *(ProtobufCMessage *const *const *)value,
                   samme_field_count(message, field));
    else
        append_list(out, field, *(const char *const *)value, samme_field_count(message, field));
}

/* As deep as the type is: types are not recursive. */
void samme_to_json(const void *message, samme_buffer *out) {
    const ProtobufCMessage *base = message;
    bool first = true;
    samme_buffer_u8(out, '{');
    for (unsigned i = 0; i < base->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &base->descriptor->fields[i];
        if (!samme_field_is_set(base, field))
            continue;
        if (!first)
            samme_buffer_u8(out, ',');
        append_field(out, base, field);
        first = false;
    }
    samme_buffer_u8(out, '}');
}
