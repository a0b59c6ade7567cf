#include "enrol/key_file.h"

#include <stdio.h>

#include "base/text.h"
#include "crypto/sign.h"
#include "os/files.h"

enum { KEY_BYTES = 32, KEY_TEXT_BYTES = 2 * KEY_BYTES + 1, SECRET_MODE = 0600, PUBLIC_MODE = 0644 };

samme_status samme_path_in(const char *folder, const char *name,
                           char out[static SAMME_FILE_PATH_MAX], samme_error *error) {
    int length = snprintf(out, SAMME_FILE_PATH_MAX, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= SAMME_FILE_PATH_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: the path of %s in it is over %u bytes",
                          folder, name, SAMME_FILE_PATH_MAX - 1);
    return SAMME_OK;
}

samme_status samme_key_file_read(const char *folder, const char *name, uint8_t out[static 32],
                                 samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, name, path, error);
    if (status != SAMME_OK)
        return status;
    samme_buffer text;
    samme_buffer_init(&text, KEY_TEXT_BYTES);
    status = samme_file_read(path, &text, error);
    if (status == SAMME_OK || status == SAMME_TOO_LARGE) {
        uint8_t key[KEY_BYTES];
        samme_span digits = samme_buffer_span(&text);
        if (digits.length == KEY_TEXT_BYTES && digits.data[digits.length - 1] == '\n')
            digits.length--;
        if (status == SAMME_OK && samme_hex_parse(digits, key, sizeof key) == SAMME_OK)
            memcpy(out, key, sizeof key);
        else
            status = samme_fail(error, SAMME_MALFORMED, "%s: expected a key of %d hex digits", path,
                                2 * KEY_BYTES);
        samme_wipe(key, sizeof key);
    }
    if (text.data != NULL)
        samme_wipe(text.data, text.capacity);
    samme_buffer_free(&text);
    return status;
}

samme_status samme_key_file_write(const char *folder, const char *name,
                                  const uint8_t key[static 32], samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, name, path, error);
    if (status != SAMME_OK)
        return status;
    samme_buffer text;
    samme_buffer_init(&text, KEY_TEXT_BYTES);
    samme_buffer_extend(&text, KEY_TEXT_BYTES); /* at once, so that no copy is left behind */
    samme_buffer_clear(&text);
    samme_hex_append(&text, SAMME_SPAN(key, KEY_BYTES));
    samme_buffer_u8(&text, '\n');
    status = samme_buffer_status(&text);
    if (status == SAMME_OK)
        status = samme_file_write(path, samme_buffer_span(&text), SECRET_MODE, error);
    else
        status = samme_fail(error, status, "%s: no memory for a key", path);
    if (text.data != NULL)
        samme_wipe(text.data, text.capacity);
    samme_buffer_free(&text);
    return status;
}

samme_status samme_note_file_read(const char *folder, const char *name, samme_buffer *out,
                                  samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, name, path, error);
    return status == SAMME_OK ? samme_file_read(path, out, error) : status;
}

samme_status samme_note_file_write(const char *folder, const char *name, samme_span content,
                                   samme_error *error) {
    char path[SAMME_FILE_PATH_MAX];
    samme_status status = samme_path_in(folder, name, path, error);
    return status == SAMME_OK ? samme_file_write(path, content, PUBLIC_MODE, error) : status;
}

samme_status samme_line_file_read(const char *folder, const char *name, char *out, size_t size,
                                  samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, size); /* size - 1 bytes and a newline */
    samme_status status = samme_note_file_read(folder, name, &text, error);
    if (status == SAMME_OK) {
        size_t length = text.length;
        if (length > 0 && text.data[length - 1] == '\n')
            length--;
        if (length == 0 || length >= size || memchr(text.data, 0, length) != NULL ||
            memchr(text.data, '\n', length) != NULL) {
            status =
                samme_fail(error, SAMME_MALFORMED, "%s/%s: expected one line of at most %zu bytes",
                           folder, name, size - 1);
        } else {
            memcpy(out, text.data, length);
            out[length] = 0;
        }
    }
    samme_buffer_free(&text);
    return status;
}

samme_status samme_line_file_write(const char *folder, const char *name, const char *line,
                                   samme_error *error) {
    samme_buffer text;
    samme_buffer_init(&text, strlen(line) + 1);
    samme_buffer_append_text(&text, line);
    samme_buffer_u8(&text, '\n');
    samme_status status = samme_buffer_status(&text);
    if (status == SAMME_OK)
        status = samme_note_file_write(folder, name, samme_buffer_span(&text), error);
    else
        status = samme_fail(error, status, "%s/%s: no memory", folder, name);
    samme_buffer_free(&text);
    return status;
}
