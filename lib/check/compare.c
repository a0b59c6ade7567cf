#include "check/compare.h"

enum { VALUES = SAMME_COUNTRIES + 1 };

void samme_compare_unproved(samme_comparing *self, const char *reason) {
    for (size_t i = 0; i < samme_diff_unproved_count(self->report); i++)
        if (strcmp(samme_diff_unproved_at(self->report, i), reason) == 0)
            return;
    const char *kept = samme_arena_text(&self->report->arena, reason);
    samme_buffer_append(&self->report->unproved, SAMME_SPAN(&kept, sizeof kept));
}

static samme_status number_clocks(samme_comparing *self, size_t side, samme_error *error) {
    const samme_policy *policy = self->policies[side];
    const size_t count = samme_policy_table_count(policy);
    self->made[side] = samme_arena_alloc(&self->arena, (count + 1) * sizeof(samme_made_table));
    if (self->made[side] == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for %zu tables", count);
    for (size_t i = 0; i < count; i++) {
        samme_made_table *one = &self->made[side][i];
        *one = (samme_made_table){.asked = {samme_policy_table_at(policy, i), SAMME_FRAME_NONE}};
        samme_status status =
            samme_frame_clock(&self->all, side, one->asked.table, &one->asked.clock);
        if (status != SAMME_OK)
            return samme_fail(error, status, "the tables have more than %d kinds of windows",
                              SAMME_CLOCKS_MAX);
    }
    return SAMME_OK;
}

static bool joins(const samme_clock_pair *pair, uint32_t first, uint32_t second) {
    return (pair->first == first && pair->second == second) ||
           (pair->first == second && pair->second == first);
}

/* Whether the deadlines of both answers are one. YES when told. */
static samme_told ask_deadlines(const samme_comparing *self, samme_ask *ask, uint32_t first,
                                uint32_t second, bool *out) {
    static const samme_box_range same = {SAMME_PAIR_SAME, SAMME_PAIR_SAME};
    samme_told told = SAMME_TOLD_YES;
    if (first != second && (first == SAMME_FRAME_NONE || second == SAMME_FRAME_NONE)) {
        told = samme_ask_given(ask, SAMME_CLOCK + (first == SAMME_FRAME_NONE ? second : first));
        *out = told == SAMME_TOLD_NO;
    } else if (first != second) {
        uint32_t pair = 0;
        while (!joins(&self->frame->pairs[pair], first, second))
            pair++;
        told = samme_ask_set(ask, SAMME_PAIR + pair, (samme_box_set){&same, 1});
        *out = told == SAMME_TOLD_YES;
    } else {
        *out = true;
    }
    return told == SAMME_TOLD_SPLIT ? told : SAMME_TOLD_YES;
}

/* Rules that say one tender are not told apart by gift receipts; others pay those alike. */
static samme_told ask_tenders(samme_ask *ask, samme_answered *sides) {
    samme_told told = SAMME_TOLD_YES;
    if (sides[0].refund_to == sides[1].refund_to ||
        sides[0].refund_to == SAMME__REFUND_TO__refund_to_unset ||
        sides[1].refund_to == SAMME__REFUND_TO__refund_to_unset)
        return told;
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX && told == SAMME_TOLD_YES; s++)
        told = samme_ask_tender(ask, sides[s].ruled.outcome, &sides[s].refund_to);
    return told;
}

bool samme_label_is_money(const samme_comparing *self, const uint64_t *label,
                          samme_answered sides[SAMME_FRAME_SIDES_MAX]) {
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        sides[s] = *samme_answer_at(&self->answers, label[s] & ~SAMME_OTHER_DEADLINE);
    return (label[0] & SAMME_OTHER_DEADLINE) == 0 && samme_answered_alike(&sides[0], &sides[1]);
}

static samme_box_answer differs(samme_comparing *self, const samme_answered *sides,
                                bool same_deadline) {
    samme_box_answer answer = {.says = SAMME_BOX_DIFFERS};
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX && self->status == SAMME_OK; s++)
        self->status =
            samme_answer_number(&self->answers, self->frame, &sides[s], &answer.label[s]);
    if (self->status != SAMME_OK)
        answer.says = SAMME_BOX_SAME;
    if (!same_deadline)
        answer.label[0] |= SAMME_OTHER_DEADLINE;
    return answer;
}

