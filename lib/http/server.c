#include "http/server.h"

#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "http/exchange.h"
#include "http/listen.h"
#include "http/queue.h"
#include "http/watch.h"

#define CONNECTION_MEMORY_BYTES ((size_t)64 * 1024)
#define IDLE_SECONDS            30u
#define CLOSING_SECONDS         1u
/* Of GnuTLS; what older tills could still agree on is broken. */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct samme_http_server {
    struct MHD_Daemon *daemon;
    samme_http_listener listener;
    samme_http_queue queue;
    samme_http_watch watch;
};

static int64_t now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* What begins with on_ is called by libmicrohttpd's thread. */

static void on_connection(void *self, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code) {
    samme_http_server *server = self;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        samme_http_watch_remove(&server->watch, *context);
        *context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context =
        info == NULL ? NULL : samme_http_watch_add(&server->watch, info->connect_fd, now_seconds());
}

static void *on_request_line(void *self, const char *uri, struct MHD_Connection *connection) {
    (void)self;
    return samme_exchange_new(connection, uri);
}

/* The connection sleeps until the answer is there. It is suspended first: once it is in the queue
 * its answer may come at any moment. */
static void hand_on(samme_http_server *server, samme_exchange *exchange) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    exchange->watched = info == NULL ? NULL : info->socket_context;
    samme_http_watch_answering(&server->watch, exchange->watched);
    MHD_suspend_connection(exchange->connection);
    if (samme_http_queue_put(&server->queue, exchange) == SAMME_OK)
        return;
    samme_http_watch_answered(&server->watch, exchange->watched, now_seconds());
    exchange->refusal = MHD_HTTP_SERVICE_UNAVAILABLE;
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *length, void **context) {
    (void)connection;
    (void)version;
    samme_http_server *server = self;
    samme_exchange *exchange = *context;
    if (exchange == NULL)
        return MHD_NO; /* there was no memory for it */
    if (!exchange->begun)
        return samme_exchange_begin(exchange, method, path, server->listener.loopback)
                   ? MHD_YES
                   : samme_exchange_send(exchange);
    if (*length > 0) {
        bool goes_on = samme_exchange_collect(exchange, data, *length);
        *length = 0;
        return goes_on ? MHD_YES : MHD_NO;
    }
    if (exchange->response != NULL || exchange->refusal != 0)
        return samme_exchange_send(exchange);
    hand_on(server, exchange);
    return MHD_YES;
}

static void on_end(void *self, struct MHD_Connection *connection, void **context,
                   enum MHD_RequestTerminationCode code) {
    (void)connection;
    (void)code;
    samme_http_server *server = self;
    samme_exchange *exchange = *context;
    if (exchange == NULL)
        return;
    *context = NULL;
    bool queued = exchange->queued;
    samme_exchange_free(exchange);
    if (queued)
        samme_http_queue_done(&server->queue);
}

/* libmicrohttpd reads it only. */
static struct MHD_OptionItem option(enum MHD_OPTION which, const char *text) {
    return (struct MHD_OptionItem){which, 0, (void *)(uintptr_t)text};
}

