/* Where a policy answers less than the floors of its countries. */
#include "base/money.h"
#include "boxes/set.h"
#include "check/seek.h"
#include "check/shapes.h"
#include "check/tables.h"
#include "check/witness.h"
#include "check/words.h"

#define WORDS_MAX_BYTES (256u << 10)

/* A policy beside the floors of a group of countries that name the same ones. */
typedef struct floors_beside {
    samme_table_work *work;
    samme_frame frame;
    samme_seeker seeker;
    const samme_table *floors[SAMME_FLOORS_MAX];
    samme_asked asked[1 + SAMME_FLOORS_MAX];
    size_t count;
    bool undecided; /* of some amounts, or of some box, it was not found out */
} floors_beside;

/* The floors of a country; false: too many. */
static bool floors_of(const samme_policy *policy, int64_t country, const samme_table **out,
                      size_t *out_count) {
    *out_count = 0;
    for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
        const samme_table *table = samme_policy_table_at(policy, i);
        bool names = false;
        for (size_t k = 0; table->floor && k < table->country_count; k++)
            names = names || table->countries[k] == country;
        if (!names)
            continue;
        if (*out_count == SAMME_FLOORS_MAX)
            return false;
        out[(*out_count)++] = table;
    }
    return true;
}

static samme_contest contest_of(const floors_beside *self, const uint32_t *winners,
                                const samme_box_set *sides, samme_ask *ask, samme_told *told) {
    samme_contest contest = {.frame = &self->frame, .sides = sides};
    *ask = (samme_ask){.frame = &self->frame, .sides = sides};
    *told = samme_ask_ruled(ask, &self->asked[0], winners[0], &contest.policy);
    for (size_t i = 0; i < self->count; i++)
        if (winners[1 + i] != SAMME_BOX_NONE)
            contest.floors[contest.floor_count++] = (samme_ruled){
                self->floors[i], winners[1 + i], &self->floors[i]->rules[winners[1 + i]].outcome};
    return contest;
}

/* Gaps and overlaps have findings of their own. */
static bool answers(const samme_contest *contest) {
    return contest->floor_count > 0 && contest->policy.rule != SAMME_BOX_NONE &&
           contest->policy.rule != SAMME_BOX_OVERLAP;
}

static samme_box_answer classify(void *context, const uint32_t *winners,
                                 const samme_box_set *sides) {
    floors_beside *self = context;
    samme_ask ask;
    samme_told told;
    samme_contest contest = contest_of(self, winners, sides, &ask, &told);
    if (told == SAMME_TOLD_SPLIT)
        return (samme_box_answer){
            .says = SAMME_BOX_SPLIT, .dimension = ask.dimension, .value = ask.value};
    if (!answers(&contest))
        return (samme_box_answer){.says = SAMME_BOX_SAME};
    const samme_witness witness = samme_find_witness(&contest);
    self->undecided |= witness.undecided;
    if (witness.under == 0)
        return (samme_box_answer){.says = SAMME_BOX_SAME};
    const samme_ruled *floor = &contest.floors[witness.floor];
    size_t number = 0;
    while (self->floors[number] != floor->table)
        number++;
    return (samme_box_answer){.says = SAMME_BOX_DIFFERS,
                              .label = {contest.policy.rule, (uint64_t)number << 32 | floor->rule}};
}

/* A currency of the chain that has these digits. */
static void set_currency(const floors_beside *self, unsigned digits, Samme__Facts *facts) {
    const Samme__Chain *chain = samme_policy_chain(self->work->policy);
    if (facts->currency[0] != 0 && samme_currency_digits(facts->currency) == digits)
        return;
    for (size_t i = 0; i < chain->n_branches; i++)
        if (chain->branches[i]->currency[0] != 0 &&
            samme_currency_digits(chain->branches[i]->currency) == digits) {
            facts->currency = chain->branches[i]->currency;
            return;
        }
}

