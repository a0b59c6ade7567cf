#include "render/points.h"

#include "render/clause.h"
#include "render/outcome.h"
#include "render/paper.h"

static const char *window_text(samme_writer *in, const samme_window *window) {
    const samme_prose_input *days = samme_prose_input_of(in->words, "days_since_purchase");
    if (window->base == SAMME_WINDOW_UNTIL && window->until >= SAMME_LAST_DAY)
        return samme_phrase_of(in, SAMME_SAY_WINDOW_UNLIMITED);
    if (window->base == SAMME_WINDOW_UNTIL)
        return samme_say_with(in, SAMME_SAY_WINDOW_UNTIL, samme_date(in, window->until), NULL);
    return samme_say_with(in,
                          window->base == SAMME_WINDOW_PURCHASE ? SAMME_SAY_WINDOW_PURCHASE
                                                                : SAMME_SAY_WINDOW_RECEIPT,
                          samme_count(in, days, window->days), NULL);
}

static const char *led_by(samme_writer *in, const char *conditions, const char *text) {
    samme_say mark = text[0] != 0 ? SAMME_SAY_COLON : SAMME_SAY_STOP;
    return samme_then(in, samme_fill(in, "{1}{2}", conditions, samme_phrase_of(in, mark)), text);
}

static bool shows_window(const samme_writer *in, const samme_table *table, size_t number) {
    return samme_writes_for_staff(in) || samme_can_hold(in, table, &table->windows[number].when);
}

static void write_window(samme_writer *in, const samme_table *table, const samme_window *window) {
    const char *conditions = samme_conditions(in, table, &window->when);
    const char *text = window_text(in, window);
    if (conditions[0] != 0)
        text = led_by(in, samme_say_with(in, SAMME_SAY_WHEN, conditions, NULL), text);
    if (window->roll)
        text = samme_then(in, text, samme_phrase_of(in, SAMME_SAY_WINDOW_ROLL));
    samme_paper_item(in, 0, text);
    samme_arena_reset(&in->pieces);
}

void samme_windows_write(samme_writer *in, const samme_table *table) {
    size_t shown = 0;
    for (size_t i = 0; i < table->window_count; i++) {
        if (!shows_window(in, table, i))
            continue;
        if (shown++ == 0)
            samme_paper_heading(in, 3,
                                samme_phrase_of(in, samme_say_to(in, SAMME_SAY_WINDOWS_YOU)));
        write_window(in, table, &table->windows[i]);
    }
    if (shown > 1)
        samme_paper_text(in, samme_phrase_of(in, SAMME_SAY_WINDOWS_LONGEST));
}

static const char *lead(samme_writer *in, const samme_table *table, const samme_rule *rule,
                        size_t number) {
    const char *conditions = samme_conditions(in, table, &rule->when);
    if (conditions[0] != 0)
        return samme_say_with(in, SAMME_SAY_WHEN, conditions, NULL);
    return samme_phrase_of(in,
                           number > 1 && !table->unique ? SAMME_SAY_OTHERWISE : SAMME_SAY_ALWAYS);
}

static void write_point(samme_writer *in, const samme_table *table, const samme_rule *rule,
                        size_t number) {
    const char *text =
        led_by(in, lead(in, table, rule, number), samme_outcome_text(in, &rule->outcome));
    if (samme_writes_for_staff(in))
        text = samme_fill(in, "{1} ({2})", text, rule->id);
    samme_paper_item(in, number, text);
    samme_outcome_reason(in, table, rule->outcome.reason);
    samme_arena_reset(&in->pieces);
}

static bool shows(const samme_writer *in, const samme_table *table, const samme_rule *rule) {
    return samme_writes_for_staff(in) || samme_can_hold(in, table, &rule->when);
}

/* Points of one verdict; of every verdict when it is unset. */
static void write_group(samme_writer *in, const samme_table *table, Samme__Verdict verdict) {
    size_t number = 0;
    for (size_t i = 0; i < table->rule_count; i++) {
        const samme_rule *rule = &table->rules[i];
        if (!shows(in, table, rule))
            continue;
        number++;
        if (verdict == SAMME__VERDICT__verdict_unset || rule->outcome.verdict == verdict)
            write_point(in, table, rule, number);
    }
}

static bool has_verdict(const samme_writer *in, const samme_table *table, Samme__Verdict verdict) {
    for (size_t i = 0; i < table->rule_count; i++)
        if (table->rules[i].outcome.verdict == verdict && shows(in, table, &table->rules[i]))
            return true;
    return false;
}

static void write_groups(samme_writer *in, const samme_table *table) {
    static const samme_say headings[] = {
        [SAMME__VERDICT__authorise] = SAMME_SAY_GROUP_AUTHORISE_YOU,
        [SAMME__VERDICT__contingent] = SAMME_SAY_GROUP_CONTINGENT_YOU,
        [SAMME__VERDICT__deny_overridable] = SAMME_SAY_GROUP_OVERRIDABLE_YOU,
        [SAMME__VERDICT__deny] = SAMME_SAY_GROUP_DENY_YOU,
    };
    for (Samme__Verdict verdict = SAMME__VERDICT__authorise; verdict <= SAMME__VERDICT__deny;
         verdict++) {
        if (!has_verdict(in, table, verdict))
            continue;
        samme_paper_heading(in, 3, samme_phrase_of(in, headings[verdict]));
        write_group(in, table, verdict);
    }
}

/* What is answered when no rule holds. A floor then asks for nothing. */
static void write_rest(samme_writer *in, const samme_table *table) {
    bool staff = samme_writes_for_staff(in);
    bool all = false;
    for (size_t i = 0; i < table->rule_count; i++)
        all = all || table->rules[i].when.count == 0;
    if (table->floor || all)
        return;
    if (table->has_missing && (staff || table->missing.verdict != SAMME__VERDICT__deny)) {
        const char *text = samme_outcome_text(in, &table->missing);
        if (!staff && text[0] == 0)
            text = samme_phrase_of(in, SAMME_SAY_GOODWILL_ASK_YOU);
        samme_paper_item(in, 0, led_by(in, samme_phrase_of(in, SAMME_SAY_MISSING), text));
        samme_outcome_reason(in, table, table->missing.reason);
        samme_arena_reset(&in->pieces);
    }
    samme_paper_text(in, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_NO_POINT_YOU)));
}

void samme_points_write(samme_writer *in, const samme_table *table) {
    samme_say how = table->unique ? SAMME_SAY_UNIQUE_YOU : SAMME_SAY_FIRST_YOU;
    if (samme_writes_for_staff(in)) {
        samme_paper_heading(in, 3, samme_phrase_of(in, SAMME_SAY_POINTS_STAFF));
        samme_paper_text(in, samme_phrase_of(in, samme_say_to(in, how)));
        write_group(in, table, SAMME__VERDICT__verdict_unset);
        write_rest(in, table);
    } else {
        samme_paper_text(in, samme_phrase_of(in, how));
        write_rest(in, table);
        write_groups(in, table);
    }
}
