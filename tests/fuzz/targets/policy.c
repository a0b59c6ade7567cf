/* Target: samme_policy_compile, samme_policy_decide, samme_policy_explain. The input is a policy,
 * or chain.yaml, a line "%%" and a policy, and so on a CSV table and a floor; facts are drawn by
 * lot.
 */
#include "base/prng.h"
#include "fuzz/fuzz.h"
#include "policy/index.h"

enum { FACTS = 32, TENDERS = 3 };

static const char usual_chain[] =
    "chain: fuzz.example\n"
    "branches:\n"
    "  - {number: 1, name: One, country: DK, currency: DKK, utc_offset_minutes: 60}\n"
    "member_tiers: [silver, gold]\n"
    "categories:\n"
    "  - {code: goods}\n  - {code: food, under: goods}\n  - {code: plants, under: goods}\n";

static int64_t draw_amount(samme_prng *prng) {
    static const int64_t ends[] = {0, 1, 2, 999, 1000, 49995, INT64_MAX / 10000, INT64_MAX};
    return ends[samme_prng_below(prng, sizeof ends / sizeof *ends)];
}

static char *draw_text(samme_prng *prng, const char *const *texts, size_t count) {
    return (char *)(uintptr_t)texts[samme_prng_below(prng, count)];
}

static void draw_facts(samme_prng *prng, Samme__Facts *out) {
    static const char *const dates[] = {"", "0001-01-01", "2026-11-01", "9999-12-31", "soon"};
    static const char *const categories[] = {"", "goods", "food", "plants", "unknown"};
    static const char *const currencies[] = {"", "DKK", "JPY", "KWD", "CLF"};
    static const char *const tiers[] = {"", "gold", "platinum"};
    static const char *const countries[] = {"", "DK", "SE", "dk"};
    *out = (Samme__Facts)SAMME__FACTS__INIT;
    out->claim_type = (Samme__ClaimType)samme_prng_below(prng, 8);
    out->condition = (Samme__Condition)samme_prng_below(prng, 7);
    out->receipt_kind = (Samme__ReceiptKind)samme_prng_below(prng, 5);
    out->receipt_source = (Samme__ReceiptSource)samme_prng_below(prng, 6);
    out->claim = (Samme__Claim)samme_prng_below(prng, 6);
    out->mode = (Samme__Mode)samme_prng_below(prng, 4);
    out->wish = (Samme__Wish)samme_prng_below(prng, 4);
    out->channel = (Samme__Channel)samme_prng_below(prng, 4);
    out->tender = (Samme__TenderKind)samme_prng_below(prng, 7);
    out->home_branch = (Samme__YesNo)samme_prng_below(prng, 3);
    out->bundle_broken = (Samme__YesNo)samme_prng_below(prng, 3);
    out->employee_discount = (Samme__YesNo)samme_prng_below(prng, 3);
    out->member_tier = draw_text(prng, tiers, 3);
    out->sale_country = draw_text(prng, countries, samme_prng_chance(prng, 100) ? 4 : 3);
    out->return_country = draw_text(prng, countries, 3);
    out->receipt_date = draw_text(prng, dates, 4);
    out->today = draw_text(prng, dates, samme_prng_chance(prng, 100) ? 5 : 4);
    out->purchase_date = draw_text(prng, dates, 4);
    out->category = draw_text(prng, categories, 5);
    out->currency = draw_text(prng, currencies, 5);
    if (samme_prng_chance(prng, 800)) {
        out->has_line_paid_case = SAMME__FACTS__HAS_LINE_PAID_LINE_PAID;
        out->line_paid = draw_amount(prng) - (samme_prng_chance(prng, 20) ? 1 : 0);
    }
    if (samme_prng_chance(prng, 800)) {
        out->has_days_since_purchase_case =
            SAMME__FACTS__HAS_DAYS_SINCE_PURCHASE_DAYS_SINCE_PURCHASE;
        out->days_since_purchase = draw_amount(prng) - 1;
    }
    if (samme_prng_chance(prng, 500)) {
        out->has_closed_before_case = SAMME__FACTS__HAS_CLOSED_BEFORE_CLOSED_BEFORE;
        out->closed_before = draw_amount(prng);
        out->has_bundle_paid_case = SAMME__FACTS__HAS_BUNDLE_PAID_BUNDLE_PAID;
        out->bundle_paid = draw_amount(prng);
        out->has_bundle_rest_case = SAMME__FACTS__HAS_BUNDLE_REST_BUNDLE_REST;
        out->bundle_rest = draw_amount(prng);
    }
    if (samme_prng_chance(prng, 500)) {
        out->has_quantity_left_case = SAMME__FACTS__HAS_QUANTITY_LEFT_QUANTITY_LEFT;
        out->quantity_left = draw_amount(prng);
    }
}

