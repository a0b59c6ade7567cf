#include "cli/release_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/text.h"
#include "enrol/key_file.h"
#include "os/files.h"

samme_status samme_release_path(const samme_chain_folder *chain, uint64_t version,
                                char out[static SAMME_FILE_PATH_MAX], samme_error *error) {
    char name[40];
    snprintf(name, sizeof name, "releases/%llu", (unsigned long long)version);
    return samme_path_in(chain->path, name, out, error);
}

static bool has_file(const samme_chain_folder *chain, uint64_t version, const char *file) {
    char folder[SAMME_FILE_PATH_MAX], path[SAMME_FILE_PATH_MAX];
    return samme_release_path(chain, version, folder, NULL) == SAMME_OK &&
           samme_path_in(folder, file, path, NULL) == SAMME_OK && samme_file_exists(path);
}

samme_status samme_release_highest(const samme_chain_folder *chain, const char *file,
                                   uint64_t *out_version, samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(chain->path, "releases", path, error);
    if (status != SAMME_OK)
        return status;
    *out_version = 0;
    DIR *directory = opendir(path);
    if (directory == NULL)
        return errno == ENOENT ? SAMME_OK
                               : samme_fail(error, SAMME_IO, "%s: %s", path, strerror(errno));
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        uint64_t version;
        if (samme_u64_parse(samme_span_of_text(entry->d_name), &version) == SAMME_OK &&
            version > *out_version && has_file(chain, version, file))
            *out_version = version;
    }
    closedir(directory);
    return SAMME_OK;
}

samme_status samme_release_signed(const samme_chain_folder *chain, uint64_t version,
                                  samme_release *out, samme_hash *out_hash, samme_error *error) {
    char folder[SAMME_FILE_PATH_MAX];
    samme_release release;
    samme_buffer note;
    uint64_t published;
    samme_buffer_init(&note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_chain_published(chain, &published, NULL, error);
    if (status == SAMME_OK && published != version)
        status = samme_release_path(chain, version, folder, error);
    else
        snprintf(folder, sizeof folder, "%s", chain->path);
    if (status == SAMME_OK)
        status = samme_note_file_read(folder, "release.note", &note, error);
    if (status == SAMME_OK && (status = samme_chain_open_release(chain, samme_buffer_span(&note),
                                                                 &release, error)) != SAMME_OK)
        status = samme_fail_in(error, status, "%s/release.note", folder);
    if (status == SAMME_OK && release.version != version) {
        /* a note that lies in the wrong place would start a second history */
        status = samme_fail(error, SAMME_MISMATCH, "%s/release.note: is release %llu", folder,
                            (unsigned long long)release.version);
        samme_release_free(&release);
    }
    if (status == SAMME_OK) {
        *out = release;
        if (out_hash != NULL)
            *out_hash = samme_sha256(samme_buffer_span(&note));
    }
    samme_buffer_free(&note);
    return status;
}

bool samme_release_same_documents(const samme_release *a, const samme_release *b) {
    if (a->document_count != b->document_count)
        return false;
    for (size_t i = 0; i < a->document_count; i++)
        if (strcmp(a->documents[i].path, b->documents[i].path) != 0 ||
            !samme_hash_equal(&a->documents[i].hash, &b->documents[i].hash))
            return false;
    return true;
}

samme_status samme_release_newest(const samme_chain_folder *chain, uint64_t *out_version,
                                  samme_hash *out_hash, samme_error *error) {
    uint64_t published, newest;
    samme_hash none = {{0}};
    samme_status status = samme_chain_published(chain, &published, NULL, error);
    if (status == SAMME_OK)
        status = samme_release_highest(chain, "release.note", &newest, error);
    if (status != SAMME_OK)
        return status;
    if (published > newest)
        newest = published;
    samme_release release = {.version = 0};
    if (newest == 0)
        *out_hash = none;
    else
        status = samme_release_signed(chain, newest, &release, out_hash, error);
    samme_release_free(&release);
    if (status == SAMME_OK)
        *out_version = newest;
    return status;
}
