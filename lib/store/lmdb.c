#include "store/lmdb.h"

#include <assert.h>
#include <stdlib.h>

#include "store/row.h"
#include "store/writer.h"

struct samme_lmdb_store {
    samme_env env;
    samme_writer *writer; /* NULL when read-only */
    MDB_txn *reader; /* kept between snapshots, reset: a new one would cost a lock and a slot */
    MDB_cursor *cursors[SAMME_STORE_TABLES_MAX];
    bool in_snapshot[SAMME_STORE_TABLES_MAX]; /* the cursor belongs to the open snapshot */
    bool snapshot_open;
    bool is_damaged; /* a read found damage: nothing more is read or written */
    void (*damaged)(void *context, const samme_error *error);
    void *context;
};

samme_status samme_lmdb_open(const samme_lmdb_options *options, samme_lmdb_store **out,
                             samme_error *error) {
    samme_lmdb_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "%s: no memory", options->folder);
    samme_status status = samme_env_open(options, &store->env, error);
    store->damaged = options->damaged;
    store->context = options->context;
    if (status == SAMME_OK && !options->read_only)
        status = samme_writer_start(&store->env, options, &store->writer, error);
    if (status != SAMME_OK) {
        samme_lmdb_close(store);
        return status;
    }
    *out = store;
    return SAMME_OK;
}

void samme_lmdb_close(samme_lmdb_store *store) {
    if (store == NULL)
        return;
    samme_writer_stop(store->writer);
    for (unsigned i = 0; i < SAMME_STORE_TABLES_MAX; i++) {
        if (store->cursors[i] != NULL)
            mdb_cursor_close(store->cursors[i]);
    }
    if (store->reader != NULL)
        mdb_txn_abort(store->reader);
    samme_env_close(&store->env);
    free(store);
}

static samme_status found_damage(samme_lmdb_store *store, uint8_t table, samme_span key,
                                 const char *what) {
    char place[SAMME_PLACE_MAX];
    samme_error error;
    samme_status status =
        samme_fail(&error, SAMME_CORRUPT, "%s/" SAMME_DATA_NAME ": damaged: %s: %s",
                   store->env.folder, samme_value_place(table, key, place), what);
    if (!store->is_damaged && store->damaged != NULL)
        store->damaged(store->context, &error);
    store->is_damaged = true;
    return status;
}

/* What a read's LMDB code means, and the value if there is one. */
static samme_status answer(samme_lmdb_store *store, int code, uint8_t table, samme_span key,
                           MDB_val stored, samme_span *out_value) {
    samme_status status = code == 0 ? SAMME_OK : samme_env_status(code);
    if (status == SAMME_CORRUPT)
        return found_damage(store, table, key, mdb_strerror(code));
    if (status == SAMME_OK && !samme_row_open(&store->env, table, key, stored, out_value))
        return found_damage(store, table, key, "the value does not match its sum");
    return status;
}

static samme_status get(void *self, uint8_t table, samme_span key, samme_span *out_value) {
    samme_lmdb_store *store = self;
    assert(store->snapshot_open && table < SAMME_STORE_TABLES_MAX);
    if (key.length == 0 || key.length > SAMME_STORE_KEY_MAX)
        return SAMME_NOT_FOUND; /* to LMDB an error */
    MDB_val wanted = samme_env_value(key);
    MDB_val stored = {0};
    int code = mdb_get(store->reader, store->env.tables[table], &wanted, &stored);
    return answer(store, code, table, key, stored, out_value);
}

/* The table's cursor in the open snapshot. An LMDB code. */
static int cursor_of(samme_lmdb_store *store, uint8_t table, MDB_cursor **out) {
    assert(store->snapshot_open && table < SAMME_STORE_TABLES_MAX);
    MDB_cursor **cursor = &store->cursors[table];
    int code = 0;
    if (*cursor == NULL)
        code = mdb_cursor_open(store->reader, store->env.tables[table], cursor);
    else if (!store->in_snapshot[table])
        code = mdb_cursor_renew(store->reader, *cursor);
    if (code != 0)
        return code;
    store->in_snapshot[table] = true;
    *out = *cursor;
    return 0;
}

