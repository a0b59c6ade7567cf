#include "crypto/secret.h"

#include <sodium.h>

samme_hash samme_secret_proof(const uint8_t key[static 32], samme_span a, samme_span b) {
    crypto_auth_hmacsha256_state state;
    samme_hash out;
    crypto_auth_hmacsha256_init(&state, key, 32);
    crypto_auth_hmacsha256_update(&state, a.data, a.length);
    crypto_auth_hmacsha256_update(&state, b.data, b.length);
    crypto_auth_hmacsha256_final(&state, out.bytes);
    sodium_memzero(&state, sizeof state);
    return out;
}

bool samme_secret_equal(samme_span a, samme_span b) {
    return a.length == b.length && (a.length == 0 || sodium_memcmp(a.data, b.data, a.length) == 0);
}
