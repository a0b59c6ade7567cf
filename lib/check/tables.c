#include "check/tables.h"

#include "boxes/set.h"
#include "check/seek.h"
#include "check/shapes.h"
#include "check/words.h"

#define WORDS_MAX_BYTES (256u << 10)

void samme_check_unproved(samme_table_work *work, const char *what, const char *reason) {
    work->proved = false;
    samme_check_say(work->report, SAMME_SEVERITY_WAIVABLE, "unproved", work->table->path,
                    (samme_spot){0, 0}, "", "%s: %s", what, reason);
}

/* Whether the table answers for a value of sale_country. */
static bool answers(const samme_policy *policy, const samme_table *table, int64_t country) {
    if (!table->floor)
        return samme_policy_table_for(policy, country) == table;
    for (size_t i = 0; i < table->country_count; i++)
        if (table->countries[i] == country)
            return true;
    return false;
}

samme_box_set samme_table_countries(const samme_policy *policy, const samme_table *table,
                                    samme_arena *arena) {
    samme_box_range *ranges = samme_arena_alloc(arena, (SAMME_COUNTRIES + 1) * sizeof *ranges);
    size_t count = 0;
    if (ranges == NULL)
        return (samme_box_set){NULL, 0};
    if (answers(policy, table, SAMME_ABSENT))
        ranges[count++] = (samme_box_range){SAMME_BOX_ABSENT, SAMME_BOX_ABSENT};
    for (int64_t country = 0; country < SAMME_COUNTRIES; country++) {
        if (!answers(policy, table, country))
            continue;
        if (count > 0 && ranges[count - 1].high == country - 1)
            ranges[count - 1].high = country;
        else
            ranges[count++] = (samme_box_range){country, country};
    }
    return (samme_box_set){ranges, count};
}

/* What is at hand while one table is looked at. */
typedef struct looking {
    samme_table_work *work;
    samme_frame frame;
    samme_seeker seeker;
    samme_box_table table;
    samme_buffer words;
    bool unknown; /* of some box it was not found out whether facts are in it */
} looking;

/* Adds the finding with the words at hand and real facts of the box; none when it has none. */
static void say(looking *self, samme_check_finding *finding, samme_spot spot,
                const samme_box_set *sides) {
    const samme_table *table = self->work->table;
    int64_t values[SAMME_BOX_DIMENSIONS_MAX] = {0};
    const samme_sought found =
        sides == NULL ? SAMME_SOUGHT_UNKNOWN : samme_seek(&self->seeker, sides, values);
    finding->severity = SAMME_SEVERITY_WAIVABLE;
    finding->path = table->rules_path;
    finding->table = table->path;
    finding->line = spot.line;
    finding->column = spot.column;
    finding->text = samme_buffer_text(&self->words);
    if (found == SAMME_SOUGHT_FOUND) {
        const Samme__Facts *facts = samme_seeker_facts(&self->seeker, values);
        if (facts != NULL) {
            finding->facts = samme_facts_json(self->frame.arena, facts);
            finding->answer = samme_answer_json(self->frame.arena, self->work->policy, facts);
        }
    }
    self->unknown |= sides != NULL && found == SAMME_SOUGHT_UNKNOWN;
    if (sides == NULL || found == SAMME_SOUGHT_FOUND)
        samme_check_add(self->work->report, finding);
}

static void judge(looking *self, const char *what, const samme_box_report *found) {
    if (!found->proved)
        samme_check_unproved(self->work, what, found->reason);
    else if (found->more)
        samme_check_unproved(self->work, what, "there are more than are listed");
    else if (self->unknown)
        samme_check_unproved(self->work, what, "the windows meet in too many ways");
    self->unknown = false;
}

static void fail(looking *self, const char *what, const samme_error *error) {
    samme_check_unproved(self->work, what, error->text);
}

/* Facts that the table lists, all given. */
static samme_status present_only(looking *self, samme_box_set *domains) {
    const samme_table *table = self->work->table;
    uint32_t clock = SAMME_FRAME_NONE;
    samme_status status = samme_frame_clock(&self->frame, 0, table, &clock);
    for (size_t i = 0; i < table->input_count && status == SAMME_OK; i++) {
        uint32_t measure = table->inputs[i];
        if (measure == SAMME_INPUT_DAYS_LEFT && clock == SAMME_FRAME_NONE)
            return SAMME_NOT_FOUND; /* it is never given */
        if (measure == SAMME_INPUT_DAYS_LEFT)
            measure = SAMME_CLOCK + clock;
        const uint32_t dimension = self->frame.dimension[measure];
        status = samme_frame_present(&self->frame, dimension, &domains[dimension]);
        if (status == SAMME_OK && domains[dimension].count == 0)
            return SAMME_NOT_FOUND; /* a category in a chain without categories */
    }
    return status;
}

