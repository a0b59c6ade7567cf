#include "net/net.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "base/text.h"
#include "net/options.h"
#include "net/watch.h"
#include "net/zap.h"

#define ADDRESS_MAX_BYTES 256u
#define WAIT_FDS_MAX      8u
#define REFUSALS_PER_TAKE 64u /* so that a peer that sends rubbish cannot hold the caller */
#define ROUTING_ID_BYTES  5u  /* of the ids that libzmq makes: a 0 byte and a number */
#define ROUTE_MARK        (UINT64_C(1) << 32) /* keeps 0 free for "no route" */
#define ALLOCATION_FAILED "no memory for a ZeroMQ connection"

struct samme_net {
    void *context;
    void *socket;
    zmq_msg_t held; /* what the last receive() gave out */
    char address[ADDRESS_MAX_BYTES];
    samme_zap *zap; /* listener only */
    /* connector only */
    samme_peer_key hub;
    uint8_t secret[SAMME_CURVE_KEY_BYTES];
    samme_watch watch;
    unsigned sockets_made;
    uint64_t refused_messages;
    uint64_t dropped_sends;
};

static samme_status open_failure(const char *what, const char *address, samme_error *error) {
    return samme_fail(error, errno == EINVAL ? SAMME_MALFORMED : SAMME_IO, "cannot %s %s: %s", what,
                      address, zmq_strerror(errno));
}

static samme_status new_net(const char *address, samme_net **out, samme_error *error) {
    if (strlen(address) >= ADDRESS_MAX_BYTES)
        return samme_fail(error, SAMME_MALFORMED, "address of %zu bytes, at most %u: %.40s...",
                          strlen(address), ADDRESS_MAX_BYTES - 1, address);
    samme_net *net = calloc(1, sizeof *net);
    if (net == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, ALLOCATION_FAILED);
    net->context = zmq_ctx_new();
    if (net->context == NULL) {
        free(net);
        return samme_fail(error, SAMME_NO_MEMORY, ALLOCATION_FAILED);
    }
    zmq_msg_init(&net->held);
    memcpy(net->address, address, strlen(address) + 1);
    *out = net;
    return SAMME_OK;
}

static void drop_socket(samme_net *net) {
    if (net->socket == NULL)
        return;
    samme_watch_stop(&net->watch, net->socket);
    zmq_close(net->socket);
    net->socket = NULL;
}

void samme_net_close(samme_net *net) {
    if (net == NULL)
        return;
    zmq_msg_close(&net->held);
    drop_socket(net);
    samme_zap_stop(net->zap);
    while (zmq_ctx_term(net->context) != 0 && errno == EINTR)
        ;
    explicit_bzero(net->secret, sizeof net->secret);
    free(net);
}

static samme_status listen_at(samme_net *net, const uint8_t *secret, samme_error *error) {
    samme_status status = samme_zap_start(net->context, &net->zap, error);
    if (status != SAMME_OK)
        return status;
    net->socket = zmq_socket(net->context, ZMQ_ROUTER);
    if (net->socket == NULL)
        return samme_fail(error, SAMME_IO, "zmq_socket: %s", zmq_strerror(errno));
    status = samme_net_set_listener(net->socket, net->address, secret, error);
    if (status != SAMME_OK)
        return status;
    size_t size = sizeof net->address;
    if (zmq_bind(net->socket, net->address) != 0 ||
        zmq_getsockopt(net->socket, ZMQ_LAST_ENDPOINT, net->address, &size) != 0)
        return open_failure("listen on", net->address, error);
    return SAMME_OK;
}

samme_status samme_net_listen(const char *address,
                              const uint8_t secret[static SAMME_CURVE_KEY_BYTES], samme_net **out,
                              samme_error *error) {
    samme_net *net;
    samme_status status = new_net(address, &net, error);
    if (status != SAMME_OK)
        return status;
    status = listen_at(net, secret, error);
    if (status != SAMME_OK) {
        samme_net_close(net);
        return status;
    }
    *out = net;
    return SAMME_OK;
}

/* Makes the connecting socket. Connecting itself goes on behind; only a bad address fails here. */
static samme_status dial(samme_net *net, samme_error *error) {
    net->socket = zmq_socket(net->context, ZMQ_DEALER);
    if (net->socket == NULL)
        return samme_fail(error, SAMME_IO, "zmq_socket: %s", zmq_strerror(errno));
    samme_status status =
        samme_net_set_connector(net->socket, net->address, &net->hub, net->secret, error);
    if (status == SAMME_OK)
        status =
            samme_watch_start(&net->watch, net->context, net->socket, net->sockets_made++, error);
    if (status == SAMME_OK && zmq_connect(net->socket, net->address) != 0)
        status = open_failure("connect to", net->address, error);
    if (status != SAMME_OK)
        drop_socket(net);
    return status;
}

samme_status samme_net_connect(const char *address, const samme_peer_key *hub,
                               const uint8_t secret[static SAMME_CURVE_KEY_BYTES], samme_net **out,
                               samme_error *error) {
    samme_net *net;
    samme_status status = new_net(address, &net, error);
    if (status != SAMME_OK)
        return status;
    net->hub = *hub;
    memcpy(net->secret, secret, sizeof net->secret);
    status = dial(net, error);
    if (status != SAMME_OK) {
        samme_net_close(net);
        return status;
    }
    *out = net;
    return SAMME_OK;
}

