#include <criterion/criterion.h>

#include "base/prng.h"
#include "crypto/sign.h"
#include "net/net.h"
#include "transport_suite.h"

typedef struct zmq_fixture {
    samme_net *hub;
    samme_peer_key hub_key;
    samme_net *peers[TRANSPORT_PEERS];
    uint8_t peer_secrets[TRANSPORT_PEERS][32];
} zmq_fixture;

static samme_transport hub_port(void *self) {
    zmq_fixture *fixture = self;
    return samme_net_port(fixture->hub);
}

static samme_transport peer_port(void *self, int number) {
    zmq_fixture *fixture = self;
    return samme_net_port(fixture->peers[number]);
}

static void wait_for(samme_net *net, int timeout_ms) {
    samme_error error = {0};
    cr_assert_eq(samme_net_wait(net, NULL, 0, NULL, timeout_ms, &error), SAMME_OK, "%s",
                 error.text);
}

static void pass(void *self) {
    zmq_fixture *fixture = self;
    wait_for(NULL, 1); /* time passes even when something waits */
    wait_for(fixture->hub, 0);
    for (int i = 0; i < TRANSPORT_PEERS; i++)
        if (fixture->peers[i] != NULL)
            wait_for(fixture->peers[i], 0);
}

static void disconnect(void *self, int number) {
    zmq_fixture *fixture = self;
    samme_net_close(fixture->peers[number]);
    fixture->peers[number] = NULL;
}

static void reconnect(void *self, int number) {
    zmq_fixture *fixture = self;
    samme_error error = {0};
    cr_assert_eq(samme_net_connect(samme_net_address(fixture->hub), &fixture->hub_key,
                                   fixture->peer_secrets[number], &fixture->peers[number], &error),
                 SAMME_OK, "%s", error.text);
}

static void run(void (*test)(const transport_fixture *fixture)) {
    zmq_fixture zmq = {0};
    samme_prng prng;
    samme_prng_seed(&prng, 1);
    transport_fixture fixture = {.self = &zmq,
                                 .hub = hub_port,
                                 .peer = peer_port,
                                 .pass = pass,
                                 .disconnect = disconnect,
                                 .reconnect = reconnect};
    uint8_t hub_secret[32];
    samme_curve_pair_new(hub_secret, &zmq.hub_key, samme_prng_as_random(&prng));
    fixture.hub_key = zmq.hub_key;
    samme_error error = {0};
    cr_assert_eq(samme_net_listen("tcp://127.0.0.1:*", hub_secret, &zmq.hub, &error), SAMME_OK,
                 "%s", error.text);
    for (int i = 0; i < TRANSPORT_PEERS; i++)
        samme_curve_pair_new(zmq.peer_secrets[i], &fixture.peer_keys[i],
                             samme_prng_as_random(&prng));
    cr_assert_eq(samme_net_allow(zmq.hub, fixture.peer_keys, TRANSPORT_PEERS), SAMME_OK);
    for (int i = 0; i < TRANSPORT_PEERS; i++)
        reconnect(&zmq, i);
    test(&fixture);
    for (int i = 0; i < TRANSPORT_PEERS; i++)
        samme_net_close(zmq.peers[i]);
    samme_net_close(zmq.hub);
}

#define CASE(name)                                                                                 \
    Test(transport_zmq, name) {                                                                    \
        run(transport_suite_##name);                                                               \
    }
TRANSPORT_SUITE(CASE)
