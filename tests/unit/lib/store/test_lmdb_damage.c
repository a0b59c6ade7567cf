/* Files that must not be opened, each refused with its name, and odd ones that must. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/check.h"
#include "store/value.h"
#include "tests/conformance/store_folder.h"
#include "tests/conformance/store_model.h"
#include "tests/conformance/store_support.h"

enum { PAGE = 4096 };

static store_folder folder;
static char data[96];

static void start(void) {
    folder = store_folder_make();
    store_folder_data(&folder, data);
}

static void stop(void) {
    store_folder_remove(&folder);
}

TestSuite(lmdb_damage, .init = start, .fini = stop);

static void commit(samme_lmdb_store *store, samme_writes *writes) {
    samme_store port = samme_lmdb_port(store);
    uint64_t head = port.head(port.self);
    store_queue(&port, head, 0, writes);
    store_folder_settle(store);
    store_expect(&port, head + 1, SAMME_COMMIT_DONE);
}

static void make_store(uint64_t commits) {
    samme_lmdb_store *store = store_folder_open(&folder);
    for (uint64_t head = 0; head < commits; head++)
        commit(store, store_model_writes(1, head));
    samme_lmdb_close(store);
}

static uint64_t size_of_data(void) {
    struct stat info;
    cr_assert_eq(stat(data, &info), 0);
    return (uint64_t)info.st_size;
}

/* The number of pages in use, from the newer meta page. */
static uint64_t pages_in_use(void) {
    int fd = open(data, O_RDONLY);
    uint64_t last[2], transaction[2];
    for (off_t i = 0; i < 2; i++) {
        cr_assert_eq(pread(fd, &last[i], 8, i * PAGE + 136), 8);
        cr_assert_eq(pread(fd, &transaction[i], 8, i * PAGE + 144), 8);
    }
    close(fd);
    return last[transaction[1] > transaction[0]] + 1;
}

