/* What compile refuses, and how it says so. The files of tests/data/policies/bad (policies) and
 * bad_chain (chains) begin with "# error: TEXT": the error that compiling them gives. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/files.h"
#include "samme/limits.h"
#include "tests/unit/lib/policy/fixture.h"

static const char sound[] =
    "policy: p\nhit: first\nrules:\n  - { id: r, then: { verdict: deny, reason: R } }\n";

typedef struct corpus {
    const char *folder;
    bool chains;
    size_t files;
} corpus;

static samme_status check_file(void *context, const char *relative_path) {
    corpus *in = context;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", in->folder, relative_path);
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    cr_assert_eq(samme_file_read(path, &content, NULL), SAMME_OK, "%s", path);
    const char *text = samme_buffer_text(&content);
    char expected[500] = "";
    cr_assert_eq(sscanf(text, "# error: %499[^\n]", expected), 1, "%s has no expected error", path);
    samme_policy *policy = NULL;
    samme_error error = {.text = "compiled"};
    samme_status status = in->chains ? fixture_compile(text, sound, &policy, &error)
                                     : fixture_compile(fixture_chain, text, &policy, &error);
    cr_expect_eq(status, SAMME_MALFORMED, "%s: %s", relative_path, error.text);
    cr_expect_str_eq(error.text, expected, "%s:\n   found %s\nexpected %s", relative_path,
                     error.text, expected);
    samme_buffer_free(&content);
    in->files++;
    return SAMME_OK;
}

Test(compile, bad_policies) {
    corpus policies = {.folder = SAMME_TEST_DATA "/policies/bad"};
    cr_assert_eq(samme_folder_walk(policies.folder, check_file, &policies, NULL), SAMME_OK);
    cr_assert_geq(policies.files, 20);
}

Test(compile, bad_chains) {
    corpus chains = {.folder = SAMME_TEST_DATA "/policies/bad_chain", .chains = true};
    cr_assert_eq(samme_folder_walk(chains.folder, check_file, &chains, NULL), SAMME_OK);
    cr_assert_geq(chains.files, 8);
}

static samme_status compile(const samme_document *documents, size_t count, samme_error *error) {
    samme_policy *policy = NULL;
    samme_status status = samme_policy_compile(documents, count, &policy, error);
    samme_policy_free(policy);
    return status;
}

Test(compile, one_chain_and_policies_of_different_names) {
    const samme_document chain = {"chain.yaml", samme_span_of_text(fixture_chain)};
    const samme_document table = {"policy/p.yaml", samme_span_of_text(sound)};
    const samme_document other = {"policy/q.yaml", samme_span_of_text(sound)};
    samme_error error;
    cr_assert_eq(compile((samme_document[]){chain, table}, 2, &error), SAMME_OK);
    cr_assert_eq(compile((samme_document[]){chain, table}, 2, NULL), SAMME_OK);
    cr_assert_eq(compile((samme_document[]){table}, 1, &error), SAMME_NOT_FOUND);
    cr_assert_str_eq(error.text, "expected a document chain.yaml, found none");
    cr_assert_eq(compile(&chain, 1, &error), SAMME_NOT_FOUND);
    cr_assert_str_eq(error.text, "expected a document policy/NAME.yaml, found none");
    cr_assert_eq(compile(&chain, 1, NULL), SAMME_NOT_FOUND);
    cr_assert_eq(compile((samme_document[]){chain, table, other}, 3, &error), SAMME_MALFORMED);
    cr_assert_str_eq(
        error.text,
        "policy/q.yaml: policy: expected a name of its own, policy/p.yaml is \"p\" too");
    cr_assert_eq(compile((samme_document[]){chain, table, chain}, 3, &error), SAMME_MALFORMED);
}

Test(compile, other_documents_are_passed_over) {
    static const char *const others[] = {"policy/.p.yaml", "policy/deep/p.yaml", "policy/p.csv",
                                         "policy/.yaml",   "policy.yaml",        "sop/p.yaml",
                                         "deep/chain.yaml"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const samme_document documents[] = {
            {others[i], SAMME_LITERAL("}")},
            {"chain.yaml", samme_span_of_text(fixture_chain)},
            {"policy/p.yaml", samme_span_of_text(sound)},
        };
        cr_assert_eq(compile(documents, 3, NULL), SAMME_OK, "%s", others[i]);
    }
}

Test(compile, the_documents_need_not_outlive_the_call) {
    char *table = strdup(
        "policy: p\nhit: first\nrules:\n  - { id: r, then: { verdict: deny, reason: KEPT } }\n");
    char *chain = strdup(fixture_chain);
    samme_policy *policy = NULL;
    cr_assert_eq(fixture_compile(chain, table, &policy, NULL), SAMME_OK);
    memset(table, 'x', strlen(table));
    memset(chain, 'x', strlen(chain));
    free(table);
    free(chain);
    cr_assert_str_eq(fixture_answer(policy, "{\"category\":\"fish\"}"),
                     "{\"verdict\":\"deny\",\"rule\":\"r\",\"reason\":\"KEPT\",\"policy\":\"p\"}");
    cr_assert_str_eq(samme_policy_branch(policy, 7)->currency, "DKK");
    cr_assert(samme_policy_has_category(policy, "fish"));
    samme_policy_free(policy);
}

Test(compile, documents_have_a_maximum) {
    size_t length = SAMME_DOCUMENT_MAX_BYTES + 1;
    char *large = malloc(length);
    memset(large, '#', length);
    const samme_document documents[] = {
        {"chain.yaml", samme_span_of_text(fixture_chain)},
        {"policy/p.yaml", SAMME_SPAN(large, length)},
    };
    cr_assert_eq(compile(documents, 2, NULL), SAMME_TOO_LARGE);
    free(large);
}

/* As many rules as there may be compile and decide; one more does not. */
Test(compile, rules_have_a_maximum) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_append_text(&text,
                             "policy: p\nhit: unique\ninputs: [days_since_purchase]\nrules:\n");
    for (unsigned i = 0; i < SAMME_POLICY_RULES_MAX; i++)
        samme_buffer_printf(
            &text,
            " - {id: r%u, when: {days_since_purchase: '%u'}, then: {verdict: deny, reason: R}}\n",
            i, i);
    samme_policy *policy = fixture_policy(samme_buffer_text(&text));
    cr_assert_str_eq(fixture_answer(policy, "{\"daysSincePurchase\":\"4095\"}"),
                     "{\"verdict\":\"deny\",\"rule\":\"r4095\",\"reason\":\"R\",\"policy\":\"p\"}");
    samme_policy_free(policy);
    samme_buffer_append_text(&text, " - {id: more, then: {verdict: deny, reason: R}}\n");
    samme_error error;
    cr_assert_eq(fixture_compile(fixture_chain, samme_buffer_text(&text), &policy, &error),
                 SAMME_TOO_LARGE);
    cr_assert_str_eq(error.text,
                     "policy/returns.yaml:4101:4: rules: expected at most 4096, found 4097");
    samme_buffer_free(&text);
}
