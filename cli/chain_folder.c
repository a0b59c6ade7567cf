#include "cli/chain_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/keys.h"
#include "enrol/key_file.h"
#include "os/files.h"

static samme_status read_notes(const char *path, samme_chain_folder *out, samme_error *error) {
    samme_status status = samme_note_file_read(path, "root.note", &out->root_note, error);
    if (status == SAMME_OK)
        status = samme_note_file_read(path, "roster.note", &out->roster_note, error);
    if (status != SAMME_OK)
        return status;
    status = samme_root_open(samme_buffer_span(&out->root_note), &out->root, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s/root.note", path);
    status =
        samme_roster_open(&out->root, samme_buffer_span(&out->roster_note), &out->roster, error);
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

static samme_status write_roster(const samme_chain_folder *folder, samme_span note,
                                 samme_error *error) {
    char hub[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder->path, "hub", hub, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder->path, "roster.note", note, error);
    if (status == SAMME_OK)
        status = samme_enrol_add_roster(hub, folder->roster.version, note, error);
    return status;
}

samme_status samme_chain_commit_roster(samme_chain_folder *folder, samme_error *error) {
    samme_buffer text, note;
    samme_roster opened;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    folder->roster.previous = samme_sha256(samme_buffer_span(&folder->roster_note));
    folder->roster.version++;
    samme_status status = samme_roster_text(&folder->root, &folder->roster, &text, error);
    if (status == SAMME_OK)
        status = samme_keys_sign(folder->path, &folder->root, SAMME_ROLE_ROSTER,
                                 samme_buffer_span(&text), &note, error);
    if (status == SAMME_OK)
        status = samme_roster_open(&folder->root, samme_buffer_span(&note), &opened, error);
    if (status == SAMME_OK) {
        samme_roster_free(&opened);
        status = write_roster(folder, samme_buffer_span(&note), error);
    }
    if (status == SAMME_OK) {
        samme_buffer_free(&folder->roster_note);
        folder->roster_note = note;
    } else {
        samme_buffer_free(&note);
    }
    samme_buffer_free(&text);
    return status;
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
    if (status == SAMME_OK && (status = samme_release_open(&folder->root, samme_buffer_span(&note),
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

/* What the roster says about the branch or peer; SAMME_NOT_FOUND when it does not name it. */
static samme_status from_roster(const samme_chain_folder *folder, samme_enrolment *enrolment,
                                samme_error *error) {
    if (enrolment->role != SAMME_ENROL_BRANCH)
        return SAMME_OK;
    const samme_roster_branch *branch =
        samme_roster_branch_by_number(&folder->roster, enrolment->branch);
    if (branch == NULL)
        return samme_fail(error, SAMME_NOT_FOUND,
                          "branch %u: not in the roster, add it with samme chain add-branch",
                          enrolment->branch);
    enrolment->epoch = branch->epoch;
    enrolment->region = branch->region;
    memcpy(enrolment->name, branch->name, sizeof enrolment->name);
    return SAMME_OK;
}

/* The address is what the enrolled machine finds the hub under, if init was told one. */
static samme_status read_hub_address(const samme_chain_folder *folder, samme_enrolment *enrolment,
                                     samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder->path, "hub.address", path, error);
    if (status != SAMME_OK || !samme_file_exists(path))
        return status;
    return samme_line_file_read(folder->path, "hub.address", enrolment->hub, sizeof enrolment->hub,
                                error);
}

/* Only with the keys that the roster names does the hub let a machine in. */
static samme_status take_keys(const samme_chain_folder *folder, samme_enrolment *enrolment,
                              samme_error *error) {
    char owner[SAMME_NAME_MAX + 32];
    samme_chain_key_owner(enrolment->role, enrolment->branch, enrolment->name, owner);
    samme_status status =
        samme_keys_read(folder->path, owner, "curve.secret", enrolment->curve_secret, error);
    samme_peer_key curve = samme_curve_public(enrolment->curve_secret);
    if (status == SAMME_OK && enrolment->role != SAMME_ENROL_BRANCH) {
        const samme_roster_peer *peer = samme_roster_peer_by_curve(&folder->roster, &curve);
        if (peer == NULL || strcmp(peer->name, enrolment->name) != 0)
            status =
                samme_fail(error, SAMME_MISMATCH, "%s/keys/%s: not the key that the roster names",
                           folder->path, owner);
        return status;
    }
    if (status == SAMME_OK)
        status = samme_keys_read(folder->path, owner, "log.seed", enrolment->log_seed.bytes, error);
    if (status != SAMME_OK)
        return status;
    samme_public_key log = samme_sign_public(&enrolment->log_seed);
    const samme_roster_branch *branch = samme_roster_branch_by_curve(&folder->roster, &curve);
    if (branch == NULL || branch->number != enrolment->branch ||
        memcmp(&branch->log_key.key, &log, sizeof log) != 0)
        return samme_fail(error, SAMME_MISMATCH, "%s/keys/%s: not the keys that the roster names",
                          folder->path, owner);
    return SAMME_OK;
}

/* A folder with something else in it is left alone; the same enrolment may be written again. */
static samme_status check_target(const samme_enrolment *enrolment, const char *out_folder,
                                 samme_error *error) {
    bool unused;
    samme_status status = samme_cli_folder_unused(out_folder, &unused, error);
    if (status != SAMME_OK || unused)
        return status;
    samme_enrolment there;
    bool same = false;
    if (samme_enrol_load(out_folder, &there, NULL) == SAMME_OK) {
        same = strcmp(there.chain, enrolment->chain) == 0 && there.role == enrolment->role &&
               there.branch == enrolment->branch && strcmp(there.name, enrolment->name) == 0;
        samme_enrol_free(&there);
    }
    return same ? SAMME_OK
                : samme_fail(error, SAMME_CONFLICT,
                             "%s: not empty: expected a new folder, or one that was written for "
                             "the same machine",
                             out_folder);
}

samme_status samme_chain_write_enrolment(const samme_chain_folder *folder, samme_enrol_role role,
                                         uint32_t branch, const char *name, const char *out_folder,
                                         samme_error *error) {
    samme_enrolment enrolment = {.role = role, .branch = branch};
    memcpy(enrolment.chain, folder->root.chain, sizeof enrolment.chain);
    snprintf(enrolment.name, sizeof enrolment.name, "%s", name);
    enrolment.hub_curve = folder->roster.hub_curve;
    enrolment.hub_log = folder->roster.hub_log;
    enrolment.root_note = folder->root_note; /* lent: it stays the folder's */
    samme_status status = from_roster(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = read_hub_address(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = samme_chain_published(folder, &enrolment.lowest_release, NULL, error);
    if (status == SAMME_OK)
        status = take_keys(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = check_target(&enrolment, out_folder, error);
    if (status == SAMME_OK)
        status = samme_enrol_write(out_folder, &enrolment, error);
    samme_wipe(&enrolment, sizeof enrolment);
    return status;
}
