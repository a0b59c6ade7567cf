#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "fixture.h"

Test(net, carries_messages_both_ways_and_names_the_peers) {
    key_pair hub_pair = new_pair(), pairs[2] = {new_pair(), new_pair()};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, pairs, 2);
    uint64_t routes[2] = {0};
    samme_net *peers[2];
    for (int i = 0; i < 2; i++) {
        peers[i] = open_peer(hub, &hub_pair, &pairs[i]);
        send_text(peers[i], 0, i == 0 ? "from 0" : "from 1");
    }
    for (int i = 0; i < 2; i++) {
        samme_received received = receive(hub);
        int from = memcmp(&received.peer, &pairs[0].key, sizeof received.peer) == 0 ? 0 : 1;
        cr_assert_arr_eq(&received.peer, &pairs[from].key, sizeof received.peer);
        cr_assert(says(&received, from == 0 ? "from 0" : "from 1"));
        cr_assert_neq(received.route, 0);
        routes[from] = received.route;
    }
    cr_assert_neq(routes[0], routes[1]);
    for (int i = 0; i < 2; i++)
        send_text(hub, routes[i], i == 0 ? "to 0" : "to 1");
    for (int i = 0; i < 2; i++) {
        samme_received received = receive(peers[i]);
        cr_assert(says(&received, i == 0 ? "to 0" : "to 1"));
        cr_assert_eq(received.route, 0);
        cr_assert_arr_eq(&received.peer, &hub_pair.key, sizeof received.peer);
        samme_net_close(peers[i]);
    }
    samme_net_counters counters = samme_net_count(hub);
    cr_assert_eq(counters.refused_handshakes, 0);
    cr_assert_eq(counters.refused_messages, 0);
    samme_net_close(hub);
}

Test(net, carries_up_to_the_maximum_and_an_empty_message) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    samme_transport port = samme_net_port(peer);
    uint8_t *big = malloc(SAMME_MESSAGE_MAX_BYTES + 1);
    for (size_t i = 0; i <= SAMME_MESSAGE_MAX_BYTES; i++)
        big[i] = (uint8_t)(i * 31 + (i >> 8));
    send_text(peer, 0, "");
    const size_t sizes[] = {4u * 1024 * 1024, SAMME_MESSAGE_MAX_BYTES};
    for (int i = 0; i < 2; i++)
        cr_assert_eq(port.send(port.self, 0, SAMME_SPAN(big, sizes[i])), SAMME_OK);
    cr_assert_eq(port.send(port.self, 0, SAMME_SPAN(big, SAMME_MESSAGE_MAX_BYTES + 1)),
                 SAMME_TOO_LARGE);
    samme_received received = receive(hub);
    cr_assert_eq(received.bytes.length, 0);
    for (int i = 0; i < 2; i++) {
        received = receive(hub);
        cr_assert(samme_span_equal(received.bytes, SAMME_SPAN(big, sizes[i])));
    }
    samme_transport back = samme_net_port(hub);
    samme_span whole = SAMME_SPAN(big, SAMME_MESSAGE_MAX_BYTES);
    cr_assert_eq(back.send(back.self, received.route, whole), SAMME_OK);
    received = receive(peer);
    cr_assert(samme_span_equal(received.bytes, whole));
    free(big);
    samme_net_close(peer);
    samme_net_close(hub);
}

Test(net, says_when_a_route_is_gone_or_never_was) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    send_text(peer, 0, "hello");
    uint64_t route = receive(hub).route;
    samme_transport port = samme_net_port(hub);
    cr_assert_eq(port.send(port.self, 0, SAMME_LITERAL("x")), SAMME_NOT_FOUND);
    cr_assert_eq(port.send(port.self, route + 1, SAMME_LITERAL("x")), SAMME_NOT_FOUND);
    cr_assert_eq(port.send(port.self, route + (UINT64_C(1) << 32), SAMME_LITERAL("x")),
                 SAMME_NOT_FOUND);
    cr_assert_eq(samme_net_count(hub).dropped_sends, 3);
    samme_net_close(peer);
    samme_status status = SAMME_OK;
    for (int64_t until = now_ms() + BOUND_MS; status != SAMME_NOT_FOUND && now_ms() < until;) {
        status = port.send(port.self, route, SAMME_LITERAL("x"));
        cr_assert_eq(samme_net_wait(hub, NULL, 0, NULL, 5, NULL), SAMME_OK);
    }
    cr_assert_eq(status, SAMME_NOT_FOUND);
    samme_net_close(hub);
}