/* Facts of the box with the amounts of the witness; NULL: there are none. */
static Samme__Facts *facts_of(floors_beside *self, const samme_box_finding *found,
                              const samme_witness *witness) {
    const samme_frame *frame = &self->seeker.facts;
    const uint32_t paid = frame->dimension[SAMME_INPUT_LINE_PAID];
    samme_box_set box[SAMME_BOX_DIMENSIONS_MAX];
    int64_t values[SAMME_BOX_DIMENSIONS_MAX] = {0};
    samme_witness_box(&self->frame, found->sides, witness, self->frame.arena, box);
    const samme_sought sought = samme_seek(&self->seeker, box, values);
    self->undecided |= sought == SAMME_SOUGHT_UNKNOWN;
    Samme__Facts *facts =
        sought == SAMME_SOUGHT_FOUND ? samme_seeker_facts(&self->seeker, values) : NULL;
    if (facts == NULL)
        return NULL;
    if (paid == SAMME_FRAME_NONE && (witness->under & SAMME_UNDER_REFUND) != 0) {
        facts->line_paid = witness->paid;
        facts->has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID_LINE_PAID;
        set_currency(self, witness->digits, facts);
    }
    if (witness->broken) {
        facts->bundle_broken = SAMME__YES_NO__yes;
        facts->has_bundle_paid_case = SAMME__FACTS__HAS_BUNDLE_PAID_BUNDLE_PAID;
        facts->has_bundle_rest_case = SAMME__FACTS__HAS_BUNDLE_REST_BUNDLE_REST;
        facts->bundle_paid = witness->base;
        facts->bundle_rest = 0;
    }
    return facts;
}

static const char *rule_name(const samme_ruled *ruled) {
    return ruled->rule == SAMME_RULE_MISSING ? "missing" : ruled->table->rules[ruled->rule].id;
}

/* False: no facts are in the box. */
static bool say(floors_beside *self, const samme_box_finding *found) {
    samme_ask ask;
    samme_told told;
    const samme_contest contest = contest_of(self, found->winners, found->sides, &ask, &told);
    const samme_witness witness = samme_find_witness(&contest);
    const Samme__Facts *facts = facts_of(self, found, &witness);
    if (told != SAMME_TOLD_YES || witness.under == 0 || facts == NULL)
        return false;
    const samme_ruled *floor = &contest.floors[witness.floor];
    const samme_table *table = self->work->table;
    const bool missing = contest.policy.rule == SAMME_RULE_MISSING;
    const samme_spot spot = missing ? (samme_spot){0, 0} : table->rules[contest.policy.rule].spot;
    samme_arena *arena = self->frame.arena;
    samme_buffer words;
    samme_buffer_init(&words, WORDS_MAX_BYTES);
    samme_buffer_printf(&words, "rule \"%s\" is under rule \"%s\" of floor %s in",
                        rule_name(&contest.policy), rule_name(floor), floor->table->name);
    samme_buffer_append_text(&words, witness.under & SAMME_UNDER_VERDICT ? " verdict," : "");
    samme_buffer_append_text(&words, witness.under & SAMME_UNDER_REFUND ? " refund," : "");
    samme_buffer_append_text(&words, witness.under & SAMME_UNDER_TENDER ? " tender," : "");
    samme_buffer_append_text(&words, " they meet in ");
    samme_box_words(&self->frame, found->sides, &words);
    samme_check_add(self->work->report,
                    &(samme_check_finding){
                        .code = "under_floor",
                        .severity = SAMME_SEVERITY_WAIVABLE,
                        .path = table->rules_path,
                        .line = spot.line,
                        .column = spot.column,
                        .table = table->path,
                        .rule = rule_name(&contest.policy),
                        .other = rule_name(floor),
                        .text = samme_buffer_text(&words),
                        .facts = samme_facts_json(arena, facts),
                        .answer = samme_answer_json(arena, self->work->bare, facts),
                        .floor = samme_answer_json(arena, self->work->policy, facts),
                    });
    samme_buffer_free(&words);
    return true;
}

/* One finding a pair of rules is enough: of the first box that has facts. */
static void say_all(floors_beside *self, const samme_box_report *found) {
    for (size_t i = 0; i < found->count;) { /* they stand by label */
        const uint64_t *label = found->findings[i].label;
        bool told = false;
        for (; i < found->count &&
               memcmp(found->findings[i].label, label, sizeof found->findings[i].label) == 0;
             i++)
            told = told || say(self, &found->findings[i]);
    }
}

