#include "node/shell_pins.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Jobs go round a ring: [taken, made) are made, [made, put) wait. */
struct samme_pins {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    bool closing;
    int wake_fd;
    uint64_t put, made, taken;
    samme_pin_job jobs[SAMME_PIN_JOBS_MAX];
    samme_pin_done done[SAMME_PIN_JOBS_MAX];
    uint8_t key[SAMME_PIN_KEY_BYTES]; /* the thread's, never changed */
};

static samme_pin_done make(const samme_pins *pins, samme_pin_job *job) {
    samme_pin_done done = {.id = job->id};
    done.failed = samme_pin_verifier(samme_span_of_text(job->pin), job->salt, pins->key,
                                     done.verifier) != SAMME_OK;
    samme_wipe(job->pin, sizeof job->pin);
    return done;
}

static void *work(void *context) {
    samme_pins *pins = context;
    pthread_mutex_lock(&pins->lock);
    while (!pins->closing) {
        if (pins->made == pins->put) {
            pthread_cond_wait(&pins->changed, &pins->lock);
            continue;
        }
        samme_pin_job job = pins->jobs[pins->made % SAMME_PIN_JOBS_MAX];
        samme_wipe(&pins->jobs[pins->made % SAMME_PIN_JOBS_MAX], sizeof job);
        pthread_mutex_unlock(&pins->lock);
        samme_pin_done done = make(pins, &job);
        pthread_mutex_lock(&pins->lock);
        pins->done[pins->made++ % SAMME_PIN_JOBS_MAX] = done;
        const uint64_t one = 1;
        ssize_t written = write(pins->wake_fd, &one, sizeof one);
        (void)written; /* it can only be readable already */
    }
    pthread_mutex_unlock(&pins->lock);
    return NULL;
}

/* The daemons take signals by signalfd: no thread of ours may get one. */
static int start(samme_pins *pins) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&pins->thread, NULL, work, pins);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

_Static_assert(SAMME_PIN_KEY_BYTES == SAMME_SEAL_KEY_BYTES, "the key of PINs");

samme_status samme_pins_open(const samme_secret_key *key, samme_pins **out, samme_error *error) {
    samme_pins *pins = calloc(1, sizeof *pins);
    if (pins == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the worker of PINs");
    memcpy(pins->key, key->bytes, sizeof pins->key);
    pthread_mutex_init(&pins->lock, NULL);
    pthread_cond_init(&pins->changed, NULL);
    pins->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int failed = pins->wake_fd < 0 ? errno : start(pins);
    if (failed == 0) {
        *out = pins;
        return SAMME_OK;
    }
    if (pins->wake_fd >= 0)
        close(pins->wake_fd);
    samme_wipe(pins, sizeof *pins);
    free(pins);
    return samme_fail(error, SAMME_IO, "the worker of PINs does not start: %s", strerror(failed));
}

void samme_pins_close(samme_pins *pins) {
    if (pins == NULL)
        return;
    pthread_mutex_lock(&pins->lock);
    pins->closing = true;
    pthread_cond_signal(&pins->changed);
    pthread_mutex_unlock(&pins->lock);
    pthread_join(pins->thread, NULL);
    pthread_cond_destroy(&pins->changed);
    pthread_mutex_destroy(&pins->lock);
    close(pins->wake_fd);
    samme_wipe(pins, sizeof *pins);
    free(pins);
}

bool samme_pins_put(samme_pins *pins, const samme_pin_job *job) {
    pthread_mutex_lock(&pins->lock);
    bool room = pins->put - pins->taken < SAMME_PIN_JOBS_MAX;
    if (room) {
        pins->jobs[pins->put++ % SAMME_PIN_JOBS_MAX] = *job;
        pthread_cond_signal(&pins->changed);
    }
    pthread_mutex_unlock(&pins->lock);
    return room;
}

bool samme_pins_take(samme_pins *pins, samme_pin_done *out) {
    pthread_mutex_lock(&pins->lock);
    bool found = pins->taken < pins->made;
    if (found)
        *out = pins->done[pins->taken++ % SAMME_PIN_JOBS_MAX];
    if (pins->taken == pins->made) {
        uint64_t wakes;
        ssize_t length = read(pins->wake_fd, &wakes, sizeof wakes);
        (void)length; /* it may not have been readable */
    }
    pthread_mutex_unlock(&pins->lock);
    return found;
}

int samme_pins_wake_fd(const samme_pins *pins) {
    return pins->wake_fd;
}
