#include "cli/exporting.h"

#include <stdio.h>

#include "crypto/hash.h"

enum {
    ASK_MS = 30000,
    LATE_ANSWERS_MAX = 16, /* to questions that were repeated */
    ARENA_BYTES = 64 * 1024 * 1024,
    PART_RECORDS = 1024,
};

static samme_status open_folder(samme_export_source *source, const char *enrolment_folder,
                                samme_error *error) {
    char path[4200];
    snprintf(path, sizeof path, "%.4000s/log", source->folder);
    samme_lmdb_options options = {.folder = path, .kind = "log", .read_only = true};
    samme_status status = samme_enrol_load(enrolment_folder, &source->peer.enrolment, error);
    if (status == SAMME_OK)
        status = samme_lmdb_open(&options, &source->copy, error);
    if (status != SAMME_OK)
        return status;
    source->port = samme_lmdb_port(source->copy);
    status = samme_space_init(&source->log, &source->port);
    return status == SAMME_OK ? samme_space_begin(&source->log, error) : status;
}

samme_status samme_export_open(const char *enrolment_folder, const char *from,
                               samme_export_source *out, samme_error *error) {
    const bool hub = from == NULL || strncmp(from, "tcp://", 6) == 0;
    *out = (samme_export_source){.folder = hub ? NULL : from};
    samme_arena_init(&out->part_arena, ARENA_BYTES);
    samme_arena_init(&out->entries_arena, ARENA_BYTES);
    return hub ? samme_peer_open(enrolment_folder, from, &out->peer, error)
               : open_folder(out, enrolment_folder, error);
}

void samme_export_close(samme_export_source *source) {
    if (source->folder == NULL) {
        samme_peer_close(&source->peer);
    } else {
        if (source->log.open)
            samme_space_abandon(&source->log);
        if (source->copy != NULL) {
            samme_space_fini(&source->log);
            samme_lmdb_close(source->copy);
        }
        samme_enrol_free(&source->peer.enrolment);
    }
    samme_arena_free(&source->part_arena);
    samme_arena_free(&source->entries_arena);
}

/* --- journal */
static samme_status pull_part(samme_export_source *source, uint64_t from, samme_export_part *out,
                              samme_error *error) {
    for (unsigned asked = 0; asked <= LATE_ANSWERS_MAX; asked++) {
        Samme__PullJournal pull = SAMME__PULL_JOURNAL__INIT;
        Samme__Message request = SAMME__MESSAGE__INIT, *answer;
        pull.from = from;
        request.what_case = SAMME__MESSAGE__WHAT_PULL_JOURNAL;
        request.pull_journal = &pull;
        samme_arena_reset(&source->part_arena);
        samme_status status =
            samme_peer_ask(&source->peer, &request, SAMME__MESSAGE__WHAT_JOURNAL_PART, ASK_MS,
                           &source->part_arena, &answer, error);
        if (status != SAMME_OK)
            return status;
        const Samme__JournalPart *part = answer->journal_part;
        if (part->from != from)
            continue;
        samme_span *records =
            samme_arena_alloc(&source->part_arena, (part->n_records + 1) * sizeof *records);
        if (records == NULL)
            return samme_fail(error, SAMME_NO_MEMORY, "no memory for records");
        for (size_t i = 0; i < part->n_records; i++)
            records[i] = samme_span_of_bytes(part->records[i]);
        *out = (samme_export_part){.records = records,
                                   .count = part->n_records,
                                   .note = samme_span_of_bytes(part->note),
                                   .last = from + part->n_records >= part->journal_size};
        if (part->n_records > 0)
            return SAMME_OK;
        break;
    }
    return samme_fail(error, SAMME_NOT_FOUND, "the hub gives no journal from record %llu",
                      (unsigned long long)from);
}

static samme_status read_part(samme_export_source *source, uint64_t from, samme_export_part *out,
                              samme_error *error) {
    samme_arena_reset(&source->part_arena);
    samme_span *records =
        samme_arena_alloc(&source->part_arena, (PART_RECORDS + 1) * sizeof *records);
    samme_status status = records == NULL ? SAMME_NO_MEMORY : SAMME_OK;
    size_t count = 0;
    while (status == SAMME_OK && count <= PART_RECORDS) {
        const samme_key8 key = samme_key_u64(from + count);
        status = samme_space_get(&source->log, SAMME_TABLE_JOURNAL,
                                 SAMME_SPAN(key.bytes, sizeof key.bytes), &records[count]);
        count += status == SAMME_OK;
    }
    if ((status != SAMME_OK && status != SAMME_NOT_FOUND) || count == 0)
        return samme_fail(error, status, "%s: journal record %llu: %s", source->folder,
                          (unsigned long long)(from + count), samme_status_name(status));
    *out = (samme_export_part){.records = records,
                               .count = count <= PART_RECORDS ? count : PART_RECORDS,
                               .last = count <= PART_RECORDS};
    return SAMME_OK;
}

