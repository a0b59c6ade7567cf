#include "base/map.h"

#include <bsd/sys/tree.h>
#include <stdlib.h>

/* An element and the copy of its key and value in one block: key, then value, then room that an
 * earlier, longer value left. */
struct node {
    RB_ENTRY(node) links;
    uint64_t tag;
    size_t value_length;
    size_t value_room;
    samme_span key; /* of our own bytes; of the caller's in the node that a search compares with */
    uint8_t bytes[];
};

RB_HEAD(tree, node);

struct samme_map {
    struct tree tree;
    size_t count;
};

static int compare_nodes(const struct node *a, const struct node *b) {
    return samme_span_compare(a->key, b->key);
}

RB_GENERATE_INTERNAL(tree, node, links, compare_nodes, __attribute__((unused)) static)

samme_map *samme_map_new(void) {
    samme_map *map = malloc(sizeof *map);
    if (map == NULL)
        return NULL;
    RB_INIT(&map->tree);
    map->count = 0;
    return map;
}

void samme_map_free(samme_map *map) {
    if (map == NULL)
        return;
    samme_map_clear(map);
    free(map);
}

/* Children before their parent, so that nothing is balanced on the way. */
void samme_map_clear(samme_map *map) {
    struct node *node = RB_ROOT(&map->tree);
    while (node != NULL) {
        if (RB_LEFT(node, links) != NULL) {
            node = RB_LEFT(node, links);
        } else if (RB_RIGHT(node, links) != NULL) {
            node = RB_RIGHT(node, links);
        } else {
            struct node *parent = RB_PARENT(node, links);
            if (parent != NULL && RB_LEFT(parent, links) == node)
                RB_LEFT(parent, links) = NULL;
            else if (parent != NULL)
                RB_RIGHT(parent, links) = NULL;
            free(node);
            node = parent;
        }
    }
    RB_INIT(&map->tree);
    map->count = 0;
}

size_t samme_map_count(const samme_map *map) {
    return map->count;
}

/* The tree's functions take a head they do not change without const; searching changes nothing. */
static struct tree *tree_of(const samme_map *map) {
    return (struct tree *)(uintptr_t)&map->tree;
}

static struct node *find(const samme_map *map, samme_span key) {
    struct node wanted = {.key = key};
    return RB_FIND(tree, tree_of(map), &wanted);
}

static struct node *find_at_or_after(const samme_map *map, samme_span key) {
    struct node wanted = {.key = key};
    return RB_NFIND(tree, tree_of(map), &wanted);
}

static uint8_t *value_of(struct node *node) {
    return node->bytes + node->key.length;
}

static struct node *new_node(samme_span key, samme_span value) {
    if (value.length > SIZE_MAX - sizeof(struct node) - key.length)
        return NULL;
    struct node *node = malloc(sizeof *node + key.length + value.length);
    if (node == NULL)
        return NULL;
    if (key.length > 0)
        memcpy(node->bytes, key.data, key.length);
    node->key = SAMME_SPAN(node->bytes, key.length);
    node->value_length = node->value_room = value.length;
    if (value.length > 0)
        memcpy(value_of(node), value.data, value.length);
    return node;
}

samme_status samme_map_put(samme_map *map, samme_span key, samme_span value, uint64_t tag) {
    struct node *old = find(map, key);
    if (old != NULL && value.length <= old->value_room) {
        if (value.length > 0) /* the caller may give a part of the value that is there */
            memmove(value_of(old), value.data, value.length);
        old->value_length = value.length;
        old->tag = tag;
        return SAMME_OK;
    }
    struct node *node = new_node(key, value);
    if (node == NULL)
        return SAMME_NO_MEMORY;
    node->tag = tag;
    if (old != NULL) {
        RB_REMOVE(tree, &map->tree, old);
        free(old);
    } else {
        map->count++;
    }
    RB_INSERT(tree, &map->tree, node);
    return SAMME_OK;
}

void samme_map_remove(samme_map *map, samme_span key) {
    struct node *node = find(map, key);
    if (node == NULL)
        return;
    RB_REMOVE(tree, &map->tree, node);
    free(node);
    map->count--;
}

static bool show(struct node *node, samme_map_entry *out) {
    if (node != NULL && out != NULL)
        *out = (samme_map_entry){.key = node->key,
                                 .value = SAMME_SPAN(value_of(node), node->value_length),
                                 .tag = node->tag};
    return node != NULL;
}

bool samme_map_get(const samme_map *map, samme_span key, samme_map_entry *out) {
    return show(find(map, key), out);
}

bool samme_map_at_or_after(const samme_map *map, samme_span key, samme_map_entry *out) {
    return show(find_at_or_after(map, key), out);
}

bool samme_map_after(const samme_map *map, samme_span key, samme_map_entry *out) {
    struct node *node = find_at_or_after(map, key);
    if (node != NULL && samme_span_equal(node->key, key))
        node = RB_NEXT(tree, tree_of(map), node);
    return show(node, out);
}

bool samme_map_last(const samme_map *map, samme_map_entry *out) {
    return show(RB_MAX(tree, tree_of(map)), out);
}

bool samme_map_before(const samme_map *map, samme_span key, samme_map_entry *out) {
    struct node *node = find_at_or_after(map, key);
    if (node == NULL)
        return samme_map_last(map, out);
    return show(RB_PREV(tree, tree_of(map), node), out);
}
