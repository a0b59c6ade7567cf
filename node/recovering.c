/* Coming back in a new epoch, step by step: wait for the roster that began it, compare the older
 * logs with what the journal holds of them, carry the rest. */
#include <stdio.h>

#include "history/row.h"
#include "node/core.h"

enum { /* of one step */
       RECORDS_COMPARED = 2048,
       ENTRIES_COMPARED = SAMME_BATCH_MAX_ENTRIES,
       ENTRIES_CARRIED = 128,
       BYTES_CARRIED = 512 * 1024,
};

/* One of the older logs while a step reads it. */
typedef struct reading {
    samme_node *node;
    samme_old_log *log;
    samme_reader reader;
    const samme_store *store;
} reading;

static samme_status open_log(samme_node *node, size_t at, reading *out) {
    *out = (reading){.node = node, .log = &node->recovery.logs[at], .store = node->setup.older[at]};
    return out->store->open_snapshot(out->store->self, &out->reader);
}

static samme_status old_entry(reading *self, uint64_t index, samme_span *out) {
    const samme_key8 key = samme_key_u64(index);
    samme_status status = self->reader.get(self->reader.self, SAMME_TABLE_OWN,
                                           SAMME_SPAN(key.bytes, sizeof key.bytes), out);
    return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
}

/* Adds to log->common what of a batch is the same there. *out_end: nothing behind it is. */
static samme_status compare_batch(reading *self, const samme_batch *batch, uint64_t old_size,
                                  bool *out_end) {
    for (size_t i = 0; i < batch->count; i++) {
        samme_span entry;
        *out_end = old_size + i >= self->log->size;
        if (*out_end)
            return SAMME_OK;
        samme_status status = old_entry(self, old_size + i, &entry);
        if (status != SAMME_OK)
            return status;
        *out_end = !samme_span_equal(entry, batch->entries[i]);
        if (*out_end)
            return SAMME_OK;
        self->log->common = old_size + i + 1;
    }
    return SAMME_OK;
}

/* Of a journal record that is not a batch of that log *out_count stays 0. */
static samme_status batch_at(reading *self, uint64_t index, samme_record *record,
                             samme_batch *out) {
    samme_node *node = self->node;
    const samme_key8 key = samme_key_u64(index);
    samme_span stored;
    *out = (samme_batch){.count = 0};
    samme_status status = samme_space_get(&node->log, SAMME_TABLE_JOURNAL,
                                          SAMME_SPAN(key.bytes, sizeof key.bytes), &stored);
    if (status == SAMME_OK)
        status = samme_record_open(stored, &node->arena, record, NULL);
    if (status != SAMME_OK || record->kind != SAMME_RECORD_BATCH ||
        record->batch.branch != node->setup.branch || record->batch.epoch != self->log->epoch)
        return status;
    return samme_held_batch(&node->log, index, record, &node->arena, out);
}

/* Leaf by leaf, up to the record that ended the epoch. */
static samme_status compare_log(reading *self, bool *out_more) {
    samme_node *node = self->node;
    const Samme__EpochRow *ended;
    uint64_t end = 0;
    samme_status status = samme_find_epoch(&node->follow.replay.rows, node->setup.branch,
                                           self->log->epoch, &node->arena, &ended);
    if (status == SAMME_OK)
        end = ended->journal_index;
    else if (status == SAMME_NOT_FOUND) /* the journal never knew it */
        status = SAMME_OK;
    size_t entries = 0;
    bool done = false;
    for (unsigned i = 0; status == SAMME_OK && !done && node->recovery.record < end &&
                         i < RECORDS_COMPARED && entries < ENTRIES_COMPARED;
         i++) {
        samme_record record;
        samme_batch batch;
        status = batch_at(self, node->recovery.record, &record, &batch);
        if (status == SAMME_OK && batch.count > 0)
            status = compare_batch(self, &batch, record.batch.old_size, &done);
        entries += batch.count;
        node->recovery.record++;
    }
    if (status != SAMME_OK)
        return status;
    self->log->compared = done || node->recovery.record >= end;
    self->log->next = self->log->common;
    *out_more = true;
    return SAMME_OK;
}

/* The newest epoch of this branch that has ended; *out NULL: none has. */
static samme_status newest_ended(samme_node *node, uint32_t *out_epoch,
                                 const Samme__EpochRow **out) {
    samme_row_key key, prefix;
    samme_epoch_key(node->setup.branch, 0, &key);
    prefix = key;
    prefix.length -= sizeof(uint32_t); /* of every epoch */
    *out = NULL;
    for (;;) {
        samme_span value;
        const ProtobufCMessage *row;
        samme_status status =
            samme_row_next(&node->follow.replay.rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__epoch_row__descriptor, &node->arena, &row);
        if (status != SAMME_OK)
            return status;
        *out = SAMME_ROW(EpochRow, row);
        *out_epoch = samme_get_u32(key.bytes + key.length - sizeof(uint32_t));
        samme_key_after(&key);
    }
}

/* A log that goes as far as the journal does is taken for the true one; any other, or none, leaves
 * unknown what the branch had acknowledged last. */
static samme_status find_lost(samme_node *node) {
    samme_recovery *self = &node->recovery;
    const Samme__EpochRow *ended;
    uint32_t epoch = 0;
    samme_status status = newest_ended(node, &epoch, &ended);
    if (status != SAMME_OK || ended == NULL)
        return status;
    self->lost_epoch = epoch;
    for (size_t i = 0; i < self->log_count; i++) {
        if (self->logs[i].epoch == epoch && self->logs[i].common == ended->size)
            self->lost_epoch = 0;
        if (self->logs[i].last_time_ms > node->last_time_ms)
            node->last_time_ms = self->logs[i].last_time_ms;
    }
    return SAMME_OK;
}

