#include <criterion/criterion.h>

#include "tests/unit/lib/sop/fixture.h"

static samme_document_findings findings;

static void begin(void) {
    samme_document_findings_init(&findings);
}
static void end(void) {
    samme_document_findings_free(&findings);
}
TestSuite(lint_reason, .init = begin, .fini = end);

static const char *const both[] = {"en", "da"};
static const samme_languages languages = {.needed = both, .needed_count = 2};

Test(lint_reason, a_denial_says_what_the_customer_can_do) {
    samme_documents *documents = fixture_load(fixture_folder, fixture_folder_count, &findings);
    const char *const codes[] = {"LATE", "FINE", "NOT_THERE"};
    samme_lint_denials(documents, codes, 3, &languages, &findings);
    cr_assert_str_eq(fixture_lines(&findings),
                     "reasons.yaml:6:5: instead_missing: en: reason FINE denies, and its `instead` "
                     "does not say what the customer can do\n"
                     "reasons.yaml:6:5: instead_missing: da: reason FINE denies, and its `instead` "
                     "does not say what the customer can do\n");
    cr_assert_eq(
        samme_document_findings_waive(&findings, "instead_missing", "reasons.yaml", "FINE"), 2);
    cr_assert_eq(samme_document_findings_blocking(&findings), 0);
    samme_documents_free(documents);
}

static const char policy_reasons[] = "reasons:\n"
                                     "  - code: TOO_late\n"
                                     "    customer: { en: \"Such is life, {name}.\" }\n"
                                     "    clerk: { en: In order to help. }\n"
                                     "    instead: { en: Call us. }\n";

Test(lint_reason, of_a_policy_with_places) {
    samme_arena arena;
    samme_places places;
    samme_error error = {.text = ""};
    samme_arena_init(&arena, 1 << 20);
    samme_places_init(&places);
    const Samme__Reasons *reasons = (const void *)samme_from_yaml_placed(
        &samme__reasons__descriptor, samme_span_of_text(policy_reasons), "policy/p.yaml", &arena,
        &places, &error);
    cr_assert_not_null(reasons, "%s", error.text);
    const samme_document_place place = {.path = "policy/p.yaml", .line = 1, .column = 1};
    const Samme__Reason *reason = reasons->reasons[0];
    cr_assert_eq(samme_lint_reason(reason, &places, &place, &findings, &error), SAMME_OK);
    samme_lint_denial(reason, &places, &place, &languages, &findings);
    cr_assert_str_eq(fixture_lines(&findings),
                     "policy/p.yaml:2:11: id_form: code: expected 1 to 64 of A-Z 0-9 _, found "
                     "\"TOO_late\"\n"
                     "policy/p.yaml:3:21: placeholder: customer: expected no braces, nothing is "
                     "put in here, found \"{name}.\"\n"
                     "policy/p.yaml:4:18: wordy: en: \"in order to\": write \"to\"\n"
                     "policy/p.yaml:5:16: instead_missing: da: reason TOO_late denies, and its "
                     "`instead` does not say what the customer can do\n");
    samme_places_free(&places);
    samme_arena_free(&arena);
}

Test(lint_reason, of_a_policy_without_places) {
    samme_arena arena;
    samme_error error = {.text = ""};
    samme_arena_init(&arena, 1 << 20);
    const Samme__Reasons *reasons = (const void *)samme_from_yaml(
        &samme__reasons__descriptor, samme_span_of_text(policy_reasons), "p", &arena, &error);
    cr_assert_not_null(reasons, "%s", error.text);
    const samme_document_place place = {.path = "policy/p.yaml", .line = 7, .column = 3};
    cr_assert_eq(samme_lint_reason(reasons->reasons[0], NULL, &place, &findings, &error), SAMME_OK);
    cr_assert_eq(samme_document_findings_count(&findings), 3);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(samme_document_findings_at(&findings, i)->line, 7);
        cr_assert_eq(samme_document_findings_at(&findings, i)->column, 3);
    }
    samme_arena_free(&arena);
}
