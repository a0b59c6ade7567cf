#include "boxes/join.h"

#include <stdlib.h>

samme_status samme_box_name(samme_map *names, samme_span bytes, uint32_t *out) {
    samme_map_entry entry;
    if (samme_map_get(names, bytes, &entry)) {
        *out = (uint32_t)entry.tag;
        return SAMME_OK;
    }
    const uint64_t next = samme_map_count(names);
    *out = (uint32_t)next;
    return samme_map_put(names, bytes, SAMME_SPAN(NULL, 0), next);
}

static samme_status name_of(samme_box_parts *parts, samme_box_set side, uint32_t *out) {
    return samme_box_name(parts->names, SAMME_SPAN(side.ranges, side.count * sizeof *side.ranges),
                          out);
}

samme_status samme_box_parts_init(samme_box_parts *parts, samme_box_work *work) {
    *parts = (samme_box_parts){.work = work, .names = samme_map_new()};
    samme_buffer_init(&parts->list, SAMME_BOX_MEMORY_BYTES);
    return parts->names == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_box_parts_fini(samme_box_parts *parts) {
    samme_map_free(parts->names);
    samme_buffer_free(&parts->list);
}

samme_status samme_box_parts_add(samme_box_parts *parts, const samme_box_set *sides,
                                 const samme_box_part *rest) {
    const uint32_t dimensions = parts->work->dimensions;
    samme_box_part part = *rest;
    part.number = parts->list.length / sizeof part;
    part.sides = samme_arena_alloc(&parts->work->arena, dimensions * sizeof *part.sides);
    part.names = samme_arena_alloc(&parts->work->arena, dimensions * sizeof *part.names);
    if (part.sides == NULL || part.names == NULL)
        return SAMME_NO_MEMORY;
    for (uint32_t d = 0; d < dimensions; d++) {
        samme_status status = samme_box_set_normal(&parts->work->arena, sides[d], &part.sides[d]);
        if (status == SAMME_OK)
            status = name_of(parts, part.sides[d], &part.names[d]);
        if (status != SAMME_OK)
            return status;
    }
    samme_buffer_append(&parts->list, SAMME_SPAN(&part, sizeof part));
    return samme_buffer_status(&parts->list) == SAMME_OK ? SAMME_OK : SAMME_NO_MEMORY;
}

/* Label and sides but one: parts with the same key are together one box. */
static size_t key_of(const samme_box_parts *parts, const samme_box_part *part, uint32_t but,
                     uint8_t *key) {
    const size_t sides = parts->work->dimensions * sizeof *part->names;
    memcpy(key, part->label, sizeof part->label);
    memcpy(key + sizeof part->label, part->names, sides);
    memset(key + sizeof part->label + but * sizeof *part->names, 0xff, sizeof *part->names);
    return sizeof part->label + sides;
}

static samme_status absorb(samme_box_parts *parts, samme_box_part *into, samme_box_part *part,
                           uint32_t d) {
    samme_box_set side;
    uint32_t name = 0;
    samme_status status = samme_box_set_combine(&parts->work->arena, SAMME_BOX_SET_OR,
                                                into->sides[d], part->sides[d], &side);
    if (status == SAMME_OK)
        status = name_of(parts, side, &name);
    if (status != SAMME_OK)
        return status;
    into->sides[d] = side;
    into->names[d] = name;
    part->gone = true;
    return SAMME_OK;
}

static samme_status join_along(samme_box_parts *parts, uint32_t d, bool *out_joined) {
    size_t count = 0;
    samme_box_part *list = samme_box_parts_list(parts, &count);
    samme_map *seen = samme_map_new();
    samme_status status = seen == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    *out_joined = false;
    for (size_t i = 0; status == SAMME_OK && i < count; i++) {
        uint8_t key[sizeof list->label + SAMME_BOX_DIMENSIONS_MAX * sizeof *list->names];
        samme_map_entry entry;
        if (list[i].gone)
            continue;
        const samme_span span = SAMME_SPAN(key, key_of(parts, &list[i], d, key));
        status = samme_box_spend(parts->work, 64);
        if (status != SAMME_OK)
            break;
        if (samme_map_get(seen, span, &entry)) {
            status = absorb(parts, &list[entry.tag], &list[i], d);
            *out_joined = true;
        } else
            status = samme_map_put(seen, span, SAMME_SPAN(NULL, 0), i);
    }
    samme_map_free(seen);
    return status;
}

static int by_label(const void *a, const void *b) {
    const samme_box_part *x = a, *y = b;
    for (unsigned i = 0; i < 2; i++)
        if (x->label[i] != y->label[i])
            return x->label[i] < y->label[i] ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

samme_status samme_box_parts_join(samme_box_parts *parts) {
    const uint32_t dimensions = parts->work->dimensions;
    samme_status status = SAMME_OK;
    uint32_t quiet = 0; /* dimensions in a row along which nothing could be joined */
    for (uint32_t d = 0; status == SAMME_OK && quiet < dimensions; d = (d + 1) % dimensions) {
        bool joined = false;
        status = join_along(parts, d, &joined);
        quiet = joined ? 0 : quiet + 1;
    }
    size_t count = 0, kept = 0;
    samme_box_part *list = samme_box_parts_list(parts, &count);
    for (size_t i = 0; i < count; i++)
        if (!list[i].gone)
            list[kept++] = list[i];
    parts->list.length = kept * sizeof *list;
    if (kept > 1)
        qsort(list, kept, sizeof *list, by_label);
    return status;
}
