#include "sync/outbox.h"

#include <stdlib.h>

samme_status samme_outbox_init(samme_outbox *outbox) {
    *outbox = (samme_outbox){0};
    outbox->items = calloc(SAMME_OUTBOX_MAX_ITEMS, sizeof *outbox->items);
    return outbox->items == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

void samme_outbox_fini(samme_outbox *outbox) {
    while (outbox->count > 0)
        samme_outbox_drop(outbox);
    free(outbox->items);
    *outbox = (samme_outbox){0};
}

samme_status samme_outbox_add(samme_outbox *outbox, uint64_t to, unsigned code, samme_span bytes) {
    if (outbox->count == SAMME_OUTBOX_MAX_ITEMS ||
        bytes.length > SAMME_OUTBOX_MAX_BYTES - outbox->bytes)
        return SAMME_FULL;
    uint8_t *copy = malloc(bytes.length + 1);
    if (copy == NULL)
        return SAMME_NO_MEMORY;
    if (bytes.length > 0)
        memcpy(copy, bytes.data, bytes.length);
    size_t at = (outbox->first + outbox->count) % SAMME_OUTBOX_MAX_ITEMS;
    outbox->items[at] = (samme_outgoing){
        .head = UINT64_MAX, .to = to, .code = code, .bytes = copy, .length = bytes.length};
    outbox->count++;
    outbox->bytes += bytes.length;
    return SAMME_OK;
}

static samme_outgoing *item_at(const samme_outbox *outbox, size_t index) {
    return &outbox->items[(outbox->first + index) % SAMME_OUTBOX_MAX_ITEMS];
}

void samme_outbox_seal(samme_outbox *outbox, uint64_t head) {
    for (size_t i = outbox->count; i-- > 0 && item_at(outbox, i)->head == UINT64_MAX;)
        item_at(outbox, i)->head = head;
}

void samme_outbox_abandon(samme_outbox *outbox) {
    while (outbox->count > 0 && item_at(outbox, outbox->count - 1)->head == UINT64_MAX) {
        samme_outgoing *item = item_at(outbox, --outbox->count);
        outbox->bytes -= item->length;
        free(item->bytes);
    }
}

bool samme_outbox_take_first(samme_outbox *outbox, samme_outgoing *out) {
    if (outbox->count == 0)
        return false;
    *out = *item_at(outbox, 0);
    outbox->first = (outbox->first + 1) % SAMME_OUTBOX_MAX_ITEMS;
    outbox->count--;
    outbox->bytes -= out->length;
    return true;
}

bool samme_outbox_peek(const samme_outbox *outbox, uint64_t durable_head, samme_outgoing *out) {
    if (outbox->count == 0 || outbox->items[outbox->first].head > durable_head)
        return false;
    *out = outbox->items[outbox->first];
    return true;
}

void samme_outbox_drop(samme_outbox *outbox) {
    samme_outgoing item;
    if (samme_outbox_take_first(outbox, &item))
        free(item.bytes);
}

bool samme_outbox_busy(const samme_outbox *outbox) {
    return outbox->count >= SAMME_OUTBOX_MAX_ITEMS / 2 ||
           outbox->bytes >= SAMME_OUTBOX_MAX_BYTES / 2;
}
