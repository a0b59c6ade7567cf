/* samme new DIR: a sound start of two files. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/starting/starting.h"
#include "os/files.h"
#include "policy/policy.h"
#include "trust/trust.h"

typedef struct options {
    const char *root;
    const char *chain;
    const char *country;
    const char *language;
} options;

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    options *to = state->input;
    switch (key) {
    case 'n':
        if (!samme_chain_name_valid(argument))
            argp_error(state,
                       "--chain: expected 1 to %u lower case letters, digits, '.' and '-', "
                       "found \"%s\"",
                       SAMME_CHAIN_NAME_MAX, argument);
        to->chain = argument;
        return 0;
    case 'c':
        to->country = argument;
        return 0;
    case 'l':
        to->language = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        to->root = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected the folder to write to");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What the options leave open follows from each other. */
static samme_status choose(const options *from, samme_starting *out, samme_error *error) {
    const char *language = from->language;
    out->chain = from->chain != NULL ? from->chain : "shop.example";
    if (language != NULL && !samme_starting_language_of(language, &out->language))
        return samme_fail(error, SAMME_UNSUPPORTED,
                          "--lang: expected en, da, nb, sv or hi, found \"%.20s\"", language);
    out->place = from->country != NULL
                     ? samme_starting_place_of(from->country)
                     : samme_starting_place_for(language != NULL ? language : "en");
    if (out->place == NULL) {
        samme_buffer known;
        samme_buffer_init(&known, 1024);
        samme_starting_countries(&known);
        samme_status status =
            samme_fail(error, SAMME_UNSUPPORTED, "--country: expected one of %s; found \"%.20s\"",
                       samme_buffer_text(&known), from->country);
        samme_buffer_free(&known);
        return status;
    }
    if (language == NULL && !samme_starting_language_of(out->place->language, &out->language))
        return samme_fail(error, SAMME_UNSUPPORTED, "no texts in \"%s\"", out->place->language);
    return SAMME_OK;
}

static samme_status refuse_file(void *context, const char *relative_path) {
    samme_error *error = context;
    return samme_fail(error, SAMME_CONFLICT, "expected an empty folder, found %s in it",
                      relative_path);
}

static samme_status make_folder(const char *root, samme_error *error) {
    struct stat found;
    if (stat(root, &found) != 0)
        return samme_folder_make(root, error);
    return samme_folder_walk(root, refuse_file, error, error);
}

typedef struct written {
    const char *path;
    const char *const *lines;
    samme_buffer text;
} written;

/* What cannot be compiled is not written. */
static samme_status fill(const samme_starting *start, written files[static 2], samme_error *error) {
    samme_document documents[2];
    for (size_t i = 0; i < 2; i++) {
        samme_buffer_init(&files[i].text, SAMME_STARTING_MAX_BYTES);
        samme_starting_fill(start, files[i].lines, &files[i].text);
        samme_status status = samme_buffer_status(&files[i].text);
        if (status != SAMME_OK)
            return samme_fail(error, status, "%s: no room for it", files[i].path);
        documents[i] =
            (samme_document){.path = files[i].path, .content = samme_buffer_span(&files[i].text)};
    }
    samme_policy *policy = NULL;
    samme_status status = samme_policy_compile(documents, 2, &policy, error);
    samme_policy_free(policy);
    return status;
}

static samme_status write_file(const char *root, const written *file, samme_error *error) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", root, file->path) < 0)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for %s", file->path);
    samme_status status = samme_file_write(path, samme_buffer_span(&file->text), 0644, error);
    free(path);
    return status;
}

static samme_status write_files(const char *root, const written files[static 2],
                                samme_error *error) {
    char *folder = NULL;
    if (asprintf(&folder, "%s/policy", root) < 0)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for %s/policy", root);
    samme_status status = make_folder(root, error);
    if (status == SAMME_OK)
        status = samme_folder_make(folder, error);
    free(folder);
    for (size_t i = 0; status == SAMME_OK && i < 2; i++)
        status = write_file(root, &files[i], error);
    return status;
}

static int start_folder(const options *from, const samme_starting *start) {
    written files[2] = {{.path = "chain.yaml", .lines = samme_starting_chain},
                        {.path = "policy/returns.yaml", .lines = samme_starting_policy}};
    samme_error error;
    samme_status status = fill(start, files, &error);
    if (status == SAMME_OK)
        status = write_files(from->root, files, &error);
    for (size_t i = 0; i < 2; i++)
        samme_buffer_free(&files[i].text);
    if (status != SAMME_OK)
        return samme_cli_fail(&error);
    printf("%s: chain.yaml and policy/returns.yaml\nnext: samme check %s\n", from->root,
           from->root);
    return SAMME_EXIT_OK;
}

int samme_cli_new(int argc, char **argv) {
    static const struct argp_option argp_options[] = {
        {"chain", 'n', "NAME", 0, "name of the chain; shop.example when not given", 0},
        {"country", 'c', "CC", 0, "of the first store; decides currency and clock", 0},
        {"lang", 'l', "LANGUAGE", 0, "of the texts: en, da, nb, sv or hi", 0},
        {NULL, 0, NULL, 0, NULL, 0},
    };
    static const struct argp argp = {
        .options = argp_options,
        .parser = parse_option,
        .args_doc = "DIR",
        .doc = "Writes a sound start of two files to DIR, which must be empty or not there: "
               "chain.yaml and policy/returns.yaml, with comments that say what may be changed. "
               "Of country and language one follows from the other.",
    };
    options from = {.root = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &from) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error;
    samme_starting start;
    if (choose(&from, &start, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    return start_folder(&from, &start);
}
