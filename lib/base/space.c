#include "base/space.h"

#include <assert.h>

#include "base/space_path.h"
#include "base/text.h"

enum {
    KEY_RECORD_HEAD_BYTES = 10, /* head u64, length u16: see samme_space.keys */
    ENTRY_BYTES = 128,          /* what an overlay entry costs beside its key and value */
    COMPLETIONS_AT_ONCE = 16,
};

static size_t cost_of(const samme_map_entry *entry) {
    return ENTRY_BYTES + entry->key.length + entry->value.length;
}

samme_status samme_space_init(samme_space *space, samme_store *store) {
    uint64_t head = store->head(store->self);
    *space = (samme_space){.store = store,
                           .overlay = samme_map_new(),
                           .replaced = samme_map_new(),
                           .next_head = head + 1,
                           .durable_head = head,
                           .term = store->term(store->self)};
    samme_buffer_init(&space->keys, SAMME_SPACE_OVERLAY_MAX_BYTES);
    if (space->overlay != NULL && space->replaced != NULL)
        return SAMME_OK;
    samme_space_fini(space);
    return SAMME_NO_MEMORY;
}

void samme_space_fini(samme_space *space) {
    if (space->open)
        samme_space_abandon(space);
    samme_map_free(space->overlay);
    samme_map_free(space->replaced);
    samme_buffer_free(&space->keys);
    space->overlay = space->replaced = NULL;
}

samme_status samme_space_begin(samme_space *space, samme_error *error) {
    assert(!space->open);
    samme_status status = space->store->open_snapshot(space->store->self, &space->reader);
    if (status != SAMME_OK)
        return samme_fail(error, status, "the store gives no snapshot to read: %s",
                          samme_status_name(status));
    space->open = true;
    space->keys_kept = space->keys.length;
    return SAMME_OK;
}

/* Notes, once a step and key, that the step writes it, and keeps what its write will cover. */
static samme_status note_key(samme_space *space, samme_span path, const samme_map_entry *covered) {
    size_t length = KEY_RECORD_HEAD_BYTES + path.length;
    if (length > space->keys.maximum - space->keys.length)
        return SAMME_FULL;
    if (covered != NULL) {
        samme_status status = samme_map_put(space->replaced, path, covered->value, covered->tag);
        if (status != SAMME_OK)
            return status;
    }
    uint8_t *at = samme_buffer_extend(&space->keys, length);
    if (at == NULL) {
        space->keys.status = SAMME_OK;
        return SAMME_NO_MEMORY;
    }
    samme_put_u64(at, space->next_head);
    at[8] = (uint8_t)(path.length >> 8);
    at[9] = (uint8_t)path.length;
    memcpy(at + KEY_RECORD_HEAD_BYTES, path.data, path.length);
    return SAMME_OK;
}

/* Path of the record at *offset, which then moves on. */
static samme_span next_key(const samme_space *space, size_t *offset, uint64_t *out_head) {
    const uint8_t *at = space->keys.data + *offset;
    size_t length = samme_get_u16(at + 8);
    *out_head = samme_get_u64(at);
    *offset += KEY_RECORD_HEAD_BYTES + length;
    return SAMME_SPAN(at + KEY_RECORD_HEAD_BYTES, length);
}

static samme_status change(samme_space *space, const samme_write *write) {
    assert(space->open && write->table < SAMME_STORE_TABLES_MAX);
    if (space->failed)
        return SAMME_IO;
    if (space->writes == NULL && (space->writes = samme_writes_new()) == NULL)
        return SAMME_NO_MEMORY;
    struct samme_path path = samme_path_of(write->table, write->key);
    samme_map_entry old;
    bool covers = samme_map_get(space->overlay, samme_path_span(&path), &old);
    bool first = !covers || samme_entry_head(&old) != space->next_head;
    size_t bytes = space->overlay_bytes - (covers ? cost_of(&old) : 0) + ENTRY_BYTES + path.length +
                   write->value.length;
    if (bytes > SAMME_SPACE_OVERLAY_MAX_BYTES)
        return SAMME_FULL;
    size_t length = space->writes->bytes.length;
    samme_status status =
        write->removes ? samme_writes_remove(space->writes, write->table, write->key)
                       : samme_writes_put(space->writes, write->table, write->key, write->value);
    if (status != SAMME_OK)
        return status;
    if (first)
        status = note_key(space, samme_path_span(&path), covers ? &old : NULL);
    if (status == SAMME_OK)
        status = samme_map_put(space->overlay, samme_path_span(&path), write->value,
                               space->next_head << 1 | (write->removes ? 1 : 0));
    if (status != SAMME_OK) { /* take it back, so that what is queued is what is seen */
        space->writes->bytes.length = length;
        space->writes->count--;
        return status;
    }
    space->overlay_bytes = bytes;
    return SAMME_OK;
}

samme_status samme_space_put(samme_space *space, uint8_t table, samme_span key, samme_span value) {
    return change(space, &(samme_write){.table = table, .key = key, .value = value});
}

samme_status samme_space_remove(samme_space *space, uint8_t table, samme_span key) {
    return change(space, &(samme_write){.table = table, .removes = true, .key = key});
}

