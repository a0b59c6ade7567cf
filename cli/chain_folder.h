/* The folder of a chain, made by `samme chain init`: README.md lists what is in it. */
#ifndef SAMME_CLI_CHAIN_FOLDER_H
#define SAMME_CLI_CHAIN_FOLDER_H

#include "cli/keys.h"
#include "enrol/enrol.h"

/* Open, it is locked: one command at a time changes it. */
typedef struct samme_chain_folder {
    const char *path; /* the caller's */
    int lock_fd;
    samme_buffer root_note;
    samme_root root;
    samme_buffer roster_note;
    samme_roster roster;
} samme_chain_folder;

/* SAMME_CONFLICT when another command has it open. */
samme_status samme_chain_open(const char *path, samme_chain_folder *out,
                              samme_error *error) SAMME_CHECKED;
void samme_chain_close(samme_chain_folder *folder);

/* Begins the roster after the one held: folder->roster, as changed by the caller, as roster.txt,
 * and adds the signature of DIR/keys/roster.seed when that is there. SAMME_CONFLICT when a root or
 * roster waits already. As samme_chain_sign from there. */
samme_status samme_chain_commit_roster(samme_chain_folder *folder, bool *out_complete,
                                       samme_error *error) SAMME_CHECKED;
/* The same for a root; its version and previous are filled in here. */
samme_status samme_chain_commit_root(samme_chain_folder *folder, samme_root *root,
                                     bool *out_complete, samme_error *error) SAMME_CHECKED;

/* How far a root or roster that waits has come. */
typedef struct samme_chain_signed {
    samme_role role;
    uint64_t version;
    unsigned valid, threshold; /* of its own root's keys */
    unsigned replaced_valid,
        replaced_threshold; /* of the keys of the root that it replaces; else 0 */
    bool complete;
} samme_chain_signed;

/* Adds signatures to what waits; what is complete is in force: written to the folder and to the
 * hub's. SAMME_NOT_FOUND: nothing waits, or no key; else as samme_keys_sign. */
samme_status samme_chain_sign(samme_chain_folder *folder, const samme_signers *signers,
                              samme_chain_signed *out, samme_error *error) SAMME_CHECKED;
/* Prints what samme_chain_sign found, in a line. */
void samme_chain_say_signed(const samme_chain_folder *folder, const samme_chain_signed *what);
/* Both insert at the place that the order asks for; SAMME_CONFLICT when number or name is there,
 * SAMME_TOO_LARGE when the roster is full. */
samme_status samme_chain_add_branch(samme_chain_folder *folder, const samme_roster_branch *branch,
                                    samme_error *error) SAMME_CHECKED;
samme_status samme_chain_add_peer(samme_chain_folder *folder, const samme_roster_peer *peer,
                                  samme_error *error) SAMME_CHECKED;

/* "branch:NUMBER", "auditor:NAME" or "operator:NAME" of a command line. */
typedef struct samme_chain_who {
    samme_enrol_role role;
    uint32_t branch;  /* 0 unless a branch */
    const char *name; /* what stands behind the colon; the caller's */
} samme_chain_who;
bool samme_chain_who_parse(const char *text, samme_chain_who *out) SAMME_CHECKED;
bool samme_chain_number_parse(const char *text, uint32_t *out) SAMME_CHECKED; /* from 1 */

/* Everything that an enrolment says but the machine's keys; of a branch that the roster names or is
 * to name: number, name, epoch and region are as *enrolment has them. root_note must be
 * initialised. */
samme_status samme_chain_fill_enrolment(const samme_chain_folder *folder,
                                        samme_enrolment *enrolment,
                                        samme_error *error) SAMME_CHECKED;
/* Writes the enrolment folder of a branch or peer that the roster names. */
samme_status samme_chain_write_enrolment(const samme_chain_folder *folder, samme_enrol_role role,
                                         uint32_t branch, const char *name, const char *out_folder,
                                         samme_error *error) SAMME_CHECKED;

/* Begins the branch's next epoch: new keys, the next roster, and, when that is in force and `target`
 * is not NULL, the new enrolment in that folder, which must not be there. SAMME_NOT_FOUND: no such
 * branch; else as samme_chain_commit_roster. */
samme_status samme_chain_rotate_branch(samme_chain_folder *folder, uint32_t number,
                                       const char *target, samme_error *error) SAMME_CHECKED;

/* Name of the folder below DIR/keys where the keys of a branch or peer are; of a branch's later
 * epochs each has its own. */
#define SAMME_CHAIN_OWNER_BYTES (SAMME_NAME_MAX + 32u)
void samme_chain_branch_owner(uint32_t branch, uint32_t epoch,
                              char out[static SAMME_CHAIN_OWNER_BYTES]);
void samme_chain_key_owner(samme_enrol_role role, uint32_t branch, const char *name,
                           char out[static SAMME_NAME_MAX + 32]);
/* A release note under the root that was in force when it was signed: the newest one under which it
 * verifies. As samme_release_open. */
samme_status samme_chain_open_release(const samme_chain_folder *folder, samme_span note,
                                      samme_release *out, samme_error *error) SAMME_CHECKED;
/* Version of DIR/release.note, the release that was published last; 0 when none was. *out_hash,
 * which may be NULL, is the note's. */
samme_status samme_chain_published(const samme_chain_folder *folder, uint64_t *out_version,
                                   samme_hash *out_hash, samme_error *error) SAMME_CHECKED;
/* A folder that is not there, or is there and empty. */
samme_status samme_cli_folder_unused(const char *path, bool *out_unused,
                                     samme_error *error) SAMME_CHECKED;

#endif
