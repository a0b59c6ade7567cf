/* Decide: hit policies, absent inputs, money. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/unit/lib/policy/fixture.h"

static void answers(const samme_policy *policy, const char *facts, const char *expected) {
    const char *found = fixture_answer(policy, facts);
    cr_assert_str_eq(found, expected, "%s gave %s, expected %s", facts, found, expected);
}

static const char first[] = "policy: p\n"
                            "hit: first\n"
                            "inputs: [claim, category, days_since_purchase]\n"
                            "rules:\n"
                            "  - id: a\n"
                            "    when: { claim: taken }\n"
                            "    then: { verdict: deny, reason: TAKEN }\n"
                            "  - id: b\n"
                            "    when: { category: food, days_since_purchase: '<= 30' }\n"
                            "    then: { verdict: deny_overridable, reason: FOOD }\n"
                            "  - id: c\n"
                            "    when: { days_since_purchase: '<= 30', claim: '-' }\n"
                            "    then: { verdict: authorise, refund_to: credit, reason: FINE }\n";

Test(decide, first_match_wins) {
    samme_policy *policy = fixture_policy(first);
    answers(policy, "{\"claim\":\"taken\",\"category\":\"fish\",\"days_since_purchase\":1}",
            "{\"verdict\":\"deny\",\"rule\":\"a\",\"reason\":\"TAKEN\",\"policy\":\"p\"}");
    answers(policy, "{\"claim\":\"own\",\"category\":\"fish\",\"days_since_purchase\":30}",
            "{\"verdict\":\"deny_overridable\",\"refundTo\":\"original_tender\",\"rule\":\"b\","
            "\"reason\":\"FOOD\",\"policy\":\"p\"}");
    answers(policy, "{\"claim\":\"own\",\"category\":\"tools\",\"days_since_purchase\":30}",
            "{\"verdict\":\"authorise\",\"refundTo\":\"credit\",\"rule\":\"c\",\"reason\":\"FINE\","
            "\"policy\":\"p\"}");
    answers(policy, "{\"claim\":\"own\",\"category\":\"tools\",\"days_since_purchase\":31}",
            "{\"verdict\":\"deny\",\"reason\":\"POLICY_GAP\",\"policy\":\"p\"}");
    samme_policy_free(policy);
}

Test(decide, an_absent_input_matches_only_the_dash) {
    samme_policy *policy = fixture_policy(first);
    answers(policy, "{\"category\":\"food\"}",
            "{\"verdict\":\"deny\",\"reason\":\"POLICY_GAP\",\"policy\":\"p\"}");
    answers(policy, "{\"category\":\"meteorites\",\"days_since_purchase\":0}",
            "{\"verdict\":\"authorise\",\"refundTo\":\"credit\",\"rule\":\"c\",\"reason\":\"FINE\","
            "\"policy\":\"p\"}");
    samme_policy_free(policy);
    policy = fixture_policy(
        "policy: p\nhit: first\ninputs: [claim]\nrules:\n"
        "  - { id: a, when: { claim: not(taken) }, then: { verdict: authorise, reason: A } }\n");
    answers(policy, "{}", "{\"verdict\":\"deny\",\"reason\":\"POLICY_GAP\",\"policy\":\"p\"}");
    samme_policy_free(policy);
}

Test(decide, unique_refuses_to_choose) {
    samme_policy *policy =
        fixture_policy("policy: p\nhit: unique\ninputs: [days_since_purchase]\nrules:\n"
                       "  - id: a\n    when: { days_since_purchase: '[1..10]' }\n"
                       "    then: { verdict: authorise, reason: A }\n"
                       "  - id: b\n    when: { days_since_purchase: '[10..20]' }\n"
                       "    then: { verdict: authorise, reason: B }\n"
                       "  - id: c\n    when: { days_since_purchase: '[10..12]' }\n"
                       "    then: { verdict: authorise, reason: C }\n");
    answers(policy, "{\"daysSincePurchase\":\"9\"}",
            "{\"verdict\":\"authorise\",\"refundTo\":\"original_tender\",\"rule\":\"a\",\"reason\":"
            "\"A\",\"policy\":\"p\"}");
    answers(policy, "{\"daysSincePurchase\":\"10\"}",
            "{\"verdict\":\"deny\",\"reason\":\"POLICY_OVERLAP\",\"policy\":\"p\"}");
    answers(policy, "{\"daysSincePurchase\":\"12\"}",
            "{\"verdict\":\"deny\",\"reason\":\"POLICY_OVERLAP\",\"policy\":\"p\"}");
    answers(policy, "{\"daysSincePurchase\":\"13\"}",
            "{\"verdict\":\"authorise\",\"refundTo\":\"original_tender\",\"rule\":\"b\",\"reason\":"
            "\"B\",\"policy\":\"p\"}");
    answers(policy, "{\"daysSincePurchase\":\"21\"}",
            "{\"verdict\":\"deny\",\"reason\":\"POLICY_GAP\",\"policy\":\"p\"}");
    samme_policy_free(policy);
}

/* The refund and fee for these terms. */
static void pays(const char *terms, const char *facts, long long refund, long long fee) {
    char table[400];
    snprintf(table, sizeof table,
             "policy: p\nhit: first\nrules:\n  - { id: r, then: { reason: R, %s } }\n", terms);
    samme_policy *policy = fixture_policy(table);
    samme_arena arena;
    samme_arena_init(&arena, 1 << 16);
    samme_error error = {.text = ""};
    const Samme__Facts *read =
        SAMME_FROM_JSON(Facts, facts, samme_span_of_text(facts), "facts", &arena, &error);
    cr_assert_not_null(read, "%s", error.text);
    samme_decision decision;
    cr_assert_eq(samme_policy_decide(policy, read, &decision, &error), SAMME_OK, "%s", error.text);
    const Samme__Answer answer = decision.answer;
    cr_assert_eq(answer.refund, refund, "%s %s: refund %lld", terms, facts,
                 (long long)answer.refund);
    cr_assert_eq(answer.fee, fee, "%s %s: fee %lld", terms, facts, (long long)answer.fee);
    samme_arena_free(&arena);
    samme_policy_free(policy);
}