/* An answer for missing facts leaves no gap where a listed fact is absent. */
static void find_gaps(looking *self) {
    const samme_table *table = self->work->table;
    samme_box_set domains[SAMME_BOX_DIMENSIONS_MAX];
    samme_box_world world = self->frame.world;
    samme_box_report found;
    samme_error error = {.text = "no memory"};
    memcpy(domains, self->frame.domains, sizeof domains);
    world.domains = domains;
    samme_status status = table->has_missing ? present_only(self, domains) : SAMME_OK;
    if (status == SAMME_NOT_FOUND)
        return;
    if (status == SAMME_OK)
        status = samme_box_gaps(&world, &self->table, &found, &error);
    if (status != SAMME_OK) {
        fail(self, "gaps", &error);
        return;
    }
    for (size_t i = 0; i < found.count; i++) {
        samme_buffer_clear(&self->words);
        samme_buffer_append_text(&self->words, "no rule answers ");
        samme_box_words(&self->frame, found.findings[i].sides, &self->words);
        say(self, &(samme_check_finding){.code = "gap"}, table->rules[table->rule_count - 1].spot,
            found.findings[i].sides);
    }
    judge(self, "gaps", &found);
    samme_box_report_free(&found);
}

static void find_overlaps(looking *self) {
    const samme_table *table = self->work->table;
    samme_box_report found;
    samme_error error = {.text = ""};
    if (samme_box_overlaps(&self->frame.world, &self->table, &found, &error) != SAMME_OK) {
        fail(self, "overlaps", &error);
        return;
    }
    for (size_t i = 0; i < found.count; i++) {
        const samme_box_finding *both = &found.findings[i];
        const samme_rule *earlier = &table->rules[both->rule], *later = &table->rules[both->other];
        samme_buffer_clear(&self->words);
        samme_buffer_printf(&self->words, "rule \"%s\" and rule \"%s\" both answer ", later->id,
                            earlier->id);
        samme_box_words(&self->frame, both->sides, &self->words);
        say(self,
            &(samme_check_finding){.code = "overlap", .rule = later->id, .other = earlier->id},
            later->spot, both->sides);
    }
    judge(self, "overlaps", &found);
    samme_box_report_free(&found);
}

static void say_hidden(looking *self, uint32_t number, const uint32_t *by, size_t count) {
    enum { NAMED = 8 };
    const samme_table *table = self->work->table;
    const samme_rule *rule = &table->rules[number];
    samme_buffer_clear(&self->words);
    samme_buffer_printf(&self->words, "rule \"%s\" can never fire: ", rule->id);
    if (count == 0)
        samme_buffer_append_text(&self->words, "no facts reach it");
    for (size_t k = 0; k < count && k < NAMED; k++)
        samme_buffer_printf(&self->words, "%s\"%s\"",
                            k == 0 ? "what its tests pass goes to " : ", ", table->rules[by[k]].id);
    if (count > NAMED)
        samme_buffer_printf(&self->words, " and %zu more", count - NAMED);
    /* An example passes its tests, and shows who takes it. */
    const samme_box_rule *shape = &self->table.rules[number];
    samme_box_set sides[SAMME_BOX_DIMENSIONS_MAX];
    int64_t values[SAMME_BOX_DIMENSIONS_MAX] = {0};
    samme_check_finding finding = {.code = "unreachable", .rule = rule->id};
    for (uint32_t d = 0; d < self->frame.world.dimensions && shape->shape_count > 0; d++)
        sides[d] = shape->cells[d].count == 0 ? self->frame.domains[d] : shape->cells[d];
    if (shape->shape_count > 0 && samme_seek(&self->seeker, sides, values) == SAMME_SOUGHT_FOUND) {
        const Samme__Facts *facts = samme_seeker_facts(&self->seeker, values);
        finding.facts = facts != NULL ? samme_facts_json(self->frame.arena, facts) : "";
        finding.answer =
            facts != NULL ? samme_answer_json(self->frame.arena, self->work->policy, facts) : "";
    }
    say(self, &finding, rule->spot, NULL);
}

/* Whether the rule fires for some facts, where days_left is made of dates: its boxes are those that
 * earlier rules leave of it. */
