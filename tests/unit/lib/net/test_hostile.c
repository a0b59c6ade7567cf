#include <criterion/criterion.h>
#include <stdlib.h>
#include <zmq.h>

#include "fixture.h"

/* The hub has done with what came before when a well-behaved peer's message is through both ways.
 */
static void round_trip(samme_net *hub, samme_net *peer, const key_pair *pair, const char *text) {
    send_text(peer, 0, text);
    samme_received received = receive(hub);
    cr_assert(says(&received, text), "got something else instead of \"%s\"", text);
    cr_assert_arr_eq(&received.peer, &pair->key, sizeof received.peer);
    send_text(hub, received.route, text);
    received = receive(peer);
    cr_assert(says(&received, text));
}

static void wait_for_refusal(samme_net *hub, uint64_t more_than) {
    int64_t until = now_ms() + BOUND_MS;
    samme_received received;
    while (samme_net_count(hub).refused_handshakes <= more_than && now_ms() < until)
        cr_assert_not(receive_within(hub, 20, &received), "an unknown key was let in");
    cr_assert_gt(samme_net_count(hub).refused_handshakes, more_than);
}

Test(hostile, unknown_key_is_refused) {
    key_pair hub_pair = new_pair(), known = new_pair(), unknown = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &known, 1);
    raw_peer raw = open_raw(hub, &hub_pair, &unknown, NULL, 0);
    cr_assert_eq(zmq_send(raw.socket, "let me in", 9, 0), 9);
    wait_for_refusal(hub, 0);
    cr_assert(raw_event_within(&raw, ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, BOUND_MS));
    samme_net *peer = open_peer(hub, &hub_pair, &known);
    for (int i = 0; i < 20; i++)
        round_trip(hub, peer, &known, "hello");
    samme_net_close(peer);
    close_raw(&raw);
    samme_net_close(hub);
}

Test(hostile, nobody_is_let_in_before_the_set_is_given_or_when_it_is_empty) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    raw_peer first = open_raw(hub, &hub_pair, &pair, NULL, 0);
    wait_for_refusal(hub, 0);
    allow(hub, &pair, 1);
    allow(hub, NULL, 0);
    raw_peer second = open_raw(hub, &hub_pair, &pair, NULL, 0);
    wait_for_refusal(hub, 1);
    close_raw(&first);
    close_raw(&second);
    samme_net_close(hub);
}

Test(hostile, each_listener_has_a_set_of_its_own) {
    key_pair hub_pairs[2] = {new_pair(), new_pair()}, pairs[2] = {new_pair(), new_pair()};
    samme_net *hubs[2], *peers[2];
    raw_peer strangers[2];
    for (int i = 0; i < 2; i++) {
        hubs[i] = open_hub("tcp://127.0.0.1:*", &hub_pairs[i]);
        allow(hubs[i], &pairs[i], 1);
    }
    for (int i = 0; i < 2; i++) {
        peers[i] = open_peer(hubs[i], &hub_pairs[i], &pairs[i]);
        round_trip(hubs[i], peers[i], &pairs[i], "at home");
        strangers[i] = open_raw(hubs[i], &hub_pairs[i], &pairs[1 - i], NULL, 0);
        wait_for_refusal(hubs[i], 0);
    }
    for (int i = 0; i < 2; i++) {
        close_raw(&strangers[i]);
        samme_net_close(peers[i]);
        samme_net_close(hubs[i]);
    }
}

Test(hostile, key_taken_out_of_the_set_is_cut_off_at_once) {
    key_pair hub_pair = new_pair(), pairs[2] = {new_pair(), new_pair()};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, pairs, 2);
    samme_net *leaver = open_peer(hub, &hub_pair, &pairs[0]);
    samme_net *stayer = open_peer(hub, &hub_pair, &pairs[1]);
    round_trip(hub, leaver, &pairs[0], "before");
    round_trip(hub, stayer, &pairs[1], "before");
    allow(hub, &pairs[1], 1);
    for (int i = 0; i < 5; i++)
        send_text(leaver, 0, "after");
    samme_received received;
    for (int64_t until = now_ms() + BOUND_MS;
         samme_net_count(hub).refused_messages < 5 && now_ms() < until;)
        cr_assert_not(receive_within(hub, 20, &received));
    cr_assert_eq(samme_net_count(hub).refused_messages, 5);
    round_trip(hub, stayer, &pairs[1], "still here");
    samme_net_close(leaver);
    samme_net_close(stayer);
    samme_net_close(hub);
}

Test(hostile, message_over_the_maximum_disconnects_its_sender_only) {
    key_pair hub_pair = new_pair(), pairs[2] = {new_pair(), new_pair()};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, pairs, 2);
    samme_net *good = open_peer(hub, &hub_pair, &pairs[0]);
    round_trip(hub, good, &pairs[0], "before");
    raw_peer raw = open_raw(hub, &hub_pair, &pairs[1], NULL, 0);
    cr_assert(raw_event_within(&raw, ZMQ_EVENT_HANDSHAKE_SUCCEEDED, BOUND_MS));
    const size_t sizes[] = {SAMME_MESSAGE_MAX_BYTES + 1, 5000000};
    uint8_t *bytes = calloc(1, 5000000);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(zmq_send(raw.socket, bytes, sizes[i], 0), (int)sizes[i]);
        cr_assert(raw_event_within(&raw, ZMQ_EVENT_DISCONNECTED, BOUND_MS));
        round_trip(hub, good, &pairs[0], "after");
        cr_assert(raw_event_within(&raw, ZMQ_EVENT_HANDSHAKE_SUCCEEDED, BOUND_MS));
    }
    free(bytes);
    close_raw(&raw);
    samme_net_close(good);
    samme_net_close(hub);
}