static void draw_tenders(samme_prng *prng, Samme__TenderFact *items, Samme__TenderFact **list,
                         Samme__Facts *out) {
    out->tenders = list;
    out->n_tenders = samme_prng_below(prng, TENDERS + 1);
    for (size_t i = 0; i < out->n_tenders; i++) {
        items[i] = (Samme__TenderFact)SAMME__TENDER_FACT__INIT;
        items[i].kind = (Samme__TenderKind)(1 + samme_prng_below(prng, 6));
        items[i].paid = draw_amount(prng);
        items[i].refunded = samme_prng_chance(prng, 300) ? draw_amount(prng) : 0;
        list[i] = &items[i];
    }
}

/* Refunds sum to the refund, and no more is given than there is a base for. */
static void check_money(const Samme__Facts *facts, const Samme__Answer *answer) {
    bool pays = answer->verdict == SAMME__VERDICT__authorise ||
                answer->verdict == SAMME__VERDICT__contingent;
    int64_t most = facts->line_paid > facts->bundle_paid ? facts->line_paid : facts->bundle_paid;
    int64_t left = answer->refund;
    FUZZ_MUST(answer->refund >= 0 && answer->fee >= 0);
    FUZZ_MUST(pays || (answer->refund == 0 && answer->fee == 0));
    FUZZ_MUST(!pays || answer->refund <= most - answer->fee);
    FUZZ_MUST(answer->n_refunds <= SAMME_REFUNDS_MAX);
    for (size_t i = 0; i < answer->n_refunds; i++) {
        FUZZ_MUST(answer->refunds[i]->amount > 0 && answer->refunds[i]->amount <= left);
        left -= answer->refunds[i]->amount;
    }
    FUZZ_MUST(left == 0);
}

static void check_skipped(void *context, const Samme__Skipped *rule) {
    unsigned *count = context;
    FUZZ_MUST(rule->rule[0] != 0 && rule->input[0] != 0);
    ++*count;
}

/* With and without an index the same rules hold. */
static void check_index(const samme_policy *policy, const Samme__Facts *facts) {
    samme_input_values values;
    samme_error error = {0};
    FUZZ_MUST_OK(samme_input_read(facts, samme_policy_vocabulary(policy), &values, &error), &error);
    for (size_t i = 0; i < samme_policy_table_count(policy); i++) {
        const samme_table *table = samme_policy_table_at(policy, i);
        samme_hit fast = samme_table_hit(table, &values), slow = samme_table_walk(table, &values);
        FUZZ_MUST(fast.first == slow.first && fast.second == slow.second);
    }
}

/* An answer is the same twice, and can be explained. */
static void check_answer(const samme_policy *policy, const Samme__Facts *facts) {
    samme_decision first, second;
    samme_error error = {0};
    samme_status status = samme_policy_decide(policy, facts, &first, &error);
    FUZZ_MUST(status == SAMME_OK || status == SAMME_MALFORMED);
    FUZZ_MUST(samme_policy_decide(policy, facts, &second, &error) == status);
    if (status != SAMME_OK)
        return;
    const samme_releases releases = {
        .today = policy, .today_number = 2, .past = policy, .past_number = 1};
    const Samme__Answer *answer = &first.answer, *again = &second.answer;
    FUZZ_MUST(samme_answer_compare(samme_policy_chain(policy), answer, again) == 0);
    FUZZ_MUST(answer->fee == again->fee && strcmp(answer->rule, again->rule) == 0 &&
              strcmp(answer->reason, again->reason) == 0);
    FUZZ_MUST(answer->verdict != SAMME__VERDICT__verdict_unset && answer->reason[0] != 0);
    check_money(facts, answer);
    check_index(policy, facts);
    unsigned skipped = 0;
    FUZZ_MUST_OK(samme_policy_explain(policy, facts, answer, check_skipped, &skipped, &error),
                 &error);
    FUZZ_MUST_OK(samme_policy_decide_at(&releases, facts, &second, &error), &error);
    FUZZ_MUST(again->alternative == NULL && strcmp(answer->rule, again->rule) == 0);
}

static void check_policy(const samme_document *documents, size_t count, uint64_t seed) {
    samme_policy *policy = NULL;
    samme_error error = {0};
    if (samme_policy_compile(documents, count, &policy, &error) != SAMME_OK) {
        FUZZ_MUST(error.text[0] != 0);
        return;
    }
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    for (unsigned i = 0; i < FACTS; i++) {
        Samme__Facts facts;
        Samme__TenderFact items[TENDERS], *list[TENDERS];
        draw_facts(&prng, &facts);
        draw_tenders(&prng, items, list, &facts);
        check_answer(policy, &facts);
    }
    samme_policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const paths[] = {"chain.yaml", "policy/returns.yaml", "policy/returns.csv",
                                        "floors/law.yaml"};
    enum { PARTS = sizeof paths / sizeof *paths };
    fuzz_input input = fuzz_open(data, size);
    samme_document documents[PARTS];
    size_t count = 0;
    while (count < PARTS && fuzz_part(&input, &documents[count].content)) {
        documents[count].path = paths[count];
        count++;
    }
    if (count == 1) { /* a policy alone */
        documents[1] = (samme_document){paths[1], documents[0].content};
        documents[0] = (samme_document){paths[0], samme_span_of_text(usual_chain)};
        count = 2;
    }
    check_policy(documents, count, size);
    return 0;
}
