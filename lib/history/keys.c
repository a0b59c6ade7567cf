#include "history/keys.h"

#include <assert.h>

#include "base/calendar.h"
#include "base/text.h"

static void start(samme_row_key *key, char letter) {
    key->bytes[0] = (uint8_t)letter;
    key->length = 1;
}

static void append(samme_row_key *key, samme_span bytes) {
    assert(bytes.length <= sizeof key->bytes - key->length);
    if (bytes.length > 0)
        memcpy(key->bytes + key->length, bytes.data, bytes.length);
    key->length += bytes.length;
}

static void append_u8(samme_row_key *key, uint8_t value) {
    append(key, SAMME_SPAN(&value, 1));
}

static void append_u32(samme_row_key *key, uint32_t value) {
    uint8_t bytes[4];
    samme_put_u32(bytes, value);
    append(key, SAMME_SPAN(bytes, sizeof bytes));
}

static void append_u64(samme_row_key *key, uint64_t value) {
    uint8_t bytes[8];
    samme_put_u64(bytes, value);
    append(key, SAMME_SPAN(bytes, sizeof bytes));
}

bool samme_receipt_named(const Samme__ReceiptRef *receipt) {
    return receipt != NULL && (receipt->branch != 0 || receipt->till[0] != 0 ||
                               receipt->number[0] != 0 || receipt->business_date[0] != 0);
}

samme_status samme_receipt_key(const Samme__ReceiptRef *receipt, samme_row_key *out) {
    samme_span till = samme_span_of_text(receipt->till);
    samme_span number = samme_span_of_text(receipt->number);
    int32_t days;
    if (till.length > SAMME_TILL_MAX_BYTES || number.length == 0 ||
        number.length > SAMME_RECEIPT_NUMBER_MAX_BYTES ||
        samme_date_parse(receipt->business_date, &days) != SAMME_OK)
        return SAMME_MALFORMED;
    start(out, 'r');
    append_u32(out, receipt->branch);
    append_u32(out, (uint32_t)days ^ 0x80000000u); /* so that earlier days sort first */
    append_u8(out, (uint8_t)till.length);
    append(out, till);
    append_u8(out, (uint8_t)number.length);
    append(out, number);
    return SAMME_OK;
}

uint32_t samme_receipt_key_branch(const samme_row_key *receipt_key) {
    return samme_get_u32(receipt_key->bytes + 1);
}

samme_status samme_day_key(uint32_t branch, const char *till, const char *business_date,
                           samme_row_key *out) {
    samme_span name = samme_span_of_text(till);
    int32_t days;
    if (name.length == 0 || name.length > SAMME_TILL_MAX_BYTES ||
        samme_date_parse(business_date, &days) != SAMME_OK)
        return SAMME_MALFORMED;
    start(out, 'z');
    append_u32(out, branch);
    append_u32(out, (uint32_t)days ^ 0x80000000u);
    append(out, name);
    return SAMME_OK;
}

samme_status samme_case_key(const char *case_code, samme_row_key *out) {
    samme_span code = samme_span_of_text(case_code);
    if (code.length == 0 || code.length > SAMME_CASE_CODE_MAX_BYTES)
        return SAMME_MALFORMED;
    start(out, 'c');
    append(out, code);
    return SAMME_OK;
}

samme_status samme_number_prefix(const char *number, samme_row_key *out) {
    samme_span text = samme_span_of_text(number);
    if (text.length == 0 || text.length > SAMME_RECEIPT_NUMBER_MAX_BYTES)
        return SAMME_MALFORMED;
    start(out, 'n');
    append(out, text);
    append_u8(out, 0);
    return SAMME_OK;
}

static samme_span without_letter(samme_span key) {
    return SAMME_SPAN(key.data + 1, key.length - 1);
}

void samme_number_key(const samme_row_key *receipt_key, const char *number, samme_row_key *out) {
    samme_status status = samme_number_prefix(number, out);
    assert(status == SAMME_OK); /* a receipt with a key has a number that fits */
    (void)status;
    append(out, without_letter(samme_row_key_span(receipt_key)));
}

static void line_prefix(char letter, const samme_row_key *receipt_key, uint32_t line,
                        samme_row_key *out) {
    start(out, letter);
    append(out, without_letter(samme_row_key_span(receipt_key)));
    append_u32(out, line);
}

void samme_line_prefix(const samme_row_key *receipt_key, uint32_t line, samme_row_key *out) {
    line_prefix('f', receipt_key, line, out);
}

void samme_loan_prefix(const samme_row_key *receipt_key, uint32_t line, samme_row_key *out) {
    line_prefix('m', receipt_key, line, out);
}

