/* The example chain in deploy/example: it compiles, says what its README of a policy promises, and
 * has no gap. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "os/files.h"
#include "samme/limits.h"
#include "tests/unit/lib/policy/fixture.h"

static samme_policy *example(void) {
    samme_buffer chain, table;
    samme_buffer_init(&chain, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&table, SAMME_DOCUMENT_MAX_BYTES);
    const char *root = SAMME_TEST_DATA "/../../deploy/example/";
    char path[512];
    snprintf(path, sizeof path, "%schain.yaml", root);
    cr_assert_eq(samme_file_read(path, &chain, NULL), SAMME_OK);
    snprintf(path, sizeof path, "%spolicy/returns.yaml", root);
    cr_assert_eq(samme_file_read(path, &table, NULL), SAMME_OK);
    samme_policy *policy = NULL;
    samme_error error = {.text = ""};
    cr_assert_eq(
        fixture_compile(samme_buffer_text(&chain), samme_buffer_text(&table), &policy, &error),
        SAMME_OK, "%s", error.text);
    samme_buffer_free(&chain);
    samme_buffer_free(&table);
    return policy;
}

static Samme__Facts ordinary(void) {
    Samme__Facts facts = SAMME__FACTS__INIT;
    facts.claim_type = SAMME__CLAIM_TYPE__changed_mind;
    facts.condition = SAMME__CONDITION__unopened;
    facts.receipt_kind = SAMME__RECEIPT_KIND__receipt;
    facts.claim = SAMME__CLAIM__own;
    facts.mode = SAMME__MODE__normal;
    facts.category = fixture_text("tableware");
    facts.currency = fixture_text("GBP");
    facts.has_days_since_purchase_case = SAMME__FACTS__HAS_DAYS_SINCE_PURCHASE_DAYS_SINCE_PURCHASE;
    facts.days_since_purchase = 30;
    facts.has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID_LINE_PAID;
    facts.line_paid = 1000;
    return facts;
}

static void gives(const samme_policy *policy, const Samme__Facts *facts, const char *verdict,
                  const char *reason, const char *refund_to, long long refund) {
    samme_decision decision;
    cr_assert_eq(samme_policy_decide(policy, facts, &decision, NULL), SAMME_OK);
    const Samme__Answer answer = decision.answer;
    cr_expect_str_eq(answer.reason, reason, "rule %s: %s, expected %s", answer.rule, answer.reason,
                     reason);
    cr_expect_str_eq(samme_enum_name(&samme__verdict__descriptor, answer.verdict), verdict,
                     "rule %s", answer.rule);
    cr_expect_str_eq(samme_enum_name(&samme__refund_to__descriptor, answer.refund_to), refund_to,
                     "rule %s", answer.rule);
    cr_expect_eq(answer.refund, refund, "rule %s", answer.rule);
}

#define TYPE(value)  SAMME__CLAIM_TYPE__##value
#define STATE(value) SAMME__CONDITION__##value

Test(example, a_change_of_mind) {
    samme_policy *policy = example();
    Samme__Facts facts = ordinary();
    gives(policy, &facts, "authorise", "UNOPENED", "original_tender", 1000);
    facts.days_since_purchase = 365;
    gives(policy, &facts, "authorise", "UNOPENED", "original_tender", 1000);
    facts.days_since_purchase = 366;
    gives(policy, &facts, "deny", "AFTER_365_DAYS", "refund_to_unset", 0);
    facts = ordinary();
    facts.condition = STATE(opened);
    gives(policy, &facts, "authorise", "OPENED", "credit", 1000);
    facts.condition = STATE(used);
    gives(policy, &facts, "deny", "USED", "refund_to_unset", 0);
    facts.condition = STATE(damaged);
    gives(policy, &facts, "deny_overridable", "DAMAGED_BY_CUSTOMER", "original_tender", 0);
    facts = ordinary();
    facts.category = fixture_text("dry_food");
    gives(policy, &facts, "deny", "NOT_RETURNABLE", "refund_to_unset", 0);
    facts.claim_type = TYPE(defect);
    gives(policy, &facts, "authorise", "DEFECT", "original_tender", 1000);
    facts = ordinary();
    facts.category = fixture_text("postage");
    gives(policy, &facts, "deny", "SERVICE_USED", "refund_to_unset", 0);
    facts = ordinary();
    facts.receipt_kind = SAMME__RECEIPT_KIND__gift_receipt;
    gives(policy, &facts, "authorise", "GIFT", "credit", 1000);
    samme_policy_free(policy);
}

Test(example, what_the_law_gives) {
    samme_policy *policy = example();
    Samme__Facts facts = ordinary();
    facts.claim_type = TYPE(defect);
    facts.condition = STATE(used);
    facts.days_since_purchase = 730;
    gives(policy, &facts, "authorise", "DEFECT", "original_tender", 1000);
    facts.days_since_purchase = 731;
    gives(policy, &facts, "deny_overridable", "DEFECT_AFTER_TWO_YEARS", "original_tender", 0);
    facts = ordinary();
    facts.claim_type = TYPE(withdrawal);
    facts.condition = STATE(opened);
    facts.days_since_purchase = 14;
    gives(policy, &facts, "authorise", "WITHDRAWAL", "original_tender", 1000);
    facts.days_since_purchase = 15;
    gives(policy, &facts, "deny_overridable", "WITHDRAWAL_AFTER_14_DAYS", "original_tender", 0);
    samme_policy_free(policy);
}

Test(example, claims_and_modes) {
    samme_policy *policy = example();
    Samme__Facts facts = ordinary();
    facts.claim = SAMME__CLAIM__taken;
    facts.claim_type = TYPE(recall);
    gives(policy, &facts, "deny", "ALREADY_REFUNDED", "refund_to_unset", 0);
    facts.claim = SAMME__CLAIM__no_claim;
    gives(policy, &facts, "authorise", "RECALL", "original_tender", 1000);
    facts.claim_type = TYPE(changed_mind);
    gives(policy, &facts, "deny_overridable", "NO_RECEIPT", "original_tender", 0);
    facts.claim_type = TYPE(defect);
    gives(policy, &facts, "contingent", "FAULTY_WITHOUT_RECEIPT", "credit", 1000);
    facts = ordinary();
    facts.claim = SAMME__CLAIM__unconfirmed;
    facts.line_paid = 50001;
    gives(policy, &facts, "authorise", "UNOPENED", "original_tender", 50001);
    facts.mode = SAMME__MODE__cautious;
    gives(policy, &facts, "contingent", "SALE_NOT_CONFIRMED", "original_tender", 50001);
    facts.line_paid = 50000;
    gives(policy, &facts, "authorise", "UNOPENED", "original_tender", 50000);
    facts.claim = SAMME__CLAIM__lent;
    facts.line_paid = 50001;
    gives(policy, &facts, "authorise", "UNOPENED", "original_tender", 50001);
    facts.mode = SAMME__MODE__conservative;
    gives(policy, &facts, "contingent", "BRANCH_OUT_OF_TOUCH", "original_tender", 50001);
    facts.condition = STATE(opened);
    gives(policy, &facts, "contingent", "BRANCH_OUT_OF_TOUCH", "credit", 50001);
    samme_policy_free(policy);
}

/* Facts number n of a grid over every input the example tests, absent values among them. */
static bool grid(unsigned n, Samme__Facts *out) {
    static const char *const categories[] = {"", "candles", "fresh_food", "custom_made", "postage"};
    static const int64_t days[] = {0, 14, 15, 365, 366, 730, 731};
    static const int64_t amounts[] = {0, 50000, 50001};
    *out = ordinary();
    out->claim_type = (Samme__ClaimType)(n % 7), n /= 7;
    out->condition = (Samme__Condition)(n % 5), n /= 5;
    out->receipt_kind = (Samme__ReceiptKind)(n % 5), n /= 5;
    out->claim = (Samme__Claim)(n % 6), n /= 6;
    out->mode = (Samme__Mode)(n % 4), n /= 4;
    out->category = fixture_text(categories[n % 5]), n /= 5;
    unsigned day = n % 8, amount = n / 8 % 4;
    n /= 32;
    if (day < 7)
        out->days_since_purchase = days[day];
    else
        out->has_days_since_purchase_case = SAMME__FACTS__HAS_DAYS_SINCE_PURCHASE__NOT_SET;
    if (amount < 3)
        out->line_paid = amounts[amount];
    else
        out->has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID__NOT_SET;
    return n == 0;
}

