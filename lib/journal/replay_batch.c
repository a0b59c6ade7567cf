#include "history/row.h"
#include "journal/batch.h"
#include "journal/replaying.h"

/* A branch's log as far as it is folded. */
typedef struct branch_log {
    uint64_t size;
    samme_range range;
    bool range_kept; /* false: folded without checking content, only the size is known */
} branch_log;

static samme_status find_log(const samme_replay *replay, uint32_t branch, uint32_t epoch,
                             samme_arena *arena, branch_log *out) {
    *out = (branch_log){.size = 0, .range_kept = true};
    samme_range_init(&out->range);
    const Samme__BranchRow *row;
    samme_status status = samme_find_branch(&replay->rows, branch, arena, &row);
    if (status == SAMME_NOT_FOUND || (status == SAMME_OK && row->epoch != epoch))
        return SAMME_OK;
    if (status != SAMME_OK)
        return status;
    out->size = row->size;
    if (row->range.len == 0) {
        out->range_kept = row->size == 0;
        return SAMME_OK;
    }
    if (samme_range_decode(samme_span_of_bytes(row->range), &out->range) != SAMME_OK ||
        out->range.size != row->size)
        return SAMME_CORRUPT;
    return SAMME_OK;
}

samme_status samme_replay_branch(const samme_replay *replay, uint32_t branch, uint32_t epoch,
                                 samme_range *out) {
    enum { ROW_MAX_BYTES = 64 * 1024 };
    samme_arena arena;
    samme_arena_init(&arena, ROW_MAX_BYTES);
    branch_log log;
    samme_status status = find_log(replay, branch, epoch, &arena, &log);
    samme_arena_free(&arena);
    if (status == SAMME_OK && !log.range_kept)
        return SAMME_NOT_FOUND;
    if (status == SAMME_OK)
        *out = log.range;
    return status;
}

static samme_status check_roster(const samme_replay *replay,
                                 const struct samme_batch_record *record,
                                 const samme_roster_branch **out, samme_error *error) {
    const samme_roster_branch *branch =
        samme_roster_branch_by_number(&replay->roster, record->branch);
    if (branch == NULL)
        return samme_fail(error, SAMME_DENIED, "branch %u is not in roster %llu", record->branch,
                          (unsigned long long)replay->roster.version);
    if (branch->epoch != record->epoch)
        return samme_fail(error, SAMME_DENIED, "branch %u: epoch %u, expected %u of roster %llu",
                          record->branch, record->epoch, branch->epoch,
                          (unsigned long long)replay->roster.version);
    *out = branch;
    return SAMME_OK;
}

static samme_status check_note(const samme_replay *replay, const samme_replay_step *step,
                               const samme_batch *batch, const samme_vkey *log_key,
                               samme_range *range, samme_error *error) {
    if (replay->options.unsigned_note == NULL)
        return samme_batch_check(batch, log_key, range, error);
    samme_status status = samme_batch_check_unsigned(batch, log_key, range, error);
    if (status != SAMME_OK)
        return status;
    const samme_unsigned_note note = {.branch = step->record.batch.branch,
                                      .epoch = step->record.batch.epoch,
                                      .journal_index = step->index,
                                      .log_key = log_key,
                                      .note = batch->note};
    status = replay->options.unsigned_note(replay->options.unsigned_note_context, &note);
    return status == SAMME_OK
               ? status
               : samme_fail(error, status, "branch %u at size %llu: its note is refused: %s",
                            note.branch, (unsigned long long)step->record.batch.new_size,
                            samme_status_name(status));
}

