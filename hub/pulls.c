/* Pulls: everything the hub holds, to whoever is enrolled, in bounded parts. */
#include "hub/core.h"

enum { RECORDS_A_PART = 2048 };

samme_status samme_hub_pull_journal(samme_hub_call *call, const Samme__PullJournal *pull) {
    samme_hub *hub = call->hub;
    call->peer->folded_size = pull->folded_size;
    if (pull->state_digest.len == sizeof(samme_hash))
        memcpy(call->peer->state_digest.bytes, pull->state_digest.data, sizeof(samme_hash));
    uint64_t left = pull->from < hub->journal.size ? hub->journal.size - pull->from : 0;
    size_t most = left < RECORDS_A_PART ? (size_t)left : RECORDS_A_PART, count = 0, bytes = 0;
    ProtobufCBinaryData *records = samme_arena_alloc(&hub->arena, (most + 1) * sizeof *records);
    if (records == NULL)
        return SAMME_NO_MEMORY;
    while (count < most && bytes < SAMME_HUB_PART_BYTES) {
        samme_key8 key = samme_key_u64(pull->from + count);
        samme_span stored;
        samme_status status = samme_space_get(&hub->log, SAMME_TABLE_JOURNAL,
                                              SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
        samme_span copy = status == SAMME_OK ? samme_arena_copy(&hub->arena, stored) : stored;
        if (status != SAMME_OK || copy.data == NULL)
            return status == SAMME_OK ? SAMME_NO_MEMORY : status;
        records[count++] = samme_bytes_of_span(copy);
        bytes += copy.length;
    }
    samme_buffer note;
    samme_buffer_init(&note, 4096);
    samme_status status = count == 0 ? SAMME_OK : samme_hub_head(hub, pull->from + count, &note);
    Samme__JournalPart part = SAMME__JOURNAL_PART__INIT;
    part.from = pull->from;
    part.n_records = count;
    part.records = records;
    part.note = samme_bytes_of_span(samme_buffer_span(&note));
    part.journal_size = hub->journal.size;
    part.hub_time_ms = samme_hub_time(hub);
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_JOURNAL_PART;
    message.journal_part = &part;
    if (status == SAMME_OK)
        samme_hub_reply(hub, call->route, &message);
    samme_buffer_free(&note);
    return status;
}

/* The batch of one record as a message in the arena; SAMME_NOT_FOUND when the record is none. */
static samme_status batch_message(samme_hub *hub, uint64_t index, Samme__Batch **out,
                                  size_t *out_bytes) {
    samme_key8 key = samme_key_u64(index);
    samme_span stored;
    samme_status status = samme_space_get(&hub->log, SAMME_TABLE_JOURNAL,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status != SAMME_OK)
        return status;
    samme_record record;
    if (samme_record_open(stored, &hub->arena, &record, NULL) != SAMME_OK)
        return SAMME_CORRUPT;
    if (record.kind != SAMME_RECORD_BATCH)
        return SAMME_NOT_FOUND;
    samme_batch batch;
    status = samme_held_batch(&hub->log, index, &record, &hub->arena, &batch);
    if (status != SAMME_OK)
        return status;
    Samme__Batch *message = samme_arena_alloc(&hub->arena, sizeof *message);
    Samme__Item *items = samme_arena_alloc(&hub->arena, batch.count * sizeof *items);
    Samme__Item **pointers = samme_arena_alloc(&hub->arena, batch.count * sizeof *pointers);
    if (message == NULL || items == NULL || pointers == NULL)
        return SAMME_NO_MEMORY;
    samme__batch__init(message);
    message->journal_index = index;
    message->note = samme_bytes_of_span(batch.note);
    message->n_items = batch.count;
    message->items = pointers;
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

/* The batch asked for, and those behind it, which its asker will want next, up to about
 * one part. */
samme_status samme_hub_pull_entries(samme_hub_call *call, const Samme__PullEntries *pull) {
    enum { BATCHES_A_PART = 64 };
    samme_hub *hub = call->hub;
    Samme__Batch *batches[BATCHES_A_PART];
    size_t count = 0, bytes = 0;
    for (uint64_t index = pull->journal_index;
         index < hub->journal.size && index < pull->journal_index + 4 * BATCHES_A_PART &&
         count < BATCHES_A_PART && bytes < SAMME_HUB_PART_BYTES;
         index++) {
        size_t size = 0;
        samme_status status = batch_message(hub, index, &batches[count], &size);
        if (status == SAMME_NOT_FOUND)
            break; /* releases and rosters are pulled as documents first */
        if (status != SAMME_OK)
            return status;
        if (count > 0 && bytes + size > SAMME_MESSAGE_MAX_BYTES - 65536)
            break;
        bytes += size;
        count++;
    }
    Samme__EntriesPart part = SAMME__ENTRIES_PART__INIT;
    part.n_batches = count;
    part.batches = batches;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_ENTRIES_PART;
    message.entries_part = &part;
    samme_hub_reply(hub, call->route, &message);
    return SAMME_OK;
}

samme_status samme_hub_pull_documents(samme_hub_call *call, const Samme__PullDocuments *pull) {
    samme_hub *hub = call->hub;
    ProtobufCBinaryData documents[SAMME_FOLLOW_DOCUMENTS_MAX];
    size_t count = 0, bytes = 0;
    for (size_t i = 0;
         i < pull->n_hashes && i < SAMME_FOLLOW_DOCUMENTS_MAX && bytes < SAMME_HUB_PART_BYTES;
         i++) {
        samme_span stored;
        samme_status status = samme_space_get(&hub->log, SAMME_TABLE_DOCUMENT,
                                              samme_span_of_bytes(pull->hashes[i]), &stored);
        if (status == SAMME_NOT_FOUND || pull->hashes[i].len != sizeof(samme_hash))
            continue;
        samme_span copy = status == SAMME_OK ? samme_arena_copy(&hub->arena, stored) : stored;
        if (status != SAMME_OK || copy.data == NULL)
            return status == SAMME_OK ? SAMME_NO_MEMORY : status;
        documents[count++] = samme_bytes_of_span(copy);
        bytes += copy.length;
    }
    Samme__DocumentsPart part = SAMME__DOCUMENTS_PART__INIT;
    part.n_documents = count;
    part.documents = documents;
    Samme__Message message = SAMME__MESSAGE__INIT;
    message.what_case = SAMME__MESSAGE__WHAT_DOCUMENTS_PART;
    message.documents_part = &part;
    samme_hub_reply(hub, call->route, &message);
    return SAMME_OK;
}
