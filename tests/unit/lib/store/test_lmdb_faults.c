/* The N-th write, sync or lengthening of the file fails, is cut short, or is the last thing the
 * process does; for every N until none is left. After each the store opens and holds what it said.
 */
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/writer.h"
#include "tests/conformance/store_folder.h"
#include "tests/conformance/store_model.h"
#include "tests/conformance/store_support.h"

enum {
    HISTORY = 3,
    COMMITS = 12,
    GROUP = 3,
    RETRIES = 3,
    CALLS_MAX = 2000,
    QUOTA_BYTES = 8 << 20,
    FILLER_BYTES = 300000
};

typedef enum fault {
    FAULT_EIO,    /* once */
    FAULT_ENOSPC, /* once */
    FAULT_SHORT,  /* half is written, once */
    FAULT_EIO_FOR_EVER,
    FAULT_ENOSPC_FOR_EVER,
    FAULT_KILL,         /* before the call */
    FAULT_KILL_HALFWAY, /* half is written */
    FAULT_KILL_AFTER    /* all is written */
} fault;

static atomic_uint calls;   /* made so far */
static atomic_uint fail_at; /* 0: none */
static fault kind;

/* What is to happen at this call: false, nothing. */
static bool strikes(void) {
    unsigned call = atomic_fetch_add(&calls, 1) + 1;
    unsigned at = atomic_load(&fail_at);
    bool lasts = kind == FAULT_EIO_FOR_EVER || kind == FAULT_ENOSPC_FOR_EVER;
    return at != 0 && (call == at || (lasts && call > at));
}

static void *original(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

static ssize_t fail(void) {
    if (kind == FAULT_KILL || kind == FAULT_KILL_HALFWAY || kind == FAULT_KILL_AFTER)
        kill(getpid(), SIGKILL);
    errno = kind == FAULT_ENOSPC || kind == FAULT_ENOSPC_FOR_EVER ? ENOSPC : EIO;
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
    if (kind == FAULT_KILL_AFTER)
        (void)!real(fd, bytes, length, offset);
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
    if (kind == FAULT_KILL_AFTER)
        (void)!real(fd, parts, count);
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
    samme_status why; /* of the last failure */
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
        run->why = completion->error.status;
    }
}

