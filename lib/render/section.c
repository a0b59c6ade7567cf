#include "render/section.h"

#include "render/clause.h"
#include "render/outcome.h"
#include "render/paper.h"
#include "render/points.h"

bool samme_section_has_floor(const samme_section *section, const samme_table *floor) {
    for (size_t i = 0; i < section->country_count; i++)
        for (size_t k = 0; k < floor->country_count; k++)
            if (section->countries[i] == floor->countries[k])
                return true;
    return false;
}

const samme_table *samme_section_table(const samme_policy *policy, const samme_section *section,
                                       size_t number) {
    if (number == 0)
        return section->table;
    size_t seen = 0;
    for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
        const samme_table *table = samme_policy_table_at(policy, i);
        if (table->floor && samme_section_has_floor(section, table) && ++seen == number)
            return table;
    }
    return NULL;
}

static void write_heading(samme_writer *in, const samme_section *section) {
    const char *names[SAMME_COUNTRIES];
    for (size_t i = 0; i < section->country_count; i++)
        names[i] = samme_country(in, section->countries[i]);
    samme_paper_heading(
        in, 2,
        section->country_count == 0
            ? samme_phrase_of(in, SAMME_SAY_BOUGHT_ELSEWHERE)
            : samme_say_with(in, SAMME_SAY_BOUGHT_IN,
                             samme_join(in, names, section->country_count, SAMME_SAY_OR), NULL));
    samme_arena_reset(&in->pieces);
}

/* Of any outcome the table can give. */
static bool any(const samme_table *table, bool (*is)(const samme_outcome *outcome)) {
    for (size_t i = 0; i < table->rule_count; i++)
        if (is(&table->rules[i].outcome))
            return true;
    return table->has_missing && is(&table->missing);
}

static bool pays_original(const samme_outcome *outcome) {
    return samme_outcome_pays(outcome) && outcome->refund_to != SAMME__REFUND_TO__credit;
}

static bool can_be_lifted(const samme_outcome *outcome) {
    return outcome->verdict == SAMME__VERDICT__deny_overridable && !outcome->legal;
}

static bool tests(const samme_table *table, samme_input_id input) {
    for (size_t i = 0; i < table->input_count; i++)
        if (table->inputs[i] == input)
            return true;
    return false;
}

/* "by card, in cash": the tenders that get money back first. */
static const char *tender_order(samme_writer *in, const samme_table *table) {
    const samme_prose_input *words = samme_prose_input_of(in->words, "tender");
    const char *names[SAMME_VALUE_WORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < table->tender_count && count < SAMME_VALUE_WORDS_MAX; i++) {
        const samme_prose_value *value = samme_prose_value_of(
            words, samme_enum_name(&samme__tender_kind__descriptor, (int)table->tenders[i]));
        if (value != NULL)
            names[count++] = value->is;
    }
    return samme_join(in, names, count, SAMME_SAY_COMMA);
}

static void write_money(samme_writer *in, const samme_table *table) {
    if (!any(table, samme_outcome_pays))
        return;
    samme_paper_heading(in, 3, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_MONEY_YOU)));
    if (table->tender_count > 1) {
        samme_paper_item(in, 0,
                         samme_say_with(in, SAMME_SAY_MONEY_ORDER, tender_order(in, table), NULL));
    }
    samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_MONEY_REST));
    samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_MONEY_GIFT));
    if (table->basis == SAMME_BASIS_PURCHASE_DAY)
        samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_BASIS_PURCHASE));
    if (table->basis == SAMME_BASIS_BETTER)
        samme_paper_item(in, 0, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_BASIS_BETTER_YOU)));
    if (table->reprice_rest)
        samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_BUNDLES));
    samme_arena_reset(&in->pieces);
}

static void write_bring(samme_writer *in, const samme_table *table) {
    samme_paper_heading(in, 3, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_BRING_YOU)));
    samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_BRING_GOODS));
    samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_BRING_RECEIPT));
    if (any(table, pays_original))
        samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_BRING_CARD));
    if (tests(table, SAMME_INPUT_MEMBER_TIER) || tests(table, SAMME_INPUT_CUSTOMER_RETURNS))
        samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_BRING_MEMBER));
    if (tests(table, SAMME_INPUT_BUNDLE_BROKEN) || table->reprice_rest)
        samme_paper_item(in, 0, samme_phrase_of(in, SAMME_SAY_BRING_BUNDLE));
}

static void write_goodwill(samme_writer *in, const samme_table *table) {
    if (!any(table, can_be_lifted))
        return;
    samme_paper_heading(in, 3, samme_phrase_of(in, SAMME_SAY_GOODWILL));
    samme_paper_text(in, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_GOODWILL_YOU)));
}

static void write_law(samme_writer *in, const samme_section *section) {
    const samme_table *floor = samme_section_table(in->request->policy, section, 1);
    for (size_t i = 1; floor != NULL; i++) {
        samme_paper_heading(in, 2, samme_phrase_of(in, samme_say_to(in, SAMME_SAY_LAW_YOU)));
        samme_paper_text(in, samme_phrase_of(in, SAMME_SAY_LAW_LEAST));
        samme_windows_write(in, floor);
        samme_points_write(in, floor);
        floor = samme_section_table(in->request->policy, section, i + 1);
    }
}

void samme_section_write(samme_writer *in, const samme_section *section) {
    in->section = section;
    write_heading(in, section);
    samme_windows_write(in, section->table);
    samme_points_write(in, section->table);
    write_money(in, section->table);
    write_bring(in, section->table);
    write_goodwill(in, section->table);
    write_law(in, section);
}
