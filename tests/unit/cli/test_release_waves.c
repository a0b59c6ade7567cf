/* The file of samme release build --waves. The first test reads the example of docs/AUTHORING.md
 * with the chain.yaml of the same document. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/calendar.h"
#include "cli/release_waves.h"
#include "os/files.h"
#include "policy/policy.h"

#define NOW_MS INT64_C(1795000000500) /* 2026-11-18 */

static samme_policy *policy;
static samme_release release;
static samme_error error;

static const Samme__Chain *chain_of(samme_span chain_yaml) {
    static const char policy_yaml[] = "policy: p\nhit: first\nrules:\n"
                                      "  - { id: all, then: { verdict: deny, reason: NO } }\n";
    const samme_document documents[] = {{"chain.yaml", chain_yaml},
                                        {"policy/p.yaml", samme_span_of_text(policy_yaml)}};
    cr_assert_eq(samme_policy_compile(documents, 2, &policy, &error), SAMME_OK, "%s", error.text);
    return samme_policy_chain(policy);
}

static void teardown(void) {
    samme_release_free(&release);
    samme_policy_free(policy);
    policy = NULL;
}
TestSuite(release_waves, .fini = teardown);

static samme_status read(const char *text) {
    static const char chain_yaml[] =
        "chain: c\nbranches:\n  - { number: 9, groups: [north, pilot] }\n"
        "  - { number: 2, groups: [north] }\n  - { number: 30 }\n  - { number: 4, groups: [pilot] "
        "}\n";
    release = (samme_release){.version = 1};
    return samme_release_waves_read(samme_span_of_text(text), "waves.yaml",
                                    chain_of(samme_span_of_text(chain_yaml)), NOW_MS, &release,
                                    &error);
}

/* The block of YAML that begins so. */
static samme_span block_of(const char *document, const char *beginning) {
    char fence[80];
    snprintf(fence, sizeof fence, "```yaml\n%s", beginning);
    const char *at = strstr(document, fence);
    cr_assert_not_null(at, "%s", beginning);
    at += strlen("```yaml\n");
    return SAMME_SPAN(at, (size_t)(strstr(at, "```") - at));
}

Test(release_waves, the_example_of_the_document_is_read) {
    samme_buffer document;
    int64_t second;
    int32_t offset;
    samme_buffer_init(&document, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_file_read(SAMME_AUTHORING, &document, &error), SAMME_OK, "%s", error.text);
    const char *text = samme_buffer_text(&document);
    const Samme__Chain *chain = chain_of(block_of(text, "chain: "));
    release = (samme_release){.version = 1};
    cr_assert_eq(samme_release_waves_read(block_of(text, "waves:"), "waves.yaml", chain, NOW_MS,
                                          &release, &error),
                 SAMME_OK, "%s", error.text);
    cr_assert_eq(release.wave_count, 3);
    cr_assert_eq(release.waves[0].at_ms, NOW_MS / 1000 * 1000, "at once");
    cr_assert_eq(samme_time_parse("2027-01-11T06:00:00Z", &second, &offset), SAMME_OK);
    cr_assert_eq(samme_release_due_ms(&release, 2), second);
    cr_assert_eq(samme_release_wave_of(&release, 1), 1);
    cr_assert_eq(samme_release_wave_of(&release, 3), 3);
    samme_buffer_free(&document);
}

Test(release_waves, branches_and_groups_become_numbers_in_order) {
    cr_assert_eq(read("waves:\n  - { groups: [pilot], branches: [9] }\n"
                      "  - { at: \"2027-01-01T00:00:00+01:00\", branches: [2] }\n"
                      "  - { at: \"2027-01-02T00:00:00Z\" }\n"),
                 SAMME_OK, "%s", error.text);
    cr_assert_eq(release.early_count, 3, "9 stands there twice");
    cr_assert_eq(release.early[0].branch, 2);
    cr_assert_eq(release.early[1].branch, 4);
    cr_assert_eq(release.early[2].branch, 9);
    cr_assert_eq(release.early[0].wave, 2);
    cr_assert_eq(release.early[2].wave, 1);
}

Test(release_waves, mistakes_are_named_with_their_place) {
    static const char *const mistakes[][2] = {
        {"waves: []\n", "waves.yaml: waves: expected 2 to 64"},
        {"waves:\n  - { at: \"2027-01-02T00:00:00Z\" }\n", "waves.yaml: waves: expected 2 to 64"},
        {"waves:\n  - { branches: [2] }\n  - { }\n", "waves[1].at: expected a time as"},
        {"waves:\n  - { branches: [2] }\n  - { at: tomorrow }\n", "found \"tomorrow\""},
        {"waves:\n  - { branches: [2], at: \"2027-01-02T00:00:00Z\" }\n"
         "  - { at: \"2027-01-02T00:00:00Z\" }\n",
         "waves[1].at: expected a time later than the wave before has"},
        {"waves:\n  - { branches: [2], at: \"1969-01-02T00:00:00Z\" }\n"
         "  - { at: \"2027-01-02T00:00:00Z\" }\n",
         "waves[0].at: expected a time"},
        {"waves:\n  - { branches: [3] }\n  - { at: \"2027-01-02T00:00:00Z\" }\n",
         "waves[0].branches: chain.yaml has no branch 3"},
        {"waves:\n  - { groups: [pilots] }\n  - { at: \"2027-01-02T00:00:00Z\" }\n",
         "waves[0].groups: no branch of chain.yaml is in \"pilots\""},
        {"waves:\n  - { }\n  - { at: \"2027-01-02T00:00:00Z\" }\n",
         "waves[0]: expected branches or groups"},
        {"waves:\n  - { branches: [2] }\n  - { at: \"2027-01-02T00:00:00Z\", branches: [4] }\n",
         "waves[1]: expected no branches and groups: the last wave is everybody else"},
        {"waves:\n  - { groups: [north] }\n  - { at: \"2027-01-02T00:00:00Z\", groups: [pilot] }\n"
         "  - { at: \"2027-01-03T00:00:00Z\" }\n",
         "waves[1]: branch 9 is of waves[0] already"},
        {"waves:\n  - { branch: [2] }\n", "waves.yaml:2:"}};
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        cr_assert_eq(read(mistakes[i][0]), SAMME_MALFORMED, "%s", mistakes[i][0]);
        cr_assert_not_null(strstr(error.text, mistakes[i][1]), "%s", error.text);
        teardown();
    }
}