Test(net, says_when_a_queue_is_full) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair); /* never receives */
    send_text(peer, 0, "hello");
    uint64_t route = receive(hub).route;
    samme_transport port = samme_net_port(hub);
    enum { SIZE = 256 * 1024, TRIES = 2000 };
    uint8_t *bytes = calloc(1, SIZE);
    samme_status status = SAMME_OK;
    int sent = 0;
    while (sent < TRIES && status == SAMME_OK) {
        status = port.send(port.self, route, SAMME_SPAN(bytes, SIZE));
        sent += status == SAMME_OK;
    }
    cr_assert_eq(status, SAMME_FULL, "%d messages were queued", sent);
    cr_assert_geq(sent, 16);
    cr_assert_eq(samme_net_count(hub).dropped_sends, 1);
    free(bytes);
    samme_net_close(peer);
    samme_net_close(hub);
}

Test(net, sends_nothing_while_not_connected) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    char address[64];
    snprintf(address, sizeof address, "%s", samme_net_address(hub));
    samme_net_close(hub);
    samme_net *peer = NULL;
    cr_assert_eq(samme_net_connect(address, &hub_pair.key, pair.secret, &peer, NULL), SAMME_OK);
    samme_transport port = samme_net_port(peer);
    cr_assert_eq(port.send(port.self, 0, SAMME_LITERAL("x")), SAMME_FULL);
    cr_assert_eq(port.send(port.self, 7, SAMME_LITERAL("x")), SAMME_NOT_FOUND);
    cr_assert_eq(samme_net_count(peer).dropped_sends, 2);
    samme_net_close(peer);
}

Test(net, says_what_is_wrong_with_an_address) {
    key_pair pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &pair);
    samme_net *second = NULL;
    samme_error error = {0};
    cr_assert_eq(samme_net_listen(samme_net_address(hub), pair.secret, &second, &error), SAMME_IO);
    cr_assert_not_null(strstr(error.text, samme_net_address(hub)), "%s", error.text);
    cr_assert_not_null(strstr(error.text, "in use"), "%s", error.text);
    cr_assert_eq(samme_net_listen("tcp//nowhere", pair.secret, &second, &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "tcp//nowhere"), "%s", error.text);
    cr_assert_eq(samme_net_connect("tcp://h:port", &pair.key, pair.secret, &second, &error),
                 SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "tcp://h:port"), "%s", error.text);
    char long_address[400];
    memset(long_address, 'a', sizeof long_address);
    long_address[sizeof long_address - 1] = 0;
    cr_assert_eq(samme_net_listen(long_address, pair.secret, &second, &error), SAMME_MALFORMED);
    cr_assert_null(second);
    samme_net_close(hub);
}

Test(net, listens_on_ipv6_where_that_is_written) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = NULL;
    samme_error error = {0};
    samme_status status = samme_net_listen("tcp://[::1]:*", hub_pair.secret, &hub, &error);
    if (status != SAMME_OK) {
        cr_skip_test("no IPv6 here");
        return;
    }
    allow(hub, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    send_text(peer, 0, "hello");
    samme_received received = receive(hub);
    cr_assert(says(&received, "hello"));
    samme_net_close(peer);
    samme_net_close(hub);
}