Test(hostile, message_of_several_parts_is_dropped_whole) {
    key_pair hub_pair = new_pair(), pair = new_pair();
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, &pair, 1);
    raw_peer raw = open_raw(hub, &hub_pair, &pair, NULL, 0);
    for (int i = 0; i < 1000; i++)
        cr_assert_eq(zmq_send(raw.socket, "part", 4, ZMQ_SNDMORE), 4);
    cr_assert_eq(zmq_send(raw.socket, "last", 4, 0), 4);
    cr_assert_eq(zmq_send(raw.socket, "", 0, ZMQ_SNDMORE), 0);
    cr_assert_eq(zmq_send(raw.socket, "enveloped", 9, 0), 9);
    cr_assert_eq(zmq_send(raw.socket, "single", 6, 0), 6);
    samme_received received = receive(hub);
    cr_assert(says(&received, "single"));
    cr_assert_eq(samme_net_count(hub).refused_messages, 2);
    close_raw(&raw);
    samme_net_close(hub);
}

/* More rubbish than one receive() skips does not hide what comes after it. */
Test(hostile, flood_of_refused_messages_does_not_hide_a_good_one) {
    key_pair hub_pair = new_pair(), pairs[2] = {new_pair(), new_pair()};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, pairs, 2);
    raw_peer raw = open_raw(hub, &hub_pair, &pairs[1], NULL, 0);
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(zmq_send(raw.socket, "a", 1, ZMQ_SNDMORE), 1);
        cr_assert_eq(zmq_send(raw.socket, "b", 1, 0), 1);
    }
    cr_assert_eq(zmq_send(raw.socket, "single", 6, 0), 6);
    samme_net *good = open_peer(hub, &hub_pair, &pairs[0]);
    send_text(good, 0, "good");
    bool got_good = false, got_single = false;
    while (!got_good || !got_single) {
        samme_received received = receive(hub);
        got_good = got_good || says(&received, "good");
        got_single = got_single || says(&received, "single");
    }
    cr_assert_eq(samme_net_count(hub).refused_messages, 1000);
    close_raw(&raw);
    samme_net_close(good);
    samme_net_close(hub);
}

Test(hostile, thief_of_a_routing_id_gets_nothing) {
    key_pair hub_pair = new_pair(), victim_pair = new_pair(), thief_pair = new_pair();
    key_pair both[2] = {victim_pair, thief_pair};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, both, 2);
    samme_net *victim = open_peer(hub, &hub_pair, &victim_pair);
    send_text(victim, 0, "I am the victim");
    uint64_t route = receive(hub).route;
    uint8_t id[5] = {0};
    for (int i = 0; i < 4; i++)
        id[1 + i] = (uint8_t)(route >> (24 - 8 * i));
    raw_peer thief = open_raw(hub, &hub_pair, &thief_pair, id, sizeof id);
    cr_assert(raw_event_within(&thief, ZMQ_EVENT_HANDSHAKE_SUCCEEDED, BOUND_MS));
    cr_assert_eq(zmq_send(thief.socket, "I am the victim", 15, 0), 15);
    for (int i = 0; i < 20; i++) {
        send_text(hub, route, "secret");
        samme_received received = receive(victim);
        cr_assert(says(&received, "secret"));
        round_trip(hub, victim, &victim_pair, "who are you");
    }
    char byte;
    cr_assert_eq(zmq_recv(thief.socket, &byte, 1, ZMQ_DONTWAIT), -1, "the thief got a message");
    close_raw(&thief);
    samme_net_close(victim);
    samme_net_close(hub);
}

Test(hostile, chosen_routing_id_is_refused) {
    key_pair hub_pair = new_pair(), pairs[2] = {new_pair(), new_pair()};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, pairs, 2);
    raw_peer raw = open_raw(hub, &hub_pair, &pairs[0], "branch-17", 9);
    cr_assert_eq(zmq_send(raw.socket, "hello", 5, 0), 5);
    samme_received received;
    for (int64_t until = now_ms() + BOUND_MS;
         samme_net_count(hub).refused_messages < 1 && now_ms() < until;)
        cr_assert_not(receive_within(hub, 20, &received));
    cr_assert_eq(samme_net_count(hub).refused_messages, 1);
    close_raw(&raw);
    samme_net_close(hub);
}

Test(hostile, peer_does_not_speak_to_a_false_hub) {
    key_pair hub_pair = new_pair(), believed = new_pair(), pairs[2] = {new_pair(), new_pair()};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, pairs, 2);
    samme_net *deceived = open_peer(hub, &believed, &pairs[0]);
    samme_net *good = open_peer(hub, &hub_pair, &pairs[1]);
    samme_transport port = samme_net_port(deceived);
    for (int i = 0; i < 50; i++) {
        round_trip(hub, good, &pairs[1], "hello");
        cr_assert_eq(samme_net_wait(deceived, NULL, 0, NULL, 10, NULL), SAMME_OK);
        cr_assert_eq(port.send(port.self, 0, SAMME_LITERAL("secret")), SAMME_FULL);
    }
    samme_net_close(deceived);
    samme_net_close(good);
    samme_net_close(hub);
}
