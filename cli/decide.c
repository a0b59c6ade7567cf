/* samme decide DIR: answers facts with the policy of a folder, as a branch would. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "os/files.h"
#include "policy/policy.h"
#include "samme/limits.h"

/* One line of facts needs a small part of this. */
#define LINE_ARENA_BYTES (4u * 1024u * 1024u)

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    const char **folder = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        *folder = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected the folder that holds chain.yaml and policy/");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The authored files a decision needs, read whole. */
typedef struct folder {
    const char *root;
    samme_document *documents;
    size_t count;
    samme_error *error;
} folder;

static void free_folder(folder *in) {
    for (size_t i = 0; i < in->count; i++) {
        free((char *)(uintptr_t)in->documents[i].path);
        free((uint8_t *)(uintptr_t)in->documents[i].content.data);
    }
    free(in->documents);
}

static samme_status add_document(folder *in, const char *path, samme_span content) {
    samme_document *more = realloc(in->documents, (in->count + 1) * sizeof *more);
    if (more == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for %s", path);
    in->documents = more;
    char *name = strdup(path);
    if (name == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for %s", path);
    in->documents[in->count++] = (samme_document){.path = name, .content = content};
    return SAMME_OK;
}

static samme_status visit_file(void *context, const char *relative_path) {
    folder *in = context;
    if (strcmp(relative_path, "chain.yaml") != 0 && strncmp(relative_path, "policy/", 7) != 0)
        return SAMME_OK;
    if (in->count == SAMME_RELEASE_MAX_DOCUMENTS)
        return samme_fail(in->error, SAMME_TOO_LARGE, "%s/policy: expected at most %u files",
                          in->root, SAMME_RELEASE_MAX_DOCUMENTS);
    char *path = NULL;
    if (asprintf(&path, "%s/%s", in->root, relative_path) < 0)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for %s", relative_path);
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_file_read(path, &content, in->error);
    free(path);
    if (status == SAMME_OK)
        status = add_document(in, relative_path, samme_buffer_span(&content));
    if (status != SAMME_OK)
        samme_buffer_free(&content);
    return status;
}

/* Compiles the folder's policy; gives the exit code. */
static int load(const char *root, samme_policy **out) {
    samme_error error = {.status = SAMME_OK};
    folder in = {.root = root, .error = &error};
    samme_status status = samme_folder_walk(root, visit_file, &in, &error);
    int code = SAMME_EXIT_OK;
    if (status != SAMME_OK) {
        code = samme_cli_fail(&error);
    } else if (samme_policy_compile(in.documents, in.count, out, &error) != SAMME_OK) {
        code = samme_cli_fail(&error);
        if (error.status != SAMME_NO_MEMORY)
            code = SAMME_EXIT_BAD;
    }
    free_folder(&in);
    return code;
}

/* Reads a line without its newline; false at the end. A line over the maximum leaves its buffer in
 * error and is read to its end. */
static bool read_line(samme_buffer *line) {
    samme_buffer_clear(line);
    int byte = getc(stdin);
    if (byte == EOF)
        return false;
    for (; byte != EOF && byte != '\n'; byte = getc(stdin))
        samme_buffer_u8(line, (uint8_t)byte);
    return true;
}

static bool blank(samme_span line) {
    for (size_t i = 0; i < line.length; i++)
        if (strchr(" \t\r", line.data[i]) == NULL || line.data[i] == 0)
            return false;
    return true;
}

static samme_status answer_line(const samme_policy *policy, const samme_buffer *line,
                                samme_arena *arena, samme_buffer *out, samme_error *error) {
    samme_status status = samme_buffer_status(line);
    if (status != SAMME_OK)
        return samme_fail(error, status, "expected a line of at most %u bytes",
                          SAMME_REQUEST_MAX_BYTES);
    const Samme__Facts *facts =
        SAMME_FROM_JSON(Facts, facts, samme_buffer_span(line), "facts", arena, error);
    if (facts == NULL)
        return error->status;
    Samme__Answer answer;
    status = samme_policy_decide(policy, facts, &answer, error);
    if (status != SAMME_OK)
        return status;
    samme_to_json(&answer, out);
    samme_buffer_u8(out, '\n');
    status = samme_buffer_status(out);
    return status == SAMME_OK ? status : samme_fail(error, status, "no room for the answer");
}

static int answer_all(const samme_policy *policy) {
    samme_buffer line;
    samme_buffer out;
    samme_arena arena;
    samme_buffer_init(&line, SAMME_REQUEST_MAX_BYTES);
    samme_buffer_init(&out, SAMME_REQUEST_MAX_BYTES);
    samme_arena_init(&arena, LINE_ARENA_BYTES);
    int code = SAMME_EXIT_OK;
    for (unsigned long number = 1; read_line(&line); number++) {
        if (samme_buffer_status(&line) == SAMME_OK && blank(samme_buffer_span(&line)))
            continue;
        samme_error error;
        samme_buffer_clear(&out);
        if (answer_line(policy, &line, &arena, &out, &error) == SAMME_OK) {
            fwrite(out.data, 1, out.length, stdout);
        } else {
            fprintf(stderr, "stdin:%lu: %s\n", number, error.text);
            code = SAMME_EXIT_INPUT;
        }
        samme_arena_reset(&arena);
    }
    if (ferror(stdin) || fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "samme: cannot %s\n", ferror(stdin) ? "read stdin" : "write stdout");
        code = SAMME_EXIT_IO;
    }
    samme_arena_free(&arena);
    samme_buffer_free(&out);
    samme_buffer_free(&line);
    return code;
}

int samme_cli_decide(int argc, char **argv) {
    static const struct argp argp = {
        .parser = parse_option,
        .args_doc = "DIR",
        .doc =
            "Answers facts by the policy in DIR (chain.yaml and policy/). Reads one JSON object of "
            "facts "
            "per line from standard input and writes one JSON answer per line. Lines that are not "
            "facts are named on standard error; the others are answered.",
    };
    const char *root = NULL;
    error_t wrong = argp_parse(&argp, argc, argv, 0, NULL, &root);
    if (wrong != 0)
        return SAMME_EXIT_USAGE;
    samme_policy *policy = NULL;
    int code = load(root, &policy);
    if (code == SAMME_EXIT_OK)
        code = answer_all(policy);
    samme_policy_free(policy);
    return code;
}
