#include "daemon/stores.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/files.h"
#include "os/log.h"

/* Damage that shows while a daemon runs: its core will say that it stops, here is why. */
static void tell_damage(void *context, const samme_error *error) {
    (void)context;
    samme_log(SAMME_LOG_ERROR,
              "%s; nothing more is read or written there, the next start checks it", error->text);
}

static samme_status open_one(const samme_stores *stores, const char *kind, samme_lmdb_store **out,
                             samme_error *error) {
    char path[sizeof stores->folder + 16];
    snprintf(path, sizeof path, "%s/%s", stores->folder, kind);
    samme_lmdb_options options = {
        .folder = path, .kind = kind, .scratch = stores->scratch, .damaged = tell_damage};
    return samme_lmdb_open(&options, out, error);
}

static void remove_views(const samme_stores *stores) {
    static const char *const files[] = {"data.mdb", "lock.mdb"};
    for (size_t i = 0; i < 2; i++) {
        char path[sizeof stores->folder + 32];
        snprintf(path, sizeof path, "%s/views/%s", stores->folder, files[i]);
        unlink(path); /* absent is fine; a file that stays shows at the next open */
    }
}

/* The log is all there is of what was acknowledged, so nobody throws it away for its operator. */
static samme_status open_log(samme_stores *stores, samme_error *error) {
    samme_error why = {0};
    samme_status status = open_one(stores, "log", &stores->log_store, &why);
    if (status == SAMME_CORRUPT)
        return samme_fail(
            error, status,
            "%.300s; it is left as it is: see \"A damaged store\" in docs/SECURITY.md", why.text);
    return status == SAMME_OK ? status : samme_fail(error, status, "%s", why.text);
}

/* Views are a fold of the log: whatever is wrong with their file, they are made again. */
static samme_status open_views(samme_stores *stores, samme_error *error) {
    samme_error why = {0};
    samme_status status = open_one(stores, "views", &stores->views_store, &why);
    if (status == SAMME_CORRUPT || status == SAMME_UNSUPPORTED) {
        samme_log(SAMME_LOG_WARNING, "the views are thrown away and folded again: %s", why.text);
        remove_views(stores);
        return open_one(stores, "views", &stores->views_store, error);
    }
    return status == SAMME_OK ? status : samme_fail(error, status, "%s", why.text);
}

static samme_status open_folder(const char *folder, bool scratch, samme_stores *out,
                                samme_error *error) {
    *out = (samme_stores){.owner_fd = -1, .scratch = scratch};
    if (strlen(folder) >= sizeof out->folder)
        return samme_fail(error, SAMME_TOO_LARGE, "data folder: the path is too long");
    snprintf(out->folder, sizeof out->folder, "%s", folder);
    samme_status status = samme_folder_make(folder, error);
    if (status == SAMME_OK)
        status = samme_folder_own(folder, &out->owner_fd, error);
    if (status == SAMME_OK)
        status = open_log(out, error);
    if (status == SAMME_OK)
        status = open_views(out, error);
    if (status != SAMME_OK) {
        samme_stores_close(out);
        return status;
    }
    out->log = samme_lmdb_port(out->log_store);
    out->views = samme_lmdb_port(out->views_store);
    return SAMME_OK;
}

samme_status samme_stores_open(const char *folder, samme_stores *out, samme_error *error) {
    return open_folder(folder, false, out, error);
}

samme_status samme_stores_open_scratch(const char *folder, samme_stores *out, samme_error *error) {
    return open_folder(folder, true, out, error);
}

samme_status samme_stores_open_keys(samme_stores *stores, samme_error *error) {
    samme_status status = open_one(stores, "keys", &stores->keys_store, error);
    if (status == SAMME_OK)
        stores->keys = samme_lmdb_port(stores->keys_store);
    return status;
}

samme_status samme_stores_reset_views(samme_stores *stores, samme_error *error) {
    samme_lmdb_close(stores->views_store);
    stores->views_store = NULL;
    remove_views(stores);
    samme_status status = open_one(stores, "views", &stores->views_store, error);
    if (status == SAMME_OK)
        stores->views = samme_lmdb_port(stores->views_store);
    return status;
}

static samme_status sync_folder(const char *path, samme_error *error) {
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced ? SAMME_OK : samme_fail(error, SAMME_IO, "%s: cannot be synced", path);
}

static void older_name(const samme_stores *stores, uint32_t epoch, char *out, size_t size) {
    snprintf(out, size, "%s/log.e%u", stores->folder, epoch);
}

samme_status samme_stores_set_log_aside(samme_stores *stores, uint32_t epoch, samme_error *error) {
    char log[sizeof stores->folder + 16], aside[sizeof stores->folder + 32];
    struct stat there;
    snprintf(log, sizeof log, "%s/log", stores->folder);
    older_name(stores, epoch, aside, sizeof aside);
    if (lstat(aside, &there) == 0)
        return samme_fail(
            error, SAMME_CONFLICT,
            "%s: there is one already, and DATA/log is of epoch %u too: move away the "
            "one that is not this branch's last",
            aside, epoch);
    samme_lmdb_close(stores->views_store);
    samme_lmdb_close(stores->log_store);
    stores->views_store = stores->log_store = NULL;
    if (rename(log, aside) != 0)
        return samme_fail(error, SAMME_IO, "%s: cannot be renamed to %s", log, aside);
    remove_views(stores);
    samme_status status = sync_folder(stores->folder, error);
    if (status == SAMME_OK)
        status = open_log(stores, error);
    if (status == SAMME_OK)
        status = open_views(stores, error);
    if (status != SAMME_OK)
        return status;
    stores->log = samme_lmdb_port(stores->log_store);
    stores->views = samme_lmdb_port(stores->views_store);
    return SAMME_OK;
}

samme_status samme_stores_open_older(samme_stores *stores, uint32_t before, samme_error *error) {
    for (uint32_t epoch = before; epoch-- > 1;) {
        char path[sizeof stores->folder + 32];
        older_name(stores, epoch, path, sizeof path);
        struct stat there;
        if (stat(path, &there) != 0)
            continue;
        if (stores->older_count == SAMME_STORES_OLDER_MAX)
            return samme_fail(error, SAMME_TOO_LARGE, "%s: more than %u older logs", path,
                              SAMME_STORES_OLDER_MAX);
        const samme_lmdb_options options = {
            .folder = path, .kind = "log", .read_only = true, .damaged = tell_damage};
        samme_lmdb_store **store = &stores->older_stores[stores->older_count];
        samme_status status = samme_lmdb_open(&options, store, error);
        if (status != SAMME_OK)
            return status;
        stores->older[stores->older_count++] = samme_lmdb_port(*store);
    }
    return SAMME_OK;
}

void samme_stores_close(samme_stores *stores) {
    for (size_t i = 0; i < stores->older_count; i++)
        samme_lmdb_close(stores->older_stores[i]);
    if (stores->keys_store != NULL)
        samme_lmdb_close(stores->keys_store);
    if (stores->views_store != NULL)
        samme_lmdb_close(stores->views_store);
    if (stores->log_store != NULL)
        samme_lmdb_close(stores->log_store);
    if (stores->owner_fd >= 0)
        close(stores->owner_fd);
    *stores = (samme_stores){.owner_fd = -1};
}
