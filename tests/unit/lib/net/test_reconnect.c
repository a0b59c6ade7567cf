#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

/* A message sent into a connection that is about to be lost may be lost: repeat, as the protocol
 * does. */
static samme_received send_until_received(samme_net *peer, samme_net *hub, const char *text) {
    samme_received received = {0};
    for (int64_t until = now_ms() + BOUND_MS; now_ms() < until;) {
        samme_transport port = samme_net_port(peer);
        samme_status sent = port.send(port.self, 0, samme_span_of_text(text));
        cr_assert(sent == SAMME_OK || sent == SAMME_FULL);
        cr_assert_eq(samme_net_wait(peer, NULL, 0, NULL, 20, NULL), SAMME_OK);
        if (receive_within(hub, 20, &received) && says(&received, text))
            return received;
    }
    cr_assert_fail("\"%s\" did not arrive within %d ms", text, BOUND_MS);
    return received;
}

Test(reconnect, after_the_listener_restarts_on_its_port) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    char address[64];
    snprintf(address, sizeof address, "%s", samme_net_address(hub));
    allow(hub, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    uint64_t old_route = send_until_received(peer, hub, "first life").route;
    samme_net_close(hub);
    hub = open_hub(address, &hub_pair);
    allow(hub, &pair, 1);
    samme_received received = send_until_received(peer, hub, "second life");
    samme_transport port = samme_net_port(hub);
    cr_assert_neq(received.route, old_route);
    cr_assert_eq(port.send(port.self, old_route, SAMME_LITERAL("x")), SAMME_NOT_FOUND);
    send_text(hub, received.route, "welcome back");
    received = receive(peer);
    cr_assert(says(&received, "welcome back"));
    samme_net_close(peer);
    samme_net_close(hub);
}

/* libzmq itself gives up after a refused key. */
Test(reconnect, after_its_key_is_allowed_at_last) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    for (int64_t until = now_ms() + BOUND_MS;
         samme_net_count(hub).refused_handshakes == 0 && now_ms() < until;)
        cr_assert_eq(samme_net_wait(peer, NULL, 0, NULL, 10, NULL), SAMME_OK);
    cr_assert_eq(samme_net_count(hub).refused_handshakes, 1);
    allow(hub, &pair, 1);
    send_until_received(peer, hub, "hello");
    samme_net_close(peer);
    samme_net_close(hub);
}

/* Something else on the hub's port answers once, as an HTTP server would. Returns the port. */
static int listen_plainly(uint16_t *out_port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(listener, 4), 0);
    socklen_t length = sizeof address;
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    *out_port = ntohs(address.sin_port);
    return listener;
}

/* libzmq itself gives up after an answer that is not ZMTP. */
Test(reconnect, after_a_stranger_answered_on_the_port) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    uint16_t port;
    int listener = listen_plainly(&port);
    char address[64];
    snprintf(address, sizeof address, "tcp://127.0.0.1:%u", port);
    samme_net *peer = NULL;
    cr_assert_eq(samme_net_connect(address, &hub_pair.key, pair.secret, &peer, NULL), SAMME_OK);
    int connection = accept(listener, NULL, NULL);
    cr_assert_geq(connection, 0);
    const char answer[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                          "Connection: close\r\nServer: something else altogether\r\n\r\n";
    cr_assert_eq(send(connection, answer, sizeof answer - 1, MSG_NOSIGNAL),
                 (ssize_t)sizeof answer - 1);
    /* libzmq hangs up */
    char byte;
    while (recv(connection, &byte, 1, 0) > 0)
        ;
    close(connection);
    close(listener);
    samme_net *hub = open_hub(address, &hub_pair);
    allow(hub, &pair, 1);
    send_until_received(peer, hub, "hello");
    samme_net_close(peer);
    samme_net_close(hub);
}
