/* The suite, without and with a delay, then what the network does on purpose. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/prng.h"
#include "support/network.h"
#include "transport_suite.h"

typedef struct fake_fixture {
    samme_network *network;
    samme_peer_key keys[TRANSPORT_PEERS];
    int64_t now_ms;
} fake_fixture;

static samme_peer_key key_of(int number) {
    samme_peer_key key;
    memset(key.bytes, 'A' + number, sizeof key.bytes);
    return key;
}

static samme_transport hub_port(void *self) {
    fake_fixture *fixture = self;
    return samme_network_hub(fixture->network);
}

static samme_transport peer_port(void *self, int number) {
    fake_fixture *fixture = self;
    return samme_network_peer(fixture->network, &fixture->keys[number]);
}

static void pass(void *self) {
    fake_fixture *fixture = self;
    fixture->now_ms += 5;
    samme_network_advance(fixture->network, fixture->now_ms);
}

static void disconnect(void *self, int number) {
    fake_fixture *fixture = self;
    samme_network_disconnect(fixture->network, &fixture->keys[number]);
}

static void reconnect(void *self, int number) {
    fake_fixture *fixture = self;
    samme_network_reconnect(fixture->network, &fixture->keys[number]);
}

static void run(void (*test)(const transport_fixture *fixture), int64_t delay_max_ms) {
    fake_fixture fake = {.network = samme_network_new(1), .keys = {key_of(0), key_of(1)}};
    samme_network_set_faults(fake.network, (samme_network_faults){.delay_max_ms = delay_max_ms});
    for (int i = 0; i < TRANSPORT_PEERS; i++)
        samme_network_peer(fake.network, &fake.keys[i]);
    transport_fixture fixture = {.self = &fake,
                                 .hub_key = samme_network_hub_key(),
                                 .hub = hub_port,
                                 .peer = peer_port,
                                 .pass = pass,
                                 .disconnect = disconnect,
                                 .reconnect = reconnect};
    memcpy(fixture.peer_keys, fake.keys, sizeof fake.keys);
    test(&fixture);
    samme_network_free(fake.network);
}

#define CASE(name)                                                                                 \
    Test(transport_fake, name) {                                                                   \
        run(transport_suite_##name, 0);                                                            \
    }                                                                                              \
    Test(transport_fake_delayed, name) {                                                           \
        run(transport_suite_##name, 40);                                                           \
    }
TRANSPORT_SUITE(CASE)

enum { PEERS = 5, STEPS = 4000 };

static const samme_network_faults faults = {
    .loss_per_mille = 100, .duplicate_per_mille = 100, .delay_min_ms = 1, .delay_max_ms = 50};

typedef struct weather {
    unsigned long long seed;
    samme_network *network;
    samme_prng prng;
    samme_peer_key keys[PEERS];
    samme_transport hub;
    samme_transport peers[PEERS];
    uint64_t routes[PEERS]; /* as the hub last heard */
    uint8_t arrivals[PEERS][STEPS];
    samme_buffer *trace;
} weather;

/* From a peer to the hub, or back where it was last heard; the route may be gone, the queue full.
 */
static void send_something(weather *all, int i, samme_span message) {
    samme_status sent = SAMME_OK;
    if (samme_prng_chance(&all->prng, 500))
        sent = all->peers[i].send(all->peers[i].self, 0, message);
    else if (all->routes[i] != 0)
        sent = all->hub.send(all->hub.self, all->routes[i], message);
    cr_assert(sent == SAMME_OK || sent == SAMME_FULL || sent == SAMME_NOT_FOUND, "%d", sent);
}

/* Peer or hub sends "peer step", or something breaks. */
static void do_something(weather *all, int step) {
    int i = (int)samme_prng_below(&all->prng, PEERS);
    char text[40];
    int length = snprintf(text, sizeof text, "%d %d", i, step);
    samme_span message = SAMME_SPAN(text, (size_t)length);
    switch (samme_prng_below(&all->prng, 20)) {
    case 0:
        samme_network_reconnect(all->network, &all->keys[i]);
        break;
    case 1:
        samme_network_partition(all->network, &all->keys[i], samme_prng_chance(&all->prng, 300),
                                samme_prng_chance(&all->prng, 300));
        break;
    case 2:
        if (samme_prng_chance(&all->prng, 20))
            samme_network_restart_hub(all->network);
        break;
    default:
        send_something(all, i, message);
    }
}

