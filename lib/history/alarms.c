#include "history/alarms.h"

#include "base/text.h"
#include "history/query.h"
#include "history/row.h"
#include "history/slices.h"

static const samme_span LIST_KEY = {(const uint8_t *)"A", 1};
enum { LIST_BYTES = 24, PAGE = 64, COUNT_BYTES = 1024 * 1024 };

samme_status samme_alarm_list_read(const samme_rows *rows, samme_alarm_list *out) {
    samme_span value;
    samme_status status = rows->get(rows->self, LIST_KEY, &value);
    if (status != SAMME_OK && status != SAMME_NOT_FOUND)
        return status;
    if (status == SAMME_OK && value.length != LIST_BYTES)
        return SAMME_CORRUPT;
    *out = status == SAMME_NOT_FOUND ? (samme_alarm_list){.first = 1, .next = 1}
                                     : (samme_alarm_list){.first = samme_get_u64(value.data),
                                                          .next = samme_get_u64(value.data + 8),
                                                          .open = samme_get_u64(value.data + 16)};
    return SAMME_OK;
}

samme_status samme_alarm_list_write(const samme_rows *rows, const samme_alarm_list *list) {
    uint8_t bytes[LIST_BYTES];
    samme_put_u64(bytes, list->first);
    samme_put_u64(bytes + 8, list->next);
    samme_put_u64(bytes + 16, list->open);
    return rows->put(rows->self, LIST_KEY, SAMME_SPAN(bytes, sizeof bytes));
}

bool samme_alarm_pending(const Samme__AlarmRow *row) {
    return row->state == SAMME__ALARM_STATE__excess_open ||
           row->state == SAMME__ALARM_STATE__excess_taken;
}

static samme_status read_alarm(const samme_rows *rows, samme_span key, samme_arena *arena,
                               const Samme__AlarmRow **out) {
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(rows, key, &samme__alarm_row__descriptor, arena, &message);
    if (status == SAMME_OK)
        *out = SAMME_ROW(AlarmRow, message);
    return status == SAMME_OK && (*out)->receipt == NULL ? SAMME_CORRUPT : status;
}

samme_status samme_find_alarm(const samme_rows *rows, const Samme__ReceiptRef *receipt, uint32_t no,
                              samme_arena *arena, const Samme__AlarmRow **out) {
    samme_row_key receipt_key, key;
    if (samme_receipt_key(receipt, &receipt_key) != SAMME_OK)
        return SAMME_NOT_FOUND; /* nothing can hang on it */
    samme_alarm_key(&receipt_key, no, &key);
    return read_alarm(rows, samme_row_key_span(&key), arena, out);
}

samme_status samme_pending_alarms(const samme_rows *rows, uint64_t from, samme_arena *arena,
                                  const Samme__AlarmRow **out, size_t maximum, size_t *out_count,
                                  uint64_t *out_next) {
    samme_alarm_list list;
    size_t count = 0;
    samme_status status = samme_alarm_list_read(rows, &list);
    if (status != SAMME_OK)
        return status;
    uint64_t number = from > list.first ? from : list.first;
    for (unsigned seen = 0;
         number < list.next && count < maximum && seen < SAMME_ALARMS_SCANNED_MAX;
         number++, seen++) {
        samme_row_key place;
        samme_span value;
        samme_alarm_place_key(number, &place);
        status = rows->get(rows->self, samme_row_key_span(&place), &value);
        if (status == SAMME_OK && value.length > 0)
            status = read_alarm(rows, value, arena, &out[count]);
        else if (status == SAMME_OK)
            continue;
        if (status != SAMME_OK)
            return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
        count++;
    }
    *out_count = count;
    *out_next = number < list.next ? number : 0;
    return SAMME_OK;
}

samme_status samme_list_alarms(const samme_rows *rows, samme_span from, samme_arena *arena,
                               const Samme__AlarmRow **out, size_t maximum, size_t *out_count,
                               samme_row_key *out_next) {
    samme_row_key key = {.bytes = {'a'}, .length = 1};
    size_t count = 0;
    if (from.length > SAMME_ROW_KEY_MAX_BYTES ||
        (from.length > 0 && !samme_key_starts_with(from, SAMME_LITERAL("a"))))
        return SAMME_MALFORMED;
    if (from.length > 0) {
        memcpy(key.bytes, from.data, from.length);
        key.length = from.length;
    }
    for (;;) {
        samme_span value;
        samme_status status = samme_row_next(rows, SAMME_LITERAL("a"), &key, &value);
        const bool end = status == SAMME_NOT_FOUND;
        if (end || (status == SAMME_OK && count == maximum)) {
            *out_next = key;
            out_next->length = end ? 0 : key.length;
            *out_count = count;
            return SAMME_OK;
        }
        if (status == SAMME_OK)
            status = read_alarm(rows, samme_row_key_span(&key), arena, &out[count++]);
        if (status != SAMME_OK)
            return status;
        samme_key_after(&key);
    }
}

