#include "render/render.h"

#include "render/format.h"
#include "render/paper.h"
#include "render/section.h"

#define KEPT_MAX_BYTES   (16u * 1024u * 1024u)
#define PIECES_MAX_BYTES (32u * 1024u * 1024u)

typedef struct sections {
    samme_section *items; /* SECTIONS_MAX */
    size_t count;
} sections;
/* One for each country, and one for all others. */
#define SECTIONS_MAX (SAMME_COUNTRIES + 1u)

/* The currency of the branches there; "" when they have several, or there is none. */
static const char *currency_of(const Samme__Chain *chain, int64_t country) {
    const char *found = "";
    for (size_t i = 0; i < chain->n_branches; i++) {
        const Samme__Branch *branch = chain->branches[i];
        if (samme_country_value(branch->country) != country)
            continue;
        if (found[0] != 0 && strcmp(found, branch->currency) != 0)
            return "";
        found = branch->currency;
    }
    return found;
}

static bool floor_for(const samme_table *floor, int64_t country) {
    for (size_t i = 0; i < floor->country_count; i++)
        if (floor->countries[i] == country)
            return true;
    return false;
}

static bool tests_country(const samme_table *table) {
    for (size_t i = 0; i < table->rule_count; i++)
        for (size_t k = 0; k < table->rules[i].when.count; k++)
            if (table->cells[table->rules[i].when.first + k].input == SAMME_INPUT_SALE_COUNTRY)
                return true;
    for (size_t i = 0; i < table->window_count; i++)
        for (size_t k = 0; k < table->windows[i].when.count; k++)
            if (table->cells[table->windows[i].when.first + k].input == SAMME_INPUT_SALE_COUNTRY)
                return true;
    return false;
}

/* Whether one section can speak for both countries. */
static bool alike(const samme_writer *in, const samme_section *section, int64_t country) {
    const samme_policy *policy = in->request->policy;
    bool customers = !samme_writes_for_staff(in);
    if (section->country_count == 0 || samme_policy_table_for(policy, country) != section->table ||
        strcmp(section->currency, currency_of(samme_policy_chain(policy), country)) != 0 ||
        (customers && tests_country(section->table)))
        return false;
    for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
        const samme_table *table = samme_policy_table_at(policy, i);
        bool here = floor_for(table, country);
        if (table->floor && (here != floor_for(table, section->countries[0]) ||
                             (here && customers && tests_country(table))))
            return false;
    }
    return true;
}

static void add_country(const samme_writer *in, sections *out, int64_t country) {
    const samme_table *table = samme_policy_table_for(in->request->policy, country);
    if (table == NULL)
        return;
    for (size_t i = 0; i < out->count; i++) {
        samme_section *section = &out->items[i];
        if (alike(in, section, country)) {
            section->countries[section->country_count++] = country;
            return;
        }
    }
    samme_section *section = &out->items[out->count++];
    section->table = table;
    section->currency = currency_of(samme_policy_chain(in->request->policy), country);
    section->country_count = 1;
    section->countries[0] = country;
}

/* Countries of branches, and those that policies and floors name. */
static void mark_countries(const samme_policy *policy, bool marked[SAMME_COUNTRIES]) {
    const Samme__Chain *chain = samme_policy_chain(policy);
    for (size_t i = 0; i < chain->n_branches; i++) {
        int64_t country = samme_country_value(chain->branches[i]->country);
        if (country != SAMME_ABSENT)
            marked[country] = true;
    }
    for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
        const samme_table *table = samme_policy_table_at(policy, i);
        for (size_t k = 0; k < table->country_count; k++)
            marked[table->countries[k]] = true;
    }
}

static void add_all(const samme_writer *in, sections *out) {
    bool marked[SAMME_COUNTRIES] = {false};
    mark_countries(in->request->policy, marked);
    for (int64_t country = 0; country < SAMME_COUNTRIES; country++)
        if (marked[country])
            add_country(in, out, country);
    const samme_table *others = samme_policy_table_for(in->request->policy, SAMME_ABSENT);
    for (size_t i = 0; i < out->count; i++)
        if (out->items[i].table == others)
            return;
    if (others != NULL)
        out->items[out->count++] =
            (samme_section){.table = others, .currency = "", .country_count = 0};
}

