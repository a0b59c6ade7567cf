/* samme audit fork --vkey VKEY FILE: whether a file proves that the owner of the key has signed two
 * histories of one log. Needs nothing but the key. */
#include <argp.h>
#include <stdio.h>

#include "cli/cli.h"
#include "os/files.h"
#include "tlog/fork.h"

typedef struct options {
    const char *vkey, *file;
} options;

static error_t parse(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    if (key == 'k')
        given->vkey = value;
    else if (key == ARGP_KEY_ARG && given->file == NULL)
        given->file = value;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "one proof at a time");
    else if (key == ARGP_KEY_END && (given->file == NULL || given->vkey == NULL))
        argp_error(state, "expected --vkey VKEY, the key that is accused, and the file");
    return 0;
}

static int check(const options *given, samme_buffer *text) {
    samme_error error = {.text = ""};
    samme_vkey key;
    samme_fork fork;
    if (samme_vkey_parse(samme_span_of_text(given->vkey), &key, &error) != SAMME_OK ||
        samme_file_read(given->file, text, &error) != SAMME_OK ||
        samme_fork_parse(samme_buffer_span(text), &fork, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    if (samme_fork_check(&fork, &key, &error) != SAMME_OK) {
        printf("log         %s\nresult      NOT PROVED: %s\n", key.name, error.text);
        return SAMME_EXIT_BAD;
    }
    printf("log         %s\nresult      proved: its key has signed two histories\n%.*s%.*s",
           key.name, (int)fork.note_a.length, (const char *)fork.note_a.data,
           (int)fork.note_b.length, (const char *)fork.note_b.data);
    return SAMME_EXIT_OK;
}

int samme_cli_audit_fork(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {"vkey", 'k', "VKEY", 0, "the key of the log: name+id+base64", 0},
        {0},
    };
    static const struct argp argp = {
        rows,
        parse,
        "FILE",
        "Checks the proof of a fork that samme audit --proofs has written.\v"
        "Take VKEY from a roster you trust, not from who gave you the file. Exit code 0: the key "
        "has "
        "signed two histories of its log; 1: the file does not prove it; 65: it is no such file.",
        NULL,
        NULL,
        NULL};
    options given = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &given);
    samme_buffer text;
    samme_buffer_init(&text, SAMME_FORK_TEXT_MAX);
    int code = check(&given, &text);
    samme_buffer_free(&text);
    return code;
}
