#include "random_message.h"

#include <stdlib.h>

#include "every.pb-c.h"
#include "wire/fields.h"

enum { DEPTH_MAX = 4, LIST_MAX = 4 };

const ProtobufCMessageDescriptor *const test_types[] = {
    &every__every__descriptor,         &every__deep__descriptor,
    &samme__event__descriptor,         &samme__sale__descriptor,
    &samme__return_opened__descriptor, &samme__return_decided__descriptor,
    &samme__return_done__descriptor,   &samme__record__descriptor,
    &samme__message__descriptor,       &samme__policy__descriptor,
    &samme__chain__descriptor,         &samme__api_answer__descriptor,
    &samme__case_row__descriptor,      &samme__node_config__descriptor,
    &samme__enrolment__descriptor,     &samme__clock__descriptor,
    &samme__carried__descriptor,       &samme__link__descriptor,
    &samme__unlink__descriptor,        &samme__probes__descriptor,
};
const size_t test_types_count = sizeof test_types / sizeof test_types[0];

static void *take(test_maker *maker, size_t bytes) {
    void *room = samme_arena_alloc(maker->arena, bytes > 0 ? bytes : 1);
    if (room == NULL)
        abort();
    return room;
}

static size_t below(test_maker *maker, size_t bound) {
    return (size_t)samme_prng_below(&maker->prng, bound);
}

/* Small, large, and both ends of both widths. */
static uint64_t number(test_maker *maker) {
    static const uint64_t edges[] = {
        0,          1,   INT32_MAX, (uint64_t)INT32_MIN, UINT32_MAX, INT64_MAX, (uint64_t)INT64_MIN,
        UINT64_MAX, 127, 128,       9007199254740993u};
    if (samme_prng_chance(&maker->prng, 300))
        return edges[below(maker, sizeof edges / sizeof edges[0])];
    return samme_prng_next(&maker->prng) >> below(maker, 64);
}

static char *text(test_maker *maker) {
    static const char *const pieces[] = {
        "a",  "Zz",   "0",    "-",    "\"", "\\", "/",  "\n", "\t",   "\r", " ", "{",  "}", ": ",
        "# ", "true", "\x01", "\x7f", "æ",  "é",  "한", "😀",  "null", "~",  "'", "&a", "*a"};
    size_t count = below(maker, 9), length = 0;
    char *out = take(maker, 9 * 8);
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[below(maker, sizeof pieces / sizeof pieces[0])];
        memcpy(out + length, piece, strlen(piece));
        length += strlen(piece);
    }
    out[length] = 0;
    return out;
}

static ProtobufCBinaryData blob(test_maker *maker) {
    size_t length = below(maker, 40);
    uint8_t *data = take(maker, length);
    for (size_t i = 0; i < length; i++)
        data[i] = (uint8_t)samme_prng_next(&maker->prng);
    return (ProtobufCBinaryData){.len = length, .data = data};
}

static int named_or_odd(test_maker *maker, const ProtobufCEnumDescriptor *type) {
    if (maker->odd_enums && samme_prng_chance(&maker->prng, 100))
        return (int)number(maker);
    return type->values[below(maker, type->n_values)].value;
}

static ProtobufCMessage *make(test_maker *maker, const ProtobufCMessageDescriptor *type,
                              unsigned depth);

static void fill_value(test_maker *maker, const ProtobufCFieldDescriptor *field, void *slot,
                       unsigned depth) {
    uint64_t value = number(maker);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        *(char **)slot = text(maker);
    else if (field->type == PROTOBUF_C_TYPE_BYTES)
        *(ProtobufCBinaryData *)slot = blob(maker);
    else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        *(ProtobufCMessage **)slot = make(maker, field->descriptor, depth + 1);
    else if (field->type == PROTOBUF_C_TYPE_ENUM)
        *(int *)slot = named_or_odd(maker, field->descriptor);
    else if (field->type == PROTOBUF_C_TYPE_BOOL)
        *(protobuf_c_boolean *)slot = (protobuf_c_boolean)(value & 1);
    else if (samme_field_element_bytes(field) == 4)
        *(uint32_t *)slot = (uint32_t)value;
    else
        *(uint64_t *)slot = value;
}

/* Names in an object differ: a running number goes in front. */
static void number_key(test_maker *maker, ProtobufCMessage *entry, size_t index) {
    char **key = samme_field_at(entry, &entry->descriptor->fields[0]);
    char *numbered = take(maker, strlen(*key) + 2);
    numbered[0] = (char)('a' + index);
    strcpy(numbered + 1, *key);
    *key = numbered;
}

static void fill_list(test_maker *maker, ProtobufCMessage *message,
                      const ProtobufCFieldDescriptor *field, unsigned depth) {
    size_t count = below(maker, LIST_MAX), width = samme_field_element_bytes(field);
    char *elements = take(maker, count * width);
    for (size_t i = 0; i < count; i++) {
        fill_value(maker, field, elements + i * width, depth);
        if (samme_field_is_map(field))
            number_key(maker, ((ProtobufCMessage **)(void *)elements)[i], i);
    }
    *(void **)samme_field_at(message, field) = count > 0 ? elements : NULL;
    *(size_t *)samme_field_quantifier(message, field) = count;
}

/* An entry of an object has both its fields, or its text would differ from it. */
static bool is_entry(const ProtobufCMessageDescriptor *type) {
    return type->n_fields == 2 && strcmp(type->fields[0].name, "key") == 0;
}

static ProtobufCMessage *make(test_maker *maker, const ProtobufCMessageDescriptor *type,
                              unsigned depth) {
    ProtobufCMessage *message = take(maker, type->sizeof_message);
    protobuf_c_message_init(type, message);
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        bool too_deep = field->type == PROTOBUF_C_TYPE_MESSAGE && depth >= DEPTH_MAX;
        bool skip = too_deep || samme_prng_chance(&maker->prng, 400);
        if (skip && !is_entry(type))
            continue;
        if (samme_field_repeated(field)) {
            fill_list(maker, message, field, depth);
            continue;
        }
        if (samme_field_in_oneof(field)) {
            if (samme_field_case(message, field) != 0)
                continue;
            *(uint32_t *)samme_field_quantifier(message, field) = field->id;
        }
        fill_value(maker, field, samme_field_at(message, field), depth);
    }
    return message;
}

ProtobufCMessage *test_random_message(test_maker *maker, const ProtobufCMessageDescriptor *type) {
    return make(maker, type, 1);
}

size_t test_mutate(samme_prng *prng, uint8_t *bytes, size_t length, size_t room) {
    static const char marks[] = "\"{}[]:,\\-#&*!|>'%@ \n\t~0019etrufalsn.\x80\xff";
    for (uint64_t left = 1 + samme_prng_below(prng, 4); left > 0 && length > 0; left--) {
        size_t at = (size_t)samme_prng_below(prng, length);
        size_t run = 1 + (size_t)samme_prng_below(prng, length - at < 16 ? length - at : 16);
        switch (samme_prng_below(prng, 5)) {
        case 0:
            bytes[at] = (uint8_t)samme_prng_next(prng);
            break;
        case 1:
            bytes[at] = (uint8_t)marks[samme_prng_below(prng, sizeof marks - 1)];
            break;
        case 2: /* takes a run away */
            memmove(bytes + at, bytes + at + run, length - at - run);
            length -= run;
            break;
        case 3: /* doubles a run */
            if (length + run > room)
                break;
            memmove(bytes + at + run, bytes + at, length - at);
            length += run;
            break;
        default:
            bytes[at] ^= (uint8_t)(1u << samme_prng_below(prng, 8));
        }
    }
    return length;
}
