/* samme release build: a folder of documents, proved sound, becomes the next release, not signed
 * yet. */
#include <argp.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/release_folder.h"
#include "enrol/key_file.h"
#include "os/clock.h"
#include "os/files.h"
#include "policy/policy.h"

struct build_options {
    const char *folder;
    const char *documents;
    const char *reason;
    const char *author;
};

static error_t parse_build(int key, char *argument, struct argp_state *state) {
    struct build_options *options = state->input;
    switch (key) {
    case 'r':
        options->reason = argument;
        return 0;
    case 'a':
        options->author = argument;
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
        if (options->documents == NULL || options->reason == NULL)
            argp_error(state, "expected DIR DOCS --reason TEXT");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* What is gathered from the folder of documents. Contents are kept of the few that the policy is
 * compiled from. */
struct build {
    const char *documents;
    samme_release release;
    samme_document *policy;
    size_t policy_count;
    samme_error *error;
};

static samme_status read_document(const struct build *build, const char *relative_path,
                                  samme_buffer *out) {
    samme_buffer_clear(out);
    return samme_note_file_read(build->documents, relative_path, out, build->error);
}

/* Takes over the content. */
static samme_status keep_for_policy(struct build *build, const char *path, samme_buffer *content) {
    samme_document *more =
        realloc(build->policy, (build->policy_count + 1) * sizeof *build->policy);
    char *name = strdup(path);
    if (more != NULL)
        build->policy = more;
    if (more == NULL || name == NULL) {
        free(name);
        return samme_fail(build->error, SAMME_NO_MEMORY, "no memory for %s", path);
    }
    build->policy[build->policy_count++] =
        (samme_document){.path = name, .content = samme_buffer_span(content)};
    samme_buffer_init(content, content->maximum);
    return SAMME_OK;
}

static samme_status add_document(struct build *build, const char *path, samme_buffer *content) {
    samme_release *release = &build->release;
    samme_release_document *more =
        realloc(release->documents, (release->document_count + 1) * sizeof *more);
    if (more == NULL)
        return samme_fail(build->error, SAMME_NO_MEMORY, "no memory for %s", path);
    release->documents = more;
    samme_release_document *document = &more[release->document_count++];
    *document = (samme_release_document){.length = (uint32_t)content->length};
    snprintf(document->path, sizeof document->path, "%s", path);
    document->hash = samme_sha256(samme_buffer_span(content));
    return samme_policy_reads(path) ? keep_for_policy(build, path, content) : SAMME_OK;
}

static samme_status visit_document(void *context, const char *relative_path) {
    struct build *build = context;
    if (!samme_document_path_valid(relative_path))
        return samme_fail(build->error, SAMME_MALFORMED,
                          "%s/%s: expected a path of at most %u bytes of UTF-8 without spaces",
                          build->documents, relative_path, SAMME_PATH_MAX);
    if (build->release.document_count >= SAMME_RELEASE_MAX_DOCUMENTS)
        return samme_fail(build->error, SAMME_TOO_LARGE, "%s: expected at most %u documents",
                          build->documents, SAMME_RELEASE_MAX_DOCUMENTS);
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = read_document(build, relative_path, &content);
    if (status == SAMME_OK)
        status = add_document(build, relative_path, &content);
    samme_buffer_free(&content);
    return status;
}

static void free_build(struct build *build) {
    for (size_t i = 0; i < build->policy_count; i++) {
        free((char *)(uintptr_t)build->policy[i].path);
        free((uint8_t *)(uintptr_t)build->policy[i].content.data);
    }
    free(build->policy);
    samme_release_free(&build->release);
}

/* The policy must compile and be of this chain. Gives the exit code. */
static int check_policy(const struct build *build, const samme_chain_folder *chain) {
    samme_error error = {.status = SAMME_OK};
    samme_policy *policy = NULL;
    if (samme_policy_compile(build->policy, build->policy_count, &policy, &error) != SAMME_OK) {
        int code = samme_cli_fail(&error);
        return error.status == SAMME_NO_MEMORY ? code : SAMME_EXIT_BAD;
    }
    const char *name = samme_policy_chain(policy)->chain;
    int code = SAMME_EXIT_OK;
    if (strcmp(name, chain->root.chain) != 0) {
        (void)samme_fail(&error, SAMME_MISMATCH, "chain.yaml: of chain \"%s\", expected \"%s\"",
                         name, chain->root.chain);
        code = samme_cli_fail(&error);
    }
    samme_policy_free(policy);
    return code;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

/* What an earlier build of the same version left, which nobody signed. */
static samme_status remove_tree(const char *path, samme_error *error) {
    bool unused;
    samme_status status = samme_cli_folder_unused(path, &unused, error);
    if (status == SAMME_OK && !unused && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        status = samme_fail(error, SAMME_IO, "%s: cannot be removed", path);
    return status;
}

/* Makes the folders that lead to path. */
static samme_status make_folder_of(char *path, samme_error *error) {
    char *slash = strrchr(path, '/');
    *slash = 0;
    samme_status status = samme_folder_make(path, error);
    *slash = '/';
    return status;
}

/* Read again, since not all contents are held; it must still be what was hashed. */
static samme_status copy_document(const struct build *build, const char *target,
                                  const samme_release_document *document, samme_buffer *content,
                                  samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = read_document(build, document->path, content);
    if (status != SAMME_OK)
        return status;
    samme_hash hash = samme_sha256(samme_buffer_span(content));
    if (!samme_hash_equal(&hash, &document->hash))
        return samme_fail(error, SAMME_CONFLICT, "%s/%s: was changed meanwhile, build again",
                          build->documents, document->path);
    status = samme_path_in(target, document->path, path, error);
    if (status == SAMME_OK)
        status = make_folder_of(path, error);
    return status == SAMME_OK ? samme_file_write(path, samme_buffer_span(content), 0644, error)
                              : status;
}

static samme_status write_documents(const struct build *build, const char *folder,
                                    samme_error *error) {
    char target[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, "docs", target, error);
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    for (size_t i = 0; i < build->release.document_count && status == SAMME_OK; i++)
        status = copy_document(build, target, &build->release.documents[i], &content, error);
    samme_buffer_free(&content);
    return status;
}

static samme_status write_release(const struct build *build, const samme_chain_folder *chain,
                                  samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX];
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_release_text(&chain->root, &build->release, &text, error);
    if (status == SAMME_OK)
        status = samme_release_path(chain, build->release.version, folder, error);
    if (status == SAMME_OK)
        status = remove_tree(folder, error);
    if (status == SAMME_OK)
        status = samme_folder_make(folder, error);
    if (status == SAMME_OK)
        status = write_documents(build, folder, error);
    if (status == SAMME_OK) /* last: a release.txt stands for a whole build */
        status = samme_note_file_write(folder, "release.txt", samme_buffer_span(&text), error);
    samme_buffer_free(&text);
    return status;
}

static samme_status copy_line(const char *what, const char *line, char *out, size_t size,
                              samme_error *error) {
    if (strlen(line) >= size)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: expected at most %zu bytes", what, size - 1);
    snprintf(out, size, "%s", line);
    return SAMME_OK;
}

static samme_status fill_head(const struct build_options *options, const samme_chain_folder *chain,
                              samme_release *out, samme_error *error) {
    const struct passwd *user = options->author == NULL ? getpwuid(geteuid()) : NULL;
    const char *author = options->author != NULL ? options->author
                         : user != NULL          ? user->pw_name
                                                 : "unknown";
    uint64_t newest;
    samme_status status = copy_line("--author", author, out->author, sizeof out->author, error);
    if (status == SAMME_OK)
        status = copy_line("--reason", options->reason, out->reason, sizeof out->reason, error);
    if (status == SAMME_OK)
        status = samme_release_newest(chain, &newest, &out->previous, error);
    if (status != SAMME_OK)
        return status;
    out->version = newest + 1;
    out->decide_version = SAMME_DECIDE_VERSION;
    out->issued_ms = samme_clock_wall_ms();
    return SAMME_OK;
}

static int build_release(const struct build_options *options, const samme_chain_folder *chain) {
    samme_error error = {.status = SAMME_OK};
    struct build build = {.documents = options->documents, .error = &error};
    int code = SAMME_EXIT_OK;
    samme_status status = fill_head(options, chain, &build.release, &error);
    if (status == SAMME_OK)
        status = samme_folder_walk(options->documents, visit_document, &build, &error);
    if (status == SAMME_OK)
        code = check_policy(&build, chain);
    if (status == SAMME_OK && code == SAMME_EXIT_OK)
        status = write_release(&build, chain, &error);
    if (status != SAMME_OK)
        code = samme_cli_fail(&error);
    else if (code == SAMME_EXIT_OK)
        printf("release %llu: %zu documents, in %s/releases/%llu, not signed\n",
               (unsigned long long)build.release.version, build.release.document_count, chain->path,
               (unsigned long long)build.release.version);
    free_build(&build);
    return code;
}

int samme_cli_release_build(int argc, char **argv) {
    static const struct argp_option rows[] = {
        {.name = "reason", .key = 'r', .arg = "TEXT", .doc = "why, in one line"},
        {.name = "author", .key = 'a', .arg = "NAME", .doc = "who (default: the login name)"},
        {0},
    };
    static const struct argp argp = {
        .options = rows,
        .parser = parse_build,
        .args_doc = "DIR DOCS",
        .doc = "Makes the next release of all documents below DOCS (names that begin with '.' and "
               "symbolic links are passed over) in the chain's folder DIR, as "
               "releases/N/release.txt with copies in releases/N/docs/. The policy must be sound: "
               "otherwise its error is shown, and the exit code is 1.",
    };
    struct build_options options = {.folder = NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0)
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    samme_chain_folder chain;
    if (samme_chain_open(options.folder, &chain, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    int code = build_release(&options, &chain);
    samme_chain_close(&chain);
    return code;
}
