/* Durable appends through the store port beside raw LMDB appends of the same keys and values in
 * transactions of the same size, each synced: two files of the same file system that grow alike. */
#include <lmdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/writes.h"
#include "bench/bench.h"
#include "store/lmdb.h"

enum { VALUE_BYTES = 300 };

typedef struct stores {
    unsigned commit_size;
    uint8_t value[VALUE_BYTES];
    samme_lmdb_store *store;
    samme_store port;
    uint64_t store_next;
    MDB_env *env;
    MDB_dbi dbi;
    uint64_t raw_next;
} stores;

static void must(int code, const char *what) {
    if (code != 0) {
        fprintf(stderr, "bench: %s: %s\n", what, mdb_strerror(code));
        exit(74);
    }
}

/* Queues a commit of `rows` on top of those queued already. */
static bool queue_commit(stores *self, unsigned rows, uint64_t expected_head) {
    samme_writes *writes = samme_writes_new();
    bool whole = writes != NULL;
    for (unsigned i = 0; i < rows && whole; i++) {
        uint8_t key[8];
        samme_put_u64(key, self->store_next++);
        whole = samme_writes_put(writes, 0, SAMME_SPAN(key, sizeof key),
                                 SAMME_SPAN(self->value, VALUE_BYTES)) == SAMME_OK;
    }
    samme_commit commit = {.expected_head = expected_head, .writes = writes};
    return whole && self->port.commit(self->port.self, commit) == SAMME_OK;
}

/* `commits` of commit_size / commits rows each are queued, then waited for. */
static uint64_t append_in(stores *self, unsigned commits) {
    uint64_t head = self->port.head(self->port.self);
    for (unsigned i = 0; i < commits; i++) {
        if (!queue_commit(self, self->commit_size / commits, head + i))
            return 0;
    }
    for (unsigned done = 0; done < commits;) {
        samme_completion one;
        struct pollfd waits = {.fd = self->port.wake_fd(self->port.self), .events = POLLIN};
        if (self->port.completions(self->port.self, &one, 1) == 0)
            poll(&waits, 1, 1000);
        else if (one.outcome != SAMME_COMMIT_DONE)
            return 0;
        else
            done++;
    }
    return self->commit_size;
}

static uint64_t append_port(void *context) {
    return append_in(context, 1);
}

static uint64_t append_port_queued(void *context) {
    stores *self = context;
    return append_in(self, self->commit_size);
}

static uint64_t append_raw(void *context) {
    stores *self = context;
    MDB_txn *txn;
    must(mdb_txn_begin(self->env, NULL, 0, &txn), "begin");
    for (unsigned i = 0; i < self->commit_size; i++) {
        uint8_t key[8];
        samme_put_u64(key, self->raw_next++);
        MDB_val k = {sizeof key, key}, v = {VALUE_BYTES, self->value};
        must(mdb_put(txn, self->dbi, &k, &v, MDB_APPEND), "put");
    }
    must(mdb_txn_commit(txn), "commit");
    return self->commit_size;
}

static void open_raw(stores *self, const char *folder) {
    must(mdb_env_create(&self->env), "create");
    must(mdb_env_set_mapsize(self->env, (size_t)16 << 30), "map");
    must(mdb_env_open(self->env, folder, MDB_NOTLS, 0600), "open");
    MDB_txn *txn;
    must(mdb_txn_begin(self->env, NULL, 0, &txn), "begin");
    must(mdb_dbi_open(txn, NULL, 0, &self->dbi), "dbi");
    must(mdb_txn_commit(txn), "commit");
}

static void remove_files(const char *folder) {
    static const char *const names[] = {"data.mdb", "lock.mdb", "clean", ""};
    for (unsigned i = 0; i < 4; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
}

static void bench_one(const char *folder, unsigned commit_size, const char *name, bench_work work) {
    stores self = {.commit_size = commit_size};
    char port_folder[240], raw_folder[240], limit_name[64];
    memset(self.value, 9, sizeof self.value);
    snprintf(limit_name, sizeof limit_name, "raw LMDB, %u a commit", commit_size);
    snprintf(port_folder, sizeof port_folder, "%s/port", folder);
    snprintf(raw_folder, sizeof raw_folder, "%s/raw", folder);
    if (mkdir(raw_folder, 0700) != 0)
        exit(74);
    samme_lmdb_options options = {.folder = port_folder, .kind = "bench"};
    samme_error error;
    if (samme_lmdb_open(&options, &self.store, &error) != SAMME_OK) {
        fprintf(stderr, "bench: %s\n", error.text);
        exit(74);
    }
    self.port = samme_lmdb_port(self.store);
    open_raw(&self, raw_folder);
    bench_run_waiting(&(bench_case){name, "entry", work, limit_name, append_raw, &self, 0.6});
    samme_lmdb_close(self.store);
    mdb_env_close(self.env);
    remove_files(port_folder);
    remove_files(raw_folder);
}

void bench_store(const char *folder) {
    static const unsigned sizes[] = {1, 16, 256, 1024};
    for (unsigned i = 0; i < 4; i++) {
        char name[64];
        snprintf(name, sizeof name, "durable append, %u a commit", sizes[i]);
        bench_one(folder, sizes[i], name, append_port);
    }
    bench_one(folder, 64, "durable append, 64 commits of 1 queued", append_port_queued);
}
