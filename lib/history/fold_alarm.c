/* Alarms: raised by the fold when a line is refunded beyond what was sold, taken and resolved by
 * people of a branch that sold or refunded it, gone when enough is given back. */
#include "history/alarms.h"
#include "history/approval.h"
#include "history/folding.h"
#include "history/query.h"
#include "history/slices.h"

enum {
    SUBJECT_BYTES = 16,
    HASH_BYTES = 32,
    SLICE_MAX_BYTES = 64 * 1024,
    PASSED_MAX = 1024, /* places of the list that one entry moves its beginning over */
};

static samme_status put_place(samme_folding *folding, uint64_t number, samme_span key) {
    samme_row_key place;
    samme_alarm_place_key(number, &place);
    samme_status status = folding->rows->put(folding->rows->self, samme_row_key_span(&place), key);
    return status == SAMME_TOO_LARGE ? SAMME_FULL : status;
}

/* Gives it the next place in the list. */
static samme_status enlist(samme_folding *folding, const samme_row_key *key, Samme__AlarmRow *row) {
    samme_alarm_list list;
    samme_status status = samme_alarm_list_read(folding->rows, &list);
    if (status != SAMME_OK)
        return status;
    row->number = list.next++;
    list.open++;
    status = put_place(folding, row->number, samme_row_key_span(key));
    return status == SAMME_OK ? samme_alarm_list_write(folding->rows, &list) : status;
}

static samme_status delist(samme_folding *folding, const Samme__AlarmRow *row) {
    samme_alarm_list list;
    samme_status status = put_place(folding, row->number, SAMME_SPAN(NULL, 0));
    if (status == SAMME_OK)
        status = samme_alarm_list_read(folding->rows, &list);
    if (status != SAMME_OK)
        return status;
    list.open -= list.open > 0 ? 1 : 0;
    for (unsigned i = 0; i < PASSED_MAX && list.first < list.next; i++, list.first++) {
        samme_row_key place;
        samme_span value;
        samme_alarm_place_key(list.first, &place);
        status = folding->rows->get(folding->rows->self, samme_row_key_span(&place), &value);
        if (status != SAMME_OK)
            return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
        if (value.length > 0)
            break;
    }
    return samme_alarm_list_write(folding->rows, &list);
}

static void set_changed(const samme_position *at, Samme__AlarmRow *row) {
    row->changed_branch = at->branch;
    row->changed_epoch = at->epoch;
    row->changed_index = at->index;
    row->changed_journal_index = at->own_layer ? 0 : at->journal_index;
    row->changed_own_layer = at->own_layer;
}

/* The next slice of a line from *key on; SAMME_NOT_FOUND behind the last. */
static samme_status next_slice(samme_folding *folding, const samme_row_key *prefix,
                               samme_row_key *key, samme_arena *arena,
                               const Samme__RefundSlice **out) {
    samme_span value;
    const ProtobufCMessage *message;
    samme_status status = samme_row_next(folding->rows, samme_row_key_span(prefix), key, &value);
    if (status == SAMME_OK)
        status = samme_row_parse(value, &samme__refund_slice__descriptor, arena, &message);
    if (status == SAMME_OK) {
        *out = SAMME_ROW(RefundSlice, message);
        samme_key_after(key);
    }
    return status;
}

/* The branch whose refund under no own or lent claim came last; the one that sold when there is
 * none. Who paid without asking, and paid second, had it in their hands. */
