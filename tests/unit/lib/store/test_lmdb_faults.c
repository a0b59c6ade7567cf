/* The N-th write, sync or lengthening of the file fails, is cut short, or is the last thing the
 * process does; for every N until none is left. After each the store opens and holds what it said.
 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/writer.h"
#include "tests/conformance/store_folder.h"
#include "tests/conformance/store_model.h"
#include "tests/conformance/store_support.h"

enum { HISTORY = 3, COMMITS = 12, GROUP = 3, RETRIES = 3, CALLS_MAX = 2000 };

typedef enum fault {
    FAULT_EIO,    /* once */
    FAULT_ENOSPC, /* once */
    FAULT_SHORT,  /* half is written, once */
    FAULT_EIO_FOR_EVER,
    FAULT_KILL,        /* before the call */
    FAULT_KILL_HALFWAY /* half is written */
} fault;

static atomic_uint calls;   /* made so far */
static atomic_uint fail_at; /* 0: none */
static fault kind;

/* What is to happen at this call: false, nothing. */
static bool strikes(void) {
    unsigned call = atomic_fetch_add(&calls, 1) + 1;
    unsigned at = atomic_load(&fail_at);
    return at != 0 && (call == at || (kind == FAULT_EIO_FOR_EVER && call > at));
}

static void *original(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

static ssize_t fail(void) {
    if (kind == FAULT_KILL || kind == FAULT_KILL_HALFWAY)
        kill(getpid(), SIGKILL);
    errno = kind == FAULT_ENOSPC ? ENOSPC : EIO;
    return -1;
}

/* LMDB's calls come here before they reach the C library. */
#define INSTEAD __attribute__((visibility("default")))

INSTEAD ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    ssize_t (*real)(int, const void *, size_t, off_t);
    *(void **)&real = original("pwrite");
    if (!strikes())
        return real(fd, bytes, length, offset);
    if (kind == FAULT_SHORT)
        return real(fd, bytes, length / 2, offset);
    if (kind == FAULT_KILL_HALFWAY)
        (void)!real(fd, bytes, length / 2, offset);
    return fail();
}

INSTEAD ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t (*real)(int, const struct iovec *, int);
    *(void **)&real = original("writev");
    if (!strikes())
        return real(fd, parts, count);
    if (kind == FAULT_SHORT)
        return real(fd, parts, 1);
    if (kind == FAULT_KILL_HALFWAY)
        (void)!real(fd, parts, 1);
    return fail();
}

INSTEAD int fdatasync(int fd) {
    int (*real)(int);
    *(void **)&real = original("fdatasync");
    return strikes() ? (int)fail() : real(fd);
}

INSTEAD int ftruncate(int fd, off_t length) {
    int (*real)(int, off_t);
    *(void **)&real = original("ftruncate");
    return strikes() ? (int)fail() : real(fd, length);
}

/* What a run of commits may have left: every head from `done` to `perhaps`. */
struct run {
    uint64_t done;
    uint64_t perhaps;
    unsigned failed;
    bool unknown;
};

/* Queues a group while the writer is held, so that each run makes the same calls. */
static void queue_group(samme_lmdb_store *disk, const samme_store *store) {
    uint64_t head = store->head(store->self);
    samme_writer_pause(samme_lmdb_writer(disk), true);
    for (uint64_t i = head; i < head + GROUP; i++)
        store_queue(store, i, 0, store_model_writes(HISTORY, i));
    samme_writer_pause(samme_lmdb_writer(disk), false);
    store_folder_settle(disk);
}

static void note(struct run *run, const samme_completion *completion, int reports) {
    if (completion->outcome == SAMME_COMMIT_DONE) {
        cr_assert_eq(completion->head, run->done + 1);
        cr_assert_not(run->unknown, "done after an unknown outcome");
        run->done = run->perhaps = completion->head;
        if (reports >= 0)
            cr_assert_eq(write(reports, &completion->head, 8), 8);
    } else if (completion->outcome == SAMME_COMMIT_UNKNOWN) {
        run->unknown = true;
        run->perhaps = completion->head;
    } else {
        run->failed++;
    }
}

/* Commits groups until COMMITS are done, the outcome is unknown or it failed too often. */
static struct run commit_all(samme_lmdb_store *disk, int reports) {
    struct run run = {0};
    samme_store store = samme_lmdb_port(disk);
    unsigned tries = 0;
    while (run.done < COMMITS && tries <= RETRIES && !run.unknown) {
        unsigned failed = run.failed;
        queue_group(disk, &store);
        samme_completion completions[GROUP];
        size_t count = store.completions(store.self, completions, GROUP);
        cr_assert_eq(count, GROUP);
        for (size_t i = 0; i < count; i++)
            note(&run, &completions[i], reports);
        tries += run.failed > failed ? 1 : 0;
    }
    if (run.unknown) { /* nothing is written any more */
        queue_group(disk, &store);
        for (unsigned i = 0; i < GROUP; i++)
            store_expect(&store, run.done + 1 + i, SAMME_COMMIT_FAILED);
    }
    return run;
}

