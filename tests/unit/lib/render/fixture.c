#include "tests/unit/lib/render/fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "os/files.h"

const char *const fixture_languages[FIXTURE_LANGUAGES] = {"en", "da", "nb", "sv", "hi"};

static const char chain[] =
    "chain: shop.example\n"
    "branches:\n"
    "  - { number: 1, name: A, country: DK, currency: DKK, utc_offset_minutes: 60 }\n"
    "  - { number: 2, name: O, country: \"NO\", currency: NOK, utc_offset_minutes: 60 }\n"
    "categories:\n"
    "  - { code: lamps, text: Lamps }\n"
    "  - { code: outdoor, under: lamps, text: Outdoor lamps }\n"
    "  - { code: food, text: Food }\n"
    "member_tiers: [silver, gold]\n"
    "fallbacks:\n"
    "  - { language: nn, then: [fi, nb] }\n";

static fixture load(const samme_document *documents, size_t count) {
    fixture made;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_policy_compile(documents, count, &made.policy, &error), SAMME_OK, "%s",
                 error.text);
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    cr_assert_eq(samme_documents_load(documents, count, &made.documents, &findings, &error),
                 SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_document_findings_count(&findings), 0);
    samme_document_findings_free(&findings);
    return made;
}

fixture fixture_with_chain(const char *chain_yaml, const char *policy_yaml) {
    const samme_document documents[] = {
        {.path = "chain.yaml", .content = samme_span_of_text(chain_yaml)},
        {.path = "policy/p.yaml", .content = samme_span_of_text(policy_yaml)}};
    return load(documents, 2);
}

fixture fixture_of(const char *policy_yaml) {
    return fixture_with_chain(chain, policy_yaml);
}

bool fixture_compiles(const samme_document *policy) {
    const samme_document documents[] = {
        {.path = "chain.yaml", .content = samme_span_of_text(chain)}, *policy};
    samme_policy *made = NULL;
    samme_error error;
    bool compiles = samme_policy_compile(documents, 2, &made, &error) == SAMME_OK;
    if (compiles)
        samme_policy_free(made);
    return compiles;
}

fixture fixture_shop(void) {
    static const char *const paths[] = {"chain.yaml", "policy/returns.yaml", "floors/law.yaml",
                                        "reasons.yaml", "sop/return.yaml"};
    enum { PATHS = sizeof paths / sizeof *paths };
    samme_document documents[PATHS];
    samme_buffer contents[PATHS];
    for (size_t i = 0; i < PATHS; i++) {
        char path[256];
        samme_error error;
        snprintf(path, sizeof path, SAMME_TEST_DATA "/render/shop/%s", paths[i]);
        samme_buffer_init(&contents[i], 65536);
        cr_assert_eq(samme_file_read(path, &contents[i], &error), SAMME_OK, "%s", error.text);
        documents[i] =
            (samme_document){.path = paths[i], .content = samme_buffer_span(&contents[i])};
    }
    fixture made = load(documents, PATHS);
    for (size_t i = 0; i < PATHS; i++)
        samme_buffer_free(&contents[i]);
    return made;
}

void fixture_free(fixture *of) {
    samme_documents_free(of->documents);
    samme_policy_free(of->policy);
}

char *fixture_render(const fixture *of, const char *language, samme_readers readers,
                     const char *country, bool markdown) {
    const samme_render_request request = {.policy = of->policy,
                                          .documents = of->documents,
                                          .language = language,
                                          .country = country,
                                          .readers = readers,
                                          .markdown = markdown};
    samme_error error;
    samme_buffer out;
    samme_buffer_init(&out, SAMME_RENDER_MAX_BYTES);
    cr_assert_eq(samme_render(&request, &out, &error), SAMME_OK, "%s", error.text);
    char *text = strdup(samme_buffer_text(&out));
    samme_buffer_free(&out);
    cr_assert_not_null(text);
    return text;
}

samme_status fixture_try(const fixture *of, const samme_render_request *request,
                         samme_error *error) {
    samme_render_request asked = *request;
    samme_buffer out;
    asked.policy = of->policy;
    asked.documents = of->documents;
    samme_buffer_init(&out, SAMME_RENDER_MAX_BYTES);
    samme_status status = samme_render(&asked, &out, error);
    samme_buffer_free(&out);
    return status;
}
