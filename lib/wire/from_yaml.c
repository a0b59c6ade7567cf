#include <stdio.h>
#include <yaml.h>

#include "wire/mapping.h"
#include "wire/place.h"
#include "wire/places.h"
#include "wire/tree.h"

/* The objects and lists that are open, and the name whose value comes next. */
struct reader {
    samme_tree *tree;
    samme_error *error;
    samme_node *open[SAMME_MAPPING_DEPTH_MAX];
    unsigned depth;
    bool document_seen;
    bool named;
    samme_span name;
    yaml_mark_t name_mark;
};

static unsigned from_one(size_t from_zero) {
    return from_zero < UINT32_MAX ? (unsigned)from_zero + 1 : UINT32_MAX;
}

static samme_status refuse(const struct reader *reader, yaml_mark_t mark, samme_status status,
                           const char *what) {
    return samme_fail(reader->error, status, "%s:%u:%u: %s", reader->tree->place,
                      from_one(mark.line), from_one(mark.column), what);
}

static bool expects_name(const struct reader *reader) {
    return reader->depth > 0 && !reader->named &&
           reader->open[reader->depth - 1]->kind == SAMME_NODE_OBJECT;
}

static samme_status add_node(struct reader *reader, yaml_mark_t mark, samme_node_kind kind,
                             samme_node **out) {
    samme_node *parent = reader->depth > 0 ? reader->open[reader->depth - 1] : NULL;
    samme_node *node = samme_tree_add(reader->tree, parent, kind);
    if (node == NULL)
        return refuse(reader, mark, SAMME_TOO_LARGE, "too many values");
    node->line = from_one(mark.line);
    node->column = from_one(mark.column);
    if (reader->named) {
        node->name = reader->name;
        node->name_line = from_one(reader->name_mark.line);
        node->name_column = from_one(reader->name_mark.column);
        reader->named = false;
    }
    *out = node;
    return SAMME_OK;
}

static samme_status open_node(struct reader *reader, yaml_mark_t mark, samme_node_kind kind) {
    if (expects_name(reader))
        return refuse(reader, mark, SAMME_MALFORMED, "a name is a word, not a list or an object");
    if (reader->depth == SAMME_MAPPING_DEPTH_MAX)
        return samme_fail(reader->error, SAMME_TOO_LARGE, "%s:%u:%u: nested deeper than %u",
                          reader->tree->place, from_one(mark.line), from_one(mark.column),
                          SAMME_MAPPING_DEPTH_MAX);
    samme_node *node = NULL;
    samme_status status = add_node(reader, mark, kind, &node);
    if (status == SAMME_OK)
        reader->open[reader->depth++] = node;
    return status;
}

/* What YAML reads as null is most often a value that was forgotten; as text it can be quoted. */
static bool is_null(const yaml_event_t *event, samme_span text) {
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (text.length == 0 || samme_span_equal(text, SAMME_LITERAL("~")) ||
            samme_span_equal(text, SAMME_LITERAL("null")));
}

static samme_status add_scalar(struct reader *reader, const yaml_event_t *event) {
    yaml_mark_t mark = event->start_mark;
    samme_span text = SAMME_SPAN(event->data.scalar.value, event->data.scalar.length);
    samme_span copy = samme_arena_copy(&reader->tree->arena, text);
    if (copy.data == NULL)
        return refuse(reader, mark, SAMME_TOO_LARGE, "too many values");
    if (expects_name(reader)) {
        reader->named = true;
        reader->name = copy;
        reader->name_mark = mark;
        return SAMME_OK;
    }
    samme_node *node = NULL;
    samme_status status =
        add_node(reader, mark, is_null(event, text) ? SAMME_NODE_NULL : SAMME_NODE_SCALAR, &node);
    if (status == SAMME_OK)
        node->text = copy;
    return status;
}

static samme_status start_document(struct reader *reader, const yaml_event_t *event) {
    bool tags = event->data.document_start.tag_directives.start !=
                event->data.document_start.tag_directives.end;
    if (tags)
        return refuse(reader, event->start_mark, SAMME_MALFORMED, "tags are not read here");
    if (reader->document_seen)
        return refuse(reader, event->start_mark, SAMME_MALFORMED, "a second document begins");
    reader->document_seen = true;
    return SAMME_OK;
}

static samme_status refuse_marks(const struct reader *reader, const yaml_event_t *event,
                                 const yaml_char_t *anchor, const yaml_char_t *tag) {
    if (anchor != NULL)
        return refuse(reader, event->start_mark, SAMME_MALFORMED, "anchors are not read here");
    if (tag != NULL)
        return refuse(reader, event->start_mark, SAMME_MALFORMED, "tags are not read here");
    return SAMME_OK;
}

