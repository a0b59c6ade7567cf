#include "crypto/seal.h"

#include <sodium.h>

_Static_assert(SAMME_SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert(SAMME_SEAL_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(SAMME_SEAL_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

static const char PART_LABEL[] = "samme sealed part 1";
static const char CHECK_LABEL[] = "samme key check 1";

typedef struct part_keys {
    uint8_t commitment[SAMME_SEAL_COMMITMENT_BYTES];
    uint8_t cipher[SAMME_SEAL_KEY_BYTES];
} part_keys;

void samme_secret_key_new(samme_secret_key *out, samme_random random) {
    random.fill(random.self, out->bytes, sizeof out->bytes);
}

static void derive(const samme_secret_key *key, const samme_subject *subject,
                   const uint8_t nonce[static SAMME_SEAL_NONCE_BYTES], part_keys *out) {
    crypto_generichash_state state;
    uint8_t both[sizeof out->commitment + sizeof out->cipher];
    crypto_generichash_init(&state, key->bytes, sizeof key->bytes, sizeof both);
    crypto_generichash_update(&state, (const uint8_t *)PART_LABEL, sizeof PART_LABEL - 1);
    crypto_generichash_update(&state, subject->bytes, sizeof subject->bytes);
    crypto_generichash_update(&state, nonce, SAMME_SEAL_NONCE_BYTES);
    crypto_generichash_final(&state, both, sizeof both);
    memcpy(out->commitment, both, sizeof out->commitment);
    memcpy(out->cipher, both + sizeof out->commitment, sizeof out->cipher);
    sodium_memzero(both, sizeof both);
    sodium_memzero(&state, sizeof state);
}

samme_status samme_part_seal(const samme_secret_key *key, const samme_subject *subject,
                             samme_span clear, samme_span content, samme_random random,
                             samme_buffer *ciphertext, samme_part *out) {
    const size_t length = content.length + SAMME_SEAL_TAG_BYTES;
    uint8_t *at = samme_buffer_extend(ciphertext, length);
    if (at == NULL)
        return samme_buffer_status(ciphertext);
    part_keys keys;
    random.fill(random.self, out->nonce, sizeof out->nonce);
    derive(key, subject, out->nonce, &keys);
    memcpy(out->commitment, keys.commitment, sizeof out->commitment);
    crypto_aead_xchacha20poly1305_ietf_encrypt(at, NULL, content.data, content.length, clear.data,
                                               clear.length, NULL, out->nonce, keys.cipher);
    out->ciphertext = SAMME_SPAN(at, length);
    sodium_memzero(&keys, sizeof keys);
    return SAMME_OK;
}

samme_status samme_part_open(const samme_secret_key *key, const samme_subject *subject,
                             samme_span clear, const samme_part *part, samme_buffer *content) {
    if (part->ciphertext.length < SAMME_SEAL_TAG_BYTES)
        return SAMME_MALFORMED;
    part_keys keys;
    derive(key, subject, part->nonce, &keys);
    samme_status status =
        sodium_memcmp(keys.commitment, part->commitment, sizeof keys.commitment) == 0
            ? SAMME_OK
            : SAMME_DENIED;
    const size_t length = part->ciphertext.length - SAMME_SEAL_TAG_BYTES, before = content->length;
    uint8_t *at = status == SAMME_OK ? samme_buffer_extend(content, length) : NULL;
    if (status == SAMME_OK)
        status = samme_buffer_status(content);
    if (status == SAMME_OK && crypto_aead_xchacha20poly1305_ietf_decrypt(
                                  at, NULL, NULL, part->ciphertext.data, part->ciphertext.length,
                                  clear.data, clear.length, part->nonce, keys.cipher) != 0) {
        content->length = before;
        status = SAMME_CORRUPT;
    }
    sodium_memzero(&keys, sizeof keys);
    return status;
}

void samme_key_wrap(const samme_secret_key *under, samme_span about, const samme_secret_key *key,
                    samme_random random, samme_wrapped *out) {
    random.fill(random.self, out->nonce, sizeof out->nonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out->box, NULL, key->bytes, sizeof key->bytes,
                                               about.data, about.length, NULL, out->nonce,
                                               under->bytes);
}

samme_status samme_key_unwrap(const samme_secret_key *under, samme_span about,
                              const samme_wrapped *wrapped, samme_secret_key *out) {
    return crypto_aead_xchacha20poly1305_ietf_decrypt(out->bytes, NULL, NULL, wrapped->box,
                                                      sizeof wrapped->box, about.data, about.length,
                                                      wrapped->nonce, under->bytes) == 0
               ? SAMME_OK
               : SAMME_CORRUPT;
}

samme_hash samme_key_check(const samme_secret_key *key) {
    samme_hash check;
    crypto_generichash(check.bytes, sizeof check.bytes, (const uint8_t *)CHECK_LABEL,
                       sizeof CHECK_LABEL - 1, key->bytes, sizeof key->bytes);
    return check;
}
