/* samme release build: a folder of documents, proved sound, becomes the next release, not signed
 * yet. */
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/authored_folder.h"
#include "cli/cli.h"
#include "cli/release_examine.h"
#include "cli/release_folder.h"
#include "cli/release_options.h"
#include "cli/release_waves.h"
#include "os/clock.h"
#include "os/files.h"
#include "policy/policy.h"

/* One release on its way; documents and before are folders read whole. */
struct build {
    const samme_build_options *options;
    const samme_chain_folder *chain;
    char documents_path[SAMME_FILE_PATH_MAX];
    samme_authored_folder documents;
    samme_authored_folder before; /* of the release before; empty for the first */
    samme_release release;
    samme_examined examined;
};

static samme_status read_release_documents(const samme_chain_folder *chain, uint64_t version,
                                           samme_authored_folder *out, samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX], path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_release_path(chain, version, folder, error);
    if (status == SAMME_OK)
        status = samme_path_in(folder, "docs", path, error);
    return status == SAMME_OK ? samme_authored_folder_read(path, out, error) : status;
}

static samme_status read_documents(struct build *build, samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX];
    const samme_build_options *options = build->options;
    samme_status status = SAMME_OK;
    if (options->from == 0)
        snprintf(build->documents_path, sizeof build->documents_path, "%s", options->documents);
    else if ((status = samme_release_path(build->chain, options->from, folder, error)) == SAMME_OK)
        status = samme_path_in(folder, "docs", build->documents_path, error);
    if (status == SAMME_OK)
        status = samme_authored_folder_read(build->documents_path, &build->documents, error);
    if (status == SAMME_OK && build->release.version > 1)
        status =
            read_release_documents(build->chain, build->release.version - 1, &build->before, error);
    return status;
}