static struct MHD_Daemon *start(samme_http_server *server, const samme_http_tls *tls) {
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem secured[] = {{MHD_OPTION_END, 0, NULL},
                                       {MHD_OPTION_END, 0, NULL},
                                       {MHD_OPTION_END, 0, NULL},
                                       {MHD_OPTION_END, 0, NULL}};
    if (tls != NULL) {
        flags |= MHD_USE_TLS;
        secured[0] = option(MHD_OPTION_HTTPS_MEM_CERT, tls->certificate);
        secured[1] = option(MHD_OPTION_HTTPS_MEM_KEY, tls->key);
        secured[2] = option(MHD_OPTION_HTTPS_PRIORITIES, TLS_PRIORITIES);
    }
    /* The daemons take signals by signalfd: no thread of ours may get one. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_ARRAY, secured,
        MHD_OPTION_LISTEN_SOCKET, server->listener.fd, MHD_OPTION_URI_LOG_CALLBACK, on_request_line,
        server, MHD_OPTION_NOTIFY_COMPLETED, on_end, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        server->listener.loopback ? 0u : SAMME_HTTP_CONNECTIONS_AN_ADDRESS,
        MHD_OPTION_CONNECTION_LIMIT, SAMME_HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

/* Listens and starts; the socket is libmicrohttpd's from then on; some of its failures close it, so
 * that we must not. */
static samme_status listen_and_start(samme_http_server *server, const char *address, uint16_t port,
                                     const samme_http_tls *tls, samme_error *error) {
    samme_status status = samme_http_listen(address, port, &server->listener, error);
    if (status != SAMME_OK)
        return status;
    if (!server->listener.loopback && tls == NULL) {
        close(server->listener.fd);
        return samme_fail(error, SAMME_DENIED,
                          "%s is reached from other machines: that wants TLS, so give "
                          "http.tls_certificate and http.tls_key, or listen on 127.0.0.1",
                          address);
    }
    server->daemon = start(server, tls);
    if (server->daemon != NULL)
        return SAMME_OK;
    return tls == NULL ? samme_fail(error, SAMME_IO, "cannot start the HTTP server on %s port %u",
                                    address, server->listener.port)
                       : samme_fail(error, SAMME_MALFORMED,
                                    "cannot start the HTTPS server on %s port %u: expected PEM "
                                    "texts of a certificate and the key that belongs to it",
                                    address, server->listener.port);
}

samme_status samme_http_open(const char *address, uint16_t port, const samme_http_tls *tls,
                             samme_http_server **out, samme_error *error) {
    samme_http_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the HTTP server");
    samme_http_watch_init(&server->watch);
    samme_status status = samme_http_queue_init(&server->queue, error);
    if (status != SAMME_OK) {
        free(server);
        return status;
    }
    status = listen_and_start(server, address, port, tls, error);
    if (status != SAMME_OK) {
        samme_http_queue_fini(&server->queue);
        free(server);
        return status;
    }
    *out = server;
    return SAMME_OK;
}

static void answer(samme_http_server *server, samme_exchange *exchange,
                   const samme_response *response) {
    struct MHD_Connection *connection = exchange->connection;
    samme_http_watch_answered(&server->watch, exchange->watched, now_seconds());
    samme_exchange_answer(exchange, response);
    MHD_resume_connection(connection);
}

void samme_http_close(samme_http_server *server) {
    if (server == NULL)
        return;
    samme_exchange *unanswered[SAMME_HTTP_QUEUE_MAX];
    size_t count = samme_http_queue_close(&server->queue, unanswered);
    for (size_t i = 0; i < count; i++) {
        unanswered[i]->refusal = MHD_HTTP_SERVICE_UNAVAILABLE;
        MHD_resume_connection(unanswered[i]->connection);
    }
    samme_http_queue_settle(&server->queue, CLOSING_SECONDS);
    MHD_stop_daemon(server->daemon);
    samme_http_queue_fini(&server->queue);
    samme_http_watch_fini(&server->watch);
    free(server);
}

bool samme_http_beyond_loopback(const samme_http_server *server) {
    return !server->listener.loopback;
}

uint16_t samme_http_port(const samme_http_server *server) {
    return server->listener.port;
}

int samme_http_wake_fd(const samme_http_server *server) {
    return server->queue.wake_fd;
}

bool samme_http_take(samme_http_server *server, samme_request *out) {
    samme_http_watch_cut(&server->watch, now_seconds());
    return samme_http_queue_take(&server->queue, out);
}

void samme_http_answer(samme_http_server *server, uint64_t id, const samme_response *response) {
    samme_exchange *exchange = samme_http_queue_claim(&server->queue, id);
    if (exchange != NULL)
        answer(server, exchange, response);
}
