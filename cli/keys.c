#include "cli/keys.h"

#include <stdio.h>

#include "cli/passphrase.h"
#include "enrol/key_file.h"
#include "os/clock.h"
#include "os/files.h"

static samme_status make_key(const char *folder, const char *name, samme_key_kind kind,
                             uint8_t out[static 32], samme_error *error) {
    samme_status status = samme_folder_make(folder, error);
    if (status != SAMME_OK)
        return status;
    samme_seed secret;
    samme_peer_key public_key;
    if (kind == SAMME_KEY_CURVE)
        samme_curve_pair_new(secret.bytes, &public_key, samme_os_random());
    else
        samme_seed_new(&secret, samme_os_random());
    status = samme_key_file_write(folder, name, secret.bytes, error);
    if (status == SAMME_OK)
        memcpy(out, secret.bytes, sizeof secret.bytes);
    samme_wipe(&secret, sizeof secret);
    return status;
}

static samme_status folder_of(const char *chain_folder, const char *owner,
                              char out[static SAMME_FILE_PATH_MAX], samme_error *error) {
    char keys[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(chain_folder, "keys", keys, error);
    return status == SAMME_OK ? samme_path_in(keys, owner, out, error) : status;
}

samme_status samme_keys_read(const char *chain_folder, const char *owner, const char *name,
                             uint8_t out[static 32], samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX];
    samme_status status = folder_of(chain_folder, owner, folder, error);
    return status == SAMME_OK ? samme_key_file_read(folder, name, out, error) : status;
}

samme_status samme_keys_take(const char *chain_folder, const char *owner, const char *name,
                             samme_key_kind kind, uint8_t out[static 32], samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX], file[SAMME_FILE_PATH_MAX];
    samme_status status = folder_of(chain_folder, owner, folder, error);
    if (status == SAMME_OK)
        status = samme_path_in(folder, name, file, error);
    if (status != SAMME_OK)
        return status;
    if (samme_file_exists(file))
        return samme_key_file_read(folder, name, out, error);
    return make_key(folder, name, kind, out, error);
}

bool samme_signers_add(samme_signers *signers, const char *path) {
    if (signers->count == SAMME_ROLE_KEYS_MAX)
        return false;
    signers->paths[signers->count++] = path;
    return true;
}

static const samme_vkey *key_of_role(const samme_root *root, samme_role role,
                                     const samme_public_key *key) {
    if (root == NULL)
        return NULL;
    const struct samme_role_keys *keys = &root->roles[role];
    for (unsigned i = 0; i < keys->count; i++)
        if (memcmp(&keys->keys[i].key, key, sizeof *key) == 0)
            return &keys->keys[i];
    return NULL;
}

static samme_status has_signed(samme_span note, const samme_vkey *key, bool *out,
                               samme_error *error) {
    samme_note parsed;
    unsigned valid = 0;
    *out = false;
    if (note.length == 0)
        return SAMME_OK;
    samme_status status = samme_note_parse(note, &parsed, error);
    if (status == SAMME_OK)
        status = samme_note_verify(&parsed, key, 1, &valid, error);
    *out = valid > 0;
    return status;
}

/* One key's signature; *out_known says whether the key is one of the role's. */
static samme_status add_signature(const samme_signing *signing, const samme_seed *seed,
                                  samme_span text, samme_buffer *note, bool *out_known,
                                  bool *out_twice, samme_error *error) {
    samme_public_key key = samme_sign_public(seed);
    const samme_vkey *vkey = key_of_role(signing->root, signing->role, &key);
    if (vkey == NULL)
        vkey = key_of_role(signing->replaced, signing->role, &key);
    *out_known = vkey != NULL;
    *out_twice = false;
    if (vkey == NULL)
        return SAMME_OK;
    samme_status status = has_signed(samme_buffer_span(note), vkey, out_twice, error);
    if (status != SAMME_OK || *out_twice)
        return status;
    if (note->length > 0)
        return samme_note_cosign(note, vkey->name, seed, error);
    status = samme_note_sign(text, vkey->name, seed, note);
    return status == SAMME_OK ? status
                              : samme_fail(error, status, "%s text: cannot be signed",
                                           samme_role_name(signing->role));
}

