/* Roots and rosters of a chain's folder on their way into force: begun, signed by one holder after
 * the other, and written where the hub finds them once enough have. */
#include <stdio.h>

#include "cli/chain_folder.h"
#include "cli/pending.h"
#include "enrol/key_file.h"
#include "os/files.h"

/* The keys that the new root names take the place of those they replace. */
static samme_status take_new_seeds(const samme_chain_folder *folder, samme_error *error) {
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        char paths[3][SAMME_FILE_PATH_MAX], name[48];
        static const char *const suffixes[] = {"", ".new", ".old"};
        for (unsigned i = 0; i < 3; i++) {
            snprintf(name, sizeof name, "keys/%s.seed%s", samme_role_name((samme_role)role),
                     suffixes[i]);
            samme_status status = samme_path_in(folder->path, name, paths[i], error);
            if (status != SAMME_OK)
                return status;
        }
        if (!samme_file_exists(paths[1]))
            continue;
        if ((samme_file_exists(paths[0]) && rename(paths[0], paths[2]) != 0) ||
            rename(paths[1], paths[0]) != 0)
            return samme_fail(error, SAMME_IO, "%s: cannot be renamed", paths[1]);
    }
    return SAMME_OK;
}

/* The folder's own copy last: as long as it is not there, signing again writes all of them again.
 */
static samme_status enforce_root(samme_chain_folder *folder, samme_span note, samme_error *error) {
    char hub[SAMME_FILE_PATH_MAX];
    samme_root root;
    samme_status status = samme_root_follow(&folder->root, note, &root, error);
    if (status == SAMME_OK)
        status = samme_path_in(folder->path, "hub", hub, error);
    if (status == SAMME_OK)
        status = samme_enrol_add_root(folder->path, root.version, note, error);
    if (status == SAMME_OK)
        status = samme_enrol_add_root(hub, root.version, note, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder->path, "root.note", note, error);
    if (status == SAMME_OK)
        status = take_new_seeds(folder, error);
    if (status != SAMME_OK)
        return status;
    folder->root = root;
    samme_buffer_clear(&folder->root_note);
    samme_buffer_append(&folder->root_note, note);
    samme_pending_end(folder->path, "root");
    return SAMME_OK;
}

static samme_status enforce_roster(samme_chain_folder *folder, samme_span note,
                                   samme_error *error) {
    char hub[SAMME_FILE_PATH_MAX];
    samme_roster roster;
    samme_hash held = samme_sha256(samme_buffer_span(&folder->roster_note));
    samme_status status = samme_roster_open(&folder->root, note, &roster, error);
    if (status != SAMME_OK)
        return status;
    if (folder->roster.version < roster.version) /* else it was written before */
        status = samme_successor_check("roster", folder->roster.version, &held, roster.version,
                                       &roster.previous, error);
    if (status == SAMME_OK)
        status = samme_path_in(folder->path, "hub", hub, error);
    if (status == SAMME_OK)
        status = samme_enrol_add_roster(hub, roster.version, note, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder->path, "roster.note", note, error);
    if (status != SAMME_OK) {
        samme_roster_free(&roster);
        return status;
    }
    samme_roster_free(&folder->roster);
    folder->roster = roster;
    samme_buffer_clear(&folder->roster_note);
    samme_buffer_append(&folder->roster_note, note);
    samme_pending_end(folder->path, "roster");
    return SAMME_OK;
}

/* How many have signed, for a root by its own keys and by those of the root it replaces. */
static samme_status count(const samme_chain_folder *folder, const samme_root *root, samme_span note,
                          samme_chain_signed *out, samme_error *error) {
    out->threshold = root->roles[out->role].threshold;
    samme_status status = samme_role_signatures(root, out->role, note, &out->valid, error);
    if (status == SAMME_OK && out->role == SAMME_ROLE_ROOT) {
        out->replaced_threshold = folder->root.roles[SAMME_ROLE_ROOT].threshold;
        status = samme_role_signatures(&folder->root, SAMME_ROLE_ROOT, note, &out->replaced_valid,
                                       error);
    }
    out->complete = out->valid >= out->threshold && out->replaced_valid >= out->replaced_threshold;
    return status;
}

