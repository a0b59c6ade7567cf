/* The transport port: single messages to and from peers whose key is known. Implemented by lib/net
 * (ZeroMQ over CURVE) and by the simulator's network; tests/conformance/transport_suite runs
 * against both.
 *
 * A message may be lost, doubled, delayed or reordered against other messages; it is never cut or
 * changed and never comes from another key than the one it states.
 *
 * Threads: one thread (control) calls everything, and nothing blocks. Whoever opened the transport
 * closes it; the samme_transport is a view of it and owns nothing. */
#ifndef SAMME_TRANSPORT_H
#define SAMME_TRANSPORT_H

#include "samme/limits.h"
#include "samme/span.h"
#include "samme/status.h"

/* A Curve25519 public key. */
typedef struct samme_peer_key {
    uint8_t bytes[SAMME_CURVE_KEY_BYTES];
} samme_peer_key;

typedef struct samme_received {
    samme_peer_key peer; /* the key the transport authenticated; at a node always the hub's */
    uint64_t route;   /* where an answer goes; a peer that reconnects has a new one. 0 at a node */
    samme_span bytes; /* valid until the next receive() */
} samme_received;

typedef struct samme_transport {
    void *self;
    /* Queues a copy of one message of 0..SAMME_MESSAGE_MAX_BYTES bytes. SAMME_TOO_LARGE: longer;
     * SAMME_NOT_FOUND: the route is gone; SAMME_FULL: its queue has no room; SAMME_NO_MEMORY;
     * SAMME_IO. OK promises nothing about arrival. */
    samme_status (*send)(void *self, uint64_t route, samme_span bytes) SAMME_CHECKED;
    /* Takes one message; SAMME_NOT_FOUND when none waits. */
    samme_status (*receive)(void *self, samme_received *out) SAMME_CHECKED;
} samme_transport;

#endif