/* Whether two answers differ, in money only where nothing else tells them apart. YES when told. */
static samme_told ask_differs(samme_comparing *self, samme_ask *ask, samme_answered *sides,
                              bool same_deadline, bool *out) {
    *out = true;
    if (!same_deadline || !samme_answered_alike(&sides[0], &sides[1]))
        return SAMME_TOLD_YES;
    samme_told told = samme_ask_paid(ask, &self->paid, sides);
    *out = told == SAMME_TOLD_YES;
    return told == SAMME_TOLD_SPLIT ? told : SAMME_TOLD_YES;
}

static samme_box_answer classify(void *context, const uint32_t *winners,
                                 const samme_box_set *sides) {
    samme_comparing *self = context;
    samme_answered answered[SAMME_FRAME_SIDES_MAX];
    bool same_deadline = false, differ = false;
    samme_ask ask = {.frame = self->frame, .sides = sides};
    samme_told told = samme_ask_answer(&ask, 0, &self->speakers[0], winners, &answered[0]);
    if (told == SAMME_TOLD_YES)
        told = samme_ask_answer(&ask, 1, &self->speakers[1],
                                winners + 1 + self->speakers[0].floor_count, &answered[1]);
    if (told == SAMME_TOLD_YES)
        told = ask_tenders(&ask, answered);
    if (told == SAMME_TOLD_YES)
        told = ask_deadlines(self, &ask, answered[0].clock, answered[1].clock, &same_deadline);
    if (told == SAMME_TOLD_YES)
        told = ask_differs(self, &ask, answered, same_deadline, &differ);
    if (told == SAMME_TOLD_YES) {
        int64_t values[SAMME_BOX_DIMENSIONS_MAX];
        if (!differ)
            return (samme_box_answer){.says = SAMME_BOX_SAME};
        samme_box_answer answer = differs(self, answered, same_deadline);
        if (self->strict && answer.says == SAMME_BOX_DIFFERS &&
            samme_seek(&self->seeker, sides, values) == SAMME_SOUGHT_NONE)
            answer.says = SAMME_BOX_SAME;
        return answer;
    }
    self->undecided |= ask.undecided;
    if (ask.undecided)
        return (samme_box_answer){.says = SAMME_BOX_SAME};
    return (samme_box_answer){
        .says = SAMME_BOX_SPLIT, .dimension = ask.dimension, .value = ask.value};
}

/* Sets the speakers of a group, and their tables. */
static void let_speak(samme_comparing *self, const samme_voices *group,
                      samme_box_table out[SAMME_FRAME_SIDES_MAX][SAMME_BOX_TABLES_MAX]) {
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++) {
        samme_speakers *speakers = &self->speakers[s];
        speakers->policy = (samme_asked){NULL, SAMME_FRAME_NONE};
        speakers->floor_count = group->counts[s] - 1u;
        out[s][0] = (samme_box_table){.rule_count = 0};
        for (size_t i = 0; i < group->counts[s]; i++) {
            if (group->tables[s][i] == 0)
                continue;
            const samme_made_table *one = &self->made[s][group->tables[s][i] - 1];
            out[s][i] = one->boxes;
            *(i == 0 ? &speakers->policy : &speakers->floors[i - 1]) = one->asked;
        }
    }
}

static samme_status keep_regions(samme_comparing *self, const samme_box_report *found) {
    for (size_t i = 0; i < found->count; i++) {
        const samme_box_finding *finding = &found->findings[i];
        samme_region region = {.frame = self->frame,
                               .sides = finding->sides,
                               .label = {finding->label[0], finding->label[1]}};
        samme_status status = samme_regions_add(&self->regions, &region);
        if (status != SAMME_OK)
            return status;
    }
    return SAMME_OK;
}

static samme_status find_regions(samme_comparing *self, const samme_voices *group,
                                 samme_box_set countries, samme_box_report *out,
                                 samme_error *error) {
    samme_box_table tables[SAMME_FRAME_SIDES_MAX][SAMME_BOX_TABLES_MAX];
    samme_box_set domains[SAMME_BOX_DIMENSIONS_MAX];
    samme_box_world world = self->frame->world;
    let_speak(self, group, tables);
    memcpy(domains, self->frame->domains, sizeof domains);
    domains[self->frame->dimension[SAMME_INPUT_SALE_COUNTRY]] = countries;
    world.domains = domains;
    return samme_box_difference(&world, (samme_box_tables){tables[0], group->counts[0]},
                                (samme_box_tables){tables[1], group->counts[1]}, classify, self,
                                out, error);
}

