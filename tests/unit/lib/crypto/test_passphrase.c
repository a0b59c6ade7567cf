#include <criterion/criterion.h>

#include "base/prng.h"
#include "crypto/passphrase.h"
#include "crypto/sign.h"

static const samme_seal_cost cheap = {.passes = 1, .kib = 8};
static const uint8_t secret[32] = {1, 2, 3, [31] = 32};

static samme_sealed seal(const char *passphrase, uint64_t prng_seed) {
    samme_prng prng;
    samme_sealed sealed;
    samme_prng_seed(&prng, prng_seed);
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    cr_assert_eq(samme_passphrase_seal(samme_span_of_text(passphrase), cheap, secret,
                                       samme_prng_as_random(&prng), &sealed),
                 SAMME_OK);
    return sealed;
}

Test(passphrase, opens_with_its_own_only) {
    static const char *const others[] = {"", "correct horse ", "Correct horse", "correct horsf"};
    samme_sealed sealed = seal("correct horse", 1);
    uint8_t out[32] = {0};
    cr_assert_eq(samme_passphrase_open(SAMME_LITERAL("correct horse"), &sealed, out), SAMME_OK);
    cr_assert_eq(memcmp(out, secret, sizeof out), 0);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        memset(out, 9, sizeof out);
        cr_assert_eq(samme_passphrase_open(samme_span_of_text(others[i]), &sealed, out),
                     SAMME_DENIED);
        cr_assert_eq(out[0], 9, "written although refused");
    }
}

Test(passphrase, the_empty_one_is_one) {
    samme_sealed sealed = seal("", 2);
    uint8_t out[32];
    cr_assert_eq(samme_passphrase_open((samme_span){0}, &sealed, out), SAMME_OK);
    cr_assert_eq(memcmp(out, secret, sizeof out), 0);
}

Test(passphrase, every_changed_bit_is_noticed) {
    const samme_sealed sealed = seal("p", 3);
    uint8_t out[32];
    for (size_t byte = 0; byte < sizeof sealed.box; byte++) {
        samme_sealed changed = sealed;
        changed.box[byte] ^= 0x40;
        cr_assert_eq(samme_passphrase_open(SAMME_LITERAL("p"), &changed, out), SAMME_DENIED);
    }
    samme_sealed changed = sealed;
    changed.salt[0] ^= 1;
    cr_assert_eq(samme_passphrase_open(SAMME_LITERAL("p"), &changed, out), SAMME_DENIED);
    changed = sealed;
    changed.nonce[23] ^= 1;
    cr_assert_eq(samme_passphrase_open(SAMME_LITERAL("p"), &changed, out), SAMME_DENIED);
    changed = sealed;
    changed.cost.passes++;
    cr_assert_eq(samme_passphrase_open(SAMME_LITERAL("p"), &changed, out), SAMME_DENIED);
}

Test(passphrase, two_seals_of_one_secret_have_nothing_in_common) {
    samme_sealed a = seal("p", 4), b = seal("p", 5);
    cr_assert_neq(memcmp(a.salt, b.salt, sizeof a.salt), 0);
    cr_assert_neq(memcmp(a.box, b.box, sizeof a.box), 0);
}

/* A file must not make the machine spend more than was meant. */
Test(passphrase, costs_are_bounded) {
    static const samme_seal_cost bad[] = {{0, 8},
                                          {1, 7},
                                          {1, 0},
                                          {SAMME_SEAL_PASSES_MAX + 1, 8},
                                          {1, SAMME_SEAL_KIB_MAX + 1},
                                          {UINT32_MAX, UINT32_MAX}};
    samme_sealed sealed = seal("p", 6);
    uint8_t out[32];
    samme_prng prng;
    samme_prng_seed(&prng, 7);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sealed.cost = bad[i];
        cr_assert_eq(samme_passphrase_open(SAMME_LITERAL("p"), &sealed, out), SAMME_MALFORMED);
        cr_assert_eq(samme_passphrase_seal(SAMME_LITERAL("p"), bad[i], secret,
                                           samme_prng_as_random(&prng), &sealed),
                     SAMME_MALFORMED);
    }
    samme_seal_cost usual = samme_seal_cost_usual();
    cr_assert(usual.passes >= 3 && usual.passes <= SAMME_SEAL_PASSES_MAX);
    cr_assert(usual.kib >= 256 * 1024 && usual.kib <= SAMME_SEAL_KIB_MAX);
}
