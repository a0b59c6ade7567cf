#include "journal/difference.h"

#include <inttypes.h>
#include <stdio.h>

#include "wire/fields.h"

static bool is_set(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field) {
    return !samme_field_in_oneof(field) || samme_field_case(message, field) == field->id;
}

/* A field as people read it: an enumeration by name, a text in quotes, a number, "absent", or for
 * messages JSON. Texts that do not fit are cut. */
static void show(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field, char *out,
                 size_t size) {
    const void *at = samme_field_of(message, field);
    out[0] = 0;
    if (samme_field_repeated(field) || field->type == PROTOBUF_C_TYPE_MESSAGE) {
        samme_buffer text;
        samme_buffer_init(&text, 1 << 20);
        size_t count = samme_field_repeated(field) ? samme_field_count(message, field) : 1;
        void *const *items = samme_field_repeated(field) ? *(void *const *const *)at : at;
        for (size_t i = 0; i < count && items[i] != NULL; i++) {
            samme_buffer_append_text(&text, i > 0 ? "," : "");
            samme_to_json(items[i], &text);
        }
        snprintf(out, size, "%s", text.length > 0 ? samme_buffer_text(&text) : "none");
        samme_buffer_free(&text);
        return;
    }
    if (!is_set(message, field)) {
        snprintf(out, size, "absent");
        return;
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_ENUM:
        snprintf(out, size, "%s", samme_enum_name(field->descriptor, *(const int *)at));
        return;
    case PROTOBUF_C_TYPE_STRING:
        snprintf(out, size, "\"%.70s\"", *(const char *const *)at);
        return;
    case PROTOBUF_C_TYPE_BOOL:
        snprintf(out, size, "%s", *(const protobuf_c_boolean *)at ? "true" : "false");
        return;
    case PROTOBUF_C_TYPE_UINT64:
        snprintf(out, size, "%" PRIu64, *(const uint64_t *)at);
        return;
    default: /* facts and answers hold no other numbers */
        snprintf(out, size, "%" PRId64, *(const int64_t *)at);
        return;
    }
}

/* Of a field that is one value. Shown, enumerations without a name and long texts look alike. */
static bool same(const ProtobufCMessage *a, const ProtobufCMessage *b,
                 const ProtobufCFieldDescriptor *field) {
    if (field->type == PROTOBUF_C_TYPE_ENUM)
        return *(const int *)samme_field_of(a, field) == *(const int *)samme_field_of(b, field);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return strcmp(*(const char *const *)samme_field_of(a, field),
                      *(const char *const *)samme_field_of(b, field)) == 0;
    char left[40], right[40];
    show(a, field, left, sizeof left);
    show(b, field, right, sizeof right);
    return strcmp(left, right) == 0;
}

/* One field of a message packed alone. */
static void pack_alone(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                       samme_buffer *out) {
    size_t count = 1;
    void *const *items = samme_field_of(message, field);
    if (samme_field_repeated(field)) {
        count = samme_field_count(message, field);
        items = *(void *const *const *)samme_field_of(message, field);
    }
    for (size_t i = 0; i < count && items[i] != NULL; i++) {
        samme_buffer_u8(out, 1);
        samme_pack(items[i], out);
    }
}

static bool same_messages(const ProtobufCMessage *a, const ProtobufCMessage *b,
                          const ProtobufCFieldDescriptor *field) {
    samme_buffer left, right;
    samme_buffer_init(&left, 1 << 20);
    samme_buffer_init(&right, 1 << 20);
    pack_alone(a, field, &left);
    pack_alone(b, field, &right);
    bool equal = samme_buffer_status(&left) == SAMME_OK &&
                 samme_span_equal(samme_buffer_span(&left), samme_buffer_span(&right));
    samme_buffer_free(&left);
    samme_buffer_free(&right);
    return equal;
}

/* Goes by the fields' numbers, from *next on. */
static bool differ(const ProtobufCMessage *expected, const ProtobufCMessage *found, unsigned *next,
                   samme_difference *out) {
    const ProtobufCMessageDescriptor *type = expected->descriptor;
    while (*next < type->n_fields) {
        const ProtobufCFieldDescriptor *field = &type->fields[(*next)++];
        bool messages = samme_field_repeated(field) || field->type == PROTOBUF_C_TYPE_MESSAGE;
        if (messages ? same_messages(expected, found, field) : same(expected, found, field))
            continue;
        out->field = field->name;
        show(expected, field, out->expected, sizeof out->expected);
        show(found, field, out->found, sizeof out->found);
        return true;
    }
    return false;
}

bool samme_facts_differ(const Samme__Facts *expected, const Samme__Facts *found,
                        samme_difference *out) {
    unsigned next = 0;
    return differ(&expected->base, &found->base, &next, out);
}

bool samme_facts_differ_next(const Samme__Facts *expected, const Samme__Facts *found,
                             unsigned *next, samme_difference *out) {
    return differ(&expected->base, &found->base, next, out);
}

bool samme_answers_differ(const Samme__Answer *expected, const Samme__Answer *found,
                          samme_difference *out) {
    unsigned next = 0;
    return differ(&expected->base, &found->base, &next, out);
}
