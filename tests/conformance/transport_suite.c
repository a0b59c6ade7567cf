#include "transport_suite.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

/* With at least a millisecond each: far more than anything takes. */
#define PASSES_MAX 20000

static samme_status try_send(samme_transport port, uint64_t route, samme_span bytes) {
    return port.send(port.self, route, bytes);
}

/* Sends as soon as there is room or a connection. */
static void must_send(const transport_fixture *fixture, samme_transport port, uint64_t route,
                      samme_span bytes) {
    samme_status status = try_send(port, route, bytes);
    for (int i = 0; i < PASSES_MAX && status == SAMME_FULL; i++) {
        fixture->pass(fixture->self);
        status = try_send(port, route, bytes);
    }
    cr_assert_eq(status, SAMME_OK, "send: %s", samme_status_name(status));
}

static bool try_receive(samme_transport port, samme_received *out) {
    samme_status status = port.receive(port.self, out);
    cr_assert(status == SAMME_OK || status == SAMME_NOT_FOUND, "receive: %s",
              samme_status_name(status));
    return status == SAMME_OK;
}

static samme_received must_receive(const transport_fixture *fixture, samme_transport port) {
    samme_received received = {0};
    for (int i = 0; i < PASSES_MAX; i++) {
        if (try_receive(port, &received))
            return received;
        fixture->pass(fixture->self);
    }
    cr_assert_fail("a message did not arrive");
    return received;
}

static samme_received greet(const transport_fixture *fixture, int number) {
    must_send(fixture, fixture->peer(fixture->self, number), 0, SAMME_LITERAL("hello"));
    samme_received received = must_receive(fixture, fixture->hub(fixture->self));
    cr_assert(samme_span_equal(received.bytes, SAMME_LITERAL("hello")));
    return received;
}

static uint8_t *pattern(size_t length, unsigned seed) {
    uint8_t *bytes = malloc(length + 1);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 251 + seed);
    return bytes;
}

void transport_suite_nothing_waits_at_first(const transport_fixture *fixture) {
    samme_received received;
    for (int round = 0; round < 3; round++) {
        cr_assert_not(try_receive(fixture->hub(fixture->self), &received));
        for (int i = 0; i < TRANSPORT_PEERS; i++)
            cr_assert_not(try_receive(fixture->peer(fixture->self, i), &received));
        fixture->pass(fixture->self);
    }
}

void transport_suite_messages_name_their_sender(const transport_fixture *fixture) {
    uint64_t routes[TRANSPORT_PEERS];
    for (int i = 0; i < TRANSPORT_PEERS; i++) {
        samme_received received = greet(fixture, i);
        cr_assert_arr_eq(&received.peer, &fixture->peer_keys[i], sizeof received.peer);
        routes[i] = received.route;
        must_send(fixture, fixture->hub(fixture->self), received.route, SAMME_LITERAL("welcome"));
        received = must_receive(fixture, fixture->peer(fixture->self, i));
        cr_assert(samme_span_equal(received.bytes, SAMME_LITERAL("welcome")));
        cr_assert_arr_eq(&received.peer, &fixture->hub_key, sizeof received.peer);
        cr_assert_eq(received.route, 0);
    }
    cr_assert_neq(routes[0], routes[1]);
    for (int i = 0; i < TRANSPORT_PEERS; i++) { /* the route stays while the connection does */
        samme_received received = greet(fixture, i);
        cr_assert_eq(received.route, routes[i]);
    }
}

void transport_suite_messages_are_whole_from_empty_to_the_maximum(
    const transport_fixture *fixture) {
    const size_t lengths[] = {0, 1, 255, 256, 65536, 4u * 1024 * 1024, SAMME_MESSAGE_MAX_BYTES};
    samme_transport hub = fixture->hub(fixture->self), peer = fixture->peer(fixture->self, 0);
    uint64_t route = greet(fixture, 0).route;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        uint8_t *bytes = pattern(lengths[i], (unsigned)i);
        samme_span sent = SAMME_SPAN(bytes, lengths[i]);
        must_send(fixture, peer, 0, sent);
        samme_received received = must_receive(fixture, hub);
        cr_assert(samme_span_equal(received.bytes, sent), "%zu bytes up", lengths[i]);
        must_send(fixture, hub, route, sent);
        received = must_receive(fixture, peer);
        cr_assert(samme_span_equal(received.bytes, sent), "%zu bytes down", lengths[i]);
        free(bytes);
    }
}