static samme_status move_to(samme_lmdb_store *store, uint8_t table, MDB_cursor_op where,
                            samme_span from, samme_span *out_key, samme_span *out_value) {
    MDB_cursor *cursor = NULL;
    MDB_val key = samme_env_value(from);
    MDB_val stored = {0};
    int code = cursor_of(store, table, &cursor);
    if (code == 0)
        code = mdb_cursor_get(cursor, &key, &stored, where);
    samme_status status = answer(store, code, table, samme_env_span(key), stored, out_value);
    if (status == SAMME_OK)
        *out_key = samme_env_span(key);
    return status;
}

static samme_status seek(void *self, uint8_t table, samme_span from, samme_span *out_key,
                         samme_span *out_value) {
    return move_to(self, table, from.length == 0 ? MDB_FIRST : MDB_SET_RANGE, from, out_key,
                   out_value);
}

static samme_status last(void *self, uint8_t table, samme_span *out_key, samme_span *out_value) {
    return move_to(self, table, MDB_LAST, SAMME_SPAN(NULL, 0), out_key, out_value);
}

static samme_status open_snapshot(void *self, samme_reader *out_reader) {
    samme_lmdb_store *store = self;
    assert(!store->snapshot_open);
    if (store->is_damaged)
        return SAMME_CORRUPT;
    int code = store->reader != NULL
                   ? mdb_txn_renew(store->reader)
                   : mdb_txn_begin(store->env.env, NULL, MDB_RDONLY, &store->reader);
    if (code != 0)
        return samme_env_status(code);
    memset(store->in_snapshot, 0, sizeof store->in_snapshot);
    store->snapshot_open = true;
    *out_reader = (samme_reader){.self = store, .get = get, .seek = seek, .last = last};
    return SAMME_OK;
}

static void close_snapshot(void *self) {
    samme_lmdb_store *store = self;
    assert(store->snapshot_open);
    mdb_txn_reset(store->reader);
    store->snapshot_open = false;
}

static samme_status commit(void *self, samme_commit commit) {
    samme_lmdb_store *store = self;
    if (store->writer == NULL)
        return SAMME_DENIED;
    return store->is_damaged ? SAMME_CORRUPT : samme_writer_commit(store->writer, commit);
}

static size_t completions(void *self, samme_completion *out, size_t maximum) {
    samme_lmdb_store *store = self;
    return store->writer == NULL ? 0 : samme_writer_completions(store->writer, out, maximum);
}

static uint64_t head(void *self) {
    samme_lmdb_store *store = self;
    return store->writer == NULL ? store->env.position.head : samme_writer_head(store->writer);
}

static uint64_t term(void *self) {
    samme_lmdb_store *store = self;
    return store->writer == NULL ? store->env.position.term : samme_writer_term(store->writer);
}

static int wake_fd(void *self) {
    samme_lmdb_store *store = self;
    return store->writer == NULL ? -1 : samme_writer_wake_fd(store->writer);
}

samme_store samme_lmdb_port(samme_lmdb_store *store) {
    return (samme_store){.self = store,
                         .open_snapshot = open_snapshot,
                         .close_snapshot = close_snapshot,
                         .commit = commit,
                         .completions = completions,
                         .head = head,
                         .term = term,
                         .wake_fd = wake_fd};
}

const uint8_t *samme_lmdb_id(const samme_lmdb_store *store) {
    return store->env.id;
}

samme_lmdb_counters samme_lmdb_count(samme_lmdb_store *store) {
    return store->writer == NULL ? (samme_lmdb_counters){0} : samme_writer_count(store->writer);
}

samme_writer *samme_lmdb_writer(samme_lmdb_store *store) {
    return store->writer;
}
