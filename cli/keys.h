/* The secret keys below DIR/keys of a chain's folder: DIR/keys/<owner>/<name>; the owner of the
 * roles' keys is ".". */
#ifndef SAMME_CLI_KEYS_H
#define SAMME_CLI_KEYS_H

#include "trust/trust.h"

typedef enum samme_key_kind { SAMME_KEY_SIGNING, SAMME_KEY_CURVE } samme_key_kind;

/* Reads the key, or makes and writes it when there is none yet. */
samme_status samme_keys_take(const char *chain_folder, const char *owner, const char *name,
                             samme_key_kind kind, uint8_t out[static 32],
                             samme_error *error) SAMME_CHECKED;

/* The same of a key that must be there: SAMME_NOT_FOUND. */
samme_status samme_keys_read(const char *chain_folder, const char *owner, const char *name,
                             uint8_t out[static 32], samme_error *error) SAMME_CHECKED;

/* The key files with which a command signs. Of none: DIR/keys/<role>.seed and, when a renewal is on
 * its way, DIR/keys/<role>.seed.new, those of them that are there. */
typedef struct samme_signers {
    const char *paths[SAMME_ROLE_KEYS_MAX];
    size_t count;
} samme_signers;

/* What is signed, and for which role. A root that replaces another is signed by keys of both. */
typedef struct samme_signing {
    const char *chain_folder;
    const samme_signers *signers; /* may be NULL: of none */
    samme_role role;
    const samme_root *root;
    const samme_root *replaced; /* may be NULL */
} samme_signing;

/* Adds the signature of each key to *note: a note of `text` signed by some already, or empty. Each
 * under the name that the root gives it. SAMME_DENIED: none of the role's keys, a wrong passphrase.
 * SAMME_CONFLICT: has signed already (of keys that were named; the folder's own are passed over).
 * SAMME_NOT_FOUND: no key at all. */
samme_status samme_keys_sign(const samme_signing *signing, samme_span text, samme_buffer *note,
                             samme_error *error) SAMME_CHECKED;
/* Makes a signing key of a person or role in a new file, sealed on request. SAMME_CONFLICT: the
 * file is there. */
samme_status samme_keys_make(const char *path, bool seal, samme_public_key *out,
                             samme_error *error) SAMME_CHECKED;
/* "--key FILE", once more. False when there are too many. */
bool samme_signers_add(samme_signers *signers, const char *path) SAMME_CHECKED;

/* Says on stderr, when one key is enough for a role, what that means. */
void samme_keys_warn(const samme_root *root, samme_role role);

#endif
