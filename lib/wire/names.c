#include "wire/names.h"

#include "base/near.h"
#include "wire/mapping.h"

static char camel_letter(char letter, bool capital) {
    bool lower = letter >= 'a' && letter <= 'z';
    return capital && lower ? (char)(letter - 'a' + 'A') : letter;
}

void samme_camel(const char *name, char out[static SAMME_NAME_BYTES]) {
    size_t length = 0;
    bool capital = false;
    for (; *name != 0 && length < SAMME_NAME_BYTES - 1; name++) {
        if (*name != '_')
            out[length++] = camel_letter(*name, capital);
        capital = *name == '_';
    }
    out[length] = 0;
}

/* Whether `written` is what samme_camel makes of the name, without making it: this is asked for
 * every member read. */
static bool is_camel_of(const char *name, samme_span written) {
    size_t length = 0;
    bool capital = false;
    for (; *name != 0; name++) {
        bool letter = *name != '_';
        if (letter && (length == written.length ||
                       (char)written.data[length] != camel_letter(*name, capital)))
            return false;
        length += letter;
        capital = !letter;
    }
    return length == written.length;
}

const ProtobufCFieldDescriptor *samme_field_named(const ProtobufCMessageDescriptor *type,
                                                  samme_span name) {
    for (unsigned i = 0; i < type->n_fields; i++) {
        const char *known = type->fields[i].name;
        if (is_camel_of(known, name) || samme_span_equal(name, samme_span_of_text(known)))
            return &type->fields[i];
    }
    return NULL;
}

const ProtobufCFieldDescriptor *samme_field_meant(const ProtobufCMessageDescriptor *type,
                                                  samme_span name) {
    const ProtobufCFieldDescriptor *meant = NULL;
    samme_near near = samme_near_to(name);
    for (unsigned i = 0; i < type->n_fields; i++) {
        char camel[SAMME_NAME_BYTES];
        samme_camel(type->fields[i].name, camel);
        if (samme_near_try(&near, type->fields[i].name) || samme_near_try(&near, camel))
            meant = &type->fields[i];
    }
    return meant;
}

const char *samme_enum_meant(const ProtobufCEnumDescriptor *type, samme_span name) {
    samme_near near = samme_near_to(name);
    for (unsigned i = 0; i < type->n_values; i++)
        samme_near_try(&near, type->values[i].name);
    return near.best;
}

const char *samme_enum_name(const ProtobufCEnumDescriptor *type, int value) {
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    return found != NULL ? found->name : "?";
}

int samme_enum_value(const ProtobufCEnumDescriptor *type, const char *name) {
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name(type, name);
    return found != NULL ? found->value : -1;
}
