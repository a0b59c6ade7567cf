/* samme chain rotate: the next root, with other keys or another threshold for a role; a branch's
 * next epoch is chain_epoch.c's. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/chain_command.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "enrol/key_file.h"

enum { CHANGES_MAX = SAMME_ROLE_KEYS_MAX };

struct rotate_options {
    const char *folder;
    samme_role role;
    uint32_t branch; /* whose next epoch begins; 0: of a role */
    const char *target;
    unsigned threshold; /* 0: as it is */
    const char *adds[CHANGES_MAX];
    size_t add_count;
    const char *removes[CHANGES_MAX];
    size_t remove_count;
    bool renew, seal;
    samme_signers signers;
};

static bool parse_role(const char *text, samme_role *out) {
    for (unsigned role = 0; role < SAMME_ROLE_COUNT; role++)
        if (strcmp(text, samme_role_name((samme_role)role)) == 0) {
            *out = (samme_role)role;
            return true;
        }
    return false;
}

/* "branch:NUMBER" */
static bool parse_branch(const char *text, struct rotate_options *options) {
    samme_chain_who who;
    if (!samme_chain_who_parse(text, &who) || who.role != SAMME_ENROL_BRANCH)
        return false;
    options->branch = who.branch;
    return true;
}

static void parse_rotate_argument(struct rotate_options *options, char *argument,
                                  struct argp_state *state) {
    if (state->arg_num == 0)
        options->folder = argument;
    else if (state->arg_num == 1 && !parse_role(argument, &options->role) &&
             !parse_branch(argument, options))
        argp_error(state, "expected root, roster, release or branch:NUMBER, found \"%s\"",
                   argument);
    else if (state->arg_num == 2 && options->branch != 0)
        options->target = argument;
    else if (state->arg_num > 1)
        argp_error(state, "expected DIR ROLE or DIR branch:NUMBER OUT, found \"%s\" too", argument);
}

static void check_rotate(const struct rotate_options *options, struct argp_state *state) {
    const bool changes = options->threshold != 0 || options->add_count != 0 ||
                         options->remove_count != 0 || options->renew;
    if (state->arg_num < 2)
        argp_error(state, "expected DIR and root, roster, release or branch:NUMBER");
    if (options->branch == 0 && !changes)
        argp_error(state, "expected --add, --remove, --renew or --threshold");
    if (options->branch != 0 && (changes || options->seal || options->signers.count > 0))
        argp_error(state, "no option goes with a branch");
}

