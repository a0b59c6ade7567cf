/* Key files that may be sealed with a passphrase: those of the people who sign. Machines start
 * unattended, theirs are plain (key_file.h). A sealed one is one line:
 *
 *   samme-sealed-key-1 argon2id <passes> <KiB> <salt> <nonce> <box>      the last three in hex */
#ifndef SAMME_ENROL_SEALED_KEY_H
#define SAMME_ENROL_SEALED_KEY_H

#include "base/buffer.h"
#include "crypto/passphrase.h"

#define SAMME_PASSPHRASE_MAX_BYTES 1024u

/* Where a passphrase comes from; called for sealed files only. Appends it to *out. */
typedef struct samme_passphrase_source {
    void *self;
    samme_status (*ask)(void *self, const char *path, samme_buffer *out,
                        samme_error *error) SAMME_CHECKED;
} samme_passphrase_source;

/* Reads the key at path, plain or sealed. SAMME_NOT_FOUND, SAMME_MALFORMED (neither form),
 * SAMME_DENIED (another passphrase; readable by others than its owner), SAMME_IO, SAMME_NO_MEMORY,
 * or the source's. */
samme_status samme_signing_key_read(const char *path, const samme_passphrase_source *source,
                                    uint8_t out[static 32], samme_error *error) SAMME_CHECKED;
/* Writes the key, readable by its owner only (0600), sealed when there is a passphrase (not empty).
 */
samme_status samme_signing_key_write(const char *path, const uint8_t key[static 32],
                                     samme_span passphrase, samme_seal_cost cost,
                                     samme_random random, samme_error *error) SAMME_CHECKED;

/* The line, as text and back; what parses has one text. SAMME_MALFORMED. */
void samme_sealed_format(const samme_sealed *sealed, samme_buffer *out);
samme_status samme_sealed_parse(samme_span line, samme_sealed *out) SAMME_CHECKED;

#endif