void transport_suite_messages_over_the_maximum_are_refused(const transport_fixture *fixture) {
    samme_transport hub = fixture->hub(fixture->self), peer = fixture->peer(fixture->self, 0);
    uint64_t route = greet(fixture, 0).route;
    uint8_t *bytes = pattern(SAMME_MESSAGE_MAX_BYTES + 1, 1);
    samme_span over = SAMME_SPAN(bytes, SAMME_MESSAGE_MAX_BYTES + 1);
    cr_assert_eq(try_send(peer, 0, over), SAMME_TOO_LARGE);
    cr_assert_eq(try_send(hub, route, over), SAMME_TOO_LARGE);
    free(bytes);
    cr_assert_eq(greet(fixture, 0).route, route); /* nothing else came of it */
}

void transport_suite_answers_reach_who_asked_only(const transport_fixture *fixture) {
    samme_transport hub = fixture->hub(fixture->self);
    uint64_t routes[TRANSPORT_PEERS];
    for (int i = 0; i < TRANSPORT_PEERS; i++)
        routes[i] = greet(fixture, i).route;
    for (int round = 0; round < 20; round++)
        for (int i = 0; i < TRANSPORT_PEERS; i++)
            must_send(fixture, hub, routes[i], i == 0 ? SAMME_LITERAL("0") : SAMME_LITERAL("1"));
    for (int i = 0; i < TRANSPORT_PEERS; i++) {
        samme_transport peer = fixture->peer(fixture->self, i);
        for (int round = 0; round < 20; round++) {
            samme_received received = must_receive(fixture, peer);
            cr_assert_eq(received.bytes.length, 1);
            cr_assert_eq(received.bytes.data[0], '0' + i);
        }
        samme_received surplus;
        cr_assert_not(try_receive(peer, &surplus));
    }
}

void transport_suite_bytes_stay_until_the_next_receive(const transport_fixture *fixture) {
    samme_transport hub = fixture->hub(fixture->self), peer = fixture->peer(fixture->self, 0);
    must_send(fixture, peer, 0, SAMME_LITERAL("first"));
    must_send(fixture, peer, 0, SAMME_LITERAL("second"));
    samme_received first = must_receive(fixture, hub);
    bool was_first = samme_span_equal(first.bytes, SAMME_LITERAL("first"));
    for (int i = 0; i < 10; i++) {
        must_send(fixture, hub, first.route, SAMME_LITERAL("something else"));
        fixture->pass(fixture->self);
    }
    fixture->disconnect(fixture->self, 0);
    for (int i = 0; i < 10; i++)
        fixture->pass(fixture->self);
    cr_assert(samme_span_equal(first.bytes,
                               was_first ? SAMME_LITERAL("first") : SAMME_LITERAL("second")));
    fixture->reconnect(fixture->self, 0);
}

void transport_suite_routes_that_never_were_are_not_found(const transport_fixture *fixture) {
    samme_transport hub = fixture->hub(fixture->self), peer = fixture->peer(fixture->self, 0);
    uint64_t route = greet(fixture, 0).route;
    greet(fixture, 1);
    const uint64_t never[] = {0,          route + 1000, route ^ UINT64_C(1) << 40,
                              UINT64_MAX, UINT32_MAX,   route & UINT32_MAX};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (never[i] != route)
            cr_assert_eq(try_send(hub, never[i], SAMME_LITERAL("x")), SAMME_NOT_FOUND, "route %llu",
                         (unsigned long long)never[i]);
    cr_assert_eq(try_send(peer, 1, SAMME_LITERAL("x")), SAMME_NOT_FOUND);
}

static void wait_until_gone(const transport_fixture *fixture, uint64_t route) {
    samme_transport hub = fixture->hub(fixture->self);
    samme_status status = SAMME_OK;
    for (int i = 0; i < PASSES_MAX && status != SAMME_NOT_FOUND; i++) {
        status = try_send(hub, route, SAMME_LITERAL("are you there"));
        fixture->pass(fixture->self);
    }
    cr_assert_eq(status, SAMME_NOT_FOUND);
}

void transport_suite_route_is_gone_with_its_connection(const transport_fixture *fixture) {
    uint64_t route = greet(fixture, 0).route, other = greet(fixture, 1).route;
    fixture->disconnect(fixture->self, 0);
    wait_until_gone(fixture, route);
    cr_assert_eq(try_send(fixture->hub(fixture->self), other, SAMME_LITERAL("x")), SAMME_OK);
    cr_assert_eq(greet(fixture, 1).route, other);
    fixture->reconnect(fixture->self, 0);
}

