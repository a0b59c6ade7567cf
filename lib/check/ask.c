#include "check/ask.h"

#include "boxes/set.h"

static samme_told split_at(samme_ask *ask, uint32_t dimension, int64_t value) {
    ask->dimension = dimension;
    ask->value = value;
    return SAMME_TOLD_SPLIT;
}

static bool holds(samme_box_set set, int64_t value) {
    int64_t next = 0;
    return samme_box_set_next(set, value, &next) && next == value;
}

/* The first value of the side behind its first one that is in the set or not, unlike that. A value
 * inside of a range of the side turns where a range of the set begins or ends. */
static bool first_turn(samme_box_set side, samme_box_set set, int64_t *out) {
    const bool before = holds(set, side.ranges[0].low);
    for (size_t i = 0; i < side.count; i++) {
        const samme_box_range range = side.ranges[i];
        if (holds(set, range.low) != before) {
            *out = range.low;
            return true;
        }
        for (size_t k = 0; k < set.count; k++) {
            const bool end = before; /* within the set it turns behind an end, else at a begin */
            if (end && set.ranges[k].high == INT64_MAX)
                continue;
            const int64_t at = end ? set.ranges[k].high + 1 : set.ranges[k].low;
            if (at > range.low && at <= range.high && holds(set, at) != before) {
                *out = at;
                return true;
            }
        }
    }
    return false;
}

samme_told samme_ask_set(samme_ask *ask, uint32_t measure, samme_box_set set) {
    const uint32_t dimension = ask->frame->dimension[measure];
    int64_t turn = 0;
    if (dimension == SAMME_FRAME_NONE)
        return holds(set, SAMME_BOX_ABSENT) ? SAMME_TOLD_YES : SAMME_TOLD_NO;
    const samme_box_set side = ask->sides[dimension];
    if (first_turn(side, set, &turn))
        return split_at(ask, dimension, turn);
    return holds(set, side.ranges[0].low) ? SAMME_TOLD_YES : SAMME_TOLD_NO;
}

samme_told samme_ask_from(samme_ask *ask, uint32_t measure, int64_t value) {
    const samme_box_range range = {value, INT64_MAX};
    return samme_ask_set(ask, measure, (samme_box_set){&range, 1});
}

samme_told samme_ask_given(samme_ask *ask, uint32_t measure) {
    return samme_ask_from(ask, measure, SAMME_BOX_ABSENT + 1);
}

/* Whether an input that the table lists is absent. */
static samme_told ask_lacks(samme_ask *ask, const samme_asked *asked) {
    samme_told lacks = SAMME_TOLD_NO;
    for (size_t i = 0; i < asked->table->input_count; i++) {
        const samme_input_id input = asked->table->inputs[i];
        samme_ask one = *ask;
        samme_told given = SAMME_TOLD_NO;
        if (input != SAMME_INPUT_DAYS_LEFT)
            given = samme_ask_given(&one, input);
        else if (asked->clock != SAMME_FRAME_NONE)
            given = samme_ask_given(&one, SAMME_CLOCK + asked->clock);
        if (given == SAMME_TOLD_NO)
            return SAMME_TOLD_YES;
        if (given == SAMME_TOLD_SPLIT && lacks == SAMME_TOLD_NO) {
            lacks = given;
            *ask = one;
        }
    }
    return lacks;
}

samme_told samme_ask_ruled(samme_ask *ask, const samme_asked *asked, uint32_t winner,
                           samme_ruled *out) {
    static const samme_outcome gap = {.verdict = SAMME__VERDICT__deny,
                                      .reason = "POLICY_GAP",
                                      .disposition = "",
                                      .approval = "",
                                      .sop = ""};
    static const samme_outcome overlap = {.verdict = SAMME__VERDICT__deny,
                                          .reason = "POLICY_OVERLAP",
                                          .disposition = "",
                                          .approval = "",
                                          .sop = ""};
    const samme_table *table = asked->table;
    *out = (samme_ruled){table, winner, &gap};
    if (table == NULL)
        return SAMME_TOLD_YES;
    if (winner == SAMME_BOX_OVERLAP) {
        out->outcome = &overlap;
    } else if (winner != SAMME_BOX_NONE) {
        out->outcome = &table->rules[winner].outcome;
    } else if (table->has_missing) {
        samme_told lacks = ask_lacks(ask, asked);
        if (lacks == SAMME_TOLD_SPLIT)
            return lacks;
        if (lacks == SAMME_TOLD_YES)
            *out = (samme_ruled){table, SAMME_RULE_MISSING, &table->missing};
    }
    return SAMME_TOLD_YES;
}
