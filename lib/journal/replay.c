#include "journal/replay.h"

#include "history/row.h"
#include "journal/control.h"
#include "journal/replaying.h"

enum { ROW_MAX_BYTES = 1024 * 1024 };

samme_status samme_replay_fetch(const samme_replay *replay, const samme_hash *hash, samme_span *out,
                                samme_error *error) {
    samme_buffer hex;
    samme_buffer_init(&hex, 2 * sizeof hash->bytes);
    samme_hex_append(&hex, samme_span_of_hash(hash));
    samme_span content;
    samme_status status = replay->content.document(replay->content.self, hash, &content);
    if (status == SAMME_NOT_FOUND)
        status = samme_fail(error, SAMME_LATER, "document %s is not held", samme_buffer_text(&hex));
    else if (status != SAMME_OK)
        status = samme_fail(error, status, "document %s cannot be read: %s",
                            samme_buffer_text(&hex), samme_status_name(status));
    if (status == SAMME_OK) {
        samme_hash found = samme_sha256(content);
        if (samme_hash_equal(&found, hash))
            *out = content;
        else
            status = samme_fail(error, SAMME_MISMATCH, "document %s has another hash",
                                samme_buffer_text(&hex));
    }
    samme_buffer_free(&hex);
    return status;
}

samme_status samme_replay_put(const samme_replay *replay, samme_span key, const void *message) {
    samme_buffer packed;
    samme_buffer_init(&packed, ROW_MAX_BYTES);
    samme_pack(message, &packed);
    samme_status status = samme_buffer_status(&packed);
    if (status == SAMME_OK)
        status = replay->rows.put(replay->rows.self, key, samme_buffer_span(&packed));
    samme_buffer_free(&packed);
    return status;
}

static samme_status copy_hash(ProtobufCBinaryData bytes, samme_hash *out) {
    if (bytes.len != sizeof out->bytes)
        return SAMME_CORRUPT;
    memcpy(out->bytes, bytes.data, bytes.len);
    return SAMME_OK;
}

/* A note that was verified once must be there and open again. */
static samme_status fetch_held(const samme_replay *replay, const char *what, uint64_t version,
                               ProtobufCBinaryData hash, samme_hash *out_hash, samme_span *out_note,
                               samme_error *error) {
    samme_error why = {.text = "its hash is not 32 bytes"};
    samme_status status = copy_hash(hash, out_hash);
    if (status == SAMME_OK)
        status = samme_replay_fetch(replay, out_hash, out_note, &why);
    if (status != SAMME_OK)
        return samme_fail(error, SAMME_CORRUPT, "note of %s %llu, which is in force: %s", what,
                          (unsigned long long)version, why.text);
    return SAMME_OK;
}

