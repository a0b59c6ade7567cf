#include "cli/passphrase.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/sign.h"
#include "os/files.h"

enum { LEAST_BYTES = 8 };

/* The buffer has what the file holds; its first line stays. */
static samme_status first_line(const char *path, samme_buffer *out, size_t start,
                               samme_error *error) {
    const uint8_t *begin = out->data + start;
    const uint8_t *end = out->length > start ? memchr(begin, '\n', out->length - start) : NULL;
    if (end != NULL)
        out->length = (size_t)(end - out->data);
    if (out->length == start)
        return samme_fail(error, SAMME_DENIED, "%s: expected a passphrase in its first line", path);
    return SAMME_OK;
}

static samme_status read_typed(int terminal, samme_buffer *out, samme_error *error) {
    uint8_t byte;
    while (read(terminal, &byte, 1) == 1 && byte != '\n')
        samme_buffer_u8(out, byte);
    byte = 0;
    samme_status status = samme_buffer_status(out);
    return status == SAMME_OK ? status
                              : samme_fail(error, status, "a passphrase has at most %u bytes",
                                           SAMME_PASSPHRASE_MAX_BYTES);
}

static samme_status ask_terminal(const char *prompt, const char *path, samme_buffer *out,
                                 samme_error *error) {
    struct termios before, silent;
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0 || tcgetattr(terminal, &before) != 0) {
        if (terminal >= 0)
            close(terminal);
        return samme_fail(error, SAMME_DENIED,
                          "%s: sealed, and no terminal to ask for its passphrase at; "
                          "SAMME_PASSPHRASE_FILE may name a file that holds it",
                          path);
    }
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    dprintf(terminal, "%s %s: ", prompt, path);
    tcsetattr(terminal, TCSAFLUSH, &silent);
    samme_status status = read_typed(terminal, out, error);
    tcsetattr(terminal, TCSAFLUSH, &before);
    dprintf(terminal, "\n");
    close(terminal);
    return status;
}

static samme_status ask(void *self, const char *path, samme_buffer *out, samme_error *error) {
    (void)self;
    const char *file = getenv("SAMME_PASSPHRASE_FILE");
    if (file == NULL || file[0] == 0)
        return ask_terminal("passphrase of", path, out, error);
    size_t start = out->length;
    samme_status status = samme_file_read(file, out, error);
    return status == SAMME_OK ? first_line(file, out, start, error) : status;
}

samme_passphrase_source samme_cli_passphrase(void) {
    return (samme_passphrase_source){.ask = ask};
}

static samme_status ask_again(const char *path, samme_span first, samme_error *error) {
    samme_buffer again;
    samme_buffer_init(&again, SAMME_PASSPHRASE_MAX_BYTES);
    samme_buffer_extend(&again, SAMME_PASSPHRASE_MAX_BYTES);
    samme_buffer_clear(&again);
    samme_status status = ask_terminal("once more, of", path, &again, error);
    if (status == SAMME_OK && !samme_span_equal(samme_buffer_span(&again), first))
        status = samme_fail(error, SAMME_DENIED, "%s: two different passphrases", path);
    if (again.data != NULL)
        samme_wipe(again.data, again.capacity);
    samme_buffer_free(&again);
    return status;
}

samme_status samme_cli_new_passphrase(const char *path, samme_buffer *out, samme_error *error) {
    const char *file = getenv("SAMME_PASSPHRASE_FILE");
    size_t start = out->length;
    samme_status status = ask(NULL, path, out, error);
    if (status == SAMME_OK && out->length - start < LEAST_BYTES)
        status = samme_fail(error, SAMME_DENIED, "%s: expected a passphrase of at least %d bytes",
                            path, LEAST_BYTES);
    if (status == SAMME_OK && (file == NULL || file[0] == 0))
        status = ask_again(path, SAMME_SPAN(out->data + start, out->length - start), error);
    return status;
}
