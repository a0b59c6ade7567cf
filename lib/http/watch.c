#include "http/watch.h"

#include <sys/socket.h>

void samme_http_watch_init(samme_http_watch *watch) {
    pthread_mutex_init(&watch->lock, NULL);
    watch->looked = INT64_MIN;
    for (size_t i = 0; i < SAMME_HTTP_CONNECTIONS_MAX; i++)
        watch->places[i] = (samme_http_watched){.fd = -1};
}

void samme_http_watch_fini(samme_http_watch *watch) {
    pthread_mutex_destroy(&watch->lock);
}

samme_http_watched *samme_http_watch_add(samme_http_watch *watch, int fd, int64_t now) {
    samme_http_watched *found = NULL;
    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < SAMME_HTTP_CONNECTIONS_MAX && found == NULL; i++)
        if (watch->places[i].fd < 0)
            found = &watch->places[i];
    if (found != NULL)
        *found = (samme_http_watched){.fd = fd, .since = now};
    pthread_mutex_unlock(&watch->lock);
    return found;
}

void samme_http_watch_remove(samme_http_watch *watch, samme_http_watched *connection) {
    if (connection == NULL)
        return;
    pthread_mutex_lock(&watch->lock);
    *connection = (samme_http_watched){.fd = -1};
    pthread_mutex_unlock(&watch->lock);
}

void samme_http_watch_answering(samme_http_watch *watch, samme_http_watched *connection) {
    if (connection == NULL)
        return;
    pthread_mutex_lock(&watch->lock);
    connection->answering = true;
    pthread_mutex_unlock(&watch->lock);
}

void samme_http_watch_answered(samme_http_watch *watch, samme_http_watched *connection,
                               int64_t now) {
    if (connection == NULL)
        return;
    pthread_mutex_lock(&watch->lock);
    connection->answering = false;
    connection->since = now;
    pthread_mutex_unlock(&watch->lock);
}

size_t samme_http_watch_cut(samme_http_watch *watch, int64_t now) {
    size_t count = 0;
    pthread_mutex_lock(&watch->lock);
    bool due = now > watch->looked;
    watch->looked = now;
    for (size_t i = 0; i < SAMME_HTTP_CONNECTIONS_MAX && due; i++) {
        samme_http_watched *connection = &watch->places[i];
        if (connection->fd < 0 || connection->answering ||
            now - connection->since <= SAMME_HTTP_WATCH_SECONDS)
            continue;
        /* libmicrohttpd sees the end of it and closes; it is cut once */
        shutdown(connection->fd, SHUT_RDWR);
        connection->since = now;
        count++;
    }
    pthread_mutex_unlock(&watch->lock);
    return count;
}
