#include "check/words.h"

#include <inttypes.h>
#include <stdio.h>

#include "boxes/set.h"

#define LISTED_MAX 40u /* more values are written as ranges */

static unsigned clocks_of(const samme_frame *frame) {
    unsigned count = 0;
    for (uint32_t i = 0; i < SAMME_CLOCKS_MAX; i++)
        count += frame->dimension[SAMME_CLOCK + i] != SAMME_FRAME_NONE;
    return count;
}

const char *samme_measure_name(const samme_frame *frame, uint32_t measure, char *room) {
    switch (measure) {
    case SAMME_AGE_OF_PURCHASE:
        return "today - purchase_date";
    case SAMME_AGE_OF_RECEIPT:
        return "today - receipt_date";
    case SAMME_DELIVERY:
        return "receipt_date - purchase_date";
    default:
        break;
    }
    if (measure < SAMME_INPUT_COUNT)
        return samme_input_at((samme_input_id)measure)->name;
    if (measure >= SAMME_PAIR)
        return "deadlines";
    if (clocks_of(frame) == 1)
        return "days_left";
    const samme_clock *clock = &frame->clocks[measure - SAMME_CLOCK];
    snprintf(room, SAMME_MEASURE_BYTES, "days_left of %s%s", clock->table->name,
             frame->sides == 1  ? ""
             : clock->side == 0 ? " (A)"
                                : " (B)");
    return room;
}

static samme_input_kind kind_of(uint32_t measure) {
    return measure < SAMME_INPUT_COUNT ? samme_input_at((samme_input_id)measure)->kind
                                       : SAMME_KIND_COUNT;
}

static void value_words(const samme_frame *frame, uint32_t measure, int64_t value,
                        samme_buffer *out) {
    switch (kind_of(measure)) {
    case SAMME_KIND_CATEGORY:
        samme_buffer_append_text(out, frame->categories.names[value]);
        return;
    case SAMME_KIND_TIER:
        samme_buffer_append_text(out, frame->tiers.names[value]);
        return;
    case SAMME_KIND_MONEY:
        value *= frame->grain;
        break;
    default:
        break;
    }
    if (measure >= SAMME_PAIR)
        samme_buffer_append_text(out, value == SAMME_PAIR_SAME ? "the same" : "not the same");
    else if (measure < SAMME_INPUT_COUNT)
        samme_input_show(samme_input_at((samme_input_id)measure),
                         samme_policy_vocabulary(frame->policies[0]), value, out);
    else
        samme_buffer_printf(out, "%" PRId64, value);
}

static bool ordered(samme_input_kind kind) {
    return kind == SAMME_KIND_COUNT || kind == SAMME_KIND_QUANTITY || kind == SAMME_KIND_MONEY ||
           kind == SAMME_KIND_DATE;
}

/* Without ABSENT; shares the ranges, of which ABSENT is one of its own. */
static samme_box_set present_part(samme_box_set set) {
    if (set.count > 0 && set.ranges[0].high == SAMME_BOX_ABSENT)
        return (samme_box_set){set.ranges + 1, set.count - 1};
    return set;
}

static uint64_t size_of(samme_box_set set) {
    uint64_t size = 0;
    for (size_t i = 0; i < set.count; i++)
        size += (uint64_t)set.ranges[i].high - (uint64_t)set.ranges[i].low + 1;
    return size;
}

static void range_words(const samme_frame *frame, uint32_t measure, samme_box_range range,
                        samme_box_range domain, samme_buffer *out) {
    if (range.low == range.high) {
        value_words(frame, measure, range.low, out);
    } else if (range.low == domain.low && ordered(kind_of(measure))) {
        samme_buffer_append_text(out, "<= ");
        value_words(frame, measure, range.high, out);
    } else if (range.high == domain.high && ordered(kind_of(measure))) {
        samme_buffer_append_text(out, ">= ");
        value_words(frame, measure, range.low, out);
    } else {
        samme_buffer_append_text(out, "[");
        value_words(frame, measure, range.low, out);
        samme_buffer_append_text(out, "..");
        value_words(frame, measure, range.high, out);
        samme_buffer_append_text(out, "]");
    }
}

