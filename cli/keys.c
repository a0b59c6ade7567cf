#include "cli/keys.h"

#include <stdio.h>

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

static const samme_vkey *key_of_role(const samme_root *root, samme_role role,
                                     const samme_public_key *key) {
    const struct samme_role_keys *keys = &root->roles[role];
    for (unsigned i = 0; i < keys->count; i++)
        if (memcmp(&keys->keys[i].key, key, sizeof *key) == 0)
            return &keys->keys[i];
    return NULL;
}

samme_status samme_keys_sign(const char *chain_folder, const samme_root *root, samme_role role,
                             samme_span text, samme_buffer *out, samme_error *error) {
    char name[32];
    samme_seed seed;
    snprintf(name, sizeof name, "%s.seed", samme_role_name(role));
    samme_status status = samme_keys_read(chain_folder, ".", name, seed.bytes, error);
    if (status != SAMME_OK)
        return status;
    samme_public_key key = samme_sign_public(&seed);
    const samme_vkey *vkey = key_of_role(root, role, &key);
    if (vkey == NULL)
        status =
            samme_fail(error, SAMME_DENIED, "%s/keys/%s: the root does not name it for role %s",
                       chain_folder, name, samme_role_name(role));
    else if ((status = samme_note_sign(text, vkey->name, &seed, out)) != SAMME_OK)
        status = samme_fail(error, status, "%s text: cannot be signed", samme_role_name(role));
    samme_wipe(&seed, sizeof seed);
    return status;
}

void samme_keys_warn(const samme_root *root, samme_role role) {
    const struct samme_role_keys *keys = &root->roles[role];
    if (keys->threshold == 1)
        fprintf(stderr, "samme: warning: role %s of %s is 1 of %u: one stolen key is enough\n",
                samme_role_name(role), root->chain, keys->count);
}
