/* What JSON and YAML have in common: a tree of objects, lists and scalars, with the place each
 * stands at. Built by from_json.c and from_yaml.c, read by to_message.c. Lives until
 * samme_tree_free. */
#ifndef SAMME_WIRE_TREE_H
#define SAMME_WIRE_TREE_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"

struct samme_places;

typedef enum samme_node_kind {
    SAMME_NODE_OBJECT,
    SAMME_NODE_LIST,
    SAMME_NODE_TEXT,    /* a JSON string */
    SAMME_NODE_INTEGER, /* a JSON number without point or exponent */
    SAMME_NODE_REAL,    /* any other JSON number: nothing takes one */
    SAMME_NODE_BOOL,
    SAMME_NODE_NULL,
    SAMME_NODE_SCALAR, /* of YAML: text until the field's type says what it is */
} samme_node_kind;

typedef struct samme_node {
    samme_node_kind kind;
    size_t number;                   /* of the node, from 0 in the order they were added */
    unsigned line, column;           /* from 1; 0 in JSON, whose parser does not say */
    unsigned name_line, name_column; /* of the name in front of it */
    samme_span name;                 /* in the object that holds it */
    samme_span text;                 /* of a scalar, as written */
    struct samme_node *first, *last; /* members or elements */
    struct samme_node *next;
    size_t count; /* of members or elements */
} samme_node;

typedef struct samme_tree {
    samme_arena arena;
    samme_node *root;
    size_t nodes;
    const char *place; /* of the text, for errors: a file name or a word */
    bool lines;        /* nodes say where they stand */
    samme_span json;   /* else the text, by which a node's number is where it stands */
} samme_tree;

/* Memory is bounded by SAMME_MAPPING_NODES_MAX and the text's length. SAMME_TOO_LARGE for a text
 * over SAMME_MAPPING_TEXT_MAX. */
samme_status samme_tree_init(samme_tree *tree, samme_span text, const char *place,
                             samme_error *error) SAMME_CHECKED;
void samme_tree_free(samme_tree *tree);
/* A new last child of parent, or the root when parent is NULL. NULL when there are too many nodes.
 */
samme_node *samme_tree_add(samme_tree *tree, samme_node *parent,
                           samme_node_kind kind) SAMME_CHECKED;

/* The message that the tree spells, in the arena; NULL and *error when it spells none. `places`,
 * which may be NULL, learns where its values stand. */
ProtobufCMessage *samme_tree_message(const samme_tree *tree, const ProtobufCMessageDescriptor *type,
                                     samme_arena *arena, struct samme_places *places,
                                     samme_error *error) SAMME_CHECKED;

#endif