samme_status samme_net_move(samme_net *net, const char *address, samme_error *error) {
    char before[ADDRESS_MAX_BYTES];
    assert(net->zap == NULL);
    if (strlen(address) >= ADDRESS_MAX_BYTES)
        return samme_fail(error, SAMME_MALFORMED, "address of %zu bytes, at most %u: %.40s...",
                          strlen(address), ADDRESS_MAX_BYTES - 1, address);
    memcpy(before, net->address, sizeof before);
    memcpy(net->address, address, strlen(address) + 1);
    drop_socket(net);
    samme_status status = dial(net, error);
    if (status != SAMME_OK)
        memcpy(net->address, before, sizeof before); /* the next wait dials it again */
    return status;
}

bool samme_net_connected(const samme_net *net) {
    return net->socket != NULL && net->watch.quiet_at == INT64_MAX;
}

uint64_t samme_net_connections(const samme_net *net) {
    return net->watch.handshakes;
}

/* EINTR leaves nothing sent or taken; a signal storm ends as "no room" or "nothing there". */
#define AGAIN_WHEN_INTERRUPTED(result, call)                                                       \
    for (int tries_ = 0; tries_ < 8; tries_++) {                                                   \
        (result) = (call);                                                                         \
        if ((result) >= 0 || errno != EINTR)                                                       \
            break;                                                                                 \
    }

static samme_status send_failure(samme_net *net) {
    net->dropped_sends++;
    if (errno == EHOSTUNREACH)
        return SAMME_NOT_FOUND;
    return errno == EAGAIN || errno == EINTR ? SAMME_FULL : SAMME_IO;
}

static samme_status name_receiver(samme_net *net, uint64_t route) {
    uint8_t id[ROUTING_ID_BYTES] = {0};
    samme_put_u32(id + 1, (uint32_t)route);
    int sent = -1;
    AGAIN_WHEN_INTERRUPTED(sent, zmq_send(net->socket, id, sizeof id, ZMQ_SNDMORE | ZMQ_DONTWAIT));
    return sent < 0 ? send_failure(net) : SAMME_OK;
}

static samme_status port_send(void *self, uint64_t route, samme_span bytes) {
    samme_net *net = self;
    bool listens = net->zap != NULL;
    if (bytes.length > SAMME_MESSAGE_MAX_BYTES)
        return SAMME_TOO_LARGE;
    if (listens ? (route & ~(uint64_t)UINT32_MAX) != ROUTE_MARK : route != 0) {
        net->dropped_sends++;
        return SAMME_NOT_FOUND;
    }
    if (net->socket == NULL) { /* between two sockets, see revive() */
        net->dropped_sends++;
        return SAMME_FULL;
    }
    zmq_msg_t message;
    if (zmq_msg_init_size(&message, bytes.length) != 0)
        return SAMME_NO_MEMORY;
    if (bytes.length > 0)
        memcpy(zmq_msg_data(&message), bytes.data, bytes.length);
    samme_status status = listens ? name_receiver(net, route) : SAMME_OK;
    if (status == SAMME_OK) {
        int sent = -1;
        AGAIN_WHEN_INTERRUPTED(sent, zmq_msg_send(&message, net->socket, ZMQ_DONTWAIT));
        if (sent >= 0)
            return SAMME_OK;
        status = send_failure(net);
    }
    zmq_msg_close(&message); /* still ours when sending failed */
    return status;
}

/* Takes one part into `part`; false when none waits. */
static bool take_part(samme_net *net, zmq_msg_t *part) {
    int taken = -1;
    AGAIN_WHEN_INTERRUPTED(taken, zmq_msg_recv(part, net->socket, ZMQ_DONTWAIT));
    return taken >= 0;
}

/* Parts of one message arrive together, so the rest is there. */
static void take_rest(samme_net *net) {
    while (zmq_msg_more(&net->held) && take_part(net, &net->held))
        ;
}

static bool read_route(zmq_msg_t *id, uint64_t *out_route) {
    const uint8_t *bytes = zmq_msg_data(id);
    /* Any other is one that the peer chose for itself, perhaps that of a peer before it. */
    if (zmq_msg_size(id) != ROUTING_ID_BYTES || bytes[0] != 0)
        return false;
    *out_route = ROUTE_MARK | samme_get_u32(bytes + 1);
    return true;
}

static bool read_sender(samme_net *net, samme_peer_key *out_key) {
    const char *user_id = zmq_msg_gets(&net->held, "User-Id");
    return user_id != NULL &&
           samme_hex_parse(samme_span_of_text(user_id), out_key->bytes, sizeof out_key->bytes) ==
               SAMME_OK &&
           samme_zap_allows(net->zap, out_key);
}

