#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/fields.h"
#include "wire/names.h"
#include "wire/scalar.h"

/* Everything here recurses as deep as the tree is, at most SAMME_MAPPING_DEPTH_MAX. */
static samme_status map_message(samme_mapper *mapper, const ProtobufCMessageDescriptor *type,
                                const samme_node *node, const samme_step *path,
                                ProtobufCMessage **out);

static samme_status map_value(samme_mapper *mapper, const ProtobufCFieldDescriptor *field,
                              const samme_node *node, const samme_step *path, void *slot) {
    bool is_message = field->type == PROTOBUF_C_TYPE_MESSAGE;
    samme_status status = is_message
                              ? map_message(mapper, samme_field_message(field), node, path, slot)
                              : samme_scalar(mapper, field, node, path, slot);
    if (status != SAMME_OK)
        return status;
    const void *value = slot;
    if (is_message || field->type == PROTOBUF_C_TYPE_STRING)
        memcpy(&value, slot, sizeof value); /* what it points to has the address that is kept */
    samme_places_add(mapper->places, value, node->line, node->column);
    return SAMME_OK;
}

/* Puts room for the elements into a repeated field; NULL when there is none. */
static char *take_elements(samme_mapper *mapper, ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, size_t count) {
    void *elements = samme_arena_alloc(mapper->arena, count * samme_field_element_bytes(field));
    if (elements == NULL)
        return NULL;
    *(void **)samme_field_at(message, field) = elements;
    *(size_t *)samme_field_quantifier(message, field) = count;
    return elements;
}

static samme_status map_list(samme_mapper *mapper, ProtobufCMessage *message,
                             const ProtobufCFieldDescriptor *field, const samme_node *list,
                             const samme_step *path) {
    if (list->kind != SAMME_NODE_LIST)
        return samme_fail_wants(mapper->tree, path, list, mapper->error, "a list");
    if (list->count == 0)
        return SAMME_OK;
    char *slot = take_elements(mapper, message, field, list->count);
    if (slot == NULL)
        return samme_fail_memory(mapper);
    samme_step step = {.up = path};
    samme_status status = SAMME_OK;
    for (const samme_node *node = list->first; status == SAMME_OK && node != NULL;
         node = node->next, step.index++, slot += samme_field_element_bytes(field))
        status = map_value(mapper, field, node, &step, slot);
    return status;
}

static int by_name(const void *a, const void *b) {
    const samme_node *const *left = a, *const *right = b;
    int order = samme_span_compare((*left)->name, (*right)->name);
    if (order != 0)
        return order;
    if ((*left)->name_line != (*right)->name_line)
        return (*left)->name_line < (*right)->name_line ? -1 : 1;
    return (*left)->name_column < (*right)->name_column ? -1 : 1;
}

static samme_status fail_twice(const samme_mapper *mapper, const samme_node *node,
                               const samme_step *path) {
    char shown[SAMME_SHOWN_BYTES];
    samme_show(node->name, shown);
    return samme_fail_at(mapper->tree, path, node, true, mapper->error, "\"%s\" is given twice",
                         shown);
}

/* libyaml leaves it to us to see that a name is given once; jansson does it itself. */
static samme_status check_names_differ(const samme_mapper *mapper, const samme_node *object,
                                       const samme_step *path) {
    const samme_node **names = calloc(object->count, sizeof(samme_node *));
    if (names == NULL)
        return samme_fail(mapper->error, SAMME_NO_MEMORY, "%s: no memory", mapper->tree->place);
    size_t count = 0;
    for (const samme_node *node = object->first; node != NULL; node = node->next)
        names[count++] = node;
    qsort(names, count, sizeof(samme_node *), by_name);
    samme_status status = SAMME_OK;
    for (size_t i = 1; status == SAMME_OK && i < count; i++)
        if (samme_span_equal(names[i - 1]->name, names[i]->name))
            status = fail_twice(mapper, names[i], path);
    free(names);
    return status;
}

static samme_status map_entry(samme_mapper *mapper, const ProtobufCMessageDescriptor *type,
                              const samme_node *node, const samme_step *path,
                              ProtobufCMessage **out) {
    ProtobufCMessage *entry = samme_arena_alloc(mapper->arena, type->sizeof_message);
    if (entry == NULL)
        return samme_fail_memory(mapper);
    protobuf_c_message_init(type, entry);
    const ProtobufCFieldDescriptor *key = &type->fields[0], *value = &type->fields[1];
    const samme_node name = {.kind = SAMME_NODE_SCALAR,
                             .number = node->number,
                             .line = node->name_line,
                             .column = node->name_column,
                             .text = node->name};
    samme_status status = map_value(mapper, key, &name, path, samme_field_at(entry, key));
    if (status == SAMME_OK)
        status = map_value(mapper, value, node, path, samme_field_at(entry, value));
    samme_places_add(mapper->places, entry, node->name_line, node->name_column);
    if (status == SAMME_OK)
        *out = entry;
    return status;
}