/* What arrives, at the hub (-1) or a peer, is whole, from who it says, and there at most twice. */
static void take_all(weather *all, int at) {
    samme_transport port = at < 0 ? all->hub : all->peers[at];
    samme_received received;
    while (port.receive(port.self, &received) == SAMME_OK) {
        int from = -1, number = -1;
        char text[40];
        snprintf(text, sizeof text, "%.*s", (int)received.bytes.length,
                 (const char *)received.bytes.data);
        cr_assert_eq(sscanf(text, "%d %d", &from, &number), 2, "seed %llu: %s", all->seed, text);
        samme_peer_key sender = at < 0 ? all->keys[from] : samme_network_hub_key();
        cr_assert_arr_eq(&received.peer, &sender, sizeof sender);
        cr_assert(at < 0 || at == from, "seed %llu", all->seed);
        cr_assert_leq(++all->arrivals[from][number], 2, "seed %llu", all->seed);
        if (at < 0)
            all->routes[from] = received.route;
        samme_buffer_printf(all->trace, "%d:%s ", at, text);
    }
}

/* Messages under all faults; what happens is written to `trace`. */
static samme_network_counters storm(uint64_t seed, samme_buffer *trace) {
    static weather all;
    all = (weather){.seed = seed, .network = samme_network_new(seed), .trace = trace};
    samme_prng_seed(&all.prng, seed + 1000);
    samme_network_set_faults(all.network, faults);
    all.hub = samme_network_hub(all.network);
    for (int i = 0; i < PEERS; i++) {
        all.keys[i] = key_of(i);
        all.peers[i] = samme_network_peer(all.network, &all.keys[i]);
    }
    for (int step = 0; step < STEPS; step++) {
        do_something(&all, step);
        int64_t due = samme_network_next_due(all.network);
        if (due != INT64_MAX && samme_prng_chance(&all.prng, 700))
            samme_network_advance(all.network, due);
        for (int at = -1; at < PEERS; at++)
            take_all(&all, at);
        samme_buffer_printf(trace, "@%lld\n", (long long)due);
    }
    samme_network_counters counters = samme_network_count(all.network);
    samme_network_free(all.network);
    return counters;
}

Test(network, same_seed_gives_the_same_storm_and_another_seed_another) {
    samme_buffer traces[3];
    const uint64_t seeds[3] = {7, 7, 8};
    samme_network_counters counters[3];
    for (int i = 0; i < 3; i++) {
        samme_buffer_init(&traces[i], 10 * 1024 * 1024);
        counters[i] = storm(seeds[i], &traces[i]);
    }
    cr_assert(samme_span_equal(samme_buffer_span(&traces[0]), samme_buffer_span(&traces[1])));
    cr_assert_arr_eq(&counters[0], &counters[1], sizeof counters[0]);
    cr_assert_not(samme_span_equal(samme_buffer_span(&traces[0]), samme_buffer_span(&traces[2])));
    for (int i = 0; i < 3; i++)
        samme_buffer_free(&traces[i]);
}

Test(network, storms_lose_double_and_overtake) {
    for (uint64_t seed = 0; seed < 30; seed++) {
        samme_buffer trace;
        samme_buffer_init(&trace, 10 * 1024 * 1024);
        samme_network_counters counters = storm(seed, &trace);
        cr_assert_gt(counters.sent, STEPS / 4, "seed %llu", (unsigned long long)seed);
        cr_assert_gt(counters.lost, counters.sent / 20, "seed %llu", (unsigned long long)seed);
        cr_assert_gt(counters.doubled, counters.sent / 40, "seed %llu", (unsigned long long)seed);
        cr_assert_gt(counters.received, counters.sent / 3, "seed %llu", (unsigned long long)seed);
        cr_assert_leq(counters.received + counters.lost, counters.sent + counters.doubled);
        samme_buffer_free(&trace);
    }
}

static int count_waiting(samme_transport port) {
    samme_received received;
    int count = 0;
    while (port.receive(port.self, &received) == SAMME_OK)
        count++;
    return count;
}

Test(network, loss_and_doubling_are_as_frequent_as_stated) {
    samme_network *network = samme_network_new(3);
    samme_network_set_faults(
        network, (samme_network_faults){.loss_per_mille = 250, .duplicate_per_mille = 500});
    samme_peer_key key = key_of(0);
    samme_transport hub = samme_network_hub(network), peer = samme_network_peer(network, &key);
    int arrived = 0;
    for (int i = 0; i < 10000; i++) {
        cr_assert_eq(peer.send(peer.self, 0, SAMME_LITERAL("x")), SAMME_OK);
        arrived += count_waiting(hub);
    }
    samme_network_counters counters = samme_network_count(network);
    cr_assert(counters.lost > 2300 && counters.lost < 2700, "%llu lost",
              (unsigned long long)counters.lost);
    cr_assert(counters.doubled > 3500 && counters.doubled < 4000, "%llu doubled",
              (unsigned long long)counters.doubled);
    cr_assert_eq(arrived, (int)(counters.sent - counters.lost + counters.doubled));
    samme_network_free(network);
}

