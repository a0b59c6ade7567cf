#include "crypto/pin.h"

#include <sodium.h>

_Static_assert(SAMME_PIN_SALT_BYTES == crypto_pwhash_argon2id_SALTBYTES, "argon2id salt");

enum { PASSES = 3, MEMORY_BYTES = 64 * 1024 * 1024 };

samme_status samme_pin_verifier(samme_span pin, const uint8_t salt[static SAMME_PIN_SALT_BYTES],
                                const uint8_t key[static SAMME_PIN_KEY_BYTES],
                                uint8_t out[static SAMME_PIN_VERIFIER_BYTES]) {
    uint8_t stretched[32];
    if (crypto_pwhash_argon2id(stretched, sizeof stretched, (const char *)pin.data, pin.length,
                               salt, PASSES, MEMORY_BYTES,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
        return SAMME_NO_MEMORY;
    crypto_generichash(out, SAMME_PIN_VERIFIER_BYTES, stretched, sizeof stretched, key,
                       SAMME_PIN_KEY_BYTES);
    sodium_memzero(stretched, sizeof stretched);
    return SAMME_OK;
}
