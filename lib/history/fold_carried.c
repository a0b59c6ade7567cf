/* Carried entries: what a branch had acknowledged in an epoch that ended before the journal held
 * it. The event within is folded by the rules of its kind, at the place of the entry that carries
 * it. */
#include "crypto/hash.h"
#include "history/folding.h"
#include "history/query.h"

static samme_hash leaf_hash(samme_span event) {
    static const uint8_t leaf = 0;
    return samme_sha256_of(SAMME_SPAN(&leaf, 1), event, SAMME_SPAN(NULL, 0));
}

samme_status samme_is_carried(const samme_rows *rows, uint32_t branch, samme_span event,
                              bool *out) {
    const samme_hash leaf = leaf_hash(event);
    samme_row_key key;
    samme_span held;
    samme_carried_key(branch, &leaf, &key);
    samme_status status = rows->get(rows->self, samme_row_key_span(&key), &held);
    *out = status == SAMME_OK;
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_position within(const samme_position *at, const Samme__Carried *carried) {
    samme_position position = *at;
    position.first_epoch = carried->epoch;
    position.first_index = carried->index;
    position.common = carried->common;
    return position;
}

/* Which log it comes from, and that no other entry brought it. */
static samme_status check_origin(samme_folding *folding, const Samme__Carried *carried,
                                 const samme_row_key *key) {
    const samme_position *at = folding->position;
    const Samme__EpochRow *ended;
    samme_status status =
        samme_find_epoch(folding->rows, at->branch, carried->epoch, folding->arena, &ended);
    if (status == SAMME_NOT_FOUND && !at->again) /* folded again, its end may lie ahead */
        return samme_fold_refuse(folding, "carried from no ended epoch");
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    if (carried->index < carried->common || (status == SAMME_OK && carried->common > ended->size))
        return samme_fold_refuse(folding, "carried out of what is common");
    samme_span held;
    status = folding->rows->get(folding->rows->self, samme_row_key_span(key), &held);
    if (status == SAMME_OK)
        return samme_fold_refuse(folding, "carried twice");
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

/* What says where a log stands, and what lends, is of its own log alone. */
static bool may_be_carried(Samme__EventKind kind) {
    return kind != SAMME__EVENT_KIND__carried && kind != SAMME__EVENT_KIND__anchor &&
           kind != SAMME__EVENT_KIND__clock && kind != SAMME__EVENT_KIND__line_lent;
}

static samme_status open_event(samme_folding *folding, const samme_entry *entry, samme_entry *out) {
    const samme_span event = samme_span_of_bytes(entry->body.carried->event);
    if (event.length > SAMME_EVENT_MAX_BYTES)
        return samme_fold_refuse(folding, "larger than an event may be");
    samme_error error;
    samme_status status = samme_entry_open(event, folding->arena, out, &error);
    if (out->event != NULL && !may_be_carried(out->event->kind))
        return samme_fold_refuse(folding, "kind is not carried");
    if (status == SAMME_UNSUPPORTED)
        return samme_fold_refuse(folding, "kind or version not known");
    if (status == SAMME_MALFORMED)
        return samme_fold_refuse(folding, "not a well-formed event");
    if (status != SAMME_OK)
        return status == SAMME_TOO_LARGE ? SAMME_NO_MEMORY : status;
    return out->event->event_class == entry->event->event_class
               ? SAMME_OK
               : samme_fold_refuse(folding, "carried under another class");
}

samme_status samme_fold_carried(samme_folding *folding, const samme_entry *entry) {
    const Samme__Carried *carried = entry->body.carried;
    const samme_hash leaf = leaf_hash(samme_span_of_bytes(carried->event));
    samme_row_key key;
    samme_carried_key(folding->position->branch, &leaf, &key);
    samme_status status = check_origin(folding, carried, &key);
    samme_entry event;
    if (status == SAMME_OK && folding->refused == NULL)
        status = open_event(folding, entry, &event);
    if (status != SAMME_OK || folding->refused != NULL)
        return status;
    const samme_position *at = folding->position;
    const samme_position position = within(at, carried);
    folding->position = &position;
    status = samme_fold_body(folding, &event);
    folding->position = at;
    if (status != SAMME_OK || folding->refused != NULL)
        return status;
    const Samme__EpochRow empty = SAMME__EPOCH_ROW__INIT; /* the key says it all */
    return samme_fold_put_plain(folding, &key, &empty);
}

samme_status samme_carried_event(const samme_position *position, samme_span entry,
                                 samme_arena *arena, samme_position *out_position,
                                 samme_span *out_event, bool *out_carried) {
    enum { TAG_OF_KIND = 0x08 };
    *out_carried = false;
    /* the kind is the first field of an event as we write it; another order is none of ours, and
     * what the fold made of it is found below */
    if (entry.length > 2 && entry.data[0] == TAG_OF_KIND &&
        entry.data[1] != SAMME__EVENT_KIND__carried)
        return SAMME_OK;
    samme_entry opened;
    samme_status status = samme_entry_open(entry, arena, &opened, NULL);
    if (status == SAMME_NO_MEMORY)
        return status;
    if (status != SAMME_OK || opened.event->kind != SAMME__EVENT_KIND__carried)
        return SAMME_OK;
    *out_position = within(position, opened.body.carried);
    *out_event = samme_span_of_bytes(opened.body.carried->event);
    *out_carried = true;
    return SAMME_OK;
}
