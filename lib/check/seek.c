#include "check/seek.h"

#include "boxes/real.h"
#include "check/facts.h"

#define NODES_MAX_BYTES ((size_t)256 << 20)

enum { DEPTH_MAX = 4096 };

/* Dates that people like to read, when the box has them. */
static const samme_box_range liked_today = {20454, 21548};    /* 2026-01-01 to 2028-12-30 */
static const samme_box_range liked_purchase = {20089, 21183}; /* 2025-01-01 to 2027-12-31 */
static const samme_box_range forwards = {0, INT64_MAX};
static const samme_box_range open_yesterday = {0, 0};

static bool in_use(const samme_frame *frame, uint32_t clock) {
    if (frame->dimension[SAMME_CLOCK + clock] != SAMME_FRAME_NONE)
        return true;
    for (uint32_t i = 0; i < frame->pair_count; i++)
        if (frame->dimension[SAMME_PAIR + i] != SAMME_FRAME_NONE &&
            (frame->pairs[i].first == clock || frame->pairs[i].second == clock))
            return true;
    return false;
}

static samme_status build_facts(samme_seeker *seeker, samme_error *error) {
    samme_frame *facts = &seeker->facts;
    for (uint32_t i = 0; i < SAMME_CLOCKS_MAX; i++)
        facts->needed[SAMME_CLOCK + i] = false;
    for (uint32_t i = 0; i < SAMME_PAIRS_MAX; i++)
        facts->needed[SAMME_PAIR + i] = false;
    for (uint32_t i = 0; i < facts->clock_count; i++)
        if (in_use(seeker->frame, i))
            samme_frame_need_windows(facts, facts->clocks[i].table);
    samme_status status = samme_frame_build(facts, error);
    for (uint32_t i = 0; i < facts->clock_count && status == SAMME_OK; i++)
        if (in_use(seeker->frame, i) &&
            samme_clock_sets_of(facts, &facts->clocks[i], &seeker->clocks[i]) != SAMME_OK)
            status = samme_fail(error, SAMME_NO_MEMORY, "no memory for the windows");
    return status;
}

samme_status samme_seeker_init(samme_seeker *seeker, const samme_frame *frame, samme_error *error) {
    *seeker = (samme_seeker){.frame = frame, .facts = *frame};
    samme_status status = build_facts(seeker, error);
    if (status == SAMME_OK)
        status = samme_box_work_init(&seeker->work, &seeker->facts.world, error);
    if (status == SAMME_OK)
        samme_arena_init(&seeker->arena, NODES_MAX_BYTES);
    return status;
}

void samme_seeker_free(samme_seeker *seeker) {
    samme_arena_free(&seeker->arena);
    samme_box_work_fini(&seeker->work);
}

/* One search: the box as the analysis has it. */
typedef struct searching {
    samme_seeker *seeker;
    const samme_box_set *wanted;
    int64_t *values;
} searching;

/* Adds one answer to what is known of all: a no settles it, a split waits. */
static samme_told also(samme_ask *ask, samme_told told, const samme_ask *one, samme_told more) {
    if (told == SAMME_TOLD_NO || more == SAMME_TOLD_NO)
        return SAMME_TOLD_NO;
    if (more == SAMME_TOLD_SPLIT && told == SAMME_TOLD_YES)
        *ask = *one;
    return told == SAMME_TOLD_SPLIT ? told : more;
}

static samme_told ask_pair(const searching *self, samme_ask *ask, uint32_t pair,
                           samme_box_set side) {
    const samme_clock_pair both = self->seeker->frame->pairs[pair];
    samme_told same = samme_ask_same_deadline(ask, &self->seeker->clocks[both.first],
                                              &self->seeker->clocks[both.second]);
    if (same == SAMME_TOLD_SPLIT)
        return same;
    const bool wants_same = side.ranges[0].low == SAMME_PAIR_SAME;
    return (same == SAMME_TOLD_YES) == wants_same ? SAMME_TOLD_YES : SAMME_TOLD_NO;
}

/* Whether the windows make of the box what is wanted. */
static samme_told ask_all(const searching *self, samme_ask *ask) {
    const samme_frame *frame = self->seeker->frame;
    samme_told told = SAMME_TOLD_YES;
    for (uint32_t m = SAMME_CLOCK; m < SAMME_MEASURE_COUNT && told != SAMME_TOLD_NO; m++) {
        const uint32_t dimension = frame->dimension[m];
        if (dimension == SAMME_FRAME_NONE ||
            samme_box_side_is_any(&frame->world, dimension, self->wanted[dimension]))
            continue;
        samme_ask one = *ask;
        samme_told more = m >= SAMME_PAIR
                              ? ask_pair(self, &one, m - SAMME_PAIR, self->wanted[dimension])
                              : samme_ask_days_left(&one, &self->seeker->clocks[m - SAMME_CLOCK],
                                                    self->wanted[dimension]);
        told = also(ask, told, &one, more);
    }
    return told;
}

