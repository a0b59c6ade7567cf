#include "os/files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { READ_BYTES = 64 * 1024 };

static samme_status fail_errno(samme_error *error, const char *path, const char *what) {
    int cause = errno;
    samme_status status = cause == ENOENT                      ? SAMME_NOT_FOUND
                          : cause == ENOSPC || cause == EDQUOT ? SAMME_FULL
                          : cause == ENOMEM                    ? SAMME_NO_MEMORY
                                                               : SAMME_IO;
    return samme_fail(error, status, "%s: %s: %s", path, what, strerror(cause));
}

/* Joins into out of PATH_MAX bytes. */
static samme_status join(const char *a, const char *b, const char *c, char out[static PATH_MAX],
                         samme_error *error) {
    int length = snprintf(out, PATH_MAX, "%s%s%s", a, b, c);
    if (length < 0 || length >= PATH_MAX)
        return samme_fail(error, SAMME_TOO_LARGE, "%s: the path is over %d bytes", a, PATH_MAX - 1);
    return SAMME_OK;
}

static int open_again(const char *path, int flags, unsigned mode) {
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, (mode_t)mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static ssize_t read_again(int fd, void *out, size_t length) {
    ssize_t got;
    do
        got = read(fd, out, length);
    while (got < 0 && errno == EINTR);
    return got;
}

/* To the end of the file; the byte over the maximum is read to know that there is one. */
static samme_status read_all(int fd, const char *path, samme_buffer *out, samme_error *error) {
    uint8_t chunk[READ_BYTES];
    for (;;) {
        ssize_t got = read_again(fd, chunk, sizeof chunk);
        if (got < 0)
            return fail_errno(error, path, "cannot be read");
        if (got == 0)
            return SAMME_OK;
        samme_buffer_append(out, SAMME_SPAN(chunk, (size_t)got));
        samme_status status = samme_buffer_status(out);
        if (status == SAMME_TOO_LARGE)
            return samme_fail(error, status, "%s: larger than the %zu bytes expected at most", path,
                              out->maximum);
        if (status != SAMME_OK)
            return samme_fail(error, status, "%s: no memory for its content", path);
    }
}

samme_status samme_file_read(const char *path, samme_buffer *out, samme_error *error) {
    assert(samme_buffer_status(out) == SAMME_OK);
    int fd = open_again(path, O_RDONLY, 0);
    if (fd < 0)
        return fail_errno(error, path, "cannot be opened");
    size_t before = out->length;
    samme_status status = read_all(fd, path, out, error);
    if (status != SAMME_OK) {
        out->length = before;
        out->status = SAMME_OK;
    }
    close(fd);
    return status;
}

static samme_status write_all(int fd, const char *path, samme_span content, samme_error *error) {
    while (content.length > 0) {
        ssize_t written = write(fd, content.data, content.length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail_errno(error, path, "cannot be written");
        content = SAMME_SPAN(content.data + written, content.length - (size_t)written);
    }
    return SAMME_OK;
}

/* Makes a new or renamed name in the folder of `path` durable. */
static samme_status sync_folder_of(const char *path, samme_error *error) {
    char folder[PATH_MAX];
    samme_status status = join(path, "", "", folder, error);
    if (status != SAMME_OK)
        return status;
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        memcpy(folder, ".", 2);
    else if (slash == folder)
        memcpy(folder, ".", 2);
    else
        *slash = 0;
    int fd = open_again(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fail_errno(error, folder, "cannot be opened");
    if (fsync(fd) != 0)
        status = fail_errno(error, folder, "cannot be synced");
    close(fd);
    return status;
}

/* A new file, so that neither the mode nor the target of a stale one is taken over. */
static samme_status write_new(const char *path, samme_span content, unsigned mode,
                              samme_error *error) {
    if (unlink(path) != 0 && errno != ENOENT)
        return fail_errno(error, path, "cannot be replaced");
    int fd = open_again(path, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (fd < 0)
        return fail_errno(error, path, "cannot be made");
    samme_status status = write_all(fd, path, content, error);
    if (status == SAMME_OK && fsync(fd) != 0)
        status = fail_errno(error, path, "cannot be synced");
    if (close(fd) != 0 && status == SAMME_OK)
        status = fail_errno(error, path, "cannot be closed");
    return status;
}

samme_status samme_file_write(const char *path, samme_span content, unsigned mode,
                              samme_error *error) {
    char temporary[PATH_MAX];
    samme_status status = join(path, ".tmp", "", temporary, error);
    if (status != SAMME_OK)
        return status;
    status = write_new(temporary, content, mode, error);
    if (status == SAMME_OK && rename(temporary, path) != 0)
        status = fail_errno(error, path, "cannot be replaced");
    if (status != SAMME_OK) {
        unlink(temporary);
        return status;
    }
    return sync_folder_of(path, error);
}

bool samme_file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static samme_status make_one(const char *path, samme_error *error) {
    if (mkdir(path, 0700) == 0)
        return sync_folder_of(path, error);
    struct stat info;
    if (errno != EEXIST)
        return fail_errno(error, path, "the folder cannot be made");
    if (stat(path, &info) != 0)
        return fail_errno(error, path, "cannot be looked at");
    if (!S_ISDIR(info.st_mode))
        return samme_fail(error, SAMME_IO, "%s: a folder was expected, this is something else",
                          path);
    return SAMME_OK;
}

samme_status samme_folder_make(const char *path, samme_error *error) {
    char prefix[PATH_MAX];
    samme_status status = join(path, "", "", prefix, error);
    if (status != SAMME_OK)
        return status;
    size_t length = strlen(prefix);
    while (length > 1 && prefix[length - 1] == '/')
        prefix[--length] = 0;
    for (size_t i = 1; i < length && status == SAMME_OK; i++) {
        if (prefix[i] != '/' || prefix[i - 1] == '/')
            continue;
        prefix[i] = 0;
        status = make_one(prefix, error);
        prefix[i] = '/';
    }
    return status == SAMME_OK ? make_one(prefix, error) : status;
}

static samme_status held_by_other(int fd, const char *folder, samme_error *error) {
    char text[24];
    ssize_t got = pread(fd, text, sizeof text, 0);
    size_t length = got > 0 ? (size_t)got : 0;
    uint64_t pid;
    if (length > 0 && text[length - 1] == '\n')
        length--;
    if (samme_u64_parse(SAMME_SPAN(text, length), &pid) != SAMME_OK)
        return samme_fail(error, SAMME_CONFLICT, "%s: held by another process", folder);
    return samme_fail(error, SAMME_CONFLICT, "%s: held by process %llu", folder,
                      (unsigned long long)pid);
}

static samme_status write_owner(int fd, const char *path, samme_error *error) {
    char text[24];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0)
        return fail_errno(error, path, "cannot be emptied");
    return write_all(fd, path, SAMME_SPAN(text, (size_t)length), error);
}

samme_status samme_folder_own(const char *folder, int *out_fd, samme_error *error) {
    char path[PATH_MAX];
    samme_status status = join(folder, "/", "owner", path, error);
    if (status != SAMME_OK)
        return status;
    int fd = open_again(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        return fail_errno(error, path, "cannot be opened");
    int locked;
    do
        locked = flock(fd, LOCK_EX | LOCK_NB);
    while (locked != 0 && errno == EINTR);
    if (locked == 0)
        status = write_owner(fd, path, error);
    else if (errno == EWOULDBLOCK)
        status = held_by_other(fd, folder, error);
    else
        status = fail_errno(error, path, "cannot be locked");
    if (status != SAMME_OK) {
        close(fd);
        return status;
    }
    *out_fd = fd;
    return SAMME_OK;
}