/* Windows of both sides are dimensions of their own, so there may be many boxes that no facts are
 * in; only when they are too many is it worth to look for facts in each at once. */
static samme_status find_real_regions(samme_comparing *self, const samme_voices *group,
                                      samme_box_set countries, samme_box_report *out,
                                      samme_error *error) {
    samme_box_report found;
    samme_status status = find_regions(self, group, countries, &found, error);
    if (status != SAMME_OK || !found.more) {
        if (status == SAMME_OK)
            *out = found;
        return status;
    }
    samme_box_report_free(&found);
    status = samme_seeker_init(&self->seeker, self->frame, error);
    if (status != SAMME_OK)
        return status;
    self->strict = true;
    status = find_regions(self, group, countries, out, error);
    self->strict = false;
    samme_seeker_free(&self->seeker);
    return status;
}

/* All countries of one group at once. */
static samme_status compare_group(samme_comparing *self, const samme_voices *group,
                                  samme_box_set countries, samme_error *error) {
    samme_box_report found;
    samme_status status = samme_group_frame(self, group, error);
    if (status == SAMME_OK)
        status = find_real_regions(self, group, countries, &found, error);
    if (status == SAMME_TOO_LARGE) {
        samme_compare_unproved(self, error->text);
        return SAMME_OK;
    }
    if (status != SAMME_OK)
        return status;
    if (!found.proved)
        samme_compare_unproved(self, found.reason);
    if (found.more)
        samme_compare_unproved(self, "there are more regions than are listed");
    samme_compare_basis(self, group);
    status = self->status == SAMME_OK ? keep_regions(self, &found) : self->status;
    samme_box_report_free(&found);
    if (status == SAMME_TOO_LARGE) {
        samme_compare_unproved(self, "there are more regions than are listed");
        status = SAMME_OK;
    }
    return status == SAMME_OK ? status : samme_fail(error, status, "no memory for the regions");
}

/* A value of sale_country: 0 is absence. */
static int64_t country_at(size_t at) {
    return at == 0 ? SAMME_BOX_ABSENT : (int64_t)at - 1;
}

static samme_status compare_groups(samme_comparing *self, samme_error *error) {
    samme_voices *all = samme_arena_alloc(&self->arena, VALUES * sizeof *all);
    bool *done = samme_arena_alloc(&self->arena, VALUES * sizeof *done);
    if (all == NULL || done == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the countries");
    for (size_t c = 0; c < VALUES; c++) {
        done[c] = !samme_voices_of(self, country_at(c), &all[c]);
        if (done[c])
            samme_compare_unproved(self, "a country has more floors than can be compared");
    }
    samme_status status = SAMME_OK;
    for (size_t first = 0; first < VALUES && status == SAMME_OK; first++) {
        if (done[first])
            continue;
        samme_box_range *ranges = samme_arena_alloc(&self->arena, VALUES * sizeof *ranges);
        if (ranges == NULL)
            return samme_fail(error, SAMME_NO_MEMORY, "no memory for the countries");
        size_t count = 0;
        for (size_t c = first; c < VALUES; c++) {
            if (done[c] || memcmp(&all[c], &all[first], sizeof *all) != 0)
                continue;
            done[c] = true;
            ranges[count++] = (samme_box_range){country_at(c), country_at(c)};
        }
        status = compare_group(self, &all[first], (samme_box_set){ranges, count}, error);
    }
    return status;
}

samme_status samme_compare_all(samme_comparing *self, samme_error *error) {
    samme_status status =
        samme_frame_init(&self->all, &self->arena, self->policies, SAMME_FRAME_SIDES_MAX, error);
    for (size_t side = 0; side < SAMME_FRAME_SIDES_MAX && status == SAMME_OK; side++)
        status = number_clocks(self, side, error);
    return status == SAMME_OK ? compare_groups(self, error) : status;
}