Test(network, delays_lie_between_their_bounds_and_reorder) {
    samme_network *network = samme_network_new(4);
    samme_network_set_faults(network,
                             (samme_network_faults){.delay_min_ms = 10, .delay_max_ms = 30});
    samme_peer_key key = key_of(0);
    samme_transport hub = samme_network_hub(network), peer = samme_network_peer(network, &key);
    cr_assert_eq(samme_network_next_due(network), INT64_MAX);
    for (uint8_t i = 0; i < 50; i++)
        cr_assert_eq(peer.send(peer.self, 0, SAMME_SPAN(&i, 1)), SAMME_OK);
    samme_received received;
    int overtaken = 0, previous = -1, arrived = 0;
    bool early = false, late = false;
    while (samme_network_next_due(network) != INT64_MAX) {
        int64_t due = samme_network_next_due(network);
        cr_assert(due >= 10 && due <= 30, "%lld", (long long)due);
        samme_network_advance(network, due - 1);
        cr_assert_neq(hub.receive(hub.self, &received), SAMME_OK);
        samme_network_advance(network, due);
        for (; hub.receive(hub.self, &received) == SAMME_OK; arrived++) {
            overtaken += received.bytes.data[0] < previous;
            previous = received.bytes.data[0];
            early = early || due < 15;
            late = late || due > 25;
        }
    }
    cr_assert_eq(arrived, 50);
    cr_assert_gt(overtaken, 5);
    cr_assert(early && late);
    samme_network_free(network);
}

Test(network, partition_cuts_one_peer_one_way) {
    samme_network *network = samme_network_new(5);
    samme_peer_key keys[2] = {key_of(0), key_of(1)};
    samme_transport hub = samme_network_hub(network);
    samme_transport peers[2];
    uint64_t routes[2];
    samme_received received;
    for (int i = 0; i < 2; i++) {
        peers[i] = samme_network_peer(network, &keys[i]);
        cr_assert_eq(peers[i].send(peers[i].self, 0, SAMME_LITERAL("x")), SAMME_OK);
        cr_assert_eq(hub.receive(hub.self, &received), SAMME_OK);
        routes[i] = received.route;
    }
    for (int cut = 0; cut < 4; cut++) {
        bool up = cut & 1, down = cut & 2;
        samme_network_partition(network, &keys[0], up, down);
        for (int i = 0; i < 2; i++) {
            cr_assert_eq(peers[i].send(peers[i].self, 0, SAMME_LITERAL("up")), SAMME_OK);
            cr_assert_eq(count_waiting(hub), i == 0 && up ? 0 : 1);
            cr_assert_eq(hub.send(hub.self, routes[i], SAMME_LITERAL("down")), SAMME_OK);
            cr_assert_eq(count_waiting(peers[i]), i == 0 && down ? 0 : 1);
        }
    }
    /* A cut also takes what is under way. */
    samme_network_partition(network, &keys[0], false, false);
    samme_network_set_faults(network, (samme_network_faults){.delay_min_ms = 5, .delay_max_ms = 5});
    cr_assert_eq(peers[0].send(peers[0].self, 0, SAMME_LITERAL("late")), SAMME_OK);
    samme_network_partition(network, &keys[0], true, true);
    samme_network_advance(network, 5);
    samme_network_partition(network, &keys[0], false, false);
    cr_assert_eq(count_waiting(hub), 0);
    samme_network_free(network);
}

Test(network, restart_of_the_hub_loses_what_waits_and_all_routes) {
    samme_network *network = samme_network_new(6);
    samme_peer_key key = key_of(0);
    samme_transport hub = samme_network_hub(network), peer = samme_network_peer(network, &key);
    samme_received received;
    cr_assert_eq(peer.send(peer.self, 0, SAMME_LITERAL("a")), SAMME_OK);
    cr_assert_eq(hub.receive(hub.self, &received), SAMME_OK);
    uint64_t route = received.route;
    cr_assert_eq(peer.send(peer.self, 0, SAMME_LITERAL("b")), SAMME_OK);
    samme_network_restart_hub(network);
    cr_assert_eq(count_waiting(hub), 0);
    cr_assert_eq(hub.send(hub.self, route, SAMME_LITERAL("x")), SAMME_NOT_FOUND);
    cr_assert_eq(peer.send(peer.self, 0, SAMME_LITERAL("c")), SAMME_OK);
    cr_assert_eq(hub.receive(hub.self, &received), SAMME_OK);
    cr_assert_neq(received.route, route);
    samme_network_disconnect(network, &key);
    cr_assert_eq(peer.send(peer.self, 0, SAMME_LITERAL("d")), SAMME_FULL);
    samme_network_restart_hub(network); /* who is away stays away */
    cr_assert_eq(peer.send(peer.self, 0, SAMME_LITERAL("e")), SAMME_FULL);
    samme_network_free(network);
}