static samme_status find_owner(samme_folding *folding, const samme_row_key *receipt_key,
                               uint32_t no, uint32_t *out) {
    const uint32_t home = samme_receipt_key_branch(receipt_key);
    samme_row_key prefix, key;
    samme_line_prefix(receipt_key, no, &prefix);
    key = prefix;
    uint64_t last = 0;
    *out = home;
    samme_arena arena;
    samme_arena_init(&arena, SLICE_MAX_BYTES);
    samme_status status = SAMME_OK;
    while (status == SAMME_OK) {
        const Samme__RefundSlice *slice;
        samme_arena_reset(&arena);
        status = next_slice(folding, &prefix, &key, &arena, &slice);
        if (status != SAMME_OK)
            break;
        const uint64_t at = slice->own_layer ? UINT64_MAX : slice->journal_index;
        if (samme_slice_counts(slice) && !samme_slice_confirmed(slice, home) && at >= last) {
            last = at;
            *out = slice->branch;
        }
    }
    samme_arena_free(&arena);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

static samme_status raise_row(samme_folding *folding, const samme_row_key *receipt_key,
                              const samme_row_key *key, Samme__AlarmRow *row) {
    const samme_position *at = folding->position;
    const bool opens = !samme_alarm_pending(row);
    row->raised++;
    row->raised_branch = at->branch;
    row->raised_epoch = at->epoch;
    row->raised_index = at->index;
    row->raised_journal_index = at->own_layer ? 0 : at->journal_index;
    row->raised_own_layer = at->own_layer;
    if (opens) {
        row->state = SAMME__ALARM_STATE__excess_open;
        row->owner_subject = row->resolved_by = row->note_hash = (ProtobufCBinaryData){0};
        row->code = SAMME__ALARM_CODE__alarm_code_unset;
    }
    if (row->state == SAMME__ALARM_STATE__excess_taken)
        return SAMME_OK; /* whoever has it goes on */
    set_changed(at, row);
    samme_status status = find_owner(folding, receipt_key, row->no, &row->owner);
    return status == SAMME_OK && opens ? enlist(folding, key, row) : status;
}

static bool same_numbers(const Samme__AlarmRow *a, const Samme__AlarmRow *b) {
    return a->sold == b->sold && a->refunded == b->refunded && a->paid == b->paid &&
           a->refunded_amount == b->refunded_amount && a->confirmed == b->confirmed &&
           a->confirmed_amount == b->confirmed_amount && a->n_branches == b->n_branches &&
           (a->n_branches == 0 ||
            memcmp(a->branches, b->branches, a->n_branches * sizeof *a->branches) == 0);
}

/* The row as it is with the numbers as they are now. */
static Samme__AlarmRow with_numbers(const Samme__AlarmRow *held, const Samme__AlarmRow *numbers) {
    Samme__AlarmRow row = *numbers;
    row.state = held->state;
    row.raised = held->raised;
    row.raised_branch = held->raised_branch;
    row.raised_epoch = held->raised_epoch;
    row.raised_index = held->raised_index;
    row.raised_journal_index = held->raised_journal_index;
    row.raised_own_layer = held->raised_own_layer;
    row.owner = held->owner;
    row.owner_subject = held->owner_subject;
    row.code = held->code;
    row.resolved_by = held->resolved_by;
    row.note_hash = held->note_hash;
    row.changed_branch = held->changed_branch;
    row.changed_epoch = held->changed_epoch;
    row.changed_index = held->changed_index;
    row.changed_journal_index = held->changed_journal_index;
    row.changed_own_layer = held->changed_own_layer;
    row.number = held->number;
    return row;
}

static samme_status read_row(samme_folding *folding, const samme_row_key *key,
                             const Samme__AlarmRow **out) {
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(folding->rows, samme_row_key_span(key),
                                         &samme__alarm_row__descriptor, folding->arena, &message);
    *out = status == SAMME_OK ? SAMME_ROW(AlarmRow, message) : NULL;
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

samme_status samme_fold_excess(samme_folding *folding, const samme_row_key *receipt_key,
                               const Samme__AlarmRow *numbers, bool exceeds) {
    samme_row_key key;
    const Samme__AlarmRow *held;
    samme_alarm_key(receipt_key, numbers->no, &key);
    samme_status status = read_row(folding, &key, &held);
    const bool gone = held == NULL || held->state == SAMME__ALARM_STATE__excess_gone;
    if (status != SAMME_OK || (gone && !exceeds))
        return status;
    Samme__AlarmRow row = held == NULL ? *numbers : with_numbers(held, numbers);
    if (!exceeds) {
        row.state = SAMME__ALARM_STATE__excess_gone;
        set_changed(folding->position, &row);
        status = samme_alarm_pending(held) ? delist(folding, held) : SAMME_OK;
    } else if (gone || row.refunded > held->refunded ||
               row.refunded_amount > held->refunded_amount) {
        status = raise_row(folding, receipt_key, &key, &row);
    } else if (same_numbers(&row, held)) {
        return SAMME_OK;
    }
    return status == SAMME_OK ? samme_fold_put(folding, SAMME_DIGEST_SERVICE, &key, &row) : status;
}

/* What both events say of the alarm and of who writes about it. */
typedef struct about {
    const Samme__ReceiptRef *receipt;
    uint32_t no, raised;
    ProtobufCBinaryData by;
    Samme__PersonRole role;
} about;

/* The alarm that an entry is about. With SAMME_OK *out is NULL when there is nothing to change: the
 * entry is refused; or others, of whom its branch need not know, were before it: it is late, and no
 * fault; or it is folded again and what it rests on lies ahead. */
static samme_status find_pending(samme_folding *folding, const about *what, samme_row_key *key,
                                 const Samme__AlarmRow **out) {
    const samme_position *at = folding->position;
    samme_row_key receipt_key;
    *out = NULL;
    if (what->receipt == NULL || !samme_receipt_named(what->receipt) ||
        samme_receipt_key(what->receipt, &receipt_key) != SAMME_OK)
        return samme_fold_refuse(folding, "receipt not named");
    if (what->by.len != SUBJECT_BYTES)
        return samme_fold_refuse(folding, "who answers for the alarm is not named");
    if (!samme_role_enough(what->role, "supervisor"))
        return samme_fold_refuse(folding, "role of who answers for the alarm does not do");
    samme_alarm_key(&receipt_key, what->no, key);
    const Samme__AlarmRow *row;
    samme_status status = read_row(folding, key, &row);
    if (status != SAMME_OK)
        return status;
    if (row == NULL || what->raised == 0 || what->raised > row->raised)
        return at->again ? SAMME_OK : samme_fold_refuse(folding, "no such alarm");
    if (!samme_alarm_involves(row, at->branch))
        return at->again ? SAMME_OK : samme_fold_refuse(folding, "alarm of other branches");
    if (samme_alarm_pending(row) && what->raised == row->raised) {
        *out = row;
        return SAMME_OK;
    }
    const uint32_t by = samme_alarm_pending(row) ? row->raised_branch : row->changed_branch;
    return at->again || by != at->branch
               ? SAMME_OK
               : samme_fold_refuse(folding, "alarm is over, or was raised again");
}

samme_status samme_fold_alarm_taken(samme_folding *folding, const Samme__AlarmTaken *taken) {
    const about what = {.receipt = taken->receipt,
                        .no = taken->no,
                        .raised = taken->raised,
                        .by = taken->by,
                        .role = taken->role};
    samme_row_key key;
    const Samme__AlarmRow *held;
    samme_status status = find_pending(folding, &what, &key, &held);
    if (status != SAMME_OK || held == NULL)
        return status;
    Samme__AlarmRow row = *held;
    row.state = SAMME__ALARM_STATE__excess_taken;
    row.owner = folding->position->branch;
    row.owner_subject = taken->by;
    set_changed(folding->position, &row);
    return samme_fold_put(folding, SAMME_DIGEST_SERVICE, &key, &row);
}

samme_status samme_fold_alarm_resolved(samme_folding *folding,
                                       const Samme__AlarmResolved *resolved) {
    const about what = {.receipt = resolved->receipt,
                        .no = resolved->no,
                        .raised = resolved->raised,
                        .by = resolved->by,
                        .role = resolved->role};
    if (resolved->code <= SAMME__ALARM_CODE__alarm_code_unset ||
        resolved->code > SAMME__ALARM_CODE__never_paid_out)
        return samme_fold_refuse(folding, "resolution code not known");
    if (resolved->note_hash.len != 0 && resolved->note_hash.len != HASH_BYTES)
        return samme_fold_refuse(folding, "hash of a note is no hash");
    samme_row_key key;
    const Samme__AlarmRow *held;
    bool same = false;
    samme_status status = find_pending(folding, &what, &key, &held);
    if (status == SAMME_OK && held != NULL)
        status = samme_alarm_refunded_by(folding->rows, resolved->receipt, resolved->no,
                                         folding->position->branch,
                                         samme_span_of_bytes(resolved->by), &same);
    if (status != SAMME_OK || held == NULL)
        return status;
    if (same)
        return samme_fold_refuse(folding, "who refunded the line here does not resolve its alarm");
    Samme__AlarmRow row = *held;
    row.state = SAMME__ALARM_STATE__excess_resolved;
    row.code = resolved->code;
    row.resolved_by = resolved->by;
    row.note_hash = resolved->note_hash;
    set_changed(folding->position, &row);
    status = delist(folding, held);
    return status == SAMME_OK ? samme_fold_put(folding, SAMME_DIGEST_SERVICE, &key, &row) : status;
}