static samme_sought fires(looking *self, uint32_t number, size_t findings_most) {
    const samme_box_rule *shape = &self->table.rules[number];
    samme_box_set domains[SAMME_BOX_DIMENSIONS_MAX];
    samme_box_world world = self->frame.world;
    samme_box_table earlier = {.rules = self->table.rules,
                               .rule_count = self->table.unique ? 0 : number};
    samme_box_report found;
    int64_t values[SAMME_BOX_DIMENSIONS_MAX];
    for (uint32_t d = 0; d < world.dimensions; d++) {
        const samme_box_set cell = shape->cells[d];
        domains[d] = self->frame.domains[d];
        if (cell.count > 0 &&
            samme_box_set_combine(self->frame.arena, SAMME_BOX_SET_AND, cell,
                                  self->frame.domains[d], &domains[d]) != SAMME_OK)
            return SAMME_SOUGHT_UNKNOWN;
    }
    world.domains = domains;
    world.findings_most = findings_most;
    if (samme_box_gaps(&world, &earlier, &found, NULL) != SAMME_OK)
        return SAMME_SOUGHT_UNKNOWN;
    samme_sought fired = SAMME_SOUGHT_NONE;
    for (size_t i = 0; i < found.count && fired != SAMME_SOUGHT_FOUND; i++) {
        samme_sought one = samme_seek(&self->seeker, found.findings[i].sides, values);
        if (one != SAMME_SOUGHT_NONE)
            fired = one;
    }
    if (fired == SAMME_SOUGHT_NONE && (!found.proved || found.more))
        fired = SAMME_SOUGHT_UNKNOWN;
    samme_box_report_free(&found);
    return fired;
}

static bool listed(const samme_box_report *found, uint32_t number) {
    for (size_t i = 0; i < found->count; i++)
        if (found->findings[i].rule == number)
            return true;
    return false;
}

/* Rules that the dates alone keep from firing. */
static void find_kept(looking *self, const samme_box_report *known) {
    enum { FIRST_TRY = 16 };
    for (uint32_t r = 0; r < self->table.rule_count; r++) {
        if (listed(known, r))
            continue;
        samme_sought fired = fires(self, r, FIRST_TRY);
        if (fired == SAMME_SOUGHT_UNKNOWN)
            fired = fires(self, r, 0);
        self->unknown |= fired == SAMME_SOUGHT_UNKNOWN;
        if (fired == SAMME_SOUGHT_NONE)
            say_hidden(self, r, NULL, 0);
    }
}

static bool has_clock(const samme_frame *frame) {
    for (uint32_t i = 0; i < SAMME_CLOCKS_MAX; i++)
        if (frame->dimension[SAMME_CLOCK + i] != SAMME_FRAME_NONE)
            return true;
    return false;
}

static void find_hidden(looking *self) {
    samme_box_report found;
    samme_error error = {.text = ""};
    if (samme_box_hidden(&self->frame.world, &self->table, &found, &error) != SAMME_OK) {
        fail(self, "rules that never fire", &error);
        return;
    }
    for (size_t i = 0; i < found.count; i++)
        say_hidden(self, found.findings[i].rule, found.findings[i].by, found.findings[i].by_count);
    if (has_clock(&self->frame))
        find_kept(self, &found);
    judge(self, "rules that never fire", &found);
    samme_box_report_free(&found);
}

static samme_status look(looking *self, samme_error *error) {
    samme_table_work *work = self->work;
    samme_status status = samme_frame_need_table(&self->frame, 0, work->table, error);
    if (status == SAMME_OK)
        status = samme_frame_build(&self->frame, error);
    if (status == SAMME_OK)
        status = samme_table_shapes(&self->frame, 0, work->table, &self->table, error);
    if (status == SAMME_OK)
        status = samme_seeker_init(&self->seeker, &self->frame, error);
    if (status != SAMME_OK)
        return status;
    find_hidden(self);
    if (!work->table->floor)
        find_gaps(self);
    if (!work->table->floor && work->table->unique)
        find_overlaps(self);
    samme_seeker_free(&self->seeker);
    return SAMME_OK;
}

void samme_check_table(samme_table_work *work) {
    samme_arena arena;
    samme_arena_init(&arena, SAMME_ANALYSIS_MAX_BYTES);
    looking self = {.work = work};
    samme_buffer_init(&self.words, WORDS_MAX_BYTES);
    samme_error error = {.text = ""};
    samme_status status = samme_frame_init(&self.frame, &arena, &work->policy, 1, &error);
    if (status == SAMME_OK) {
        self.frame.countries = samme_table_countries(work->policy, work->table, &arena);
        if (self.frame.countries.count > 0)
            status = look(&self, &error);
    }
    if (status != SAMME_OK)
        fail(&self, "the table", &error);
    samme_buffer_free(&self.words);
    samme_arena_free(&arena);
}
