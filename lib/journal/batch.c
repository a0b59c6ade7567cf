#include "journal/batch.h"

static samme_status check_sizes(const samme_batch *batch, samme_error *error) {
    if (batch->count == 0)
        return samme_fail(error, SAMME_MALFORMED, "batch without entries");
    if (batch->count > SAMME_BATCH_MAX_ENTRIES)
        return samme_fail(error, SAMME_TOO_LARGE, "batch of %zu entries, at most %u are allowed",
                          batch->count, SAMME_BATCH_MAX_ENTRIES);
    size_t bytes = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->entries[i].length > SAMME_ENTRY_MAX_BYTES)
            return samme_fail(error, SAMME_TOO_LARGE,
                              "entry %zu of a batch has %zu bytes, at most %u are allowed", i,
                              batch->entries[i].length, SAMME_ENTRY_MAX_BYTES);
        bytes += batch->entries[i].length;
    }
    if (bytes > SAMME_BATCH_MAX_BYTES)
        return samme_fail(error, SAMME_TOO_LARGE, "batch of %zu bytes, at most %u are allowed",
                          bytes, SAMME_BATCH_MAX_BYTES);
    return SAMME_OK;
}

/* Whether the entries lead to what the checkpoint states. */
static samme_status check_root(const samme_batch *batch, const samme_vkey *log_key,
                               const samme_checkpoint *stated, samme_range *range,
                               samme_error *error) {
    samme_status status = SAMME_OK;
    samme_range next = *range;
    for (size_t i = 0; i < batch->count; i++) {
        samme_hash leaf = samme_leaf_hash(batch->entries[i]);
        status = samme_range_append(&next, &leaf);
        if (status != SAMME_OK)
            return samme_fail(error, status, "log %s is full", log_key->name);
    }
    if (stated->size != next.size)
        return samme_fail(error, SAMME_MISMATCH, "checkpoint of %s is at size %llu, expected %llu",
                          log_key->name, (unsigned long long)stated->size,
                          (unsigned long long)next.size);
    samme_hash root = samme_range_root(&next);
    if (!samme_hash_equal(&stated->root, &root))
        return samme_fail(error, SAMME_MISMATCH,
                          "checkpoint of %s at size %llu: its root is not that of the entries",
                          log_key->name, (unsigned long long)stated->size);
    *range = next;
    return SAMME_OK;
}

samme_status samme_batch_check(const samme_batch *batch, const samme_vkey *log_key,
                               samme_range *range, samme_error *error) {
    samme_checkpoint stated;
    samme_status status = check_sizes(batch, error);
    if (status == SAMME_OK)
        status = samme_checkpoint_open(batch->note, log_key, &stated, error);
    return status == SAMME_OK ? check_root(batch, log_key, &stated, range, error) : status;
}

samme_status samme_batch_check_unsigned(const samme_batch *batch, const samme_vkey *log_key,
                                        samme_range *range, samme_error *error) {
    samme_checkpoint stated;
    samme_status status = check_sizes(batch, error);
    if (status == SAMME_OK)
        status = samme_checkpoint_read(batch->note, log_key, &stated, error);
    return status == SAMME_OK ? check_root(batch, log_key, &stated, range, error) : status;
}

samme_status samme_batch_from_items(Samme__Item **items, size_t count, samme_span note,
                                    samme_arena *arena, samme_batch *out, samme_error *error) {
    if (count > SAMME_BATCH_MAX_ENTRIES)
        return samme_fail(error, SAMME_TOO_LARGE, "batch of %zu items, at most %u are allowed",
                          count, SAMME_BATCH_MAX_ENTRIES);
    samme_span *entries = samme_arena_alloc(arena, (count > 0 ? count : 1) * sizeof *entries);
    if (entries == NULL)
        return samme_fail(error, SAMME_NO_MEMORY, "batch of %zu items: no memory", count);
    for (size_t i = 0; i < count; i++) {
        if (items[i]->what_case == SAMME__ITEM__WHAT_SUBTREE)
            return samme_fail(error, SAMME_UNSUPPORTED,
                              "item %zu of a batch is a subtree hash, expected an entry", i);
        if (items[i]->what_case != SAMME__ITEM__WHAT_ENTRY)
            return samme_fail(error, SAMME_MALFORMED, "item %zu of a batch is empty", i);
        entries[i] = samme_span_of_bytes(items[i]->entry);
    }
    *out = (samme_batch){.entries = entries, .count = count, .note = note};
    return SAMME_OK;
}
