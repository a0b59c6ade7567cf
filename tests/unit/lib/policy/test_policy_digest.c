/* The same answers bit for bit, by every compiler, at every level, on every machine: 100,000 random
 * decisions fold into a number that is written here. When the meaning of a policy changes on
 * purpose, so does the number, and SAMME_DECIDE_VERSION. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "tests/unit/lib/policy/model.h"

enum { RELEASES = 500, FACTS = 200, TEXT = 600 };

static const uint64_t expected = UINT64_C(0x4a66f49fcba6cfb6);

/* FNV-1a. */
static uint64_t fold(uint64_t digest, const char *text) {
    for (; *text != 0; text++)
        digest = (digest ^ (uint8_t)*text) * UINT64_C(1099511628211);
    return (digest ^ '\n') * UINT64_C(1099511628211);
}

Test(digest, a_hundred_thousand_decisions) {
    uint64_t digest = UINT64_C(14695981039346656037);
    samme_arena arena;
    samme_arena_init(&arena, 1 << 20);
    for (unsigned seed = 1; seed <= RELEASES; seed++) {
        samme_prng prng;
        samme_prng_seed(&prng, 1000000 + seed);
        static model_release release;
        model_draw_release(&prng, &release);
        samme_policy *policy = model_compile(&release);
        for (int n = 0; n < FACTS; n++) {
            model_facts facts;
            samme_decision decision;
            char text[TEXT];
            model_draw_facts(&prng, &facts);
            cr_assert_eq(
                samme_policy_decide(policy, model_message(&facts, &arena), &decision, NULL),
                SAMME_OK);
            model_show_answer(&decision.answer, text, sizeof text);
            digest = fold(digest, text);
            samme_arena_reset(&arena);
        }
        samme_policy_free(policy);
    }
    samme_arena_free(&arena);
    cr_assert_eq(digest, expected, "0x%016" PRIx64, digest);
}
