#include "store/writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "store/applier.h"
#include "store/queue.h"

enum {
    GROUP_DEFAULT = 64,
    GROUP_BYTES = 64 * 1024 * 1024, /* keeps a transaction's dirty pages in memory bounded */
    READER_CHECK_MS = 60 * 1000,
};

struct samme_writer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock. */
    samme_commit_queue queue;
    samme_lmdb_counters counters;
    int wake_fd;
    bool woken; /* wake_fd is readable */
    bool paused;
    bool stopping;
    bool abandoned;
    /* The thread's own. */
    samme_applier applier;
    size_t group_max;
    unsigned reader_check_ms;
    struct timespec reader_check; /* when it is due, CLOCK_MONOTONIC */
    samme_commit group[SAMME_STORE_QUEUE_MAX];
};

static void set_reader_check(samme_writer *writer) {
    struct timespec *due = &writer->reader_check;
    clock_gettime(CLOCK_MONOTONIC, due);
    due->tv_sec += writer->reader_check_ms / 1000;
    due->tv_nsec += (long)(writer->reader_check_ms % 1000) * 1000 * 1000;
    if (due->tv_nsec >= 1000L * 1000 * 1000) {
        due->tv_nsec -= 1000L * 1000 * 1000;
        due->tv_sec++;
    }
}

static bool reader_check_due(const samme_writer *writer) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec != writer->reader_check.tv_sec ? now.tv_sec > writer->reader_check.tv_sec
                                                     : now.tv_nsec >= writer->reader_check.tv_nsec;
}

/* Waits for commits and takes the writes of the oldest. 0 when the thread is to end, and *out_end
 * says so, or when it is time to look for dead readers. */
static size_t take(samme_writer *writer, bool *out_end) {
    pthread_mutex_lock(&writer->lock);
    samme_commit_queue *queue = &writer->queue;
    int code = 0;
    while (code != ETIMEDOUT && !writer->stopping &&
           (writer->paused || queue->completed == queue->queued))
        code = pthread_cond_timedwait(&writer->changed, &writer->lock, &writer->reader_check);
    size_t count = 0, bytes = 0;
    bool idle = writer->abandoned || (writer->paused && !writer->stopping);
    size_t waiting = idle ? 0 : (size_t)(queue->queued - queue->completed);
    while (count < waiting && count < writer->group_max && bytes < GROUP_BYTES) {
        samme_queued_commit *slot = samme_commit_queue_at(queue, queue->completed + count);
        writer->group[count++] = slot->commit;
        bytes += slot->commit.writes->bytes.length;
        slot->commit.writes = NULL;
    }
    *out_end = writer->stopping && count == 0;
    pthread_mutex_unlock(&writer->lock);
    return count;
}

static void clear_readers(samme_writer *writer) {
    unsigned dead = samme_applier_clear_readers(&writer->applier);
    set_reader_check(writer);
    pthread_mutex_lock(&writer->lock);
    writer->counters.dead_readers += dead;
    pthread_mutex_unlock(&writer->lock);
}

/* Completes the group, and everything behind it when one in it did not get through. */
static void give_back(samme_writer *writer, size_t count, const samme_applied *applied) {
    for (size_t i = 0; i < count; i++)
        samme_writes_free(writer->group[i].writes);
    pthread_mutex_lock(&writer->lock);
    samme_commit_queue *queue = &writer->queue;
    size_t reached = applied->done + applied->unknown;
    for (size_t i = 0; i < reached; i++)
        samme_commit_queue_complete(
            queue, i < applied->done ? SAMME_COMMIT_DONE : SAMME_COMMIT_UNKNOWN, &applied->error);
    if (reached < count && applied->unknown == 0)
        samme_commit_queue_complete(queue, SAMME_COMMIT_FAILED, &applied->error);
    if (applied->done < count)
        samme_commit_queue_fail_rest(queue, &applied->error);
    writer->counters.commits += applied->done;
    writer->counters.transactions = writer->applier.transactions;
    if (!writer->woken)
        writer->woken = eventfd_write(writer->wake_fd, 1) == 0;
    pthread_mutex_unlock(&writer->lock);
}

