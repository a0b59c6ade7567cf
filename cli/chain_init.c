/* samme chain init: keys, root, the first roster, and the folders of hub and head office. */
#include <argp.h>
#include <stdio.h>

#include "cli/chain_folder.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "enrol/key_file.h"
#include "os/clock.h"
#include "os/files.h"

#define HEAD_OFFICE "head-office"

enum { OPTION_HUB = 1000 }; /* without a short form: -h would be taken for help */

struct init_options {
    const char *folder;
    const char *chain;
    const char *hub;
    bool seal;
};

static error_t parse_init(int key, char *argument, struct argp_state *state) {
    struct init_options *options = state->input;
    switch (key) {
    case 'c':
        if (!samme_chain_name_valid(argument))
            argp_error(state, "--chain: expected 1 to %u lower case letters, digits, '-' and '.'",
                       SAMME_CHAIN_NAME_MAX);
        options->chain = argument;
        return 0;
    case OPTION_HUB:
        if (!samme_hub_address_valid(argument))
            argp_error(state, "--hub: expected tcp://HOST:PORT");
        options->hub = argument;
        return 0;
    case 's':
        options->seal = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        options->folder = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->folder == NULL || options->chain == NULL)
            argp_error(state, "expected a folder and --chain NAME");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* One new key for each role, 1 of 1. */
static samme_status make_root(const struct init_options *options, samme_root *out,
                              samme_error *error) {
    samme_root root = {.version = 1};
    char keys[SAMME_FILE_PATH_MAX];
    samme_status made = samme_path_in(options->folder, "keys", keys, error);
    if (made == SAMME_OK)
        made = samme_folder_make(keys, error);
    if (made != SAMME_OK)
        return made;
    snprintf(root.chain, sizeof root.chain, "%s", options->chain);
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++) {
        const char *role_name = samme_role_name((samme_role)role);
        char path[SAMME_FILE_PATH_MAX], file[32], name[SAMME_NOTE_NAME_MAX + 1];
        samme_public_key key;
        snprintf(file, sizeof file, "keys/%s.seed", role_name);
        snprintf(name, sizeof name, "%s/key/%s-1", root.chain, role_name);
        samme_status status = samme_path_in(options->folder, file, path, error);
        if (status == SAMME_OK)
            status = samme_keys_make(path, options->seal, &key, error);
        if (status != SAMME_OK)
            return status;
        root.roles[role].threshold = root.roles[role].count = 1;
        status = samme_vkey_make(name, &key, &root.roles[role].keys[0], error);
        if (status != SAMME_OK)
            return status;
    }
    *out = root;
    return SAMME_OK;
}

static samme_status sign(const struct init_options *options, const samme_hub_keys *hub,
                         samme_role role, const samme_buffer *text, samme_buffer *out,
                         samme_error *error) {
    const samme_signing signing = {
        .chain_folder = options->folder, .role = role, .root = &hub->root};
    return samme_keys_sign(&signing, samme_buffer_span(text), out, error);
}

