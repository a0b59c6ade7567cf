/* The transport port on ZeroMQ: ROUTER at the hub, DEALER at its peers, both CURVE. Only this
 * folder includes <zmq.h>.
 *
 * A ROUTER binds its ZAP handler first and enforces the domain; opening fails when that cannot be
 * had. Only keys in the allowed set may finish a handshake, and every message is checked against it
 * again, so that a key taken out of the set is not heard any more (its connection stays open).
 * Single-part messages only; others are dropped and counted. A message over SAMME_MESSAGE_MAX_BYTES
 * disconnects its sender. High-water marks, linger, heartbeats and reconnect back-off are set here
 * and documented in docs/PROTOCOL.md. One thread uses a samme_net; the ZAP handler has its own. */
#ifndef SAMME_NET_NET_H
#define SAMME_NET_NET_H

#include "samme/transport.h"

typedef struct samme_net samme_net;

/* `address` as ZeroMQ has it; "tcp://127.0.0.1:*" takes a free port. */
samme_status samme_net_listen(const char *address,
                              const uint8_t secret[static SAMME_CURVE_KEY_BYTES], samme_net **out,
                              samme_error *error) SAMME_CHECKED;
samme_status samme_net_connect(const char *address, const samme_peer_key *hub,
                               const uint8_t secret[static SAMME_CURVE_KEY_BYTES], samme_net **out,
                               samme_error *error) SAMME_CHECKED;
void samme_net_close(samme_net *net); /* accepts NULL; drops what is not sent within 200 ms */

samme_transport samme_net_port(samme_net *net);
/* Connects to another address of the same hub, dropping the connection there is. On any status but
 * SAMME_OK (as samme_net_connect) the old address stays. */
samme_status samme_net_move(samme_net *net, const char *address, samme_error *error) SAMME_CHECKED;
/* Whether a connecting net has finished its handshake and not lost the connection since, as far as
 * the last wait has seen. */
bool samme_net_connected(const samme_net *net);
/* How many connections of a connecting net have come to stand so far, likewise: a change means that
 * the hub is there and has not been spoken to yet. */
uint64_t samme_net_connections(const samme_net *net);
/* Replaces the set of keys that may speak (listen only). */
samme_status samme_net_allow(samme_net *net, const samme_peer_key *keys,
                             size_t count) SAMME_CHECKED;
/* "tcp://127.0.0.1:41233": where it really listens, or connects to. */
const char *samme_net_address(const samme_net *net);

typedef struct samme_net_counters {
    uint64_t refused_handshakes; /* by the ZAP handler: unknown keys */
    uint64_t refused_messages; /* several parts, a key no longer allowed, a routing id of its own */
    uint64_t dropped_sends;    /* answered SAMME_NOT_FOUND or SAMME_FULL */
} samme_net_counters;
samme_net_counters samme_net_count(const samme_net *net);

/* Waits until the net has a message, a connection of it has come to stand (it can be sent over
 * then), one of the descriptors is readable, or the time is over.
 * ready[i] is set for fds[i]. net may be NULL. At most 8 descriptors.
 * A connecting net is looked after in here: libzmq gives up for ever after a refused key or bytes
 * that are not its own, so that a fresh socket is put in place. Call it at least every few seconds.
 * A signal ends the wait early. */
samme_status samme_net_wait(samme_net *net, const int *fds, size_t count, bool *ready,
                            int timeout_ms, samme_error *error) SAMME_CHECKED;

#endif
