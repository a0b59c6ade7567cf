/* samme decide DIR: answers facts with the policy of a folder, as a branch would. */
#include <argp.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/answering.h"
#include "cli/cli.h"
#include "samme/limits.h"
#include "sop/language.h"

#define FACTS_PLACE "facts"
/* One line of facts needs a small part of this. */
#define LINE_ARENA_BYTES (4u * 1024u * 1024u)
/* Explained, a table of the most rules there may be. */
#define OUT_MAX_BYTES (4u * 1024u * 1024u)

typedef struct options {
    const char *root;
    const char *past;
    bool numbered;
    samme_answering answering;
} options;

static void take_number(options *to, const char *argument, struct argp_state *state) {
    uint64_t *number = &to->answering.today_number;
    if (samme_u64_parse(samme_span_of_text(argument), number) != SAMME_OK || *number == 0)
        argp_error(state, "--release: expected a number from 1, found \"%s\"", argument);
    to->numbered = true;
}

/* Cuts "da,en" at its commas; argument vectors may be written to. */
static void take_languages(options *to, char *argument, struct argp_state *state) {
    samme_answering *answering = &to->answering;
    for (char *end = argument; end != NULL; argument = end + 1) {
        end = strchr(argument, ',');
        if (end != NULL)
            *end = 0;
        if (argument[0] == 0 || answering->language_count == SAMME_ANSWER_LANGUAGES_MAX)
            argp_error(state, "--lang: expected 1 to %u languages as da,en",
                       SAMME_ANSWER_LANGUAGES_MAX);
        else if (samme_language_check(argument) == SAMME_LANGUAGE_FORM)
            argp_error(state, "--lang: expected a language as en, pt-BR or sr-Latn, found \"%s\"",
                       argument);
        else
            answering->languages[answering->language_count++] = argument;
        if (end == NULL)
            break;
    }
}

static error_t parse_option(int key, char *argument, struct argp_state *state) {
    options *to = state->input;
    switch (key) {
    case 'p':
        to->past = argument;
        return 0;
    case 'r':
        take_number(to, argument, state);
        return 0;
    case 'e':
        to->answering.explain = true;
        return 0;
    case 'l':
        take_languages(to, argument, state);
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
        if (to->past != NULL && to->numbered && to->answering.today_number < 2)
            argp_error(state, "--release: expected 2 or more with --past");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
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

static samme_status answer_line(const samme_answering *in, const samme_buffer *line,
                                samme_arena *arena, samme_buffer *out, samme_error *error) {
    samme_status status = samme_buffer_status(line);
    if (status != SAMME_OK)
        return samme_fail(error, status, "expected a line of at most %u bytes",
                          SAMME_REQUEST_MAX_BYTES);
    const Samme__Facts *facts =
        SAMME_FROM_JSON(Facts, facts, samme_buffer_span(line), FACTS_PLACE, arena, error);
    return facts == NULL ? error->status : samme_answer_line(in, facts, out, error);
}

/* The facts are one line of their own: of its errors' places, "facts:1:17: ...", the column is what
 * stands in the line of stdin too. */
static void print_refused(unsigned long number, const char *text) {
    static const char place[] = FACTS_PLACE ":1:";
    const bool placed = strncmp(text, place, strlen(place)) == 0;
    fprintf(stderr, "stdin:%lu:%s%s\n", number, placed ? "" : " ",
            placed ? text + strlen(place) : text);
}

static int answer_all(const samme_answering *in) {
    samme_buffer line;
    samme_buffer out;
    samme_arena arena;
    samme_buffer_init(&line, SAMME_REQUEST_MAX_BYTES);
    samme_buffer_init(&out, OUT_MAX_BYTES);
    samme_arena_init(&arena, LINE_ARENA_BYTES);
    int code = SAMME_EXIT_OK;
    for (unsigned long number = 1; read_line(&line); number++) {
        if (samme_buffer_status(&line) == SAMME_OK && blank(samme_buffer_span(&line)))
            continue;
        samme_error error;
        samme_buffer_clear(&out);
        if (answer_line(in, &line, &arena, &out, &error) == SAMME_OK) {
            fwrite(out.data, 1, out.length, stdout);
        } else {
            print_refused(number, error.text);
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

/* Gives the exit code: a policy that does not compile is what is examined, and bad. */
static int read_folder(const char *root, bool with_texts, samme_answer_folder *out) {
    samme_error error;
    if (samme_answer_folder_read(root, with_texts, out, &error) == SAMME_OK)
        return SAMME_EXIT_OK;
    int code = samme_cli_fail(&error);
    return code == SAMME_EXIT_INPUT ? SAMME_EXIT_BAD : code;
}

int samme_cli_decide(int argc, char **argv) {
    static const struct argp_option argp_options[] = {
        {"past", 'p', "DIR", 0, "a folder that stands for the release of the day of purchase", 0},
        {"release", 'r', "N", 0,
         "number of the release that DIR stands for (with --past 2, if not given); the past one "
         "is N - 1",
         0},
        {"explain", 'e', NULL, 0, "say why the rules before the one that answered did not", 0},
        {"lang", 'l', "LANGUAGES", 0, "add the reason's texts, as \"da,en\"", 0},
        {NULL, 0, NULL, 0, NULL, 0},
    };
    static const struct argp argp = {
        .options = argp_options,
        .parser = parse_option,
        .args_doc = "DIR",
        .doc = "Answers facts by the policy in DIR (chain.yaml, policy/ and floors/). Reads one "
               "JSON object of facts per line from standard input and writes one JSON answer per "
               "line. Lines that are not facts are named on standard error; the others are "
               "answered.",
    };
    options to = {.root = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &to) != 0)
        return SAMME_EXIT_USAGE;
    samme_answering *in = &to.answering;
    if (to.past != NULL && !to.numbered)
        in->today_number = 2;
    in->past_number = in->today_number - 1;
    int code = read_folder(to.root, in->language_count > 0, &in->today);
    if (code == SAMME_EXIT_OK && to.past != NULL)
        code = read_folder(to.past, in->language_count > 0, &in->past);
    if (code == SAMME_EXIT_OK)
        code = answer_all(in);
    samme_answer_folder_free(&in->past);
    samme_answer_folder_free(&in->today);
    return code;
}