static samme_status compare(samme_node *node, bool *out_more) {
    samme_recovery *self = &node->recovery;
    size_t at = 0;
    while (at < self->log_count && self->logs[at].compared)
        at++;
    if (at == self->log_count) {
        self->compared = true;
        *out_more = true;
        return find_lost(node);
    }
    reading log;
    samme_status status = open_log(node, at, &log);
    if (status != SAMME_OK)
        return status;
    status = compare_log(&log, out_more);
    log.store->close_snapshot(log.store->self);
    if (self->logs[at].compared)
        self->record = 0;
    return status;
}

/* What an entry of an older log is about, when it is to be carried: the event, and where it stood
 * first. */
static bool to_carry(reading *self, uint64_t index, samme_span entry, samme_position *first,
                     samme_span *out_event) {
    samme_old_log *log = self->log;
    samme_entry opened;
    *first =
        (samme_position){.first_epoch = log->epoch, .first_index = index, .common = log->common};
    *out_event = entry;
    if (samme_entry_open(entry, &self->node->arena, &opened, NULL) != SAMME_OK) {
        log->refused++;
        return false;
    }
    switch ((int)opened.event->kind) {
    case SAMME__EVENT_KIND__anchor:
    case SAMME__EVENT_KIND__clock:
        log->anchors++;
        return false;
    case SAMME__EVENT_KIND__line_lent:
        log->loans++;
        return false;
    case SAMME__EVENT_KIND__carried: /* of an epoch still older: it goes on as it is */
        first->first_epoch = opened.body.carried->epoch;
        first->first_index = opened.body.carried->index;
        first->common = opened.body.carried->common;
        *out_event = samme_span_of_bytes(opened.body.carried->event);
        return true;
    default:
        return true;
    }
}

static samme_status carry_one(reading *self, uint64_t index, samme_span entry, samme_error *error) {
    samme_node *node = self->node;
    samme_rows rows = samme_layer_rows(&node->layer);
    samme_position first;
    samme_span event;
    bool there = false;
    if (!to_carry(self, index, entry, &first, &event))
        return SAMME_OK;
    samme_status status = samme_is_carried(&rows, node->setup.branch, event, &there);
    if (status == SAMME_OK && !there)
        status = samme_own_carry(node, &first, event, error);
    if (status == SAMME_CONFLICT) { /* every reader would put it into quarantine */
        self->log->refused++;
        snprintf(node->recovery.refused, sizeof node->recovery.refused, "entry %llu: %.150s",
                 (unsigned long long)index, error->text);
        return SAMME_OK;
    }
    if (status == SAMME_OK)
        self->log->carried++;
    return status;
}

static samme_status carry_log(reading *self, samme_error *error) {
    samme_old_log *log = self->log;
    size_t bytes = 0;
    samme_status status = SAMME_OK;
    for (unsigned i = 0; status == SAMME_OK && log->next < log->size && i < ENTRIES_CARRIED &&
                         bytes < BYTES_CARRIED;
         i++) {
        samme_span entry;
        status = old_entry(self, log->next, &entry);
        if (status == SAMME_OK)
            status = carry_one(self, log->next, entry, error);
        if (status != SAMME_OK)
            return samme_fail_in(error, status, "entry %llu of epoch %u cannot be carried over",
                                 (unsigned long long)log->next, log->epoch);
        bytes += entry.length;
        log->next++;
    }
    return status;
}

static samme_status carry(samme_node *node, bool *out_more, samme_error *error) {
    samme_recovery *self = &node->recovery;
    size_t at = 0;
    while (at < self->log_count && self->logs[at].next >= self->logs[at].size)
        at++;
    self->changed = true;
    if (at == self->log_count) {
        self->active = false;
        node->push_now = node->own.size > node->signed_range.size;
        return SAMME_OK;
    }
    reading log;
    samme_status status = open_log(node, at, &log);
    if (status != SAMME_OK)
        return samme_fail(error, status, "an older log cannot be read");
    status = carry_log(&log, error);
    log.store->close_snapshot(log.store->self);
    *out_more = true;
    return status;
}

/* The roster that the journal has come to says which epoch is this branch's. */
static bool epoch_begun(samme_node *node) {
    const samme_roster_branch *branch =
        samme_roster_branch_by_number(&node->follow.replay.roster, node->setup.branch);
    if (branch == NULL || branch->epoch <= node->setup.epoch)
        return branch != NULL && branch->epoch == node->setup.epoch;
    samme_error error;
    samme_fail(&error, SAMME_STALE,
               "epoch %u of this branch has ended, head office began epoch %u: enrol it again and "
               "start samme-node once with --recover",
               node->setup.epoch, branch->epoch);
    samme_node_trouble(node, &error);
    return false;
}

samme_status samme_recovery_work(samme_node *node, bool *out_more, samme_error *error) {
    samme_recovery *self = &node->recovery;
    *out_more = false;
    if (node->trouble[0] != 0 || !epoch_begun(node) || !self->active)
        return SAMME_OK;
    if (self->compared)
        return carry(node, out_more, error);
    samme_status status = compare(node, out_more);
    return status == SAMME_OK ? status
                              : samme_fail(error, status, "the older logs cannot be compared: %s",
                                           samme_status_name(status));
}
