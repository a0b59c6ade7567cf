#include "crypto/passphrase.h"

#include <sodium.h>

samme_seal_cost samme_seal_cost_usual(void) {
    return (samme_seal_cost){.passes = crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
                             .kib = crypto_pwhash_argon2id_MEMLIMIT_MODERATE / 1024u};
}

static samme_status derive(samme_span passphrase, const samme_sealed *sealed,
                           uint8_t out[static crypto_secretbox_KEYBYTES]) {
    const samme_seal_cost cost = sealed->cost;
    if (cost.passes < 1 || cost.passes > SAMME_SEAL_PASSES_MAX || cost.kib < 8 ||
        cost.kib > SAMME_SEAL_KIB_MAX)
        return SAMME_MALFORMED;
    const char *text = passphrase.length == 0 ? "" : (const char *)passphrase.data;
    int failed =
        crypto_pwhash(out, crypto_secretbox_KEYBYTES, text, passphrase.length, sealed->salt,
                      cost.passes, (size_t)cost.kib * 1024u, crypto_pwhash_ALG_ARGON2ID13);
    return failed == 0 ? SAMME_OK : SAMME_NO_MEMORY;
}

samme_status samme_passphrase_seal(samme_span passphrase, samme_seal_cost cost,
                                   const uint8_t secret[static 32], samme_random random,
                                   samme_sealed *out) {
    _Static_assert(sizeof out->salt == crypto_pwhash_SALTBYTES, "salt");
    _Static_assert(sizeof out->nonce == crypto_secretbox_NONCEBYTES, "nonce");
    _Static_assert(sizeof out->box == 32 + crypto_secretbox_MACBYTES, "box");
    samme_sealed sealed = {.cost = cost};
    uint8_t key[crypto_secretbox_KEYBYTES];
    random.fill(random.self, sealed.salt, sizeof sealed.salt);
    random.fill(random.self, sealed.nonce, sizeof sealed.nonce);
    samme_status status = derive(passphrase, &sealed, key);
    if (status == SAMME_OK && crypto_secretbox_easy(sealed.box, secret, 32, sealed.nonce, key) != 0)
        status = SAMME_NO_MEMORY;
    sodium_memzero(key, sizeof key);
    if (status == SAMME_OK)
        *out = sealed;
    return status;
}

samme_status samme_passphrase_open(samme_span passphrase, const samme_sealed *sealed,
                                   uint8_t out[static 32]) {
    uint8_t key[crypto_secretbox_KEYBYTES], secret[32];
    samme_status status = derive(passphrase, sealed, key);
    if (status == SAMME_OK && crypto_secretbox_open_easy(secret, sealed->box, sizeof sealed->box,
                                                         sealed->nonce, key) != 0)
        status = SAMME_DENIED;
    if (status == SAMME_OK)
        memcpy(out, secret, sizeof secret);
    sodium_memzero(key, sizeof key);
    sodium_memzero(secret, sizeof secret);
    return status;
}
