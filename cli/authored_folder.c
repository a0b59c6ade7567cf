#include "cli/authored_folder.h"

#include <stdio.h>
#include <stdlib.h>

#include "os/files.h"
#include "samme/limits.h"

typedef struct reading {
    const char *root;
    samme_authored_folder *folder;
    samme_error *error;
} reading;

static samme_status add(reading *in, const char *path, samme_span content) {
    samme_authored_folder *folder = in->folder;
    samme_document *more =
        realloc(folder->documents, (folder->count + 1) * sizeof *folder->documents);
    if (more != NULL)
        folder->documents = more;
    char *name = more == NULL ? NULL : strdup(path);
    if (name == NULL)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for %s", path);
    folder->documents[folder->count++] = (samme_document){.path = name, .content = content};
    folder->bytes += content.length;
    return SAMME_OK;
}

static samme_status visit(void *context, const char *relative_path) {
    reading *in = context;
    if (in->folder->count == SAMME_RELEASE_MAX_DOCUMENTS ||
        in->folder->bytes > SAMME_AUTHORED_MAX_BYTES)
        return samme_fail(in->error, SAMME_TOO_LARGE,
                          "%s: expected at most %u files of %u MiB together", in->root,
                          SAMME_RELEASE_MAX_DOCUMENTS, SAMME_AUTHORED_MAX_BYTES >> 20);
    char *path = NULL;
    if (asprintf(&path, "%s/%s", in->root, relative_path) < 0)
        return samme_fail(in->error, SAMME_NO_MEMORY, "no memory for %s", relative_path);
    samme_buffer content;
    samme_buffer_init(&content, SAMME_DOCUMENT_MAX_BYTES);
    samme_status status = samme_file_read(path, &content, in->error);
    free(path);
    if (status == SAMME_OK)
        status = add(in, relative_path, samme_buffer_span(&content));
    if (status != SAMME_OK)
        samme_buffer_free(&content);
    return status;
}

samme_status samme_authored_folder_read(const char *root, samme_authored_folder *out,
                                        samme_error *error) {
    samme_authored_folder folder = {.documents = NULL};
    reading in = {.root = root, .folder = &folder, .error = error};
    samme_status status = samme_folder_walk(root, visit, &in, error);
    if (status == SAMME_OK)
        *out = folder;
    else
        samme_authored_folder_free(&folder);
    return status;
}

void samme_authored_folder_free(samme_authored_folder *folder) {
    for (size_t i = 0; i < folder->count; i++) {
        free((char *)(uintptr_t)folder->documents[i].path);
        free((uint8_t *)(uintptr_t)folder->documents[i].content.data);
    }
    free(folder->documents);
    *folder = (samme_authored_folder){.documents = NULL};
}