static samme_status compare(floors_beside *self, samme_error *error) {
    samme_box_table tables[1 + SAMME_FLOORS_MAX];
    samme_frame *frame = &self->frame;
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < 1 + self->count && status == SAMME_OK; i++) {
        self->asked[i].table = i == 0 ? self->work->table : self->floors[i - 1];
        status = samme_frame_need_table(frame, 0, self->asked[i].table, error);
    }
    if (status == SAMME_OK)
        status = samme_frame_build(frame, error);
    for (size_t i = 0; i < 1 + self->count && status == SAMME_OK; i++) {
        status = samme_table_shapes(frame, 0, self->asked[i].table, &tables[i], error);
        if (status == SAMME_OK)
            status = samme_frame_clock(frame, 0, self->asked[i].table, &self->asked[i].clock);
    }
    samme_box_report found;
    if (status == SAMME_OK)
        status = samme_box_difference(&frame->world, (samme_box_tables){tables, 1},
                                      (samme_box_tables){tables + 1, self->count}, classify, self,
                                      &found, error);
    if (status != SAMME_OK)
        return status;
    status = samme_seeker_init(&self->seeker, frame, error);
    if (status == SAMME_OK) {
        say_all(self, &found);
        samme_seeker_free(&self->seeker);
        if (!found.proved)
            samme_check_unproved(self->work, "floors", found.reason);
        else if (found.more)
            samme_check_unproved(self->work, "floors", "there are more boxes than are listed");
        else if (self->undecided)
            samme_check_unproved(self->work, "floors", "amounts or windows meet in too many ways");
    }
    samme_box_report_free(&found);
    return status;
}

static void compare_group(samme_table_work *work, const samme_table *const *floors, size_t count,
                          samme_box_set countries, samme_arena *arena) {
    floors_beside self = {.work = work, .count = count};
    samme_error error = {.text = ""};
    for (size_t i = 0; i < count; i++)
        self.floors[i] = floors[i];
    samme_status status = samme_frame_init(&self.frame, arena, &work->policy, 1, &error);
    self.frame.countries = countries;
    if (status == SAMME_OK)
        status = compare(&self, &error);
    if (status != SAMME_OK)
        samme_check_unproved(work, "floors", error.text);
}

/* Whether the floors of two countries are the same. */
static bool alike(const samme_table *const *a, size_t a_count, const samme_table *const *b,
                  size_t b_count) {
    return a_count == b_count &&
           (a_count == 0 || memcmp(a, b, a_count * sizeof(samme_table *)) == 0);
}

void samme_check_floors(samme_table_work *work) {
    bool done[SAMME_COUNTRIES] = {false};
    for (int64_t first = 0; first < SAMME_COUNTRIES; first++) {
        const samme_table *floors[SAMME_FLOORS_MAX], *others[SAMME_FLOORS_MAX];
        size_t count = 0, other_count = 0;
        if (done[first] || samme_policy_table_for(work->policy, first) != work->table)
            continue;
        if (!floors_of(work->policy, first, floors, &count)) {
            samme_check_unproved(work, "floors", "a country has too many");
            continue;
        }
        if (count == 0)
            continue;
        samme_arena arena;
        samme_arena_init(&arena, SAMME_ANALYSIS_MAX_BYTES);
        samme_box_range *ranges = samme_arena_alloc(&arena, SAMME_COUNTRIES * sizeof *ranges);
        size_t range_count = 0;
        for (int64_t c = first; ranges != NULL && c < SAMME_COUNTRIES; c++) {
            if (samme_policy_table_for(work->policy, c) != work->table ||
                !floors_of(work->policy, c, others, &other_count) ||
                !alike(floors, count, others, other_count))
                continue;
            done[c] = true;
            ranges[range_count++] = (samme_box_range){c, c};
        }
        if (ranges != NULL)
            compare_group(work, floors, count, (samme_box_set){ranges, range_count}, &arena);
        samme_arena_free(&arena);
    }
}
