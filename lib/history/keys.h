/* Keys of the rows. Integers are big-endian, texts carry their length in one byte or end the key;
 * README.md has the layouts. Pure. */
#ifndef SAMME_HISTORY_KEYS_H
#define SAMME_HISTORY_KEYS_H

#include "history/fold.h"

#define SAMME_ROW_KEY_MAX_BYTES 192u

typedef struct samme_row_key {
    uint8_t bytes[SAMME_ROW_KEY_MAX_BYTES];
    size_t length;
} samme_row_key;

static inline samme_span samme_row_key_span(const samme_row_key *key) {
    return SAMME_SPAN(key->bytes, key->length);
}

/* A return without a receipt names none, or one with nothing in it. */
bool samme_receipt_named(const Samme__ReceiptRef *receipt);

/* SAMME_MALFORMED when the receipt cannot be a key: no number, a date that does not parse, a text
 * over its maximum. */
samme_status samme_receipt_key(const Samme__ReceiptRef *receipt, samme_row_key *out) SAMME_CHECKED;
uint32_t samme_receipt_key_branch(const samme_row_key *receipt_key);
samme_status samme_case_key(const char *case_code, samme_row_key *out) SAMME_CHECKED;

/* A day's totals of a till; the same limits. */
samme_status samme_day_key(uint32_t branch, const char *till, const char *business_date,
                           samme_row_key *out) SAMME_CHECKED;

/* Of a receipt's key follow the keys of what hangs on it. */
void samme_number_key(const samme_row_key *receipt_key, const char *number, samme_row_key *out);
void samme_line_prefix(const samme_row_key *receipt_key, uint32_t line, samme_row_key *out);
/* All loans of the line begin so; those of every line of the receipt do without the last 4 bytes.
 */
void samme_loan_prefix(const samme_row_key *receipt_key, uint32_t line, samme_row_key *out);
/* Behind a line's prefix, of slices or of loans: the entry that made the row. */
void samme_slice_key(const samme_row_key *line_prefix, uint32_t branch, uint32_t epoch,
                     uint64_t index, samme_row_key *out);

/* All keys of receipts with this number begin so; the receipt's key follows, without its first
 * letter. */
samme_status samme_number_prefix(const char *number, samme_row_key *out) SAMME_CHECKED;
/* From a key of a number row or a slice to that of its receipt; and the line of a slice.
 * SAMME_CORRUPT when the key is not of that layout. */
samme_status samme_receipt_key_of_number(samme_span number_key, size_t prefix_length,
                                         samme_row_key *out) SAMME_CHECKED;
samme_status samme_receipt_key_of_slice(samme_span slice_key, samme_row_key *out,
                                        uint32_t *out_line) SAMME_CHECKED;

/* Of a key that samme_slice_key made: branch, epoch and index of the entry; the rest is 0. */
samme_status samme_slice_key_entry(samme_span key, samme_position *out) SAMME_CHECKED;

/* What a branch has borrowed, in the order of the journal: all, from a record on, or one. */
void samme_borrowed_prefix(uint32_t borrower, samme_row_key *out);
void samme_borrowed_key(uint32_t borrower, const samme_position *lent, samme_row_key *out);
/* The journal index in a key of that kind; SAMME_CORRUPT when it is not of that layout. */
samme_status samme_borrowed_at(samme_span key, uint64_t *out_journal_index) SAMME_CHECKED;
void samme_branch_key(uint32_t branch, samme_row_key *out);
/* The alarm of a line, and a place in the list of alarms (alarms.h). */
void samme_alarm_key(const samme_row_key *receipt_key, uint32_t line, samme_row_key *out);
void samme_alarm_place_key(uint64_t number, samme_row_key *out);
/* A receipt refunded before its sale was complete, and how many there are of a branch. */
void samme_awaited_key(const samme_row_key *receipt_key, samme_row_key *out);
void samme_awaited_count_key(uint32_t branch, samme_row_key *out);
void samme_epoch_key(uint32_t branch, uint32_t epoch, samme_row_key *out);
/* By the leaf hash of the event in the log it was first written to. */
void samme_carried_key(uint32_t branch, const samme_hash *leaf, samme_row_key *out);
void samme_quarantine_key(uint32_t branch, uint32_t epoch, uint64_t index, samme_row_key *out);

bool samme_key_starts_with(samme_span key, samme_span prefix);
/* Turns the key into the smallest one after it: where to seek for the next row. */
void samme_key_after(samme_row_key *key);
/* The smallest key after all that begin with this prefix. */
void samme_key_after_prefix(const samme_row_key *prefix, samme_row_key *out);

#endif