static samme_status list_documents(struct build *build, samme_error *error) {
    samme_release *release = &build->release;
    release->documents = calloc(build->documents.count + 1, sizeof *release->documents);
    if (release->documents == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the list of documents");
    for (size_t i = 0; i < build->documents.count; i++) {
        const samme_document *document = &build->documents.documents[i];
        samme_release_document *listed = &release->documents[i];
        if (!samme_document_path_valid(document->path))
            return samme_fail(error, SAMME_MALFORMED,
                              "%s/%s: expected a path of at most %u bytes of UTF-8 without spaces",
                              build->documents_path, document->path, SAMME_PATH_MAX);
        snprintf(listed->path, sizeof listed->path, "%s", document->path);
        listed->length = (uint32_t)document->content.length;
        listed->hash = samme_sha256(document->content);
        release->document_count++;
    }
    return SAMME_OK;
}

static bool dropped(const samme_build_options *options, uint64_t version) {
    for (size_t i = 0; i < options->drop_count; i++)
        if (options->drops[i] == version)
            return true;
    return false;
}

/* What the release before kept and itself, unless told to drop it: nothing is forgotten by not
 * being thought of. Its baseline goes on too. */
static samme_status fill_keeps(struct build *build, samme_error *error) {
    samme_release before = {.version = 0}, *release = &build->release;
    samme_hash hash;
    if (release->version == 1) {
        release->baseline = build->options->baseline != 0 ? build->options->baseline : 1;
        return SAMME_OK;
    }
    samme_status status =
        samme_release_signed(build->chain, release->version - 1, &before, &hash, error);
    if (status != SAMME_OK)
        return status;
    release->keeps = calloc(before.keep_count + 1, sizeof *release->keeps);
    if (release->keeps == NULL)
        status = samme_fail(error, SAMME_NO_MEMORY, "no memory for the releases kept");
    for (size_t i = 0; status == SAMME_OK && i < before.keep_count; i++)
        if (!dropped(build->options, before.keeps[i].version))
            release->keeps[release->keep_count++] = before.keeps[i];
    if (status == SAMME_OK && !dropped(build->options, before.version))
        release->keeps[release->keep_count++] =
            (samme_release_kept){.version = before.version, .note_hash = hash};
    release->baseline = build->options->baseline != 0 ? build->options->baseline : before.baseline;
    samme_release_free(&before);
    return status;
}

static samme_status copy_line(const char *what, const char *line, char *out, size_t size,
                              samme_error *error) {
    if (strlen(line) >= size)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: expected at most %zu bytes", what, size - 1);
    snprintf(out, size, "%s", line);
    return SAMME_OK;
}

static samme_status fill_head(struct build *build, samme_error *error) {
    const samme_build_options *options = build->options;
    samme_release *out = &build->release;
    const struct passwd *user = options->author == NULL ? getpwuid(geteuid()) : NULL;
    const char *author = options->author != NULL ? options->author
                         : user != NULL          ? user->pw_name
                                                 : "unknown";
    uint64_t newest;
    samme_status status = copy_line("--author", author, out->author, sizeof out->author, error);
    if (status == SAMME_OK)
        status = copy_line("--reason", options->reason, out->reason, sizeof out->reason, error);
    if (status == SAMME_OK)
        status = samme_release_newest(build->chain, &newest, &out->previous, error);
    if (status != SAMME_OK)
        return status;
    out->version = newest + 1;
    out->decide_version = SAMME_DECIDE_VERSION;
    out->issued_ms = samme_clock_wall_ms();
    out->at_ms = options->at_ms;
    out->expires_ms = options->expires_ms;
    out->from = options->from;
    return fill_keeps(build, error);
}

/* Going back is old content under a new number: exactly what was signed then. */
static samme_status check_from(const struct build *build, samme_error *error) {
    samme_release from;
    if (build->options->from == 0)
        return SAMME_OK;
    samme_status status =
        samme_release_signed(build->chain, build->options->from, &from, NULL, error);
    if (status != SAMME_OK)
        return status;
    if (!samme_release_same_documents(&from, &build->release))
        status = samme_fail(error, SAMME_MISMATCH, "%s: not the documents of release %llu",
                            build->documents_path, (unsigned long long)from.version);
    samme_release_free(&from);
    return status;
}

static samme_status read_waves(struct build *build, const Samme__Chain *chain, samme_error *error) {
    const char *path = build->options->waves;
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_file_read(path, &text, error);
    if (status == SAMME_OK)
        status = samme_release_waves_read(samme_buffer_span(&text), path, chain,
                                          build->release.issued_ms, &build->release, error);
    samme_buffer_free(&text);
    return status;
}

/* What the policy says of the chain: its name, and who is in which wave. */
static samme_status check_chain(struct build *build, samme_error *error) {
    samme_policy *policy = NULL;
    samme_status status =
        samme_policy_compile(build->documents.documents, build->documents.count, &policy, error);
    if (status != SAMME_OK)
        return status;
    const char *name = samme_policy_chain(policy)->chain;
    if (strcmp(name, build->chain->root.chain) != 0)
        status = samme_fail(error, SAMME_MISMATCH, "chain.yaml: of chain \"%s\", expected \"%s\"",
                            name, build->chain->root.chain);
    if (status == SAMME_OK && build->options->waves != NULL)
        status = read_waves(build, samme_policy_chain(policy), error);
    samme_policy_free(policy);
    return status;
}

/* As samme check says it, and as its exit code. */
static samme_status examine(struct build *build, bool *out_sound, samme_error *error) {
    const samme_check_folder now = {build->documents.documents, build->documents.count};
    const samme_check_folder before = {build->before.documents, build->before.count};
    samme_status status = samme_release_examine(&now, build->release.version > 1 ? &before : NULL,
                                                build->options->from == 0, &build->examined, error);
    if (status != SAMME_OK)
        return status;
    *out_sound = build->examined.blocking == 0;
    if (!*out_sound) {
        fwrite(build->examined.text.data, 1, build->examined.text.length, stdout);
        return SAMME_OK;
    }
    samme_examined_note(&build->examined, &build->release);
    status = samme_release_waivers(&now, &build->release, error);
    return status == SAMME_OK ? check_chain(build, error) : status;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

/* What an earlier build of the same version left. A holder's signature on it is not thrown away
 * unasked. */
static samme_status remove_tree(const char *path, samme_error *error) {
    bool unused;
    char part[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(path, "release.part", part, error);
    if (status == SAMME_OK && samme_file_exists(part))
        return samme_fail(error, SAMME_CONFLICT,
                          "%s: is signed by some already; remove the folder to build it anew",
                          path);
    if (status == SAMME_OK)
        status = samme_cli_folder_unused(path, &unused, error);
    if (status == SAMME_OK && !unused && nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        status = samme_fail(error, SAMME_IO, "%s: cannot be removed", path);
    return status;
}

static samme_status write_document(const char *target, const samme_document *document,
                                   samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(target, document->path, path, error);
    if (status != SAMME_OK)
        return status;
    char *slash = strrchr(path, '/');
    *slash = 0;
    status = samme_folder_make(path, error);
    *slash = '/';
    return status == SAMME_OK ? samme_file_write(path, document->content, 0644, error) : status;
}

static samme_status write_documents(const struct build *build, const char *folder,
                                    samme_error *error) {
    char target[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, "docs", target, error);
    for (size_t i = 0; i < build->documents.count && status == SAMME_OK; i++)
        status = write_document(target, &build->documents.documents[i], error);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, "check.json",
                                       samme_buffer_span(&build->examined.check), error);
    if (status == SAMME_OK && build->examined.compared)
        status = samme_note_file_write(folder, "diff.json",
                                       samme_buffer_span(&build->examined.diff), error);
    return status;
}

static samme_status write_release(const struct build *build, samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX];
    samme_buffer text;
    samme_buffer_init(&text, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_release_text(&build->chain->root, &build->release, &text, error);
    if (status == SAMME_OK)
        status = samme_release_path(build->chain, build->release.version, folder, error);
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

static int build_release(const samme_build_options *options, const samme_chain_folder *chain) {
    samme_error error = {.status = SAMME_OK};
    struct build build = {.options = options, .chain = chain};
    bool sound = false;
    samme_status status = fill_head(&build, &error);
    if (status == SAMME_OK)
        status = read_documents(&build, &error);
    if (status == SAMME_OK)
        status = list_documents(&build, &error);
    if (status == SAMME_OK)
        status = check_from(&build, &error);
    if (status == SAMME_OK)
        status = examine(&build, &sound, &error);
    if (status == SAMME_OK && sound)
        status = write_release(&build, &error);
    int code = status != SAMME_OK ? samme_cli_fail(&error) : sound ? SAMME_EXIT_OK : SAMME_EXIT_BAD;
    if (code == SAMME_EXIT_OK)
        printf("release %llu: %zu documents, in %s/releases/%llu, not signed\n",
               (unsigned long long)build.release.version, build.release.document_count, chain->path,
               (unsigned long long)build.release.version);
    samme_examined_free(&build.examined);
    samme_release_free(&build.release);
    samme_authored_folder_free(&build.before);
    samme_authored_folder_free(&build.documents);
    return code;
}

int samme_cli_release_build(int argc, char **argv) {
    samme_build_options options = {.folder = NULL};
    if (!samme_build_options_parse(argc, argv, &options))
        return SAMME_EXIT_USAGE;
    samme_error error = {.status = SAMME_OK};
    samme_chain_folder chain;
    if (samme_chain_open(options.folder, &chain, &error) != SAMME_OK)
        return samme_cli_fail(&error);
    int code = build_release(&options, &chain);
    samme_chain_close(&chain);
    return code;
}
