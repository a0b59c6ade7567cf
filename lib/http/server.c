#include "http/server.h"

#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>

#include "http/exchange.h"
#include "http/listen.h"
#include "http/queue.h"

#define CONNECTION_MEMORY_BYTES ((size_t)64 * 1024)
#define IDLE_SECONDS            30u
#define CLOSING_SECONDS         1u

struct samme_http_server {
    struct MHD_Daemon *daemon;
    samme_http_listener listener;
    samme_http_queue queue;
};

/* These three are called by libmicrohttpd's thread. */

static void *on_request_line(void *self, const char *uri, struct MHD_Connection *connection) {
    (void)self;
    return samme_exchange_new(connection, uri);
}

/* The connection sleeps until the answer is there. It is suspended first: once it is in the queue
 * its answer may come at any moment. */
static void hand_on(samme_http_server *server, samme_exchange *exchange) {
    MHD_suspend_connection(exchange->connection);
    if (samme_http_queue_put(&server->queue, exchange) == SAMME_OK)
        return;
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

static struct MHD_Daemon *start(samme_http_server *server) {
    /* The daemons take signals by signalfd: no thread of ours may get one. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
        MHD_OPTION_LISTEN_SOCKET, server->listener.fd, MHD_OPTION_URI_LOG_CALLBACK, on_request_line,
        server, MHD_OPTION_NOTIFY_COMPLETED, on_end, server, MHD_OPTION_CONNECTION_LIMIT,
        SAMME_HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

samme_status samme_http_open(const char *address, uint16_t port, samme_http_server **out,
                             samme_error *error) {
    samme_http_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "no memory for the HTTP server");
    samme_status status = samme_http_queue_init(&server->queue, error);
    if (status != SAMME_OK) {
        free(server);
        return status;
    }
    status = samme_http_listen(address, port, &server->listener, error);
    if (status == SAMME_OK) {
        server->daemon = start(server);
        /* The socket is libmicrohttpd's from here on; some of its failures close it, so that we
         * must not. */
        if (server->daemon == NULL)
            status = samme_fail(error, SAMME_IO, "cannot start the HTTP server on %s port %u",
                                address, server->listener.port);
    }
    if (status != SAMME_OK) {
        samme_http_queue_fini(&server->queue);
        free(server);
        return status;
    }
    *out = server;
    return SAMME_OK;
}

static void answer(samme_exchange *exchange, const samme_response *response) {
    struct MHD_Connection *connection = exchange->connection;
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
    free(server);
}

uint16_t samme_http_port(const samme_http_server *server) {
    return server->listener.port;
}

int samme_http_wake_fd(const samme_http_server *server) {
    return server->queue.wake_fd;
}

bool samme_http_take(samme_http_server *server, samme_request *out) {
    return samme_http_queue_take(&server->queue, out);
}

void samme_http_answer(samme_http_server *server, uint64_t id, const samme_response *response) {
    samme_exchange *exchange = samme_http_queue_claim(&server->queue, id);
    if (exchange != NULL)
        answer(exchange, response);
}