static samme_sought explore(searching *self, const samme_box_set *sides, unsigned depth);

/* One half of a box that was split. */
static samme_sought explore_half(searching *self, const samme_box_set *sides, const samme_ask *ask,
                                 bool upper, unsigned depth) {
    const uint32_t count = self->seeker->facts.world.dimensions;
    const samme_box_range range = {upper ? ask->value : INT64_MIN,
                                   upper ? INT64_MAX : ask->value - 1};
    samme_box_set *half = samme_arena_alloc(&self->seeker->arena, count * sizeof *half);
    if (half == NULL)
        return SAMME_SOUGHT_UNKNOWN;
    memcpy(half, sides, count * sizeof *half);
    samme_box_set within;
    if (samme_box_set_combine(&self->seeker->arena, SAMME_BOX_SET_AND, sides[ask->dimension],
                              (samme_box_set){&range, 1}, &within) != SAMME_OK)
        return SAMME_SOUGHT_UNKNOWN;
    half[ask->dimension] = within;
    return within.count == 0 ? SAMME_SOUGHT_NONE : explore(self, half, depth + 1);
}

static samme_sought explore(searching *self, const samme_box_set *sides, unsigned depth) {
    bool real = false;
    samme_seeker *seeker = self->seeker;
    if (++seeker->nodes > SAMME_SEEK_NODES_MAX || depth > DEPTH_MAX ||
        samme_box_is_real(&seeker->work, sides, &real) != SAMME_OK)
        return SAMME_SOUGHT_UNKNOWN;
    if (!real)
        return SAMME_SOUGHT_NONE;
    samme_ask ask = {.frame = &seeker->facts, .sides = sides};
    samme_told told = ask_all(self, &ask);
    if (told == SAMME_TOLD_NO)
        return SAMME_SOUGHT_NONE;
    if (told == SAMME_TOLD_YES) {
        if (samme_box_example(&seeker->work, sides, self->values, &real) != SAMME_OK || !real)
            return SAMME_SOUGHT_UNKNOWN;
        return samme_point_settle(&seeker->facts, sides, self->values) ? SAMME_SOUGHT_FOUND
                                                                       : SAMME_SOUGHT_NONE;
    }
    samme_sought first = explore_half(self, sides, &ask, true, depth);
    if (first == SAMME_SOUGHT_FOUND)
        return first;
    samme_sought second = explore_half(self, sides, &ask, false, depth);
    return second == SAMME_SOUGHT_NONE ? first : second;
}

/* The box in the frame of facts; what that has more is any. */
static void spread(const samme_seeker *seeker, const samme_box_set *wanted, samme_box_set *out) {
    for (uint32_t d = 0; d < seeker->facts.world.dimensions; d++) {
        const uint32_t dimension = seeker->frame->dimension[seeker->facts.measure[d]];
        out[d] = dimension == SAMME_FRAME_NONE ? seeker->facts.domains[d] : wanted[dimension];
    }
}

static void like(samme_seeker *seeker, samme_box_set *sides, uint32_t measure,
                 samme_box_range range) {
    const uint32_t dimension = seeker->facts.dimension[measure];
    samme_box_set within;
    if (dimension != SAMME_FRAME_NONE &&
        samme_box_set_combine(&seeker->arena, SAMME_BOX_SET_AND, sides[dimension],
                              (samme_box_set){&range, 1}, &within) == SAMME_OK &&
        within.count > 0)
        sides[dimension] = within;
}

samme_sought samme_seek(samme_seeker *seeker, const samme_box_set *sides, int64_t *values) {
    samme_box_set box[SAMME_BOX_DIMENSIONS_MAX], liked[SAMME_BOX_DIMENSIONS_MAX];
    searching self = {seeker, sides, values};
    samme_arena_reset(&seeker->arena);
    spread(seeker, sides, box);
    memcpy(liked, box, sizeof liked);
    like(seeker, liked, SAMME_INPUT_TODAY, liked_today);
    like(seeker, liked, SAMME_INPUT_PURCHASE_DATE, liked_purchase);
    like(seeker, liked, SAMME_INPUT_RECEIPT_DATE, liked_purchase);
    like(seeker, liked, SAMME_AGE_OF_PURCHASE, forwards);
    like(seeker, liked, SAMME_AGE_OF_RECEIPT, forwards);
    like(seeker, liked, SAMME_DELIVERY, forwards);
    like(seeker, liked, SAMME_INPUT_CLOSED_BEFORE, open_yesterday);
    seeker->nodes = 0;
    samme_sought found = explore(&self, liked, 0);
    if (found != SAMME_SOUGHT_FOUND) {
        seeker->nodes = 0;
        found = explore(&self, box, 0);
    }
    return found;
}

Samme__Facts *samme_seeker_facts(const samme_seeker *seeker, const int64_t *values) {
    return samme_point_facts(&seeker->facts, values);
}