static samme_status write_root(const struct init_options *options, samme_hub_keys *hub,
                               samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = make_root(options, &hub->root, error);
    if (status == SAMME_OK)
        status = samme_root_text(&hub->root, &text, error);
    if (status == SAMME_OK)
        status = sign(options, hub, SAMME_ROLE_ROOT, &text, &hub->root_note, error);
    if (status == SAMME_OK) /* what is written has been read as everyone will read it */
        status = samme_root_open(samme_buffer_span(&hub->root_note), &hub->root, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(options->folder, "root.note",
                                       samme_buffer_span(&hub->root_note), error);
    if (status == SAMME_OK)
        status =
            samme_enrol_add_root(options->folder, 1, samme_buffer_span(&hub->root_note), error);
    samme_buffer_free(&text);
    return status;
}

/* Version 1: the hub and head office, no branches yet. */
static samme_status fill_roster(const struct init_options *options, samme_hub_keys *hub,
                                samme_roster_peer *head_office, samme_roster *out,
                                samme_error *error) {
    char name[SAMME_NOTE_NAME_MAX + 1], owner[SAMME_NAME_MAX + 32];
    uint8_t secret[SAMME_CURVE_KEY_BYTES];
    *out = (samme_roster){.version = 1, .journal_epoch = 1, .peer_count = 1, .peers = head_office};
    samme_seed_new(&hub->log_seed, samme_os_random());
    samme_curve_pair_new(hub->curve_secret, &out->hub_curve, samme_os_random());
    samme_hub_origin(hub->root.chain, out->journal_epoch, name);
    samme_public_key key = samme_sign_public(&hub->log_seed);
    samme_status status = samme_vkey_make(name, &key, &out->hub_log, error);
    if (status != SAMME_OK)
        return status;
    *head_office = (samme_roster_peer){.role = SAMME_PEER_OPERATOR, .name = HEAD_OFFICE};
    samme_chain_key_owner(SAMME_ENROL_OPERATOR, 0, HEAD_OFFICE, owner);
    status =
        samme_keys_take(options->folder, owner, "curve.secret", SAMME_KEY_CURVE, secret, error);
    if (status == SAMME_OK)
        head_office->curve = samme_curve_public(secret);
    samme_wipe(secret, sizeof secret);
    return status;
}

static samme_status write_roster(const struct init_options *options, samme_hub_keys *hub,
                                 samme_error *error) {
    samme_roster roster, opened;
    samme_roster_peer head_office;
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = fill_roster(options, hub, &head_office, &roster, error);
    if (status == SAMME_OK)
        status = samme_roster_text(&hub->root, &roster, &text, error);
    if (status == SAMME_OK)
        status = sign(options, hub, SAMME_ROLE_ROSTER, &text, &hub->roster_note, error);
    if (status == SAMME_OK)
        status =
            samme_roster_open(&hub->root, samme_buffer_span(&hub->roster_note), &opened, error);
    if (status == SAMME_OK) {
        samme_roster_free(&opened);
        status = samme_note_file_write(options->folder, "roster.note",
                                       samme_buffer_span(&hub->roster_note), error);
    }
    samme_buffer_free(&text);
    return status;
}

static samme_status write_hub_folder(const struct init_options *options, const samme_hub_keys *hub,
                                     samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(options->folder, "hub", path, error);
    if (status == SAMME_OK)
        status = samme_enrol_write_hub(path, hub, error);
    if (status == SAMME_OK)
        status = samme_enrol_add_roster(path, 1, samme_buffer_span(&hub->roster_note), error);
    if (status == SAMME_OK && options->hub != NULL)
        status = samme_line_file_write(options->folder, "hub.address", options->hub, error);
    return status;
}

static samme_status write_operator_folder(const struct init_options *options, samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_chain_folder folder;
    samme_status status = samme_path_in(options->folder, "operator", path, error);
    if (status == SAMME_OK)
        status = samme_chain_open(options->folder, &folder, error);
    if (status != SAMME_OK)
        return status;
    status =
        samme_chain_write_enrolment(&folder, SAMME_ENROL_OPERATOR, 0, HEAD_OFFICE, path, error);
    samme_chain_close(&folder);
    return status;
}

static samme_status init_chain(const struct init_options *options, samme_hub_keys *hub,
                               samme_error *error) {
    bool unused;
    samme_status status = samme_cli_folder_unused(options->folder, &unused, error);
    if (status != SAMME_OK)
        return status;
    if (!unused)
        return samme_fail(error, SAMME_CONFLICT, "%s: expected a new or an empty folder",
                          options->folder);
    status = write_root(options, hub, error);
    if (status == SAMME_OK)
        status = write_roster(options, hub, error);
    if (status == SAMME_OK)
        status = write_hub_folder(options, hub, error);
    return status == SAMME_OK ? write_operator_folder(options, error) : status;
}

int samme_cli_chain_init(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "chain", .key = 'c', .arg = "NAME", .doc = "name of the chain, a domain it owns"},
        {.name = "hub",
         .key = OPTION_HUB,
         .arg = "tcp://HOST:PORT",
         .doc = "where branches find the hub; written into their enrolments"},
        {.name = "seal", .key = 's', .doc = "seal the signing keys with a passphrase"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_init,
        .args_doc = "DIR",
        .doc = "Makes a chain's folder DIR: secret keys (keys/), root and roster notes, the hub's "
               "folder (hub/) and the enrolment of the operator " HEAD_OFFICE " (operator/). Keep "
               "keys/ off the network.",
    };
    struct init_options options = {.folder = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    samme_hub_keys hub = {.root = {.version = 0}};
    samme_buffer_init(&hub.root_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&hub.roster_note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = init_chain(&options, &hub, &error);
    if (status == SAMME_OK) {
        printf("chain %s in %s: hub folder %s/hub, operator %s/operator\n", options.chain,
               options.folder, options.folder, options.folder);
        for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++)
            samme_keys_warn(&hub.root, (samme_role)role);
    }
    samme_enrol_free_hub(&hub);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
