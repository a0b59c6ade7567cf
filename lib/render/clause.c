#include "render/clause.h"

#include "render/runs.h"

/* A value or a category with all under it, as it is said. */
typedef struct named {
    const char *text;
    const samme_prose_value *words; /* NULL: it is a name, not a word of the language */
} named;

typedef struct names {
    named *items; /* SAMME_NAMES_MAX */
    size_t count;
    bool exact; /* nothing is named that does not belong to it */
} names;

/* A test has at most 256 items, each a value or a subtree, so one of a set and its complement is
 * said with no more; a longer list is the one that is not said. */
#define NAMES_MAX 300u

static named enumeration_name(const samme_input *input, const samme_prose_input *words,
                              int64_t value) {
    const samme_prose_value *found =
        samme_prose_value_of(words, samme_enum_name(input->values, (int)value));
    return (named){found == NULL ? "" : found->is, found};
}

static named tier_name(samme_writer *in, const samme_prose_input *words, int64_t value) {
    if (value > 0)
        return (named){samme_quoted(in, in->vocabulary->tiers[value - 1]), NULL};
    return (named){words->values[0].is, &words->values[0]};
}

static const char *category_name(samme_writer *in, const samme_category_name *name) {
    return name->quoted ? samme_quoted(in, name->text) : name->text;
}

static named name_of(samme_writer *in, const samme_input *input, const samme_prose_input *words,
                     int64_t value) {
    char code[4] = {(char)('A' + value / 676 % 26), (char)('A' + value / 26 % 26),
                    (char)('A' + value % 26), 0};
    switch (input->kind) {
    case SAMME_KIND_ENUMERATION:
        return enumeration_name(input, words, value);
    case SAMME_KIND_TIER:
        return tier_name(in, words, value);
    case SAMME_KIND_CATEGORY:
        return (named){category_name(in, &in->categories[value]), NULL};
    case SAMME_KIND_COUNTRY:
        return (named){samme_country(in, value), NULL};
    default:
        return (named){samme_fill(in, "{1}", code, NULL), NULL};
    }
}

/* Adds the values of the interval; of categories, whole subtrees where they fit. */
static void add_names(samme_writer *in, const samme_input *input, const samme_prose_input *words,
                      samme_interval interval, names *out) {
    for (int64_t value = interval.low; value <= interval.high; value++) {
        if (out->count == NAMES_MAX) {
            out->exact = false;
            return;
        }
        out->items[out->count++] = name_of(in, input, words, value);
        if (input->kind != SAMME_KIND_CATEGORY)
            continue;
        int64_t last = samme_categories_at(&in->vocabulary->categories, (uint32_t)value)->last;
        out->exact = out->exact && last <= interval.high;
        value = last < interval.high ? last : interval.high;
    }
}

static void name_values(samme_writer *in, const samme_table *table, const samme_cell *cell,
                        const samme_prose_input *words, names *is, names *is_not) {
    const samme_input *input = samme_input_at(cell->input);
    samme_interval domain = samme_input_domain(input, in->vocabulary);
    int64_t next = domain.low;
    for (size_t i = 0; i < cell->count; i++) {
        samme_interval interval = table->intervals[cell->first + i];
        add_names(in, input, words, interval, is);
        add_names(in, input, words, (samme_interval){next, interval.low - 1}, is_not);
        next = interval.high + 1;
    }
    add_names(in, input, words, (samme_interval){next, domain.high}, is_not);
}

static const char *either(const char *first, const char *second) {
    return first != NULL ? first : second;
}

/* A clause of its own for a list of one; NULL when there is none. */
static const char *alone(const samme_writer *in, const named *item, bool negated) {
    const samme_prose_value *words = item->words;
    if (words == NULL)
        return NULL;
    bool staff = samme_writes_for_staff(in);
    if (negated)
        return staff ? words->alone_not : either(words->alone_not_you, words->alone_not);
    return staff ? words->alone : either(words->alone_you, words->alone);
}

static const char *say_names(samme_writer *in, const samme_prose_input *words, const names *of,
                             bool negated) {
    const char *single = of->count == 1 ? alone(in, &of->items[0], negated) : NULL;
    if (single != NULL)
        return single;
    const char **texts = samme_arena_alloc(&in->pieces, NAMES_MAX * sizeof *texts);
    if (texts == NULL) {
        in->no_room = true;
        return "";
    }
    for (size_t i = 0; i < of->count; i++)
        texts[i] = of->items[i].text;
    bool staff = samme_writes_for_staff(in);
    const char *pattern = negated ? words->is_not : words->is;
    const char *you = negated ? words->is_not_you : words->is_you;
    return samme_fill(in, staff ? pattern : either(you, pattern),
                      samme_join(in, texts, of->count, SAMME_SAY_OR), NULL);
}

static bool written_negated(const char *text) {
    text += strspn(text, " \t");
    if (strncmp(text, "not", 3) != 0)
        return false;
    text += 3;
    return text[strspn(text, " \t")] == '(';
}

