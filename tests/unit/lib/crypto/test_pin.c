/* Verifiers of PINs, and comparing secrets. */
#include <criterion/criterion.h>

#include "base/text.h"
#include "crypto/pin.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

static void make(const char *pin, uint8_t salt, uint8_t key,
                 uint8_t out[static SAMME_PIN_VERIFIER_BYTES]) {
    uint8_t salts[SAMME_PIN_SALT_BYTES] = {salt}, keys[SAMME_PIN_KEY_BYTES] = {key};
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    cr_assert_eq(samme_pin_verifier(samme_span_of_text(pin), salts, keys, out), SAMME_OK);
}

static samme_span span(const uint8_t *verifier) {
    return SAMME_SPAN(verifier, SAMME_PIN_VERIFIER_BYTES);
}

Test(pin, depends_on_the_pin_the_salt_and_the_key) {
    uint8_t first[SAMME_PIN_VERIFIER_BYTES], again[SAMME_PIN_VERIFIER_BYTES];
    make("1234", 1, 1, first);
    make("1234", 1, 1, again);
    cr_assert(samme_secret_equal(span(first), span(again)));
    make("1235", 1, 1, again);
    cr_assert_not(samme_secret_equal(span(first), span(again)));
    make("1234", 2, 1, again);
    cr_assert_not(samme_secret_equal(span(first), span(again)));
    make("1234", 1, 2, again);
    cr_assert_not(samme_secret_equal(span(first), span(again)));
}

/* Rows of earlier versions must stay good: by another argon2id and BLAKE2b. */
Test(pin, stays_what_it_was) {
    uint8_t verifier[SAMME_PIN_VERIFIER_BYTES];
    samme_buffer hex;
    samme_buffer_init(&hex, 100);
    make("13579", 7, 9, verifier);
    samme_hex_append(&hex, span(verifier));
    cr_assert_str_eq(samme_buffer_text(&hex),
                     "0049f4d257ef453caacf45a08152300cc640ec313dbf68bbd4afc7ba47849121");
    samme_buffer_free(&hex);
}

Test(secret, equal_bytes_of_equal_length) {
    cr_assert(samme_secret_equal(SAMME_LITERAL("abc"), SAMME_LITERAL("abc")));
    cr_assert(samme_secret_equal(SAMME_LITERAL(""), SAMME_SPAN(NULL, 0)));
    cr_assert_not(samme_secret_equal(SAMME_LITERAL("abc"), SAMME_LITERAL("abd")));
    cr_assert_not(samme_secret_equal(SAMME_LITERAL("abc"), SAMME_LITERAL("ab")));
    cr_assert_not(samme_secret_equal(SAMME_LITERAL("abc"), SAMME_LITERAL("abcd")));
}
