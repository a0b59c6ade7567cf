/* Ed25519 by libsodium. A signature is valid when libsodium 1.0.18's rule says so: docs/FORMATS.md.
 * Any thread. */
#ifndef SAMME_CRYPTO_SIGN_H
#define SAMME_CRYPTO_SIGN_H

#include "samme/random.h"
#include "samme/span.h"
#include "samme/status.h"
#include "samme/transport.h"

typedef struct samme_public_key {
    uint8_t bytes[32];
} samme_public_key;
typedef struct samme_seed { /* the secret: 32 bytes from which the key pair follows */
    uint8_t bytes[32];
} samme_seed;
typedef struct samme_signature {
    uint8_t bytes[64];
} samme_signature;

/* Must be called once before anything else of this folder. */
samme_status samme_crypto_init(samme_error *error) SAMME_CHECKED;

samme_public_key samme_sign_public(const samme_seed *seed);
samme_signature samme_sign(const samme_seed *seed, samme_span message);
bool samme_sign_verify(const samme_public_key *key, samme_span message,
                       const samme_signature *signature) SAMME_CHECKED;
/* On the curve, in the main subgroup, not of small order: what enrolment asks for. */
bool samme_public_key_sound(const samme_public_key *key) SAMME_CHECKED;

void samme_seed_new(samme_seed *out, samme_random random);
/* X25519 pair for CURVE: secret from `random`, public key derived. */
void samme_curve_pair_new(uint8_t out_secret[static 32], samme_peer_key *out_public,
                          samme_random random);
samme_peer_key samme_curve_public(const uint8_t secret[static 32]);
void samme_wipe(void *secret, size_t length);

#endif
