#include "cli/release_options.h"

#include <argp.h>

#include "base/calendar.h"
#include "base/text.h"

enum { OPTION_AT = 1000, OPTION_EXPIRES, OPTION_FROM, OPTION_BASELINE, OPTION_DROP, OPTION_WAVES };

static int64_t parse_time(const char *option, const char *text, struct argp_state *state) {
    int64_t ms;
    int32_t offset;
    if (samme_time_parse(text, &ms, &offset) != SAMME_OK || ms <= 0)
        argp_error(state, "%s: expected a time as 2026-01-31T08:00:00Z, found \"%s\"", option,
                   text);
    return ms / 1000 * 1000;
}

static uint64_t parse_version(const char *option, const char *text, struct argp_state *state) {
    uint64_t version = 0;
    if (samme_u64_parse(samme_span_of_text(text), &version) != SAMME_OK || version == 0)
        argp_error(state, "%s: expected a number from 1, found \"%s\"", option, text);
    return version;
}

static error_t parse_build(int key, char *argument, struct argp_state *state) {
    samme_build_options *options = state->input;
    switch (key) {
    case 'r':
        options->reason = argument;
        return 0;
    case 'a':
        options->author = argument;
        return 0;
    case OPTION_AT:
        options->at_ms = parse_time("--at", argument, state);
        return 0;
    case OPTION_EXPIRES:
        options->expires_ms = parse_time("--expires", argument, state);
        return 0;
    case OPTION_WAVES:
        options->waves = argument;
        return 0;
    case OPTION_FROM:
        options->from = parse_version("--from", argument, state);
        return 0;
    case OPTION_BASELINE:
        options->baseline = parse_version("--baseline", argument, state);
        return 0;
    case OPTION_DROP:
        if (options->drop_count == SAMME_DROPS_MAX)
            argp_error(state, "--drop: at most %d at a time", SAMME_DROPS_MAX);
        options->drops[options->drop_count++] = parse_version("--drop", argument, state);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            options->folder = argument;
        else if (state->arg_num == 1)
            options->documents = argument;
        else
            argp_error(state, "expected DIR DOCS, found \"%s\" too", argument);
        return 0;
    case ARGP_KEY_END:
        if (options->folder == NULL || options->reason == NULL ||
            (options->documents == NULL) == (options->from == 0))
            argp_error(state, "expected DIR DOCS --reason TEXT, or DIR --from N --reason TEXT");
        if (options->waves != NULL && options->at_ms != 0)
            argp_error(state, "--at and --waves: the first wave has its own time");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

bool samme_build_options_parse(int argc, char **argv, samme_build_options *out) {
    static const struct argp_option rows[] = {
        {.name = "reason", .key = 'r', .arg = "TEXT", .doc = "why, in one line"},
        {.name = "author", .key = 'a', .arg = "NAME", .doc = "who (default: the login name)"},
        {.name = "at", .key = OPTION_AT, .arg = "TIME", .doc = "branches take it not before"},
        {.name = "waves",
         .key = OPTION_WAVES,
         .arg = "FILE",
         .doc = "which branches take it when, instead of --at"},
        {.name = "expires",
         .key = OPTION_EXPIRES,
         .arg = "TIME",
         .doc = "branches decide with caution from then on, if nothing newer came"},
        {.name = "from",
         .key = OPTION_FROM,
         .arg = "N",
         .doc = "go back: the documents of release N under a new number"},
        {.name = "baseline",
         .key = OPTION_BASELINE,
         .arg = "N",
         .doc = "receipts older than Samme fall under release N (default: as before; 1)"},
        {.name = "drop",
         .key = OPTION_DROP,
         .arg = "N",
         .doc = "receipts need release N no longer (default: all earlier ones are kept)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_build,
        .args_doc = "DIR DOCS\nDIR --from N",
        .doc = "Makes the next release of all documents below DOCS (names that begin with '.' and "
               "symbolic links are passed over) in the chain's folder DIR, as "
               "releases/N/release.txt with copies in releases/N/docs/. samme check must find "
               "nothing that chain.yaml does not waive: else its report is printed, and the exit "
               "code is 1. Its report and samme diff's against the release before lie beside, as "
               "check.json and diff.json.",
    };
    return argp_parse(&argp, argc, argv, 0, NULL, out) == 0;
}