/* Whether to say what is excluded: where the author did, and where that is a single value of many.
 */
static bool say_negated(const samme_input *input, const samme_prose_input *words,
                        const samme_cell *cell, const names *is, const names *is_not) {
    bool one_of_many = input->kind == SAMME_KIND_ENUMERATION && is_not->count == 1 && is->count > 2;
    if (!is->exact)
        return true;
    if (words->is_not == NULL || !is_not->exact || !(written_negated(cell->text) || one_of_many))
        return false;
    for (size_t i = 0; is_not->count > 1 && i < is_not->count; i++)
        if (is_not->items[i].words != NULL && is_not->items[i].words->alone_not != NULL)
            return false;
    return true;
}

static const char *names_clause(samme_writer *in, const samme_table *table,
                                const samme_cell *cell) {
    const samme_input *input = samme_input_at(cell->input);
    const samme_prose_input *words = samme_prose_input_of(in->words, input->name);
    names is = {samme_arena_alloc(&in->pieces, NAMES_MAX * sizeof(named)), 0, true};
    names is_not = {samme_arena_alloc(&in->pieces, NAMES_MAX * sizeof(named)), 0, true};
    if (is.items == NULL || is_not.items == NULL) {
        in->no_room = true;
        return "";
    }
    name_values(in, table, cell, words, &is, &is_not);
    if (is_not.count == 0)
        return samme_writes_for_staff(in) ? words->known : either(words->known_you, words->known);
    bool negated = say_negated(input, words, cell, &is, &is_not);
    return say_names(in, words, negated ? &is_not : &is, negated);
}

const char *samme_clause(samme_writer *in, const samme_table *table, const samme_cell *cell) {
    switch (samme_input_at(cell->input)->kind) {
    case SAMME_KIND_ENUMERATION:
    case SAMME_KIND_TIER:
    case SAMME_KIND_CATEGORY:
    case SAMME_KIND_COUNTRY:
    case SAMME_KIND_CURRENCY:
        return names_clause(in, table, cell);
    case SAMME_KIND_COUNT:
    case SAMME_KIND_QUANTITY:
    case SAMME_KIND_MONEY:
    case SAMME_KIND_DATE:
        return samme_runs_clause(in, table, cell);
    }
    return "";
}

static bool has(const samme_table *table, const samme_cell *cell, int64_t value) {
    for (size_t i = 0; i < cell->count; i++)
        if (table->intervals[cell->first + i].low <= value &&
            value <= table->intervals[cell->first + i].high)
            return true;
    return false;
}

/* What customers need not be told in so many words: a sale that is known and free, a store whose
 * records are fresh. */
static bool is_ordinary(const samme_table *table, const samme_cell *cell) {
    switch (cell->input) {
    case SAMME_INPUT_CLAIM:
        return !has(table, cell, SAMME__CLAIM__taken) && !has(table, cell, SAMME__CLAIM__no_claim);
    case SAMME_INPUT_MODE:
        return has(table, cell, SAMME__MODE__normal);
    case SAMME_INPUT_RECEIPT_SOURCE:
        return !has(table, cell, SAMME__RECEIPT_SOURCE__no_receipt);
    default:
        return false;
    }
}

static size_t countries_held(const samme_writer *in, const samme_table *table,
                             const samme_cell *cell) {
    size_t held = 0;
    for (size_t i = 0; i < in->section->country_count; i++)
        held += has(table, cell, in->section->countries[i]) ? 1 : 0;
    return held;
}

bool samme_can_hold(const samme_writer *in, const samme_table *table, const samme_when *when) {
    for (size_t i = 0; i < when->count; i++) {
        const samme_cell *cell = &table->cells[when->first + i];
        if (cell->input == SAMME_INPUT_SALE_COUNTRY && in->section->country_count > 0 &&
            countries_held(in, table, cell) == 0)
            return false;
    }
    return true;
}

const char *samme_conditions(samme_writer *in, const samme_table *table, const samme_when *when) {
    const char *clauses[SAMME_INPUT_COUNT + 1];
    size_t count = 0;
    bool ordinary = false;
    bool staff = samme_writes_for_staff(in);
    for (size_t i = 0; i < when->count && count < SAMME_INPUT_COUNT; i++) {
        const samme_cell *cell = &table->cells[when->first + i];
        if (!staff && is_ordinary(table, cell))
            ordinary = true;
        else if (staff || cell->input != SAMME_INPUT_SALE_COUNTRY ||
                 in->section->country_count == 0 ||
                 countries_held(in, table, cell) < in->section->country_count)
            clauses[count++] = samme_clause(in, table, cell);
    }
    if (ordinary)
        clauses[count++] = samme_phrase_of(in, SAMME_SAY_CHECKABLE_YOU);
    samme_say last = SAMME_SAY_AND;
    for (size_t i = 0; i + 1 < count; i++)
        if (strstr(clauses[i], samme_phrase_of(in, SAMME_SAY_OR)) != NULL)
            last = SAMME_SAY_AND_AFTER_LIST;
    return samme_join(in, clauses, count, last);
}
