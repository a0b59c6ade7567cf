/* Many peers, and slow ones: none is at the cost of another. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

/* After a power cut in the hub's building: every branch comes back in the same second. */
enum { PEERS = 200 };
typedef struct crowd_of_peers {
    key_pair hub_pair, pairs[PEERS];
    samme_net *hub, *peers[PEERS];
} crowd_of_peers;

static void all_are_heard(crowd_of_peers *crowd) {
    bool heard[PEERS] = {false};
    size_t count = 0;
    for (int64_t until = now_ms() + BOUND_MS; count < PEERS && now_ms() < until;) {
        for (size_t i = 0; i < PEERS; i++) {
            cr_assert_eq(samme_net_wait(crowd->peers[i], NULL, 0, NULL, 0, NULL), SAMME_OK);
            samme_transport port = samme_net_port(crowd->peers[i]);
            /* may be lost with an old connection: said again until it is heard */
            samme_status sent =
                heard[i] ? SAMME_OK : port.send(port.self, 0, SAMME_LITERAL("hello"));
            cr_assert(sent == SAMME_OK || sent == SAMME_FULL);
        }
        samme_received received;
        while (receive_within(crowd->hub, 10, &received))
            for (size_t i = 0; i < PEERS; i++)
                if (memcmp(&received.peer, &crowd->pairs[i].key, sizeof received.peer) == 0) {
                    count += !heard[i];
                    heard[i] = true;
                }
    }
    cr_assert_eq(count, PEERS, "only %zu of %d peers were heard", count, PEERS);
}

Test(crowd, all_come_back_at_once_when_the_hub_does) {
    crowd_of_peers *crowd = calloc(1, sizeof *crowd);
    crowd->hub_pair = new_pair();
    crowd->hub = open_hub("tcp://127.0.0.1:*", &crowd->hub_pair);
    for (size_t i = 0; i < PEERS; i++)
        crowd->pairs[i] = new_pair();
    allow(crowd->hub, crowd->pairs, PEERS);
    for (size_t i = 0; i < PEERS; i++)
        crowd->peers[i] = open_peer(crowd->hub, &crowd->hub_pair, &crowd->pairs[i]);
    all_are_heard(crowd);
    char address[64];
    snprintf(address, sizeof address, "%s", samme_net_address(crowd->hub));
    samme_net_close(crowd->hub);
    crowd->hub = open_hub(address, &crowd->hub_pair);
    allow(crowd->hub, crowd->pairs, PEERS);
    all_are_heard(crowd);
    for (size_t i = 0; i < PEERS; i++)
        samme_net_close(crowd->peers[i]);
    samme_net_close(crowd->hub);
    free(crowd);
}

Test(crowd, who_never_reads_holds_up_nobody_else) {
    enum { SIZE = 256 * 1024, TRIES = 2000 };
    key_pair hub_pair = new_pair(), pairs[2] = {new_pair(), new_pair()};
    samme_net *hub = open_hub("tcp://127.0.0.1:*", &hub_pair);
    allow(hub, pairs, 2);
    samme_net *deaf = open_peer(hub, &hub_pair, &pairs[0]);
    samme_net *other = open_peer(hub, &hub_pair, &pairs[1]);
    send_text(deaf, 0, "I never read");
    const uint64_t to_deaf = receive(hub).route;
    send_text(other, 0, "I do");
    const uint64_t to_other = receive(hub).route;
    samme_transport port = samme_net_port(hub);
    uint8_t *bytes = calloc(1, SIZE);
    int tries = 0;
    while (port.send(port.self, to_deaf, SAMME_SPAN(bytes, SIZE)) == SAMME_OK)
        cr_assert_lt(++tries, TRIES);
    for (int i = 0; i < 100; i++) {
        /* now and then its connection takes one more out of the queue */
        samme_status deafs = port.send(port.self, to_deaf, SAMME_SPAN(bytes, SIZE));
        cr_assert(deafs == SAMME_FULL || deafs == SAMME_OK);
        send_text(hub, to_other, "next");
        samme_received received = receive(other);
        cr_assert(says(&received, "next"));
    }
    free(bytes);
    samme_net_close(deaf);
    samme_net_close(other);
    samme_net_close(hub);
}