static samme_status sign_with(const samme_signing *signing, const char *path, bool own,
                              samme_span text, samme_buffer *note, samme_error *error) {
    samme_seed seed;
    bool known = false, twice = false;
    samme_passphrase_source source = samme_cli_passphrase();
    samme_status status = samme_signing_key_read(path, &source, seed.bytes, error);
    if (status == SAMME_OK)
        status = add_signature(signing, &seed, text, note, &known, &twice, error);
    samme_wipe(&seed, sizeof seed);
    if (status != SAMME_OK || (own && signing->replaced != NULL))
        return status; /* one of the folder's two may be of neither root */
    if (!known)
        return samme_fail(error, SAMME_DENIED, "%s: the root does not name it for role %s", path,
                          samme_role_name(signing->role));
    if (twice)
        return samme_fail(error, SAMME_CONFLICT, "%s: this key has signed already", path);
    return SAMME_OK;
}

samme_status samme_keys_sign(const samme_signing *signing, samme_span text, samme_buffer *note,
                             samme_error *error) {
    static const char *const suffixes[] = {"", ".new"};
    const samme_signers *signers = signing->signers;
    samme_status status = SAMME_OK;
    if (signers != NULL && signers->count > 0) {
        for (size_t i = 0; i < signers->count && status == SAMME_OK; i++)
            status = sign_with(signing, signers->paths[i], false, text, note, error);
        return status;
    }
    bool any = false;
    for (size_t i = 0; i < 2 && status == SAMME_OK; i++) {
        char path[SAMME_FILE_PATH_MAX], name[48];
        snprintf(name, sizeof name, "keys/%s.seed%s", samme_role_name(signing->role), suffixes[i]);
        status = samme_path_in(signing->chain_folder, name, path, error);
        if (status != SAMME_OK || !samme_file_exists(path) || (i == 1 && signing->replaced == NULL))
            continue;
        any = true;
        status = sign_with(signing, path, true, text, note, error);
    }
    if (status == SAMME_OK && (!any || note->length == 0))
        status = samme_fail(error, SAMME_NOT_FOUND,
                            "%s/keys: no key of role %s; --key FILE names the key to sign with",
                            signing->chain_folder, samme_role_name(signing->role));
    return status;
}

samme_status samme_keys_make(const char *path, bool seal, samme_public_key *out,
                             samme_error *error) {
    samme_seed seed;
    samme_buffer passphrase;
    samme_status status = SAMME_OK;
    if (samme_file_exists(path))
        return samme_fail(error, SAMME_CONFLICT, "%s: is there already", path);
    samme_buffer_init(&passphrase, SAMME_PASSPHRASE_MAX_BYTES);
    samme_buffer_extend(&passphrase, SAMME_PASSPHRASE_MAX_BYTES);
    samme_buffer_clear(&passphrase);
    if (seal)
        status = samme_cli_new_passphrase(path, &passphrase, error);
    samme_seed_new(&seed, samme_os_random());
    if (status == SAMME_OK)
        status = samme_signing_key_write(path, seed.bytes, samme_buffer_span(&passphrase),
                                         samme_seal_cost_usual(), samme_os_random(), error);
    if (status == SAMME_OK)
        *out = samme_sign_public(&seed);
    samme_wipe(&seed, sizeof seed);
    if (passphrase.data != NULL)
        samme_wipe(passphrase.data, passphrase.capacity);
    samme_buffer_free(&passphrase);
    return status;
}

void samme_keys_warn(const samme_root *root, samme_role role) {
    const struct samme_role_keys *keys = &root->roles[role];
    if (keys->threshold == 1)
        fprintf(stderr, "samme: warning: role %s of %s is 1 of %u: one stolen key is enough\n",
                samme_role_name(role), root->chain, keys->count);
}