/* Commits groups until COMMITS are done, the outcome is unknown or it failed too often. */
static struct run commit_all(samme_lmdb_store *disk, int reports) {
    samme_store store = samme_lmdb_port(disk);
    uint64_t head = store.head(store.self);
    struct run run = {.done = head, .perhaps = head};
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

/* What is not done is full and said to be; what was done is there; and when there is room again the
 * same store goes on, unless it was the last write of a commit that found none. */
static bool survive_full_disk(unsigned at, unsigned *went_on) {
    store_folder folder = store_folder_make();
    samme_lmdb_store *disk = store_folder_open(&folder);
    arm(FAULT_ENOSPC_FOR_EVER, at);
    struct run run = commit_all(disk, -1);
    bool struck = atomic_load(&calls) >= at;
    cr_assert_eq(struck, run.done < COMMITS);
    cr_assert(!struck || run.unknown || run.why == SAMME_FULL, "call %u: %s", at,
              samme_status_name(run.why));
    arm(FAULT_ENOSPC_FOR_EVER, 0);
    if (struck && !run.unknown) {
        run = commit_all(disk, -1);
        cr_assert_geq(run.done, COMMITS, "call %u: %lu done", at, (unsigned long)run.done);
        cr_assert_eq(run.failed, 0);
        (*went_on)++;
    }
    samme_lmdb_close(disk);
    check_left(&folder, run.done, run.perhaps, FAULT_ENOSPC_FOR_EVER, at);
    store_folder_remove(&folder);
    return struck;
}

Test(lmdb_faults, a_disk_that_is_full_from_each_call_on_until_there_is_room) {
    unsigned at = 1, went_on = 0;
    while (survive_full_disk(at, &went_on)) {
        at++;
        cr_assert_lt(at, CALLS_MAX);
    }
    cr_assert_gt(went_on, at / 2, "it went on in %u cases of %u", went_on, at);
}

static bool put_filler(samme_lmdb_store *disk, uint64_t number, samme_status *out_why) {
    static const uint8_t value[FILLER_BYTES];
    samme_store store = samme_lmdb_port(disk);
    uint64_t head = store.head(store.self);
    samme_writes *writes = store_writes();
    cr_assert_eq(samme_writes_put(writes, 0, SAMME_SPAN(&number, sizeof number),
                                  SAMME_SPAN(value, sizeof value)),
                 SAMME_OK);
    store_queue(&store, head, 0, writes);
    store_folder_settle(disk);
    samme_completion completion;
    cr_assert_eq(store.completions(store.self, &completion, 1), 1);
    cr_assert_neq(completion.outcome, SAMME_COMMIT_UNKNOWN);
    *out_why = completion.error.status;
    return completion.outcome == SAMME_COMMIT_DONE;
}

static void expect_fillers(samme_lmdb_store *disk, uint64_t count) {
    samme_store store = samme_lmdb_port(disk);
    samme_reader reader = store_snapshot(&store);
    for (uint64_t number = 0; number <= count; number++) {
        samme_span value = {0};
        samme_status status =
            reader.get(reader.self, 0, SAMME_SPAN(&number, sizeof number), &value);
        cr_assert_eq(status, number < count ? SAMME_OK : SAMME_NOT_FOUND, "%lu of %lu",
                     (unsigned long)number, (unsigned long)count);
        cr_assert(number == count || value.length == FILLER_BYTES);
    }
    store.close_snapshot(store.self);
}

/* The kernel's own refusal: a file that may not grow. What was done stays, also when it is opened
 * again; and with more room it goes on. */
Test(lmdb_faults, a_quota_of_the_system) {
    store_folder folder = store_folder_make();
    samme_lmdb_store *disk = store_folder_open(&folder);
    struct rlimit before, small;
    cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    small = (struct rlimit){.rlim_cur = QUOTA_BYTES, .rlim_max = before.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    uint64_t done = 0;
    samme_status why = SAMME_OK;
    while (put_filler(disk, done, &why))
        cr_assert_lt(++done, QUOTA_BYTES / FILLER_BYTES);
    cr_assert_geq(done, 3);
    cr_assert_eq(why, SAMME_FULL, "%s", samme_status_name(why));
    expect_fillers(disk, done);
    samme_lmdb_close(disk);
    disk = store_folder_open(&folder);
    expect_fillers(disk, done);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    cr_assert(put_filler(disk, done, &why), "%s", samme_status_name(why));
    expect_fillers(disk, done + 1);
    samme_lmdb_close(disk);
    store_folder_remove(&folder);
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

Test(lmdb_faults, a_kill_after_each_call) {
    kill_at_each_call(FAULT_KILL_AFTER);
}

/* A process that keeps the store open until the pipe's other end is closed: LMDB then keeps its
 * lock file, in which a writer that was killed may not have noted what it committed. */
static pid_t make_reader(const store_folder *folder, int *out_end) {
    int until[2], ready[2];
    char byte;
    cr_assert_eq(pipe(until), 0);
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        samme_lmdb_options options = {.folder = folder->path, .kind = "test", .read_only = true};
        samme_lmdb_store *disk = NULL;
        close(until[1]);
        if (samme_lmdb_open(&options, &disk, NULL) != SAMME_OK || write(ready[1], "r", 1) != 1)
            _exit(1);
        _exit(read(until[0], &byte, 1) == 0 ? 0 : 2);
    }
    close(until[0]);
    close(ready[1]);
    cr_assert_eq(read(ready[0], &byte, 1), 1, "the reader did not open the store");
    close(ready[0]);
    *out_end = until[1];
    return child;
}

/* Commits a group in a child that is killed after call `at`, while another process has the store
 * open; the next writer must see what is on disk and go on from there. */
static bool killed_beside_a_reader(unsigned at) {
    store_folder folder = store_folder_make();
    samme_lmdb_close(store_folder_open(&folder));
    int end = -1, ended = 0;
    pid_t reader = make_reader(&folder, &end);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        close(end);
        samme_lmdb_store *disk = store_folder_open(&folder);
        samme_store store = samme_lmdb_port(disk);
        arm(FAULT_KILL_AFTER, at);
        queue_group(disk, &store);
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &ended, 0), child);
    samme_lmdb_store *disk = store_folder_open(&folder);
    struct run run = commit_all(disk, -1);
    cr_assert_eq(run.failed, 0, "call %u: %s", at, samme_status_name(run.why));
    samme_lmdb_close(disk);
    close(end);
    cr_assert_eq(waitpid(reader, NULL, 0), reader);
    check_left(&folder, run.done, run.done, FAULT_KILL_AFTER, at);
    store_folder_remove(&folder);
    return WIFSIGNALED(ended);
}

Test(lmdb_faults, a_kill_after_each_call_beside_a_reader) {
    unsigned at = 1;
    while (killed_beside_a_reader(at))
        cr_assert_lt(++at, CALLS_MAX);
    cr_assert_gt(at, 4, "only %u calls were met", at);
}
