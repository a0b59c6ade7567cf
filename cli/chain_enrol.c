/* The folder that a machine is set up with, written from the chain's. */
#include <stdio.h>

#include "cli/chain_folder.h"
#include "cli/keys.h"
#include "cli/release_folder.h"
#include "enrol/key_file.h"
#include "os/clock.h"
#include "os/files.h"
#include "tlog/checkpoint.h"

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
    if (enrolment->role == SAMME_ENROL_BRANCH)
        samme_chain_branch_owner(enrolment->branch, enrolment->epoch, owner);
    else
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

/* The root that the journal begins with, the newest one, and the head of the journal that was seen
 * when something was published last. */
static samme_status fill_known(const samme_chain_folder *folder, samme_enrolment *enrolment,
                               samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_buffer head;
    samme_checkpoint checkpoint;
    enrolment->known.root_version = folder->root.version;
    enrolment->known.root_hash = folder->root.note_hash;
    samme_status status =
        samme_note_file_read(folder->path, "roots/1.note", &enrolment->root_note, error);
    if (status == SAMME_OK)
        status = samme_path_in(folder->path, "journal.head", path, error);
    if (status != SAMME_OK || !samme_file_exists(path))
        return status;
    samme_buffer_init(&head, SAMME_DOCUMENT_MAX_BYTES);
    status = samme_file_read(path, &head, error);
    if (status == SAMME_OK &&
        (status = samme_checkpoint_open(samme_buffer_span(&head), &folder->roster.hub_log,
                                        &checkpoint, error)) != SAMME_OK)
        status = samme_fail_in(error, status, "%s", path);
    if (status == SAMME_OK) {
        enrolment->known.journal_size = checkpoint.size;
        enrolment->known.journal_root = checkpoint.root;
    }
    samme_buffer_free(&head);
    return status;
}

static bool is_halted(const samme_chain_folder *folder, uint64_t version) {
    char release[SAMME_FILE_PATH_MAX], path[SAMME_FILE_PATH_MAX];
    return samme_release_path(folder, version, release, NULL) == SAMME_OK &&
           samme_path_in(release, "halt.note", path, NULL) == SAMME_OK && samme_file_exists(path);
}

/* The newest one published that every branch may have taken by now: of those that wait for a wave,
 * or are held back, a new branch needs the one before. */
static samme_status lowest_release(const samme_chain_folder *folder, uint64_t *out,
                                   samme_error *error) {
    enum { NO_EARLY_BRANCH = 0 }; /* no branch has that number: it is of the last wave */
    samme_status status = samme_chain_published(folder, out, NULL, error);
    for (bool due = false; status == SAMME_OK && *out > 0 && !due;) {
        samme_release release;
        status = samme_release_signed(folder, *out, &release, NULL, error);
        if (status != SAMME_OK)
            break;
        due = samme_release_due(&release, NO_EARLY_BRANCH, samme_clock_wall_ms()) &&
              !is_halted(folder, *out);
        samme_release_free(&release);
        if (!due)
            --*out;
    }
    return status;
}

samme_status samme_chain_fill_enrolment(const samme_chain_folder *folder,
                                        samme_enrolment *enrolment, samme_error *error) {
    memcpy(enrolment->chain, folder->root.chain, sizeof enrolment->chain);
    enrolment->hub_curve = folder->roster.hub_curve;
    enrolment->hub_log = folder->roster.hub_log;
    samme_status status = read_hub_address(folder, enrolment, error);
    if (status == SAMME_OK)
        status = fill_known(folder, enrolment, error);
    return status == SAMME_OK ? lowest_release(folder, &enrolment->lowest_release, error) : status;
}

samme_status samme_chain_write_enrolment(const samme_chain_folder *folder, samme_enrol_role role,
                                         uint32_t branch, const char *name, const char *out_folder,
                                         samme_error *error) {
    samme_enrolment enrolment = {.role = role, .branch = branch};
    snprintf(enrolment.name, sizeof enrolment.name, "%s", name);
    samme_buffer_init(&enrolment.root_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = from_roster(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = samme_chain_fill_enrolment(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = take_keys(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = check_target(&enrolment, out_folder, error);
    if (status == SAMME_OK)
        status = samme_enrol_write(out_folder, &enrolment, error);
    samme_enrol_free(&enrolment);
    return status;
}
