/* The power fails at the N-th write or sync: of what was written since the last sync any part may
 * be missing. For every N and several parts: what was reported done is there, and the content is
 * that of some head. */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/prng.h"
#include "store/writer.h"
#include "tests/conformance/store_folder.h"
#include "tests/conformance/store_model.h"
#include "tests/conformance/store_support.h"

enum { HISTORY = 9, COMMITS = 15, GROUP = 3, PARTS = 4, UNDO_MAX = 4096, CALLS_MAX = 1000 };

/* What the file held before a write that is not synced; before a lengthening only its size. */
typedef struct undo {
    int fd;
    off_t offset;
    size_t length;
    uint8_t *bytes;
    bool size_only;
} undo;

/* Of the child alone, whose writer thread makes all calls while it is armed. */
static struct {
    unsigned fail_at; /* 0: not armed */
    unsigned calls;
    uint64_t seed;
    undo undos[UNDO_MAX];
    size_t count;
} power;

static void *original(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

static ssize_t really_pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    ssize_t (*real)(int, const void *, size_t, off_t);
    *(void **)&real = original("pwrite");
    return real(fd, bytes, length, offset);
}

static int really_ftruncate(int fd, off_t length) {
    int (*real)(int, off_t);
    *(void **)&real = original("ftruncate");
    return real(fd, length);
}

/* Takes back some of the unsynced writes, the newest first, and ends the process. */
static void fail_power(void) {
    samme_prng prng;
    samme_prng_seed(&prng, power.seed);
    unsigned lost_per_mille = (unsigned)samme_prng_below(&prng, 1001);
    for (size_t i = power.count; i-- > 0;) {
        const undo *u = &power.undos[i];
        if (!samme_prng_chance(&prng, lost_per_mille))
            continue;
        if (u->size_only ? really_ftruncate(u->fd, u->offset) != 0
                         : really_pwrite(u->fd, u->bytes, u->length, u->offset) < 0)
            _exit(10);
    }
    kill(getpid(), SIGKILL);
}

static void count_call(void) {
    if (power.fail_at != 0 && ++power.calls == power.fail_at)
        fail_power();
}

static undo *next_undo(int fd) {
    if (power.count == UNDO_MAX)
        _exit(11);
    undo *next = &power.undos[power.count++];
    *next = (undo){.fd = fd};
    return next;
}

static void remember_bytes(int fd, off_t offset, size_t length) {
    if (power.fail_at == 0 || (fcntl(fd, F_GETFL) & O_DSYNC) != 0)
        return;
    undo *u = next_undo(fd);
    u->offset = offset;
    u->length = length;
    u->bytes = calloc(1, length); /* a hole is zeros */
    if (u->bytes == NULL || pread(fd, u->bytes, length, offset) < 0)
        _exit(12);
}

#define INSTEAD __attribute__((visibility("default")))

INSTEAD ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    count_call();
    remember_bytes(fd, offset, length);
    return really_pwrite(fd, bytes, length, offset);
}

INSTEAD ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t (*real)(int, const struct iovec *, int);
    *(void **)&real = original("writev");
    count_call();
    off_t offset = power.fail_at == 0 ? 0 : lseek(fd, 0, SEEK_CUR);
    for (int i = 0; i < count && power.fail_at != 0; i++) {
        remember_bytes(fd, offset, parts[i].iov_len);
        offset += (off_t)parts[i].iov_len;
    }
    return real(fd, parts, count);
}

INSTEAD int ftruncate(int fd, off_t length) {
    struct stat info;
    count_call();
    if (power.fail_at != 0 && fstat(fd, &info) == 0) {
        undo *u = next_undo(fd);
        u->size_only = true;
        u->offset = info.st_size;
    }
    return really_ftruncate(fd, length);
}

INSTEAD int fdatasync(int fd) {
    int (*real)(int);
    *(void **)&real = original("fdatasync");
    count_call();
    for (size_t i = 0; i < power.count; i++)
        free(power.undos[i].bytes);
    power.count = 0;
    return real(fd);
}

/* The child: commits groups, writes each completed head into the pipe. */
static void commit_all(const store_folder *folder, int reports, unsigned fail_at, uint64_t seed) {
    samme_lmdb_store *disk = store_folder_open(folder);
    samme_store store = samme_lmdb_port(disk);
    power.seed = seed;
    power.fail_at = fail_at;
    for (uint64_t head = 0; head < COMMITS; head += GROUP) {
        samme_writer_pause(samme_lmdb_writer(disk), true);
        for (uint64_t i = head; i < head + GROUP; i++)
            store_queue(&store, i, 0, store_model_writes(HISTORY, i));
        samme_writer_pause(samme_lmdb_writer(disk), false);
        store_folder_settle(disk);
        samme_completion done;
        while (store.completions(store.self, &done, 1) == 1) {
            if (done.outcome != SAMME_COMMIT_DONE || write(reports, &done.head, 8) != 8)
                _exit(13);
        }
    }
    _exit(0);
}

static void check_left(const store_folder *folder, uint64_t done, unsigned at, uint64_t seed) {
    static store_model model;
    model = (store_model){0};
    samme_lmdb_options options = {.folder = folder->path, .kind = "test"};
    samme_lmdb_store *disk = NULL;
    samme_error error = {0};
    cr_assert_eq(samme_lmdb_open(&options, &disk, &error), SAMME_OK, "call %u seed %lu: %s", at,
                 (unsigned long)seed, error.text);
    samme_store store = samme_lmdb_port(disk);
    uint64_t head = store.head(store.self);
    cr_assert(head >= done && head <= done + GROUP,
              "call %u seed %lu: %lu was done, the store is at %lu", at, (unsigned long)seed,
              (unsigned long)done, (unsigned long)head);
    while (model.head < head)
        store_model_apply(&model, HISTORY);
    samme_reader reader = store_snapshot(&store);
    store_model_check(&model, &reader, HISTORY);
    store.close_snapshot(store.self);
    samme_lmdb_close(disk);
}

/* False when the child got through before the power failed. */
static bool fails_at(unsigned at, uint64_t seed) {
    store_folder folder = store_folder_make();
    samme_lmdb_close(store_folder_open(&folder));
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0)
        commit_all(&folder, ends[1], at, seed);
    close(ends[1]);
    uint64_t head, done = 0;
    while (read(ends[0], &head, sizeof head) == sizeof head)
        done = head;
    close(ends[0]);
    int ended = 0;
    cr_assert_eq(waitpid(child, &ended, 0), child);
    bool died = WIFSIGNALED(ended);
    cr_assert(died || ended == 0, "call %u seed %lu: the child ended with %x", at,
              (unsigned long)seed, (unsigned)ended);
    check_left(&folder, done, at, seed);
    store_folder_remove(&folder);
    return died;
}

Test(lmdb_power, what_was_done_is_on_disk) {
    unsigned at = 0;
    bool failed = true;
    while (failed) {
        at++;
        cr_assert_lt(at, CALLS_MAX);
        for (uint64_t part = 0; part < PARTS && failed; part++)
            failed = fails_at(at, at * PARTS + part);
    }
    cr_assert_gt(at, 20, "only %u calls were met", at);
}
