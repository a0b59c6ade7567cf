/* samme chain rotate DIR branch:NUMBER: a branch begins a new epoch of its log, under other keys.
 */
#include <stdio.h>

#include "cli/chain_folder.h"
#include "cli/keys.h"

static samme_roster_branch *find_branch(samme_chain_folder *folder, uint32_t number) {
    for (size_t i = 0; i < folder->roster.branch_count; i++)
        if (folder->roster.branches[i].number == number)
            return &folder->roster.branches[i];
    return NULL;
}

/* The next epoch with keys of its own; those of an attempt that was withdrawn are taken again. */
static samme_status next_epoch(const samme_chain_folder *folder, samme_roster_branch *branch,
                               samme_error *error) {
    char owner[SAMME_CHAIN_OWNER_BYTES], origin[SAMME_NOTE_NAME_MAX + 1];
    samme_seed log;
    uint8_t curve[SAMME_CURVE_KEY_BYTES];
    samme_roster_branch next = *branch;
    next.epoch++;
    samme_chain_branch_owner(next.number, next.epoch, owner);
    samme_status status =
        samme_keys_take(folder->path, owner, "log.seed", SAMME_KEY_SIGNING, log.bytes, error);
    if (status != SAMME_OK)
        return status;
    samme_public_key key = samme_sign_public(&log);
    samme_wipe(&log, sizeof log);
    status = samme_keys_take(folder->path, owner, "curve.secret", SAMME_KEY_CURVE, curve, error);
    if (status != SAMME_OK)
        return status;
    next.curve = samme_curve_public(curve);
    samme_wipe(curve, sizeof curve);
    samme_branch_origin(folder->root.chain, next.number, next.epoch, origin);
    status = samme_vkey_make(origin, &key, &next.log_key, error);
    if (status == SAMME_OK)
        *branch = next;
    return status;
}

samme_status samme_chain_rotate_branch(samme_chain_folder *folder, uint32_t number,
                                       const char *target, samme_error *error) {
    bool unused, complete = false;
    samme_roster_branch *branch = find_branch(folder, number);
    if (branch == NULL)
        return samme_fail(error, SAMME_NOT_FOUND, "branch %u: not in the roster", number);
    samme_status status =
        target == NULL ? SAMME_OK : samme_cli_folder_unused(target, &unused, error);
    if (status == SAMME_OK && target != NULL && !unused)
        status = samme_fail(error, SAMME_CONFLICT, "%s: not empty: expected a new folder", target);
    if (status != SAMME_OK)
        return status;
    const samme_roster_branch before = *branch;
    const uint32_t epoch = before.epoch + 1;
    status = next_epoch(folder, branch, error);
    if (status == SAMME_OK)
        status = samme_chain_commit_roster(folder, &complete, error);
    if (status == SAMME_OK && !complete)
        printf("branch %u begins epoch %u with that roster: samme chain enrol then writes its "
               "folder\n",
               number, epoch);
    if (status != SAMME_OK || !complete)
        return status;
    printf("branch %u %s begins epoch %u in roster %llu: its keys before it are of no use any "
           "more\n",
           number, before.name, epoch, (unsigned long long)folder->roster.version);
    if (target == NULL)
        return SAMME_OK;
    status =
        samme_chain_write_enrolment(folder, SAMME_ENROL_BRANCH, number, before.name, target, error);
    if (status == SAMME_OK)
        printf("enrolment in %s: give it to the branch's machine, and start samme-node there once "
               "with --recover\n",
               target);
    return status;
}