static samme_status take_event(struct reader *reader, const yaml_event_t *event) {
    samme_status status = SAMME_OK;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return start_document(reader, event);
    case YAML_ALIAS_EVENT:
        return refuse(reader, event->start_mark, SAMME_MALFORMED, "aliases are not read here");
    case YAML_SCALAR_EVENT:
        status = refuse_marks(reader, event, event->data.scalar.anchor, event->data.scalar.tag);
        return status == SAMME_OK ? add_scalar(reader, event) : status;
    case YAML_SEQUENCE_START_EVENT:
        status = refuse_marks(reader, event, event->data.sequence_start.anchor,
                              event->data.sequence_start.tag);
        return status == SAMME_OK ? open_node(reader, event->start_mark, SAMME_NODE_LIST) : status;
    case YAML_MAPPING_START_EVENT:
        status = refuse_marks(reader, event, event->data.mapping_start.anchor,
                              event->data.mapping_start.tag);
        return status == SAMME_OK ? open_node(reader, event->start_mark, SAMME_NODE_OBJECT)
                                  : status;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        reader->depth--;
        return SAMME_OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return SAMME_OK;
}

/* Where a byte of the text stands: libyaml gives only an offset when the bytes are no text at all.
 */
static yaml_mark_t mark_of_offset(samme_span text, size_t offset) {
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < text.length; i++) {
        bool line_ends = text.data[i] == '\n';
        mark.line += line_ends;
        mark.column = line_ends ? 0 : mark.column + ((text.data[i] & 0xc0) != 0x80);
    }
    return mark;
}

static samme_status refuse_syntax(const struct reader *reader, const yaml_parser_t *parser,
                                  samme_span text) {
    if (parser->error == YAML_MEMORY_ERROR)
        return samme_fail(reader->error, SAMME_NO_MEMORY, "%s: no memory", reader->tree->place);
    yaml_mark_t mark = parser->error == YAML_READER_ERROR
                           ? mark_of_offset(text, parser->problem_offset)
                           : parser->problem_mark;
    char what[160];
    snprintf(what, sizeof what, "%s%s%s", parser->problem != NULL ? parser->problem : "not YAML",
             parser->context != NULL ? " " : "", parser->context != NULL ? parser->context : "");
    return refuse(reader, mark, SAMME_MALFORMED, what);
}

static samme_status read_events(struct reader *reader, yaml_parser_t *parser, samme_span text) {
    samme_status status = SAMME_OK;
    bool ended = false;
    while (status == SAMME_OK && !ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return refuse_syntax(reader, parser, text);
        ended = event.type == YAML_STREAM_END_EVENT;
        status = take_event(reader, &event);
        yaml_event_delete(&event);
    }
    if (status == SAMME_OK && reader->tree->root == NULL)
        status = refuse(reader, (yaml_mark_t){0}, SAMME_MALFORMED, "there is nothing in it");
    return status;
}

static ProtobufCMessage *read_yaml(const ProtobufCMessageDescriptor *type, samme_span text,
                                   const char *place, samme_arena *arena, samme_places *places,
                                   samme_error *error) {
    samme_tree tree;
    if (samme_tree_init(&tree, text, place, error) != SAMME_OK)
        return NULL;
    tree.lines = true;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        (void)samme_fail(error, SAMME_NO_MEMORY, "%s: no memory", place);
        return NULL;
    }
    static const uint8_t nothing[1];
    yaml_parser_set_input_string(&parser, text.length > 0 ? text.data : nothing, text.length);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    struct reader reader = {.tree = &tree, .error = error};
    ProtobufCMessage *message = NULL;
    if (read_events(&reader, &parser, text) == SAMME_OK)
        message = samme_tree_message(&tree, type, arena, places, error);
    yaml_parser_delete(&parser);
    samme_tree_free(&tree);
    return message;
}

ProtobufCMessage *samme_from_yaml(const ProtobufCMessageDescriptor *type, samme_span text,
                                  const char *place, samme_arena *arena, samme_error *error) {
    return read_yaml(type, text, place, arena, NULL, error);
}

ProtobufCMessage *samme_from_yaml_placed(const ProtobufCMessageDescriptor *type, samme_span text,
                                         const char *place, samme_arena *arena,
                                         samme_places *places, samme_error *error) {
    ProtobufCMessage *message = read_yaml(type, text, place, arena, places, error);
    if (message == NULL || samme_places_sort(places) == SAMME_OK)
        return message;
    (void)samme_fail(error, SAMME_NO_MEMORY, "%s: no memory", place);
    return NULL;
}
