/* Target: samme_datafile_open, samme_walk_*, samme_store_check. The input is an LMDB data file
 * (sparse.h) behind a byte whose lowest bit says whether the sums count. What is found sound LMDB
 * reads row by row as the walk did, changes and commits; the file is then found sound again. */
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/prng.h"
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "fuzz/sparse.h"
#include "store/check.h"
#include "store/walk.h"

enum { FILE_BYTES = 2 << 20, PATH_BYTES = 64, PUTS = 6 };

/* What was seen of a table: order counts. */
typedef struct fuzz_rows {
    uint64_t rows;
    uint64_t digest;
} fuzz_rows;

static void see(fuzz_rows *seen, samme_span key, samme_span value) {
    uint64_t hash = seen->digest ^ (key.length * 31 + value.length);
    for (size_t i = 0; i < key.length; i++)
        hash = hash * 1099511628211u + key.data[i];
    for (size_t i = 0; i < value.length; i++)
        hash = hash * 1099511628211u + value.data[i];
    seen->digest = hash + ++seen->rows;
}

static samme_status see_row(void *self, uint64_t page, samme_span key, samme_span value,
                            samme_error *error) {
    (void)page;
    (void)error;
    see(self, key, value);
    return SAMME_OK;
}

/* A walk of the whole file. */
typedef struct walked {
    samme_walk_table tables[SAMME_WALK_TABLES_MAX];
    fuzz_rows seen[SAMME_WALK_TABLES_MAX];
    size_t count;
} walked;

static samme_status walk_file(const samme_datafile *file, walked *out, samme_error *error) {
    samme_walk *walk = NULL;
    *out = (walked){.count = 0};
    FUZZ_MUST_OK(samme_walk_new(file, &walk, error), error);
    samme_status status = samme_walk_tables(walk, out->tables, &out->count, error);
    for (size_t i = 0; status == SAMME_OK && i < out->count; i++) {
        samme_walk_visitor visitor = {.self = &out->seen[i], .row = see_row};
        status = samme_walk_rows(walk, &out->tables[i], &visitor, error);
    }
    if (status == SAMME_OK)
        status = samme_walk_rest(walk, error);
    samme_walk_free(walk);
    return status;
}

static samme_status look(const char *path, bool sums_count, walked *out, samme_error *error) {
    samme_datafile file;
    samme_store_record record;
    samme_status status = samme_datafile_open(path, &file, error);
    if (status != SAMME_OK)
        return status;
    status = sums_count ? samme_store_check(&file, "test", &record, error) : SAMME_OK;
    if (status == SAMME_OK) {
        status = walk_file(&file, out, error);
        FUZZ_MUST(!sums_count || status == SAMME_OK);
    }
    samme_datafile_close(&file);
    return status;
}

static void read_table(MDB_txn *txn, MDB_dbi table, const fuzz_rows *expected) {
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    fuzz_rows found = {0};
    int code;
    FUZZ_MUST(mdb_cursor_open(txn, table, &cursor) == 0);
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0)
        see(&found, SAMME_SPAN(key.mv_data, key.mv_size), SAMME_SPAN(value.mv_data, value.mv_size));
    FUZZ_MUST(code == MDB_NOTFOUND);
    FUZZ_MUST(found.rows == expected->rows && found.digest == expected->digest);
    mdb_cursor_close(cursor);
}

/* Takes away about half of the rows and puts others; whether there was room for it. */
static bool change_table(MDB_txn *txn, MDB_dbi table, samme_prng *prng) {
    static uint8_t bytes[6000];
    MDB_cursor *cursor = NULL;
    MDB_val key, value;
    int code = mdb_cursor_open(txn, table, &cursor);
    while (code == 0 && (code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        if (samme_prng_chance(prng, 500))
            code = mdb_cursor_del(cursor, 0);
    }
    FUZZ_MUST(code == MDB_NOTFOUND || code == MDB_MAP_FULL);
    mdb_cursor_close(cursor);
    for (unsigned i = 0; i < PUTS && code != MDB_MAP_FULL; i++) {
        key = (MDB_val){1 + samme_prng_below(prng, SAMME_STORE_KEY_MAX), bytes};
        value = (MDB_val){samme_prng_below(prng, sizeof bytes), bytes};
        samme_put_u64(bytes, samme_prng_next(prng));
        code = mdb_put(txn, table, &key, &value, 0);
        FUZZ_MUST(code == 0 || code == MDB_MAP_FULL);
    }
    return code != MDB_MAP_FULL;
}

static void use(const char *path, const walked *sound, uint64_t seed) {
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    FUZZ_MUST(mdb_env_create(&env) == 0);
    FUZZ_MUST(mdb_env_set_maxdbs(env, SAMME_WALK_TABLES_MAX) == 0);
    FUZZ_MUST(mdb_env_set_mapsize(env, FILE_BYTES) == 0);
    FUZZ_MUST(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC, 0600) == 0);
    FUZZ_MUST(mdb_txn_begin(env, NULL, 0, &txn) == 0);
    MDB_dbi tables[SAMME_WALK_TABLES_MAX];
    for (size_t i = 0; i < sound->count; i++) {
        FUZZ_MUST(mdb_dbi_open(txn, sound->tables[i].name, 0, &tables[i]) == 0);
        read_table(txn, tables[i], &sound->seen[i]);
    }
    bool room = true;
    for (size_t i = 0; room && i < sound->count; i++)
        room = change_table(txn, tables[i], &prng);
    if (room)
        FUZZ_MUST(mdb_txn_commit(txn) == 0);
    else
        mdb_txn_abort(txn);
    mdb_env_close(env);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t content[FUZZ_SPARSE_MAX];
    static walked sound, after;
    fuzz_input input = fuzz_open(data, size);
    bool sums_count = (fuzz_u8(&input) & 1) != 0;
    size_t length = fuzz_sparse_read(&input, content);
    samme_error error = {0};
    char path[PATH_BYTES];
    int fd = memfd_create("data.mdb", MFD_CLOEXEC);
    FUZZ_MUST(fd >= 0 && write(fd, content, length) == (ssize_t)length);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    samme_status status = look(path, sums_count, &sound, &error);
    if (status == SAMME_OK) {
        FUZZ_MUST(ftruncate(fd, FILE_BYTES) == 0); /* as the store lengthens it, see applier.c */
        use(path, &sound, size);
        FUZZ_MUST_OK(look(path, false, &after, &error), &error);
    } else {
        FUZZ_MUST(status == SAMME_CORRUPT || status == SAMME_UNSUPPORTED);
        FUZZ_MUST(strstr(error.text, path) != NULL);
    }
    close(fd);
    return 0;
}
