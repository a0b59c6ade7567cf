/* What every transport must do: one function a case, each sentence of samme/transport.h in at least
 * one of them. A test program brings a fixture of a hub and two peers, all allowed to speak, on a
 * network without faults, and runs TRANSPORT_SUITE(its own macro). */
#ifndef TRANSPORT_SUITE_H
#define TRANSPORT_SUITE_H

#include "samme/transport.h"

#define TRANSPORT_PEERS 2

typedef struct transport_fixture {
    void *self;
    samme_peer_key hub_key;
    samme_peer_key peer_keys[TRANSPORT_PEERS];
    samme_transport (*hub)(void *self);
    samme_transport (*peer)(void *self, int number);
    /* Lets a few milliseconds pass. */
    void (*pass)(void *self);
    /* Ends a peer's connection; it stays away. */
    void (*disconnect)(void *self, int number);
    /* A new connection of a peer that was disconnected; its port may be another then. */
    void (*reconnect)(void *self, int number);
} transport_fixture;

#define TRANSPORT_SUITE(CASE)                                                                      \
    CASE(nothing_waits_at_first)                                                                   \
    CASE(messages_name_their_sender)                                                               \
    CASE(messages_are_whole_from_empty_to_the_maximum)                                             \
    CASE(messages_over_the_maximum_are_refused)                                                    \
    CASE(answers_reach_who_asked_only)                                                             \
    CASE(bytes_stay_until_the_next_receive)                                                        \
    CASE(routes_that_never_were_are_not_found)                                                     \
    CASE(route_is_gone_with_its_connection)                                                        \
    CASE(reconnected_peer_has_a_new_route)                                                         \
    CASE(queues_are_bounded_and_drain)                                                             \
    CASE(many_messages_both_ways_at_once)

#define TRANSPORT_SUITE_DECLARE(name) void transport_suite_##name(const transport_fixture *fixture);
TRANSPORT_SUITE(TRANSPORT_SUITE_DECLARE)

#endif
