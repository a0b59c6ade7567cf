#include "tests/unit/lib/tlog/files.h"

#include <stdlib.h>

#include "tests/unit/lib/tlog/notes.h"

void files_free(files *self) {
    for (size_t i = 0; i < self->count; i++)
        free(self->all[i].bytes);
    free(self->all);
    *self = (files){0};
}

file *files_find(files *self, const char *path) {
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->all[i].path, path) == 0)
            return &self->all[i];
    return NULL;
}

file *files_get(files *self, const char *path) {
    file *found = files_find(self, path);
    cr_assert_not_null(found, "no %s", path);
    return found;
}

void files_remove(files *self, const char *path) {
    file *gone = files_get(self, path);
    free(gone->bytes);
    *gone = self->all[--self->count];
}

void files_put(files *self, const char *path, samme_span content) {
    file *to = files_find(self, path);
    if (to == NULL) {
        self->all = realloc(self->all, (self->count + 1) * sizeof *self->all);
        cr_assert_not_null(self->all);
        to = &self->all[self->count++];
        *to = (file){.length = 0};
        cr_assert_leq(strlen(path), SAMME_TILE_PATH_MAX);
        memcpy(to->path, path, strlen(path) + 1);
    }
    uint8_t *bytes = malloc(content.length + 1);
    cr_assert_not_null(bytes);
    if (content.length > 0)
        memcpy(bytes, content.data, content.length);
    free(to->bytes);
    to->bytes = bytes;
    to->length = content.length;
}

static samme_status write_file(void *self, const char *path, samme_span content,
                               samme_error *error) {
    (void)error;
    cr_assert_null(files_find(self, path), "%s is written twice", path);
    files_put(self, path, content);
    return SAMME_OK;
}

samme_log_sink files_sink(files *self) {
    return (samme_log_sink){self, write_file};
}

static samme_status read_file(void *context, const char *path, samme_buffer *out,
                              samme_error *error) {
    files *self = context;
    self->reads++;
    if (self->unreadable != NULL && strcmp(self->unreadable, path) == 0)
        return samme_fail(error, SAMME_IO, "the disk refuses");
    const file *found = files_find(self, path);
    if (found == NULL)
        return SAMME_NOT_FOUND;
    samme_buffer_append(out, SAMME_SPAN(found->bytes, found->length));
    return samme_buffer_status(out);
}

samme_log_files files_source(files *self) {
    return (samme_log_files){self, read_file};
}

samme_span entry_of(uint64_t i, uint8_t room[static 8]) {
    uint64_t mixed = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    for (unsigned byte = 0; byte < 8; byte++)
        room[byte] = (uint8_t)(mixed >> 8 * byte);
    return SAMME_SPAN(room, i % 9);
}

void files_sign(files *self, uint64_t size, const samme_hash *root) {
    const samme_seed seed = seed_of(1);
    const samme_checkpoint head = {.size = size, .root = *root};
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    cr_assert_eq(samme_checkpoint_sign(FILES_LOG, &seed, &head, &note), SAMME_OK);
    files_put(self, SAMME_CHECKPOINT_PATH, samme_buffer_span(&note));
    samme_buffer_free(&note);
}

files files_of_log(uint64_t size) {
    files made = {0};
    samme_log_writer writer;
    samme_error error = {.text = ""};
    samme_log_writer_init(&writer, files_sink(&made));
    for (uint64_t i = 0; i < size; i++) {
        uint8_t room[8];
        cr_assert_eq(samme_log_writer_append(&writer, entry_of(i, room), &error), SAMME_OK, "%s",
                     error.text);
    }
    cr_assert_eq(writer.range.size, size);
    const samme_hash root = samme_range_root(&writer.range);
    cr_assert_eq(samme_log_writer_finish(&writer, SAMME_SPAN(NULL, 0), &error), SAMME_OK);
    files_sign(&made, size, &root);
    samme_log_writer_free(&writer);
    return made;
}

samme_status files_verify(files *self, samme_log_head *out_head,
                          char out_broken[static SAMME_TILE_PATH_MAX + 1], samme_error *out_why) {
    const samme_log_files source = files_source(self);
    const samme_vkey key = vkey_of(FILES_LOG, 1);
    out_broken[0] = 0;
    out_why->text[0] = 0;
    out_head->size = 4711;
    samme_status status = samme_log_verify(&source, &key, out_head, out_broken, out_why);
    if (status != SAMME_OK) {
        cr_assert_eq(out_head->size, 4711, "written on success only");
        cr_assert_neq(out_broken[0], 0);
        cr_assert_neq(out_why->text[0], 0);
        cr_assert_eq(out_why->status, status);
    }
    return status;
}

void expect_broken(files *self, samme_status status, const char *path) {
    samme_log_head head;
    char broken[SAMME_TILE_PATH_MAX + 1];
    samme_error why;
    samme_status got = files_verify(self, &head, broken, &why);
    cr_assert(got == status && strcmp(broken, path) == 0, "expected %s: %s, got %s: %s (%s)", path,
              samme_status_name(status), broken, samme_status_name(got), why.text);
}

void expect_good(files *self, uint64_t size) {
    samme_log_head head;
    char broken[SAMME_TILE_PATH_MAX + 1];
    samme_error why;
    samme_status got = files_verify(self, &head, broken, &why);
    cr_assert_eq(got, SAMME_OK, "%s: %s", broken, why.text);
    cr_assert_eq(head.size, size);
}