static void overwrite(off_t offset, const void *bytes, size_t length) {
    int fd = open(data, O_WRONLY | O_CREAT, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(pwrite(fd, bytes, length, offset), (ssize_t)length);
    close(fd);
}

static void refused(samme_status expected, const char *word) {
    for (int read_only = 0; read_only < 2; read_only++) {
        samme_lmdb_options options = {
            .folder = folder.path, .kind = "test", .read_only = read_only == 1};
        samme_lmdb_store *store = NULL;
        samme_error error = {0};
        samme_status status = samme_lmdb_open(&options, &store, &error);
        cr_assert_eq(status, expected, "%s: %s", samme_status_name(status), error.text);
        cr_assert_eq(error.status, expected);
        cr_assert_null(store);
        cr_assert_not_null(strstr(error.text, data), "the file is not named: %s", error.text);
        cr_assert_not_null(strstr(error.text, word), "no '%s' in: %s", word, error.text);
    }
}

Test(lmdb_damage, empty_file) {
    overwrite(0, "", 0);
    refused(SAMME_CORRUPT, "empty");
    cr_assert_eq(size_of_data(), 0, "and left as it is, for whoever looks into it");
}

Test(lmdb_damage, emptied_store) {
    make_store(3);
    cr_assert_eq(truncate(data, 0), 0);
    refused(SAMME_CORRUPT, "empty");
}

Test(lmdb_damage, every_truncation_is_found) {
    make_store(30);
    uint64_t used = pages_in_use();
    cr_assert_gt(used, 20);
    cr_assert_eq(truncate(data, (off_t)(used * PAGE)), 0);
    samme_lmdb_close(store_folder_open(&folder)); /* what lies behind the last page is not missed */
    for (uint64_t pages = used - 1; pages > 1; pages--) {
        cr_assert_eq(truncate(data, (off_t)(pages * PAGE)), 0);
        refused(SAMME_CORRUPT, "truncated");
    }
    cr_assert_eq(truncate(data, 2 * PAGE - 1), 0);
    refused(SAMME_CORRUPT, "truncated");
    cr_assert_eq(truncate(data, PAGE), 0);
    refused(SAMME_CORRUPT, "two meta pages");
    cr_assert_eq(truncate(data, 100), 0);
    refused(SAMME_CORRUPT, "two meta pages");
}

Test(lmdb_damage, part_of_a_page_at_the_end) {
    make_store(3);
    cr_assert_eq(truncate(data, (off_t)size_of_data() - 1), 0);
    refused(SAMME_CORRUPT, "truncated");
}

Test(lmdb_damage, foreign_file) {
    static char text[5 * PAGE];
    memset(text, 'x', sizeof text);
    overwrite(0, text, sizeof text);
    refused(SAMME_CORRUPT, "foreign");
}

Test(lmdb_damage, either_meta_page_overwritten) {
    static const char zero[PAGE];
    make_store(3);
    char saved[PAGE];
    for (off_t page = 0; page < 2; page++) {
        int fd = open(data, O_RDONLY);
        cr_assert_eq(pread(fd, saved, PAGE, page * PAGE), PAGE);
        close(fd);
        overwrite(page * PAGE, zero, PAGE);
        refused(SAMME_CORRUPT, "meta page");
        overwrite(page * PAGE, saved, PAGE);
        samme_lmdb_close(store_folder_open(&folder));
    }
}

Test(lmdb_damage, another_lmdb_version) {
    make_store(1);
    overwrite(20, &(uint32_t){999}, 4);
    refused(SAMME_UNSUPPORTED, "999");
}

Test(lmdb_damage, impossible_page_size) {
    make_store(1);
    overwrite(40, &(uint32_t){5000}, 4);
    refused(SAMME_CORRUPT, "5000");
}

Test(lmdb_damage, a_folder_in_place_of_the_file) {
    cr_assert_eq(mkdir(data, 0700), 0);
    refused(SAMME_CORRUPT, "regular file");
    cr_assert_eq(rmdir(data), 0);
}

/* A data.mdb that LMDB itself finds good, made without the store: tables and one row in each. */
static void make_lmdb(const char *const *tables, size_t count, samme_span key, samme_span value) {
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_dbi dbi;
    cr_assert_eq(mdb_env_create(&env), 0);
    cr_assert_eq(mdb_env_set_maxdbs(env, 32), 0);
    cr_assert_eq(mdb_env_open(env, folder.path, 0, 0600), 0);
    cr_assert_eq(mdb_txn_begin(env, NULL, 0, &txn), 0);
    for (size_t i = 0; i < count; i++) {
        MDB_val k = {key.length, (void *)(uintptr_t)key.data};
        MDB_val v = {value.length, (void *)(uintptr_t)value.data};
        cr_assert_eq(mdb_dbi_open(txn, tables[i], MDB_CREATE, &dbi), 0);
        cr_assert_eq(mdb_put(txn, dbi, &k, &v, 0), 0);
    }
    cr_assert_eq(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static const char *const only_meta[] = {"meta"};

Test(lmdb_damage, the_version_before_sums) {
    static const uint8_t first[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    make_lmdb(only_meta, 1, SAMME_LITERAL("version"), SAMME_SPAN(first, sizeof first));
    refused(SAMME_UNSUPPORTED, "version 1, this program knows 2: start the Samme that wrote it");
}

Test(lmdb_damage, a_later_version) {
    static const uint8_t later[8] = {0, 0, 0, 0, 0, 0, 0, 3};
    uint8_t stored[8 + SAMME_SUM_BYTES];
    samme_value_seal(SAMME_META_TABLE, SAMME_LITERAL("version"), SAMME_SPAN(later, sizeof later),
                     stored);
    make_lmdb(only_meta, 1, SAMME_LITERAL("version"), SAMME_SPAN(stored, sizeof stored));
    refused(SAMME_UNSUPPORTED, "version 3, this program knows 2: a newer Samme wrote it");
}

Test(lmdb_damage, a_version_that_is_damaged) {
    static const uint8_t later[8 + SAMME_SUM_BYTES] = {0, 0, 0, 0, 0, 0, 0, 3};
    make_lmdb(only_meta, 1, SAMME_LITERAL("version"), SAMME_SPAN(later, sizeof later));
    refused(SAMME_CORRUPT, "its version is missing or damaged");
}

Test(lmdb_damage, a_store_that_is_not_ours) {
    static const char *const theirs[] = {"customers", "orders"};
    make_lmdb(theirs, 2, SAMME_LITERAL("k"), SAMME_LITERAL("v"));
    refused(SAMME_CORRUPT, "not a store of ours");
}

Test(lmdb_damage, rows_without_tables) {
    make_lmdb((const char *const[]){NULL}, 1, SAMME_LITERAL("k"), SAMME_LITERAL("v"));
    refused(SAMME_CORRUPT, "a row that is no table");
}

Test(lmdb_damage, nothing_but_meta_pages) {
    make_lmdb(NULL, 0, SAMME_LITERAL(""), SAMME_LITERAL(""));
    refused(SAMME_CORRUPT, "do not follow each other"); /* no transaction was ever done */
}

Test(lmdb_damage, pages_zeroed) {
    static const char zero[PAGE];
    make_store(3);
    for (uint64_t page = 2; page < pages_in_use(); page++)
        overwrite((off_t)(page * PAGE), zero, PAGE);
    refused(SAMME_CORRUPT, "holds another page");
}

/* What a disk that fails under a page gives: a status, where LMDB's map would give a signal. */
Test(lmdb_damage, a_file_that_ends_while_it_is_read) {
    make_store(30);
    samme_datafile file;
    samme_store_record record;
    samme_error error = {0};
    cr_assert_eq(samme_datafile_open(data, &file, &error), SAMME_OK);
    cr_assert_eq(truncate(data, (off_t)(pages_in_use() / 2 * PAGE)), 0);
    cr_assert_eq(samme_store_check(&file, "test", &record, &error), SAMME_CORRUPT);
    cr_assert_not_null(strstr(error.text, "truncated"), "%s", error.text);
    samme_datafile_close(&file);
}

/* What `mdb_copy`, with and without -c, makes of a store. */
Test(lmdb_damage, copies_by_lmdb_are_stores) {
    make_store(30);
    for (unsigned flags = 0; flags <= MDB_CP_COMPACT; flags += MDB_CP_COMPACT) {
        store_folder copy = store_folder_make();
        MDB_env *env = NULL;
        cr_assert_eq(mdb_env_create(&env), 0);
        cr_assert_eq(mdb_env_open(env, folder.path, MDB_RDONLY, 0600), 0);
        cr_assert_eq(mdb_env_copy2(env, copy.path, flags), 0);
        mdb_env_close(env);
        for (uint64_t head = 30; head < 33; head++) {
            samme_lmdb_store *store = store_folder_open(&copy);
            cr_assert_eq(samme_lmdb_port(store).head(store), head);
            commit(store, store_model_writes(1, head));
            samme_lmdb_close(store);
        }
        store_folder_remove(&copy);
    }
}

Test(lmdb_damage, leftovers_of_an_interrupted_start) {
    char path[96];
    snprintf(path, sizeof path, "%s/creating.mdb", folder.path);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "half", 4), 4);
    close(fd);
    make_store(1);
    cr_assert_neq(access(path, F_OK), 0);
}

/* LMDB does not write pages that a transaction takes and frees again, so that a sound file can be
 * shorter than its page count: ours must not be. */
Test(lmdb_damage, pages_taken_and_freed_again_leave_no_gap) {
    static uint8_t big[SAMME_STORE_VALUE_MAX];
    samme_lmdb_store *store = store_folder_open(&folder);
    for (uint64_t head = 0; head < 8; head++)
        commit(store, store_model_writes(1, head));
    for (unsigned round = 0; round < 4; round++) {
        samme_writes *writes = store_model_writes(1, 100 + round);
        cr_assert_eq(samme_writes_put(writes, 0, SAMME_LITERAL("big"), SAMME_SPAN(big, sizeof big)),
                     SAMME_OK);
        if (round % 2 == 0)
            store_remove(writes, 0, "big");
        else
            store_put(writes, 0, "big", "small");
        commit(store, writes);
        cr_assert_geq(size_of_data(), pages_in_use() * PAGE, "round %u", round);
    }
    cr_assert_gt(pages_in_use() * PAGE, sizeof big, "nothing was freed again");
    samme_lmdb_close(store);
    samme_lmdb_close(store_folder_open(&folder));
}

Test(lmdb_damage, the_file_is_never_shorter_than_its_pages) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        samme_lmdb_store *store = store_folder_open(&folder);
        samme_prng prng;
        samme_prng_seed(&prng, seed);
        for (uint64_t i = 0; i < 150; i++) {
            uint64_t before = size_of_data();
            commit(store, store_model_writes(seed, i));
            cr_assert_geq(size_of_data(), pages_in_use() * PAGE, "seed %lu commit %lu",
                          (unsigned long)seed, (unsigned long)i);
            cr_assert_geq(size_of_data(), before);
        }
        samme_lmdb_close(store);
    }
}
