/* PINs: argon2id, keyed. Slow on purpose (about a fifth of a second and 64 MiB), so never on a
 * thread that others wait for. Any thread. */
#ifndef SAMME_CRYPTO_PIN_H
#define SAMME_CRYPTO_PIN_H

#include "samme/span.h"
#include "samme/status.h"

#define SAMME_PIN_MIN_BYTES      4u
#define SAMME_PIN_MAX_BYTES      64u
#define SAMME_PIN_SALT_BYTES     16u
#define SAMME_PIN_KEY_BYTES      32u
#define SAMME_PIN_VERIFIER_BYTES 32u

/* BLAKE2b, keyed with a key that lies elsewhere than the verifier, of argon2id (3 passes, 64 MiB)
 * of the PIN: a PIN has few digits, so whoever holds the verifier alone must not be able to try
 * them all. SAMME_NO_MEMORY. */
samme_status samme_pin_verifier(samme_span pin, const uint8_t salt[static SAMME_PIN_SALT_BYTES],
                                const uint8_t key[static SAMME_PIN_KEY_BYTES],
                                uint8_t out[static SAMME_PIN_VERIFIER_BYTES]) SAMME_CHECKED;

#endif
