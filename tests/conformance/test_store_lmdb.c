#include <criterion/criterion.h>

#include "store/lmdb.h"
#include "store/writer.h"
#include "store_folder.h"
#include "store_suite.h"

struct disk {
    store_folder folder;
    samme_lmdb_store *store;
    bool scratch;
};

static samme_store open_store(void *self) {
    struct disk *disk = self;
    samme_error error = {0};
    /* Small groups, so that one queue takes several transactions. */
    samme_lmdb_options options = {
        .folder = disk->folder.path, .kind = "test", .group_max = 7, .scratch = disk->scratch};
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

static void run(void (*test)(const store_fixture *fixture), bool scratch) {
    struct disk disk = {.folder = store_folder_make(), .scratch = scratch};
    test(&(store_fixture){.self = &disk,
                          .open = open_store,
                          .close = close_store,
                          .crash = crash_store,
                          .let_through = let_through});
    store_folder_remove(&disk.folder);
}

#define CASE(name)                                                                                 \
    Test(store_lmdb, name) {                                                                       \
        run(store_suite_##name, false);                                                            \
    }
STORE_SUITE(CASE)

/* As long as the machine stands, what is not synced is all the same. */
#define SCRATCH_CASE(name)                                                                         \
    Test(store_scratch, name) {                                                                    \
        run(store_suite_##name, true);                                                             \
    }
STORE_SUITE(SCRATCH_CASE)
