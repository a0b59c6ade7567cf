#include "journal/record.h"

#include "samme/limits.h"

samme_status samme_record_build(const samme_record *record, samme_buffer *out) {
    Samme__BatchRecord batch = SAMME__BATCH_RECORD__INIT;
    Samme__NoteRecord note = SAMME__NOTE_RECORD__INIT;
    Samme__Record message = SAMME__RECORD__INIT;
    message.hub_time_ms = record->hub_time_ms;
    message.journal_epoch = record->journal_epoch > 1 ? record->journal_epoch : 0;
    note.version = record->version;
    note.note_hash = samme_bytes_of_span(samme_span_of_hash(&record->note_hash));
    switch (record->kind) {
    case SAMME_RECORD_BATCH:
        batch.branch = record->batch.branch;
        batch.epoch = record->batch.epoch;
        batch.old_size = record->batch.old_size;
        batch.new_size = record->batch.new_size;
        batch.root = samme_bytes_of_span(samme_span_of_hash(&record->batch.root));
        batch.note_hash = note.note_hash;
        message.what_case = SAMME__RECORD__WHAT_BATCH;
        message.batch = &batch;
        break;
    case SAMME_RECORD_RELEASE:
        message.what_case = SAMME__RECORD__WHAT_RELEASE;
        message.release = &note;
        break;
    case SAMME_RECORD_ROSTER:
        message.what_case = SAMME__RECORD__WHAT_ROSTER;
        message.roster = &note;
        break;
    case SAMME_RECORD_ROOT:
        message.what_case = SAMME__RECORD__WHAT_ROOT;
        message.root = &note;
        break;
    case SAMME_RECORD_HALT:
        message.what_case = SAMME__RECORD__WHAT_HALT;
        message.halt = &note;
        break;
    }
    samme_pack(&message, out);
    return samme_buffer_status(out);
}

static bool read_hash(ProtobufCBinaryData bytes, samme_hash *out) {
    if (bytes.len != sizeof out->bytes)
        return false;
    memcpy(out->bytes, bytes.data, bytes.len);
    return true;
}

static samme_status read_batch(const Samme__BatchRecord *batch, samme_record *out,
                               samme_error *error) {
    if (!read_hash(batch->root, &out->batch.root) || !read_hash(batch->note_hash, &out->note_hash))
        return samme_fail(error, SAMME_MALFORMED,
                          "batch record of branch %u: a hash of not 32 bytes", batch->branch);
    if (batch->new_size <= batch->old_size)
        return samme_fail(error, SAMME_MALFORMED,
                          "batch record of branch %u: from size %llu to %llu, expected more",
                          batch->branch, (unsigned long long)batch->old_size,
                          (unsigned long long)batch->new_size);
    if (batch->new_size - batch->old_size > SAMME_BATCH_MAX_ENTRIES)
        return samme_fail(error, SAMME_TOO_LARGE,
                          "batch record of branch %u: %llu entries, at most %u are allowed",
                          batch->branch, (unsigned long long)(batch->new_size - batch->old_size),
                          SAMME_BATCH_MAX_ENTRIES);
    out->kind = SAMME_RECORD_BATCH;
    out->batch.branch = batch->branch;
    out->batch.epoch = batch->epoch;
    out->batch.old_size = batch->old_size;
    out->batch.new_size = batch->new_size;
    return SAMME_OK;
}

static samme_status read_note(const Samme__NoteRecord *note, samme_record_kind kind,
                              samme_record *out, samme_error *error) {
    if (!read_hash(note->note_hash, &out->note_hash))
        return samme_fail(error, SAMME_MALFORMED, "record of version %llu: a hash of not 32 bytes",
                          (unsigned long long)note->version);
    out->kind = kind;
    out->version = note->version;
    return SAMME_OK;
}

samme_status samme_record_open(samme_span bytes, samme_arena *scratch, samme_record *out,
                               samme_error *error) {
    samme_error local;
    samme_error *why = error != NULL ? error : &local;
    if (bytes.length > SAMME_ENTRY_MAX_BYTES)
        return samme_fail(error, SAMME_TOO_LARGE, "record has %zu bytes, at most %u are allowed",
                          bytes.length, SAMME_ENTRY_MAX_BYTES);
    const Samme__Record *message = SAMME_UNPACK(Record, record, bytes, scratch, why);
    if (message == NULL)
        return why->status;
    samme_record record = {.hub_time_ms = message->hub_time_ms,
                           .journal_epoch =
                               message->journal_epoch != 0 ? message->journal_epoch : 1};
    samme_status status;
    switch ((int)message->what_case) {
    case SAMME__RECORD__WHAT_BATCH:
        status = read_batch(message->batch, &record, error);
        break;
    case SAMME__RECORD__WHAT_RELEASE:
        status = read_note(message->release, SAMME_RECORD_RELEASE, &record, error);
        break;
    case SAMME__RECORD__WHAT_ROSTER:
        status = read_note(message->roster, SAMME_RECORD_ROSTER, &record, error);
        break;
    case SAMME__RECORD__WHAT_ROOT:
        status = read_note(message->root, SAMME_RECORD_ROOT, &record, error);
        break;
    case SAMME__RECORD__WHAT_HALT:
        status = read_note(message->halt, SAMME_RECORD_HALT, &record, error);
        break;
    default: /* rules may change what entries mean, so nothing after them can be folded */
        return samme_fail(error, SAMME_UNSUPPORTED,
                          "record of kind %d is not known to this version",
                          (int)message->what_case);
    }
    if (status == SAMME_OK)
        *out = record;
    return status;
}
