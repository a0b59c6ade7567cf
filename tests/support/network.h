/* A network in memory: one hub, many peers, the transport port at each end. Nothing happens by
 * itself: time passes in samme_network_advance(), and the same seed with the same calls gives the
 * same faults. What is sent with no delay has arrived at once. Only for tests: it aborts when there
 * is no memory. */
#ifndef SAMME_TESTS_SUPPORT_NETWORK_H
#define SAMME_TESTS_SUPPORT_NETWORK_H

#include "samme/transport.h"

/* Messages of one peer in one direction, under way or waiting; one more is SAMME_FULL. */
#define SAMME_NETWORK_QUEUE_MAX 64u

typedef struct samme_network samme_network;

typedef struct samme_network_faults {
    unsigned loss_per_mille;
    unsigned duplicate_per_mille;
    int64_t delay_min_ms; /* each message has a delay of its own, so they overtake each other */
    int64_t delay_max_ms;
} samme_network_faults;

typedef struct samme_network_counters {
    uint64_t sent; /* accepted by send() */
    uint64_t lost; /* by chance, partition or a connection that ended */
    uint64_t doubled;
    uint64_t received;
} samme_network_counters;

samme_network *samme_network_new(uint64_t seed); /* time is 0, no faults */
void samme_network_free(samme_network *network); /* accepts NULL; the ports are gone with it */

samme_peer_key samme_network_hub_key(void);
samme_transport samme_network_hub(samme_network *network);
/* A key that is new is connected. The port stays the same over reconnects. */
samme_transport samme_network_peer(samme_network *network, const samme_peer_key *key);

/* For what is sent from now on. */
void samme_network_set_faults(samme_network *network, samme_network_faults faults);
/* Cuts or mends the two directions of a peer. Lost is what is sent, or would arrive, while its
 * direction is cut. */
void samme_network_partition(samme_network *network, const samme_peer_key *key, bool cut_up,
                             bool cut_down);
/* Ends a peer's connection: what is under way and what waits at the peer is lost, its route is
 * gone, it cannot send. */
void samme_network_disconnect(samme_network *network, const samme_peer_key *key);
/* The same, then a new connection with a new route. */
void samme_network_reconnect(samme_network *network, const samme_peer_key *key);
/* The hub starts anew: what waits there is lost and every connected peer reconnects. */
void samme_network_restart_hub(samme_network *network);

/* Time is now `now_ms`, not before the time it was. */
void samme_network_advance(samme_network *network, int64_t now_ms);
/* When the next message arrives; INT64_MAX when none is under way. */
int64_t samme_network_next_due(const samme_network *network);
samme_network_counters samme_network_count(const samme_network *network);

#endif
