/* Why a rule did not fire. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/policy/fixture.h"

static char told[2000];

static void tell(void *context, const Samme__Skipped *rule) {
    (void)context;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%s:%s:%s:%s\n", rule->rule,
             rule->input, rule->test, rule->fact);
}

/* "rule:input:test:fact" by line. */
static const char *explained(const samme_policy *policy, const char *facts) {
    samme_arena arena;
    samme_arena_init(&arena, 1 << 16);
    samme_error error = {.text = ""};
    const Samme__Facts *read =
        SAMME_FROM_JSON(Facts, facts, samme_span_of_text(facts), "facts", &arena, &error);
    cr_assert_not_null(read, "%s", error.text);
    samme_decision decision;
    told[0] = 0;
    cr_assert_eq(samme_policy_decide(policy, read, &decision, &error), SAMME_OK, "%s", error.text);
    cr_assert_eq(samme_policy_explain(policy, read, &decision.answer, tell, NULL, &error),
                 SAMME_OK);
    samme_arena_free(&arena);
    return told;
}

static const char table[] =
    "policy: p\n"
    "hit: first\n"
    "inputs: [claim, line_paid, category, days_left, sale_country, member_tier, today, "
    "quantity_asked]\n"
    "windows:\n"
    "  - { id: w, days: 10, when: { claim: own } }\n"
    "rules:\n"
    "  - { id: a, when: { category: tools, claim: \"not(own)\" }, "
    "then: { verdict: deny, reason: R } }\n"
    "  - { id: b, when: { line_paid: \"> 500\" }, then: { verdict: deny, reason: R } }\n"
    "  - { id: c, when: { category: fresh }, then: { verdict: deny, reason: R } }\n"
    "  - { id: d, when: { days_left: \">= 0\" }, then: { verdict: deny, reason: R } }\n"
    "  - { id: e, when: { sale_country: SE }, then: { verdict: deny, reason: R } }\n"
    "  - { id: f, when: { member_tier: not(none) }, then: { verdict: deny, reason: R } }\n"
    "  - { id: g, when: { today: \"< 2026-01-01\" }, then: { verdict: deny, reason: R } }\n"
    "  - { id: h, when: { quantity_asked: \"1\" }, then: { verdict: deny, reason: R } }\n"
    "  - { id: i, then: { verdict: authorise, reason: R } }\n"
    "  - { id: j, when: { claim: lent }, then: { verdict: deny, reason: R } }\n";

static const char floor_of_dk[] =
    "policy: law\nhit: first\ncountries: [DK]\ninputs: [claim_type]\nrules:\n"
    "  - { id: x, when: { claim_type: recall }, then: { verdict: authorise, reason: L } }\n"
    "  - { id: y, when: { claim_type: defect }, then: { verdict: authorise, reason: L } }\n";

static samme_policy *compile(void) {
    static const char tiers[] = "member_tiers: [silver]\n";
    char chain[2000];
    snprintf(chain, sizeof chain, "%s%s", fixture_chain, tiers);
    const samme_document documents[] = {
        {"chain.yaml", samme_span_of_text(chain)},
        {"policy/p.yaml", samme_span_of_text(table)},
        {"floors/dk.yaml", samme_span_of_text(floor_of_dk)},
    };
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_policy_compile(documents, 3, &policy, &error), SAMME_OK, "%s", error.text);
    return policy;
}

Test(explain, tells_the_first_test_that_failed_in_the_order_of_inputs) {
    samme_policy *policy = compile();
    cr_assert_str_eq(
        explained(policy, "{\"claim\":\"own\",\"linePaid\":\"49990\",\"currency\":\"DKK\","
                          "\"category\":\"dry\",\"today\":\"2026-03-20\",\"purchaseDate\":"
                          "\"2026-03-01\",\"saleCountry\":\"NO\",\"quantityAsked\":\"1500\"}"),
        "a:claim:not(own):own\nb:line_paid:> 500:499.9\nc:category:fresh:dry\nd:days_left:>= 0:-9\n"
        "e:sale_country:SE:NO\nf:member_tier:not(none):none\ng:today:< 2026-01-01:2026-03-20\n"
        "h:quantity_asked:1:1.5\n");
    samme_policy_free(policy);
}

Test(explain, an_absent_fact_is_empty) {
    samme_policy *policy = compile();
    cr_assert_str_eq(explained(policy, "{}"),
                     "a:claim:not(own):\nb:line_paid:> 500:\nc:category:fresh:\nd:days_left:>= 0:\n"
                     "e:sale_country:SE:\nf:member_tier:not(none):none\ng:today:< 2026-01-01:\n"
                     "h:quantity_asked:1:\n");
    samme_policy_free(policy);
}

/* A floor that answered is what is told of, not the policy. */
Test(explain, of_a_floor) {
    samme_policy *policy = compile();
    cr_assert_str_eq(explained(policy, "{\"saleCountry\":\"DK\",\"claimType\":\"defect\","
                                       "\"quantityAsked\":\"1000\"}"),
                     "x:claim_type:recall:defect\n");
    samme_policy_free(policy);
}

Test(explain, all_rules_when_none_held) {
    samme_policy *policy = fixture_policy(
        "policy: p\nhit: unique\ninputs: [claim]\nrules:\n"
        "  - { id: a, when: { claim: own }, then: { verdict: deny, reason: R } }\n"
        "  - { id: b, when: { claim: lent }, then: { verdict: deny, reason: R } }\n");
    cr_assert_str_eq(explained(policy, "{\"claim\":\"taken\"}"),
                     "a:claim:own:taken\nb:claim:lent:taken\n");
    samme_policy_free(policy);
}
