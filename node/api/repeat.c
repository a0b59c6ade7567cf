/* Every POST can be repeated: the hash of its key leads to the entry it wrote. */
#include "node/api/api.h"

#include "base/text.h"
#include "crypto/hash.h"
#include "history/entry.h"

samme_hash samme_request_hash(const samme_call *call, samme_span where, samme_span body) {
    samme_hash hash = samme_sha256_of(where, SAMME_LITERAL("\n"), body);
    if (call->caller.till == NULL)
        return hash;
    return samme_sha256_of(samme_span_of_hash(&hash), SAMME_LITERAL("\n"),
                           samme_span_of_text(call->caller.till));
}

samme_status samme_repeated(samme_call *call, const samme_hash *key_hash,
                            const samme_hash *request_hash, uint64_t *out_index) {
    samme_node *node = call->node;
    samme_span stored;
    samme_status status =
        samme_space_get(&node->log, SAMME_TABLE_KEY, samme_span_of_hash(key_hash), &stored);
    if (status != SAMME_OK)
        return status;
    if (stored.length != 8)
        return SAMME_CORRUPT;
    uint64_t index = samme_get_u64(stored.data);
    samme_span bytes;
    samme_entry entry;
    status = samme_own_entry(node, index, &bytes);
    if (status == SAMME_OK)
        status = samme_entry_open(bytes, &node->arena, &entry, NULL);
    if (status != SAMME_OK)
        return status;
    if (!samme_span_equal(samme_span_of_bytes(entry.event->request_hash),
                          samme_span_of_hash(request_hash)))
        return SAMME_CONFLICT;
    *out_index = index;
    return SAMME_OK;
}

samme_status samme_remember(samme_call *call, const samme_hash *key_hash, uint64_t index) {
    samme_key8 value = samme_key_u64(index);
    return samme_space_put(&call->node->log, SAMME_TABLE_KEY, samme_span_of_hash(key_hash),
                           SAMME_SPAN(value.bytes, sizeof value.bytes));
}

samme_status samme_recorded(samme_node *node, uint64_t index, bool repeated, Samme__Recorded *out) {
    samme_span bytes;
    samme_entry entry;
    samme_status status = samme_own_entry(node, index, &bytes);
    if (status == SAMME_OK)
        status = samme_entry_open(bytes, &node->arena, &entry, NULL);
    if (status != SAMME_OK)
        return status;
    samme_buffer hex;
    samme_buffer_init(&hex, 64);
    samme_hex_append(&hex, samme_span_of_bytes(entry.event->id));
    samme__recorded__init(out);
    out->id = samme_arena_text(&node->arena, samme_buffer_text(&hex));
    samme_buffer_free(&hex);
    out->repeated = repeated;
    return out->id == NULL ? SAMME_NO_MEMORY : samme_own_index(node, index, &out->index);
}

samme_status samme_append_once(samme_call *call, const samme_new_entry *entries, size_t count,
                               uint64_t *out_index, samme_error *error) {
    samme_span held;
    /* while a PIN was checked, the key may have come with another request */
    samme_status status =
        samme_space_get(&call->node->log, SAMME_TABLE_KEY, entries[0].key_hash, &held);
    if (status != SAMME_NOT_FOUND)
        return status == SAMME_OK ? samme_refuse(call, 422, "idempotency_key_reused", error,
                                                 "this key came with another request before")
                                  : status;
    status = samme_own_append(call->node, entries, count, out_index, error);
    if (status != SAMME_OK)
        return status;
    status = samme_remember(call, (const samme_hash *)(const void *)entries[0].key_hash.data,
                            *out_index);
    if (status != SAMME_OK) /* no entry without its key */
        samme_node_undo(call->node);
    return status;
}
