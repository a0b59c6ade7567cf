/* Is a connecting socket still trying? libzmq reconnects after a lost connection, but gives up for
 * ever, silently, after a refused key or bytes that are not ZMTP or do not decrypt. The watch reads
 * the socket's own events and says when it has gone quiet, so that its owner can put a fresh socket
 * in its place. */
#ifndef SAMME_NET_WATCH_H
#define SAMME_NET_WATCH_H

#include "samme/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct samme_watch {
    void *events;        /* PAIR */
    int64_t quiet_at;    /* when the socket counts as given up; INT64_MAX while it is connected */
    uint64_t handshakes; /* finished, of this socket and those before it */
} samme_watch;

int64_t samme_net_now_ms(void); /* monotonic */

/* `number` makes the endpoint of this watch one of its own within the context. */
samme_status samme_watch_start(samme_watch *watch, void *context, void *socket, unsigned number,
                               samme_error *error) SAMME_CHECKED;
void samme_watch_stop(samme_watch *watch, void *socket);
/* Reads what happened; true when the socket has given up. */
bool samme_watch_quiet(samme_watch *watch);

#endif
