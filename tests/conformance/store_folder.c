#include "store_folder.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/writer.h"

enum { WAIT_MS = 60 * 1000 };

store_folder store_folder_make(void) {
    store_folder folder = {.path = "/tmp/samme-store-XXXXXX"};
    cr_assert_not_null(mkdtemp(folder.path));
    return folder;
}

void store_folder_remove(const store_folder *folder) {
    DIR *listing = opendir(folder->path);
    cr_assert_not_null(listing);
    const struct dirent *entry;
    char path[sizeof folder->path + sizeof entry->d_name];
    while ((entry = readdir(listing)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        cr_assert(strcmp(entry->d_name, "data.mdb") == 0 || strcmp(entry->d_name, "lock.mdb") == 0,
                  "%s does not belong in a store", entry->d_name);
        snprintf(path, sizeof path, "%s/%s", folder->path, entry->d_name);
        cr_assert_eq(unlink(path), 0);
    }
    closedir(listing);
    cr_assert_eq(rmdir(folder->path), 0);
}

const char *store_folder_data(const store_folder *folder, char room[static 96]) {
    snprintf(room, 96, "%s/data.mdb", folder->path);
    return room;
}

samme_lmdb_store *store_folder_open(const store_folder *folder) {
    samme_lmdb_options options = {.folder = folder->path, .kind = "test"};
    samme_lmdb_store *store = NULL;
    samme_error error = {0};
    cr_assert_eq(samme_lmdb_open(&options, &store, &error), SAMME_OK, "%s", error.text);
    return store;
}

void store_folder_settle(samme_lmdb_store *store) {
    for (int waited = 0; samme_writer_waiting(samme_lmdb_writer(store)) > 0; waited++) {
        cr_assert_lt(waited, WAIT_MS, "the writer does not get on");
        poll(NULL, 0, 1);
    }
}
