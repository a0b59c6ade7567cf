#include "fixture.h"

#include <criterion/criterion.h>

const char fixture_chain[] =
    "chain: shop.example\n"
    "branches:\n"
    "  - { number: 1, name: A, country: DK, currency: DKK, utc_offset_minutes: 60, region: 1 }\n"
    "  - { number: 2, name: B, country: SE, currency: SEK, utc_offset_minutes: 60, region: 1 }\n"
    "member_tiers: [silver, gold]\n"
    "categories:\n"
    "  - { code: food, text: Food }\n"
    "  - { code: fresh, under: food, text: Fresh }\n"
    "  - { code: dry, under: food, text: Dry }\n"
    "  - { code: tools, text: Tools }\n";

void files_add(files *folder, const char *path, const char *text) {
    cr_assert_lt(folder->count, FILES_MAX);
    folder->documents[folder->count++] =
        (samme_document){.path = path, .content = samme_span_of_text(text)};
}

samme_check_folder files_folder(const files *folder) {
    return (samme_check_folder){folder->documents, folder->count};
}

files files_without(const files *folder, const char *prefix) {
    files out = {.count = 0};
    for (size_t i = 0; i < folder->count; i++)
        if (strncmp(folder->documents[i].path, prefix, strlen(prefix)) != 0)
            out.documents[out.count++] = folder->documents[i];
    return out;
}

samme_policy *files_compile(const files *folder) {
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_policy_compile(folder->documents, folder->count, &policy, &error), SAMME_OK,
                 "%s", error.text);
    return policy;
}

Samme__Facts *facts_of(const char *json, samme_arena *arena) {
    samme_error error = {.text = ""};
    Samme__Facts *facts =
        SAMME_FROM_JSON(Facts, facts, samme_span_of_text(json), "facts", arena, &error);
    cr_assert_not_null(facts, "%s: %s", error.text, json);
    return facts;
}

samme_check_report check(const files *folder) {
    samme_check_report report;
    samme_error error = {.text = ""};
    const samme_check_folder now = files_folder(folder);
    cr_assert_eq(samme_check(&now, NULL, &report, &error), SAMME_OK, "%s", error.text);
    return report;
}

size_t count_findings(const samme_check_report *report, const char *code, const char *rule) {
    size_t count = 0;
    for (size_t i = 0; i < samme_check_finding_count(report); i++) {
        const samme_check_finding *finding = samme_check_finding_at(report, i);
        count +=
            strcmp(finding->code, code) == 0 && (rule == NULL || strcmp(finding->rule, rule) == 0);
    }
    return count;
}

const samme_check_finding *find_finding(const samme_check_report *report, const char *code) {
    for (size_t i = 0; i < samme_check_finding_count(report); i++)
        if (strcmp(samme_check_finding_at(report, i)->code, code) == 0)
            return samme_check_finding_at(report, i);
    return NULL;
}
