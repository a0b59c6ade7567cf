#include "wire/scalar.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "wire/messages.h"
#include "wire/names.h"

samme_status samme_fail_memory(const samme_mapper *mapper) {
    return samme_fail(mapper->error, SAMME_TOO_LARGE,
                      "%s: needs more than the %zu bytes of memory set aside", mapper->tree->place,
                      mapper->arena->maximum_bytes);
}

static bool is_textual(const samme_node *node) {
    return node->kind == SAMME_NODE_TEXT || node->kind == SAMME_NODE_SCALAR;
}

static samme_status wants(const samme_mapper *mapper, const samme_node *node,
                          const samme_step *path, const char *wanted) {
    return samme_fail_wants(mapper->tree, path, node, mapper->error, wanted);
}

static samme_status wants_integer(const samme_mapper *mapper, const samme_node *node,
                                  const samme_step *path, const char *range) {
    char wanted[96];
    snprintf(wanted, sizeof wanted, "a whole number%s%s", range[0] != 0 ? " " : "", range);
    return wants(mapper, node, path, wanted);
}

static samme_status signed_integer(const samme_mapper *mapper, const samme_node *node,
                                   const samme_step *path, int64_t lowest, int64_t highest,
                                   int64_t *out) {
    bool may_be = node->kind == SAMME_NODE_INTEGER || is_textual(node);
    int64_t value = 0;
    samme_status status = may_be ? samme_i64_parse(node->text, &value) : SAMME_MALFORMED;
    if (status == SAMME_MALFORMED)
        return wants_integer(mapper, node, path, "");
    if (status != SAMME_OK || value < lowest || value > highest) {
        char range[64];
        snprintf(range, sizeof range, "from %" PRId64 " to %" PRId64, lowest, highest);
        return wants_integer(mapper, node, path, range);
    }
    *out = value;
    return SAMME_OK;
}

static samme_status unsigned_integer(const samme_mapper *mapper, const samme_node *node,
                                     const samme_step *path, uint64_t highest, uint64_t *out) {
    bool may_be = node->kind == SAMME_NODE_INTEGER || is_textual(node);
    uint64_t value = 0;
    samme_status status = may_be ? samme_u64_parse(node->text, &value) : SAMME_MALFORMED;
    int64_t negative;
    bool is_negative = status == SAMME_MALFORMED && may_be &&
                       samme_i64_parse(node->text, &negative) != SAMME_MALFORMED;
    if (status == SAMME_MALFORMED && !is_negative)
        return wants_integer(mapper, node, path, "");
    if (status != SAMME_OK || value > highest) {
        char range[64];
        snprintf(range, sizeof range, "from 0 to %" PRIu64, highest);
        return wants_integer(mapper, node, path, range);
    }
    *out = value;
    return SAMME_OK;
}

static samme_status boolean(const samme_mapper *mapper, const samme_node *node,
                            const samme_step *path, protobuf_c_boolean *out) {
    bool may_be = node->kind == SAMME_NODE_BOOL || node->kind == SAMME_NODE_SCALAR;
    bool is_true = may_be && samme_span_equal(node->text, SAMME_LITERAL("true"));
    if (!is_true && !(may_be && samme_span_equal(node->text, SAMME_LITERAL("false"))))
        return wants(mapper, node, path, "true or false");
    *out = is_true;
    return SAMME_OK;
}

/* The names to choose from, without the one for "unset". */
static void list_names(const ProtobufCEnumDescriptor *type, char *out, size_t size) {
    size_t length = (size_t)snprintf(out, size, "one of");
    for (unsigned i = 0; i < type->n_values && length < size; i++)
        if (type->values[i].value != 0)
            length += (size_t)snprintf(out + length, size - length, "%s %s",
                                       length > strlen("one of") ? "," : "", type->values[i].name);
}

static samme_status enumeration(const samme_mapper *mapper, const ProtobufCEnumDescriptor *type,
                                const samme_node *node, const samme_step *path, int *out) {
    for (unsigned i = 0; is_textual(node) && i < type->n_values; i++)
        if (samme_span_equal(node->text, samme_span_of_text(type->values[i].name))) {
            *out = type->values[i].value;
            return SAMME_OK;
        }
    char names[240];
    list_names(type, names, sizeof names);
    const char *meant = is_textual(node) ? samme_enum_meant(type, node->text) : NULL;
    samme_status status = wants(mapper, node, path, names);
    if (meant != NULL && mapper->error != NULL) {
        size_t length = strlen(mapper->error->text);
        snprintf(mapper->error->text + length, sizeof mapper->error->text - length,
                 ", did you mean \"%s\"?", meant);
    }
    return status;
}

static samme_status text(const samme_mapper *mapper, const samme_node *node, const samme_step *path,
                         char **out) {
    if (!is_textual(node))
        return wants(mapper, node, path, "a text");
    if (!samme_utf8_valid(node->text))
        return wants(mapper, node, path, "UTF-8 text without U+0000");
    samme_span copy = samme_arena_copy(mapper->arena, node->text);
    if (copy.data == NULL)
        return samme_fail_memory(mapper);
    *out = (char *)(uintptr_t)copy.data;
    return SAMME_OK;
}

static samme_status bytes(samme_mapper *mapper, const samme_node *node, const samme_step *path,
                          ProtobufCBinaryData *out) {
    samme_buffer_clear(&mapper->scratch);
    samme_status status =
        is_textual(node) ? samme_base64_parse(node->text, &mapper->scratch) : SAMME_MALFORMED;
    if (status == SAMME_MALFORMED)
        return wants(mapper, node, path, "base64");
    samme_span copy = samme_arena_copy(mapper->arena, samme_buffer_span(&mapper->scratch));
    if (status != SAMME_OK || samme_buffer_status(&mapper->scratch) != SAMME_OK ||
        copy.data == NULL)
        return samme_fail_memory(mapper);
    *out = samme_bytes_of_span(copy);
    return SAMME_OK;
}

samme_status samme_scalar(samme_mapper *mapper, const ProtobufCFieldDescriptor *field,
                          const samme_node *node, const samme_step *path, void *slot) {
    int64_t number = 0;
    uint64_t natural = 0;
    samme_status status = SAMME_UNSUPPORTED;
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        status = signed_integer(mapper, node, path, INT32_MIN, INT32_MAX, &number);
        *(int32_t *)slot = (int32_t)number;
        break;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        status = unsigned_integer(mapper, node, path, UINT32_MAX, &natural);
        *(uint32_t *)slot = (uint32_t)natural;
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        status = signed_integer(mapper, node, path, INT64_MIN, INT64_MAX, slot);
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        status = unsigned_integer(mapper, node, path, UINT64_MAX, slot);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        status = boolean(mapper, node, path, slot);
        break;
    case PROTOBUF_C_TYPE_ENUM:
        status = enumeration(mapper, field->descriptor, node, path, slot);
        break;
    case PROTOBUF_C_TYPE_STRING:
        status = text(mapper, node, path, slot);
        break;
    case PROTOBUF_C_TYPE_BYTES:
        status = bytes(mapper, node, path, slot);
        break;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_MESSAGE:
        assert(!"the schema has no floats, and a message is no scalar");
        break;
    }
    return status;
}