static void *run(void *self) {
    samme_writer *writer = self;
    bool end = false;
    while (!end) {
        size_t count = take(writer, &end);
        if (count > 0) {
            samme_applied applied = samme_applier_run(&writer->applier, writer->group, count);
            give_back(writer, count, &applied);
        }
        if (reader_check_due(writer))
            clear_readers(writer);
    }
    return NULL;
}

/* Signals are the control thread's business. */
static int start_thread(samme_writer *writer) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&writer->thread, NULL, run, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static void release(samme_writer *writer) {
    samme_commit_queue_drop(&writer->queue);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    if (writer->wake_fd >= 0)
        close(writer->wake_fd);
    free(writer);
}

/* Its waits end by the clock that nobody sets. */
static void make_condition(pthread_cond_t *condition) {
    pthread_condattr_t kind;
    pthread_condattr_init(&kind);
    pthread_condattr_setclock(&kind, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &kind);
    pthread_condattr_destroy(&kind);
}

samme_status samme_writer_start(samme_env *env, const samme_lmdb_options *options,
                                samme_writer **out, samme_error *error) {
    samme_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "%s: no memory for the writer", env->folder);
    samme_applier_init(&writer->applier, env);
    writer->queue.head = env->position.head;
    writer->queue.term = env->position.term;
    writer->counters.dead_readers = env->dead_readers;
    writer->group_max = options->group_max != 0 ? options->group_max : GROUP_DEFAULT;
    if (writer->group_max > SAMME_STORE_QUEUE_MAX)
        writer->group_max = SAMME_STORE_QUEUE_MAX;
    pthread_mutex_init(&writer->lock, NULL);
    make_condition(&writer->changed);
    writer->reader_check_ms =
        options->reader_check_ms != 0 ? options->reader_check_ms : READER_CHECK_MS;
    set_reader_check(writer);
    writer->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int code = writer->wake_fd < 0 ? errno : start_thread(writer);
    if (code != 0) {
        release(writer);
        return samme_fail(error, SAMME_IO, "%s: the writer cannot start: %s", env->folder,
                          strerror(code));
    }
    *out = writer;
    return SAMME_OK;
}

void samme_writer_stop(samme_writer *writer) {
    if (writer == NULL)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->stopping = true;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    release(writer);
}

samme_status samme_writer_commit(samme_writer *writer, samme_commit commit) {
    pthread_mutex_lock(&writer->lock);
    samme_status status = samme_commit_queue_push(&writer->queue, commit);
    if (status == SAMME_OK)
        pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    return status;
}

size_t samme_writer_completions(samme_writer *writer, samme_completion *out, size_t maximum) {
    pthread_mutex_lock(&writer->lock);
    size_t count = samme_commit_queue_collect(&writer->queue, out, maximum);
    if (writer->woken && writer->queue.collected == writer->queue.completed) {
        eventfd_t ignored;
        writer->woken = eventfd_read(writer->wake_fd, &ignored) != 0;
    }
    pthread_mutex_unlock(&writer->lock);
    return count;
}

uint64_t samme_writer_head(samme_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    uint64_t head = writer->queue.head;
    pthread_mutex_unlock(&writer->lock);
    return head;
}

uint64_t samme_writer_term(samme_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    uint64_t term = writer->queue.term;
    pthread_mutex_unlock(&writer->lock);
    return term;
}

int samme_writer_wake_fd(const samme_writer *writer) {
    return writer->wake_fd;
}

samme_lmdb_counters samme_writer_count(samme_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    samme_lmdb_counters counters = writer->counters;
    pthread_mutex_unlock(&writer->lock);
    return counters;
}

void samme_writer_pause(samme_writer *writer, bool paused) {
    pthread_mutex_lock(&writer->lock);
    writer->paused = paused;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

size_t samme_writer_waiting(samme_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    size_t waiting = (size_t)(writer->queue.queued - writer->queue.completed);
    pthread_mutex_unlock(&writer->lock);
    return waiting;
}

void samme_writer_abandon(samme_writer *writer) {
    pthread_mutex_lock(&writer->lock);
    writer->abandoned = writer->stopping = true;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}