static void ranges_words(const samme_frame *frame, uint32_t measure, samme_box_set set,
                         samme_box_range domain, samme_buffer *out) {
    for (size_t i = 0; i < set.count; i++) {
        samme_buffer_append_text(out, i == 0 ? "" : ", ");
        range_words(frame, measure, set.ranges[i], domain, out);
    }
}

static void names_words(const samme_frame *frame, uint32_t measure, samme_box_set set,
                        samme_buffer *out) {
    const char *comma = "";
    for (size_t i = 0; i < set.count; i++)
        for (int64_t v = set.ranges[i].low; v <= set.ranges[i].high; v++, comma = ", ") {
            samme_buffer_append_text(out, comma);
            value_words(frame, measure, v, out);
        }
}

/* Values without an order: their names, or those of the others when they are fewer. */
static void set_words(const samme_frame *frame, uint32_t measure, samme_box_set set,
                      samme_box_set domain, samme_buffer *out) {
    samme_box_set rest;
    if (samme_box_set_combine(frame->arena, SAMME_BOX_SET_MINUS, domain, set, &rest) != SAMME_OK)
        rest = domain; /* for want of memory the longer form */
    const uint64_t size = size_of(set), other = size_of(rest);
    if (size > LISTED_MAX && other > LISTED_MAX) {
        ranges_words(frame, measure, set, domain.ranges[0], out);
    } else if (other < size) {
        samme_buffer_append_text(out, "not(");
        names_words(frame, measure, rest, out);
        samme_buffer_append_text(out, ")");
    } else {
        names_words(frame, measure, set, out);
    }
}

void samme_side_words(const samme_frame *frame, uint32_t dimension, samme_box_set side,
                      samme_buffer *out) {
    const uint32_t measure = frame->measure[dimension];
    const samme_box_set set = present_part(side);
    const samme_box_set domain = present_part(frame->domains[dimension]);
    if (set.count < side.count)
        samme_buffer_append_text(out, set.count == 0 ? "absent" : "absent or ");
    if (set.count == 0)
        return;
    if (samme_box_set_meet(set, domain) == SAMME_BOX_COVERS)
        samme_buffer_append_text(out, "given");
    else if (kind_of(measure) == SAMME_KIND_CATEGORY)
        samme_category_words(frame, set, out);
    else if (ordered(kind_of(measure)))
        ranges_words(frame, measure, set,
                     (samme_box_range){domain.ranges[0].low, domain.ranges[domain.count - 1].high},
                     out);
    else
        set_words(frame, measure, set, domain, out);
}

void samme_box_words(const samme_frame *frame, const samme_box_set *sides, samme_buffer *out) {
    const char *between = "";
    char room[SAMME_MEASURE_BYTES];
    for (uint32_t d = 0; d < frame->world.dimensions; d++) {
        if (samme_box_side_is_any(&frame->world, d, sides[d]))
            continue;
        samme_buffer_printf(out, "%s%s: ", between,
                            samme_measure_name(frame, frame->measure[d], room));
        samme_side_words(frame, d, sides[d], out);
        between = "; ";
    }
    if (between[0] == 0)
        samme_buffer_append_text(out, "all facts");
}

void samme_box_json(const samme_frame *frame, const samme_box_set *sides, samme_buffer *out) {
    const char *between = "";
    char room[SAMME_MEASURE_BYTES];
    samme_buffer words;
    samme_buffer_init(&words, 1u << 20);
    samme_buffer_u8(out, '{');
    for (uint32_t d = 0; d < frame->world.dimensions; d++) {
        if (samme_box_side_is_any(&frame->world, d, sides[d]))
            continue;
        samme_buffer_clear(&words);
        samme_side_words(frame, d, sides[d], &words);
        samme_buffer_printf(out, "%s\"%s\":", between,
                            samme_measure_name(frame, frame->measure[d], room));
        samme_json_string(out, samme_buffer_span(&words));
        between = ",";
    }
    samme_buffer_u8(out, '}');
    samme_buffer_free(&words);
}
