/* samme release sign: looks at what was built once more, and signs it. */
#include <argp.h>
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "cli/release_folder.h"
#include "enrol/key_file.h"

struct sign_options {
    const char *folder;
    uint64_t version; /* 0: the newest that was built */
};

static error_t parse_sign(int key, char *argument, struct argp_state *state) {
    struct sign_options *options = state->input;
    switch (key) {
    case 'v':
        if (samme_u64_parse(samme_span_of_text(argument), &options->version) != SAMME_OK ||
            options->version == 0)
            argp_error(state, "--version: expected a number from 1, found \"%s\"", argument);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "expected one folder, found \"%s\" too", argument);
        options->folder = argument;
        return 0;
    case ARGP_KEY_END:
        if (options->folder == NULL)
            argp_error(state, "expected the chain's folder");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The documents that lie beside the text must be those it lists: they are what gets published. */
static samme_status check_documents(const char *folder, const samme_release *release,
                                    samme_error *error) {
    char documents[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, "docs", documents, error);
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    for (size_t i = 0; i < release->document_count && status == SAMME_OK; i++) {
        const samme_release_document *document = &release->documents[i];
        samme_buffer_clear(&content);
        status = samme_note_file_read(documents, document->path, &content, error);
        if (status != SAMME_OK)
            break;
        samme_hash hash = samme_sha256(samme_buffer_span(&content));
        if (content.length != document->length || !samme_hash_equal(&hash, &document->hash))
            status = samme_fail(error, SAMME_MISMATCH, "%s/%s: not the document that was built",
                                documents, document->path);
    }
    samme_buffer_free(&content);
    return status;
}

/* A release must follow the one before it, or no branch would take it. */
static samme_status check_place(const samme_chain_folder *chain, uint64_t version,
                                const samme_release *release, samme_error *error) {
    samme_hash before;
    if (release->version != version)
        return samme_fail(error, SAMME_MISMATCH, "%s/releases/%llu: its text is of release %llu",
                          chain->path, (unsigned long long)version,
                          (unsigned long long)release->version);
    if (version == 1)
        return samme_successor_check("release", 0, NULL, version, &release->previous, error);
    samme_status status = samme_release_note_hash(chain, version - 1, &before, error);
    if (status == SAMME_OK)
        status = samme_successor_check("release", version - 1, &before, version, &release->previous,
                                       error);
    return status;
}

static samme_status check_release(const samme_chain_folder *chain, const char *folder,
                                  uint64_t version, samme_span note, size_t *out_documents,
                                  samme_error *error) {
    samme_release release;
    samme_status status = samme_release_open(&chain->root, note, &release, error);
    if (status != SAMME_OK)
        return samme_fail_in(error, status, "%s/release.txt", folder);
    status = check_place(chain, version, &release, error);
    if (status == SAMME_OK)
        status = check_documents(folder, &release, error);
    *out_documents = release.document_count;
    samme_release_free(&release);
    return status;
}

/* Signed in memory, read as a branch will read it, and only then written. */
static samme_status sign_release(const samme_chain_folder *chain, uint64_t version,
                                 size_t *out_documents, samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX];
    samme_buffer text, note;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_release_path(chain, version, folder, error);
    if (status == SAMME_OK)
        status = samme_note_file_read(folder, "release.txt", &text, error);
    if (status == SAMME_OK)
        status = samme_keys_sign(chain->path, &chain->root, SAMME_ROLE_RELEASE,
                                 samme_buffer_span(&text), &note, error);
    if (status == SAMME_OK)
        status =
            check_release(chain, folder, version, samme_buffer_span(&note), out_documents, error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, "release.note", samme_buffer_span(&note), error);
    samme_buffer_free(&text);
    samme_buffer_free(&note);
    return status;
}

int samme_cli_release_sign(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "version", .key = 'v', .arg = "N", .doc = "which (default: the newest one built)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_sign,
        .args_doc = "DIR",
        .doc = "Signs a release that samme release build made, with keys/release.seed, as "
               "releases/N/release.note. Documents and place in the history are checked first.",
    };
    struct sign_options options = {.folder = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    samme_chain_folder chain;
    if (samme_chain_open(options.folder, &chain, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    size_t documents = 0;
    samme_status status = SAMME_OK;
    if (options.version == 0) {
        status = samme_release_highest(&chain, "release.txt", &options.version, &error);
        if (status == SAMME_OK && options.version == 0)
            status =
                samme_fail(&error, SAMME_NOT_FOUND,
                           "%s: no release was built, see samme release build", options.folder);
    }
    if (status == SAMME_OK)
        status = sign_release(&chain, options.version, &documents, &error);
    if (status == SAMME_OK) {
        printf("release %llu: %zu documents, signed in %s/releases/%llu/release.note\n",
               (unsigned long long)options.version, documents, options.folder,
               (unsigned long long)options.version);
        samme_keys_warn(&chain.root, SAMME_ROLE_RELEASE);
    }
    samme_chain_close(&chain);
    return status == SAMME_OK ? SAMME_EXIT_OK : samme_cli_fail(&error);
}