static samme_status check_content(const samme_replay *replay, const samme_replay_step *step,
                                  const samme_batch *batch, const samme_roster_branch *branch,
                                  branch_log *log, samme_error *error) {
    const struct samme_batch_record *record = &step->record.batch;
    if (!log->range_kept)
        return samme_fail(error, SAMME_CORRUPT,
                          "branch %u: its log was folded without checking, its tree is not held",
                          record->branch);
    samme_hash note_hash = samme_sha256(batch->note);
    if (!samme_hash_equal(&note_hash, &step->record.note_hash))
        return samme_fail(error, SAMME_MISMATCH,
                          "branch %u at size %llu: the note is not the one the journal names",
                          record->branch, (unsigned long long)record->new_size);
    samme_status status = check_note(replay, step, batch, &branch->log_key, &log->range, error);
    if (status != SAMME_OK)
        return status;
    samme_hash root = samme_range_root(&log->range);
    if (!samme_hash_equal(&root, &record->root))
        return samme_fail(error, SAMME_MISMATCH,
                          "branch %u at size %llu: the root is not the one the journal names",
                          record->branch, (unsigned long long)record->new_size);
    return SAMME_OK;
}

static samme_status check_sizes(const struct samme_batch_record *record, const branch_log *log,
                                const samme_batch *batch, samme_error *error) {
    if (record->old_size != log->size)
        return samme_fail(error, SAMME_MISMATCH,
                          "branch %u epoch %u: batch from size %llu, expected from %llu",
                          record->branch, record->epoch, (unsigned long long)record->old_size,
                          (unsigned long long)log->size);
    if (batch->count != record->new_size - record->old_size)
        return samme_fail(error, SAMME_MISMATCH, "branch %u: batch of %zu entries, expected %llu",
                          record->branch, batch->count,
                          (unsigned long long)(record->new_size - record->old_size));
    return SAMME_OK;
}

static samme_status report_quarantined(const samme_replay *replay, const samme_position *at) {
    if (replay->options.finding == NULL)
        return SAMME_OK;
    enum { ROW_MAX_BYTES = 64 * 1024 };
    samme_arena arena;
    samme_arena_init(&arena, ROW_MAX_BYTES);
    const Samme__QuarantineRow *row;
    samme_status status =
        samme_find_quarantined(&replay->rows, at->branch, at->epoch, at->index, &arena, &row);
    if (status == SAMME_OK)
        samme_report(replay, SAMME_FINDING_QUARANTINED, at, "branch %u epoch %u entry %llu: %s",
                     at->branch, at->epoch, (unsigned long long)at->index, row->reason);
    samme_arena_free(&arena);
    return status;
}

/* The rows, counting what is put. */
typedef struct counted_rows {
    const samme_rows *below;
    uint64_t put_bytes;
} counted_rows;

static samme_status counted_get(void *self, samme_span key, samme_span *out_value) {
    const samme_rows *below = ((const counted_rows *)self)->below;
    return below->get(below->self, key, out_value);
}
static samme_status counted_seek(void *self, samme_span from, samme_span *out_key,
                                 samme_span *out_value) {
    const samme_rows *below = ((const counted_rows *)self)->below;
    return below->seek(below->self, from, out_key, out_value);
}
static samme_status counted_put(void *self, samme_span key, samme_span value) {
    counted_rows *counted = self;
    counted->put_bytes += key.length + value.length;
    return counted->below->put(counted->below->self, key, value);
}

/* Folds one entry, or puts it into quarantine when its batch has changed too much already. */
static samme_status fold_counted(samme_fold_run *run, const counted_rows *counted,
                                 const samme_position *at, samme_span entry, bool *out_quarantined,
                                 samme_error *error) {
    if (counted->put_bytes + run->digest_bytes <= SAMME_RECORD_PUTS_MAX_BYTES)
        return samme_fold_next(run, at, entry, out_quarantined, error);
    *out_quarantined = true;
    return samme_fold_next_quarantined(run, at, "batch changes too much");
}

