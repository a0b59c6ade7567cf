#include "net/watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "net/options.h"

/* How long a socket that still tries may say nothing, and how soon one that lost its connection
 * says what it does next. The second is also how often a node whose key is refused asks again. */
#define TRYING_MS (2 * SAMME_NET_HANDSHAKE_TIMEOUT_MS)
#define ENDED_MS  5000

#define EVENTS                                                                                     \
    (ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CONNECT_DELAYED | ZMQ_EVENT_CONNECT_RETRIED |                 \
     ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                   \
     ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                  \
     ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

int64_t samme_net_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

samme_status samme_watch_start(samme_watch *watch, void *context, void *socket, unsigned number,
                               samme_error *error) {
    char endpoint[40];
    snprintf(endpoint, sizeof endpoint, "inproc://watch-%u", number);
    void *events = NULL;
    /* libzmq's I/O thread would block on a full pair. */
    const int unlimited = 0, linger = 0;
    if (zmq_socket_monitor(socket, endpoint, EVENTS) != 0)
        goto failed;
    events = zmq_socket(context, ZMQ_PAIR);
    if (events == NULL || zmq_setsockopt(events, ZMQ_RCVHWM, &unlimited, sizeof unlimited) != 0 ||
        zmq_setsockopt(events, ZMQ_LINGER, &linger, sizeof linger) != 0 ||
        zmq_connect(events, endpoint) != 0)
        goto failed;
    watch->events = events;
    watch->quiet_at = samme_net_now_ms() + TRYING_MS;
    return SAMME_OK;
failed:;
    int failure = errno;
    if (events != NULL)
        zmq_close(events);
    zmq_socket_monitor(socket, NULL, 0);
    return samme_fail(error, SAMME_IO, "cannot watch a connection: %s", zmq_strerror(failure));
}

void samme_watch_stop(samme_watch *watch, void *socket) {
    if (watch->events == NULL)
        return;
    zmq_socket_monitor(socket, NULL, 0);
    zmq_close(watch->events);
    watch->events = NULL;
}

static int64_t quiet_after(uint16_t event, uint32_t value) {
    int64_t now = samme_net_now_ms();
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return INT64_MAX;
    case ZMQ_EVENT_CONNECT_RETRIED: /* value: in how many ms */
        return now + (int64_t)value + TRYING_MS;
    case ZMQ_EVENT_DISCONNECTED:
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        return now + ENDED_MS;
    default:
        return now + TRYING_MS;
    }
}

bool samme_watch_quiet(samme_watch *watch) {
    /* An event is a frame of 16-bit number and 32-bit value, then one with the address. */
    uint8_t frame[6];
    int length;
    while ((length = zmq_recv(watch->events, frame, sizeof frame, ZMQ_DONTWAIT)) >= 0) {
        int more = 0;
        size_t size = sizeof more;
        zmq_getsockopt(watch->events, ZMQ_RCVMORE, &more, &size);
        if (length != (int)sizeof frame || more == 0)
            continue;
        uint16_t event;
        uint32_t value;
        memcpy(&event, frame, sizeof event);
        memcpy(&value, frame + sizeof event, sizeof value);
        watch->quiet_at = quiet_after(event, value);
        watch->handshakes += event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
    }
    return samme_net_now_ms() >= watch->quiet_at;
}
