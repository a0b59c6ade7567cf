/* How long connections take. libmicrohttpd closes the ones that say nothing for a while, but one
 * that sends a byte now and then would keep its place for ever: here each has so many seconds from
 * its start, or its last answer, to the next whole request. Guarded by a lock of its own;
 * connections are entered and taken out by libmicrohttpd's thread, cut by any. */
#ifndef SAMME_HTTP_WATCH_H
#define SAMME_HTTP_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/server.h"

#define SAMME_HTTP_WATCH_SECONDS 60

typedef struct samme_http_watched {
    int fd;         /* -1: free */
    bool answering; /* a whole request came; the time is ours, not the client's */
    int64_t since;
} samme_http_watched;

typedef struct samme_http_watch {
    pthread_mutex_t lock;
    int64_t looked; /* when cut looked last */
    samme_http_watched places[SAMME_HTTP_CONNECTIONS_MAX];
} samme_http_watch;

void samme_http_watch_init(samme_http_watch *watch);
void samme_http_watch_fini(samme_http_watch *watch);
/* All times are monotonic seconds. NULL when there is no place: the connection is not watched. */
samme_http_watched *samme_http_watch_add(samme_http_watch *watch, int fd,
                                         int64_t now) SAMME_CHECKED;
/* Before the socket is closed. These accept NULL for a connection. */
void samme_http_watch_remove(samme_http_watch *watch, samme_http_watched *connection);
void samme_http_watch_answering(samme_http_watch *watch, samme_http_watched *connection);
void samme_http_watch_answered(samme_http_watch *watch, samme_http_watched *connection,
                               int64_t now);
/* Shuts down those that are over their time; looks once a second. Returns how many. */
size_t samme_http_watch_cut(samme_http_watch *watch, int64_t now);

#endif
