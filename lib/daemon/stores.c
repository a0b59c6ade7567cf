#include "daemon/stores.h"

#include <stdio.h>
#include <unistd.h>

#include "os/files.h"

static samme_status open_one(const samme_stores *stores, const char *kind, samme_lmdb_store **out,
                             samme_error *error) {
    char path[sizeof stores->folder + 16];
    snprintf(path, sizeof path, "%s/%s", stores->folder, kind);
    samme_lmdb_options options = {.folder = path, .kind = kind};
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

samme_status samme_stores_open(const char *folder, samme_stores *out, samme_error *error) {
    *out = (samme_stores){.owner_fd = -1};
    if (strlen(folder) >= sizeof out->folder)
        return samme_fail(error, SAMME_TOO_LARGE, "data folder: the path is too long");
    snprintf(out->folder, sizeof out->folder, "%s", folder);
    samme_status status = samme_folder_make(folder, error);
    if (status == SAMME_OK)
        status = samme_folder_own(folder, &out->owner_fd, error);
    if (status == SAMME_OK)
        status = open_one(out, "log", &out->log_store, error);
    if (status == SAMME_OK) {
        status = open_one(out, "views", &out->views_store, error);
        if (status == SAMME_CORRUPT) {
            remove_views(out);
            status = open_one(out, "views", &out->views_store, error);
        }
    }
    if (status != SAMME_OK) {
        samme_stores_close(out);
        return status;
    }
    out->log = samme_lmdb_port(out->log_store);
    out->views = samme_lmdb_port(out->views_store);
    return SAMME_OK;
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

void samme_stores_close(samme_stores *stores) {
    if (stores->views_store != NULL)
        samme_lmdb_close(stores->views_store);
    if (stores->log_store != NULL)
        samme_lmdb_close(stores->log_store);
    if (stores->owner_fd >= 0)
        close(stores->owner_fd);
    *stores = (samme_stores){.owner_fd = -1};
}