Test(decide, refunds_and_fees) {
    pays("verdict: authorise", "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}", 1999, 0);
    pays("verdict: authorise, refund_percent: '87.5'",
         "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}", 1749, 0);
    pays("verdict: authorise, refund_percent: '33.33'",
         "{\"currency\":\"GBP\",\"linePaid\":\"100\"}", 33, 0);
    pays("verdict: authorise, refund_percent: '0'", "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}",
         0, 0);
    pays("verdict: authorise, fee: '4.95'", "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}", 1504,
         495);
    pays("verdict: authorise, fee: '4.95'", "{\"currency\":\"JPY\",\"linePaid\":\"1999\"}", 1995,
         4);
    pays("verdict: authorise, fee: '4.95'", "{\"currency\":\"KWD\",\"linePaid\":\"19990\"}", 15040,
         4950);
    pays("verdict: authorise, fee: '30'", "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}", 0, 1999);
    pays("verdict: authorise, fee: '30'", "{\"currency\":\"GBP\"}", 0, 0);
    pays("verdict: contingent, fee: '1'", "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}", 1899,
         100);
    pays("verdict: deny_overridable, fee: '1'", "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}", 0,
         0);
    pays("verdict: deny", "{\"currency\":\"GBP\",\"linePaid\":\"1999\"}", 0, 0);
    pays("verdict: authorise, refund_percent: '99.99'",
         "{\"currency\":\"GBP\",\"linePaid\":\"9223372036854775807\"}", 9222449699651090329LL, 0);
}

Test(decide, amounts_are_compared_in_the_currency_of_sale) {
    samme_policy *policy = fixture_policy(
        "policy: p\nhit: first\ninputs: [line_paid]\nrules:\n"
        "  - { id: low, when: { line_paid: '<= 500.00' }, then: { verdict: deny, reason: LOW } }\n"
        "  - { id: high, when: { line_paid: '> 500.00' }, then: { verdict: deny, reason: HIGH } "
        "}\n");
    const char *low = "{\"verdict\":\"deny\",\"rule\":\"low\",\"reason\":\"LOW\",\"policy\":\"p\"}";
    const char *high =
        "{\"verdict\":\"deny\",\"rule\":\"high\",\"reason\":\"HIGH\",\"policy\":\"p\"}";
    answers(policy, "{\"currency\":\"GBP\",\"linePaid\":\"50000\"}", low);
    answers(policy, "{\"currency\":\"GBP\",\"linePaid\":\"50001\"}", high);
    answers(policy, "{\"currency\":\"JPY\",\"linePaid\":\"500\"}", low);
    answers(policy, "{\"currency\":\"JPY\",\"linePaid\":\"501\"}", high);
    answers(policy, "{\"currency\":\"KWD\",\"linePaid\":\"500000\"}", low);
    answers(policy, "{\"currency\":\"KWD\",\"linePaid\":\"500001\"}", high);
    answers(policy, "{\"currency\":\"CLF\",\"linePaid\":\"5000000\"}", low);
    answers(policy, "{\"currency\":\"CLF\",\"linePaid\":\"5000001\"}", high);
    answers(policy, "{\"currency\":\"JPY\",\"linePaid\":\"9223372036854775807\"}", high);
    answers(policy, "{\"linePaid\":\"0\"}", low);
    samme_policy_free(policy);
}

