#include "cli/pending.h"

#include <stdio.h>
#include <unistd.h>

#include "enrol/key_file.h"
#include "os/files.h"
#include "samme/limits.h"
#include "tlog/note.h"

static samme_status path_of(const char *folder, const char *name, const char *suffix,
                            char out[static SAMME_FILE_PATH_MAX], samme_error *error) {
    char file[64];
    snprintf(file, sizeof file, "%s%s", name, suffix);
    return samme_path_in(folder, file, out, error);
}

bool samme_pending_there(const char *folder, const char *name) {
    char path[SAMME_FILE_PATH_MAX];
    return path_of(folder, name, ".txt", path, NULL) == SAMME_OK && samme_file_exists(path);
}

/* Reads a note, if it is there and of this text; a part of another text is a mistake. */
static samme_status read_note(const char *path, bool must, samme_pending *pending,
                              samme_error *error) {
    samme_note note;
    if (!samme_file_exists(path))
        return SAMME_OK;
    samme_status status = samme_file_read(path, &pending->note, error);
    if (status == SAMME_OK &&
        (status = samme_note_parse(samme_buffer_span(&pending->note), &note, error)) != SAMME_OK)
        return samme_fail_in(error, status, "%s", path);
    if (status != SAMME_OK || samme_span_equal(note.text, samme_buffer_span(&pending->text)))
        return status;
    samme_buffer_clear(&pending->note);
    return must ? samme_fail(error, SAMME_MISMATCH, "%s: signatures of another text than beside it",
                             path)
                : SAMME_OK;
}

samme_status samme_pending_load(const char *folder, const char *name, samme_pending *out,
                                samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_pending pending;
    samme_buffer_init(&pending.text, SAMME_DOCUMENT_MAX_BYTES);
    samme_buffer_init(&pending.note, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = path_of(folder, name, ".txt", path, error);
    if (status == SAMME_OK)
        status = samme_file_read(path, &pending.text, error);
    if (status == SAMME_OK && (status = path_of(folder, name, ".note", path, error)) == SAMME_OK)
        status = read_note(path, false, &pending, error);
    if (status == SAMME_OK && pending.note.length == 0 &&
        (status = path_of(folder, name, ".part", path, error)) == SAMME_OK)
        status = read_note(path, true, &pending, error);
    if (status == SAMME_OK)
        *out = pending;
    else
        samme_pending_free(&pending);
    return status;
}

void samme_pending_free(samme_pending *pending) {
    samme_buffer_free(&pending->text);
    samme_buffer_free(&pending->note);
}

samme_status samme_pending_begin(const char *folder, const char *name, samme_span text,
                                 samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = path_of(folder, name, ".txt", path, error);
    if (status == SAMME_OK && samme_file_exists(path))
        return samme_fail(error, SAMME_CONFLICT,
                          "%s: waits for signatures: samme chain sign, or remove it and its .part",
                          path);
    return status == SAMME_OK ? samme_file_write(path, text, 0644, error) : status;
}

static void remove_file(const char *folder, const char *name, const char *suffix) {
    char path[SAMME_FILE_PATH_MAX];
    if (path_of(folder, name, suffix, path, NULL) == SAMME_OK)
        (void)unlink(path);
}

samme_status samme_pending_store(const char *folder, const char *name, samme_span note,
                                 bool complete, samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = path_of(folder, name, complete ? ".note" : ".part", path, error);
    if (status == SAMME_OK)
        status = samme_file_write(path, note, 0644, error);
    if (status == SAMME_OK && complete)
        remove_file(folder, name, ".part");
    return status;
}

void samme_pending_end(const char *folder, const char *name) {
    remove_file(folder, name, ".txt");
    remove_file(folder, name, ".part");
}