static samme_status fold_one(samme_replay *replay, samme_replay_step *step, samme_fold_run *run,
                             const counted_rows *counted, const samme_position *at,
                             samme_span entry, samme_error *error) {
    bool quarantined;
    samme_status status = fold_counted(run, counted, at, entry, &quarantined, error);
    if (status != SAMME_OK)
        return status;
    if (quarantined)
        status = report_quarantined(replay, at);
    else if (replay->options.decide_again && replay->looking)
        status = samme_audit_entry(replay, step, at, entry);
    if (status != SAMME_OK)
        return samme_fail(error, status, "branch %u epoch %u entry %llu: cannot be checked: %s",
                          at->branch, at->epoch, (unsigned long long)at->index,
                          samme_status_name(status));
    step->entries++;
    return SAMME_OK;
}

static samme_status fold_entries(samme_replay *replay, samme_replay_step *step,
                                 const samme_batch *batch, samme_error *error) {
    const struct samme_batch_record *record = &step->record.batch;
    counted_rows counted = {.below = &replay->rows};
    const samme_rows rows = {
        .self = &counted, .get = counted_get, .seek = counted_seek, .put = counted_put};
    samme_fold_run run;
    samme_fold_begin(&run, &rows, record->branch, &replay->scratch);
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < batch->count && status == SAMME_OK; i++) {
        const samme_position at = {.branch = record->branch,
                                   .epoch = record->epoch,
                                   .index = record->old_size + i,
                                   .journal_index = step->index};
        status = fold_one(replay, step, &run, &counted, &at, batch->entries[i], error);
    }
    const bool folded = status == SAMME_OK;
    status = samme_fold_end(&run, status);
    return status == SAMME_OK || !folded
               ? status
               : samme_fail(error, status, "digests of branch %u cannot be put: %s",
                            record->branch, samme_status_name(status));
}

static samme_status put_log(samme_replay *replay, const samme_replay_step *step,
                            const branch_log *log) {
    const struct samme_batch_record *record = &step->record.batch;
    samme_arena_reset(&replay->scratch);
    const Samme__BranchRow *held;
    samme_status status = samme_find_branch(&replay->rows, record->branch, &replay->scratch, &held);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    Samme__BranchRow row = SAMME__BRANCH_ROW__INIT;
    if (status == SAMME_OK) /* what it has taken and anchored stays */
        row = *held;
    row.branch = record->branch;
    row.epoch = record->epoch;
    row.size = record->new_size;
    row.journal_index = step->index;
    samme_buffer encoded;
    samme_buffer_init(&encoded, sizeof log->range);
    if (replay->options.check_content)
        samme_range_encode(&log->range, &encoded);
    row.range = samme_bytes_of_span(samme_buffer_span(&encoded));
    status = samme_buffer_status(&encoded);
    samme_row_key key;
    samme_branch_key(record->branch, &key);
    if (status == SAMME_OK)
        status = samme_replay_put(replay, samme_row_key_span(&key), &row);
    samme_buffer_free(&encoded);
    return status;
}

samme_status samme_replay_batch(samme_replay *replay, samme_replay_step *step,
                                const samme_batch *batch, samme_error *error) {
    const struct samme_batch_record *record = &step->record.batch;
    if (batch == NULL)
        return samme_fail(error, SAMME_LATER, "entries of branch %u from %llu are not held",
                          record->branch, (unsigned long long)record->old_size);
    const samme_roster_branch *branch = NULL;
    samme_status status = check_roster(replay, record, &branch, error);
    if (status != SAMME_OK)
        return status;
    branch_log log;
    samme_arena_reset(&replay->scratch);
    status = find_log(replay, record->branch, record->epoch, &replay->scratch, &log);
    if (status != SAMME_OK)
        return samme_fail(error, status, "row of branch %u: %s", record->branch,
                          samme_status_name(status));
    status = check_sizes(record, &log, batch, error);
    if (status == SAMME_OK && replay->options.check_content)
        status = check_content(replay, step, batch, branch, &log, error);
    if (status == SAMME_OK)
        status = fold_entries(replay, step, batch, error);
    if (status != SAMME_OK)
        return status;
    status = put_log(replay, step, &log);
    if (status != SAMME_OK)
        return samme_fail(error, status, "row of branch %u cannot be written: %s", record->branch,
                          samme_status_name(status));
    return SAMME_OK;
}
