/* samme check DIR: proves a folder of documents sound, or says with facts where it is not. */
#include <argp.h>
#include <stdio.h>

#include "check/check.h"
#include "cli/authored_folder.h"
#include "cli/cli.h"

#define REPORT_MAX_BYTES (256u * 1024u * 1024u)

typedef struct options {
    const char *root;
    const char *after;
    bool json;
} options;

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    options *given = state->input;
    switch (key) {
    case 'a':
        given->after = argument;
        return 0;
    case 'j':
        given->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        given->root = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected the folder that holds chain.yaml and policy/");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Prints the report; gives the exit code. */
static int report(const options *given, const samme_check_report *found) {
    samme_buffer text;
    samme_buffer_init(&text, REPORT_MAX_BYTES);
    if (given->json)
        samme_check_json(found, &text);
    else
        samme_check_print(found, &text);
    int code = samme_check_blocking(found) == 0 ? SAMME_EXIT_OK : SAMME_EXIT_BAD;
    if (samme_buffer_status(&text) != SAMME_OK) {
        samme_error error;
        (void)samme_fail(&error, SAMME_NO_MEMORY, "no memory for the report");
        code = samme_cli_fail(&error);
    }
    fwrite(text.data, 1, text.length, stdout);
    samme_buffer_free(&text);
    return code;
}

static int check(const options *given) {
    samme_authored_folder folder = {.count = 0}, before = {.count = 0};
    samme_error error = {.text = ""};
    samme_check_report found;
    samme_status status = samme_authored_folder_read(given->root, &folder, &error);
    if (status == SAMME_OK && given->after != NULL) {
        status = samme_authored_folder_read(given->after, &before, &error);
        if (status != SAMME_OK)
            samme_authored_folder_free(&folder);
    }
    if (status != SAMME_OK)
        return samme_cli_fail(&error);
    const samme_check_folder now = {folder.documents, folder.count};
    const samme_check_folder then = {before.documents, before.count};
    status = samme_check(&now, given->after != NULL ? &then : NULL, &found, &error);
    int code = status == SAMME_OK ? report(given, &found) : samme_cli_fail(&error);
    if (status == SAMME_OK)
        samme_check_report_free(&found);
    samme_authored_folder_free(&folder);
    if (given->after != NULL)
        samme_authored_folder_free(&before);
    return code;
}

int samme_cli_check(int argc, char **argv) {
    static const struct argp_option option_list[] = {
        {"after", 'a', "DIR", 0, "what is in force: codes keep their meaning, countries a policy",
         0},
        {"json", 'j', NULL, 0, "print the report as JSON", 0},
        {0},
    };
    static const struct argp argp = {
        .options = option_list,
        .parser = parse_option,
        .args_doc = "DIR",
        .doc = "Proves the documents in DIR sound: that each table answers all facts, and each "
               "once; that every rule can fire; that no answer is under a floor of the country of "
               "sale; that probes get their answers; that texts are there in the languages of the "
               "branches and read well. What is not so is a finding, \"path:line:col: code: "
               "text\", with facts below it that samme decide takes. Exits with 0 when the folder "
               "is sound, 1 when there are findings that chain.yaml does not waive.",
    };
    options given = {.root = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &given) != 0)
        return SAMME_EXIT_USAGE;
    return check(&given);
}
