/* Whole releases against the model: several policies, windows, floors, missing facts, money,
 * tenders, and two releases at once. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/index.h"
#include "tests/unit/lib/policy/model.h"

enum { RELEASES = 1500, FACTS = 60, TEXT = 600 };

/* How often each thing worth testing was seen: a generator that never makes one proves nothing. */
typedef struct seen {
    unsigned rules, missing, gaps, overlaps, nowhere, floors, rolled, split, alternatives, past;
} seen;

static void count(const model_answer *answer, seen *out) {
    out->rules += answer->rule[0] == 'r';
    out->missing += answer->rule[0] == 'm';
    out->gaps += strcmp(answer->reason, "POLICY_GAP") == 0 && answer->policy[0] != 0;
    out->overlaps += strcmp(answer->reason, "POLICY_OVERLAP") == 0;
    out->nowhere += answer->policy[0] == 0;
    out->split += answer->lines > 2;
    out->alternatives += answer->alternative != 0;
    out->past += answer->release == 1;
}

static bool is_floor(const model_release *release, const char *policy) {
    return policy[0] == 'p' && release->table[policy[1] - '0'].floor;
}

static void check(const samme_policy *policy, const model_release *release,
                  const Samme__Facts *message, const model_facts *facts, unsigned seed,
                  seen *counts) {
    samme_decision decision;
    samme_error error = {.text = ""};
    cr_assert_eq(samme_policy_decide(policy, message, &decision, &error), SAMME_OK, "%s",
                 error.text);
    model_answer expected;
    char wanted[TEXT], found[TEXT];
    model_decide(release, facts, &expected);
    model_show(&expected, wanted, sizeof wanted);
    model_show_answer(&decision.answer, found, sizeof found);
    cr_assert_str_eq(found, wanted, "seed %u:\n   found %s\nexpected %s", seed, found, wanted);
    int64_t sum = 0;
    for (size_t i = 0; i < decision.answer.n_refunds; i++)
        sum += decision.answer.refunds[i]->amount;
    cr_assert_eq(sum, decision.answer.refund, "seed %u", seed);
    counts->floors += is_floor(release, expected.policy);
    count(&expected, counts);
}

Test(policy_model, releases_answer_as_the_model_does) {
    seen counts = {0};
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    for (unsigned seed = 1; seed <= RELEASES; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        static model_release release;
        model_draw_release(&prng, &release);
        samme_policy *policy = model_compile(&release);
        for (int n = 0; n < FACTS; n++) {
            model_facts facts;
            model_draw_facts(&prng, &facts);
            check(policy, &release, model_message(&facts, &arena), &facts, seed, &counts);
            samme_arena_reset(&arena);
        }
        samme_policy_free(policy);
    }
    samme_arena_free(&arena);
    cr_expect(counts.rules > 1000 && counts.missing > 1000 && counts.gaps > 1000 &&
                  counts.overlaps > 1000 && counts.nowhere > 1000 && counts.floors > 1000 &&
                  counts.split > 500,
              "rules %u missing %u gaps %u overlaps %u nowhere %u floors %u split %u", counts.rules,
              counts.missing, counts.gaps, counts.overlaps, counts.nowhere, counts.floors,
              counts.split);
}

Test(policy_model, two_releases_answer_as_the_model_does) {
    seen counts = {0};
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    for (unsigned seed = 1; seed <= RELEASES; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, seed + 100000);
        static model_release today, past;
        model_draw_release(&prng, &today);
        model_draw_release(&prng, &past);
        samme_releases releases = {
            .today = model_compile(&today), .today_number = 2, .past_number = 1};
        samme_policy *old = seed % 10 == 0 ? NULL : model_compile(&past);
        releases.past = old;
        for (int n = 0; n < FACTS; n++) {
            model_facts facts;
            model_answer expected;
            samme_decision decision;
            char wanted[TEXT], found[TEXT];
            model_draw_facts(&prng, &facts);
            model_decide_at(&today, old == NULL ? NULL : &past, &facts, &expected);
            cr_assert_eq(
                samme_policy_decide_at(&releases, model_message(&facts, &arena), &decision, NULL),
                SAMME_OK);
            model_show(&expected, wanted, sizeof wanted);
            model_show_answer(&decision.answer, found, sizeof found);
            cr_assert_str_eq(found, wanted, "seed %u:\n   found %s\nexpected %s", seed, found,
                             wanted);
            count(&expected, &counts);
            samme_arena_reset(&arena);
        }
        samme_policy_free((samme_policy *)(uintptr_t)releases.today);
        samme_policy_free(old);
    }
    samme_arena_free(&arena);
    cr_expect(counts.past > 1000 && counts.alternatives > 1000, "past %u alternatives %u",
              counts.past, counts.alternatives);
}

static Samme__Answer draw_answer(samme_prng *prng) {
    static const char *const deadlines[] = {"", "2026-01-01", "2026-01-02", "9999-12-31"};
    Samme__Answer answer = SAMME__ANSWER__INIT;
    answer.verdict = (Samme__Verdict)samme_prng_below(prng, 5);
    answer.refund = (int64_t)samme_prng_below(prng, 3);
    answer.refund_to = (Samme__RefundTo)samme_prng_below(prng, 3);
    answer.deadline = (char *)(uintptr_t)deadlines[samme_prng_below(prng, 4)];
    answer.release = samme_prng_below(prng, 3);
    return answer;
}

/* Antisymmetric, transitive, total: 0 only where all that counts is the same. */
Test(policy_model, better_is_a_total_order) {
    samme_prng prng;
    samme_prng_seed(&prng, 7);
    Samme__RefundTo ranks[] = {SAMME__REFUND_TO__credit, SAMME__REFUND_TO__original_tender};
    for (int n = 0; n < 200000; n++) {
        Samme__Chain chain = SAMME__CHAIN__INIT;
        chain.n_tender_ranks = (size_t)n % 3;
        chain.tender_ranks = ranks;
        Samme__Answer a = draw_answer(&prng), b = draw_answer(&prng), c = draw_answer(&prng);
        int ab = samme_answer_compare(&chain, &a, &b), bc = samme_answer_compare(&chain, &b, &c);
        cr_assert_eq(ab, -samme_answer_compare(&chain, &b, &a));
        cr_assert(!(ab >= 0 && bc >= 0) || samme_answer_compare(&chain, &a, &c) >= 0, "n %d", n);
        bool same = a.verdict == b.verdict && a.refund == b.refund &&
                    strcmp(a.deadline, b.deadline) == 0 && a.release == b.release;
        cr_assert(ab != 0 || same);
        cr_assert(ab == 0 || !same || a.refund_to != b.refund_to);
    }
}
