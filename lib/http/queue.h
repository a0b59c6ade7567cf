/* The bounded queue between libmicrohttpd's thread and the one that answers. A request keeps its
 * place until it is answered; its id is the place and a number, so that an old id finds nothing. */
#ifndef SAMME_HTTP_QUEUE_H
#define SAMME_HTTP_QUEUE_H

#include <pthread.h>

#include "http/exchange.h"
#include "http/server.h"

typedef struct samme_http_place {
    samme_exchange *exchange; /* NULL: free */
    uint64_t id;
    bool taken;
} samme_http_place;

typedef struct samme_http_queue {
    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t sent;
    int wake_fd;
    bool closed;
    uint64_t last_number;
    size_t unsent; /* put here and not done with */
    size_t waiting_count;
    size_t waiting_first;
    uint16_t waiting[SAMME_HTTP_QUEUE_MAX]; /* ring of places */
    size_t free_count;
    uint16_t free[SAMME_HTTP_QUEUE_MAX];
    samme_http_place places[SAMME_HTTP_QUEUE_MAX];
} samme_http_queue;

samme_status samme_http_queue_init(samme_http_queue *queue, samme_error *error) SAMME_CHECKED;
void samme_http_queue_fini(samme_http_queue *queue);

/* SAMME_FULL, also when closed: the caller still has the exchange. */
samme_status samme_http_queue_put(samme_http_queue *queue, samme_exchange *exchange) SAMME_CHECKED;
bool samme_http_queue_take(samme_http_queue *queue, samme_request *out) SAMME_CHECKED;
/* Gives up the place of a taken request; NULL when the id is none. */
samme_exchange *samme_http_queue_claim(samme_http_queue *queue, uint64_t id) SAMME_CHECKED;
/* Nothing is put any more. Gives up all places, taken or waiting; returns how many. */
size_t samme_http_queue_close(samme_http_queue *queue,
                              samme_exchange *out[static SAMME_HTTP_QUEUE_MAX]);
/* An exchange that was put here is over. */
void samme_http_queue_done(samme_http_queue *queue);
/* Waits until all are. */
void samme_http_queue_settle(samme_http_queue *queue, unsigned seconds);

#endif