Test(decide, facts_that_are_none_are_refused) {
    samme_policy *policy = fixture_policy(
        "policy: p\nhit: first\nrules:\n  - { id: r, then: { verdict: deny, reason: R } }\n");
    answers(policy, "{\"today\":\"2026-13-01\"}",
            "error: today: expected a date as YYYY-MM-DD, found \"2026-13-01\"");
    answers(policy, "{\"purchaseDate\":\"yesterday\"}",
            "error: purchase_date: expected a date as YYYY-MM-DD, found \"yesterday\"");
    answers(policy, "{\"linePaid\":\"-1\"}",
            "error: line_paid: expected 0 or more minor units, found -1");
    Samme__Facts facts = SAMME__FACTS__INIT;
    facts.claim = (Samme__Claim)6;
    samme_decision decision;
    samme_error error;
    cr_assert_eq(samme_policy_decide(policy, &facts, &decision, &error), SAMME_MALFORMED);
    cr_assert_str_eq(error.text, "claim: expected a value with a name, found 6");
    facts.claim = (Samme__Claim)-1;
    cr_assert_eq(samme_policy_decide(policy, &facts, &decision, NULL), SAMME_MALFORMED);
    samme_policy_free(policy);
}

/* Every input is read from its own field: a table that tests one input alone tells two facts apart.
 */
Test(decide, every_input_is_read_from_its_field) {
    static const struct {
        const char *input, *test, *matching, *other;
    } rows[] = {
        {"claim_type", "recall", "{\"claimType\":\"recall\"}", "{\"claimType\":\"defect\"}"},
        {"condition", "used", "{\"condition\":\"used\"}", "{\"condition\":\"opened\"}"},
        {"receipt_kind", "reprint", "{\"receiptKind\":\"reprint\"}",
         "{\"receiptKind\":\"receipt\"}"},
        {"receipt_source", "hub", "{\"receiptSource\":\"hub\"}", "{\"receiptSource\":\"node\"}"},
        {"claim", "lent", "{\"claim\":\"lent\"}", "{\"claim\":\"own\"}"},
        {"mode", "cautious", "{\"mode\":\"cautious\"}", "{\"mode\":\"normal\"}"},
        {"category", "fresh", "{\"category\":\"fish\"}", "{\"category\":\"dry\"}"},
        {"today", "2026-11-01", "{\"today\":\"2026-11-01\"}", "{\"purchaseDate\":\"2026-11-01\"}"},
        {"purchase_date", "< 2026-11-01", "{\"purchaseDate\":\"2026-10-31\"}",
         "{\"purchaseDate\":\"2026-11-01\"}"},
        {"days_since_purchase", "0", "{\"daysSincePurchase\":\"0\"}", "{\"quantityLeft\":\"0\"}"},
        {"line_paid", "0", "{\"linePaid\":\"0\"}", "{\"quantityAsked\":\"0\"}"},
        {"quantity_left", "1.5", "{\"quantityLeft\":\"1500\"}", "{\"quantityAsked\":\"1500\"}"},
        {"quantity_asked", "2", "{\"quantityAsked\":\"2000\"}", "{\"quantityLeft\":\"2000\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char table[400];
        snprintf(table, sizeof table,
                 "policy: p\nhit: unique\ninputs: [%s]\nrules:\n"
                 "  - { id: r, when: { %s: '%s' }, then: { verdict: deny, reason: R } }\n",
                 rows[i].input, rows[i].input, rows[i].test);
        samme_policy *policy = fixture_policy(table);
        answers(policy, rows[i].matching,
                "{\"verdict\":\"deny\",\"rule\":\"r\",\"reason\":\"R\",\"policy\":\"p\"}");
        answers(policy, rows[i].other,
                "{\"verdict\":\"deny\",\"reason\":\"POLICY_GAP\",\"policy\":\"p\"}");
        samme_policy_free(policy);
    }
}

Test(decide, the_chain_can_be_asked) {
    samme_policy *policy = fixture_policy(first);
    cr_assert_str_eq(samme_policy_chain(policy)->chain, "t.example");
    cr_assert_str_eq(samme_policy_branch(policy, 3)->name, "Three");
    cr_assert_str_eq(samme_policy_branch(policy, 7)->name, "Seven");
    cr_assert_null(samme_policy_branch(policy, 4));
    cr_assert_null(samme_policy_branch(policy, 0));
    cr_assert(samme_policy_has_category(policy, "dry"));
    cr_assert_not(samme_policy_has_category(policy, ""));
    cr_assert_not(samme_policy_has_category(policy, "foo"));
    samme_policy_free(policy);
    samme_policy_free(NULL);
}
