#include "cli/importing/input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

samme_status samme_import_input_open(const char *path, samme_import_input *out,
                                     samme_error *error) {
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return samme_fail(error, errno == ENOENT ? SAMME_NOT_FOUND : SAMME_IO, "%s: %s", path,
                          strerror(errno));
    *out = (samme_import_input){.name = standard ? "stdin" : path, .fd = fd};
    struct stat about;
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0)
        out->size = (uint64_t)about.st_size;
    return SAMME_OK;
}

void samme_import_input_close(samme_import_input *input) {
    if (input->fd > STDIN_FILENO)
        close(input->fd);
    input->fd = -1;
}

static bool begins(samme_span bytes, samme_span mark) {
    return bytes.length >= mark.length && memcmp(bytes.data, mark.data, mark.length) == 0;
}

static samme_status check_begin(const samme_import_input *input, samme_span bytes,
                                samme_error *error) {
    const char *reader = NULL;
    if (begins(bytes, SAMME_LITERAL("\xfd"
                                    "7zXZ")))
        reader = "xz";
    else if (begins(bytes, SAMME_LITERAL("\x1f\x8b")))
        reader = "gzip";
    if (reader == NULL)
        return SAMME_OK;
    return samme_fail(error, SAMME_UNSUPPORTED,
                      "%s is compressed: `%s -dc FILE | samme import receipts - ...` reads it",
                      input->name, reader);
}

static samme_status read_input(void *self, uint8_t *out, size_t room, size_t *out_length,
                               samme_error *error) {
    samme_import_input *input = self;
    ssize_t length;
    do {
        length = read(input->fd, out, room);
    } while (length < 0 && errno == EINTR);
    if (length < 0)
        return samme_fail(error, SAMME_IO, "%s: cannot read: %s", input->name, strerror(errno));
    *out_length = (size_t)length;
    if (input->begun)
        return SAMME_OK;
    input->begun = true;
    return check_begin(input, SAMME_SPAN(out, *out_length), error);
}

samme_csv_source samme_import_input_source(samme_import_input *input) {
    return (samme_csv_source){.self = input, .read = read_input};
}
