/* Pins what "valid signature" means: the edge cases of github.com/C2SP/CCTV that are accepted, by
 * number. A libsodium that answers differently would let two auditors disagree about one log. */
#include <criterion/criterion.h>
#include <jansson.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

enum { VECTOR_COUNT = 914, ACCEPTED_COUNT = 43 };

/* SHA-256 over the accepted numbers in ascending order, each in decimal with a newline. */
#define ACCEPTED_HASH "1d5bda7cd467d2d2a4d33e2dd71d7631d65949e7c9163c883e781060c53589ff"

static json_t *load(void) {
    json_error_t error;
    cr_assert_eq(samme_crypto_init(NULL), SAMME_OK);
    json_t *vectors = json_load_file(SAMME_TEST_DATA "/vectors/ed25519vectors.json", 0, &error);
    cr_assert_not_null(vectors, "line %d: %s", error.line, error.text);
    cr_assert_eq(json_array_size(vectors), VECTOR_COUNT);
    return vectors;
}

static const char *text_of(const json_t *vector, const char *field) {
    const char *text = json_string_value(json_object_get(vector, field));
    cr_assert_not_null(text, "%s", field);
    return text;
}

static samme_public_key key_of(const json_t *vector) {
    samme_public_key key;
    samme_span hex = samme_span_of_text(text_of(vector, "key"));
    cr_assert_eq(samme_hex_parse(hex, key.bytes, sizeof key.bytes), SAMME_OK);
    return key;
}

static bool accepted(const json_t *vector) {
    samme_public_key key = key_of(vector);
    samme_signature signature;
    samme_span hex = samme_span_of_text(text_of(vector, "sig"));
    cr_assert_eq(samme_hex_parse(hex, signature.bytes, sizeof signature.bytes), SAMME_OK);
    return samme_sign_verify(&key, samme_span_of_text(text_of(vector, "msg")), &signature);
}

static bool has_flag(const json_t *vector, const char *wanted) {
    size_t i;
    json_t *flag;
    json_array_foreach(json_object_get(vector, "flags"), i, flag) {
        if (strcmp(json_string_value(flag), wanted) == 0)
            return true;
    }
    return false;
}

Test(ed25519_vectors, accepted_numbers) {
    json_t *vectors = load(), *vector;
    samme_buffer numbers, hex;
    size_t i;
    unsigned count = 0;
    samme_buffer_init(&numbers, 8 * VECTOR_COUNT);
    samme_buffer_init(&hex, 64);
    json_array_foreach(vectors, i, vector) {
        json_int_t number = json_integer_value(json_object_get(vector, "number"));
        cr_assert_eq(number, (json_int_t)i);
        if (accepted(vector)) {
            samme_buffer_printf(&numbers, "%" JSON_INTEGER_FORMAT "\n", number);
            count++;
        }
    }
    samme_hash hash = samme_sha256(samme_buffer_span(&numbers));
    samme_hex_append(&hex, samme_span_of_hash(&hash));
    cr_assert_eq(count, ACCEPTED_COUNT, "%u accepted:\n%s", count, samme_buffer_text(&numbers));
    cr_assert_str_eq(samme_buffer_text(&hex), ACCEPTED_HASH, "accepted:\n%s",
                     samme_buffer_text(&numbers));
    samme_buffer_free(&numbers);
    samme_buffer_free(&hex);
    json_decref(vectors);
}

/* No key or R of small order, none written in a second way, and no cofactored equation. */
Test(ed25519_vectors, what_is_refused) {
    static const char *const refused[] = {"low_order_A",     "low_order_R",     "low_order_residue",
                                          "non_canonical_A", "non_canonical_R", "reencoded_k"};
    json_t *vectors = load(), *vector;
    size_t i;
    json_array_foreach(vectors, i, vector) {
        for (size_t flag = 0; flag < sizeof refused / sizeof refused[0]; flag++)
            if (has_flag(vector, refused[flag]))
                cr_assert_not(accepted(vector), "vector %zu: %s", i, refused[flag]);
    }
    json_decref(vectors);
}

/* A sound key leaves nothing to disagree about: no vector under one has a low-order key component.
 */
Test(ed25519_vectors, keys_with_a_low_order_component_are_not_sound) {
    json_t *vectors = load(), *vector;
    size_t i;
    unsigned sound = 0;
    json_array_foreach(vectors, i, vector) {
        samme_public_key key = key_of(vector);
        bool clean = !has_flag(vector, "low_order_component_A") &&
                     !has_flag(vector, "low_order_A") && !has_flag(vector, "non_canonical_A");
        cr_assert_eq(samme_public_key_sound(&key), clean, "vector %zu", i);
        sound += clean;
    }
    cr_assert_gt(sound, 0);
    json_decref(vectors);
}
