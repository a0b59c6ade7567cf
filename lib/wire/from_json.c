#include <jansson.h>
#include <stdio.h>

#include "wire/json_scan.h"
#include "wire/mapping.h"
#include "wire/tree.h"

static samme_span number_text(samme_tree *tree, const json_t *json) {
    char digits[40];
    int length =
        json_is_integer(json)
            ? snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(json))
            : snprintf(digits, sizeof digits, "%.15g", json_real_value(json));
    return samme_arena_copy(&tree->arena, SAMME_SPAN(digits, (size_t)length));
}

static samme_node_kind kind_of(const json_t *json) {
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        return SAMME_NODE_OBJECT;
    case JSON_ARRAY:
        return SAMME_NODE_LIST;
    case JSON_STRING:
        return SAMME_NODE_TEXT;
    case JSON_INTEGER:
        return SAMME_NODE_INTEGER;
    case JSON_REAL:
        return SAMME_NODE_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return SAMME_NODE_BOOL;
    case JSON_NULL:
        break;
    }
    return SAMME_NODE_NULL;
}

/* The node's texts stay jansson's; both go when the mapping is done. Depth was counted before.
 * jansson gives members in the order of the text, so that nodes are numbered as their values stand
 * there. */
static bool add_value(samme_tree *tree, samme_node *parent, const char *name, json_t *json) {
    samme_node *node = samme_tree_add(tree, parent, kind_of(json));
    if (node == NULL)
        return false;
    node->name = samme_span_of_text(name);
    const char *key;
    json_t *child;
    size_t index;
    bool added = true;
    if (node->kind == SAMME_NODE_OBJECT) {
        json_object_foreach(json, key, child) added = added && add_value(tree, node, key, child);
    } else if (node->kind == SAMME_NODE_LIST) {
        json_array_foreach(json, index, child) added = added && add_value(tree, node, NULL, child);
    } else if (node->kind == SAMME_NODE_TEXT) {
        node->text = SAMME_SPAN(json_string_value(json), json_string_length(json));
    } else if (json_is_number(json)) {
        node->text = number_text(tree, json);
        added = node->text.data != NULL;
    } else if (node->kind == SAMME_NODE_BOOL) {
        node->text = samme_span_of_text(json_is_true(json) ? "true" : "false");
    }
    return added;
}

static samme_status refused_syntax(const char *place, const json_error_t *why, samme_error *error) {
    if (why->text[0] == 0 || json_error_code(why) == json_error_out_of_memory)
        return samme_fail(error, SAMME_NO_MEMORY, "%s: no memory", place);
    char text[sizeof why->text]; /* it cites the input, line breaks and all */
    size_t i = 0;
    for (; why->text[i] != 0 && i < sizeof text - 1; i++) {
        uint8_t byte = (uint8_t)why->text[i];
        text[i] = byte < 0x20 || byte == 0x7f ? ' ' : why->text[i];
    }
    text[i] = 0;
    return samme_fail(error, SAMME_MALFORMED, "%s:%d:%d: %s", place, why->line, why->column, text);
}

ProtobufCMessage *samme_from_json(const ProtobufCMessageDescriptor *type, samme_span text,
                                  const char *place, samme_arena *arena, samme_error *error) {
    samme_tree tree;
    if (samme_tree_init(&tree, text, place, error) != SAMME_OK ||
        samme_json_bounded(text, place, error) != SAMME_OK)
        return NULL;
    tree.json = text;
    json_error_t why;
    const char *start = text.length > 0 ? (const char *)text.data : "";
    json_t *json = json_loadb(start, text.length, JSON_REJECT_DUPLICATES, &why);
    if (json == NULL) {
        (void)refused_syntax(place, &why, error);
        return NULL;
    }
    ProtobufCMessage *message = NULL;
    if (add_value(&tree, NULL, NULL, json))
        message = samme_tree_message(&tree, type, arena, NULL, error);
    else
        (void)samme_fail(error, SAMME_TOO_LARGE, "%s: more than %u values", place,
                         SAMME_MAPPING_NODES_MAX);
    json_decref(json);
    samme_tree_free(&tree);
    return message;
}
