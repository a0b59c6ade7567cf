/* One policy or floor to its compiled table. */
#include "base/map.h"
#include "base/near.h"
#include "policy/compiled.h"
#include "policy/index.h"
#include "samme/limits.h"

#define NAME_MAX_BYTES  64u
#define CELLS_MAX_BYTES (SAMME_POLICY_RULES_MAX * SAMME_POLICY_INPUTS_MAX * sizeof(samme_cell))
/* A value takes two bytes of the document at least ("5,"). */
#define INTERVALS_MAX_BYTES                                                                        \
    ((SAMME_DOCUMENT_MAX_BYTES / 2 + CELLS_MAX_BYTES) * sizeof(samme_interval))

/* A key of the policy itself: "path:line:col: key: ...". */
static samme_status fail_key(samme_compiling *in, samme_status status, const char *key) {
    samme_fail_in(in->error, status, "%s", key);
    return samme_placed_fail(&in->head, in->error, status, in->wrong, NULL);
}

static samme_named_spots named_spots(const samme_placed *placed, const Samme__Outcome *then,
                                     const void *holder) {
    return (samme_named_spots){.reason = samme_spot_of(placed, then->reason, holder),
                               .approval = samme_spot_of(placed, then->approval, holder),
                               .sop = samme_spot_of(placed, then->sop, holder)};
}

static samme_status check_id(samme_compiling *in, samme_map *ids, size_t at) {
    const char *id = in->source->rules[at]->id;
    if (id[0] == 0 || strlen(id) > NAME_MAX_BYTES)
        return SAMME_WRONG(in, id, "id: expected 1 to %u characters, found \"%.80s\"",
                           NAME_MAX_BYTES, id);
    if (in->source->missing != NULL && strcmp(id, "missing") == 0)
        return SAMME_WRONG(in, id, "id: expected another one, `missing` of the policy has this");
    samme_map_entry earlier;
    if (samme_map_get(ids, samme_span_of_text(id), &earlier))
        return SAMME_WRONG(in, id, "id: expected each id once, found it in rules %llu and %zu",
                           (unsigned long long)earlier.tag + 1, at + 1);
    samme_status status = samme_map_put(ids, samme_span_of_text(id), SAMME_SPAN(NULL, 0), at);
    return status == SAMME_OK ? status : samme_fail(in->error, status, "no memory for the rules");
}

static samme_status compile_rule(samme_compiling *in, samme_map *ids, size_t at) {
    const Samme__Rule *source = in->source->rules[at];
    samme_rule *rule = &in->table->rules[at];
    samme_tested tests[SAMME_INPUT_COUNT];
    *rule = (samme_rule){.id = source->id, .spot = samme_spot_of(&in->rules, source->id, source)};
    samme_status status = check_id(in, ids, at);
    if (status == SAMME_OK && source->n_when > SAMME_INPUT_COUNT)
        status = SAMME_WRONG(in, source, "when: expected each input once");
    for (size_t i = 0; status == SAMME_OK && i < source->n_when; i++)
        tests[i] = (samme_tested){source->when[i]->key, source->when[i]->value};
    if (status == SAMME_OK)
        status = samme_when_compile(in, tests, source->n_when, false, &in->rules, &rule->when);
    if (status != SAMME_OK)
        return status;
    status = samme_outcome_compile(in, source->then, &rule->outcome);
    if (status != SAMME_OK)
        return samme_fail_in(in->error, status, "then");
    in->table->named[at] = named_spots(&in->rules, source->then, source->id);
    return SAMME_OK;
}

static samme_status fail_rule(samme_compiling *in, size_t at, samme_status status) {
    const Samme__Rule *rule = in->source->rules[at];
    if (rule->id[0] == 0)
        samme_fail_in(in->error, status, "rule %zu", at + 1);
    else
        samme_fail_in(in->error, status, "rule \"%.64s\"", rule->id);
    return samme_placed_fail(&in->rules, in->error, status, in->wrong, rule);
}

