/* samme chain invite and admit: a machine that makes its own keys. What head office keeps of an
 * invitation lies in DIR/invitations until it is answered, once. */
#include <stdio.h>
#include <unistd.h>

#include "cli/chain_command.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "enrol/key_file.h"
#include "enrol/request.h"
#include "os/clock.h"
#include "os/files.h"

/* DIR/invitations/<owner>, as the machine's folder of keys is named. */
static samme_status invitation_path(const samme_chain_folder *folder, samme_enrol_role role,
                                    uint32_t branch, const char *name,
                                    char out[static SAMME_FILE_PATH_MAX], samme_error *error) {
    char owner[SAMME_NAME_MAX + 32], path[SAMME_NAME_MAX + 64];
    samme_chain_key_owner(role, branch, name, owner);
    snprintf(path, sizeof path, "invitations/%s", owner);
    return samme_path_in(folder->path, path, out, error);
}

struct invite_options {
    const char *folder;
    const char *target;
    samme_chain_who who;
    const char *name;
    uint32_t region;
};

static error_t parse_invite(int key, char *argument, struct argp_state *state) {
    struct invite_options *options = state->input;
    switch (key) {
    case 'r':
        if (!samme_chain_number_parse(argument, &options->region))
            argp_error(state, "--region: expected a number from 1, found \"%s\"", argument);
        return 0;
    case 'n':
        if (!samme_peer_name_valid(argument))
            argp_error(state, "--name: expected 1 to %u bytes without spaces and '/', found \"%s\"",
                       SAMME_NAME_MAX, argument);
        options->name = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            options->folder = argument;
        else if (state->arg_num == 1 && !samme_chain_who_parse(argument, &options->who))
            argp_error(state, "expected branch:NUMBER, auditor:NAME or operator:NAME, found \"%s\"",
                       argument);
        else if (state->arg_num == 2)
            options->target = argument;
        else if (state->arg_num > 2)
            argp_error(state, "expected DIR WHO OUT, found \"%s\" too", argument);
        return 0;
    case ARGP_KEY_END:
        if (options->target == NULL)
            argp_error(state, "expected DIR WHO OUT");
        if ((options->who.role == SAMME_ENROL_BRANCH) != (options->name != NULL))
            argp_error(state, "expected --name NAME with a branch, and only there");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static samme_status check_new(const samme_chain_folder *folder, const samme_enrolment *enrolment,
                              samme_error *error) {
    if (enrolment->role == SAMME_ENROL_BRANCH &&
        samme_roster_branch_by_number(&folder->roster, enrolment->branch) != NULL)
        return samme_fail(error, SAMME_CONFLICT, "branch %u: the roster has one already",
                          enrolment->branch);
    for (size_t i = 0; enrolment->role != SAMME_ENROL_BRANCH && i < folder->roster.peer_count; i++)
        if (strcmp(folder->roster.peers[i].name, enrolment->name) == 0)
            return samme_fail(error, SAMME_CONFLICT, "%s: the roster has a peer of this name",
                              enrolment->name);
    return SAMME_OK;
}

static samme_status write_invitation(const char *kept, const char *target,
                                     const samme_enrolment *enrolment, samme_error *error) {
    bool unused;
    samme_seed secret;
    samme_status status = samme_cli_folder_unused(kept, &unused, error);
    if (status == SAMME_OK && !unused)
        status =
            samme_fail(error, SAMME_CONFLICT,
                       "%s: an invitation waits already; remove the folder to withdraw it", kept);
    if (status == SAMME_OK)
        status = samme_cli_folder_unused(target, &unused, error);
    if (status == SAMME_OK && !unused)
        status = samme_fail(error, SAMME_CONFLICT, "%s: not empty: expected a new folder", target);
    if (status != SAMME_OK)
        return status;
    samme_seed_new(&secret, samme_os_random());
    status = samme_enrol_write_invitation(kept, enrolment, secret.bytes, error);
    if (status == SAMME_OK)
        status = samme_enrol_write_invitation(target, enrolment, secret.bytes, error);
    samme_wipe(&secret, sizeof secret);
    return status;
}

static samme_status invite(samme_chain_folder *folder, void *given, samme_error *error) {
    const struct invite_options *options = given;
    char kept[SAMME_FILE_PATH_MAX];
    samme_enrolment enrolment = {.role = options->who.role, .branch = options->who.branch};
    if (enrolment.role == SAMME_ENROL_BRANCH) {
        enrolment.epoch = 1;
        enrolment.region = options->region;
    }
    snprintf(enrolment.name, sizeof enrolment.name, "%s",
             options->name != NULL ? options->name : options->who.name);
    samme_buffer_init(&enrolment.root_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = check_new(folder, &enrolment, error);
    if (status == SAMME_OK)
        status = samme_chain_fill_enrolment(folder, &enrolment, error);
    if (status == SAMME_OK)
        status =
            invitation_path(folder, enrolment.role, enrolment.branch, enrolment.name, kept, error);
    if (status == SAMME_OK)
        status = write_invitation(kept, options->target, &enrolment, error);
    if (status == SAMME_OK)
        printf("%s %s invited in %s: there samme enrol %s, then samme chain admit here\n",
               samme_enrol_role_name(options->who.role), options->who.name, options->target,
               options->target);
    samme_enrol_free(&enrolment);
    return status;
}

int samme_cli_chain_invite(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "name", .key = 'n', .arg = "NAME", .doc = "of a branch; no spaces"},
        {.name = "region",
         .key = 'r',
         .arg = "N",
         .doc = "of a branch: group of branches that share customers (default 1)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_invite,
        .args_doc = "DIR branch:NUMBER OUT --name NAME\nDIR auditor:NAME OUT\nDIR operator:NAME "
                    "OUT",
        .doc = "Writes the folder OUT for a machine that makes its own keys: samme enrol OUT "
               "there, samme chain admit with the request it makes here. Nobody but the machine "
               "ever has its keys.\v"
               "OUT holds a secret that serves once: whoever answers first is the machine. To "
               "withdraw it, remove its folder below DIR/invitations.",
    };
    struct invite_options options = {.region = 1};
    const samme_chain_work own = {invite, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}

struct admit_options {
    const char *folder;
    const char *request;
};

static error_t parse_admit(int key, char *argument, struct argp_state *state) {
    struct admit_options *options = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            options->folder = argument;
        else if (state->arg_num == 1)
            options->request = argument;
        else
            argp_error(state, "expected DIR REQUEST, found \"%s\" too", argument);
        return 0;
    case ARGP_KEY_END:
        if (options->request == NULL)
            argp_error(state, "expected DIR REQUEST");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static samme_status read_request(const char *path, samme_enrol_request *out, samme_error *error) {
    samme_buffer json;
    samme_buffer_init(&json, SAMME_ENROL_REQUEST_MAX_BYTES);
    samme_status status = samme_file_read(path, &json, error);
    if (status == SAMME_OK)
        status = samme_enrol_request_open(samme_buffer_span(&json), path, out, error);
    samme_buffer_free(&json);
    return status;
}

static samme_status check_answer(const char *kept, const samme_enrol_request *request,
                                 uint32_t *out_region, samme_error *error) {
    samme_enrolment invitation;
    uint8_t secret[32];
    char file[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(kept, "enrolment.json", file, error);
    if (status == SAMME_OK && !samme_file_exists(file))
        return samme_fail(error, SAMME_DENIED,
                          "%s %s: no invitation waits: none was given, or it was answered already",
                          samme_enrol_role_name(request->role), request->name);
    if (status == SAMME_OK)
        status = samme_enrol_load_invitation(kept, &invitation, secret, error);
    if (status != SAMME_OK)
        return status;
    *out_region = invitation.region;
    status = samme_enrol_request_answers(request, &invitation, secret, error);
    samme_wipe(secret, sizeof secret);
    samme_enrol_free(&invitation);
    return status;
}

/* An invitation that is not there any more cannot be answered again. */
static void spend(const char *kept) {
    static const char *const files[] = {"one-time.secret", "enrolment.json", "root.note"};
    char path[SAMME_FILE_PATH_MAX];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (samme_path_in(kept, files[i], path, NULL) == SAMME_OK)
            (void)unlink(path);
    (void)rmdir(kept);
}

static samme_status add_to_roster(samme_chain_folder *folder, const samme_enrol_request *request,
                                  uint32_t region, bool *out_complete, samme_error *error) {
    samme_status status;
    if (request->role == SAMME_ENROL_BRANCH) {
        samme_roster_branch branch = {.number = request->branch,
                                      .epoch = request->epoch,
                                      .region = region,
                                      .log_key = request->log_key,
                                      .curve = request->curve};
        memcpy(branch.name, request->name, sizeof branch.name);
        status = samme_chain_add_branch(folder, &branch, error);
    } else {
        samme_roster_peer peer = {
            .role = request->role == SAMME_ENROL_AUDITOR ? SAMME_PEER_AUDITOR : SAMME_PEER_OPERATOR,
            .curve = request->curve};
        memcpy(peer.name, request->name, sizeof peer.name);
        status = samme_chain_add_peer(folder, &peer, error);
    }
    return status == SAMME_OK ? samme_chain_commit_roster(folder, out_complete, error) : status;
}

static samme_status admit(samme_chain_folder *folder, void *given, samme_error *error) {
    const struct admit_options *options = given;
    samme_enrol_request request;
    char kept[SAMME_FILE_PATH_MAX];
    uint32_t region = 0;
    bool complete = false;
    samme_status status = read_request(options->request, &request, error);
    if (status == SAMME_OK)
        status = invitation_path(folder, request.role, request.branch, request.name, kept, error);
    if (status == SAMME_OK)
        status = check_answer(kept, &request, &region, error);
    if (status == SAMME_OK)
        status = add_to_roster(folder, &request, region, &complete, error);
    if (status != SAMME_OK)
        return status;
    spend(kept);
    if (complete)
        printf("%s %s admitted in roster %llu\n", samme_enrol_role_name(request.role), request.name,
               (unsigned long long)folder->roster.version);
    return SAMME_OK;
}

int samme_cli_chain_admit(int argc, char **argv) {
    static const struct argp argp = {
        .parser = parse_admit,
        .args_doc = "DIR REQUEST",
        .doc = "Signs the next roster with the keys that an invited machine has made: REQUEST is "
               "the request.json of samme enrol. An invitation is answered once.",
    };
    struct admit_options options = {.folder = NULL};
    const samme_chain_work own = {admit, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}
