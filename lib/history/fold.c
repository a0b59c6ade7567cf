#include "history/fold.h"

#include "base/text.h"
#include "history/folding.h"
#include "samme/store.h"

void samme_fold_begin(samme_fold_run *run, const samme_rows *rows, uint32_t branch,
                      samme_arena *scratch) {
    *run = (samme_fold_run){.rows = rows, .scratch = scratch};
    samme_buffer_init(&run->packed, SAMME_STORE_VALUE_MAX);
    samme_digests_init(&run->digests, branch);
}

samme_status samme_fold_end(samme_fold_run *run, samme_status status) {
    if (status == SAMME_OK)
        status = samme_digests_flush(&run->digests, run->rows);
    samme_buffer_free(&run->packed);
    return status;
}

static samme_folding folding_of(samme_fold_run *run, const samme_position *position) {
    return (samme_folding){
        .rows = run->rows, .position = position, .arena = run->scratch, .run = run};
}

samme_status samme_fold_refuse(samme_folding *folding, const char *reason) {
    folding->refused = reason;
    return SAMME_OK;
}

static samme_status pack(samme_folding *folding, const void *message) {
    samme_buffer *packed = &folding->run->packed;
    samme_buffer_clear(packed);
    samme_pack(message, packed);
    return samme_buffer_status(packed);
}

/* A row at its maximum is measured when it is packed. What the rows call too large is the commit
 * that takes them: an accident of this machine's step, never a reason to refuse an entry. */
static samme_status of_rows(samme_status status) {
    return status == SAMME_TOO_LARGE ? SAMME_FULL : status;
}

static samme_status put_row(samme_folding *folding, samme_digest_group group,
                            const samme_row_key *key, const void *message, bool is_new) {
    /* A layer of entries not merged yet stands outside the digest: that is of the journal alone. */
    if (folding->position->own_layer)
        return samme_fold_put_plain(folding, key, message);
    samme_status status = pack(folding, message);
    if (status != SAMME_OK)
        return status;
    samme_fold_run *run = folding->run;
    const samme_span at = samme_row_key_span(key), value = samme_buffer_span(&run->packed);
    return of_rows(is_new ? samme_digests_put_new(&run->digests, group, run->rows, at, value)
                          : samme_digests_put(&run->digests, group, run->rows, at, value));
}

samme_status samme_fold_put(samme_folding *folding, samme_digest_group group,
                            const samme_row_key *key, const void *message) {
    return put_row(folding, group, key, message, false);
}

samme_status samme_fold_put_new(samme_folding *folding, samme_digest_group group,
                                const samme_row_key *key, const void *message) {
    return put_row(folding, group, key, message, true);
}

samme_status samme_fold_put_plain(samme_folding *folding, const samme_row_key *key,
                                  const void *message) {
    samme_status status = pack(folding, message);
    if (status != SAMME_OK)
        return status;
    return of_rows(folding->rows->put(folding->rows->self, samme_row_key_span(key),
                                      samme_buffer_span(&folding->run->packed)));
}

static const samme_span QUARANTINE_COUNT_KEY = {(const uint8_t *)"Q", 1};

static samme_status count_quarantined(const samme_rows *rows) {
    uint8_t bytes[8];
    samme_put_u64(bytes, samme_quarantine_count(rows) + 1);
    return rows->put(rows->self, QUARANTINE_COUNT_KEY, SAMME_SPAN(bytes, sizeof bytes));
}

static samme_status put_quarantine(samme_folding *folding, const char *reason) {
    const samme_position *at = folding->position;
    samme_row_key key;
    samme_quarantine_key(at->branch, at->epoch, at->index, &key);
    Samme__QuarantineRow row = SAMME__QUARANTINE_ROW__INIT;
    row.branch = at->branch;
    row.epoch = at->epoch;
    row.index = at->index;
    row.reason = (char *)(uintptr_t)reason; /* packing does not change it */
    samme_status status = samme_fold_put(folding, SAMME_DIGEST_SERVICE, &key, &row);
    return status == SAMME_OK ? count_quarantined(folding->rows) : status;
}

