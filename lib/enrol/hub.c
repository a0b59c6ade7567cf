#include "enrol/enrol.h"

#include <stdio.h>

#include "enrol/key_file.h"
#include "os/files.h"

static samme_status load_root(const char *folder, samme_hub_keys *out, samme_error *error) {
    char chain[SAMME_CHAIN_NAME_MAX + 1];
    samme_status status = samme_line_file_read(folder, "chain", chain, sizeof chain, error);
    if (status == SAMME_OK)
        status = samme_note_file_read(folder, "root.note", &out->root_note, error);
    if (status != SAMME_OK)
        return status;
    status = samme_root_open(samme_buffer_span(&out->root_note), &out->root, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s/root.note", folder);
    if (strcmp(out->root.chain, chain) != 0)
        return samme_fail(error, SAMME_MISMATCH, "%s/root.note: of chain %s, expected %s", folder,
                          out->root.chain, chain);
    return SAMME_OK;
}

/* Under the root that the journal begins with, or one of those that replaced it. */
static samme_status open_roster(const char *folder, const samme_hub_keys *keys, samme_roster *out,
                                samme_error *error) {
    const samme_span note = samme_buffer_span(&keys->roster_note);
    samme_root root = keys->root, next;
    samme_status status = samme_roster_open(&root, note, out, error);
    samme_buffer later;
    samme_buffer_init(&later, SAMME_DOCUMENT_MAX_BYTES);
    while (status == SAMME_BAD_SIGNATURE) {
        char name[40];
        snprintf(name, sizeof name, "roots/%llu.note", (unsigned long long)root.version + 1);
        samme_buffer_clear(&later);
        if (samme_note_file_read(folder, name, &later, NULL) != SAMME_OK)
            break; /* no later one */
        samme_status followed = samme_root_follow(&root, samme_buffer_span(&later), &next, error);
        if (followed != SAMME_OK) {
            status = samme_fail_in(error, followed, "%s/%s", folder, name);
            break;
        }
        root = next;
        status = samme_roster_open(&root, note, out, error);
    }
    samme_buffer_free(&later);
    return status;
}

/* The secrets here must belong to the public keys that everyone else finds in the roster. */
static samme_status check_roster(const char *folder, const samme_hub_keys *keys,
                                 samme_error *error) {
    samme_roster roster;
    samme_status status = open_roster(folder, keys, &roster, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s/roster.note", folder);
    samme_public_key log = samme_sign_public(&keys->log_seed);
    samme_peer_key curve = samme_curve_public(keys->curve_secret);
    if (memcmp(&log, &roster.hub_log.key, sizeof log) != 0)
        status = samme_fail(error, SAMME_MISMATCH,
                            "%s/hub.log.seed: not the key that the roster names", folder);
    else if (memcmp(&curve, &roster.hub_curve, sizeof curve) != 0)
        status = samme_fail(error, SAMME_MISMATCH,
                            "%s/hub.curve.seed: not the key that the roster names", folder);
    samme_roster_free(&roster);
    return status;
}

static samme_status load(const char *folder, samme_hub_keys *out, samme_error *error) {
    samme_status status = load_root(folder, out, error);
    if (status == SAMME_OK)
        status = samme_note_file_read(folder, "roster.note", &out->roster_note, error);
    if (status == SAMME_OK)
        status = samme_key_file_read(folder, "hub.log.seed", out->log_seed.bytes, error);
    if (status == SAMME_OK)
        status = samme_key_file_read(folder, "hub.curve.seed", out->curve_secret, error);
    return status == SAMME_OK ? check_roster(folder, out, error) : status;
}

samme_status samme_enrol_load_hub(const char *folder, samme_hub_keys *out, samme_error *error) {
    samme_hub_keys keys = {.root = {.version = 0}};
    samme_buffer_init(&keys.root_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&keys.roster_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = load(folder, &keys, error);
    if (status == SAMME_OK)
        *out = keys;
    else
        samme_enrol_free_hub(&keys);
    samme_wipe(&keys, sizeof keys); /* the copy on the stack; out has its own now */
    return status;
}

samme_status samme_enrol_write_hub(const char *folder, const samme_hub_keys *keys,
                                   samme_error *error) {
    samme_status status = samme_folder_make(folder, error);
    if (status == SAMME_OK)
        status = samme_key_file_write(folder, "hub.log.seed", keys->log_seed.bytes, error);
    if (status == SAMME_OK)
        status = samme_key_file_write(folder, "hub.curve.seed", keys->curve_secret, error);
    if (status == SAMME_OK)
        status =
            samme_note_file_write(folder, "root.note", samme_buffer_span(&keys->root_note), error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, "roster.note", samme_buffer_span(&keys->roster_note),
                                       error);
    if (status == SAMME_OK)
        status = samme_line_file_write(folder, "chain", keys->root.chain, error);
    return status;
}

static samme_status add_note(const char *folder, const char *below, uint64_t version,
                             samme_span note, samme_error *error) {
    char path[SAMME_FILE_PATH_MAX], name[32];
    snprintf(name, sizeof name, "%llu.note", (unsigned long long)version);
    samme_status status = samme_path_in(folder, below, path, error);
    if (status == SAMME_OK)
        status = samme_folder_make(path, error);
    return status == SAMME_OK ? samme_note_file_write(path, name, note, error) : status;
}

samme_status samme_enrol_add_root(const char *folder, uint64_t version, samme_span note,
                                  samme_error *error) {
    return add_note(folder, "roots", version, note, error);
}

samme_status samme_enrol_add_roster(const char *folder, uint64_t version, samme_span note,
                                    samme_error *error) {
    samme_status status = add_note(folder, "rosters", version, note, error);
    return status == SAMME_OK ? samme_note_file_write(folder, "roster.note", note, error) : status;
}

void samme_enrol_free_hub(samme_hub_keys *keys) {
    samme_buffer_free(&keys->root_note);
    samme_buffer_free(&keys->roster_note);
    samme_wipe(keys, sizeof *keys);
}
