/* samme release sign: looks at what was built once more, and adds a signature. */
#include <stdio.h>

#include "base/text.h"
#include "cli/authored_folder.h"
#include "cli/chain_command.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "cli/pending.h"
#include "cli/release_examine.h"
#include "cli/release_folder.h"
#include "enrol/key_file.h"

struct sign_options {
    const char *folder;
    uint64_t version; /* 0: the newest that was built */
    samme_signers signers;
};

static error_t parse_sign(int key, char *argument, struct argp_state *state) {
    struct sign_options *options = state->input;
    switch (key) {
    case 'v':
        if (samme_u64_parse(samme_span_of_text(argument), &options->version) != SAMME_OK ||
            options->version == 0)
            argp_error(state, "--version: expected a number from 1, found \"%s\"", argument);
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
static samme_status check_place(const samme_chain_folder *chain, const samme_release *release,
                                samme_error *error) {
    samme_release before;
    samme_hash hash;
    if (release->version == 1)
        return samme_successor_check("release", 0, NULL, 1, &release->previous, error);
    samme_status status = samme_release_signed(chain, release->version - 1, &before, &hash, error);
    if (status != SAMME_OK)
        return status;
    samme_release_free(&before);
    return samme_successor_check("release", release->version - 1, &hash, release->version,
                                 &release->previous, error);
}

static samme_status check_keeps(const samme_chain_folder *chain, const samme_release *release,
                                samme_error *error) {
    for (size_t i = 0; i < release->keep_count; i++) {
        samme_release kept;
        samme_hash hash;
        samme_status status =
            samme_release_signed(chain, release->keeps[i].version, &kept, &hash, error);
        if (status != SAMME_OK)
            return status;
        samme_release_free(&kept);
        if (!samme_hash_equal(&hash, &release->keeps[i].note_hash))
            return samme_fail(error, SAMME_MISMATCH, "keeps %llu: of another history",
                              (unsigned long long)release->keeps[i].version);
    }
    return SAMME_OK;
}

static samme_status check_from(const samme_chain_folder *chain, const samme_release *release,
                               samme_error *error) {
    samme_release from;
    if (release->from == 0)
        return SAMME_OK;
    samme_status status = samme_release_signed(chain, release->from, &from, NULL, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_release_same_documents(&from, release))
        status = samme_fail(error, SAMME_MISMATCH,
                            "release %llu: its documents are not those of release %llu",
                            (unsigned long long)release->version, (unsigned long long)from.version);
    samme_release_free(&from);
    return status;
}

static samme_status read_documents(const samme_chain_folder *chain, uint64_t version,
                                   samme_authored_folder *out, samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX], path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_release_path(chain, version, folder, error);
    if (status == SAMME_OK)
        status = samme_path_in(folder, "docs", path, error);
    return status == SAMME_OK ? samme_authored_folder_read(path, out, error) : status;
}

/* What the text says was found in the documents is found once more. */
static samme_status check_digests(const samme_chain_folder *chain, const samme_release *release,
                                  samme_error *error) {
    samme_authored_folder now = {.count = 0}, before = {.count = 0};
    samme_examined examined;
    const bool first = release->version == 1;
    samme_status status = read_documents(chain, release->version, &now, error);
    if (status == SAMME_OK && !first)
        status = read_documents(chain, release->version - 1, &before, error);
    const samme_check_folder folder = {now.documents, now.count};
    const samme_check_folder earlier = {before.documents, before.count};
    if (status == SAMME_OK)
        status = samme_release_examine(&folder, first ? NULL : &earlier, release->from == 0,
                                       &examined, error);
    if (status == SAMME_OK) {
        samme_release found = {.version = 0};
        samme_examined_note(&examined, &found);
        if (examined.blocking > 0 || !samme_hash_equal(&found.check, &release->check) ||
            found.compared != release->compared || !samme_hash_equal(&found.diff, &release->diff))
            status = samme_fail(error, SAMME_MISMATCH,
                                "release %llu: samme check or samme diff find something else than "
                                "its text says",
                                (unsigned long long)release->version);
        samme_examined_free(&examined);
    }
    samme_authored_folder_free(&now);
    samme_authored_folder_free(&before);
    return status;
}

static samme_status check_release(const samme_chain_folder *chain, const char *folder,
                                  const samme_release *release, samme_error *error) {
    samme_status status = check_place(chain, release, error);
    if (status == SAMME_OK)
        status = check_keeps(chain, release, error);
    if (status == SAMME_OK)
        status = check_documents(folder, release, error);
    if (status == SAMME_OK)
        status = check_from(chain, release, error);
    return status == SAMME_OK ? check_digests(chain, release, error) : status;
}

/* Once it is published its note is named by its hash, signatures included. */
static samme_status check_unpublished(const samme_chain_folder *chain, uint64_t version,
                                      samme_error *error) {
    uint64_t published;
    samme_status status = samme_chain_published(chain, &published, NULL, error);
    if (status == SAMME_OK && version <= published)
        status = samme_fail(error, SAMME_CONFLICT,
                            "release %llu is published: its note is not changed any more",
                            (unsigned long long)version);
    return status;
}

/* Signed in memory, read as a branch will read it, and only then written. */
static samme_status sign_pending(const samme_chain_folder *chain,
                                 const struct sign_options *options, const char *folder,
                                 samme_pending *pending, unsigned *out_valid, samme_error *error) {
    const samme_signing signing = {.chain_folder = chain->path,
                                   .signers = &options->signers,
                                   .role = SAMME_ROLE_RELEASE,
                                   .root = &chain->root};
    samme_release release;
    samme_status status =
        samme_keys_sign(&signing, samme_buffer_span(&pending->text), &pending->note, error);
    samme_span note = samme_buffer_span(&pending->note);
    if (status == SAMME_OK &&
        (status = samme_release_reopen(&chain->root, note, &release, error)) != SAMME_OK)
        return samme_fail_in(error, status, "%s/release.txt", folder);
    if (status != SAMME_OK)
        return status;
    if (release.version != options->version)
        status = samme_fail(error, SAMME_MISMATCH, "%s: its text is of release %llu", folder,
                            (unsigned long long)release.version);
    else
        status = check_release(chain, folder, &release, error);
    samme_release_free(&release);
    if (status == SAMME_OK)
        status = samme_role_signatures(&chain->root, SAMME_ROLE_RELEASE, note, out_valid, error);
    const bool complete = *out_valid >= chain->root.roles[SAMME_ROLE_RELEASE].threshold;
    return status == SAMME_OK ? samme_pending_store(folder, "release", note, complete, error)
                              : status;
}

static samme_status sign_release(const samme_chain_folder *chain, struct sign_options *options,
                                 unsigned *out_valid, samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX];
    samme_pending pending;
    samme_status status = SAMME_OK;
    if (options->version == 0) {
        status = samme_release_highest(chain, "release.txt", &options->version, error);
        if (status == SAMME_OK && options->version == 0)
            return samme_fail(error, SAMME_NOT_FOUND,
                              "%s: no release was built, see samme release build", options->folder);
    }
    if (status == SAMME_OK)
        status = check_unpublished(chain, options->version, error);
    if (status == SAMME_OK)
        status = samme_release_path(chain, options->version, folder, error);
    if (status == SAMME_OK)
        status = samme_pending_load(folder, "release", &pending, error);
    if (status != SAMME_OK)
        return status;
    status = sign_pending(chain, options, folder, &pending, out_valid, error);
    samme_pending_free(&pending);
    return status;
}

