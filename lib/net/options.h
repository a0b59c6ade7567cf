/* What our sockets are told before they bind or connect. Defaults of libzmq that are unlimited,
 * endless or without back-off are all replaced here. */
#ifndef SAMME_NET_OPTIONS_H
#define SAMME_NET_OPTIONS_H

#include "samme/transport.h"

#define SAMME_NET_LINGER_MS            200
#define SAMME_NET_RECONNECT_MAX_MS     2000 /* under the 3 s that a hub waits for nodes at a start */
#define SAMME_NET_CONNECT_TIMEOUT_MS   5000
#define SAMME_NET_HANDSHAKE_TIMEOUT_MS 10000

/* A CURVE server behind the ZAP handler, that says when it cannot send. */
samme_status samme_net_set_listener(void *socket, const char *address,
                                    const uint8_t secret[static SAMME_CURVE_KEY_BYTES],
                                    samme_error *error) SAMME_CHECKED;
/* A CURVE client that queues nothing while it is not connected. */
samme_status samme_net_set_connector(void *socket, const char *address, const samme_peer_key *hub,
                                     const uint8_t secret[static SAMME_CURVE_KEY_BYTES],
                                     samme_error *error) SAMME_CHECKED;

#endif
