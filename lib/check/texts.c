/* What rules name beside their terms: reasons, SOPs, roles; and all texts of the documents. */
#include <stdlib.h>

#include "base/near.h"
#include "check/parts.h"
#include "sop/lint.h"
#include "wire/places.h"

static const char *const roles[] = {"supervisor", "manager"};
enum { ROLES = sizeof roles / sizeof *roles };

#define OWN_TEXTS_MAX_BYTES ((size_t)64 << 20) /* of one document of at most 1 MiB */

/* A table's outcome with where it stands. */
typedef struct naming {
    const samme_checked *checked;
    samme_check_report *report;
    samme_document_findings *findings;
    const samme_table *table;
    const samme_outcome *outcome;
    const samme_named_spots *spots; /* of the outcome's names */
    const char *path;               /* in which they stand */
    const char *rule;
} naming;

/* The policy's own texts, read again with their places: the compiled one has let go of them. */
typedef struct own_texts {
    samme_arena arena;
    samme_places places;
    const Samme__Policy *policy;
} own_texts;

static const Samme__Reason *own_reason(const samme_table *table, const char *code) {
    for (size_t i = 0; i < table->source->n_reasons; i++)
        if (strcmp(table->source->reasons[i]->code, code) == 0)
            return table->source->reasons[i];
    return NULL;
}

const Samme__Reason *samme_checked_reason(const samme_checked *checked, const samme_table *table,
                                          const char *code) {
    const Samme__Reason *own = own_reason(table, code);
    return own != NULL ? own : samme_documents_reason(checked->documents, code);
}

static void say(const naming *in, const char *code, samme_spot spot, const char *what,
                const char *found, const char *near) {
    samme_check_finding finding = {.code = code,
                                   .severity = SAMME_SEVERITY_WAIVABLE,
                                   .path = in->path,
                                   .line = spot.line,
                                   .column = spot.column,
                                   .table = in->table->path,
                                   .rule = in->rule};
    samme_buffer text;
    samme_buffer_init(&text, 4096);
    samme_buffer_printf(&text, "rule \"%s\": expected %s, found \"%.80s\"", in->rule, what, found);
    if (near != NULL)
        samme_buffer_printf(&text, ", did you mean \"%s\"?", near);
    finding.text = samme_buffer_text(&text);
    samme_check_add(in->report, &finding);
    samme_buffer_free(&text);
}

static void check_sop(const naming *in) {
    const char *sop = in->outcome->sop;
    if (sop[0] == 0 || samme_documents_procedure(in->checked->documents, sop) != NULL)
        return;
    samme_near near = samme_near_to(samme_span_of_text(sop));
    for (size_t i = 0; i < samme_documents_count(in->checked->documents); i++) {
        const samme_authored *document = samme_documents_at(in->checked->documents, i);
        if (document->kind == SAMME_DOCUMENT_PROCEDURE)
            (void)samme_near_try(&near, document->name);
    }
    say(in, "sop_missing", in->spots->sop, "a procedure of sop/", sop, near.best);
}

static void check_role(const naming *in) {
    const char *role = in->outcome->approval;
    samme_near near = samme_near_to(samme_span_of_text(role));
    if (role[0] == 0)
        return;
    for (size_t i = 0; i < ROLES; i++) {
        if (strcmp(roles[i], role) == 0)
            return;
        (void)samme_near_try(&near, roles[i]);
    }
    say(in, "role_unknown", in->spots->approval, "a role that approves, supervisor or manager",
        role, near.best);
}

static void check_reason(const naming *in) {
    const char *code = in->outcome->reason;
    if (in->checked->languages.needed_count == 0 ||
        samme_checked_reason(in->checked, in->table, code) != NULL)
        return;
    samme_near near = samme_near_to(samme_span_of_text(code));
    for (size_t i = 0; i < in->table->source->n_reasons; i++)
        (void)samme_near_try(&near, in->table->source->reasons[i]->code);
    const samme_authored *reasons =
        samme_documents_find(in->checked->documents, SAMME_DOCUMENT_REASONS, "reasons");
    const Samme__Reasons *list = reasons != NULL ? (const void *)reasons->message : NULL;
    for (size_t i = 0; list != NULL && i < list->n_reasons; i++)
        (void)samme_near_try(&near, list->reasons[i]->code);
    say(in, "reason_missing", in->spots->reason,
        "a reason with texts, in reasons.yaml or the policy", code, near.best);
}

static samme_document_place place_of(const samme_table *table, const own_texts *own,
                                     const Samme__Reason *reason) {
    samme_document_place place = {.path = table->path, .id = reason->code};
    (void)samme_places_find(&own->places, reason, &place.line, &place.column);
    return place;
}

