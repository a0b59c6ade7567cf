/* samme diff DIR_A DIR_B: exactly the facts that two folders answer otherwise. */
#include <argp.h>
#include <stdio.h>

#include "check/diff.h"
#include "cli/authored_folder.h"
#include "cli/cli.h"

#define REPORT_MAX_BYTES (256u * 1024u * 1024u)

typedef struct options {
    const char *roots[2];
    bool json;
} options;

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    options *given = state->input;
    switch (key) {
    case 'j':
        given->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "expected two folders, found \"%s\" too", argument);
        else
            given->roots[state->arg_num] = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2)
            argp_error(state, "expected two folders that hold chain.yaml and policy/");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Prints the report; gives the exit code. */
static int report(const options *given, const samme_diff_report *found) {
    samme_buffer text;
    samme_buffer_init(&text, REPORT_MAX_BYTES);
    if (given->json)
        samme_diff_json(found, &text);
    else
        samme_diff_print(found, &text);
    const bool same =
        samme_diff_count(found) + samme_diff_past_count(found) + samme_diff_unproved_count(found) ==
        0;
    int code = same ? SAMME_EXIT_OK : SAMME_EXIT_BAD;
    if (samme_buffer_status(&text) != SAMME_OK) {
        samme_error error;
        (void)samme_fail(&error, SAMME_NO_MEMORY, "no memory for the report");
        code = samme_cli_fail(&error);
    }
    fwrite(text.data, 1, text.length, stdout);
    samme_buffer_free(&text);
    return code;
}

static int compare(const options *given, const samme_authored_folder *folders) {
    const samme_check_folder a = {folders[0].documents, folders[0].count};
    const samme_check_folder b = {folders[1].documents, folders[1].count};
    samme_error error = {.text = ""};
    samme_diff_report found;
    if (samme_diff(&a, &b, &found, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    int code = report(given, &found);
    samme_diff_report_free(&found);
    return code;
}

static int diff(const options *given) {
    samme_authored_folder folders[2];
    samme_error error = {.text = ""};
    size_t read = 0;
    int code = SAMME_EXIT_OK;
    for (; read < 2 && code == SAMME_EXIT_OK; read++)
        if (samme_authored_folder_read(given->roots[read], &folders[read], &error) != SAMME_OK) {
            code = samme_cli_fail(&error);
            break;
        }
    if (code == SAMME_EXIT_OK)
        code = compare(given, folders);
    while (read-- > 0)
        samme_authored_folder_free(&folders[read]);
    return code;
}

int samme_cli_diff(int argc, char **argv) {
    static const struct argp_option option_list[] = {
        {"json", 'j', NULL, 0, "print the regions as JSON", 0},
        {0},
    };
    static const struct argp argp = {
        .options = option_list,
        .parser = parse_option,
        .args_doc = "DIR_A DIR_B",
        .doc =
            "Prints exactly the facts that the policies in two folders answer otherwise, floors "
            "included: as regions of which no two are together one region, each with both "
            "answers and an example that samme decide answers otherwise by each. Exits with 0 when "
            "there is no difference, 1 when there is one, or may be with a past release.",
    };
    options given = {.json = false};
    if (argp_parse(&argp, argc, argv, 0, NULL, &given) != 0)
        return SAMME_EXIT_USAGE;
    return diff(&given);
}
