/* samme import returns: the returns that `import receipts` found, through the branches' nodes. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/importing/input.h"
#include "cli/importing/refunds.h"
#include "cli/progress.h"

enum { LINE_MAX_BYTES = 256 * 1024, LINE_MEMORY = 8 * 1024 * 1024, REFUSALS_SHOWN = 20 };

typedef struct options {
    const char *file;
    const char *urls[SAMME_IMPORT_NODES_MAX];
    size_t url_count;
    bool json;
} options;

static error_t parse_option(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    switch (key) {
    case 'n':
        if (given->url_count == SAMME_IMPORT_NODES_MAX)
            argp_error(state, "expected at most %u nodes", SAMME_IMPORT_NODES_MAX);
        given->urls[given->url_count++] = value;
        return 0;
    case 'j':
        given->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (given->file != NULL)
            argp_error(state, "expected one file, found \"%s\" too", value);
        given->file = value;
        return 0;
    case ARGP_KEY_END:
        if (given->file == NULL)
            argp_error(state, "expected FILE.jsonl, or - for standard input");
        else if (given->url_count == 0)
            argp_error(state, "expected --node URL");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option rows[] = {
    {"node", 'n', "URL", 0, "a branch's node, http://host:port; once for each branch", 0},
    {"json", 'j', NULL, 0, "report as JSON", 0},
    {0},
};

typedef struct run {
    const char *name; /* of the file */
    FILE *file;
    samme_import_nodes nodes;
    samme_arena arena;
    samme_buffer line;
    uint64_t number, consumed, shown;
    samme_refund_tally tally;
    samme_progress progress;
} run;

/* False at the end. A line over the maximum leaves its buffer in error and is read to its end. */
static bool next_line(run *in) {
    samme_buffer_clear(&in->line);
    int byte = getc_unlocked(in->file);
    if (byte == EOF)
        return false;
    for (; byte != EOF && byte != '\n'; byte = getc_unlocked(in->file)) {
        samme_buffer_u8(&in->line, (uint8_t)byte);
        in->consumed++;
    }
    in->consumed++;
    in->number++;
    return true;
}

static void show_refusal(run *in, samme_refund_fault fault, const char *reason) {
    if (in->shown > REFUSALS_SHOWN)
        return;
    samme_progress_clear(&in->progress);
    if (in->shown++ < REFUSALS_SHOWN)
        fprintf(stderr, "%s:%llu: %s: %s\n", in->name, (unsigned long long)in->number,
                samme_refund_fault_name(fault), reason);
    else
        fprintf(stderr, "%s: more are refused; the report counts them\n", in->name);
}

static samme_status take_line(run *in, samme_error *error) {
    samme_error failed = {0};
    samme_refund_fault fault = SAMME_REFUND_NOT_READ;
    samme_status status = samme_buffer_status(&in->line);
    if (status != SAMME_OK) {
        in->tally.returns++;
        in->tally.refused[fault]++;
        show_refusal(in, fault, "expected a line of at most 256 KiB");
        return SAMME_OK;
    }
    status = samme_import_refund(&in->nodes, SAMME_REFUND_WAIT, samme_buffer_span(&in->line),
                                 &in->arena, &in->tally, &fault, &failed);
    if (status != SAMME_CONFLICT)
        return status == SAMME_OK ? status : samme_fail(error, status, "%s", failed.text);
    show_refusal(in, fault, failed.text);
    return SAMME_OK;
}

static samme_status take_lines(run *in, samme_error *error) {
    samme_status status = SAMME_OK;
    while (status == SAMME_OK && next_line(in)) {
        if (in->line.length > 0 || samme_buffer_status(&in->line) != SAMME_OK)
            status = take_line(in, error);
        samme_progress_show(&in->progress, in->consumed, in->tally.returns);
    }
    if (status == SAMME_OK && ferror(in->file))
        status = samme_fail(error, SAMME_IO, "%s: cannot read", in->name);
    samme_progress_clear(&in->progress);
    return status;
}

static samme_status open_file(const options *given, run *in, uint64_t *out_size,
                              samme_error *error) {
    samme_import_input input;
    samme_status status = samme_import_input_open(given->file, &input, error);
    if (status != SAMME_OK)
        return status;
    in->name = input.name;
    *out_size = input.size;
    in->file = fdopen(input.fd, "r");
    if (in->file != NULL)
        return SAMME_OK;
    samme_import_input_close(&input);
    return samme_fail(error, SAMME_NO_MEMORY, "no memory for reading");
}

static samme_status import(const options *given, run *in, samme_error *error) {
    uint64_t size = 0;
    samme_status status = open_file(given, in, &size, error);
    if (status != SAMME_OK)
        return status;
    samme_progress_start(&in->progress, "returns", size);
    status =
        samme_import_nodes_open(&in->nodes, given->urls, given->url_count, SAMME_PATIENCE, error);
    if (status == SAMME_OK) {
        status = take_lines(in, error);
        samme_import_nodes_close(&in->nodes);
    }
    if (in->file != stdin)
        fclose(in->file);
    if (status != SAMME_OK)
        return status;
    return samme_import_refund_report(&in->tally, samme_progress_elapsed_ms(&in->progress),
                                      given->json, error);
}

int samme_cli_import_returns(int argc, char **argv) {
    static const struct argp argp = {
        .options = rows,
        .parser = parse_option,
        .args_doc = "FILE.jsonl|-",
        .doc = "Opens, decides and completes the returns that `samme import receipts --returns` "
               "wrote, in their order, at the nodes of the branches they name. Running it again "
               "goes on where it ended and records nothing twice."
               "\vExit status: 0 all were decided, 65 some were refused, 69 a node did not answer: "
               "run the command again to go on.",
    };
    options given = {0};
    if (argp_parse(&argp, argc, argv, 0, NULL, &given) != 0)
        return SAMME_EXIT_USAGE;
    run *in = calloc(1, sizeof *in); /* its tables are large for a stack */
    samme_error error = {0};
    if (in == NULL) {
        (void)samme_fail(&error, SAMME_NO_MEMORY, "no memory for an import");
        return samme_cli_fail(&error);
    }
    samme_arena_init(&in->arena, LINE_MEMORY);
    samme_buffer_init(&in->line, LINE_MAX_BYTES);
    int code = SAMME_EXIT_OK;
    if (import(&given, in, &error) != SAMME_OK)
        code = samme_cli_fail(&error);
    else if (samme_import_refused(&in->tally) > 0)
        code = SAMME_EXIT_INPUT;
    samme_buffer_free(&in->line);
    samme_arena_free(&in->arena);
    free(in);
    return code;
}
