/* samme chain add-branch and enrol: the roster, and the folders that machines are given. */
#include <stdio.h>

#include "base/text.h"
#include "cli/chain_command.h"
#include "cli/cli.h"
#include "cli/keys.h"

struct branch_options {
    const char *folder;
    const char *name;
    uint32_t number;
    uint32_t region;
};

bool samme_chain_number_parse(const char *text, uint32_t *out) {
    uint64_t value;
    if (samme_u64_parse(samme_span_of_text(text), &value) != SAMME_OK || value < 1 ||
        value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

static void parse_branch_argument(struct branch_options *options, char *argument,
                                  struct argp_state *state) {
    if (state->arg_num == 0)
        options->folder = argument;
    else if (state->arg_num == 1 && !samme_chain_number_parse(argument, &options->number))
        argp_error(state, "NUMBER: expected a number from 1, found \"%s\"", argument);
    else if (state->arg_num == 2 && !samme_peer_name_valid(argument))
        argp_error(state, "NAME: expected 1 to %u bytes without spaces and '/', found \"%s\"",
                   SAMME_NAME_MAX, argument);
    else if (state->arg_num == 2)
        options->name = argument;
    else if (state->arg_num > 2)
        argp_error(state, "expected DIR NUMBER NAME, found \"%s\" too", argument);
}

static error_t parse_branch(int key, char *argument, struct argp_state *state) {
    struct branch_options *options = state->input;
    switch (key) {
    case 'r':
        if (!samme_chain_number_parse(argument, &options->region))
            argp_error(state, "--region: expected a number from 1, found \"%s\"", argument);
        return 0;
    case ARGP_KEY_ARG:
        parse_branch_argument(options, argument, state);
        return 0;
    case ARGP_KEY_END:
        if (options->name == NULL)
            argp_error(state, "expected DIR NUMBER NAME");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static samme_status make_branch(const samme_chain_folder *folder,
                                const struct branch_options *options, samme_roster_branch *out,
                                samme_error *error) {
    char owner[SAMME_NAME_MAX + 32], origin[SAMME_NOTE_NAME_MAX + 1];
    samme_seed log;
    uint8_t curve[SAMME_CURVE_KEY_BYTES];
    *out = (samme_roster_branch){.number = options->number, .region = options->region, .epoch = 1};
    snprintf(out->name, sizeof out->name, "%s", options->name);
    samme_chain_key_owner(SAMME_ENROL_BRANCH, options->number, options->name, owner);
    samme_status status =
        samme_keys_take(folder->path, owner, "log.seed", SAMME_KEY_SIGNING, log.bytes, error);
    if (status != SAMME_OK)
        return status;
    samme_public_key key = samme_sign_public(&log);
    samme_wipe(&log, sizeof log);
    status = samme_keys_take(folder->path, owner, "curve.secret", SAMME_KEY_CURVE, curve, error);
    if (status != SAMME_OK)
        return status;
    out->curve = samme_curve_public(curve);
    samme_wipe(curve, sizeof curve);
    samme_branch_origin(folder->root.chain, out->number, out->epoch, origin);
    return samme_vkey_make(origin, &key, &out->log_key, error);
}

static samme_status add_branch(samme_chain_folder *folder, void *given, samme_error *error) {
    const struct branch_options *options = given;
    samme_roster_branch branch;
    bool complete = false;
    /* before keys are made: a branch that is there keeps its own */
    if (samme_roster_branch_by_number(&folder->roster, options->number) != NULL)
        return samme_fail(error, SAMME_CONFLICT, "branch %u: the roster has one already",
                          options->number);
    samme_status status = make_branch(folder, options, &branch, error);
    if (status == SAMME_OK)
        status = samme_chain_add_branch(folder, &branch, error);
    if (status == SAMME_OK)
        status = samme_chain_commit_roster(folder, &complete, error);
    if (status == SAMME_OK && complete)
        printf("branch %u %s in roster %llu\n", options->number, options->name,
               (unsigned long long)folder->roster.version);
    return status;
}

int samme_cli_chain_add_branch(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "region",
         .key = 'r',
         .arg = "N",
         .doc = "group of branches that share customers (default 1)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_branch,
        .args_doc = "DIR NUMBER NAME",
        .doc = "Makes the keys of branch NUMBER and signs the next roster with it. NAME has no "
               "spaces; the written name of the branch stands in chain.yaml.",
    };
    struct branch_options options = {.region = 1};
    const samme_chain_work own = {add_branch, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}

struct enrol_options {
    const char *folder;
    const char *target;
    samme_chain_who who;
};

bool samme_chain_who_parse(const char *text, samme_chain_who *out) {
    for (unsigned role = SAMME_ENROL_BRANCH; role <= SAMME_ENROL_OPERATOR; role++) {
        const char *word = samme_enrol_role_name((samme_enrol_role)role);
        size_t length = strlen(word);
        if (strncmp(text, word, length) != 0 || text[length] != ':')
            continue;
        *out = (samme_chain_who){.role = (samme_enrol_role)role, .name = text + length + 1};
        return role == SAMME_ENROL_BRANCH ? samme_chain_number_parse(out->name, &out->branch)
                                          : samme_peer_name_valid(out->name);
    }
    return false;
}

static error_t parse_enrol(int key, char *argument, struct argp_state *state) {
    struct enrol_options *options = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            options->folder = argument;
        else if (state->arg_num == 1 && !samme_chain_who_parse(argument, &options->who))
            argp_error(state,
                       "expected branch:NUMBER, auditor:NAME or operator:NAME (without spaces and "
                       "'/'), found \"%s\"",
                       argument);
        else if (state->arg_num == 2)
            options->target = argument;
        else if (state->arg_num > 2)
            argp_error(state, "expected DIR WHO OUT, found \"%s\" too", argument);
        return 0;
    case ARGP_KEY_END:
        if (options->target == NULL)
            argp_error(state, "expected DIR WHO OUT");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* An auditor or operator enters the roster when it is enrolled for the first time. */
static samme_status add_peer_once(samme_chain_folder *folder, const struct enrol_options *options,
                                  samme_error *error) {
    samme_peer_role role =
        options->who.role == SAMME_ENROL_AUDITOR ? SAMME_PEER_AUDITOR : SAMME_PEER_OPERATOR;
    for (size_t i = 0; i < folder->roster.peer_count; i++)
        if (strcmp(folder->roster.peers[i].name, options->who.name) == 0) {
            if (folder->roster.peers[i].role == role)
                return SAMME_OK;
            return samme_fail(error, SAMME_CONFLICT,
                              "%s: the roster has a peer of this name in another role",
                              options->who.name);
        }
    char owner[SAMME_NAME_MAX + 32];
    uint8_t secret[SAMME_CURVE_KEY_BYTES];
    samme_roster_peer peer = {.role = role};
    snprintf(peer.name, sizeof peer.name, "%s", options->who.name);
    samme_chain_key_owner(options->who.role, 0, options->who.name, owner);
    samme_status status =
        samme_keys_take(folder->path, owner, "curve.secret", SAMME_KEY_CURVE, secret, error);
    if (status != SAMME_OK)
        return status;
    peer.curve = samme_curve_public(secret);
    samme_wipe(secret, sizeof secret);
    bool complete = false;
    status = samme_chain_add_peer(folder, &peer, error);
    if (status == SAMME_OK)
        status = samme_chain_commit_roster(folder, &complete, error);
    if (status == SAMME_OK && !complete)
        status = samme_fail(error, SAMME_LATER,
                            "%s: the roster that names it waits for signatures: enrol again when "
                            "samme chain sign has put it in force",
                            options->who.name);
    return status;
}

static samme_status enrol(samme_chain_folder *folder, void *given, samme_error *error) {
    const struct enrol_options *options = given;
    samme_status status = SAMME_OK;
    if (options->who.role != SAMME_ENROL_BRANCH)
        status = add_peer_once(folder, options, error);
    if (status == SAMME_OK)
        status = samme_chain_write_enrolment(folder, options->who.role, options->who.branch,
                                             options->who.name, options->target, error);
    if (status == SAMME_OK)
        printf("%s %s enrolled in %s (roster %llu)\n", samme_enrol_role_name(options->who.role),
               options->who.name, options->target, (unsigned long long)folder->roster.version);
    return status;
}

int samme_cli_chain_enrol(int argc, char **argv) {
    static const struct argp argp = {
        .parser = parse_enrol,
        .args_doc = "DIR branch:NUMBER OUT\nDIR auditor:NAME OUT\nDIR operator:NAME OUT",
        .doc = "Writes the folder OUT that a machine is set up with: its secret keys, the root "
               "note, and where and what the hub is. A new auditor or operator also enters the "
               "roster. Enrolling again gives the same keys.\v"
               "OUT holds secrets: move it to the machine, keep no copy.",
    };
    struct enrol_options options = {.folder = NULL};
    const samme_chain_work own = {enrol, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}