Test(example, has_no_gap_and_never_pays_on_missing_facts) {
    samme_policy *policy = example();
    Samme__Facts facts;
    for (unsigned n = 0; grid(n, &facts); n++) {
        samme_decision decision;
        cr_assert_eq(samme_policy_decide(policy, &facts, &decision, NULL), SAMME_OK);
        const Samme__Answer answer = decision.answer;
        cr_assert_neq(answer.rule[0], 0, "case %u: %s", n, answer.reason);
        if (answer.verdict != SAMME__VERDICT__authorise)
            continue;
        cr_assert_neq(facts.claim, SAMME__CLAIM__taken, "case %u", n);
        if (facts.claim_type == TYPE(recall))
            continue;
        cr_assert_neq(facts.has_days_since_purchase_case, 0, "case %u: %s", n, answer.rule);
        cr_assert(facts.claim != 0 && facts.mode != 0 && facts.claim_type != 0, "case %u: %s", n,
                  answer.rule);
        cr_assert_neq(facts.mode, SAMME__MODE__conservative, "case %u: %s", n, answer.rule);
        if (facts.receipt_kind == SAMME__RECEIPT_KIND__gift_receipt && facts.condition != 0)
            cr_assert_eq(answer.refund_to, SAMME__REFUND_TO__credit, "case %u: %s", n, answer.rule);
    }
    samme_policy_free(policy);
}
