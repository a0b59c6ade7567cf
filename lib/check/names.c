#include "check/names.h"

#include "base/map.h"
#include "boxes/set.h"

/* The names of one side by their places; NULL: a place without one. */
typedef struct side_names {
    const char **names;
    size_t count;
} side_names;

static samme_status category_names(const samme_frame *frame, size_t side, side_names *out) {
    const samme_categories *categories =
        &samme_policy_vocabulary(frame->policies[side])->categories;
    out->count = categories->count;
    out->names = samme_arena_alloc(frame->arena, (out->count + 1) * sizeof *out->names);
    if (out->names == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < out->count; i++) {
        samme_span code = samme_categories_at(categories, (uint32_t)i)->code;
        code = samme_arena_copy(frame->arena, code);
        if (code.data == NULL)
            return SAMME_NO_MEMORY;
        out->names[i] = (const char *)code.data;
    }
    return SAMME_OK;
}

static samme_status tier_names(const samme_frame *frame, size_t side, side_names *out) {
    const samme_vocabulary *vocabulary = samme_policy_vocabulary(frame->policies[side]);
    out->count = vocabulary->tier_count + 1;
    out->names = samme_arena_alloc(frame->arena, out->count * sizeof *out->names);
    if (out->names == NULL)
        return SAMME_NO_MEMORY;
    out->names[0] = "none";
    for (size_t i = 0; i < vocabulary->tier_count; i++)
        out->names[i + 1] = vocabulary->tiers[i];
    return SAMME_OK;
}

/* The value of a name, a new one when it has none. */
static samme_status value_of(samme_frame_names *names, samme_map *values, const char *name,
                             size_t *out) {
    samme_map_entry found;
    if (samme_map_get(values, samme_span_of_text(name), &found)) {
        *out = found.tag;
        return SAMME_OK;
    }
    *out = names->count;
    names->names[names->count++] = name;
    return samme_map_put(values, samme_span_of_text(name), SAMME_SPAN(NULL, 0), *out);
}

static samme_status take_side(samme_frame_names *names, samme_map *values, const side_names *side,
                              size_t all, int64_t **out_places, samme_arena *arena) {
    int64_t *places = samme_arena_alloc(arena, (all + 1) * sizeof *places);
    if (places == NULL)
        return SAMME_NO_MEMORY;
    for (size_t i = 0; i < all; i++)
        places[i] = SAMME_BOX_ABSENT;
    for (size_t p = 0; p < side->count; p++) {
        size_t value = 0;
        samme_status status = value_of(names, values, side->names[p], &value);
        if (status != SAMME_OK)
            return status;
        places[value] = (int64_t)p;
        names->same &= value == p;
    }
    *out_places = places;
    return SAMME_OK;
}

static samme_status join(samme_frame *frame, const side_names *sides, samme_frame_names *out) {
    size_t all = 0;
    for (size_t s = 0; s < frame->sides; s++)
        all += sides[s].count;
    *out = (samme_frame_names){.same = true};
    out->names = samme_arena_alloc(frame->arena, (all + 1) * sizeof *out->names);
    samme_map *values = samme_map_new();
    samme_status status = out->names == NULL || values == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    for (size_t s = 0; s < frame->sides && status == SAMME_OK; s++)
        status = take_side(out, values, &sides[s], all, &out->places[s], frame->arena);
    for (size_t s = 0; s < frame->sides; s++)
        out->same &= sides[s].count == out->count;
    samme_map_free(values);
    return status;
}

samme_status samme_frame_name_categories(samme_frame *frame) {
    side_names sides[SAMME_FRAME_SIDES_MAX];
    for (size_t s = 0; s < frame->sides; s++) {
        samme_status status = category_names(frame, s, &sides[s]);
        if (status != SAMME_OK)
            return status;
    }
    return join(frame, sides, &frame->categories);
}

samme_status samme_frame_name_tiers(samme_frame *frame) {
    side_names sides[SAMME_FRAME_SIDES_MAX];
    for (size_t s = 0; s < frame->sides; s++) {
        samme_status status = tier_names(frame, s, &sides[s]);
        if (status != SAMME_OK)
            return status;
    }
    return join(frame, sides, &frame->tiers);
}

static bool holds(const samme_interval *places, size_t count, int64_t place) {
    for (size_t i = 0; i < count; i++)
        if (place >= places[i].low && place <= places[i].high)
            return true;
    return false;
}

samme_status samme_frame_translate(const samme_frame *frame, const samme_frame_names *names,
                                   size_t side, const samme_interval *places, size_t count,
                                   samme_box_set *out) {
    size_t room = names->same ? count : names->count;
    samme_box_range *ranges = samme_arena_alloc(frame->arena, (room + 1) * sizeof *ranges);
    if (ranges == NULL)
        return SAMME_NO_MEMORY;
    size_t kept = 0;
    for (size_t i = 0; names->same && i < count; i++)
        ranges[kept++] = (samme_box_range){places[i].low, places[i].high};
    for (size_t v = 0; !names->same && v < names->count; v++)
        if (names->places[side][v] != SAMME_BOX_ABSENT &&
            holds(places, count, names->places[side][v]))
            ranges[kept++] = (samme_box_range){(int64_t)v, (int64_t)v};
    return samme_box_set_normal(frame->arena, (samme_box_set){ranges, kept}, out);
}
