/* What a folder changes that is in force already. A code that is used again for another thing would
 * give old entries a new meaning: a rule with another reason, a reason or step with other words, a
 * category elsewhere in the tree, a probe with other facts. */
#include <stdio.h>
#include <stdlib.h>

#include "check/parts.h"

#define PROBES_MAX 4096u

typedef struct turning {
    const samme_checked *now, *before;
    samme_check_report *report;
} turning;

static void say(const turning *self, const char *path, samme_spot spot, const char *id,
                const char *what, const char *how) {
    samme_check_say(self->report, SAMME_SEVERITY_WAIVABLE, "code_changed", path, spot, id,
                    "%s \"%s\" means another thing than before: %s", what, id, how);
}

/* A language in which both have a text and not the same one; NULL: none. */
static const char *other_text(Samme__Text *const *a, size_t a_count, Samme__Text *const *b,
                              size_t b_count) {
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++)
            if (strcmp(a[i]->key, b[k]->key) == 0 && strcmp(a[i]->value, b[k]->value) != 0)
                return a[i]->key;
    return NULL;
}

static void compare_reasons(const turning *self, const char *path, samme_spot spot,
                            const Samme__Reason *now, const Samme__Reason *before) {
    samme_said first[3], second[3];
    if (now == NULL)
        return;
    samme_said_of_reason(now, first);
    samme_said_of_reason(before, second);
    for (size_t i = 0; i < 3; i++) {
        const char *language =
            other_text(first[i].texts, first[i].count, second[i].texts, second[i].count);
        if (language == NULL)
            continue;
        char how[96];
        snprintf(how, sizeof how, "its text `%s` in %s", first[i].field, language);
        say(self, path, spot, now->code, "reason", how);
        return;
    }
}

static const samme_table *table_named(const samme_policy *policy, const char *name) {
    for (size_t i = 0; i < samme_policy_table_count(policy); i++)
        if (strcmp(samme_policy_table_at(policy, i)->name, name) == 0)
            return samme_policy_table_at(policy, i);
    return NULL;
}

static void compare_shared_reasons(const turning *self) {
    const samme_authored *now =
        samme_documents_find(self->now->documents, SAMME_DOCUMENT_REASONS, "reasons");
    const Samme__Reasons *list = now != NULL ? (const void *)now->message : NULL;
    for (size_t i = 0; list != NULL && i < list->n_reasons; i++) {
        const Samme__Reason *before =
            samme_documents_reason(self->before->documents, list->reasons[i]->code);
        samme_spot spot = {0, 0};
        (void)samme_places_find(&now->places, list->reasons[i], &spot.line, &spot.column);
        if (before != NULL)
            compare_reasons(self, now->path, spot, list->reasons[i], before);
    }
}

static void compare_rules(const turning *self, const samme_table *now, const samme_table *before) {
    for (size_t i = 0; i < now->rule_count; i++)
        for (size_t k = 0; k < before->rule_count; k++) {
            const samme_rule *rule = &now->rules[i], *old = &before->rules[k];
            if (strcmp(rule->id, old->id) != 0 ||
                strcmp(rule->outcome.reason, old->outcome.reason) == 0)
                continue;
            char how[192];
            snprintf(how, sizeof how, "its reason was %s, now it is %s", old->outcome.reason,
                     rule->outcome.reason);
            samme_check_add(self->report, &(samme_check_finding){
                                              .code = "code_changed",
                                              .severity = SAMME_SEVERITY_WAIVABLE,
                                              .path = now->rules_path,
                                              .line = rule->spot.line,
                                              .column = rule->spot.column,
                                              .table = now->path,
                                              .rule = rule->id,
                                              .text = how,
                                          });
        }
}

static void compare_tables(const turning *self) {
    for (size_t i = 0; i < samme_policy_table_count(self->now->policy); i++) {
        const samme_table *now = samme_policy_table_at(self->now->policy, i);
        const samme_table *before = table_named(self->before->policy, now->name);
        if (before == NULL)
            continue;
        compare_rules(self, now, before);
        for (size_t k = 0; k < now->source->n_reasons; k++)
            for (size_t b = 0; b < before->source->n_reasons; b++)
                if (strcmp(now->source->reasons[k]->code, before->source->reasons[b]->code) == 0)
                    compare_reasons(self, now->path, (samme_spot){0, 0}, now->source->reasons[k],
                                    before->source->reasons[b]);
    }
}

static const Samme__Category *category_of(const Samme__Chain *chain, const char *code) {
    for (size_t i = 0; i < chain->n_categories; i++)
        if (strcmp(chain->categories[i]->code, code) == 0)
            return chain->categories[i];
    return NULL;
}

