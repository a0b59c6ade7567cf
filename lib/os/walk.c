#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "os/files.h"

/* Names waiting at once; a folder of documents has some thousands. */
enum { WAITING_MAX = 65536 };

/* A walk keeps the paths still to be seen in one ordered map, folders with a '/' at their end. The
 * content of a folder sorts where the folder stood, so the map is the order and the list of work.
 */
struct walk {
    const char *root;
    int root_fd;
    samme_map *waiting;
    samme_error *error;
};

static samme_status fail_errno(const struct walk *walk, const char *path, const char *what) {
    int cause = errno;
    return samme_fail(walk->error, cause == ENOENT ? SAMME_NOT_FOUND : SAMME_IO, "%s/%s: %s: %s",
                      walk->root, path, what, strerror(cause));
}

/* `folder` is "" or ends with '/'. */
static samme_status add(struct walk *walk, const char *folder, const char *name) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path - 1, "%s%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path - 1)
        return samme_fail(walk->error, SAMME_TOO_LARGE, "%s/%s: a path in it is too long",
                          walk->root, folder);
    struct stat info;
    if (fstatat(walk->root_fd, path, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? SAMME_OK : fail_errno(walk, path, "cannot be looked at");
    if (S_ISDIR(info.st_mode))
        path[length++] = '/';
    else if (!S_ISREG(info.st_mode))
        return SAMME_OK;
    if (samme_map_count(walk->waiting) >= WAITING_MAX)
        return samme_fail(walk->error, SAMME_TOO_LARGE, "%s: more than %d files in it", walk->root,
                          WAITING_MAX);
    path[length++] = 0; /* the terminator is part of the key, so that a key is a C string */
    if (samme_map_put(walk->waiting, SAMME_SPAN(path, (size_t)length), SAMME_LITERAL(""), 0) !=
        SAMME_OK)
        return samme_fail(walk->error, SAMME_NO_MEMORY, "%s: no memory for its list", walk->root);
    return SAMME_OK;
}

static samme_status add_content(struct walk *walk, const char *folder) {
    int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int fd = openat(walk->root_fd, folder[0] == 0 ? "." : folder, flags);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL) {
        samme_status status = fail_errno(walk, folder, "the folder cannot be opened");
        if (fd >= 0)
            close(fd);
        return status;
    }
    samme_status status = SAMME_OK;
    while (status == SAMME_OK) {
        errno = 0;
        const struct dirent *found = readdir(directory);
        if (found == NULL) {
            if (errno != 0)
                status = fail_errno(walk, folder, "the folder cannot be read");
            break;
        }
        if (found->d_name[0] != '.')
            status = add(walk, folder, found->d_name);
    }
    closedir(directory);
    return status;
}

static samme_status see_all(struct walk *walk, samme_status (*visit)(void *, const char *),
                            void *context) {
    samme_status status = add_content(walk, "");
    samme_map_entry first;
    while (status == SAMME_OK && samme_map_at_or_after(walk->waiting, SAMME_LITERAL(""), &first)) {
        const char *path = (const char *)first.key.data;
        bool is_folder = path[first.key.length - 2] == '/';
        status = is_folder ? add_content(walk, path) : visit(context, path);
        samme_map_remove(walk->waiting, first.key);
    }
    return status;
}

samme_status samme_folder_walk(const char *root,
                               samme_status (*visit)(void *context, const char *relative_path),
                               void *context, samme_error *error) {
    struct walk walk = {.root = root, .error = error};
    walk.root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (walk.root_fd < 0)
        return fail_errno(&walk, "", "the folder cannot be opened");
    walk.waiting = samme_map_new();
    samme_status status = walk.waiting == NULL
                              ? samme_fail(error, SAMME_NO_MEMORY, "%s: no memory to list it", root)
                              : see_all(&walk, visit, context);
    samme_map_free(walk.waiting);
    close(walk.root_fd);
    return status;
}
