/* A node as far as an import sees it: keeps what it is sent in memory, and fails as it is told. */
#ifndef SAMME_TESTS_FAKE_NODE_H
#define SAMME_TESTS_FAKE_NODE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/map.h"
#include "http/server.h"
#include "wire/messages.h"

/* Set before start; the counts are read after stop. */
typedef struct fake_node {
    uint32_t branch;
    uint64_t size;       /* of its log */
    unsigned busy;       /* so many POSTs are put off first */
    unsigned lost;       /* so many batches or openings are recorded, and answered with 503 */
    unsigned unknown;    /* so often a receipt is not known yet */
    unsigned refuse_all; /* every POST gets this HTTP status */
    samme_map *keys;     /* key -> index (tag) and body */
    unsigned requests, sales, opened, decided, completed, largest_body;
    int64_t paid;
    char url[64];
    samme_http_server *server;
    pthread_t thread;
    atomic_bool stopping;
} fake_node;

/* In the number of a receipt: "BAD" is refused as malformed; in a return's: "DENY" is not
 * authorised, "GONE" is never known, "CONFLICT" cannot be completed. A refund is one unit a piece.
 */
void fake_node_start(fake_node *node, uint32_t branch);
/* Goes on with what it holds, at a port of its own. */
void fake_node_restart(fake_node *node);
void fake_node_stop(fake_node *node);
void fake_node_free(fake_node *node);

#endif
