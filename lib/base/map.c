#include "base/map.h"

#include <bsd/sys/tree.h>
#include <stdlib.h>

#include "base/text.h"

/* An element and the copy of its key and value in one block: key, then value, then room that an
 * earlier, longer value left. What a search reads lies together. */
struct node {
    uint64_t tag;
    size_t value_length;
    size_t value_room;
    RB_ENTRY(node) links;
    size_t key_length;
    uint8_t bytes[];
};

RB_HEAD(tree, node);

struct samme_map {
    struct tree tree;
    size_t count;
};

static samme_span key_of(const struct node *node) {
    return SAMME_SPAN(node->bytes, node->key_length);
}

/* Only for what the macros generate and nothing here calls. */
static int compare_nodes(const struct node *a, const struct node *b) {
    return samme_span_compare(key_of(a), key_of(b));
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

/* Where a key is, or would be: below `parent`, on the side that `order` says (the key is before it
 * when < 0); parent is NULL in an empty tree. */
struct place {
    struct node *found;
    struct node *parent;
    int order;
};

/* As samme_span_compare. Keys are short and many begin alike, so a call of memcmp for each costs
 * more than what it compares: eight bytes at a time are. */
static int compare_keys(samme_span a, samme_span b) {
    const size_t common = a.length < b.length ? a.length : b.length;
    size_t i = 0;
    for (; common - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t left, right;
        memcpy(&left, a.data + i, sizeof left);
        memcpy(&right, b.data + i, sizeof right);
        if (left != right)
            return samme_get_u64(a.data + i) < samme_get_u64(b.data + i) ? -1 : 1;
    }
    for (; i < common; i++)
        if (a.data[i] != b.data[i])
            return a.data[i] < b.data[i] ? -1 : 1;
    return a.length < b.length ? -1 : a.length > b.length;
}

static struct place locate(const samme_map *map, samme_span key) {
    struct place place = {.found = RB_ROOT(tree_of(map))};
    while (place.found != NULL && (place.order = compare_keys(key, key_of(place.found))) != 0) {
        place.parent = place.found;
        place.found = place.order < 0 ? RB_LEFT(place.found, links) : RB_RIGHT(place.found, links);
    }
    return place;
}

static struct node *find(const samme_map *map, samme_span key) {
    return locate(map, key).found;
}

static struct node *find_at_or_after(const samme_map *map, samme_span key) {
    const struct place place = locate(map, key);
    if (place.found != NULL || place.parent == NULL || place.order < 0)
        return place.found != NULL ? place.found : place.parent;
    return RB_NEXT(tree, tree_of(map), place.parent);
}

static uint8_t *value_of(struct node *node) {
    return node->bytes + node->key_length;
}

static struct node *new_node(samme_span key, samme_span value) {
    if (value.length > SIZE_MAX - sizeof(struct node) - key.length)
        return NULL;
    struct node *node = malloc(sizeof *node + key.length + value.length);
    if (node == NULL)
        return NULL;
    if (key.length > 0)
        memcpy(node->bytes, key.data, key.length);
    node->key_length = key.length;
    node->value_length = node->value_room = value.length;
    if (value.length > 0)
        memcpy(value_of(node), value.data, value.length);
    return node;
}

/* As RB_INSERT, but for the search, which was made. */
static void insert_at(samme_map *map, const struct place *place, struct node *node) {
    RB_SET(node, place->parent, links);
    if (place->parent == NULL)
        RB_ROOT(&map->tree) = node;
    else if (place->order < 0)
        RB_LEFT(place->parent, links) = node;
    else
        RB_RIGHT(place->parent, links) = node;
    tree_RB_INSERT_COLOR(&map->tree, node);
    map->count++;
}

/* Puts a node of the same key where another is. */
static void replace(samme_map *map, struct node *old, struct node *node) {
    struct node *parent = RB_PARENT(old, links);
    node->links = old->links;
    if (RB_LEFT(node, links) != NULL)
        RB_PARENT(RB_LEFT(node, links), links) = node;
    if (RB_RIGHT(node, links) != NULL)
        RB_PARENT(RB_RIGHT(node, links), links) = node;
    if (parent == NULL)
        RB_ROOT(&map->tree) = node;
    else if (RB_LEFT(parent, links) == old)
        RB_LEFT(parent, links) = node;
    else
        RB_RIGHT(parent, links) = node;
    free(old);
}

samme_status samme_map_put(samme_map *map, samme_span key, samme_span value, uint64_t tag) {
    const struct place place = locate(map, key);
    struct node *old = place.found;
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
    if (old != NULL)
        replace(map, old, node);
    else
        insert_at(map, &place, node);
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
        *out = (samme_map_entry){.key = key_of(node),
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
    if (node != NULL && samme_span_equal(key_of(node), key))
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
