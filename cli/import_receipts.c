/* samme import receipts: a till's export into the branches' nodes. */
#include <argp.h>
#include <assert.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/importing/input.h"
#include "cli/importing/outputs.h"
#include "cli/importing/sender.h"
#include "os/files.h"

enum { MAP_MAX_BYTES = 256 * 1024, MAP_MEMORY = 4 * 1024 * 1024 };

typedef struct options {
    const char *file, *map, *returns, *rejects;
    const char *urls[SAMME_IMPORT_NODES_MAX];
    size_t url_count;
    uint64_t expected_rows;
    bool json;
} options;

static void check_options(const options *given, struct argp_state *state) {
    if (given->file == NULL)
        argp_error(state, "expected FILE.csv, or - for standard input");
    else if (given->map == NULL)
        argp_error(state, "expected --map MAP.yaml");
    else if (given->url_count == 0)
        argp_error(state, "expected --node URL");
}

static error_t parse_option(int key, char *value, struct argp_state *state) {
    options *given = state->input;
    switch (key) {
    case 'm':
        given->map = value;
        return 0;
    case 'n':
        if (given->url_count == SAMME_IMPORT_NODES_MAX)
            argp_error(state, "expected at most %u nodes", SAMME_IMPORT_NODES_MAX);
        given->urls[given->url_count++] = value;
        return 0;
    case 'r':
        given->returns = value;
        return 0;
    case 'x':
        given->rejects = value;
        return 0;
    case 'e':
        if (samme_u64_parse(samme_span_of_text(value), &given->expected_rows) != SAMME_OK)
            argp_error(state, "--expect wants a number of rows, found \"%s\"", value);
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
        check_options(given, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option rows[] = {
    {"map", 'm', "MAP.yaml", 0, "which column means what", 0},
    {"node", 'n', "URL", 0, "a branch's node, http://host:port; once for each branch", 0},
    {"returns", 'r', "OUT.jsonl", 0, "write the returns found in cancellations", 0},
    {"rejects", 'x', "OUT.csv", 0, "write the rows that could not be taken, and why", 0},
    {"expect", 'e', "ROWS", 0, "rows to come, for the progress bar, when they come through a pipe",
     0},
    {"json", 'j', NULL, 0, "report as JSON", 0},
    {0},
};

/* Everything one run holds. */
typedef struct run {
    const options *given;
    samme_arena arena; /* of the map */
    samme_import_map map;
    samme_import_input input;
    samme_csv *csv;
    samme_import_nodes nodes;
    samme_import_tally tally;
    samme_progress progress;
    samme_import_outputs outputs;
    samme_sender *sender;
    samme_receipts *receipts;
} run;

static samme_status read_map(run *in, samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, MAP_MAX_BYTES);
    samme_status status = samme_file_read(in->given->map, &text, error);
    if (status == SAMME_OK)
        status = samme_import_map_read(in->given->map, samme_buffer_span(&text), &in->arena,
                                       &in->map, error);
    samme_buffer_free(&text);
    return status;
}

static samme_status read_header(run *in, samme_error *error) {
    in->csv = samme_csv_new(samme_import_input_source(&in->input));
    if (in->csv == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for reading");
    samme_csv_row header;
    samme_status status = samme_csv_next(in->csv, &header, error);
    if (status == SAMME_NOT_FOUND)
        return samme_fail(error, SAMME_MALFORMED, "%s: expected a header row, found nothing",
                          in->input.name);
    if (status == SAMME_MALFORMED || status == SAMME_TOO_LARGE)
        return samme_fail_in(error, status, "%s:%llu: header", in->input.name,
                             (unsigned long long)header.line);
    return status == SAMME_OK ? samme_import_map_bind(&in->map, &header, error) : status;
}

static samme_status send_sale(void *self, const samme_import_sale *sale, samme_error *error) {
    run *in = self;
    return samme_sender_add(in->sender, sale, error);
}

static samme_status write_return(void *self, const Samme__ImportReturn *line, samme_error *error) {
    run *in = self;
    return samme_import_write_return(&in->outputs, line, error);
}

static samme_status write_reject(void *self, const samme_kept_row *row, samme_row_fault fault,
                                 const char *reason, samme_error *error) {
    run *in = self;
    return samme_import_write_reject(&in->outputs, row, fault, reason, error);
}

static samme_status take_row(run *in, bool *out_ended, samme_error *error) {
    samme_csv_row row;
    samme_error fault = {0};
    samme_status status = samme_csv_next(in->csv, &row, &fault);
    *out_ended = status == SAMME_NOT_FOUND;
    if (*out_ended)
        return SAMME_OK;
    if (status == SAMME_OK)
        return samme_receipts_add(in->receipts, &row, error);
    if (status != SAMME_MALFORMED && status != SAMME_TOO_LARGE)
        return samme_fail(error, status, "%s", fault.text);
    const samme_kept_row kept = {.line = row.line, .raw = row.raw};
    in->tally.rows++;
    return write_reject(in, &kept, SAMME_FAULT_NOT_CSV, fault.text, error);
}

static samme_status take_rows(run *in, samme_error *error) {
    const samme_import_sink sink = {
        .self = in, .sale = send_sale, .take_back = write_return, .reject = write_reject};
    const samme_import_refusals refusals = {.self = in, .reject = write_reject};
    in->sender = samme_sender_new(&in->nodes, refusals, &in->tally);
    in->receipts =
        samme_receipts_new(&in->map, in->nodes.branches, in->nodes.count, sink, &in->tally);
    if (in->sender == NULL || in->receipts == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for an import");
    samme_status status = SAMME_OK;
    for (bool ended = false; !ended && status == SAMME_OK;) {
        status = take_row(in, &ended, error);
        uint64_t done = in->input.size > 0 ? samme_csv_consumed(in->csv) : in->tally.rows;
        samme_progress_show(&in->progress, done, in->tally.rows);
    }
    if (status == SAMME_OK)
        status = samme_receipts_end(in->receipts, error);
    if (status == SAMME_OK)
        status = samme_sender_end(in->sender, error);
    return status;
}

/* From a bound header to the closing report. */
static samme_status import(run *in, samme_error *error) {
    const options *given = in->given;
    samme_progress_start(&in->progress, "rows",
                         in->input.size > 0 ? in->input.size : given->expected_rows);
    samme_status status =
        samme_import_nodes_open(&in->nodes, given->urls, given->url_count, SAMME_PATIENCE, error);
    if (status != SAMME_OK)
        return status;
    status = samme_import_outputs_open(&in->outputs, in->input.name, given->returns, given->rejects,
                                       &in->progress, &in->tally, error);
    if (status == SAMME_OK)
        status = take_rows(in, error);
    samme_progress_clear(&in->progress);
    samme_error closing = {0};
    samme_status closed = samme_import_outputs_close(&in->outputs, status == SAMME_OK, &closing);
    if (status == SAMME_OK && closed != SAMME_OK)
        status = samme_fail(error, closed, "%s", closing.text);
    samme_receipts_free(in->receipts);
    samme_sender_free(in->sender);
    samme_import_nodes_close(&in->nodes);
    if (status != SAMME_OK)
        return status;
    assert(samme_import_adds_up(&in->tally));
    return samme_import_report(&in->tally, &in->map, samme_progress_elapsed_ms(&in->progress),
                               given->json, error);
}

static int run_import(const options *given) {
    run in = {.given = given, .input = {.fd = -1}};
    samme_error error = {0};
    samme_arena_init(&in.arena, MAP_MEMORY);
    samme_status status = read_map(&in, &error);
    if (status == SAMME_OK)
        status = samme_import_input_open(given->file, &in.input, &error);
    if (status == SAMME_OK)
        status = read_header(&in, &error);
    if (status == SAMME_OK)
        status = import(&in, &error);
    samme_csv_free(in.csv);
    samme_import_input_close(&in.input);
    samme_arena_free(&in.arena);
    if (status != SAMME_OK)
        return samme_cli_fail(&error);
    return samme_import_rejected(&in.tally) > 0 ? SAMME_EXIT_INPUT : SAMME_EXIT_OK;
}

int samme_cli_import_receipts(int argc, char **argv) {
    static const struct argp argp = {
        .options = rows,
        .parser = parse_option,
        .args_doc = "FILE.csv|-",
        .doc =
            "Reads a till's export (CSV with a header) and records its receipts at the branches' "
            "nodes. A receipt goes to the branch that its number's hash says; running the "
            "command again with the same file and nodes records nothing twice. Every row is "
            "accounted for in the closing report."
            "\vExit status: 0 all rows taken, 65 some were rejected or the input is bad, 69 a "
            "node did not answer: run the command again to go on.",
    };
    options given = {0};
    if (argp_parse(&argp, argc, argv, 0, NULL, &given) != 0)
        return SAMME_EXIT_USAGE;
    return run_import(&given);
}