static samme_status load_root(samme_replay *replay, const Samme__CursorRow *row,
                              samme_error *error) {
    samme_span note;
    samme_hash hash;
    if (row->root_version == 0)
        return SAMME_OK;
    samme_status status =
        fetch_held(replay, "root", row->root_version, row->root_hash, &hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    status = samme_root_open(note, &replay->root, &why);
    if (status != SAMME_OK)
        return samme_fail(error, status == SAMME_NO_MEMORY ? status : SAMME_CORRUPT,
                          "root %llu, which is in force: %s", (unsigned long long)row->root_version,
                          why.text);
    if (replay->root.version != row->root_version)
        return samme_fail(error, SAMME_CORRUPT, "root in force is of another version");
    return SAMME_OK;
}

static samme_status load_roster(samme_replay *replay, const Samme__CursorRow *row,
                                samme_error *error) {
    samme_span note;
    if (row->roster_version == 0)
        return SAMME_OK;
    samme_status status = fetch_held(replay, "roster", row->roster_version, row->roster_hash,
                                     &replay->roster_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    status = samme_roster_reopen(&replay->root, note, &replay->roster, &why);
    if (status != SAMME_OK)
        return samme_fail(error, status == SAMME_NO_MEMORY ? status : SAMME_CORRUPT,
                          "roster %llu, which is in force: %s",
                          (unsigned long long)row->roster_version, why.text);
    if (replay->roster.version != row->roster_version)
        return samme_fail(error, SAMME_CORRUPT, "roster in force is of another version");
    return SAMME_OK;
}

static samme_status load_release(samme_replay *replay, const Samme__CursorRow *row,
                                 samme_error *error) {
    samme_span note;
    if (row->release_version == 0)
        return SAMME_OK;
    samme_status status = fetch_held(replay, "release", row->release_version, row->release_hash,
                                     &replay->release_hash, &note, error);
    if (status != SAMME_OK)
        return status;
    samme_error why;
    status = samme_release_reopen(&replay->root, note, &replay->release, &why);
    if (status != SAMME_OK)
        return samme_fail(error, status == SAMME_NO_MEMORY ? status : SAMME_CORRUPT,
                          "release %llu, the newest: %s", (unsigned long long)row->release_version,
                          why.text);
    if (replay->release.version != row->release_version)
        return samme_fail(error, SAMME_CORRUPT, "newest release is of another version");
    return SAMME_OK;
}

static samme_status load(samme_replay *replay, samme_error *error) {
    const ProtobufCMessage *message;
    samme_status status =
        samme_row_read(&replay->rows, SAMME_CURSOR_KEY, &samme__cursor_row__descriptor,
                       &replay->scratch, &message);
    if (status == SAMME_NOT_FOUND)
        return SAMME_OK;
    if (status != SAMME_OK)
        return samme_fail(error, status, "cursor of the replay: %s", samme_status_name(status));
    const Samme__CursorRow *row = SAMME_ROW(CursorRow, message);
    if (samme_range_decode(samme_span_of_bytes(row->range), &replay->range) != SAMME_OK)
        return samme_fail(error, SAMME_CORRUPT, "cursor of the replay: range not of its form");
    replay->hub_time_ms = row->hub_time_ms;
    status = load_root(replay, row, error);
    if (status == SAMME_OK)
        status = load_roster(replay, row, error);
    return status == SAMME_OK ? load_release(replay, row, error) : status;
}

samme_status samme_replay_init(samme_replay *replay, const samme_root *root, samme_rows rows,
                               samme_content content, const samme_replay_options *options,
                               samme_error *error) {
    *replay = (samme_replay){
        .rows = rows, .content = content, .options = *options, .enrolled = root, .root = *root};
    samme_arena_init(&replay->scratch, SAMME_FOLD_SCRATCH_BYTES);
    samme_range_init(&replay->range);
    samme_status status = load(replay, error);
    samme_arena_reset(&replay->scratch);
    if (status != SAMME_OK)
        samme_replay_fini(replay);
    return status;
}

void samme_replay_fini(samme_replay *replay) {
    samme_roster_free(&replay->roster);
    samme_release_free(&replay->release);
    samme_policy_cache_free(replay->policies);
    replay->policies = NULL;
    samme_arena_free(&replay->scratch);
}

static samme_status put_root(const samme_replay *replay, const samme_range *range) {
    samme_control_key key = samme_root_key(range->size);
    samme_hash root = samme_range_root(range);
    return replay->rows.put(replay->rows.self, samme_control_span(&key), samme_span_of_hash(&root));
}

static samme_status put_cursor(const samme_replay *replay, const samme_replay_step *step,
                               const samme_range *range) {
    const samme_hash *roster_hash =
        step->new_roster ? &step->record.note_hash : &replay->roster_hash;
    const samme_hash *release_hash =
        step->new_release ? &step->record.note_hash : &replay->release_hash;
    const samme_root *root = step->new_root ? &step->root : &replay->root;
    samme_buffer encoded;
    samme_buffer_init(&encoded, ROW_MAX_BYTES);
    samme_range_encode(range, &encoded);
    samme_status status = samme_buffer_status(&encoded);
    Samme__CursorRow row = SAMME__CURSOR_ROW__INIT;
    row.range = samme_bytes_of_span(samme_buffer_span(&encoded));
    row.hub_time_ms = step->record.hub_time_ms;
    row.roster_version = step->new_roster ? step->roster.version : replay->roster.version;
    if (row.roster_version != 0)
        row.roster_hash = samme_bytes_of_span(samme_span_of_hash(roster_hash));
    row.release_version = step->new_release ? step->release.version : replay->release.version;
    if (row.release_version != 0)
        row.release_hash = samme_bytes_of_span(samme_span_of_hash(release_hash));
    if (root->version != replay->enrolled->version) { /* else its note need not be held */
        row.root_version = root->version;
        row.root_hash = samme_bytes_of_span(samme_span_of_hash(&root->note_hash));
    }
    if (status == SAMME_OK)
        status = samme_replay_put(replay, SAMME_CURSOR_KEY, &row);
    samme_buffer_free(&encoded);
    return status;
}

static void take_over(samme_replay *replay, const samme_replay_step *step,
                      const samme_range *range) {
    if (step->new_roster) {
        samme_roster_free(&replay->roster);
        replay->roster = step->roster;
        replay->roster_hash = step->record.note_hash;
    }
    if (step->new_release) {
        samme_release_free(&replay->release);
        replay->release = step->release;
        replay->release_hash = step->record.note_hash;
    }
    if (step->new_root)
        replay->root = step->root;
    replay->range = *range;
    replay->hub_time_ms = step->record.hub_time_ms;
    replay->entries += step->entries;
    replay->decisions += step->decisions;
}

static samme_status replay_step(samme_replay *replay, samme_replay_step *step,
                                const samme_batch *batch, samme_error *error) {
    if (step->record.hub_time_ms < replay->hub_time_ms)
        return samme_fail(error, SAMME_MISMATCH,
                          "record %llu: hub time goes back from %lld ms to %lld ms",
                          (unsigned long long)step->index, (long long)replay->hub_time_ms,
                          (long long)step->record.hub_time_ms);
    replay->record_ms = step->record.hub_time_ms;
    replay->looking = step->index >= replay->options.since_index &&
                      step->record.hub_time_ms >= replay->options.since_ms;
    switch (step->record.kind) {
    case SAMME_RECORD_BATCH:
        return samme_replay_batch(replay, step, batch, error);
    case SAMME_RECORD_RELEASE:
        return samme_replay_release(replay, step, error);
    case SAMME_RECORD_ROSTER:
        return samme_replay_roster(replay, step, error);
    case SAMME_RECORD_ROOT:
        return samme_replay_root(replay, step, error);
    case SAMME_RECORD_HALT:
        return samme_replay_halt(replay, step, error);
    }
    return SAMME_UNSUPPORTED;
}

static samme_status put_control(const samme_replay *replay, const samme_replay_step *step,
                                const samme_range *range, samme_error *error) {
    samme_status status = put_root(replay, range);
    if (status == SAMME_OK)
        status = put_cursor(replay, step, range);
    if (status != SAMME_OK)
        return samme_fail(error, status, "record %llu: cursor cannot be written: %s",
                          (unsigned long long)step->index, samme_status_name(status));
    return SAMME_OK;
}

uint32_t samme_replay_journal_epoch(const samme_replay *replay) {
    return replay->roster.version != 0 ? replay->roster.journal_epoch : 1;
}

static samme_status check_epoch(const samme_replay *replay, const samme_replay_step *step,
                                samme_error *error) {
    uint32_t epoch = samme_replay_journal_epoch(replay);
    if (step->record.journal_epoch == epoch)
        return SAMME_OK;
    return samme_fail(error, SAMME_MISMATCH, "record %llu: expected journal epoch %u, found %u",
                      (unsigned long long)step->index, epoch, step->record.journal_epoch);
}

samme_status samme_replay_record(samme_replay *replay, samme_span record, const samme_batch *batch,
                                 samme_error *error) {
    samme_replay_step step = {.index = replay->range.size};
    samme_range range = replay->range;
    samme_hash leaf = samme_leaf_hash(record);
    samme_arena_reset(&replay->scratch);
    samme_status status = samme_record_open(record, &replay->scratch, &step.record, error);
    if (status == SAMME_OK)
        status = check_epoch(replay, &step, error);
    if (status == SAMME_OK && samme_range_append(&range, &leaf) != SAMME_OK)
        status = samme_fail(error, SAMME_FULL, "the journal is full");
    if (status == SAMME_OK)
        status = replay_step(replay, &step, batch, error);
    if (status == SAMME_OK)
        status = put_control(replay, &step, &range, error);
    if (status == SAMME_OK) {
        take_over(replay, &step, &range);
        return SAMME_OK;
    }
    samme_roster_free(&step.roster);
    samme_release_free(&step.release);
    return status;
}

samme_status samme_replay_root_at(const samme_replay *replay, uint64_t size, samme_hash *out) {
    if (size > replay->range.size)
        return SAMME_NOT_FOUND;
    if (size == 0) {
        samme_range empty;
        samme_range_init(&empty);
        *out = samme_range_root(&empty);
        return SAMME_OK;
    }
    samme_control_key key = samme_root_key(size);
    samme_span value;
    samme_status status = replay->rows.get(replay->rows.self, samme_control_span(&key), &value);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    if (value.length != sizeof out->bytes)
        return SAMME_CORRUPT;
    memcpy(out->bytes, value.data, value.length);
    return SAMME_OK;
}

bool samme_replay_known_reached(const samme_replay *replay) {
    return replay->root.version >= replay->options.known.root_version &&
           replay->range.size >= replay->options.known.journal_size;
}
