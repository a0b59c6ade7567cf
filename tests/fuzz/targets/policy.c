/* Target: samme_policy_compile, samme_policy_decide. The input is a policy, or chain.yaml, a line
 * "%%" and a policy; facts are drawn by lot. */
#include "policy/policy.h"
#include "base/prng.h"
#include "fuzz/fuzz.h"

enum { FACTS = 32 };

static const char usual_chain[] =
    "chain: fuzz.example\n"
    "branches:\n"
    "  - {number: 1, name: One, country: DK, currency: DKK, utc_offset_minutes: 60}\n"
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
    *out = (Samme__Facts)SAMME__FACTS__INIT;
    out->claim_type = (Samme__ClaimType)samme_prng_below(prng, 8);
    out->condition = (Samme__Condition)samme_prng_below(prng, 5);
    out->receipt_kind = (Samme__ReceiptKind)samme_prng_below(prng, 5);
    out->receipt_source = (Samme__ReceiptSource)samme_prng_below(prng, 6);
    out->claim = (Samme__Claim)samme_prng_below(prng, 6);
    out->mode = (Samme__Mode)samme_prng_below(prng, 4);
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
        out->has_quantity_left_case = SAMME__FACTS__HAS_QUANTITY_LEFT_QUANTITY_LEFT;
        out->quantity_left = draw_amount(prng);
    }
}

/* An answer is the same twice, and never gives more than was paid. */
static void check_answer(const samme_policy *policy, const Samme__Facts *facts) {
    Samme__Answer answer, again;
    samme_error error = {0};
    samme_status status = samme_policy_decide(policy, facts, &answer, &error);
    FUZZ_MUST(status == SAMME_OK || status == SAMME_MALFORMED);
    FUZZ_MUST(samme_policy_decide(policy, facts, &again, &error) == status);
    if (status != SAMME_OK)
        return;
    FUZZ_MUST(answer.verdict == again.verdict && answer.refund == again.refund &&
              answer.fee == again.fee && answer.refund_to == again.refund_to &&
              strcmp(answer.rule, again.rule) == 0 && strcmp(answer.reason, again.reason) == 0);
    FUZZ_MUST(answer.verdict != SAMME__VERDICT__verdict_unset && answer.reason[0] != 0);
    bool pays =
        answer.verdict == SAMME__VERDICT__authorise || answer.verdict == SAMME__VERDICT__contingent;
    FUZZ_MUST(answer.refund >= 0 && answer.fee >= 0);
    FUZZ_MUST(pays || (answer.refund == 0 && answer.fee == 0));
    FUZZ_MUST(!pays || answer.refund <= facts->line_paid - answer.fee);
}

static void check_policy(const samme_document *documents, uint64_t seed) {
    samme_policy *policy = NULL;
    samme_error error = {0};
    if (samme_policy_compile(documents, 2, &policy, &error) != SAMME_OK) {
        FUZZ_MUST(error.text[0] != 0);
        return;
    }
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    for (unsigned i = 0; i < FACTS; i++) {
        Samme__Facts facts;
        draw_facts(&prng, &facts);
        check_answer(policy, &facts);
    }
    samme_policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input input = fuzz_open(data, size);
    samme_span first = {0}, second;
    samme_document documents[2] = {{"chain.yaml", samme_span_of_text(usual_chain)},
                                   {"policy/returns.yaml", {0}}};
    (void)fuzz_part(&input, &first);
    if (fuzz_part(&input, &second)) {
        documents[0].content = first;
        documents[1].content = second;
    } else {
        documents[1].content = first;
    }
    check_policy(documents, size);
    return 0;
}
