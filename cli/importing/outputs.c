#include "cli/importing/outputs.h"

#include <errno.h>

#include "wire/mapping.h"

enum { TEXT_MAX_BYTES = 1024 * 1024 };

static samme_status open_file(const char *path, FILE **out, samme_error *error) {
    *out = fopen(path, "we");
    return *out != NULL
               ? SAMME_OK
               : samme_fail(error, SAMME_IO, "%s: cannot write: %s", path, strerror(errno));
}

samme_status samme_import_outputs_open(samme_import_outputs *out, const char *input,
                                       const char *returns_path, const char *rejects_path,
                                       samme_progress *progress, samme_import_tally *tally,
                                       samme_error *error) {
    *out = (samme_import_outputs){.input = input,
                                  .returns_path = returns_path,
                                  .rejects_path = rejects_path,
                                  .progress = progress,
                                  .tally = tally};
    samme_buffer_init(&out->text, TEXT_MAX_BYTES);
    samme_status status = SAMME_OK;
    if (returns_path != NULL) {
        int length = snprintf(out->returns_part, sizeof out->returns_part, "%s.part", returns_path);
        if (length < 0 || (size_t)length >= sizeof out->returns_part)
            return samme_fail(error, SAMME_TOO_LARGE, "%.100s...: too long a path", returns_path);
        status = open_file(out->returns_part, &out->returns, error);
    }
    if (status == SAMME_OK && rejects_path != NULL)
        status = open_file(rejects_path, &out->rejects, error);
    if (status == SAMME_OK && out->rejects != NULL)
        fputs("line,reason,row\n", out->rejects);
    return status;
}

static samme_status close_file(FILE **file, const char *path, samme_error *error) {
    if (*file == NULL)
        return SAMME_OK;
    bool failed = ferror(*file) != 0;
    failed = fclose(*file) != 0 || failed;
    *file = NULL;
    return failed ? samme_fail(error, SAMME_IO, "%s: cannot write: %s", path, strerror(errno))
                  : SAMME_OK;
}

samme_status samme_import_outputs_close(samme_import_outputs *outputs, bool whole,
                                        samme_error *error) {
    bool has_returns = outputs->returns != NULL;
    samme_status status = close_file(&outputs->rejects, outputs->rejects_path, error);
    samme_status returns = close_file(&outputs->returns, outputs->returns_part, error);
    if (status == SAMME_OK)
        status = returns;
    if (has_returns && (!whole || status != SAMME_OK))
        remove(outputs->returns_part);
    else if (has_returns && rename(outputs->returns_part, outputs->returns_path) != 0)
        status = samme_fail(error, SAMME_IO, "%s: cannot write: %s", outputs->returns_path,
                            strerror(errno));
    samme_buffer_free(&outputs->text);
    return status;
}

/* On stderr the first few are enough to see what is wrong; the file has them all. */
static void show_reject(samme_import_outputs *outputs, uint64_t line, const char *reason) {
    if (outputs->shown > SAMME_IMPORT_REJECTS_SHOWN)
        return;
    samme_progress_clear(outputs->progress);
    if (outputs->shown++ < SAMME_IMPORT_REJECTS_SHOWN)
        fprintf(stderr, "%s:%llu: %s\n", outputs->input, (unsigned long long)line, reason);
    else
        fprintf(stderr, "%s: more rows are rejected%s%s\n", outputs->input,
                outputs->rejects_path != NULL ? ", all are in " : "; --rejects FILE keeps them",
                outputs->rejects_path != NULL ? outputs->rejects_path : "");
}

samme_status samme_import_write_reject(void *self, const samme_kept_row *row, samme_row_fault fault,
                                       const char *reason, samme_error *error) {
    samme_import_outputs *outputs = self;
    outputs->tally->rejected[fault]++;
    show_reject(outputs, row->line, reason);
    if (outputs->rejects == NULL)
        return SAMME_OK;
    samme_buffer *text = &outputs->text;
    samme_buffer_clear(text);
    samme_buffer_printf(text, "%llu,", (unsigned long long)row->line);
    samme_csv_append(text, samme_span_of_text(reason));
    samme_buffer_u8(text, ',');
    samme_csv_append(text, row->raw);
    samme_buffer_u8(text, '\n');
    if (fwrite(text->data, 1, text->length, outputs->rejects) == text->length)
        return SAMME_OK;
    return samme_fail(error, SAMME_IO, "%s: cannot write: %s", outputs->rejects_path,
                      strerror(errno));
}

samme_status samme_import_write_return(void *self, const Samme__ImportReturn *line,
                                       samme_error *error) {
    samme_import_outputs *outputs = self;
    if (outputs->returns == NULL)
        return SAMME_OK;
    samme_buffer *text = &outputs->text;
    samme_buffer_clear(text);
    samme_to_json(line, text);
    samme_buffer_u8(text, '\n');
    samme_status status = samme_buffer_status(text);
    if (status != SAMME_OK)
        return samme_fail(error, status, "no room for the return %.100s", line->key);
    if (fwrite(text->data, 1, text->length, outputs->returns) == text->length)
        return SAMME_OK;
    return samme_fail(error, SAMME_IO, "%s: cannot write: %s", outputs->returns_part,
                      strerror(errno));
}
