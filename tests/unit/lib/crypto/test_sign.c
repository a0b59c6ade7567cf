#include <criterion/criterion.h>

#include "base/prng.h"
#include "base/text.h"
#include "crypto/sign.h"

static void start(void) {
    samme_error error;
    cr_assert_eq(samme_crypto_init(&error), SAMME_OK);
}

TestSuite(sign, .init = start);

static void unhex(const char *hex, uint8_t *out, size_t length) {
    cr_assert_eq(samme_hex_parse(samme_span_of_text(hex), out, length), SAMME_OK, "%s", hex);
}

static samme_public_key key_of_hex(const char *hex) {
    samme_public_key key;
    unhex(hex, key.bytes, sizeof key.bytes);
    return key;
}

static void expect_rfc8032(const char *seed_hex, const char *key_hex, const char *message_hex,
                           const char *signature_hex) {
    samme_seed seed;
    samme_signature wanted;
    uint8_t message[8];
    size_t length = strlen(message_hex) / 2;
    unhex(seed_hex, seed.bytes, sizeof seed.bytes);
    unhex(signature_hex, wanted.bytes, sizeof wanted.bytes);
    unhex(message_hex, message, length);
    samme_public_key wanted_key = key_of_hex(key_hex);
    samme_public_key key = samme_sign_public(&seed);
    samme_signature signature = samme_sign(&seed, SAMME_SPAN(message, length));
    cr_assert_arr_eq(key.bytes, wanted_key.bytes, sizeof key.bytes);
    cr_assert_arr_eq(signature.bytes, wanted.bytes, sizeof wanted.bytes);
    cr_assert(samme_sign_verify(&key, SAMME_SPAN(message, length), &signature));
}

/* RFC 8032 section 7.1, tests 1 to 3. */
Test(sign, rfc8032_empty_message) {
    expect_rfc8032("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                   "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                   "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                   "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

Test(sign, rfc8032_one_byte) {
    expect_rfc8032("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                   "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                   "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                   "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

Test(sign, rfc8032_two_bytes) {
    expect_rfc8032("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                   "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                   "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                   "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
}

Test(sign, any_flipped_bit_is_refused) {
    const samme_seed seed = {{1, 2, 3}};
    uint8_t message[] = "returns within 14 days";
    const samme_span span = SAMME_SPAN(message, sizeof message - 1);
    samme_public_key key = samme_sign_public(&seed);
    samme_signature signature = samme_sign(&seed, span);
    cr_assert(samme_sign_verify(&key, span, &signature));
    for (size_t bit = 0; bit < 8 * sizeof signature.bytes; bit++) {
        samme_signature changed = signature;
        changed.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_not(samme_sign_verify(&key, span, &changed), "signature bit %zu", bit);
    }
    for (size_t bit = 0; bit < 8 * sizeof key.bytes; bit++) {
        samme_public_key changed = key;
        changed.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_not(samme_sign_verify(&changed, span, &signature), "key bit %zu", bit);
    }
    for (size_t bit = 0; bit < 8 * span.length; bit++) {
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert_not(samme_sign_verify(&key, span, &signature), "message bit %zu", bit);
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

Test(sign, a_part_of_the_message_is_refused) {
    const samme_seed seed = {{4}};
    const samme_public_key key = samme_sign_public(&seed);
    samme_signature signature = samme_sign(&seed, SAMME_LITERAL("abc"));
    cr_assert_not(samme_sign_verify(&key, SAMME_LITERAL("ab"), &signature));
    cr_assert_not(samme_sign_verify(&key, SAMME_LITERAL("abcd"), &signature));
    cr_assert_not(samme_sign_verify(&key, SAMME_SPAN(NULL, 0), &signature));
}

Test(sign, keys_made_from_seeds_are_sound) {
    enum { SEED = 21, ROUNDS = 200 };
    samme_prng prng;
    samme_prng_seed(&prng, SEED);
    for (int round = 0; round < ROUNDS; round++) {
        samme_seed seed;
        samme_seed_new(&seed, samme_prng_as_random(&prng));
        samme_public_key key = samme_sign_public(&seed);
        cr_assert(samme_public_key_sound(&key), "seed %d round %d", SEED, round);
    }
}

/* All encodings of the eight points of small order, canonical and not. */
Test(sign, small_order_keys_are_not_sound) {
    static const char *const keys[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        samme_public_key key = key_of_hex(keys[i]);
        cr_assert_not(samme_public_key_sound(&key), "%s", keys[i]);
    }
}

/* The base point alone, then plus a point of order 2, 8 and 4. */
Test(sign, keys_outside_the_main_subgroup_are_not_sound) {
    static const char *const mixed[] = {
        "9599999999999999999999999999999999999999999999999999999999999999",
        "da99e28ba529cdde35a25fba9059e78ecaee239f99755b9b1aa4f65df00803e2",
        "5252cc0a7f208133b620acbd4537eba2a4123bf0a8c2e4f980c3b31bb69765ea",
    };
    samme_public_key base =
        key_of_hex("5866666666666666666666666666666666666666666666666666666666666666");
    cr_assert(samme_public_key_sound(&base));
    for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++) {
        samme_public_key key = key_of_hex(mixed[i]);
        cr_assert_not(samme_public_key_sound(&key), "%s", mixed[i]);
    }
}

Test(sign, bytes_that_are_no_point_are_not_sound) {
    samme_public_key no_root =
        key_of_hex("0200000000000000000000000000000000000000000000000000000000000000");
    samme_public_key over_the_field =
        key_of_hex("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    cr_assert_not(samme_public_key_sound(&no_root));
    cr_assert_not(samme_public_key_sound(&over_the_field));
}

Test(sign, seeds_and_curve_secrets_come_from_the_given_randomness) {
    samme_prng prng, same;
    samme_prng_seed(&prng, 22);
    samme_prng_seed(&same, 22);
    samme_random random = samme_prng_as_random(&same);
    samme_seed seed, wanted_seed;
    uint8_t secret[32], wanted_secret[32];
    samme_peer_key public;
    samme_seed_new(&seed, samme_prng_as_random(&prng));
    samme_curve_pair_new(secret, &public, samme_prng_as_random(&prng));
    random.fill(random.self, wanted_seed.bytes, sizeof wanted_seed.bytes);
    random.fill(random.self, wanted_secret, sizeof wanted_secret);
    cr_assert_arr_eq(seed.bytes, wanted_seed.bytes, sizeof seed.bytes);
    cr_assert_arr_eq(secret, wanted_secret, sizeof secret);
    samme_peer_key derived = samme_curve_public(secret);
    cr_assert_arr_eq(public.bytes, derived.bytes, sizeof derived.bytes);
}

/* RFC 7748 section 6.1. */
Test(sign, curve_public_key_of_rfc7748) {
    uint8_t secret[32], wanted[32];
    unhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a", secret, 32);
    unhex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", wanted, 32);
    samme_peer_key key = samme_curve_public(secret);
    cr_assert_arr_eq(key.bytes, wanted, sizeof wanted);
}

Test(sign, wipe_leaves_nothing) {
    uint8_t secret[5] = {1, 2, 3, 4, 5};
    samme_wipe(secret, 4);
    cr_assert_arr_eq(secret, ((uint8_t[]){0, 0, 0, 0, 5}), sizeof secret);
}