static samme_status compile_rules(samme_compiling *in) {
    size_t count = in->source->n_rules;
    samme_table *table = in->table;
    if (count == 0) {
        (void)SAMME_WRONG(in, NULL, "rules: expected at least one rule");
        return samme_placed_fail(&in->rules, in->error, SAMME_MALFORMED, NULL, NULL);
    }
    if (count > SAMME_POLICY_RULES_MAX) {
        samme_fail(in->error, SAMME_TOO_LARGE, "rules: expected at most %u, found %zu",
                   SAMME_POLICY_RULES_MAX, count);
        return samme_placed_fail(&in->rules, in->error, SAMME_TOO_LARGE,
                                 in->source->rules[SAMME_POLICY_RULES_MAX], NULL);
    }
    table->rule_count = count;
    table->rules = samme_arena_alloc(in->arena, count * sizeof *table->rules);
    table->named = samme_arena_alloc(in->arena, (count + 1) * sizeof *table->named);
    samme_map *ids = samme_map_new();
    samme_status status = SAMME_OK;
    if (table->rules == NULL || table->named == NULL || ids == NULL)
        status = samme_fail(in->error, SAMME_NO_MEMORY, "no memory for the rules");
    for (size_t i = 0; status == SAMME_OK && i < count; i++) {
        in->wrong = NULL;
        status = compile_rule(in, ids, i);
        if (status != SAMME_OK)
            status = fail_rule(in, i, status);
    }
    samme_map_free(ids);
    return status;
}

static samme_status compile_missing(samme_compiling *in) {
    const Samme__Outcome *missing = in->source->missing;
    if (missing == NULL)
        return SAMME_OK;
    in->wrong = NULL;
    in->table->has_missing = true;
    samme_status status = samme_outcome_compile(in, missing, &in->table->missing);
    if (status == SAMME_OK) {
        in->table->named[in->table->rule_count] = named_spots(&in->head, missing, missing);
        return status;
    }
    samme_fail_in(in->error, status, "missing");
    return samme_placed_fail(&in->head, in->error, status, in->wrong, missing);
}

