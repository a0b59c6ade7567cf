/* kill -9 in the middle of a stream of commits: what was reported done is there, and the content is
 * that of some head. */
#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/prng.h"
#include "tests/conformance/store_folder.h"
#include "tests/conformance/store_model.h"
#include "tests/conformance/store_support.h"

enum { KILLS = 25, HISTORY = 7, IN_FLIGHT = 20, REPORTS_MAX = 60 };

/* Commits without end and writes each completed head into the pipe. */
static void commit_for_ever(const store_folder *folder, int pipe) {
    samme_lmdb_options options = {.folder = folder->path, .kind = "test", .group_max = 5};
    samme_lmdb_store *disk = NULL;
    if (samme_lmdb_open(&options, &disk, NULL) != SAMME_OK)
        _exit(1);
    samme_store store = samme_lmdb_port(disk);
    uint64_t next = store.head(store.self);
    for (;;) {
        while (next - store.head(store.self) < IN_FLIGHT) {
            samme_commit commit = {.expected_head = next,
                                   .writes = store_model_writes(HISTORY, next)};
            if (store.commit(store.self, commit) != SAMME_OK)
                _exit(2);
            next++;
        }
        struct pollfd wait = {.fd = store.wake_fd(store.self), .events = POLLIN};
        poll(&wait, 1, -1);
        samme_completion done;
        while (store.completions(store.self, &done, 1) == 1) {
            if (done.outcome != SAMME_COMMIT_DONE ||
                write(pipe, &done.head, sizeof done.head) != (ssize_t)sizeof done.head)
                _exit(3);
        }
    }
}

/* Runs a committing child, kills it after `reports` reports and a moment; returns the last one. */
static uint64_t run_and_kill(const store_folder *folder, unsigned reports, unsigned spins) {
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        close(ends[0]);
        commit_for_ever(folder, ends[1]);
    }
    close(ends[1]);
    uint64_t head = 0, last = 0;
    for (unsigned i = 0; i < reports && read(ends[0], &head, sizeof head) == sizeof head; i++)
        last = head;
    for (volatile unsigned i = 0; i < spins; i++)
        continue;
    cr_assert_eq(kill(child, SIGKILL), 0);
    while (read(ends[0], &head, sizeof head) == sizeof head)
        last = head;
    close(ends[0]);
    int ended = 0;
    cr_assert_eq(waitpid(child, &ended, 0), child);
    int by = WIFSIGNALED(ended) ? WTERMSIG(ended) : 0;
    cr_assert_eq(by, SIGKILL, "the child ended by itself: %x", (unsigned)ended);
    return last;
}

Test(lmdb_kill, what_was_reported_survives) {
    static store_model model;
    const uint64_t seed = 20240611;
    samme_prng prng;
    samme_prng_seed(&prng, seed);
    store_folder folder = store_folder_make();
    for (unsigned round = 0; round < KILLS; round++) {
        unsigned reports = (unsigned)samme_prng_below(&prng, REPORTS_MAX);
        uint64_t last = run_and_kill(&folder, reports, (unsigned)samme_prng_below(&prng, 1u << 20));
        samme_lmdb_options options = {.folder = folder.path, .kind = "test"};
        samme_lmdb_store *disk = NULL;
        samme_error error = {0};
        cr_assert_eq(samme_lmdb_open(&options, &disk, &error), SAMME_OK, "seed %lu round %u: %s",
                     (unsigned long)seed, round, error.text);
        samme_store store = samme_lmdb_port(disk);
        uint64_t head = store.head(store.self);
        cr_assert_geq(head, last, "seed %lu round %u: %lu was done, the store is at %lu",
                      (unsigned long)seed, round, (unsigned long)last, (unsigned long)head);
        cr_assert_geq(head, model.head);
        while (model.head < head)
            store_model_apply(&model, HISTORY);
        samme_reader reader = store_snapshot(&store);
        store_model_check(&model, &reader, HISTORY);
        store.close_snapshot(store.self);
        samme_lmdb_close(disk);
    }
    cr_assert_gt(model.head, KILLS, "only %lu commits in all", (unsigned long)model.head);
    store_folder_remove(&folder);
}
