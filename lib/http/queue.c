#include "http/queue.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

samme_status samme_http_queue_init(samme_http_queue *queue, samme_error *error) {
    *queue = (samme_http_queue){.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (queue->wake_fd < 0)
        return samme_fail(error, SAMME_IO, "HTTP server: eventfd: %s", strerror(errno));
    pthread_mutex_init(&queue->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&queue->sent, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (size_t i = 0; i < SAMME_HTTP_QUEUE_MAX; i++)
        queue->free[queue->free_count++] = (uint16_t)i;
    return SAMME_OK;
}

void samme_http_queue_fini(samme_http_queue *queue) {
    close(queue->wake_fd);
    pthread_cond_destroy(&queue->sent);
    pthread_mutex_destroy(&queue->lock);
}

samme_status samme_http_queue_put(samme_http_queue *queue, samme_exchange *exchange) {
    samme_status status = SAMME_FULL;
    pthread_mutex_lock(&queue->lock);
    if (!queue->closed && queue->free_count > 0) {
        uint16_t place = queue->free[--queue->free_count];
        uint64_t id = ++queue->last_number * SAMME_HTTP_QUEUE_MAX + place;
        queue->places[place] = (samme_http_place){.exchange = exchange, .id = id};
        queue->waiting[(queue->waiting_first + queue->waiting_count++) % SAMME_HTTP_QUEUE_MAX] =
            place;
        queue->unsent++;
        exchange->queued = true;
        const uint64_t one = 1;
        ssize_t written = write(queue->wake_fd, &one, sizeof one);
        (void)written; /* it can only be readable already */
        status = SAMME_OK;
    }
    pthread_mutex_unlock(&queue->lock);
    return status;
}

bool samme_http_queue_take(samme_http_queue *queue, samme_request *out) {
    pthread_mutex_lock(&queue->lock);
    bool found = queue->waiting_count > 0;
    if (found) {
        samme_http_place *place = &queue->places[queue->waiting[queue->waiting_first]];
        queue->waiting_first = (queue->waiting_first + 1) % SAMME_HTTP_QUEUE_MAX;
        queue->waiting_count--;
        place->taken = true;
        *out = samme_exchange_request(place->exchange, place->id);
    }
    if (queue->waiting_count == 0) {
        uint64_t wakes;
        ssize_t length = read(queue->wake_fd, &wakes, sizeof wakes);
        (void)length; /* it may not have been readable */
    }
    pthread_mutex_unlock(&queue->lock);
    return found;
}

samme_exchange *samme_http_queue_claim(samme_http_queue *queue, uint64_t id) {
    samme_exchange *exchange = NULL;
    pthread_mutex_lock(&queue->lock);
    uint16_t number = (uint16_t)(id % SAMME_HTTP_QUEUE_MAX);
    samme_http_place *place = &queue->places[number];
    if (place->taken && place->id == id) {
        exchange = place->exchange;
        *place = (samme_http_place){0};
        queue->free[queue->free_count++] = number;
    }
    pthread_mutex_unlock(&queue->lock);
    return exchange;
}

size_t samme_http_queue_close(samme_http_queue *queue,
                              samme_exchange *out[static SAMME_HTTP_QUEUE_MAX]) {
    size_t count = 0;
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    queue->waiting_count = 0;
    for (size_t i = 0; i < SAMME_HTTP_QUEUE_MAX; i++) {
        if (queue->places[i].exchange != NULL)
            out[count++] = queue->places[i].exchange;
        queue->places[i] = (samme_http_place){0};
    }
    pthread_mutex_unlock(&queue->lock);
    return count;
}

void samme_http_queue_done(samme_http_queue *queue) {
    pthread_mutex_lock(&queue->lock);
    queue->unsent--;
    pthread_cond_signal(&queue->sent);
    pthread_mutex_unlock(&queue->lock);
}

void samme_http_queue_settle(samme_http_queue *queue, unsigned seconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    pthread_mutex_lock(&queue->lock);
    while (queue->unsent > 0 &&
           pthread_cond_timedwait(&queue->sent, &queue->lock, &until) != ETIMEDOUT)
        ;
    pthread_mutex_unlock(&queue->lock);
}