static void compare_categories(const turning *self) {
    const Samme__Chain *now = samme_policy_chain(self->now->policy);
    const Samme__Chain *before = samme_policy_chain(self->before->policy);
    for (size_t i = 0; i < now->n_categories; i++) {
        const Samme__Category *category = now->categories[i];
        const Samme__Category *old = category_of(before, category->code);
        if (old == NULL)
            continue;
        if (strcmp(old->under, category->under) != 0)
            say(self, "chain.yaml", (samme_spot){0, 0}, category->code, "category",
                "it stands elsewhere in the tree");
        else if (strcmp(old->text, category->text) != 0 ||
                 other_text(category->texts, category->n_texts, old->texts, old->n_texts) != NULL)
            say(self, "chain.yaml", (samme_spot){0, 0}, category->code, "category", "its text");
    }
}

static void compare_steps(const turning *self, const samme_authored *document,
                          const Samme__Procedure *now, const Samme__Procedure *before) {
    for (size_t i = 0; i < now->n_steps; i++) {
        const Samme__Step *step = now->steps[i];
        const size_t at = samme_procedure_step(before, step->id);
        if (at == SAMME_STEP_END)
            continue;
        const Samme__Step *old = before->steps[at];
        const char *language = other_text(step->texts, step->n_texts, old->texts, old->n_texts);
        samme_spot spot = {0, 0};
        char how[96];
        (void)samme_places_find(&document->places, step, &spot.line, &spot.column);
        if (step->kind != old->kind) {
            say(self, document->path, spot, step->id, "step", "its kind");
        } else if (language != NULL) {
            snprintf(how, sizeof how, "its text in %s", language);
            say(self, document->path, spot, step->id, "step", how);
        }
    }
}

static void compare_procedures(const turning *self) {
    for (size_t i = 0; i < samme_documents_count(self->now->documents); i++) {
        const samme_authored *document = samme_documents_at(self->now->documents, i);
        if (document->kind != SAMME_DOCUMENT_PROCEDURE)
            continue;
        const Samme__Procedure *before =
            samme_documents_procedure(self->before->documents, document->name);
        if (before != NULL)
            compare_steps(self, document, (const void *)document->message, before);
    }
}

/* Facts of the probes before, as JSON by id. */
typedef struct old_probes {
    const turning *self;
    samme_arena arena;
    const char *ids[PROBES_MAX];
    const char *facts[PROBES_MAX];
    size_t count;
} old_probes;

static void keep_probe(void *context, const samme_probe_place *place) {
    old_probes *old = context;
    if (old->count == PROBES_MAX || place->probe->facts == NULL)
        return;
    const char *id = samme_arena_text(&old->arena, place->probe->id);
    if (id == NULL)
        return;
    old->ids[old->count] = id;
    old->facts[old->count++] = samme_facts_json(&old->arena, place->probe->facts);
}

static void compare_probe(void *context, const samme_probe_place *place) {
    old_probes *old = context;
    if (place->probe->facts == NULL)
        return;
    const char *facts = samme_facts_json(&old->arena, place->probe->facts);
    for (size_t i = 0; i < old->count; i++)
        if (strcmp(old->ids[i], place->probe->id) == 0 && strcmp(old->facts[i], facts) != 0)
            say(old->self, place->path, place->spot, place->probe->id, "probe", "its facts");
}

static samme_status compare_probes(const turning *self, samme_error *error) {
    old_probes *old = calloc(1, sizeof *old);
    if (old == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the probes");
    old->self = self;
    samme_arena_init(&old->arena, (size_t)64 << 20);
    samme_status status = samme_probes_each(self->before->folder, NULL, keep_probe, old, error);
    if (status == SAMME_OK)
        status = samme_probes_each(self->now->folder, NULL, compare_probe, old, error);
    samme_arena_free(&old->arena);
    free(old);
    return status;
}

/* Receipts of a country that had a policy must have one. */
static void compare_countries(const turning *self) {
    samme_buffer lost;
    samme_buffer_init(&lost, 4096);
    for (int64_t c = 0; c < SAMME_COUNTRIES; c++)
        if (samme_policy_table_for(self->before->policy, c) != NULL &&
            samme_policy_table_for(self->now->policy, c) == NULL)
            samme_buffer_printf(&lost, " %c%c", (char)('A' + c / 26), (char)('A' + c % 26));
    if (samme_policy_table_for(self->before->policy, SAMME_ABSENT) != NULL &&
        samme_policy_table_for(self->now->policy, SAMME_ABSENT) == NULL)
        samme_buffer_append_text(&lost, " (and where no country is given)");
    if (lost.length > 0)
        samme_check_say(self->report, SAMME_SEVERITY_WAIVABLE, "country_lost", "chain.yaml",
                        (samme_spot){0, 0}, "", "no policy any more for receipts sold in%.400s%s",
                        samme_buffer_text(&lost), lost.length > 400 ? " ..." : "");
    samme_buffer_free(&lost);
}

samme_status samme_check_after(const samme_checked *now, const samme_checked *before,
                               samme_check_report *report, samme_error *error) {
    const turning self = {now, before, report};
    compare_shared_reasons(&self);
    compare_tables(&self);
    compare_categories(&self);
    compare_procedures(&self);
    compare_countries(&self);
    return compare_probes(&self, error);
}
