#include "cli/chain_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/keys.h"
#include "enrol/key_file.h"
#include "os/files.h"

static samme_status root_at(const samme_chain_folder *folder, uint64_t version, samme_root *out,
                            samme_error *error) {
    char name[48];
    samme_buffer note;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    snprintf(name, sizeof name, "roots/%llu.note", (unsigned long long)version);
    samme_status status = samme_note_file_read(folder->path, name, &note, error);
    if (status == SAMME_OK)
        status = samme_root_open(samme_buffer_span(&note), out, error);
    samme_buffer_free(&note);
    return status;
}

/* What was signed under an earlier root stays what it is: the newest root under which it verifies.
 */
static samme_status open_roster(samme_chain_folder *folder, samme_error *error) {
    const samme_span note = samme_buffer_span(&folder->roster_note);
    samme_status status = samme_roster_open(&folder->root, note, &folder->roster, error);
    for (uint64_t version = folder->root.version; status == SAMME_BAD_SIGNATURE && version > 1;) {
        samme_root older;
        if (root_at(folder, --version, &older, NULL) == SAMME_OK &&
            samme_roster_open(&older, note, &folder->roster, NULL) == SAMME_OK)
            return SAMME_OK;
    }
    return status;
}

static samme_status read_notes(const char *path, samme_chain_folder *out, samme_error *error) {
    samme_status status = samme_note_file_read(path, "root.note", &out->root_note, error);
    if (status == SAMME_OK)
        status = samme_note_file_read(path, "roster.note", &out->roster_note, error);
    if (status != SAMME_OK)
        return status;
    status = samme_root_open(samme_buffer_span(&out->root_note), &out->root, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s/root.note", path);
    status = open_roster(out, error);
    return status == SAMME_OK ? status : samme_fail_in(error, status, "%s/roster.note", path);
}

samme_status samme_chain_open(const char *path, samme_chain_folder *out, samme_error *error) {
    char root_note[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(path, "root.note", root_note, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_file_exists(root_note)) /* before the lock, which would leave a file in it */
        return samme_fail(error, SAMME_NOT_FOUND,
                          "%s: expected a chain's folder, made by samme chain init", path);
    samme_chain_folder folder = {.path = path, .lock_fd = -1};
    samme_buffer_init(&folder.root_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&folder.roster_note, SAMME_DOCUMENT_MAX_BYTES);
    status = samme_folder_own(path, &folder.lock_fd, error);
    if (status == SAMME_OK)
        status = read_notes(path, &folder, error);
    if (status == SAMME_OK)
        *out = folder;
    else
        samme_chain_close(&folder);
    return status;
}

void samme_chain_close(samme_chain_folder *folder) {
    samme_buffer_free(&folder->root_note);
    samme_buffer_free(&folder->roster_note);
    samme_roster_free(&folder->roster);
    if (folder->lock_fd >= 0)
        close(folder->lock_fd);
    folder->lock_fd = -1;
}

samme_status samme_chain_add_branch(samme_chain_folder *folder, const samme_roster_branch *branch,
                                    samme_error *error) {
    samme_roster *roster = &folder->roster;
    if (samme_roster_branch_by_number(roster, branch->number) != NULL)
        return samme_fail(error, SAMME_CONFLICT, "branch %u: the roster has one already",
                          branch->number);
    if (roster->branch_count >= SAMME_ROSTER_BRANCHES_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "the roster has its maximum of %u branches",
                          SAMME_ROSTER_BRANCHES_MAX);
    samme_roster_branch *branches =
        realloc(roster->branches, (roster->branch_count + 1) * sizeof *branches);
    if (branches == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the roster");
    size_t at = roster->branch_count;
    for (; at > 0 && branches[at - 1].number > branch->number; at--)
        branches[at] = branches[at - 1];
    branches[at] = *branch;
    roster->branches = branches;
    roster->branch_count++;
    return SAMME_OK;
}

samme_status samme_chain_add_peer(samme_chain_folder *folder, const samme_roster_peer *peer,
                                  samme_error *error) {
    samme_roster *roster = &folder->roster;
    for (size_t i = 0; i < roster->peer_count; i++)
        if (strcmp(roster->peers[i].name, peer->name) == 0)
            return samme_fail(error, SAMME_CONFLICT, "%s: the roster has a peer of this name",
                              peer->name);
    if (roster->peer_count >= SAMME_ROSTER_PEERS_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "the roster has its maximum of %u peers",
                          SAMME_ROSTER_PEERS_MAX);
    samme_roster_peer *peers = realloc(roster->peers, (roster->peer_count + 1) * sizeof *peers);
    if (peers == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the roster");
    size_t at = roster->peer_count;
    for (; at > 0 && strcmp(peers[at - 1].name, peer->name) > 0; at--)
        peers[at] = peers[at - 1];
    peers[at] = *peer;
    roster->peers = peers;
    roster->peer_count++;
    return SAMME_OK;
}

void samme_chain_key_owner(samme_enrol_role role, uint32_t branch, const char *name,
                           char out[static SAMME_NAME_MAX + 32]) {
    if (role == SAMME_ENROL_BRANCH)
        snprintf(out, SAMME_NAME_MAX + 32, "branch-%u", branch);
    else
        snprintf(out, SAMME_NAME_MAX + 32, "%s-%s", samme_enrol_role_name(role), name);
}

void samme_chain_branch_owner(uint32_t branch, uint32_t epoch,
                              char out[static SAMME_CHAIN_OWNER_BYTES]) {
    if (epoch < 2)
        samme_chain_key_owner(SAMME_ENROL_BRANCH, branch, NULL, out);
    else
        snprintf(out, SAMME_CHAIN_OWNER_BYTES, "branch-%u.e%u", branch, epoch);
}

samme_status samme_chain_open_release(const samme_chain_folder *folder, samme_span note,
                                      samme_release *out, samme_error *error) {
    samme_status status = samme_release_open(&folder->root, note, out, error);
    for (uint64_t version = folder->root.version; status == SAMME_BAD_SIGNATURE && version > 1;) {
        samme_root older;
        if (root_at(folder, --version, &older, NULL) == SAMME_OK &&
            samme_release_open(&older, note, out, NULL) == SAMME_OK)
            return SAMME_OK;
    }
    return status;
}

samme_status samme_chain_published(const samme_chain_folder *folder, uint64_t *out_version,
                                   samme_hash *out_hash, samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder->path, "release.note", path, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_file_exists(path)) {
        *out_version = 0;
        return SAMME_OK;
    }
    samme_buffer note;
    samme_release release;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    status = samme_file_read(path, &note, error);
    if (status == SAMME_OK && (status = samme_chain_open_release(folder, samme_buffer_span(&note),
                                                                 &release, error)) != SAMME_OK)
        status = samme_fail_in(error, status, "%s", path);
    if (status == SAMME_OK) {
        *out_version = release.version;
        if (out_hash != NULL)
            *out_hash = samme_sha256(samme_buffer_span(&note));
        samme_release_free(&release);
    }
    samme_buffer_free(&note);
    return status;
}

samme_status samme_cli_folder_unused(const char *path, bool *out_unused, samme_error *error) {
    DIR *directory = opendir(path);
    if (directory == NULL && errno == ENOENT) {
        *out_unused = true;
        return SAMME_OK;
    }
    if (directory == NULL)
        return samme_fail(error, errno == ENOTDIR ? SAMME_CONFLICT : SAMME_IO, "%s: %s", path,
                          strerror(errno));
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL &&
           (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0))
        ;
    *out_unused = entry == NULL;
    closedir(directory);
    return SAMME_OK;
}
