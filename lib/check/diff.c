#include "check/diff.h"

#include "check/diff_example.h"
#include "check/report.h"
#include "check/tables.h"
#include "check/words.h"

#define UNPROVED_MAX    64u
#define PAST_MAX        SAMME_POLICY_TABLES_MAX
#define WORDS_MAX_BYTES (256u << 10)

static const char *kept(samme_comparing *self, const char *text) {
    const char *copy = samme_arena_text(&self->report->arena, text);
    return copy != NULL ? copy : "";
}

/* Which rule a side answers the example by. */
static const char *rule_of(samme_comparing *self, size_t side, const Samme__Facts *facts,
                           samme_buffer *words) {
    samme_decision decision;
    samme_buffer_clear(words);
    if (samme_policy_decide(self->policies[side], facts, &decision, NULL) != SAMME_OK)
        return "";
    const Samme__Answer *answer = &decision.answer;
    if (answer->rule[0] != 0)
        samme_buffer_printf(words, "rule %s of %s", answer->rule, answer->policy);
    else
        samme_buffer_append_text(words, "no rule");
    return kept(self, samme_buffer_text(words));
}

/* What a side says in the region. */
static const char *terms_of(samme_comparing *self, const samme_region *region, size_t side,
                            samme_buffer *words) {
    samme_buffer_clear(words);
    samme_buffer_append_text(
        words, samme_answer_text(&self->answers, region->label[side] & ~SAMME_OTHER_DEADLINE));
    if ((region->label[0] & SAMME_OTHER_DEADLINE) != 0)
        samme_buffer_append_text(words, ", another deadline");
    return kept(self, samme_buffer_text(words));
}

/* The box in words and as JSON, with what its sides cannot say. */
static void where_of(samme_comparing *self, const samme_region *region, bool open,
                     samme_buffer *words, samme_diff_region *out) {
    static const char nothing[] = "all facts";
    samme_buffer_clear(words);
    samme_box_words(region->frame, region->sides, words);
    const bool all = strcmp(samme_buffer_text(words), nothing) == 0;
    if (open && all)
        samme_buffer_clear(words);
    if (open)
        samme_buffer_append_text(words, all ? "money: not the same" : "; money: not the same");
    out->where = kept(self, samme_buffer_text(words));
    samme_buffer_clear(words);
    samme_box_json(region->frame, region->sides, words);
    if (open) {
        words->length--; /* the brace */
        samme_buffer_append_text(words, all ? "" : ",");
        samme_buffer_append_text(words, "\"money\":\"not the same\"}");
    }
    out->facts_of = kept(self, samme_buffer_text(words));
}

static samme_status report_region(samme_comparing *self, const samme_region *region,
                                  samme_buffer *words) {
    samme_arena *arena = &self->report->arena;
    samme_diff_example example;
    const samme_sought found = samme_find_example(self, region, &example);
    if (found == SAMME_SOUGHT_UNKNOWN)
        samme_compare_unproved(self, "windows or amounts meet in too many ways");
    if (found != SAMME_SOUGHT_FOUND)
        return SAMME_OK;
    samme_diff_region out = {.facts = samme_facts_json(arena, example.facts)};
    where_of(self, region, example.open, words, &out);
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++) {
        out.terms[s] = terms_of(self, region, s, words);
        out.rules[s] = rule_of(self, s, example.facts, words);
        out.answers[s] = samme_answer_json(arena, self->policies[s], example.facts);
    }
    samme_buffer_append(&self->report->items, SAMME_SPAN(&out, sizeof out));
    return samme_buffer_status(&self->report->items);
}

/* Regions of one group stand together. */
static samme_status report_all(samme_comparing *self, samme_error *error) {
    samme_buffer words;
    const samme_frame *sought = NULL; /* of the seeker */
    samme_buffer_init(&words, WORDS_MAX_BYTES);
    samme_status status = samme_regions_join(&self->regions);
    if (status != SAMME_OK)
        (void)samme_fail(error, status, "no memory for the regions");
    for (size_t i = 0; i < samme_regions_count(&self->regions) && status == SAMME_OK; i++) {
        const samme_region *region = samme_regions_at(&self->regions, i);
        if (region->gone)
            continue;
        if (region->frame != sought) {
            if (sought != NULL)
                samme_seeker_free(&self->seeker);
            sought = NULL;
            status = samme_seeker_init(&self->seeker, region->frame, error);
            if (status != SAMME_OK)
                break;
            sought = region->frame;
        }
        status = report_region(self, region, &words);
        if (status != SAMME_OK)
            (void)samme_fail(error, status, "no memory for the regions");
    }
    if (sought != NULL)
        samme_seeker_free(&self->seeker);
    samme_buffer_free(&words);
    return status;
}

static samme_status compare(samme_comparing *self, samme_error *error) {
    samme_status status = samme_compare_all(self, error);
    if (status != SAMME_OK)
        return status;
    if (self->undecided)
        samme_compare_unproved(
            self, "refunds of a policy and its floors alternate too often, come from a "
                  "broken bundle, or are equal but for windows");
    return report_all(self, error);
}

static samme_status compare_policies(samme_comparing *self, samme_diff_report *report,
                                     samme_error *error) {
    self->report = report;
    samme_arena_init(&self->arena, SAMME_ANALYSIS_MAX_BYTES);
    samme_regions_init(&self->regions, &self->arena);
    samme_status status = samme_answers_init(&self->answers, &self->arena);
    if (status == SAMME_OK)
        status = samme_paid_init(&self->paid);
    status = status == SAMME_OK ? compare(self, error)
                                : samme_fail(error, status, "no memory for the answers");
    samme_paid_fini(&self->paid);
    samme_answers_fini(&self->answers);
    samme_regions_free(&self->regions);
    samme_arena_free(&self->arena);
    return status;
}

samme_status samme_diff(const samme_check_folder *a, const samme_check_folder *b,
                        samme_diff_report *out, samme_error *error) {
    const samme_check_folder *folders[SAMME_FRAME_SIDES_MAX] = {a, b};
    static const char *const names_of[SAMME_FRAME_SIDES_MAX] = {"A", "B"};
    samme_policy *policies[SAMME_FRAME_SIDES_MAX] = {NULL, NULL};
    samme_status status = SAMME_OK;
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX && status == SAMME_OK; s++) {
        status =
            samme_policy_compile(folders[s]->documents, folders[s]->count, &policies[s], error);
        if (status != SAMME_OK)
            status = samme_fail_in(error, status, "%s", names_of[s]);
    }
    samme_diff_report report;
    samme_arena_init(&report.arena, SAMME_ANALYSIS_MAX_BYTES);
    samme_buffer_init(&report.items, SAMME_REGIONS_MAX * sizeof(samme_diff_region));
    samme_buffer_init(&report.past, PAST_MAX * sizeof(const char *));
    samme_buffer_init(&report.unproved, UNPROVED_MAX * sizeof(const char *));
    if (status == SAMME_OK) {
        samme_comparing self = {.policies = {policies[0], policies[1]}};
        status = compare_policies(&self, &report, error);
    }
    if (status == SAMME_OK)
        *out = report;
    else
        samme_diff_report_free(&report);
    for (size_t s = 0; s < SAMME_FRAME_SIDES_MAX; s++)
        samme_policy_free(policies[s]);
    return status;
}
