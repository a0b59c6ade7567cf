#include "store/env.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/check.h"

/* A new store is made under another name and renamed when it is whole: a data.mdb is never half a
 * store, so an empty one is damage and not a beginning. */
#define CREATING_NAME "creating.mdb"

enum {
    READERS_MAX = 16,
    OPEN_TRIES = 5,
    OPEN_PAUSE_NS = 20 * 1000 * 1000,
    DATABASES = SAMME_STORE_TABLES_MAX + 1,
    SNAPSHOT_TRIES = 10,
};
static const uint64_t map_bytes_default = 16ull << 30;

samme_status samme_env_status(int code) {
    switch (code) {
    case MDB_NOTFOUND:
        return SAMME_NOT_FOUND;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return SAMME_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return SAMME_UNSUPPORTED;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case MDB_READERS_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return SAMME_FULL;
    case ENOMEM:
        return SAMME_NO_MEMORY;
    default:
        return SAMME_IO;
    }
}

samme_status samme_env_fail(const samme_env *env, samme_error *error, int code, const char *what) {
    return samme_fail(error, samme_env_status(code), "%s/" SAMME_DATA_NAME ": %s: %s", env->folder,
                      what, mdb_strerror(code));
}

/* LMDB's own check failed, on damaged data: its code goes on after a false one, so the process must
 * not. */
static void stop_on_damage(MDB_env *env, const char *message) {
    const char *path = "";
    mdb_env_get_path(env, &path);
    fprintf(stderr, "samme: store %s is damaged: %s\n", path, message);
    abort();
}

static samme_status in_folder(const samme_env *env, const char *name, char **out,
                              samme_error *error) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", env->folder, name) < 0)
        return samme_fail(error, SAMME_NO_MEMORY, "%s/%s: no memory", env->folder, name);
    *out = path;
    return SAMME_OK;
}

/* Opens what lies at path. Another process that opens or closes it makes this fail for a moment. */
static samme_status open_path(samme_env *env, const char *path, unsigned flags, uint64_t map_bytes,
                              samme_error *error) {
    int code = 0;
    for (int tries = 0; tries < OPEN_TRIES; tries++) {
        if (tries > 0)
            nanosleep(&(struct timespec){.tv_nsec = OPEN_PAUSE_NS}, NULL);
        if ((code = mdb_env_create(&env->env)) != 0) {
            env->env = NULL;
            break;
        }
        if ((code = mdb_env_set_maxdbs(env->env, DATABASES)) == 0 &&
            (code = mdb_env_set_maxreaders(env->env, READERS_MAX)) == 0 &&
            (code = mdb_env_set_assert(env->env, stop_on_damage)) == 0 &&
            (map_bytes == 0 || (code = mdb_env_set_mapsize(env->env, map_bytes)) == 0))
            code = mdb_env_open(env->env, path, flags | MDB_NOTLS, 0600);
        if (code == 0)
            return SAMME_OK;
        mdb_env_close(env->env);
        env->env = NULL;
    }
    return samme_env_fail(env, error, code, "cannot be opened");
}

const char *samme_env_table_name(unsigned table, char room[static SAMME_TABLE_NAME_MAX]) {
    snprintf(room, SAMME_TABLE_NAME_MAX, "t%02u", table % 100);
    return room;
}

static int open_tables(samme_env *env, MDB_txn *txn, unsigned flags) {
    int code = mdb_dbi_open(txn, SAMME_META_NAME, flags, &env->meta);
    for (unsigned i = 0; code == 0 && i < SAMME_STORE_TABLES_MAX; i++) {
        char name[SAMME_TABLE_NAME_MAX];
        code = mdb_dbi_open(txn, samme_env_table_name(i, name), flags, &env->tables[i]);
    }
    return code;
}

static samme_status sync_folder(const char *path, samme_error *error) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int code = errno;
    if (fd >= 0)
        close(fd);
    return synced ? SAMME_OK : samme_fail(error, SAMME_IO, "%s: %s", path, strerror(code));
}

static samme_status make_folder(samme_env *env, samme_error *error) {
    if (mkdir(env->folder, 0700) != 0)
        return errno == EEXIST ? SAMME_OK
                               : samme_fail(error, SAMME_IO, "%s: cannot be made: %s", env->folder,
                                            strerror(errno));
    char *parent = NULL;
    samme_status status = in_folder(env, "..", &parent, error);
    if (status == SAMME_OK)
        status = sync_folder(parent, error);
    free(parent);
    return status;
}

/* Fills the file at `creating` with an empty store. */
static samme_status fill_new(samme_env *env, const char *creating, const char *kind,
                             samme_error *error) {
    if (getrandom(env->id, sizeof env->id, 0) != (ssize_t)sizeof env->id)
        return samme_fail(error, SAMME_IO, "no random bytes: %s", strerror(errno));
    samme_status status = open_path(env, creating, MDB_NOSUBDIR, env->map_bytes, error);
    if (status != SAMME_OK)
        return status;
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(env->env, NULL, 0, &txn);
    if (code == 0) {
        if ((code = open_tables(env, txn, MDB_CREATE)) != 0 ||
            (code = samme_record_write(env, txn, kind)) != 0)
            mdb_txn_abort(txn);
        else
            code = mdb_txn_commit(txn);
    }
    mdb_env_close(env->env);
    env->env = NULL;
    return code == 0 ? SAMME_OK : samme_env_fail(env, error, code, "cannot be made");
}