static void forget(samme_space *space, const samme_map_entry *entry) {
    space->overlay_bytes -= cost_of(entry);
    samme_map_remove(space->overlay, entry->key);
}

/* The overlay as it was when the step began. */
static void drop_writes(samme_space *space) {
    for (size_t offset = space->keys_kept; offset < space->keys.length;) {
        uint64_t head;
        samme_span path = next_key(space, &offset, &head);
        samme_map_entry entry, old;
        if (!samme_map_get(space->overlay, path, &entry))
            continue;
        if (!samme_map_get(space->replaced, path, &old)) {
            forget(space, &entry);
            continue;
        }
        space->overlay_bytes = space->overlay_bytes - cost_of(&entry) + cost_of(&old);
        /* An element keeps the room of its longest value, so this asks for no memory. */
        if (samme_map_put(space->overlay, path, old.value, old.tag) != SAMME_OK)
            space->failed = true;
    }
    space->keys.length = space->keys_kept;
    samme_map_clear(space->replaced);
    samme_writes_free(space->writes);
    space->writes = NULL;
}

static void close_snapshot(samme_space *space) {
    assert(space->open);
    space->store->close_snapshot(space->store->self);
    space->open = false;
}

samme_status samme_space_end(samme_space *space, uint64_t *out_head, samme_error *error) {
    close_snapshot(space);
    if (space->writes == NULL || space->writes->count == 0) {
        drop_writes(space);
        *out_head = space->next_head - 1;
        return SAMME_OK;
    }
    samme_status status = space->store->commit(space->store->self,
                                               (samme_commit){.expected_head = space->next_head - 1,
                                                              .term = space->term,
                                                              .writes = space->writes});
    if (status != SAMME_OK) {
        drop_writes(space);
        space->failed = space->failed || status != SAMME_FULL;
        return samme_fail(error, status, "commit %llu cannot be queued in the store: %s",
                          (unsigned long long)space->next_head, samme_status_name(status));
    }
    space->writes = NULL; /* the store's now */
    samme_map_clear(space->replaced);
    *out_head = space->next_head++;
    return SAMME_OK;
}

void samme_space_abandon(samme_space *space) {
    close_snapshot(space);
    drop_writes(space);
}

/* Takes what durable commits wrote out of the overlay: every later snapshot holds it. */
static void take_durable(samme_space *space) {
    size_t offset = space->keys_taken;
    while (offset < space->keys.length) {
        uint64_t head;
        size_t next = offset;
        samme_span path = next_key(space, &next, &head);
        if (head > space->durable_head)
            break;
        samme_map_entry entry;
        if (samme_map_get(space->overlay, path, &entry) &&
            samme_entry_head(&entry) <= space->durable_head)
            forget(space, &entry);
        offset = next;
    }
    size_t left = space->keys.length - offset;
    space->keys_taken = offset;
    if (left > offset)
        return; /* moving the rest down costs more than it frees */
    if (left > 0)
        memmove(space->keys.data, space->keys.data + offset, left);
    space->keys.length = left;
    space->keys_taken = 0;
}

static samme_status fail(samme_space *space, const samme_completion *completion,
                         samme_error *error) {
    samme_map_clear(space->overlay);
    space->overlay_bytes = 0;
    samme_buffer_clear(&space->keys);
    space->keys_taken = 0;
    space->next_head = space->durable_head + 1; /* nothing waits for what will not come */
    space->failed = true;
    return samme_fail(error, SAMME_IO, "commit %llu %s: %s", (unsigned long long)completion->head,
                      completion->outcome == SAMME_COMMIT_UNKNOWN
                          ? "may or may not have been written"
                          : "was not written",
                      completion->error.text);
}

samme_status samme_space_collect(samme_space *space, samme_error *error) {
    assert(!space->open);
    samme_status status = SAMME_OK;
    samme_completion completions[COMPLETIONS_AT_ONCE];
    size_t count;
    do {
        count = space->store->completions(space->store->self, completions, COMPLETIONS_AT_ONCE);
        for (size_t i = 0; i < count; i++) {
            if (completions[i].outcome == SAMME_COMMIT_DONE)
                space->durable_head = completions[i].head;
            else if (status == SAMME_OK) /* those behind it fail for the same reason */
                status = fail(space, &completions[i], error);
        }
    } while (count == COMPLETIONS_AT_ONCE);
    take_durable(space);
    return status;
}

static samme_status rows_get(void *self, samme_span key, samme_span *out_value) {
    const samme_space_table *binding = self;
    return samme_space_get(binding->space, binding->table, key, out_value);
}

static samme_status rows_seek(void *self, samme_span from, samme_span *out_key,
                              samme_span *out_value) {
    const samme_space_table *binding = self;
    return samme_space_seek(binding->space, binding->table, from, out_key, out_value);
}

static samme_status rows_put(void *self, samme_span key, samme_span value) {
    const samme_space_table *binding = self;
    return samme_space_put(binding->space, binding->table, key, value);
}

samme_rows samme_space_rows(samme_space_table *binding) {
    return (samme_rows){.self = binding, .get = rows_get, .seek = rows_seek, .put = rows_put};
}
