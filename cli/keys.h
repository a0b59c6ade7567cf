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

/* Appends a note: `text` signed by DIR/keys/<role>.seed, under the name which the root gives that
 * key. SAMME_DENIED when it is none of the role's keys. */
samme_status samme_keys_sign(const char *chain_folder, const samme_root *root, samme_role role,
                             samme_span text, samme_buffer *out, samme_error *error) SAMME_CHECKED;

/* Says on stderr, when one key is enough for a role, what that means. */
void samme_keys_warn(const samme_root *root, samme_role role);

#endif
