#include "history/fold.h"

#include "base/text.h"
#include "history/folding.h"
#include "samme/store.h"

static void begin(samme_folding *folding, const samme_rows *rows, const samme_position *position,
                  samme_arena *arena) {
    *folding = (samme_folding){.rows = rows, .position = position, .arena = arena};
    samme_buffer_init(&folding->packed, SAMME_STORE_VALUE_MAX);
    samme_digests_init(&folding->digests, position->branch);
}

static samme_status end(samme_folding *folding, samme_status status) {
    if (status == SAMME_OK)
        status = samme_digests_flush(&folding->digests, folding->rows);
    samme_buffer_free(&folding->packed);
    return status;
}

samme_status samme_fold_refuse(samme_folding *folding, const char *reason) {
    folding->refused = reason;
    return SAMME_OK;
}

static samme_status pack(samme_folding *folding, const void *message) {
    samme_buffer_clear(&folding->packed);
    samme_pack(message, &folding->packed);
    return samme_buffer_status(&folding->packed);
}

/* A row at its maximum is measured when it is packed. What the rows call too large is the commit
 * that takes them: an accident of this machine's step, never a reason to refuse an entry. */
static samme_status of_rows(samme_status status) {
    return status == SAMME_TOO_LARGE ? SAMME_FULL : status;
}

samme_status samme_fold_put(samme_folding *folding, samme_digest_group group,
                            const samme_row_key *key, const void *message) {
    /* A layer of entries not merged yet stands outside the digest: that is of the journal alone. */
    if (folding->position->own_layer)
        return samme_fold_put_plain(folding, key, message);
    samme_status status = pack(folding, message);
    if (status != SAMME_OK)
        return status;
    return of_rows(samme_digests_put(&folding->digests, group, folding->rows,
                                     samme_row_key_span(key), samme_buffer_span(&folding->packed)));
}

samme_status samme_fold_put_plain(samme_folding *folding, const samme_row_key *key,
                                  const void *message) {
    samme_status status = pack(folding, message);
    if (status != SAMME_OK)
        return status;
    return of_rows(folding->rows->put(folding->rows->self, samme_row_key_span(key),
                                      samme_buffer_span(&folding->packed)));
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

static samme_status fold_body(samme_folding *folding, const samme_entry *entry) {
    switch ((int)entry->event->kind) {
    case SAMME__EVENT_KIND__anchor:
        return samme_fold_anchor(folding, entry->body.anchor);
    case SAMME__EVENT_KIND__release_taken:
        return samme_fold_release_taken(folding, entry->body.release_taken);
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
    case SAMME__EVENT_KIND__day_closed:
        return samme_fold_day_closed(folding, entry->body.day_closed);
    case SAMME__EVENT_KIND__line_lent:
        return samme_fold_line_lent(folding, entry->body.line_lent);
    case SAMME__EVENT_KIND__given_back:
        return samme_fold_given_back(folding, entry->body.given_back);
    default:
        return samme_fold_refuse(folding, "kind or version not known");
    }
}

static samme_status fold_entry(samme_folding *folding, samme_span bytes) {
    if (bytes.length > SAMME_EVENT_MAX_BYTES)
        return samme_fold_refuse(folding, "larger than an event may be");
    samme_entry entry;
    samme_error error;
    samme_status status = samme_entry_open(bytes, folding->arena, &entry, &error);
    if (status == SAMME_UNSUPPORTED)
        return samme_fold_refuse(folding, "kind or version not known");
    if (status == SAMME_MALFORMED)
        return samme_fold_refuse(folding, "not a well-formed event");
    if (status == SAMME_TOO_LARGE) /* an event of that size fits the scratch a fold asks for */
        return SAMME_NO_MEMORY;
    return status == SAMME_OK ? fold_body(folding, &entry) : status;
}

samme_status samme_fold(const samme_rows *rows, const samme_position *position, samme_span entry,
                        samme_arena *scratch, bool *out_quarantined, samme_error *error) {
    samme_arena_reset(scratch);
    samme_folding folding;
    begin(&folding, rows, position, scratch);
    samme_status status = fold_entry(&folding, entry);
    if (status == SAMME_OK && folding.refused != NULL)
        status = put_quarantine(&folding, folding.refused);
    const bool quarantined = folding.refused != NULL;
    status = end(&folding, status);
    if (status != SAMME_OK)
        return samme_fail(error, status, "branch %u epoch %u entry %llu: cannot be folded: %s",
                          position->branch, position->epoch, (unsigned long long)position->index,
                          samme_status_name(status));
    if (out_quarantined != NULL)
        *out_quarantined = quarantined;
    return SAMME_OK;
}

samme_status samme_quarantine(const samme_rows *rows, const samme_position *position,
                              const char *reason) {
    samme_folding folding;
    begin(&folding, rows, position, NULL);
    return end(&folding, put_quarantine(&folding, reason));
}

uint64_t samme_quarantine_count(const samme_rows *rows) {
    samme_span value;
    if (rows->get(rows->self, QUARANTINE_COUNT_KEY, &value) != SAMME_OK || value.length != 8)
        return 0;
    return samme_get_u64(value.data);
}
