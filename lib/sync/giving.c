#include "sync/giving.h"

#include "sync/follow.h"

static samme_status record_at(samme_space *log, uint64_t index, samme_arena *arena,
                              samme_span *out) {
    const samme_key8 key = samme_key_u64(index);
    samme_span stored;
    samme_status status =
        samme_space_get(log, SAMME_TABLE_JOURNAL, SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    *out = samme_arena_copy(arena, stored);
    return out->data == NULL ? SAMME_NO_MEMORY : SAMME_OK;
}

samme_status samme_give_records(samme_space *log, uint64_t from, uint64_t to, size_t most_bytes,
                                samme_arena *arena, Samme__JournalPart *out) {
    const size_t most = to > from ? (size_t)(to - from) : 0;
    size_t count = 0, bytes = 0;
    ProtobufCBinaryData *records = samme_arena_alloc(arena, (most + 1) * sizeof *records);
    if (records == NULL)
        return SAMME_NO_MEMORY;
    while (count < most && bytes < most_bytes) {
        samme_span record;
        samme_status status = record_at(log, from + count, arena, &record);
        if (status != SAMME_OK)
            return status;
        records[count++] = samme_bytes_of_span(record);
        bytes += record.length;
    }
    out->from = from;
    out->n_records = count;
    out->records = records;
    return SAMME_OK;
}

samme_status samme_give_batch(samme_space *log, uint64_t journal_index, const samme_record *record,
                              samme_arena *arena, Samme__Batch **out, size_t *out_bytes) {
    samme_batch batch;
    samme_status status = samme_held_batch(log, journal_index, record, arena, &batch);
    if (status != SAMME_OK)
        return status;
    Samme__Batch *message = samme_arena_alloc(arena, sizeof *message);
    Samme__Item *items = samme_arena_alloc(arena, batch.count * sizeof *items);
    Samme__Item **pointers = samme_arena_alloc(arena, batch.count * sizeof *pointers);
    if (message == NULL || items == NULL || pointers == NULL)
        return SAMME_NO_MEMORY;
    samme__batch__init(message);
    message->journal_index = journal_index;
    message->note = samme_bytes_of_span(batch.note);
    message->n_items = batch.count;
    message->items = pointers;
    *out_bytes = 0;
    for (size_t i = 0; i < batch.count; i++) {
        samme__item__init(&items[i]);
        items[i].what_case = SAMME__ITEM__WHAT_ENTRY;
        items[i].entry = samme_bytes_of_span(batch.entries[i]);
        pointers[i] = &items[i];
        *out_bytes += batch.entries[i].length;
    }
    *out = message;
    return SAMME_OK;
}

/* SAMME_NOT_FOUND when the record is no batch, or its entries are not held. */
static samme_status batch_at(samme_space *log, uint64_t index, samme_arena *arena,
                             Samme__Batch **out, size_t *out_bytes) {
    samme_span bytes;
    samme_record record;
    samme_status status = record_at(log, index, arena, &bytes);
    if (status != SAMME_OK)
        return status;
    status = samme_record_open(bytes, arena, &record, NULL);
    if (status == SAMME_UNSUPPORTED) /* of a later version: its reader stops there anyway */
        return SAMME_NOT_FOUND;
    if (status != SAMME_OK)
        return SAMME_CORRUPT;
    return record.kind == SAMME_RECORD_BATCH
               ? samme_give_batch(log, index, &record, arena, out, out_bytes)
               : SAMME_NOT_FOUND; /* releases and rosters are pulled as documents first */
}

samme_status samme_give_entries(samme_space *log, uint64_t journal_size, uint64_t journal_index,
                                samme_arena *arena, Samme__EntriesPart *out) {
    enum { BATCHES_A_PART = 64 };
    Samme__Batch **batches = samme_arena_alloc(arena, BATCHES_A_PART * sizeof *batches);
    if (batches == NULL)
        return SAMME_NO_MEMORY;
    size_t count = 0, bytes = 0;
    for (uint64_t index = journal_index;
         index < journal_size && count < BATCHES_A_PART && bytes < SAMME_GIVE_PART_BYTES; index++) {
        size_t size = 0;
        samme_status status = batch_at(log, index, arena, &batches[count], &size);
        if (status == SAMME_NOT_FOUND)
            break;
        if (status != SAMME_OK)
            return status;
        if (count > 0 && bytes + size > SAMME_MESSAGE_MAX_BYTES - 65536)
            break;
        bytes += size;
        count++;
    }
    out->n_batches = count;
    out->batches = batches;
    return SAMME_OK;
}

samme_status samme_give_documents(samme_space *log, const Samme__PullDocuments *pull,
                                  samme_arena *arena, Samme__DocumentsPart *out) {
    ProtobufCBinaryData *documents =
        samme_arena_alloc(arena, SAMME_FOLLOW_DOCUMENTS_MAX * sizeof *documents);
    if (documents == NULL)
        return SAMME_NO_MEMORY;
    size_t count = 0, bytes = 0;
    for (size_t i = 0;
         i < pull->n_hashes && i < SAMME_FOLLOW_DOCUMENTS_MAX && bytes < SAMME_GIVE_PART_BYTES;
         i++) {
        samme_span stored;
        samme_status status = samme_space_get(log, SAMME_TABLE_DOCUMENT,
                                              samme_span_of_bytes(pull->hashes[i]), &stored);
        if (status == SAMME_NOT_FOUND || pull->hashes[i].len != sizeof(samme_hash))
            continue;
        samme_span copy = status == SAMME_OK ? samme_arena_copy(arena, stored) : stored;
        if (status != SAMME_OK || copy.data == NULL)
            return status == SAMME_OK ? SAMME_NO_MEMORY : status;
        documents[count++] = samme_bytes_of_span(copy);
        bytes += copy.length;
    }
    out->n_documents = count;
    out->documents = documents;
    return SAMME_OK;
}
