/* What is to be said once it is durable: messages and answers that wait for a commit. First in,
 * first out; bounded. */
#ifndef SAMME_SYNC_OUTBOX_H
#define SAMME_SYNC_OUTBOX_H

#include "base/buffer.h"

#define SAMME_OUTBOX_MAX_ITEMS 4096u
#define SAMME_OUTBOX_MAX_BYTES (64u * 1024u * 1024u)

typedef struct samme_outgoing {
    uint64_t head; /* goes out when this commit is durable; UINT64_MAX until sealed */
    uint64_t to;   /* a route, or the id of a request */
    unsigned code; /* a node's: HTTP status of an answer, 0 for a message; a hub's: which message */
    uint8_t *bytes;
    size_t length;
} samme_outgoing;

typedef struct samme_outbox {
    samme_outgoing *items; /* ring of SAMME_OUTBOX_MAX_ITEMS */
    size_t first, count;
    size_t bytes;
} samme_outbox;

samme_status samme_outbox_init(samme_outbox *outbox) SAMME_CHECKED;
void samme_outbox_fini(samme_outbox *outbox);
/* Copies. The item waits for the end of this step: seal(). SAMME_FULL when an item or its bytes
 * have no room. */
samme_status samme_outbox_add(samme_outbox *outbox, uint64_t to, unsigned code,
                              samme_span bytes) SAMME_CHECKED;
/* The step ended: what it added goes out when commit `head` is durable. */
void samme_outbox_seal(samme_outbox *outbox, uint64_t head);
/* The step was abandoned: what it added is forgotten, for it may speak of what is no longer so. */
void samme_outbox_abandon(samme_outbox *outbox);
/* Commits failed: takes the oldest item, durable or not. out->bytes is the caller's to free. */
bool samme_outbox_take_first(samme_outbox *outbox, samme_outgoing *out);
/* The oldest item if its commit is durable (false: none); its bytes are valid until drop. */
bool samme_outbox_peek(const samme_outbox *outbox, uint64_t durable_head, samme_outgoing *out);
void samme_outbox_drop(samme_outbox *outbox);
/* Half full or more: shed load. */
bool samme_outbox_busy(const samme_outbox *outbox);

#endif