static samme_status create(samme_env *env, const char *data, const char *kind, samme_error *error) {
    char *creating = NULL, *creating_lock = NULL;
    samme_status status = make_folder(env, error);
    if (status == SAMME_OK)
        status = in_folder(env, CREATING_NAME, &creating, error);
    if (status == SAMME_OK)
        status = in_folder(env, CREATING_NAME "-lock", &creating_lock, error);
    if (status != SAMME_OK)
        goto out;
    unlink(creating); /* left by a crash */
    unlink(creating_lock);
    status = fill_new(env, creating, kind, error);
    if (status == SAMME_OK && renameat2(AT_FDCWD, creating, AT_FDCWD, data, RENAME_NOREPLACE) != 0)
        status =
            samme_fail(error, SAMME_IO, "%s: cannot be put in place: %s", data, strerror(errno));
    unlink(creating_lock);
    if (status == SAMME_OK)
        status = sync_folder(env->folder, error);
out:
    free(creating);
    free(creating_lock);
    return status;
}

/* A writer that was killed while others have the store open may have left LMDB's lock file one
 * commit behind the data file. To take the writer's lock mends that. */
static int catch_up(const samme_env *env) {
    MDB_txn *txn = NULL;
    int code = mdb_txn_begin(env->env, NULL, 0, &txn);
    if (code == 0)
        mdb_txn_abort(txn);
    return code;
}

/* Begins to read, and sets *file to the same moment. As long as the transaction is open a writer in
 * another process takes none of its pages; of LMDB's code only the meta pages were looked at. */
static samme_status begin_reading(const samme_env *env, samme_datafile *file, MDB_txn **out,
                                  samme_error *error) {
    samme_status status = SAMME_LATER;
    for (unsigned tries = 0; status == SAMME_LATER && tries < SNAPSHOT_TRIES; tries++) {
        MDB_txn *txn = NULL;
        int code = mdb_txn_begin(env->env, NULL, MDB_RDONLY, &txn);
        if (code != 0)
            return samme_env_fail(env, error, code, "cannot be read");
        status = samme_datafile_at(file, mdb_txn_id(txn), error);
        if (status == SAMME_OK)
            *out = txn;
        else
            mdb_txn_abort(txn);
    }
    return status;
}

/* Checks all of the file, and only then lets LMDB at its pages. */
static samme_status enter(samme_env *env, samme_datafile *file, const samme_lmdb_options *options,
                          samme_error *error) {
    int dead = 0;
    int code = mdb_reader_check(env->env, &dead); /* readers that were killed pin pages */
    if (code == 0 && !options->read_only)
        code = catch_up(env);
    if (code != 0)
        return samme_env_fail(env, error, code, "cannot be read");
    MDB_txn *txn = NULL;
    samme_store_record record;
    samme_status status = begin_reading(env, file, &txn, error);
    if (status != SAMME_OK)
        return status;
    status = samme_store_check(file, options->kind, &record, error);
    if (status == SAMME_OK && (code = open_tables(env, txn, 0)) != 0)
        status = samme_env_fail(env, error, code, "a table cannot be opened");
    if (status != SAMME_OK) {
        mdb_txn_abort(txn);
        return status;
    }
    env->page_size = file->page_size;
    env->dead_readers = dead > 0 ? (unsigned)dead : 0;
    env->position = record.position;
    memcpy(env->id, record.id, sizeof env->id);
    code = mdb_txn_commit(txn); /* keeps the table handles */
    return code == 0 ? SAMME_OK : samme_env_fail(env, error, code, "cannot be read");
}

static uint64_t whole_pages(uint64_t bytes) {
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

samme_status samme_env_open(const samme_lmdb_options *options, samme_env *out, samme_error *error) {
    assert(strlen(options->kind) <= SAMME_KIND_MAX && options->map_bytes <= SAMME_LMDB_MAP_MAX);
    samme_env env = {
        .map_bytes = whole_pages(options->map_bytes != 0 ? options->map_bytes : map_bytes_default)};
    samme_datafile file = {.fd = -1};
    char *data = NULL;
    env.folder = strdup(options->folder);
    samme_status status = env.folder != NULL ? in_folder(&env, SAMME_DATA_NAME, &data, error)
                                             : samme_fail(error, SAMME_NO_MEMORY, "no memory");
    if (status == SAMME_OK)
        status = samme_datafile_open(data, &file, error);
    if (status == SAMME_NOT_FOUND && !options->read_only) {
        status = create(&env, data, options->kind, error);
        if (status == SAMME_OK)
            status = samme_datafile_open(data, &file, error);
    }
    if (status == SAMME_OK)
        status =
            open_path(&env, env.folder,
                      (options->read_only ? MDB_RDONLY : 0u) | (options->scratch ? MDB_NOSYNC : 0u),
                      options->read_only ? 0 : env.map_bytes, error);
    if (status == SAMME_OK)
        status = enter(&env, &file, options, error);
    samme_datafile_close(&file);
    free(data);
    if (status == SAMME_OK)
        *out = env;
    else
        samme_env_close(&env);
    return status;
}

void samme_env_close(samme_env *env) {
    if (env->env != NULL)
        mdb_env_close(env->env);
    free(env->folder);
    *env = (samme_env){0};
}
