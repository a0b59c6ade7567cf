/* Policies from text or from tests/data/render, and what is written of them. */
#ifndef SAMME_TESTS_RENDER_FIXTURE_H
#define SAMME_TESTS_RENDER_FIXTURE_H

#include <criterion/criterion.h>

#include "render/render.h"

#define FIXTURE_LANGUAGES 5
extern const char *const fixture_languages[FIXTURE_LANGUAGES];

typedef struct fixture {
    samme_policy *policy;
    samme_documents *documents;
} fixture;

/* A chain with stores in DK and NO, categories lamps > outdoor and food, tiers silver and gold. */
fixture fixture_of(const char *policy_yaml);
fixture fixture_with_chain(const char *chain_yaml, const char *policy_yaml);
/* Whether fixture_of can have it: a random test may be one that nothing passes. */
bool fixture_compiles(const samme_document *policy);
fixture fixture_shop(void); /* tests/data/render/shop */
void fixture_free(fixture *of);

/* The text, to be freed; the test fails when there is none. */
char *fixture_render(const fixture *of, const char *language, samme_readers readers,
                     const char *country, bool markdown);
samme_status fixture_try(const fixture *of, const samme_render_request *request,
                         samme_error *error);

#endif