Test(net, waits_for_descriptors_with_and_without_a_net) {
    key_pair pair = new_pair();
    samme_net *nets[2] = {NULL, open_hub("tcp://127.0.0.1:*", &pair)};
    int fds[8];
    for (int i = 0; i < 8; i++)
        fds[i] = eventfd(0, EFD_CLOEXEC);
    for (int n = 0; n < 2; n++) {
        bool ready[8];
        memset(ready, true, sizeof ready);
        int64_t before = now_ms();
        cr_assert_eq(samme_net_wait(nets[n], fds, 8, ready, 30, NULL), SAMME_OK);
        cr_assert_geq(now_ms() - before, 29);
        for (int i = 0; i < 8; i++)
            cr_assert_not(ready[i]);
        const uint64_t one = 1;
        cr_assert_eq(write(fds[5], &one, sizeof one), (ssize_t)sizeof one);
        before = now_ms();
        cr_assert_eq(samme_net_wait(nets[n], fds, 8, ready, BOUND_MS, NULL), SAMME_OK);
        cr_assert_lt(now_ms() - before, BOUND_MS / 2);
        for (int i = 0; i < 8; i++)
            cr_assert_eq(ready[i], i == 5);
        uint64_t value;
        cr_assert_eq(read(fds[5], &value, sizeof value), (ssize_t)sizeof value);
    }
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    samme_net_close(nets[1]);
}

static void wait_connected(samme_net *peer, bool connected) {
    for (int64_t until = now_ms() + BOUND_MS;
         samme_net_connected(peer) != connected && now_ms() < until;)
        cr_assert_eq(samme_net_wait(peer, NULL, 0, NULL, 20, NULL), SAMME_OK);
    cr_assert_eq(samme_net_connected(peer), connected);
}

Test(net, knows_whether_it_is_connected) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    cr_assert(!samme_net_connected(peer));
    wait_connected(peer, true);
    samme_net_close(hub);
    wait_connected(peer, false);
    samme_net_close(peer);
}

static void wait_for_connection(samme_net *peer, uint64_t number) {
    cr_assert_eq(samme_net_wait(peer, NULL, 0, NULL, BOUND_MS, NULL), SAMME_OK);
    cr_assert_eq(samme_net_connections(peer), number, "one wait ends with it");
    samme_transport port = samme_net_port(peer);
    cr_assert_eq(port.send(port.self, 0, SAMME_LITERAL("hello")), SAMME_OK, "connection %u",
                 (unsigned)number);
}

/* What was said before went nowhere: there was nobody to say it to. */
Test(net, says_when_a_connection_stands_and_sends_over_it_at_once) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    char address[64];
    snprintf(address, sizeof address, "%s", samme_net_address(hub));
    allow(hub, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    cr_assert_eq(samme_net_connections(peer), 0);
    for (uint64_t number = 1; number <= 4; number++) {
        wait_for_connection(peer, number);
        samme_received received = receive(hub);
        cr_assert(says(&received, "hello"));
        samme_net_close(hub);
        hub = open_hub(address, &hub_pair);
        allow(hub, &pair, 1);
    }
    samme_net_close(peer);
    samme_net_close(hub);
}

Test(net, moves_to_another_address_of_its_hub) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    samme_net *moved = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &pair, 1);
    allow(moved, &pair, 1);
    samme_net *peer = open_peer(hub, &hub_pair, &pair);
    send_text(peer, 0, "before");
    samme_received received = receive(hub);
    cr_assert(says(&received, "before"));
    samme_error error = {0};
    cr_assert_eq(samme_net_move(peer, samme_net_address(moved), &error), SAMME_OK, "%s",
                 error.text);
    cr_assert_str_eq(samme_net_address(peer), samme_net_address(moved));
    send_text(peer, 0, "behind");
    received = receive(moved);
    cr_assert(says(&received, "behind"));
    cr_assert_eq(samme_net_move(peer, "tcp://h:port", &error), SAMME_MALFORMED);
    cr_assert_not_null(strstr(error.text, "tcp://h:port"), "%s", error.text);
    cr_assert_str_eq(samme_net_address(peer), samme_net_address(moved));
    send_text(peer, 0, "still there");
    received = receive(moved);
    cr_assert(says(&received, "still there"));
    samme_net_close(peer);
    samme_net_close(moved);
    samme_net_close(hub);
}

Test(net, closes_nothing) {
    samme_net_close(NULL);
}