static samme_status find_sections(const samme_writer *in, sections *out, samme_error *error) {
    const char *wanted = in->request->country;
    if (wanted == NULL) {
        add_all(in, out);
        return SAMME_OK;
    }
    int64_t country = samme_country_value(wanted);
    if (country == SAMME_ABSENT)
        return samme_fail(error, SAMME_MALFORMED,
                          "country: expected two capital letters as \"NO\", found \"%.20s\"",
                          wanted);
    add_country(in, out, country);
    return out->count > 0
               ? SAMME_OK
               : samme_fail(error, SAMME_NOT_FOUND, "no policy is for goods bought in %s", wanted);
}

static samme_status find_words(samme_writer *in, samme_error *error) {
    const Samme__Chain *chain = samme_policy_chain(in->request->policy);
    const char *language = in->request->language;
    in->words = samme_prose_of(samme_language_tongue(language));
    for (size_t i = 0; in->words == NULL && i < chain->n_fallbacks; i++) {
        const Samme__Fallback *fallback = chain->fallbacks[i];
        if (strcmp(fallback->language, language) != 0)
            continue;
        for (size_t k = 0; in->words == NULL && k < fallback->n_then; k++)
            in->words = samme_prose_of(samme_language_tongue(fallback->then[k]));
    }
    return in->words != NULL
               ? SAMME_OK
               : samme_fail(error, SAMME_UNSUPPORTED,
                            "language \"%.20s\": expected one of en, da, nb, sv, hi, or one with a "
                            "fallback to them in chain.yaml",
                            language);
}

/* `text` of chain.yaml names no language, so it stands in quotes as a code does. */
static samme_category_name category_name(const samme_writer *in, const Samme__Category *category) {
    const char *asked = in->request->language, *language = "";
    const char *text =
        samme_text_pick(category->texts, category->n_texts, asked, &in->languages, &language);
    if (text == NULL)
        return (samme_category_name){category->text[0] != 0 ? category->text : category->code,
                                     true};
    bool fits = strncmp(asked, language, strlen(language)) == 0 ||
                samme_prose_of(samme_language_tongue(language)) == in->words;
    return (samme_category_name){text, !fits};
}

static samme_status find_categories(samme_writer *in, samme_error *error) {
    const Samme__Chain *chain = samme_policy_chain(in->request->policy);
    samme_category_name *names =
        samme_arena_alloc(&in->kept, (in->vocabulary->categories.count + 1) * sizeof *names);
    if (names == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the categories");
    for (size_t i = 0; i < chain->n_categories; i++) {
        const Samme__Category *category = chain->categories[i];
        const samme_category *found =
            samme_categories_find(&in->vocabulary->categories, samme_span_of_text(category->code));
        if (found != NULL)
            names[found->first] = category_name(in, category);
    }
    in->categories = names;
    return SAMME_OK;
}

static samme_status write_document(samme_writer *in, samme_error *error) {
    sections found = {samme_arena_alloc(&in->kept, SECTIONS_MAX * sizeof(samme_section)), 0};
    if (found.items == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the countries");
    samme_status status = find_sections(in, &found, error);
    if (status != SAMME_OK)
        return status;
    samme_paper_heading(in, 1,
                        samme_say_with(in, samme_say_to(in, SAMME_SAY_TITLE_YOU),
                                       samme_policy_chain(in->request->policy)->chain, NULL));
    for (size_t i = 0; i < found.count && samme_buffer_status(in->out) == SAMME_OK; i++)
        samme_section_write(in, &found.items[i]);
    if (samme_writes_for_staff(in))
        samme_procedures_write(in, found.items, found.count);
    status = samme_buffer_status(in->out);
    if (status == SAMME_OK && in->no_room)
        status = SAMME_TOO_LARGE;
    return status == SAMME_OK ? status : samme_fail(error, status, "the text is too large to hold");
}

samme_status samme_render(const samme_render_request *request, samme_buffer *out,
                          samme_error *error) {
    const Samme__Chain *chain = samme_policy_chain(request->policy);
    samme_writer in = {
        .request = request,
        .vocabulary = samme_policy_vocabulary(request->policy),
        .languages = {.fallbacks = chain->fallbacks, .fallback_count = chain->n_fallbacks},
        .out = out};
    samme_arena_init(&in.kept, KEPT_MAX_BYTES);
    samme_arena_init(&in.pieces, PIECES_MAX_BYTES);
    samme_status status = find_words(&in, error);
    if (status == SAMME_OK)
        status = find_categories(&in, error);
    if (status == SAMME_OK)
        status = write_document(&in, error);
    samme_arena_free(&in.pieces);
    samme_arena_free(&in.kept);
    return status;
}