static error_t parse_rotate(int key, char *argument, struct argp_state *state) {
    struct rotate_options *options = state->input;
    uint64_t number;
    switch (key) {
    case 't':
        if (samme_u64_parse(samme_span_of_text(argument), &number) != SAMME_OK || number < 1 ||
            number > SAMME_ROLE_KEYS_MAX)
            argp_error(state, "--threshold: expected 1 to %u", SAMME_ROLE_KEYS_MAX);
        options->threshold = (unsigned)number;
        return 0;
    case 'a':
    case 'r':
        if ((key == 'a' ? options->add_count : options->remove_count) == CHANGES_MAX)
            argp_error(state, "at most %d keys at a time", CHANGES_MAX);
        if (key == 'a')
            options->adds[options->add_count++] = argument;
        else
            options->removes[options->remove_count++] = argument;
        return 0;
    case 'n':
        options->renew = true;
        return 0;
    case 's':
        options->seal = true;
        return 0;
    case 'k':
        if (!samme_signers_add(&options->signers, argument))
            argp_error(state, "--key: at most %u", SAMME_ROLE_KEYS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        parse_rotate_argument(options, argument, state);
        return 0;
    case ARGP_KEY_END:
        check_rotate(options, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* In the order of their texts, as the root wants them. */
static int compare_vkeys(const void *a, const void *b) {
    samme_buffer texts[2];
    for (unsigned i = 0; i < 2; i++) {
        samme_buffer_init(&texts[i], SAMME_VKEY_TEXT_MAX);
        samme_vkey_format(i == 0 ? a : b, &texts[i]);
    }
    int order = samme_span_compare(samme_buffer_span(&texts[0]), samme_buffer_span(&texts[1]));
    samme_buffer_free(&texts[0]);
    samme_buffer_free(&texts[1]);
    return order;
}

static samme_status remove_key(struct samme_role_keys *keys, const char *name, samme_error *error) {
    for (unsigned i = 0; i < keys->count; i++) {
        const char *full = keys->keys[i].name, *last = strrchr(full, '/');
        if (strcmp(full, name) != 0 && (last == NULL || strcmp(last + 1, name) != 0))
            continue;
        keys->keys[i] = keys->keys[--keys->count];
        return SAMME_OK;
    }
    return samme_fail(error, SAMME_NOT_FOUND, "%s: the role has no key of this name", name);
}

static samme_status add_key(struct samme_role_keys *keys, const samme_vkey *key,
                            samme_error *error) {
    if (keys->count == SAMME_ROLE_KEYS_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: the role has its maximum of %u keys",
                          key->name, SAMME_ROLE_KEYS_MAX);
    keys->keys[keys->count++] = *key;
    return SAMME_OK;
}

/* "<chain>/key/<role>-<n>", the first n that no key of the root in force has. */
static void new_name(const samme_root *root, samme_role role,
                     char out[static SAMME_NOTE_NAME_MAX + 1]) {
    const struct samme_role_keys *keys = &root->roles[role];
    bool taken = true;
    for (unsigned n = 1; taken; n++) {
        snprintf(out, SAMME_NOTE_NAME_MAX + 1, "%s/key/%s-%u", root->chain, samme_role_name(role),
                 n);
        taken = false;
        for (unsigned i = 0; i < keys->count; i++)
            taken = taken || strcmp(keys->keys[i].name, out) == 0;
    }
}

/* A new key of the folder's own, beside the one it has until the root is in force. */
static samme_status renew_key(const samme_chain_folder *folder,
                              const struct rotate_options *options, struct samme_role_keys *keys,
                              samme_error *error) {
    char path[SAMME_FILE_PATH_MAX], file[48], name[SAMME_NOTE_NAME_MAX + 1];
    samme_public_key key;
    samme_vkey vkey;
    snprintf(file, sizeof file, "keys/%s.seed.new", samme_role_name(options->role));
    samme_status status = samme_path_in(folder->path, file, path, error);
    if (status == SAMME_OK)
        status = samme_keys_make(path, options->seal, &key, error);
    new_name(&folder->root, options->role, name);
    if (status == SAMME_OK)
        status = samme_vkey_make(name, &key, &vkey, error);
    return status == SAMME_OK ? add_key(keys, &vkey, error) : status;
}

static samme_status change_keys(const samme_chain_folder *folder,
                                const struct rotate_options *options, samme_root *root,
                                bool *out_renewed, samme_error *error) {
    struct samme_role_keys *keys = &root->roles[options->role];
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < options->remove_count && status == SAMME_OK; i++)
        status = remove_key(keys, options->removes[i], error);
    for (size_t i = 0; i < options->add_count && status == SAMME_OK; i++) {
        samme_vkey key;
        status = samme_vkey_parse(samme_span_of_text(options->adds[i]), &key, error);
        if (status == SAMME_OK)
            status = add_key(keys, &key, error);
        else
            status = samme_fail_in(error, status, "--add");
    }
    if (status == SAMME_OK && options->renew) {
        status = renew_key(folder, options, keys, error);
        *out_renewed = status == SAMME_OK;
    }
    if (options->threshold != 0)
        keys->threshold = options->threshold;
    qsort(keys->keys, keys->count, sizeof *keys->keys, compare_vkeys);
    return status;
}

/* The root that would have named it did not come to be. */
static void forget_new_key(const samme_chain_folder *folder, const struct rotate_options *options) {
    char path[SAMME_FILE_PATH_MAX], file[48];
    snprintf(file, sizeof file, "keys/%s.seed.new", samme_role_name(options->role));
    if (samme_path_in(folder->path, file, path, NULL) == SAMME_OK)
        (void)unlink(path);
}

static samme_status rotate(samme_chain_folder *folder, void *given, samme_error *error) {
    const struct rotate_options *options = given;
    bool complete = false;
    samme_chain_signed what;
    samme_root root = folder->root;
    bool renewed = false;
    if (options->branch != 0)
        return samme_chain_rotate_branch(folder, options->branch, options->target, error);
    samme_status status = change_keys(folder, options, &root, &renewed, error);
    if (status == SAMME_OK)
        status = samme_chain_commit_root(folder, &root, &complete, error);
    if (status != SAMME_OK && renewed)
        forget_new_key(folder, options);
    if (status == SAMME_OK && !complete && options->signers.count > 0) {
        status = samme_chain_sign(folder, &options->signers, &what, error);
        if (status == SAMME_OK)
            samme_chain_say_signed(folder, &what);
    }
    if (status == SAMME_OK && complete)
        printf("root %llu in force in %s: role %s, %u of %u\n",
               (unsigned long long)folder->root.version, folder->path,
               samme_role_name(options->role), folder->root.roles[options->role].threshold,
               folder->root.roles[options->role].count);
    return status;
}

int samme_cli_chain_rotate(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "add",
         .key = 'a',
         .arg = "VKEY",
         .doc = "a holder's public key, as samme chain key printed it; may be given again"},
        {.name = "remove",
         .key = 'r',
         .arg = "NAME",
         .doc = "the key of this name; may be given again"},
        {.name = "renew",
         .key = 'n',
         .doc = "also a new key in keys/ROLE.seed; the one before becomes keys/ROLE.seed.old"},
        {.name = "seal", .key = 's', .doc = "seal that new key with a passphrase"},
        {.name = "threshold", .key = 't', .arg = "K", .doc = "how many of the keys must sign"},
        {.name = "key",
         .key = 'k',
         .arg = "FILE",
         .doc = "sign with these too (default: those in keys/)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_rotate,
        .args_doc = "DIR root|roster|release\nDIR branch:NUMBER [OUT]",
        .doc = "Begins the root after the one in force, with other keys or another threshold for a "
               "role, and signs it with the root keys in keys/. It is in force when enough keys of "
               "both roots have signed (samme chain sign); what was signed before stays valid.\v"
               "Of a branch: the next roster, in which it begins a new epoch of its log under new "
               "keys, as when its machine is lost, was restored from a backup, or runs twice. OUT "
               "is its new enrolment, for samme-node --recover.",
    };
    struct rotate_options options = {.folder = NULL};
    const samme_chain_work own = {rotate, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}