samme_status samme_fold_body(samme_folding *folding, const samme_entry *entry) {
    switch ((int)entry->event->kind) {
    case SAMME__EVENT_KIND__anchor:
        return samme_fold_anchor(folding, entry->body.anchor);
    case SAMME__EVENT_KIND__release_taken:
        return samme_fold_release_taken(folding, entry->body.release_taken,
                                        entry->event->time_ms);
    case SAMME__EVENT_KIND__sale:
        return samme_fold_sale(folding, entry->body.sale);
    case SAMME__EVENT_KIND__return_opened:
        return samme_fold_return_opened(folding, entry->body.return_opened);
    case SAMME__EVENT_KIND__return_decided:
        return samme_fold_return_decided(folding, entry->body.return_decided);
    case SAMME__EVENT_KIND__return_done:
        return samme_fold_return_done(folding, entry->body.return_done);
    case SAMME__EVENT_KIND__return_approved:
        return samme_fold_return_approved(folding, entry->body.return_approved);
    case SAMME__EVENT_KIND__goods_received:
        return samme_fold_goods_received(folding, entry->body.goods_received);
    case SAMME__EVENT_KIND__return_recorded:
        return samme_fold_return_recorded(folding, entry->body.return_recorded);
    case SAMME__EVENT_KIND__day_closed:
        return samme_fold_day_closed(folding, entry->body.day_closed);
    case SAMME__EVENT_KIND__line_lent:
        return samme_fold_line_lent(folding, entry->body.line_lent);
    case SAMME__EVENT_KIND__given_back:
        return samme_fold_given_back(folding, entry->body.given_back);
    case SAMME__EVENT_KIND__alarm_taken:
        return samme_fold_alarm_taken(folding, entry->body.alarm_taken);
    case SAMME__EVENT_KIND__alarm_resolved:
        return samme_fold_alarm_resolved(folding, entry->body.alarm_resolved);
    case SAMME__EVENT_KIND__carried:
        return samme_fold_carried(folding, entry);
    default:
        return samme_fold_refuse(folding, "kind or version not known");
    }
}

static samme_status fold_entry(samme_folding *folding, samme_span bytes) {
    if (bytes.length > SAMME_ENTRY_MAX_BYTES)
        return samme_fold_refuse(folding, "larger than an event may be");
    samme_entry entry;
    samme_error error;
    samme_status status = samme_entry_open(bytes, folding->arena, &entry, &error);
    const bool carried = status == SAMME_OK && entry.event->kind == SAMME__EVENT_KIND__carried;
    if (bytes.length > SAMME_EVENT_MAX_BYTES && status != SAMME_NO_MEMORY && !carried)
        return samme_fold_refuse(folding, "larger than an event may be");
    if (status == SAMME_UNSUPPORTED)
        return samme_fold_refuse(folding, "kind or version not known");
    if (status == SAMME_MALFORMED)
        return samme_fold_refuse(folding, "not a well-formed event");
    if (status == SAMME_TOO_LARGE) /* an event of that size fits the scratch a fold asks for */
        return SAMME_NO_MEMORY;
    if (status == SAMME_OK)
        status = samme_fold_body(folding, &entry);
    return status == SAMME_OK && folding->refused == NULL ? samme_fold_weigh(folding) : status;
}

samme_status samme_fold_next_quarantined(samme_fold_run *run, const samme_position *position,
                                         const char *reason) {
    samme_folding folding = folding_of(run, position);
    samme_status status = put_quarantine(&folding, reason);
    run->digest_bytes += samme_digests_moved(&run->digests);
    return status;
}

samme_status samme_fold_next(samme_fold_run *run, const samme_position *position, samme_span entry,
                             bool *out_quarantined, samme_error *error) {
    samme_arena_reset(run->scratch);
    samme_folding folding = folding_of(run, position);
    samme_status status = fold_entry(&folding, entry);
    if (status == SAMME_OK && folding.refused != NULL)
        status = put_quarantine(&folding, folding.refused);
    run->digest_bytes += samme_digests_moved(&run->digests);
    if (status != SAMME_OK)
        return samme_fail(error, status, "branch %u epoch %u entry %llu: cannot be folded: %s",
                          position->branch, position->epoch, (unsigned long long)position->index,
                          samme_status_name(status));
    if (out_quarantined != NULL)
        *out_quarantined = folding.refused != NULL;
    return SAMME_OK;
}

samme_status samme_fold(const samme_rows *rows, const samme_position *position, samme_span entry,
                        samme_arena *scratch, bool *out_quarantined, samme_error *error) {
    samme_fold_run run;
    samme_fold_begin(&run, rows, position->branch, scratch);
    samme_status status = samme_fold_next(&run, position, entry, out_quarantined, error);
    const bool folded = status == SAMME_OK;
    status = samme_fold_end(&run, status);
    return status == SAMME_OK || !folded
               ? status
               : samme_fail(error, status, "branch %u: its digests cannot be put: %s",
                            position->branch, samme_status_name(status));
}

samme_status samme_quarantine(const samme_rows *rows, const samme_position *position,
                              const char *reason) {
    samme_fold_run run;
    samme_fold_begin(&run, rows, position->branch, NULL);
    return samme_fold_end(&run, samme_fold_next_quarantined(&run, position, reason));
}

uint64_t samme_quarantine_count(const samme_rows *rows) {
    samme_span value;
    if (rows->get(rows->self, QUARANTINE_COUNT_KEY, &value) != SAMME_OK || value.length != 8)
        return 0;
    return samme_get_u64(value.data);
}
