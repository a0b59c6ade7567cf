/* Key pairs, nets and waiting for the tests of lib/net. Everything fails the running test by
 * itself. */
#ifndef SAMME_TESTS_NET_FIXTURE_H
#define SAMME_TESTS_NET_FIXTURE_H

#include "net/net.h"

#define BOUND_MS 30000 /* far more than anything takes; a test that waits this long has failed */

typedef struct key_pair {
    uint8_t secret[SAMME_CURVE_KEY_BYTES];
    samme_peer_key key;
} key_pair;

key_pair new_pair(void);
int64_t now_ms(void);
samme_net *open_hub(const char *address, const key_pair *pair);
samme_net *open_peer(const samme_net *hub, const key_pair *hub_pair, const key_pair *pair);
void allow(samme_net *hub, const key_pair *pairs, size_t count);
/* Sends as soon as there is a connection. */
void send_text(samme_net *net, uint64_t route, const char *text);
/* Waits for one message; false when the time is over. */
bool receive_within(samme_net *net, int timeout_ms, samme_received *out);
samme_received receive(samme_net *net);
bool says(const samme_received *received, const char *text);

/* A peer that keeps no rules: a bare DEALER in a context of its own. */
typedef struct raw_peer {
    void *context;
    void *socket;
    void *events;
} raw_peer;
/* routing_id may be NULL. */
raw_peer open_raw(const samme_net *hub, const key_pair *hub_pair, const key_pair *pair,
                  const void *routing_id, size_t routing_id_length);
void close_raw(raw_peer *peer);
bool raw_event_within(raw_peer *peer, unsigned event, int timeout_ms);
/* The first to come of these events. */
bool raw_first_within(raw_peer *peer, const unsigned *events, size_t count, int timeout_ms,
                      unsigned *out_event);

#endif