/* Takes one message into `held`. SAMME_DENIED: it was one to drop. */
static samme_status take(samme_net *net, samme_received *out) {
    samme_received received = {.peer = net->hub};
    bool accepted = true;
    if (net->zap != NULL) {
        zmq_msg_t id;
        zmq_msg_init(&id);
        if (!take_part(net, &id)) {
            zmq_msg_close(&id);
            return SAMME_NOT_FOUND;
        }
        accepted = read_route(&id, &received.route);
        bool alone = zmq_msg_more(&id) == 0;
        zmq_msg_close(&id);
        if (alone)
            return SAMME_DENIED;
    }
    if (!take_part(net, &net->held))
        return SAMME_NOT_FOUND;
    if (zmq_msg_more(&net->held)) {
        take_rest(net);
        return SAMME_DENIED;
    }
    if (net->zap != NULL)
        accepted = accepted && read_sender(net, &received.peer);
    received.bytes = SAMME_SPAN(zmq_msg_data(&net->held), zmq_msg_size(&net->held));
    if (!accepted || received.bytes.length > SAMME_MESSAGE_MAX_BYTES)
        return SAMME_DENIED;
    *out = received;
    return SAMME_OK;
}

static samme_status port_receive(void *self, samme_received *out) {
    samme_net *net = self;
    if (net->socket == NULL)
        return SAMME_NOT_FOUND;
    for (unsigned i = 0; i < REFUSALS_PER_TAKE; i++) {
        samme_status status = take(net, out);
        if (status != SAMME_DENIED)
            return status;
        net->refused_messages++;
    }
    return SAMME_NOT_FOUND;
}

samme_transport samme_net_port(samme_net *net) {
    return (samme_transport){.self = net, .send = port_send, .receive = port_receive};
}

samme_status samme_net_allow(samme_net *net, const samme_peer_key *keys, size_t count) {
    assert(net->zap != NULL);
    return samme_zap_allow(net->zap, keys, count);
}

const char *samme_net_address(const samme_net *net) {
    return net->address;
}

samme_net_counters samme_net_count(const samme_net *net) {
    return (samme_net_counters){
        .refused_handshakes = net->zap != NULL ? samme_zap_refusals(net->zap) : 0,
        .refused_messages = net->refused_messages,
        .dropped_sends = net->dropped_sends,
    };
}

/* Puts a fresh socket in the place of one that has given up. Without one (no descriptors) the next
 * call tries. */
static void revive(samme_net *net) {
    if (net->socket != NULL && !samme_watch_quiet(&net->watch))
        return;
    drop_socket(net);
    samme_status status = dial(net, NULL);
    (void)status;
}

/* Polls once; *out_any tells whether anything is ready. */
static samme_status poll_once(samme_net *net, const int *fds, size_t count, bool *ready,
                              int64_t timeout_ms, bool *out_any, samme_error *error) {
    zmq_pollitem_t items[WAIT_FDS_MAX + 2];
    size_t used = 0;
    for (; used < count; used++)
        items[used] = (zmq_pollitem_t){.fd = fds[used], .events = ZMQ_POLLIN};
    if (net != NULL && net->socket != NULL) {
        items[used++] = (zmq_pollitem_t){.socket = net->socket, .events = ZMQ_POLLIN};
        if (net->watch.events != NULL) /* only so that it is read in time */
            items[used++] = (zmq_pollitem_t){.socket = net->watch.events, .events = ZMQ_POLLIN};
    }
    int polled = zmq_poll(items, (int)used, timeout_ms);
    if (polled < 0 && errno != EINTR)
        return samme_fail(error, SAMME_IO, "zmq_poll: %s", zmq_strerror(errno));
    *out_any = polled < 0; /* a signal ends the wait, with nothing ready */
    for (size_t i = 0; i < count; i++) {
        ready[i] = polled > 0 && items[i].revents != 0;
        *out_any = *out_any || ready[i];
    }
    if (polled > 0 && used > count && items[count].revents != 0)
        *out_any = true;
    return SAMME_OK;
}

samme_status samme_net_wait(samme_net *net, const int *fds, size_t count, bool *ready,
                            int timeout_ms, samme_error *error) {
    assert(count <= WAIT_FDS_MAX);
    bool connects = net != NULL && net->zap == NULL;
    int64_t until = timeout_ms < 0 ? INT64_MAX : samme_net_now_ms() + timeout_ms;
    for (;;) {
        int64_t wake = until;
        if (connects) {
            const uint64_t connections = net->watch.handshakes;
            revive(net);
            /* What stands is told at once, but polled for first: libzmq may put off taking note of
             * a connection when it sends, never when it polls. */
            if (net->watch.handshakes != connections)
                until = wake = samme_net_now_ms();
            if (net->socket == NULL)
                wake = samme_net_now_ms() + SAMME_NET_LINGER_MS;
            else if (net->watch.quiet_at < wake)
                wake = net->watch.quiet_at;
            wake = wake < until ? wake : until;
        }
        int64_t left = wake == INT64_MAX ? -1 : wake - samme_net_now_ms();
        if (wake != INT64_MAX && left < 0)
            left = 0;
        bool any = false;
        samme_status status = poll_once(net, fds, count, ready, left, &any, error);
        if (status != SAMME_OK || any || samme_net_now_ms() >= until)
            return status;
    }
}