static samme_status compile_countries(samme_compiling *in) {
    const Samme__Policy *source = in->source;
    int64_t *countries =
        samme_arena_alloc(in->arena, (source->n_countries + 1) * sizeof *countries);
    if (countries == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for the countries");
    for (size_t i = 0; i < source->n_countries; i++) {
        countries[i] = samme_country_value(source->countries[i]);
        bool twice = false;
        for (size_t k = 0; k < i; k++)
            twice = twice || countries[k] == countries[i];
        if (countries[i] == SAMME_ABSENT || twice || i >= SAMME_COUNTRIES)
            return SAMME_WRONG(in, source->countries[i],
                               "expected two capital letters each (ISO 3166-1), each once, found "
                               "\"%.20s\"",
                               source->countries[i]);
    }
    in->table->countries = countries;
    in->table->country_count = source->n_countries;
    if (in->table->floor && source->n_countries == 0)
        return SAMME_WRONG(in, NULL, "expected the countries whose law a floor is");
    return SAMME_OK;
}

static samme_status compile_tenders(samme_compiling *in) {
    const Samme__Policy *source = in->source;
    unsigned seen = 1u << SAMME__TENDER_KIND__tender_kind_unset;
    for (size_t i = 0; i < source->n_tender_order; i++) {
        unsigned bit = 1u << (unsigned)source->tender_order[i];
        if ((seen & bit) != 0)
            return SAMME_WRONG(in, &source->tender_order[i], "expected each tender once");
        seen |= bit;
    }
    in->table->tenders = source->tender_order;
    in->table->tender_count = source->n_tender_order;
    return SAMME_OK;
}

/* One of the words, by its number; -1 none of them. "" is the first. */
static int word(const char *text, const char *const *words, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    return text[0] == 0 ? 0 : -1;
}

static samme_status fail_word(samme_compiling *in, const char *text, const char *expected,
                              const char *const *words, int count) {
    samme_near near = samme_near_to(samme_span_of_text(text));
    for (int i = 0; i < count; i++)
        (void)samme_near_try(&near, words[i]);
    return SAMME_WRONG(in, text, "expected %s, found \"%.40s\"%s%s%s", expected, text,
                       near.best != NULL ? ", did you mean \"" : "",
                       near.best != NULL ? near.best : "", near.best != NULL ? "\"?" : "");
}

static samme_status compile_words(samme_compiling *in, const char **out_key) {
    static const char *const hits[] = {"first", "unique"};
    static const char *const bases[] = {"today", "purchase_day", "better"};
    static const char *const bundles[] = {"allocated", "reprice_rest"};
    static const char *const stand_ins[] = {"today", "baseline"};
    const Samme__Policy *source = in->source;
    int basis = word(source->basis, bases, 3), bundle = word(source->bundles, bundles, 2);
    int stand_in = word(source->not_held, stand_ins, 2);
    *out_key = "hit";
    in->table->unique = strcmp(source->hit, "unique") == 0;
    if (!in->table->unique && strcmp(source->hit, "first") != 0)
        return fail_word(in, source->hit, "first or unique", hits, 2);
    if (in->table->floor && in->table->unique)
        return SAMME_WRONG(in, source->hit, "expected first in a floor");
    *out_key = "basis";
    if (basis < 0)
        return fail_word(in, source->basis, "purchase_day, today or better", bases, 3);
    *out_key = "not_held";
    if (stand_in < 0)
        return fail_word(in, source->not_held, "today or baseline", stand_ins, 2);
    *out_key = "bundles";
    if (bundle < 0)
        return fail_word(in, source->bundles, "allocated or reprice_rest", bundles, 2);
    in->table->basis = (samme_basis)basis;
    in->table->baseline_stands_in = stand_in == 1;
    in->table->reprice_rest = bundle == 1;
    return SAMME_OK;
}

/* What only a policy has: a floor is asked beside one. */
static samme_status check_floor(samme_compiling *in, const char **out_key) {
    const Samme__Policy *source = in->source;
    static const char text[] = "expected it in a policy, not in a floor";
    *out_key = "missing";
    if (source->missing != NULL)
        return SAMME_WRONG(in, source->missing, text);
    *out_key = "basis";
    if (source->basis[0] != 0)
        return SAMME_WRONG(in, source->basis, text);
    *out_key = "not_held";
    if (source->not_held[0] != 0)
        return SAMME_WRONG(in, source->not_held, text);
    *out_key = "tender_order";
    if (source->n_tender_order > 0)
        return SAMME_WRONG(in, &source->tender_order[0], text);
    return SAMME_OK;
}

/* A policy's own texts; which of them are needed, and how they read, is not
 * judged here. */
static samme_status check_reasons(samme_compiling *in) {
    const Samme__Policy *source = in->source;
    if (source->n_reasons > SAMME_POLICY_RULES_MAX)
        return SAMME_WRONG(in, NULL, "expected at most %u", SAMME_POLICY_RULES_MAX);
    for (size_t i = 0; i < source->n_reasons; i++) {
        const char *code = source->reasons[i]->code;
        bool fine = samme_reason_valid(code);
        for (size_t k = 0; k < i; k++)
            fine = fine && strcmp(source->reasons[k]->code, code) != 0;
        if (!fine)
            return SAMME_WRONG(in, code[0] != 0 ? (const void *)code : source->reasons[i],
                               "code: expected 1 to 64 of A-Z 0-9 _, each once, found \"%.80s\"",
                               code);
    }
    return SAMME_OK;
}

/* What stands around the rules. The key that is wrong is left in *out_key. */
static samme_status compile_head(samme_compiling *in, const char **out_key) {
    const Samme__Policy *source = in->source;
    *out_key = "policy";
    if (source->policy[0] == 0 || strlen(source->policy) > NAME_MAX_BYTES)
        return SAMME_WRONG(in, source->policy,
                           "expected the name of the policy, 1 to %u characters", NAME_MAX_BYTES);
    in->table->name = source->policy;
    samme_status status = compile_words(in, out_key);
    if (status == SAMME_OK && in->table->floor)
        status = check_floor(in, out_key);
    if (status != SAMME_OK)
        return status;
    *out_key = "inputs";
    if ((status = samme_inputs_compile(in)) != SAMME_OK)
        return status;
    *out_key = "countries";
    if ((status = compile_countries(in)) != SAMME_OK)
        return status;
    *out_key = "tender_order";
    if ((status = compile_tenders(in)) != SAMME_OK)
        return status;
    *out_key = "reasons";
    return check_reasons(in);
}

static samme_status keep(samme_compiling *in) {
    samme_span cells = samme_arena_copy(in->arena, samme_buffer_span(&in->cells));
    samme_span intervals = samme_arena_copy(in->arena, samme_buffer_span(&in->intervals));
    if (cells.data == NULL || intervals.data == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "%s: no memory for the rules", in->head.path);
    in->table->cells = (samme_cell *)(uintptr_t)cells.data;
    in->table->intervals = (samme_interval *)(uintptr_t)intervals.data;
    in->table->source = in->source;
    return samme_index_build(in->table, in->arena, &in->table->index, in->error);
}

static samme_status compile(samme_compiling *in) {
    const char *key = NULL;
    samme_status status = compile_head(in, &key);
    if (status != SAMME_OK)
        return fail_key(in, status, key);
    status = samme_windows_compile(in);
    if (status == SAMME_OK)
        status = compile_rules(in);
    if (status == SAMME_OK)
        status = compile_missing(in);
    return status == SAMME_OK ? keep(in) : status;
}

/* "policy/NAME.yaml" with `table: F` is "policy/F". */
static const samme_document *find_csv(samme_compiling *in, const samme_documents_given *given) {
    const char *file = in->source->table;
    size_t folder = strcspn(in->head.path, "/") + 1; /* there is one: tables lie in a folder */
    for (size_t i = 0; i < given->count; i++) {
        const char *path = given->documents[i].path;
        if (strncmp(path, in->head.path, folder) == 0 && strcmp(path + folder, file) == 0)
            return &given->documents[i];
    }
    return NULL;
}

static samme_status read_csv(samme_compiling *in, const samme_documents_given *given,
                             samme_places *places) {
    const char *file = in->source->table;
    size_t length = strlen(file);
    const samme_document *csv = NULL;
    samme_status status = SAMME_OK;
    if (in->source->n_rules > 0)
        status = SAMME_WRONG(in, file, "expected either rules or a table, found both");
    else if (strchr(file, '/') != NULL || file[0] == '.' || length < 5 ||
             strcmp(file + length - 4, ".csv") != 0)
        status = SAMME_WRONG(in, file,
                             "expected the name of a file beside it, ending in .csv, "
                             "found \"%.80s\"",
                             file);
    else if ((csv = find_csv(in, given)) == NULL) {
        status = samme_fail(in->error, SAMME_NOT_FOUND, "found no \"%.80s\" beside it", file);
        in->wrong = file;
    }
    if (status != SAMME_OK || csv == NULL)
        return fail_key(in, status, "table");
    char *path = samme_arena_text(in->arena, csv->path);
    if (path == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for %s", csv->path);
    in->table->rules_path = path;
    in->rules = (samme_placed){.path = path, .places = places};
    return samme_csv_rules(in, csv, places);
}

samme_status samme_table_compile(samme_policy *policy, const samme_documents_given *given,
                                 const samme_document *document, samme_table *table,
                                 samme_error *error) {
    samme_places head, rules;
    samme_places_init(&head);
    samme_places_init(&rules);
    table->path = samme_arena_text(&policy->arena, document->path);
    table->rules_path = table->path;
    samme_compiling in = {.arena = &policy->arena,
                          .vocabulary = &policy->form.vocabulary,
                          .table = table,
                          .head = {table->path, &head},
                          .rules = {table->path, &head},
                          .error = error};
    samme_buffer_init(&in.cells, CELLS_MAX_BYTES);
    samme_buffer_init(&in.intervals, INTERVALS_MAX_BYTES);
    samme_status status = SAMME_OK;
    if (table->path == NULL)
        status = samme_fail(error, SAMME_NO_MEMORY, "no memory for %s", document->path);
    else if ((in.source = (Samme__Policy *)(void *)samme_from_yaml_placed(
                  &samme__policy__descriptor, document->content, document->path, in.arena, &head,
                  error)) == NULL)
        status = error->status;
    if (status == SAMME_OK && in.source->table[0] != 0)
        status = read_csv(&in, given, &rules);
    if (status == SAMME_OK)
        status = compile(&in);
    samme_buffer_free(&in.cells);
    samme_buffer_free(&in.intervals);
    samme_places_free(&rules);
    samme_places_free(&head);
    return status;
}
