#include "fixture.h"

#include <criterion/criterion.h>
#include <time.h>
#include <zmq.h>

key_pair new_pair(void) {
    char public_text[41], secret_text[41];
    key_pair pair;
    cr_assert_eq(zmq_curve_keypair(public_text, secret_text), 0);
    cr_assert_not_null(zmq_z85_decode(pair.key.bytes, public_text));
    cr_assert_not_null(zmq_z85_decode(pair.secret, secret_text));
    return pair;
}

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

samme_net *open_hub(const char *address, const key_pair *pair) {
    samme_net *net = NULL;
    samme_error error = {0};
    samme_status status = samme_net_listen(address, pair->secret, &net, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    return net;
}

samme_net *open_peer(const samme_net *hub, const key_pair *hub_pair, const key_pair *pair) {
    samme_net *net = NULL;
    samme_error error = {0};
    samme_status status =
        samme_net_connect(samme_net_address(hub), &hub_pair->key, pair->secret, &net, &error);
    cr_assert_eq(status, SAMME_OK, "%s", error.text);
    return net;
}

void allow(samme_net *hub, const key_pair *pairs, size_t count) {
    samme_peer_key keys[256];
    cr_assert_leq(count, 256);
    for (size_t i = 0; i < count; i++)
        keys[i] = pairs[i].key;
    cr_assert_eq(samme_net_allow(hub, keys, count), SAMME_OK);
}

static void wait(samme_net *net, int timeout_ms) {
    samme_error error = {0};
    cr_assert_eq(samme_net_wait(net, NULL, 0, NULL, timeout_ms, &error), SAMME_OK, "%s",
                 error.text);
}

void send_text(samme_net *net, uint64_t route, const char *text) {
    samme_transport port = samme_net_port(net);
    int64_t until = now_ms() + BOUND_MS;
    samme_status status;
    while ((status = port.send(port.self, route, samme_span_of_text(text))) == SAMME_FULL &&
           now_ms() < until)
        wait(net, 20);
    cr_assert_eq(status, SAMME_OK, "\"%s\" was not sent: %s", text, samme_status_name(status));
}

bool receive_within(samme_net *net, int timeout_ms, samme_received *out) {
    samme_transport port = samme_net_port(net);
    int64_t until = now_ms() + timeout_ms;
    for (;;) {
        samme_status status = port.receive(port.self, out);
        if (status == SAMME_OK)
            return true;
        cr_assert_eq(status, SAMME_NOT_FOUND);
        int64_t left = until - now_ms();
        if (left <= 0)
            return false;
        wait(net, (int)left);
    }
}

samme_received receive(samme_net *net) {
    samme_received received = {0};
    cr_assert(receive_within(net, BOUND_MS, &received), "no message within %d ms", BOUND_MS);
    return received;
}

bool says(const samme_received *received, const char *text) {
    return samme_span_equal(received->bytes, samme_span_of_text(text));
}

raw_peer open_raw(const samme_net *hub, const key_pair *hub_pair, const key_pair *pair,
                  const void *routing_id, size_t routing_id_length) {
    raw_peer peer = {.context = zmq_ctx_new()};
    peer.socket = zmq_socket(peer.context, ZMQ_DEALER);
    char public_text[41];
    cr_assert_not_null(zmq_z85_encode(public_text, pair->key.bytes, SAMME_CURVE_KEY_BYTES));
    const int linger = 200, unlimited = 0;
    cr_assert_eq(zmq_setsockopt(peer.socket, ZMQ_LINGER, &linger, sizeof linger), 0);
    cr_assert_eq(zmq_setsockopt(peer.socket, ZMQ_SNDHWM, &unlimited, sizeof unlimited), 0);
    cr_assert_eq(zmq_setsockopt(peer.socket, ZMQ_CURVE_SERVERKEY, hub_pair->key.bytes,
                                SAMME_CURVE_KEY_BYTES),
                 0);
    cr_assert_eq(zmq_setsockopt(peer.socket, ZMQ_CURVE_PUBLICKEY, public_text, 41), 0);
    cr_assert_eq(
        zmq_setsockopt(peer.socket, ZMQ_CURVE_SECRETKEY, pair->secret, SAMME_CURVE_KEY_BYTES), 0);
    if (routing_id != NULL)
        cr_assert_eq(zmq_setsockopt(peer.socket, ZMQ_ROUTING_ID, routing_id, routing_id_length), 0);
    cr_assert_eq(zmq_socket_monitor(peer.socket, "inproc://events", ZMQ_EVENT_ALL), 0);
    peer.events = zmq_socket(peer.context, ZMQ_PAIR);
    cr_assert_eq(zmq_connect(peer.events, "inproc://events"), 0);
    cr_assert_eq(zmq_connect(peer.socket, samme_net_address(hub)), 0);
    return peer;
}

void close_raw(raw_peer *peer) {
    zmq_socket_monitor(peer->socket, NULL, 0);
    zmq_close(peer->events);
    zmq_close(peer->socket);
    zmq_ctx_term(peer->context);
}

bool raw_event_within(raw_peer *peer, unsigned event, int timeout_ms) {
    unsigned found;
    return raw_first_within(peer, &event, 1, timeout_ms, &found);
}

bool raw_first_within(raw_peer *peer, const unsigned *events, size_t count, int timeout_ms,
                      unsigned *out_event) {
    int64_t until = now_ms() + timeout_ms;
    while (now_ms() < until) {
        zmq_pollitem_t item = {.socket = peer->events, .events = ZMQ_POLLIN};
        if (zmq_poll(&item, 1, until - now_ms()) <= 0)
            continue;
        uint8_t frame[6];
        int length = zmq_recv(peer->events, frame, sizeof frame, 0);
        uint16_t number = 0;
        memcpy(&number, frame, sizeof number);
        char address[256];
        zmq_recv(peer->events, address, sizeof address, 0);
        for (size_t i = 0; length == 6 && i < count; i++)
            if (number == events[i]) {
                *out_event = number;
                return true;
            }
    }
    return false;
}