static samme_status sign_pending(samme_chain_folder *folder, const samme_signers *signers,
                                 samme_pending *pending, samme_chain_signed *out,
                                 samme_error *error) {
    const bool root = out->role == SAMME_ROLE_ROOT;
    samme_root next = folder->root;
    samme_status status = SAMME_OK;
    if (root)
        status = samme_root_read(samme_buffer_span(&pending->text), &next, error);
    const samme_signing signing = {.chain_folder = folder->path,
                                   .signers = signers,
                                   .role = out->role,
                                   .root = &next,
                                   .replaced = root ? &folder->root : NULL};
    if (status == SAMME_OK)
        status =
            samme_keys_sign(&signing, samme_buffer_span(&pending->text), &pending->note, error);
    samme_span note = samme_buffer_span(&pending->note);
    if (status == SAMME_OK)
        status = count(folder, &next, note, out, error);
    if (status != SAMME_OK)
        return status;
    if (!out->complete)
        status = samme_pending_store(folder->path, samme_role_name(out->role), note, false, error);
    else
        status = root ? enforce_root(folder, note, error) : enforce_roster(folder, note, error);
    out->version = !root           ? folder->roster.version + (out->complete ? 0 : 1)
                   : out->complete ? folder->root.version
                                   : next.version;
    return status;
}

samme_status samme_chain_sign(samme_chain_folder *folder, const samme_signers *signers,
                              samme_chain_signed *out, samme_error *error) {
    samme_pending pending;
    *out = (samme_chain_signed){
        .role = samme_pending_there(folder->path, "root") ? SAMME_ROLE_ROOT : SAMME_ROLE_ROSTER};
    const char *name = samme_role_name(out->role);
    if (!samme_pending_there(folder->path, name))
        return samme_fail(error, SAMME_NOT_FOUND, "%s: no root or roster waits for signatures",
                          folder->path);
    samme_status status = samme_pending_load(folder->path, name, &pending, error);
    if (status != SAMME_OK)
        return status;
    status = sign_pending(folder, signers, &pending, out, error);
    samme_pending_free(&pending);
    return status;
}

void samme_chain_say_signed(const samme_chain_folder *folder, const samme_chain_signed *what) {
    const char *name = samme_role_name(what->role);
    printf("%s %llu: %u of %u signatures", name, (unsigned long long)what->version, what->valid,
           what->threshold);
    if (what->replaced_threshold > 0)
        printf(", %u of %u by keys of the root it replaces", what->replaced_valid,
               what->replaced_threshold);
    if (what->complete)
        printf(", in force in %s\n", folder->path);
    else
        printf(", waits in %s/%s.part: the next holder runs samme chain sign\n", folder->path,
               name);
}

/* Begins the text and signs with what the folder has; no key here is no mistake. */
static samme_status commit(samme_chain_folder *folder, const char *name, samme_span text,
                           bool *out_complete, samme_error *error) {
    samme_chain_signed what;
    const char *other = strcmp(name, "root") == 0 ? "roster" : "root";
    if (samme_pending_there(folder->path, other))
        return samme_fail(error, SAMME_CONFLICT,
                          "%s/%s.txt: waits for signatures: samme chain sign, or remove it and its "
                          ".part",
                          folder->path, other);
    samme_status status = samme_pending_begin(folder->path, name, text, error);
    if (status != SAMME_OK)
        return status;
    status = samme_chain_sign(folder, NULL, &what, error);
    *out_complete = status == SAMME_OK && what.complete;
    if (status == SAMME_OK && !what.complete)
        samme_chain_say_signed(folder, &what);
    if (status == SAMME_NOT_FOUND) {
        printf("%s waits for signatures in %s/%s.txt: a holder runs samme chain sign --key FILE\n",
               name, folder->path, name);
        return SAMME_OK;
    }
    if (status != SAMME_OK) /* nothing was signed: nothing waits */
        samme_pending_end(folder->path, name);
    return status;
}

samme_status samme_chain_commit_roster(samme_chain_folder *folder, bool *out_complete,
                                       samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    folder->roster.previous = samme_sha256(samme_buffer_span(&folder->roster_note));
    folder->roster.version++;
    samme_status status = samme_roster_text(&folder->root, &folder->roster, &text, error);
    folder->roster.version--; /* until it is in force */
    if (status == SAMME_OK)
        status = commit(folder, "roster", samme_buffer_span(&text), out_complete, error);
    samme_buffer_free(&text);
    return status;
}

samme_status samme_chain_commit_root(samme_chain_folder *folder, samme_root *root,
                                     bool *out_complete, samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    root->version = folder->root.version + 1;
    root->previous = folder->root.note_hash;
    samme_status status = samme_root_text(root, &text, error);
    if (status == SAMME_OK)
        status = commit(folder, "root", samme_buffer_span(&text), out_complete, error);
    samme_buffer_free(&text);
    return status;
}
