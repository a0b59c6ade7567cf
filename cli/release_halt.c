/* samme release halt: holds waves of a release back. Signed by one holder alone: it can only delay.
 */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/chain_command.h"
#include "cli/cli.h"
#include "cli/release_folder.h"
#include "os/clock.h"

typedef struct halt_options {
    const char *folder, *reason, *author;
    uint64_t version; /* 0: the newest that is signed */
    uint32_t wave;
    samme_signers signers;
} halt_options;

static uint64_t parse_number(const char *name, const char *text, uint64_t most,
                             struct argp_state *state) {
    uint64_t number = 0;
    if (samme_u64_parse(samme_span_of_text(text), &number) != SAMME_OK || number == 0 ||
        number > most)
        argp_error(state, "%s: expected a number from 1, found \"%s\"", name, text);
    return number;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    halt_options *options = state->input;
    switch (key) {
    case 'v':
        options->version = parse_number("--version", argument, UINT64_MAX, state);
        return 0;
    case 'w':
        options->wave = (uint32_t)parse_number("--wave", argument, SAMME_RELEASE_WAVES_MAX, state);
        return 0;
    case 'r':
        options->reason = argument;
        return 0;
    case 'a':
        options->author = argument;
        return 0;
    case 'k':
        if (!samme_signers_add(&options->signers, argument))
            argp_error(state, "--key: at most %u", SAMME_ROLE_KEYS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        options->folder = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->folder == NULL || options->reason == NULL)
            argp_error(state, "expected DIR --reason TEXT");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The release meant, whose wave must be there. */
static samme_status fill(const samme_chain_folder *chain, const halt_options *options,
                         samme_halt *out, samme_error *error) {
    samme_release release;
    samme_hash ignored;
    samme_status status = SAMME_OK;
    if (out->version == 0)
        status = samme_release_newest(chain, &out->version, &ignored, error);
    if (status == SAMME_OK && out->version == 0)
        status = samme_fail(error, SAMME_NOT_FOUND, "%s has no signed release", chain->path);
    if (status == SAMME_OK)
        status = samme_release_signed(chain, out->version, &release, &out->release_hash, error);
    if (status != SAMME_OK)
        return status;
    const size_t waves = release.wave_count > 0 ? release.wave_count : 1;
    samme_release_free(&release);
    if (options->wave > waves)
        return samme_fail(error, SAMME_MALFORMED, "--wave %u: release %llu has %zu", options->wave,
                          (unsigned long long)out->version, waves);
    return SAMME_OK;
}

static samme_status copy_line(const char *what, const char *line, char *out, size_t size,
                              samme_error *error) {
    if (strlen(line) >= size)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: expected at most %zu bytes", what, size - 1);
    snprintf(out, size, "%s", line);
    return SAMME_OK;
}

/* Signed, read as the hub and every branch will read it, and only then written. */
static samme_status sign_and_write(const samme_chain_folder *chain, const halt_options *options,
                                   const samme_halt *halt, samme_error *error) {
    const samme_signing signing = {.chain_folder = chain->path,
                                   .signers = &options->signers,
                                   .role = SAMME_ROLE_RELEASE,
                                   .root = &chain->root};
    char folder[SAMME_FILE_PATH_MAX];
    samme_buffer text, note;
    samme_halt opened;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_halt_text(&chain->root, halt, &text, error);
    if (status == SAMME_OK)
        status = samme_keys_sign(&signing, samme_buffer_span(&text), &note, error);
    if (status == SAMME_OK)
        status = samme_halt_open(&chain->root, samme_buffer_span(&note), &opened, error);
    if (status == SAMME_OK)
        status = samme_release_path(chain, halt->version, folder, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, "halt.note", samme_buffer_span(&note), error);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
    return status;
}

static samme_status halt_release(const samme_chain_folder *chain, const halt_options *options,
                                 samme_halt *halt, samme_error *error) {
    const struct passwd *user = options->author == NULL ? getpwuid(geteuid()) : NULL;
    const char *author = options->author != NULL ? options->author
                         : user != NULL          ? user->pw_name
                                                 : "unknown";
    *halt = (samme_halt){
        .version = options->version, .wave = options->wave, .issued_ms = samme_clock_wall_ms()};
    samme_status status = copy_line("--author", author, halt->author, sizeof halt->author, error);
    if (status == SAMME_OK)
        status = copy_line("--reason", options->reason, halt->reason, sizeof halt->reason, error);
    if (status == SAMME_OK)
        status = fill(chain, options, halt, error);
    return status == SAMME_OK ? sign_and_write(chain, options, halt, error) : status;
}

static samme_status halt_and_say(samme_chain_folder *chain, void *given, samme_error *error) {
    const halt_options *options = given;
    samme_halt said;
    samme_status status = halt_release(chain, options, &said, error);
    if (status == SAMME_OK)
        printf("halt of release %llu from wave %u on: signed in %s/releases/%llu/halt.note, not "
               "published\n",
               (unsigned long long)said.version, said.wave, options->folder,
               (unsigned long long)said.version);
    return status;
}

int samme_cli_release_halt(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "version", .key = 'v', .arg = "N", .doc = "which (default: the newest signed)"},
        {.name = "wave",
         .key = 'w',
         .arg = "N",
         .doc = "the first wave that is held back (default: 1, all that have not taken it)"},
        {.name = "reason", .key = 'r', .arg = "TEXT", .doc = "why, in one line"},
        {.name = "author", .key = 'a', .arg = "NAME", .doc = "who (default: the login name)"},
        {.name = "key",
         .key = 'k',
         .arg = "FILE",
         .doc = "a holder's key (default: keys/release.seed); one is enough"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse,
        .args_doc = "DIR",
        .doc = "Signs a halt of a release, as releases/N/halt.note: branches of that wave and of "
               "later ones that have not taken it do not take it any more. Then: samme release "
               "publish DIR --halt. The next release goes on; a halt cannot be taken back."};
    halt_options options = {.wave = 1};
    const samme_chain_work own = {halt_and_say, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}
