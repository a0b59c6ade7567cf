/* samme chain sign and key: a holder's signature on a root or roster, and a holder's key. */
#include <stdio.h>

#include "cli/chain_command.h"
#include "cli/cli.h"
#include "cli/keys.h"

struct sign_options {
    const char *folder;
    samme_signers signers;
};

static error_t parse_sign(int key, char *argument, struct argp_state *state) {
    struct sign_options *options = state->input;
    switch (key) {
    case 'k':
        if (!samme_signers_add(&options->signers, argument))
            argp_error(state, "--key: at most %u", SAMME_ROLE_KEYS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        options->folder = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->folder == NULL)
            argp_error(state, "expected the chain's folder");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static samme_status sign(samme_chain_folder *folder, void *given, samme_error *error) {
    const struct sign_options *options = given;
    samme_chain_signed what;
    samme_status status = samme_chain_sign(folder, &options->signers, &what, error);
    if (status == SAMME_OK)
        samme_chain_say_signed(folder, &what);
    return status;
}

int samme_cli_chain_sign(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "key",
         .key = 'k',
         .arg = "FILE",
         .doc = "a holder's key, may be given again (default: those in keys/)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_sign,
        .args_doc = "DIR",
        .doc =
            "Adds a signature to the root or roster that waits in the chain's folder DIR. With "
            "enough of them it is in force there and lies in hub/ for the hub. Needs no network: "
            "holders hand the folder (without keys/) on to each other.",
    };
    struct sign_options options = {.folder = NULL};
    const samme_chain_work own = {sign, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}

struct key_options {
    const char *path;
    const char *chain;
    const char *name;
    bool seal;
};

static error_t parse_key(int key, char *argument, struct argp_state *state) {
    struct key_options *options = state->input;
    switch (key) {
    case 'c':
        if (!samme_chain_name_valid(argument))
            argp_error(state, "--chain: expected 1 to %u lower case letters, digits, '-' and '.'",
                       SAMME_CHAIN_NAME_MAX);
        options->chain = argument;
        return 0;
    case 'n':
        if (!samme_peer_name_valid(argument) || strlen(argument) > 32 ||
            strchr(argument, '+') != NULL)
            argp_error(state, "--name: expected 1 to 32 bytes without spaces, '/' and '+'");
        options->name = argument;
        return 0;
    case 's':
        options->seal = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one file, found \"%s\" too", argument);
        options->path = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->path == NULL || options->chain == NULL || options->name == NULL)
            argp_error(state, "expected FILE --chain CHAIN --name NAME");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static samme_status make_key(const struct key_options *options, samme_buffer *out,
                             samme_error *error) {
    char name[SAMME_NOTE_NAME_MAX + 1];
    samme_public_key key;
    samme_vkey vkey;
    snprintf(name, sizeof name, "%s/key/%s", options->chain, options->name);
    samme_status status = samme_keys_make(options->path, options->seal, &key, error);
    if (status == SAMME_OK)
        status = samme_vkey_make(name, &key, &vkey, error);
    if (status == SAMME_OK)
        samme_vkey_format(&vkey, out);
    return status == SAMME_OK ? samme_buffer_status(out) : status;
}

int samme_cli_chain_key(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "chain", .key = 'c', .arg = "CHAIN", .doc = "name of the chain"},
        {.name = "name", .key = 'n', .arg = "NAME", .doc = "of the key, as release-kari"},
        {.name = "seal", .key = 's', .doc = "seal it with a passphrase"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_key,
        .args_doc = "FILE",
        .doc = "Makes the signing key of a holder in FILE, which stays with the holder, and prints "
               "its public key: samme chain rotate --add puts that into a role. A passphrase is "
               "asked for at the terminal, or is the first line of the file that "
               "SAMME_PASSPHRASE_FILE names.",
    };
    struct key_options options = {.path = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    samme_buffer vkey;
    samme_buffer_init(&vkey, SAMME_VKEY_TEXT_MAX);
    samme_status status = make_key(&options, &vkey, &error);
    if (status == SAMME_OK)
        printf("%s\n", samme_buffer_text(&vkey));
    samme_buffer_free(&vkey);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
