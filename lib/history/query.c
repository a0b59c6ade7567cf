#include "history/query.h"

#include "base/text.h"
#include "history/row.h"
#include "history/slices.h"

enum { ROW_MAX_BYTES = 4096 };

static bool complete(const Samme__ReceiptRow *row) {
    return row->sale->part == row->sale->parts;
}

static samme_status read_receipt(const samme_rows *rows, const samme_row_key *key,
                                 samme_arena *arena, const Samme__ReceiptRow **out) {
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(rows, samme_row_key_span(key),
                                         &samme__receipt_row__descriptor, arena, &message);
    if (status != SAMME_OK)
        return status;
    const Samme__ReceiptRow *row = SAMME_ROW(ReceiptRow, message);
    if (row->sale == NULL || row->sale->receipt == NULL)
        return SAMME_CORRUPT;
    *out = row;
    return SAMME_OK;
}

samme_status samme_find_receipt(const samme_rows *rows, const Samme__ReceiptRef *receipt,
                                const samme_horizon *horizon, samme_arena *arena,
                                const Samme__ReceiptRow **out) {
    samme_row_key key;
    if (samme_receipt_key(receipt, &key) != SAMME_OK)
        return SAMME_NOT_FOUND;
    const Samme__ReceiptRow *row;
    samme_status status = read_receipt(rows, &key, arena, &row);
    if (status != SAMME_OK)
        return status;
    const samme_standing standing = {.branch = receipt->branch,
                                     .epoch = row->epoch,
                                     .index = row->index,
                                     .journal_index = row->journal_index,
                                     .own_layer = row->own_layer};
    if (!complete(row) || !samme_within(horizon, &standing))
        return SAMME_NOT_FOUND;
    *out = row;
    return SAMME_OK;
}

samme_status samme_find_receipts_by_number(const samme_rows *rows, const char *number,
                                           samme_arena *arena, const Samme__ReceiptRow **out,
                                           size_t maximum, size_t *out_count) {
    size_t count = 0;
    samme_row_key prefix;
    if (samme_number_prefix(number, &prefix) != SAMME_OK) {
        *out_count = 0;
        return SAMME_OK;
    }
    samme_row_key key = prefix;
    while (count < maximum) {
        samme_span value;
        samme_status status = samme_row_next(rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_NOT_FOUND)
            break;
        samme_row_key receipt_key;
        if (status == SAMME_OK)
            status =
                samme_receipt_key_of_number(samme_row_key_span(&key), prefix.length, &receipt_key);
        if (status == SAMME_OK)
            status = read_receipt(rows, &receipt_key, arena, &out[count]);
        if (status != SAMME_OK)
            return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
        count++;
        samme_key_after(&key);
    }
    *out_count = count;
    return SAMME_OK;
}

samme_status samme_find_branch(const samme_rows *rows, uint32_t branch, samme_arena *arena,
                               const Samme__BranchRow **out) {
    samme_row_key key;
    samme_branch_key(branch, &key);
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(rows, samme_row_key_span(&key),
                                         &samme__branch_row__descriptor, arena, &message);
    if (status == SAMME_OK)
        *out = SAMME_ROW(BranchRow, message);
    return status;
}

samme_status samme_find_epoch(const samme_rows *rows, uint32_t branch, uint32_t epoch,
                              samme_arena *arena, const Samme__EpochRow **out) {
    samme_row_key key;
    samme_epoch_key(branch, epoch, &key);
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(rows, samme_row_key_span(&key),
                                         &samme__epoch_row__descriptor, arena, &message);
    if (status == SAMME_OK)
        *out = SAMME_ROW(EpochRow, message);
    return status;
}

samme_status samme_epoch_lost(const samme_rows *rows, uint32_t branch, uint32_t from,
                              uint32_t before, bool *out) {
    samme_row_key key, prefix;
    samme_arena arena;
    *out = false;
    if (from >= before) /* as nearly always */
        return SAMME_OK;
    samme_epoch_key(branch, from, &key);
    prefix = key;
    prefix.length -= sizeof from;
    samme_arena_init(&arena, ROW_MAX_BYTES);
    samme_status status = SAMME_OK;
    while (status == SAMME_OK && !*out) {
        samme_span value;
        const ProtobufCMessage *row;
        status = samme_row_next(rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_OK && samme_get_u32(key.bytes + key.length - sizeof before) >= before)
            break;
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__epoch_row__descriptor, &arena, &row);
        *out = status == SAMME_OK && SAMME_ROW(EpochRow, row)->lost;
        samme_arena_reset(&arena);
        samme_key_after(&key);
    }
    samme_arena_free(&arena);
    return status == SAMME_NOT_FOUND ? SAMME_OK : status;
}

samme_status samme_find_quarantined(const samme_rows *rows, uint32_t branch, uint32_t epoch,
                                    uint64_t index, samme_arena *arena,
                                    const Samme__QuarantineRow **out) {
    samme_row_key key;
    samme_quarantine_key(branch, epoch, index, &key);
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(rows, samme_row_key_span(&key),
                                         &samme__quarantine_row__descriptor, arena, &message);
    if (status == SAMME_OK)
        *out = SAMME_ROW(QuarantineRow, message);
    return status;
}

samme_status samme_find_case(const samme_rows *rows, const char *case_code, samme_arena *arena,
                             const Samme__CaseRow **out) {
    samme_row_key key;
    if (samme_case_key(case_code, &key) != SAMME_OK)
        return SAMME_NOT_FOUND;
    const ProtobufCMessage *message;
    samme_status status = samme_row_read(rows, samme_row_key_span(&key),
                                         &samme__case_row__descriptor, arena, &message);
    if (status == SAMME_OK)
        *out = SAMME_ROW(CaseRow, message);
    return status;
}
