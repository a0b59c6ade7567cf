/* Who may finish a CURVE handshake: a ZAP handler with a thread of its own, and the set of allowed
 * keys. One per context, started before the first socket of that context is bound: a CURVE server
 * without a handler lets everybody in. The user id of an admitted peer is its key in hexadecimal.
 */
#ifndef SAMME_NET_ZAP_H
#define SAMME_NET_ZAP_H

#include "samme/transport.h"

#define SAMME_ZAP_DOMAIN "samme"

typedef struct samme_zap samme_zap;

/* Nobody is allowed at first. */
samme_status samme_zap_start(void *context, samme_zap **out, samme_error *error) SAMME_CHECKED;
void samme_zap_stop(samme_zap *zap); /* accepts NULL; before the context is terminated */

samme_status samme_zap_allow(samme_zap *zap, const samme_peer_key *keys,
                             size_t count) SAMME_CHECKED;
bool samme_zap_allows(samme_zap *zap, const samme_peer_key *key) SAMME_CHECKED;
uint64_t samme_zap_refusals(const samme_zap *zap);

#endif