samme_status samme_export_next(samme_export_source *source, uint64_t from, samme_export_part *out,
                               samme_error *error) {
    return source->folder == NULL ? pull_part(source, from, out, error)
                                  : read_part(source, from, out, error);
}

/* --- batches: of the answer at hand, or of the next one */
static samme_status pull_batch(samme_export_source *source, uint64_t index, samme_arena *arena,
                               samme_batch *out, samme_error *error) {
    for (unsigned asked = 0;; asked++) {
        for (size_t i = 0; source->entries != NULL && i < source->entries->n_batches; i++) {
            const Samme__Batch *batch = source->entries->batches[i];
            if (batch->journal_index == index)
                return samme_batch_from_items(batch->items, batch->n_items,
                                              samme_span_of_bytes(batch->note), arena, out, error);
        }
        if (asked == LATE_ANSWERS_MAX)
            return samme_fail(error, SAMME_NOT_FOUND, "the hub does not give its entries");
        source->entries = NULL;
        samme_arena_reset(&source->entries_arena);
        Samme__PullEntries pull = SAMME__PULL_ENTRIES__INIT;
        Samme__Message request = SAMME__MESSAGE__INIT, *answer;
        pull.journal_index = index;
        request.what_case = SAMME__MESSAGE__WHAT_PULL_ENTRIES;
        request.pull_entries = &pull;
        samme_status status =
            samme_peer_ask(&source->peer, &request, SAMME__MESSAGE__WHAT_ENTRIES_PART, ASK_MS,
                           &source->entries_arena, &answer, error);
        if (status != SAMME_OK)
            return status;
        source->entries = answer->entries_part;
    }
}

samme_status samme_export_batch(samme_export_source *source, uint64_t index,
                                const samme_record *record, samme_arena *arena, samme_batch *out,
                                samme_error *error) {
    if (source->folder == NULL)
        return pull_batch(source, index, arena, out, error);
    samme_status status = samme_held_batch(&source->log, index, record, arena, out);
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "%s: its entries are not held: %s",
                                           source->folder, samme_status_name(status));
}

/* --- notes and documents */
static samme_status pull_document(samme_export_source *source, const samme_hash *hash,
                                  samme_arena *arena, samme_span *out, samme_error *error) {
    Samme__PullDocuments pull = SAMME__PULL_DOCUMENTS__INIT;
    ProtobufCBinaryData wanted = samme_bytes_of_span(samme_span_of_hash(hash));
    pull.n_hashes = 1;
    pull.hashes = &wanted;
    Samme__Message request = SAMME__MESSAGE__INIT, *answer;
    request.what_case = SAMME__MESSAGE__WHAT_PULL_DOCUMENTS;
    request.pull_documents = &pull;
    for (unsigned asked = 0; asked <= LATE_ANSWERS_MAX; asked++) {
        samme_status status =
            samme_peer_ask(&source->peer, &request, SAMME__MESSAGE__WHAT_DOCUMENTS_PART, ASK_MS,
                           arena, &answer, error);
        if (status != SAMME_OK)
            return status;
        for (size_t i = 0; i < answer->documents_part->n_documents; i++) {
            *out = samme_span_of_bytes(answer->documents_part->documents[i]);
            const samme_hash found = samme_sha256(*out);
            if (samme_hash_equal(&found, hash))
                return SAMME_OK;
        }
    }
    return samme_fail(error, SAMME_NOT_FOUND, "the hub does not give a note or document");
}

samme_status samme_export_document(samme_export_source *source, const samme_hash *hash,
                                   samme_arena *arena, samme_span *out, samme_error *error) {
    if (source->folder == NULL)
        return pull_document(source, hash, arena, out, error);
    samme_status status =
        samme_space_get(&source->log, SAMME_TABLE_DOCUMENT, samme_span_of_hash(hash), out);
    if (status == SAMME_OK) {
        *out = samme_arena_copy(arena, *out);
        const samme_hash found = samme_sha256(*out);
        status = samme_hash_equal(&found, hash) ? SAMME_OK : SAMME_MISMATCH;
    }
    return status == SAMME_OK ? SAMME_OK
                              : samme_fail(error, status, "%s: a note or document: %s",
                                           source->folder, samme_status_name(status));
}