void samme_slice_key(const samme_row_key *line_prefix, uint32_t branch, uint32_t epoch,
                     uint64_t index, samme_row_key *out) {
    *out = *line_prefix;
    append_u32(out, branch);
    append_u32(out, epoch);
    append_u64(out, index);
}

samme_status samme_slice_key_entry(samme_span key, samme_position *out) {
    enum { TAIL = 16 };
    if (key.length <= TAIL)
        return SAMME_CORRUPT;
    const uint8_t *at = key.data + key.length - TAIL;
    *out = (samme_position){.branch = samme_get_u32(at),
                            .epoch = samme_get_u32(at + 4),
                            .index = samme_get_u64(at + 8)};
    return SAMME_OK;
}

samme_status samme_receipt_key_of_number(samme_span number_key, size_t prefix_length,
                                         samme_row_key *out) {
    if (number_key.length <= prefix_length || number_key.length > SAMME_ROW_KEY_MAX_BYTES)
        return SAMME_CORRUPT;
    start(out, 'r');
    append(out, SAMME_SPAN(number_key.data + prefix_length, number_key.length - prefix_length));
    return SAMME_OK;
}

samme_status samme_receipt_key_of_slice(samme_span slice_key, samme_row_key *out,
                                        uint32_t *out_line) {
    enum { HEAD = 9, TAIL = 20 }; /* letter, branch, days; line, branch, epoch, index */
    if (slice_key.length < HEAD + 1 + 1 + TAIL || slice_key.length > SAMME_ROW_KEY_MAX_BYTES)
        return SAMME_CORRUPT;
    size_t number_at = (size_t)HEAD + 1 + slice_key.data[HEAD];
    if (number_at >= slice_key.length - TAIL ||
        number_at + 1 + slice_key.data[number_at] != slice_key.length - TAIL)
        return SAMME_CORRUPT;
    start(out, 'r');
    append(out, SAMME_SPAN(slice_key.data + 1, slice_key.length - TAIL - 1));
    *out_line = samme_get_u32(slice_key.data + slice_key.length - TAIL);
    return SAMME_OK;
}

void samme_borrowed_prefix(uint32_t borrower, samme_row_key *out) {
    start(out, 'o');
    append_u32(out, borrower);
}

void samme_borrowed_key(uint32_t borrower, const samme_position *lent, samme_row_key *out) {
    samme_borrowed_prefix(borrower, out);
    append_u64(out, lent->journal_index);
    append_u32(out, lent->branch);
    append_u32(out, lent->epoch);
    append_u64(out, lent->index);
}

samme_status samme_borrowed_at(samme_span key, uint64_t *out_journal_index) {
    enum { HEAD = 5, WHOLE = HEAD + 8 + 4 + 4 + 8 };
    if (key.length != WHOLE)
        return SAMME_CORRUPT;
    *out_journal_index = samme_get_u64(key.data + HEAD);
    return SAMME_OK;
}

void samme_branch_key(uint32_t branch, samme_row_key *out) {
    start(out, 'b');
    append_u32(out, branch);
}

void samme_epoch_key(uint32_t branch, uint32_t epoch, samme_row_key *out) {
    start(out, 'e');
    append_u32(out, branch);
    append_u32(out, epoch);
}

void samme_carried_key(uint32_t branch, const samme_hash *leaf, samme_row_key *out) {
    start(out, 'E');
    append_u32(out, branch);
    append(out, samme_span_of_hash(leaf));
}

void samme_alarm_key(const samme_row_key *receipt_key, uint32_t line, samme_row_key *out) {
    line_prefix('a', receipt_key, line, out);
}

void samme_alarm_place_key(uint64_t number, samme_row_key *out) {
    start(out, 'A');
    append_u64(out, number);
}

void samme_awaited_key(const samme_row_key *receipt_key, samme_row_key *out) {
    start(out, 'w');
    append(out, without_letter(samme_row_key_span(receipt_key)));
}

void samme_awaited_count_key(uint32_t branch, samme_row_key *out) {
    start(out, 'w');
    append_u32(out, branch);
}

void samme_quarantine_key(uint32_t branch, uint32_t epoch, uint64_t index, samme_row_key *out) {
    start(out, 'q');
    append_u32(out, branch);
    append_u32(out, epoch);
    append_u64(out, index);
}

bool samme_key_starts_with(samme_span key, samme_span prefix) {
    return key.length >= prefix.length && memcmp(key.data, prefix.data, prefix.length) == 0;
}

void samme_key_after(samme_row_key *key) {
    append_u8(key, 0);
}

void samme_key_after_prefix(const samme_row_key *prefix, samme_row_key *out) {
    *out = *prefix;
    while (out->bytes[out->length - 1] == 0xff) /* ends at the letter, which is never 0xff */
        out->length--;
    out->bytes[out->length - 1]++;
}