static void say_signed(const samme_chain_folder *chain, const struct sign_options *options,
                       unsigned valid) {
    const unsigned threshold = chain->root.roles[SAMME_ROLE_RELEASE].threshold;
    printf("release %llu: %u of %u signatures, %s %s/releases/%llu/release.%s\n",
           (unsigned long long)options->version, valid, threshold,
           valid < threshold ? "the next holder signs" : "signed in", options->folder,
           (unsigned long long)options->version, valid < threshold ? "part" : "note");
}

static samme_status sign(samme_chain_folder *chain, void *given, samme_error *error) {
    struct sign_options *options = given;
    unsigned valid = 0;
    samme_status status = sign_release(chain, options, &valid, error);
    if (status == SAMME_OK) {
        say_signed(chain, options, valid);
        samme_keys_warn(&chain->root, SAMME_ROLE_RELEASE);
    }
    return status;
}

int samme_cli_release_sign(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "version", .key = 'v', .arg = "N", .doc = "which (default: the newest one built)"},
        {.name = "key",
         .key = 'k',
         .arg = "FILE",
         .doc = "a holder's key, may be given again (default: keys/release.seed)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_sign,
        .args_doc = "DIR",
        .doc =
            "Adds a signature to a release that samme release build made; documents, place in "
            "the history, and what samme check and samme diff find are looked at first. With "
            "enough signatures it is releases/N/release.note, before that release.part. Needs no "
            "network: holders hand the folder (without keys/) on to each other.",
    };
    struct sign_options options = {.folder = NULL};
    const samme_chain_work own = {sign, &options, &options.folder};
    return samme_chain_command(&argp, argc, argv, &own);
}
