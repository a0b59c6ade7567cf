/* samme render DIR: the policy of a folder as prose. */
#include <argp.h>
#include <stdio.h>

#include "cli/authored_folder.h"
#include "cli/cli.h"
#include "render/render.h"

typedef struct options {
    const char *root;
    samme_render_request request;
} options;

static error_t parse_readers(options *to, const char *argument, struct argp_state *state) {
    bool staff = strcmp(argument, "staff") == 0;
    if (!staff && strcmp(argument, "customer") != 0)
        argp_error(state, "--for: expected customer or staff, found \"%s\"", argument);
    to->request.readers = staff ? SAMME_READERS_STAFF : SAMME_READERS_CUSTOMERS;
    return 0;
}

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    options *to = state->input;
    switch (key) {
    case 'l':
        to->request.language = argument;
        return 0;
    case 'f':
        return parse_readers(to, argument, state);
    case 'c':
        to->request.country = argument;
        return 0;
    case 'm':
    case 't':
        to->request.markdown = key == 'm';
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        to->root = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected the folder that holds chain.yaml and policy/");
        return EINVAL;
    case ARGP_KEY_END:
        if (to->request.language == NULL)
            argp_error(state, "expected --lang LANGUAGE: en, da, nb, sv or hi");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int write_all(const samme_buffer *text) {
    if (fwrite(text->data, 1, text->length, stdout) == text->length && fflush(stdout) == 0)
        return SAMME_EXIT_OK;
    fprintf(stderr, "samme: cannot write stdout\n");
    return SAMME_EXIT_IO;
}

static int render(const samme_render_request *request) {
    samme_error error;
    samme_buffer text;
    samme_buffer_init(&text, SAMME_RENDER_MAX_BYTES);
    int code = samme_render(request, &text, &error) == SAMME_OK ? write_all(&text)
                                                                : samme_cli_fail(&error);
    samme_buffer_free(&text);
    return code;
}

/* Findings are `samme check`'s to list; what could be read is written. */
static int load_texts(const samme_authored_folder *folder, samme_render_request *request) {
    samme_error error;
    samme_documents *documents = NULL;
    samme_document_findings findings;
    samme_document_findings_init(&findings);
    samme_status status =
        samme_documents_load(folder->documents, folder->count, &documents, &findings, &error);
    samme_document_findings_free(&findings);
    if (status != SAMME_OK)
        return samme_cli_fail(&error);
    request->documents = documents;
    int code = render(request);
    samme_documents_free(documents);
    return code;
}

static int load_policy(const samme_authored_folder *folder, samme_render_request *request) {
    samme_error error;
    samme_policy *policy = NULL;
    if (samme_policy_compile(folder->documents, folder->count, &policy, &error) != SAMME_OK) {
        int code = samme_cli_fail(&error);
        return error.status == SAMME_NO_MEMORY ? code : SAMME_EXIT_BAD;
    }
    request->policy = policy;
    int code = load_texts(folder, request);
    samme_policy_free(policy);
    return code;
}

int samme_cli_render(int argc, char **argv) {
    static const struct argp_option argp_options[] = {
        {"lang", 'l', "LANGUAGE", 0, "en, da, nb, sv or hi, or one with a fallback to them", 0},
        {"for", 'f', "READERS", 0, "customer (also when not given) or staff", 0},
        {"country", 'c', "CC", 0, "only for goods bought in this country", 0},
        {"markdown", 'm', NULL, 0, "write Markdown", 0},
        {"text", 't', NULL, 0, "write plain text (also when not given)", 0},
        {NULL, 0, NULL, 0, NULL, 0},
    };
    static const struct argp argp = {
        .options = argp_options,
        .parser = parse_option,
        .args_doc = "DIR",
        .doc = "Prints the policy in DIR as prose, to be hung on the wall or given to new staff. "
               "For customers by what is taken back and what is not; for staff rule by rule.",
    };
    options to = {.root = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &to) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error;
    samme_authored_folder folder;
    if (samme_authored_folder_read(to.root, &folder, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    int code = load_policy(&folder, &to.request);
    samme_authored_folder_free(&folder);
    return code;
}
