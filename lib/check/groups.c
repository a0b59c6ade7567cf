/* Countries for which the same tables speak, and what those turn on. */
#include "check/compare.h"
#include "check/shapes.h"

static bool names(const samme_table *table, int64_t country) {
    for (size_t i = 0; i < table->country_count; i++)
        if (table->countries[i] == country)
            return true;
    return false;
}

bool samme_voices_of(const samme_comparing *self, int64_t country, samme_voices *out) {
    *out = (samme_voices){.counts = {1, 1}};
    size_t all = SAMME_FRAME_SIDES_MAX;
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++) {
        const samme_policy *policy = self->policies[s];
        const samme_table *speaks = samme_policy_table_for(policy, country);
        for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
            const samme_table *table = samme_policy_table_at(policy, i);
            if (table == speaks)
                out->tables[s][0] = (uint16_t)(i + 1);
            if (!table->floor || country == SAMME_ABSENT || !names(table, country))
                continue;
            if (++all > SAMME_BOX_TABLES_MAX)
                return false;
            out->tables[s][out->counts[s]++] = (uint16_t)(i + 1);
        }
    }
    return true;
}

/* The table of a group that stands at a place; NULL: no policy for the country. */
static samme_made_table *made_at(const samme_comparing *self, const samme_voices *group,
                                 size_t side, size_t place) {
    const uint16_t number = group->tables[side][place];
    return number == 0 ? NULL : &self->made[side][number - 1];
}

static uint32_t clock_at(const samme_comparing *self, const samme_voices *group, size_t side,
                         size_t place) {
    const samme_made_table *one = made_at(self, group, side, place);
    return one == NULL ? SAMME_FRAME_NONE : one->asked.clock;
}

/* What is needed to tell whether two deadlines are one. */
static samme_status need_pair(samme_comparing *self, uint32_t first, uint32_t second) {
    uint32_t measure = SAMME_FRAME_NONE;
    if (first == second)
        return SAMME_OK;
    if (first == SAMME_FRAME_NONE || second == SAMME_FRAME_NONE) {
        samme_frame_need(self->frame, SAMME_CLOCK + (first == SAMME_FRAME_NONE ? second : first));
        return SAMME_OK;
    }
    samme_status status = samme_frame_pair(&self->all, first, second, &measure);
    if (status == SAMME_OK)
        samme_frame_need(self->frame, measure);
    memcpy(self->frame->pairs, self->all.pairs, sizeof self->all.pairs);
    self->frame->pair_count = self->all.pair_count;
    return status;
}

static samme_status need_table(samme_comparing *self, size_t side, const samme_made_table *one,
                               samme_error *error) {
    if (one->asked.table->reprice_rest)
        samme_frame_need(self->frame, SAMME_INPUT_BUNDLE_BROKEN);
    if (one->asked.table->floor) {
        samme_frame_need(self->frame, SAMME_INPUT_LINE_PAID);
        samme_frame_need(self->frame, SAMME_INPUT_CURRENCY);
        if (one->asked.clock != SAMME_FRAME_NONE) /* it may be what makes one floor the better */
            samme_frame_need(self->frame, SAMME_CLOCK + one->asked.clock);
    }
    return samme_frame_need_table(self->frame, side, one->asked.table, error);
}

samme_status samme_group_frame(samme_comparing *self, const samme_voices *group,
                               samme_error *error) {
    samme_status status = SAMME_OK;
    self->frame = samme_arena_alloc(&self->arena, sizeof *self->frame);
    if (self->frame == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the tables");
    *self->frame = self->all;
    samme_frame_need(self->frame, SAMME_INPUT_SALE_COUNTRY);
    samme_frame_need(self->frame, SAMME_INPUT_RECEIPT_KIND);
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        for (size_t i = 0; i < group->counts[s] && status == SAMME_OK; i++)
            if (made_at(self, group, s, i) != NULL)
                status = need_table(self, s, made_at(self, group, s, i), error);
    for (size_t i = 0; i < group->counts[0] && status == SAMME_OK; i++)
        for (size_t k = 0; k < group->counts[1] && status == SAMME_OK; k++) {
            status = need_pair(self, clock_at(self, group, 0, i), clock_at(self, group, 1, k));
            if (status != SAMME_OK)
                return samme_fail(error, status, "there are too many kinds of windows");
        }
    if (status == SAMME_OK)
        status = samme_frame_build(self->frame, error);
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        for (size_t i = 0; i < group->counts[s] && status == SAMME_OK; i++) {
            samme_made_table *one = made_at(self, group, s, i);
            if (one != NULL)
                status = samme_table_shapes(self->frame, s, one->asked.table, &one->boxes, error);
        }
    return status;
}