static samme_status map_entries(samme_mapper *mapper, ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field, const samme_node *object,
                                const samme_step *path) {
    if (object->kind != SAMME_NODE_OBJECT)
        return samme_fail_wants(mapper->tree, path, object, mapper->error, "an object");
    if (object->count == 0)
        return SAMME_OK;
    samme_status status = mapper->tree->lines ? check_names_differ(mapper, object, path) : SAMME_OK;
    if (status != SAMME_OK)
        return status;
    void *room = take_elements(mapper, message, field, object->count);
    if (room == NULL)
        return samme_fail_memory(mapper);
    ProtobufCMessage **slot = room;
    for (const samme_node *node = object->first; status == SAMME_OK && node != NULL;
         node = node->next, slot++) {
        samme_step step = {.up = path, .name = node->name};
        status = map_entry(mapper, samme_field_message(field), node, &step, slot);
    }
    return status;
}

static samme_status fail_unknown(const samme_mapper *mapper, const ProtobufCMessageDescriptor *type,
                                 const samme_node *node, const samme_step *path) {
    char shown[SAMME_SHOWN_BYTES], suggestion[SAMME_NAME_BYTES + 24] = "";
    samme_show(node->name, shown);
    const ProtobufCFieldDescriptor *meant = samme_field_meant(type, node->name);
    if (meant != NULL) {
        char camel[SAMME_NAME_BYTES];
        samme_camel(meant->name, camel);
        snprintf(suggestion, sizeof suggestion, ", did you mean \"%s\"?",
                 mapper->tree->lines ? meant->name : camel);
    }
    return samme_fail_at(mapper->tree, path, node, true, mapper->error,
                         "unknown name \"%s\" in %s%s", shown, type->short_name, suggestion);
}

/* Notes that a member of the field's oneof is there; an error when another one is. */
static samme_status choose(const samme_mapper *mapper, ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, const samme_node *node,
                           const samme_step *path) {
    uint32_t chosen = samme_field_case(message, field);
    if (chosen != 0) {
        const ProtobufCFieldDescriptor *other =
            protobuf_c_message_descriptor_get_field(message->descriptor, chosen);
        return samme_fail_at(mapper->tree, path, node, true, mapper->error,
                             "\"%s\" and \"%s\" exclude each other", other->name, field->name);
    }
    *(uint32_t *)samme_field_quantifier(message, field) = field->id;
    return SAMME_OK;
}

static samme_status map_field(samme_mapper *mapper, ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field, const samme_node *node,
                              const samme_step *path) {
    if (samme_field_is_map(field))
        return map_entries(mapper, message, field, node, path);
    if (samme_field_repeated(field))
        return map_list(mapper, message, field, node, path);
    if (samme_field_in_oneof(field)) {
        samme_status status = choose(mapper, message, field, node, path->up);
        if (status != SAMME_OK)
            return status;
    }
    return map_value(mapper, field, node, path, samme_field_at(message, field));
}

static samme_status map_member(samme_mapper *mapper, ProtobufCMessage *message,
                               const samme_node *node, const samme_step *path, bool *seen) {
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const ProtobufCFieldDescriptor *field = samme_field_named(type, node->name);
    if (field == NULL)
        return fail_unknown(mapper, type, node, path);
    bool *was_seen = &seen[field - type->fields];
    if (*was_seen) /* in both spellings, or in YAML */
        return fail_twice(mapper, node, path);
    *was_seen = true;
    samme_step step = {.up = path, .name = node->name};
    return map_field(mapper, message, field, node, &step);
}

static samme_status map_message(samme_mapper *mapper, const ProtobufCMessageDescriptor *type,
                                const samme_node *node, const samme_step *path,
                                ProtobufCMessage **out) {
    enum { FIELD_KINDS_MAX = 256 };
    if (node->kind != SAMME_NODE_OBJECT)
        return samme_fail_wants(mapper->tree, path, node, mapper->error, "an object");
    assert(type->n_fields <= FIELD_KINDS_MAX);
    ProtobufCMessage *message = samme_arena_alloc(mapper->arena, type->sizeof_message);
    if (message == NULL)
        return samme_fail_memory(mapper);
    protobuf_c_message_init(type, message);
    bool seen[FIELD_KINDS_MAX] = {false};
    samme_status status = SAMME_OK;
    for (const samme_node *member = node->first; status == SAMME_OK && member != NULL;
         member = member->next)
        status = map_member(mapper, message, member, path, seen);
    if (status == SAMME_OK)
        *out = message;
    return status;
}

ProtobufCMessage *samme_tree_message(const samme_tree *tree, const ProtobufCMessageDescriptor *type,
                                     samme_arena *arena, samme_places *places, samme_error *error) {
    samme_mapper mapper = {.tree = tree, .arena = arena, .places = places, .error = error};
    samme_buffer_init(&mapper.scratch, arena->maximum_bytes);
    ProtobufCMessage *message = NULL;
    samme_status status = map_message(&mapper, type, tree->root, NULL, &message);
    if (status == SAMME_OK)
        samme_places_add(places, message, tree->root->line, tree->root->column);
    samme_buffer_free(&mapper.scratch);
    return status == SAMME_OK ? message : NULL;
}