static void count_one(const Samme__AlarmRow *row, samme_alarm_count *counts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (counts[i].branch != row->owner)
            continue;
        counts[i].pending++;
        if (!row->raised_own_layer && row->raised_journal_index < counts[i].oldest)
            counts[i].oldest = row->raised_journal_index;
    }
}

samme_status samme_count_alarms(const samme_rows *rows, samme_alarm_count *counts, size_t count,
                                bool *out_more) {
    samme_arena arena;
    samme_arena_init(&arena, COUNT_BYTES);
    uint64_t from = 0;
    samme_status status = SAMME_OK;
    for (size_t i = 0; i < count; i++)
        counts[i] = (samme_alarm_count){.branch = counts[i].branch, .oldest = UINT64_MAX};
    for (unsigned pages = 0; status == SAMME_OK; pages++) {
        const Samme__AlarmRow *page[PAGE];
        size_t found = 0;
        samme_arena_reset(&arena);
        *out_more = pages == SAMME_ALARMS_SCANNED_MAX / PAGE;
        if (*out_more)
            break;
        status = samme_pending_alarms(rows, from, &arena, page, PAGE, &found, &from);
        for (size_t i = 0; status == SAMME_OK && i < found; i++)
            count_one(page[i], counts, count);
        if (from == 0)
            break;
    }
    samme_arena_free(&arena);
    return status;
}

bool samme_alarm_involves(const Samme__AlarmRow *row, uint32_t branch) {
    bool any = row->receipt->branch == branch || row->owner == branch;
    for (size_t i = 0; i < row->n_branches; i++)
        any = any || row->branches[i] == branch;
    return any;
}

static bool names(const Samme__CaseRow *row, samme_span subject) {
    return samme_span_equal(samme_span_of_bytes(row->opened->opened_by), subject) ||
           (row->approved != NULL &&
            samme_span_equal(samme_span_of_bytes(row->approved->approver), subject));
}

/* The slice at *key or behind it, and whether it tells of that person; SAMME_NOT_FOUND behind the
 * last of the line. */
static samme_status look_at_slice(const samme_rows *rows, const samme_row_key *prefix,
                                  uint32_t branch, samme_span subject, samme_arena *arena,
                                  samme_row_key *key, bool *out) {
    samme_span value;
    const ProtobufCMessage *message;
    const Samme__CaseRow *row;
    samme_status status = samme_row_next(rows, samme_row_key_span(prefix), key, &value);
    if (status == SAMME_OK)
        status = samme_row_parse(value, &samme__refund_slice__descriptor, arena, &message);
    if (status != SAMME_OK)
        return status;
    const Samme__RefundSlice *slice = SAMME_ROW(RefundSlice, message);
    samme_key_after(key);
    if (!samme_slice_counts(slice) || (branch != 0 && slice->branch != branch))
        return SAMME_OK;
    status = samme_find_case(rows, slice->case_code, arena, &row);
    if (status != SAMME_OK || row->opened == NULL)
        return status == SAMME_OK || status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    *out = names(row, subject);
    return SAMME_OK;
}

samme_status samme_alarm_refunded_by(const samme_rows *rows, const Samme__ReceiptRef *receipt,
                                     uint32_t no, uint32_t branch, samme_span subject, bool *out) {
    samme_row_key receipt_key, prefix, key;
    *out = false;
    if (samme_receipt_key(receipt, &receipt_key) != SAMME_OK)
        return SAMME_OK;
    samme_line_prefix(&receipt_key, no, &prefix);
    key = prefix;
    samme_arena arena;
    samme_arena_init(&arena, SAMME_FOLD_SCRATCH_BYTES);
    samme_status status = SAMME_OK;
    while (status == SAMME_OK && !*out) {
        samme_arena_reset(&arena);
        status = look_at_slice(rows, &prefix, branch, subject, &arena, &key, out);
    }
    samme_arena_free(&arena);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

samme_status samme_visit_alarms(const samme_rows *rows, samme_arena *arena,
                                void (*visit)(void *context, const Samme__AlarmRow *alarm),
                                void *context) {
    samme_row_key key = {.bytes = {'a'}, .length = 1};
    for (;;) {
        samme_span value;
        const ProtobufCMessage *message;
        samme_status status = samme_row_next(rows, SAMME_LITERAL("a"), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__alarm_row__descriptor, arena, &message);
        if (status != SAMME_OK)
            return status;
        const Samme__AlarmRow *row = SAMME_ROW(AlarmRow, message);
        if (row->receipt == NULL)
            return SAMME_CORRUPT;
        if (row->state != SAMME__ALARM_STATE__excess_gone)
            visit(context, row);
        samme_key_after(&key);
    }
}
