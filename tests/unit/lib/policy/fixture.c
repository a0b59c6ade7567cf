#include "tests/unit/lib/policy/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

const char fixture_chain[] =
    "chain: t.example\n"
    "branches:\n"
    "  - { number: 7, name: Seven, country: DK, currency: DKK }\n"
    "  - { number: 3, name: Three, country: SE, currency: SEK, region: 2 }\n"
    "categories:\n"
    "  - { code: fish, under: fresh }\n"
    "  - { code: food }\n"
    "  - { code: fresh, under: food }\n"
    "  - { code: dry, under: food }\n"
    "  - { code: tools }\n";

samme_status fixture_compile(const char *chain, const char *table, samme_policy **out,
                             samme_error *error) {
    const samme_document documents[] = {
        {"sop/ignored.yaml", SAMME_LITERAL("not a policy")},
        {"policy/returns.yaml", samme_span_of_text(table)},
        {"chain.yaml", samme_span_of_text(chain)},
    };
    return samme_policy_compile(documents, 3, out, error);
}

samme_policy *fixture_policy(const char *table) {
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    samme_status status = fixture_compile(fixture_chain, table, &policy, &error);
    cr_assert_eq(status, SAMME_OK, "%s\n%s", error.text, table);
    return policy;
}

const char *fixture_answer(const samme_policy *policy, const char *facts) {
    static char text[1024];
    samme_error error = {.text = ""};
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    const Samme__Facts *read =
        SAMME_FROM_JSON(Facts, facts, samme_span_of_text(facts), "facts", &arena, &error);
    cr_assert_not_null(read, "%s", error.text);
    samme_decision decision;
    if (samme_policy_decide(policy, read, &decision, &error) == SAMME_OK) {
        samme_buffer json;
        samme_buffer_init(&json, sizeof text - 1);
        samme_to_json(&decision.answer, &json);
        snprintf(text, sizeof text, "%s", samme_buffer_text(&json));
        samme_buffer_free(&json);
    } else {
        snprintf(text, sizeof text, "error: %s", error.text);
    }
    samme_arena_free(&arena);
    return text;
}
