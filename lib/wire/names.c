#include "wire/names.h"

#include "wire/mapping.h"

enum { EDITS_MAX = 2 };

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

static unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Levenshtein's distance; names longer than SAMME_NAME_BYTES are far from everything. */
static unsigned distance(samme_span a, samme_span b) {
    if (a.length >= SAMME_NAME_BYTES || b.length >= SAMME_NAME_BYTES)
        return UINT32_MAX;
    unsigned row[SAMME_NAME_BYTES];
    for (unsigned k = 0; k <= b.length; k++)
        row[k] = k;
    for (size_t i = 0; i < a.length; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t k = 0; k < b.length; k++) {
            unsigned replaced = diagonal + (a.data[i] != b.data[k]);
            diagonal = row[k + 1];
            row[k + 1] = least(replaced, least(row[k], diagonal) + 1);
        }
    }
    return row[b.length];
}

/* Keeps the nearest name so far; a short word is not guessed from another short word. */
static bool nearer(samme_span written, const char *known, unsigned *best) {
    samme_span name = samme_span_of_text(known);
    unsigned edits = distance(written, name);
    if (edits > EDITS_MAX || edits >= *best || edits >= name.length)
        return false;
    *best = edits;
    return true;
}

const ProtobufCFieldDescriptor *samme_field_meant(const ProtobufCMessageDescriptor *type,
                                                  samme_span name) {
    const ProtobufCFieldDescriptor *meant = NULL;
    unsigned best = UINT32_MAX;
    for (unsigned i = 0; i < type->n_fields; i++) {
        char camel[SAMME_NAME_BYTES];
        samme_camel(type->fields[i].name, camel);
        if (nearer(name, type->fields[i].name, &best) || nearer(name, camel, &best))
            meant = &type->fields[i];
    }
    return meant;
}

const char *samme_enum_meant(const ProtobufCEnumDescriptor *type, samme_span name) {
    const char *meant = NULL;
    unsigned best = UINT32_MAX;
    for (unsigned i = 0; i < type->n_values; i++)
        if (nearer(name, type->values[i].name, &best))
            meant = type->values[i].name;
    return meant;
}

const char *samme_enum_name(const ProtobufCEnumDescriptor *type, int value) {
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value(type, value);
    return found != NULL ? found->name : "?";
}

int samme_enum_value(const ProtobufCEnumDescriptor *type, const char *name) {
    const ProtobufCEnumValue *found = protobuf_c_enum_descriptor_get_value_by_name(type, name);
    return found != NULL ? found->value : -1;
}