/* Texts of a policy's own reason; those of reasons.yaml are looked at with the documents. */
static void check_own_texts(const samme_checked *checked, const samme_document_place *at,
                            const Samme__Reason *reason, samme_document_findings *findings) {
    samme_said said[3];
    samme_said_of_reason(reason, said);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < checked->languages.needed_count; k++) {
            const char *language = checked->languages.needed[k];
            if ((said[i].optional && said[i].count == 0) ||
                samme_text_pick(said[i].texts, said[i].count, language, &checked->languages,
                                NULL) != NULL)
                continue;
            samme_document_place place = *at;
            place.language = language;
            samme_document_findings_add(findings, SAMME_SEVERITY_ERROR, "text_missing", &place,
                                        "reason %s: expected `%s` in %s, found none", reason->code,
                                        said[i].field, language);
        }
}

/* Whether the table denies for this reason. */
static bool denies(const samme_table *table, const char *code) {
    for (size_t r = 0; r < table->rule_count; r++)
        if (table->rules[r].outcome.verdict == SAMME__VERDICT__deny &&
            strcmp(table->rules[r].outcome.reason, code) == 0)
            return true;
    return table->has_missing && table->missing.verdict == SAMME__VERDICT__deny &&
           strcmp(table->missing.reason, code) == 0;
}

static samme_status check_reasons_of(const samme_checked *checked, const samme_table *table,
                                     const own_texts *own, samme_document_findings *findings,
                                     samme_error *error) {
    for (size_t i = 0; i < own->policy->n_reasons; i++) {
        const Samme__Reason *reason = own->policy->reasons[i];
        const samme_document_place place = place_of(table, own, reason);
        samme_status status = samme_lint_reason(reason, &own->places, &place, findings, error);
        if (status != SAMME_OK)
            return status;
        check_own_texts(checked, &place, reason, findings);
        if (denies(table, reason->code))
            samme_lint_denial(reason, &own->places, &place, &checked->languages, findings);
    }
    return SAMME_OK;
}

static samme_status check_own_reasons(const samme_checked *checked, const samme_table *table,
                                      samme_document_findings *findings, samme_error *error) {
    const samme_document *document = samme_folder_find(checked->folder, table->path);
    own_texts own;
    samme_status status = SAMME_OK;
    if (table->source->n_reasons == 0 || document == NULL)
        return SAMME_OK;
    samme_arena_init(&own.arena, OWN_TEXTS_MAX_BYTES);
    samme_places_init(&own.places);
    own.policy =
        (const void *)samme_from_yaml_placed(&samme__policy__descriptor, document->content,
                                             document->path, &own.arena, &own.places, error);
    if (own.policy == NULL)
        status = error->status; /* it was read before: memory */
    else
        status = check_reasons_of(checked, table, &own, findings, error);
    samme_places_free(&own.places);
    samme_arena_free(&own.arena);
    return status;
}

static void check_outcome(const naming *in) {
    check_sop(in);
    check_role(in);
    check_reason(in);
}

static void check_names(naming *in) {
    for (size_t r = 0; r < in->table->rule_count; r++) {
        in->outcome = &in->table->rules[r].outcome;
        in->rule = in->table->rules[r].id;
        in->spots = &in->table->named[r];
        in->path = in->table->rules_path;
        check_outcome(in);
    }
    if (!in->table->has_missing)
        return;
    in->outcome = &in->table->missing;
    in->rule = "missing";
    in->spots = &in->table->named[in->table->rule_count];
    in->path = in->table->path;
    check_outcome(in);
}

/* Codes of reasons.yaml that some table denies with, each once. */
static samme_status check_denials(const samme_checked *checked, samme_document_findings *findings,
                                  samme_error *error) {
    const samme_authored *reasons =
        samme_documents_find(checked->documents, SAMME_DOCUMENT_REASONS, "reasons");
    if (reasons == NULL)
        return SAMME_OK;
    const Samme__Reasons *list = (const void *)reasons->message;
    const char **codes = calloc(list->n_reasons + 1, sizeof *codes);
    size_t count = 0;
    if (codes == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the reasons");
    for (size_t i = 0; i < list->n_reasons; i++) {
        bool used = false;
        for (size_t t = 0; t < samme_policy_table_count(checked->policy) && !used; t++) {
            const samme_table *table = samme_policy_table_at(checked->policy, t);
            used = own_reason(table, list->reasons[i]->code) == NULL &&
                   denies(table, list->reasons[i]->code);
        }
        if (used)
            codes[count++] = list->reasons[i]->code;
    }
    samme_lint_denials(checked->documents, codes, count, &checked->languages, findings);
    free(codes);
    return SAMME_OK;
}

samme_status samme_check_texts(const samme_checked *checked, samme_check_report *report,
                               samme_error *error) {
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    samme_texts_missing(checked->documents, &checked->languages, &findings);
    samme_status status = samme_lint_documents(checked->documents, &findings, error);
    for (size_t i = 0; i < samme_policy_table_count(checked->policy) && status == SAMME_OK; i++) {
        naming in = {.checked = checked,
                     .report = report,
                     .findings = &findings,
                     .table = samme_policy_table_at(checked->policy, i)};
        check_names(&in);
        status = check_own_reasons(checked, in.table, &findings, error);
    }
    if (status == SAMME_OK)
        status = check_denials(checked, &findings, error);
    if (status == SAMME_OK)
        samme_check_take(report, &findings);
    samme_document_findings_free(&findings);
    return status;
}
