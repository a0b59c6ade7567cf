#include "wire/tree.h"

#include "wire/mapping.h"

samme_status samme_tree_init(samme_tree *tree, samme_span text, const char *place,
                             samme_error *error) {
    if (text.length > SAMME_MAPPING_TEXT_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: larger than %u bytes", place,
                          SAMME_MAPPING_TEXT_MAX);
    *tree = (samme_tree){.place = place};
    /* A node may bring a name and a text, each with a terminator and rounded up by the arena. */
    const size_t rounding = 2 * 2 * sizeof(max_align_t);
    samme_arena_init(&tree->arena,
                     SAMME_MAPPING_NODES_MAX * (sizeof(samme_node) + rounding) + text.length);
    return SAMME_OK;
}

void samme_tree_free(samme_tree *tree) {
    samme_arena_free(&tree->arena);
    tree->root = NULL;
}

samme_node *samme_tree_add(samme_tree *tree, samme_node *parent, samme_node_kind kind) {
    if (tree->nodes >= SAMME_MAPPING_NODES_MAX)
        return NULL;
    samme_node *node = samme_arena_alloc(&tree->arena, sizeof *node);
    if (node == NULL)
        return NULL;
    *node = (samme_node){.kind = kind, .number = tree->nodes++};
    if (parent == NULL) {
        tree->root = node;
        return node;
    }
    if (parent->last != NULL)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
    return node;
}