void transport_suite_reconnected_peer_has_a_new_route(const transport_fixture *fixture) {
    uint64_t route = greet(fixture, 0).route;
    for (int i = 0; i < 3; i++) {
        fixture->disconnect(fixture->self, 0);
        fixture->reconnect(fixture->self, 0);
        samme_received received = greet(fixture, 0);
        cr_assert_arr_eq(&received.peer, &fixture->peer_keys[0], sizeof received.peer);
        cr_assert_neq(received.route, route);
        wait_until_gone(fixture, route);
        route = received.route;
        must_send(fixture, fixture->hub(fixture->self), route, SAMME_LITERAL("welcome"));
        received = must_receive(fixture, fixture->peer(fixture->self, 0));
        cr_assert(samme_span_equal(received.bytes, SAMME_LITERAL("welcome")));
    }
}

void transport_suite_queues_are_bounded_and_drain(const transport_fixture *fixture) {
    enum { LENGTH = 256 * 1024, MANY = 2000 };
    samme_transport hub = fixture->hub(fixture->self), peer = fixture->peer(fixture->self, 0);
    uint64_t route = greet(fixture, 0).route;
    uint8_t *bytes = pattern(LENGTH, 3);
    samme_span message = SAMME_SPAN(bytes, LENGTH);
    int queued = 0;
    samme_status status;
    while ((status = try_send(hub, route, message)) == SAMME_OK)
        cr_assert_lt(++queued, MANY, "%d messages were queued", queued);
    cr_assert_eq(status, SAMME_FULL);
    cr_assert_eq(greet(fixture, 1).route == route, false); /* others do not suffer */
    for (int i = 0; i < queued; i++) {
        samme_received received = must_receive(fixture, peer);
        cr_assert(samme_span_equal(received.bytes, message));
    }
    must_send(fixture, hub, route, SAMME_LITERAL("room again"));
    samme_received received = must_receive(fixture, peer);
    cr_assert(samme_span_equal(received.bytes, SAMME_LITERAL("room again")));
    free(bytes);
}

/* Each message that arrives is one that was sent, by the peer it names; without faults each comes
 * once. */
void transport_suite_many_messages_both_ways_at_once(const transport_fixture *fixture) {
    enum { MANY = 500 };
    samme_transport hub = fixture->hub(fixture->self);
    static bool seen[TRANSPORT_PEERS][MANY];
    memset(seen, 0, sizeof seen);
    int asked[TRANSPORT_PEERS] = {0}, answered[TRANSPORT_PEERS] = {0}, echoed = 0;
    for (int pass = 0; pass < PASSES_MAX && answered[0] + answered[1] < 2 * MANY; pass++) {
        samme_received received;
        for (int i = 0; i < TRANSPORT_PEERS; i++) {
            samme_transport peer = fixture->peer(fixture->self, i);
            char text[32];
            int length = snprintf(text, sizeof text, "%d %d", i, asked[i]);
            if (asked[i] < MANY && asked[i] - answered[i] < 32 &&
                try_send(peer, 0, SAMME_SPAN(text, (size_t)length)) == SAMME_OK)
                asked[i]++;
            while (try_receive(peer, &received)) {
                int from = -1, number = -1;
                snprintf(text, sizeof text, "%.*s", (int)received.bytes.length,
                         (const char *)received.bytes.data);
                cr_assert_eq(sscanf(text, "%d %d", &from, &number), 2, "%s", text);
                cr_assert_eq(from, i);
                cr_assert(number >= 0 && number < asked[i]);
                cr_assert_not(seen[i][number], "%s twice", text);
                seen[i][number] = true;
                answered[i]++;
            }
        }
        while (try_receive(hub, &received)) {
            int from = received.bytes.data[0] - '0';
            cr_assert_arr_eq(&received.peer, &fixture->peer_keys[from], sizeof received.peer);
            cr_assert_eq(try_send(hub, received.route, received.bytes), SAMME_OK);
            echoed++;
        }
        if (pass % 8 == 0)
            fixture->pass(fixture->self);
    }
    cr_assert_eq(echoed, 2 * MANY);
    cr_assert_eq(answered[0], MANY);
    cr_assert_eq(answered[1], MANY);
}