static void arm(fault which, unsigned at) {
    kind = which;
    atomic_store(&calls, 0);
    atomic_store(&fail_at, at);
}

/* Opens the store as a restart would, and asserts that it holds one of the heads it may. */
static void check_left(const store_folder *folder, uint64_t done, uint64_t perhaps, fault which,
                       unsigned at) {
    static store_model model;
    model = (store_model){0};
    samme_lmdb_store *disk = store_folder_open(folder);
    samme_store store = samme_lmdb_port(disk);
    uint64_t head = store.head(store.self);
    cr_assert(head >= done && head <= perhaps, "fault %d at call %u: head %lu, expected %lu to %lu",
              (int)which, at, (unsigned long)head, (unsigned long)done, (unsigned long)perhaps);
    while (model.head < head)
        store_model_apply(&model, HISTORY);
    samme_reader reader = store_snapshot(&store);
    store_model_check(&model, &reader, HISTORY);
    store.close_snapshot(store.self);
    samme_lmdb_close(disk);
}

/* Runs with a fault at call `at`, the making of the store included; false when the run was over
 * before. */
static bool survive(fault which, unsigned at, unsigned *failures, unsigned *unknowns) {
    store_folder folder = store_folder_make();
    samme_lmdb_options options = {.folder = folder.path, .kind = "test"};
    samme_lmdb_store *disk = NULL;
    samme_error error = {0};
    struct run run = {0};
    arm(which, at);
    if (samme_lmdb_open(&options, &disk, &error) == SAMME_OK) {
        run = commit_all(disk, -1);
        bool lasting = which == FAULT_EIO_FOR_EVER || run.unknown;
        cr_assert(lasting || run.done == COMMITS, "fault %d at call %u: %lu done", (int)which, at,
                  (unsigned long)run.done);
    } else {
        cr_assert_not_null(strstr(error.text, folder.path), "%s", error.text);
    }
    bool struck = atomic_load(&calls) >= at;
    arm(which, 0);
    samme_lmdb_close(disk);
    *failures += run.failed;
    *unknowns += run.unknown ? 1 : 0;
    check_left(&folder, run.done, run.perhaps, which, at);
    store_folder_remove(&folder);
    return struck;
}

static void fail_each_call(fault which) {
    unsigned failures = 0, unknowns = 0, at = 1;
    while (survive(which, at, &failures, &unknowns)) {
        at++;
        cr_assert_lt(at, CALLS_MAX);
    }
    cr_assert_gt(at, 20, "only %u calls were met", at);
    cr_assert_gt(failures, 0);
    cr_assert_gt(unknowns, 0, "no fault hit the last write of a commit");
}

Test(lmdb_faults, an_io_error_at_each_call) {
    fail_each_call(FAULT_EIO);
}

Test(lmdb_faults, no_space_at_each_call) {
    fail_each_call(FAULT_ENOSPC);
}

Test(lmdb_faults, a_short_write_at_each_call) {
    fail_each_call(FAULT_SHORT);
}

Test(lmdb_faults, a_disk_that_fails_from_each_call_on) {
    fail_each_call(FAULT_EIO_FOR_EVER);
}

/* The same in a child that dies at the call; false when it got through. */
static bool killed(fault which, unsigned at) {
    store_folder folder = store_folder_make();
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        samme_lmdb_options options = {.folder = folder.path, .kind = "test"};
        samme_lmdb_store *disk = NULL;
        arm(which, at);
        if (samme_lmdb_open(&options, &disk, NULL) != SAMME_OK)
            _exit(1);
        struct run run = commit_all(disk, ends[1]);
        _exit(run.done == COMMITS ? 0 : 2);
    }
    close(ends[1]);
    uint64_t head, done = 0;
    while (read(ends[0], &head, sizeof head) == sizeof head)
        done = head;
    close(ends[0]);
    int ended = 0;
    cr_assert_eq(waitpid(child, &ended, 0), child);
    bool died = WIFSIGNALED(ended);
    cr_assert(died || ended == 0, "the child ended with %x", (unsigned)ended);
    check_left(&folder, done, done + GROUP, which, at);
    store_folder_remove(&folder);
    return died;
}

static void kill_at_each_call(fault which) {
    unsigned at = 1;
    while (killed(which, at)) {
        at++;
        cr_assert_lt(at, CALLS_MAX);
    }
    cr_assert_gt(at, 20, "only %u calls were met", at);
}

Test(lmdb_faults, a_kill_before_each_call) {
    kill_at_each_call(FAULT_KILL);
}

Test(lmdb_faults, a_kill_halfway_through_each_call) {
    kill_at_each_call(FAULT_KILL_HALFWAY);
}
