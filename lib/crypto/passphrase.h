/* A secret of 32 bytes under a passphrase: argon2id makes a key of the passphrase,
 * XSalsa20-Poly1305 seals the secret with it (libsodium's crypto_pwhash and crypto_secretbox). Any
 * thread; takes time and memory on purpose. */
#ifndef SAMME_CRYPTO_PASSPHRASE_H
#define SAMME_CRYPTO_PASSPHRASE_H

#include "samme/random.h"
#include "samme/span.h"
#include "samme/status.h"

/* What guessing costs: passes over that much memory. */
typedef struct samme_seal_cost {
    uint32_t passes; /* 1..SAMME_SEAL_PASSES_MAX */
    uint32_t kib;    /* 8..SAMME_SEAL_KIB_MAX */
} samme_seal_cost;
#define SAMME_SEAL_PASSES_MAX 16u
#define SAMME_SEAL_KIB_MAX    (1024u * 1024u)
samme_seal_cost samme_seal_cost_usual(void); /* 3 passes over 256 MiB: about a second */

typedef struct samme_sealed {
    samme_seal_cost cost;
    uint8_t salt[16];
    uint8_t nonce[24];
    uint8_t box[32 + 16];
} samme_sealed;

/* SAMME_MALFORMED (cost out of range), SAMME_NO_MEMORY. */
samme_status samme_passphrase_seal(samme_span passphrase, samme_seal_cost cost,
                                   const uint8_t secret[static 32], samme_random random,
                                   samme_sealed *out) SAMME_CHECKED;
/* SAMME_DENIED: another passphrase, or the seal was changed. SAMME_MALFORMED, SAMME_NO_MEMORY. */
samme_status samme_passphrase_open(samme_span passphrase, const samme_sealed *sealed,
                                   uint8_t out[static 32]) SAMME_CHECKED;

#endif
