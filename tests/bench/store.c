/* Durable appends through the store port beside raw LMDB appends of the same bytes in commits of
 * the same size. */
#include <lmdb.h>
#include <poll.h>
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

static uint64_t append_port(void *context) {
    stores *self = context;
    samme_writes *writes = samme_writes_new();
    for (unsigned i = 0; i < self->commit_size; i++) {
        uint8_t key[8];
        samme_put_u64(key, self->store_next++);
        if (samme_writes_put(writes, 0, SAMME_SPAN(key, sizeof key),
                             SAMME_SPAN(self->value, VALUE_BYTES)) != SAMME_OK)
            return 0;
    }
    samme_commit commit = {.expected_head = self->port.head(self->port.self), .writes = writes};
    if (self->port.commit(self->port.self, commit) != SAMME_OK)
        return 0;
    samme_completion done;
    struct pollfd waits = {.fd = self->port.wake_fd(self->port.self), .events = POLLIN};
    while (self->port.completions(self->port.self, &done, 1) == 0)
        poll(&waits, 1, 1000);
    return done.outcome == SAMME_COMMIT_DONE ? self->commit_size : 0;
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
        char path[256];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
}

void bench_store(const char *folder) {
    static const unsigned sizes[] = {1, 16, 256, 1024};
    for (unsigned i = 0; i < 4; i++) {
        stores self = {.commit_size = sizes[i]};
        char port_folder[200], raw_folder[200], name[64];
        memset(self.value, 9, sizeof self.value);
        snprintf(port_folder, sizeof port_folder, "%s/port%u", folder, sizes[i]);
        snprintf(raw_folder, sizeof raw_folder, "%s/raw%u", folder, sizes[i]);
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
        snprintf(name, sizeof name, "durable append, %u a commit", sizes[i]);
        bench_case one = {.name = name,
                          .unit = "entry",
                          .work = append_port,
                          .limit_name = "raw LMDB",
                          .limit = append_raw,
                          .context = &self,
                          .claim = "at least 0.60"};
        bench_run(&one);
        samme_lmdb_close(self.store);
        mdb_env_close(self.env);
        remove_files(port_folder);
        remove_files(raw_folder);
    }
}
