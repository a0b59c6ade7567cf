/* Content under a secret key of 32 bytes: XChaCha20-Poly1305 (libsodium). Any thread.
 *
 * A sealed part is personal content of an entry under its subject's key. Key and nonce make, by
 * BLAKE2b, a commitment and the cipher's key; the commitment stands beside the ciphertext, so that
 * nobody can make bytes that open to different words under two keys. A wrapped key is a key under
 * another one. docs/FORMATS.md has the bytes. */
#ifndef SAMME_CRYPTO_SEAL_H
#define SAMME_CRYPTO_SEAL_H

#include "base/buffer.h"
#include "samme/random.h"

#define SAMME_SEAL_KEY_BYTES        32u
#define SAMME_SEAL_NONCE_BYTES      24u
#define SAMME_SEAL_COMMITMENT_BYTES 32u
#define SAMME_SEAL_TAG_BYTES        16u /* what ciphertext is longer than content */
#define SAMME_SUBJECT_BYTES         16u

typedef struct samme_secret_key {
    uint8_t bytes[SAMME_SEAL_KEY_BYTES];
} samme_secret_key;

/* A random id that stands for a person in clear parts. */
typedef struct samme_subject {
    uint8_t bytes[SAMME_SUBJECT_BYTES];
} samme_subject;

/* SealedPart of proto/event.proto but for its subject; spans belong to the caller. */
typedef struct samme_part {
    uint8_t nonce[SAMME_SEAL_NONCE_BYTES];
    uint8_t commitment[SAMME_SEAL_COMMITMENT_BYTES];
    samme_span ciphertext;
} samme_part;

void samme_secret_key_new(samme_secret_key *out, samme_random random);

/* Appends the ciphertext to *ciphertext; out->ciphertext is what was appended, until the buffer
 * changes. clear: the stored clear bytes of the entry, not changed, not within the ciphertext.
 * SAMME_TOO_LARGE, SAMME_NO_MEMORY: the buffer's. */
samme_status samme_part_seal(const samme_secret_key *key, const samme_subject *subject,
                             samme_span clear, samme_span content, samme_random random,
                             samme_buffer *ciphertext, samme_part *out) SAMME_CHECKED;
/* Appends the content. SAMME_DENIED: another key, subject or nonce than it was sealed with;
 * SAMME_CORRUPT: the key is right, but ciphertext or clear bytes are not those; SAMME_MALFORMED:
 * too short to be one; SAMME_TOO_LARGE, SAMME_NO_MEMORY: the buffer's. */
samme_status samme_part_open(const samme_secret_key *key, const samme_subject *subject,
                             samme_span clear, const samme_part *part,
                             samme_buffer *content) SAMME_CHECKED;

typedef struct samme_wrapped {
    uint8_t nonce[SAMME_SEAL_NONCE_BYTES];
    uint8_t box[SAMME_SEAL_KEY_BYTES + SAMME_SEAL_TAG_BYTES];
} samme_wrapped;

/* `about` is bound to it: it opens only with the same bytes. */
void samme_key_wrap(const samme_secret_key *under, samme_span about, const samme_secret_key *key,
                    samme_random random, samme_wrapped *out);
/* SAMME_CORRUPT: another key above it, other bytes about it, or damaged. */
samme_status samme_key_unwrap(const samme_secret_key *under, samme_span about,
                              const samme_wrapped *wrapped, samme_secret_key *out) SAMME_CHECKED;
/* 32 bytes that tell this key from others and say nothing of it. */
samme_hash samme_key_check(const samme_secret_key *key);

#endif
