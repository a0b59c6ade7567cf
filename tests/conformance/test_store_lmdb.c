#include <criterion/criterion.h>

#include "store/lmdb.h"
#include "store/writer.h"
#include "store_folder.h"
#include "store_suite.h"

struct disk {
    store_folder folder;
    samme_lmdb_store *store;
};

static samme_store open_store(void *self) {
    struct disk *disk = self;
    samme_error error = {0};
    /* Small groups, so that one queue takes several transactions. */
    samme_lmdb_options options = {.folder = disk->folder.path, .kind = "test", .group_max = 7};
    cr_assert_eq(samme_lmdb_open(&options, &disk->store, &error), SAMME_OK, "%s", error.text);
    samme_writer_pause(samme_lmdb_writer(disk->store), true);
    return samme_lmdb_port(disk->store);
}

static void close_store(void *self) {
    struct disk *disk = self;
    samme_lmdb_close(disk->store);
    disk->store = NULL;
}

static void crash_store(void *self) {
    struct disk *disk = self;
    samme_writer_abandon(samme_lmdb_writer(disk->store));
    close_store(disk);
}

static void let_through(void *self) {
    struct disk *disk = self;
    samme_writer_pause(samme_lmdb_writer(disk->store), false);
    store_folder_settle(disk->store);
    samme_writer_pause(samme_lmdb_writer(disk->store), true);
}

static void run(void (*test)(const store_fixture *fixture)) {
    struct disk disk = {.folder = store_folder_make()};
    test(&(store_fixture){.self = &disk,
                          .open = open_store,
                          .close = close_store,
                          .crash = crash_store,
                          .let_through = let_through});
    store_folder_remove(&disk.folder);
}

#define CASE(name)                                                                                 \
    Test(store_lmdb, name) {                                                                       \
        run(store_suite_##name);                                                                   \
    }
STORE_SUITE(CASE)
