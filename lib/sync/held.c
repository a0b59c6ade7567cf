/* What a follower holds of the journal's content, in the tables of the log. */
#include "crypto/hash.h"
#include "history/fold.h"
#include "sync/follow.h"

static samme_status copy_value(samme_space *log, uint8_t table, samme_span key, samme_arena *arena,
                               samme_span *out) {
    samme_span stored;
    samme_status status = samme_space_get(log, table, key, &stored);
    if (status != SAMME_OK)
        return status;
    *out = samme_arena_copy(arena, stored);
    return out->data == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

/* The note of the batch; a branch's own batches lie in its own log. */
static samme_status find_note(samme_space *log, uint64_t journal_index, const samme_record *record,
                              samme_arena *arena, samme_span *out_note, bool *out_own) {
    samme_key8 index_key = samme_key_u64(journal_index),
               size_key = samme_key_u64(record->batch.new_size);
    *out_own = false;
    samme_status status =
        copy_value(log, SAMME_TABLE_NOTE, SAMME_SPAN(index_key.bytes, sizeof index_key.bytes),
                   arena, out_note);
    if (status != SAMME_NOT_FOUND)
        return status;
    status = copy_value(log, SAMME_TABLE_SIGNED, SAMME_SPAN(size_key.bytes, sizeof size_key.bytes),
                        arena, out_note);
    if (status != SAMME_OK)
        return status;
    samme_hash hash = samme_sha256(*out_note);
    *out_own = samme_span_equal(samme_span_of_hash(&hash), samme_span_of_hash(&record->note_hash));
    return *out_own ? SAMME_OK : SAMME_NOT_FOUND;
}

samme_status samme_held_batch(samme_space *log, uint64_t journal_index, const samme_record *record,
                              samme_arena *arena, samme_batch *out) {
    uint64_t count =
        record->batch.new_size - record->batch.old_size; /* bounded when it was opened */
    samme_span note;
    bool own;
    samme_status status = find_note(log, journal_index, record, arena, &note, &own);
    samme_span *entries = samme_arena_alloc(arena, count * sizeof *entries);
    if (status == SAMME_OK && entries == NULL)
        status = SAMME_NO_MEMORY;
    for (uint64_t i = 0; i < count && status == SAMME_OK; i++) {
        samme_key8 own_key = samme_key_u64(record->batch.old_size + i);
        samme_key12 key = samme_key_u64_u32(journal_index, (uint32_t)i);
        status =
            own ? copy_value(log, SAMME_TABLE_OWN, SAMME_SPAN(own_key.bytes, sizeof own_key.bytes),
                             arena, &entries[i])
                : copy_value(log, SAMME_TABLE_ENTRY, SAMME_SPAN(key.bytes, sizeof key.bytes), arena,
                             &entries[i]);
        if (status == SAMME_NOT_FOUND)
            status = SAMME_CORRUPT; /* the note is there, the entries are not */
    }
    if (status == SAMME_OK)
        *out = (samme_batch){.entries = entries, .count = (size_t)count, .note = note};
    return status;
}

samme_status samme_store_batch(samme_space *log, uint64_t journal_index, const samme_batch *batch) {
    samme_key8 note_key = samme_key_u64(journal_index);
    samme_status status = samme_space_put(
        log, SAMME_TABLE_NOTE, SAMME_SPAN(note_key.bytes, sizeof note_key.bytes), batch->note);
    for (size_t i = 0; i < batch->count && status == SAMME_OK; i++) {
        samme_key12 key = samme_key_u64_u32(journal_index, (uint32_t)i);
        status = samme_space_put(log, SAMME_TABLE_ENTRY, SAMME_SPAN(key.bytes, sizeof key.bytes),
                                 batch->entries[i]);
    }
    return status;
}

#define HELD_PLACE (1ull << 63)
enum { OFFSET_BITS = 12 };
_Static_assert(1u << OFFSET_BITS >= SAMME_BATCH_MAX_ENTRIES, "an offset fits");

uint64_t samme_held_place(uint64_t journal_index, uint32_t offset) {
    return HELD_PLACE | journal_index << OFFSET_BITS | offset;
}

bool samme_held_place_of(uint64_t place, uint64_t *out_journal_index, uint32_t *out_offset) {
    if ((place & HELD_PLACE) == 0)
        return false;
    *out_journal_index = (place & ~HELD_PLACE) >> OFFSET_BITS;
    *out_offset = (uint32_t)(place & ((1u << OFFSET_BITS) - 1));
    return true;
}

samme_status samme_store_keys(samme_space *log, uint64_t journal_index, const samme_batch *batch,
                              samme_arena *arena) {
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < batch->count && status == SAMME_OK; i++) {
        samme_position ignored, at = {0};
        samme_span event = batch->entries[i], held;
        bool carried;
        status = samme_carried_event(&at, event, arena, &ignored, &event, &carried);
        const Samme__Event *opened =
            status == SAMME_OK ? SAMME_UNPACK(Event, event, event, arena, NULL) : NULL;
        if (opened == NULL || opened->key_hash.len != sizeof(samme_hash))
            continue; /* what does not unpack was never answered with */
        const samme_span key = samme_span_of_bytes(opened->key_hash);
        status = samme_space_get(log, SAMME_TABLE_KEY, key, &held);
        const samme_key8 place = samme_key_u64(samme_held_place(journal_index, (uint32_t)i));
        if (status == SAMME_NOT_FOUND)
            status = samme_space_put(log, SAMME_TABLE_KEY, key,
                                     SAMME_SPAN(place.bytes, sizeof place.bytes));
    }
    return status;
}

static samme_status held_document(void *self, const samme_hash *hash, samme_span *out) {
    return samme_space_get(self, SAMME_TABLE_DOCUMENT, samme_span_of_hash(hash), out);
}

samme_content samme_held_documents(samme_space *log) {
    return (samme_content){.self = log, .document = held_document};
}
