#include "history/lookup.h"

#include "base/text.h"

enum { SCAN_BYTES = 16 * 1024 * 1024, SUBJECT_BYTES = 16 };

static void append(samme_row_key *key, const void *bytes, size_t length) {
    memcpy(key->bytes + key->length, bytes, length);
    key->length += length;
}

/* False when the text is empty, or longer than any that is looked up. */
static bool lookup_prefix(samme_lookup by, const char *text, samme_row_key *out) {
    const size_t length = strlen(text);
    if (length == 0 || length > SAMME_RECEIPT_NUMBER_MAX_BYTES)
        return false;
    const uint8_t head[2] = {'l', (uint8_t)by};
    out->length = 0;
    append(out, head, sizeof head);
    append(out, text, length + 1);
    return true;
}

static samme_status put(samme_folding *folding, const samme_row_key *receipt_key, samme_lookup by,
                        const char *text) {
    samme_row_key key;
    if (!lookup_prefix(by, text, &key))
        return SAMME_OK;
    append(&key, receipt_key->bytes + 1, receipt_key->length - 1);
    samme_status status =
        folding->rows->put(folding->rows->self, samme_row_key_span(&key), SAMME_SPAN(NULL, 0));
    return status == SAMME_TOO_LARGE ? SAMME_FULL : status; /* of the commit, never of the sale */
}

static samme_status put_customer(samme_folding *folding, const samme_row_key *receipt_key,
                                 const Samme__Sale *sale) {
    if (sale->subject.len != SUBJECT_BYTES)
        return SAMME_OK;
    samme_buffer hex;
    samme_buffer_init(&hex, 64);
    samme_hex_append(&hex, samme_span_of_bytes(sale->subject));
    samme_status status = put(folding, receipt_key, SAMME_BY_CUSTOMER, samme_buffer_text(&hex));
    samme_buffer_free(&hex);
    return status;
}

samme_status samme_fold_lookups(samme_folding *folding, const samme_row_key *receipt_key,
                                const Samme__Sale *sale) {
    samme_status status = put(folding, receipt_key, SAMME_BY_BARCODE, sale->barcode);
    for (size_t i = 0; i < sale->n_lines && status == SAMME_OK; i++)
        status = put(folding, receipt_key, SAMME_BY_SERIAL, sale->lines[i]->serial);
    for (size_t i = 0; i < sale->n_tenders && status == SAMME_OK; i++)
        status = put(folding, receipt_key, SAMME_BY_REFERENCE, sale->tenders[i]->reference);
    return status == SAMME_OK ? put_customer(folding, receipt_key, sale) : status;
}

static samme_status read_receipt(const samme_rows *rows, samme_span key, samme_arena *arena,
                                 const Samme__ReceiptRow **out) {
    const ProtobufCMessage *message;
    samme_status status =
        samme_row_read(rows, key, &samme__receipt_row__descriptor, arena, &message);
    if (status != SAMME_OK)
        return status == SAMME_NOT_FOUND ? SAMME_CORRUPT : status;
    *out = SAMME_ROW(ReceiptRow, message);
    return (*out)->sale == NULL || (*out)->sale->receipt == NULL ? SAMME_CORRUPT : SAMME_OK;
}

samme_status samme_find_receipts_by(const samme_rows *rows, samme_lookup by, const char *text,
                                    samme_arena *arena, const Samme__ReceiptRow **out,
                                    size_t maximum, size_t *out_count) {
    samme_row_key prefix;
    *out_count = 0;
    if (!lookup_prefix(by, text, &prefix))
        return SAMME_OK;
    samme_row_key key = prefix;
    while (*out_count < maximum) {
        samme_span value;
        samme_row_key receipt_key;
        samme_status status = samme_row_next(rows, samme_row_key_span(&prefix), &key, &value);
        if (status == SAMME_NOT_FOUND)
            return SAMME_OK;
        if (status == SAMME_OK)
            status =
                samme_receipt_key_of_number(samme_row_key_span(&key), prefix.length, &receipt_key);
        if (status == SAMME_OK)
            status = read_receipt(rows, samme_row_key_span(&receipt_key), arena, &out[*out_count]);
        if (status != SAMME_OK)
            return status;
        ++*out_count;
        samme_key_after(&key);
    }
    return SAMME_OK;
}

static bool has_sku(const Samme__Sale *sale, const char *sku) {
    for (size_t i = 0; i < sale->n_lines; i++)
        if (strcmp(sale->lines[i]->sku, sku) == 0)
            return sale->part == sale->parts;
    return false;
}

/* Where receipts of a branch and day begin. */
static void day_prefix(uint32_t branch, int32_t day, samme_row_key *out) {
    out->bytes[0] = 'r';
    samme_put_u32(out->bytes + 1, branch);
    samme_put_u32(out->bytes + 5, (uint32_t)day ^ 0x80000000u);
    out->length = 9;
}

/* Receipts are read one by one into an arena of their own: only those found stay. */
static samme_status scan(const samme_rows *rows, samme_row_key *key, const samme_row_key *end,
                         const char *sku, samme_arena *scratch, samme_arena *arena,
                         const Samme__ReceiptRow **out, size_t maximum, size_t *out_count,
                         bool *out_cut) {
    const samme_span all = SAMME_LITERAL("r");
    for (size_t seen = 0; *out_count < maximum; seen++) {
        samme_span value;
        const ProtobufCMessage *message;
        samme_status status = samme_row_next(rows, all, key, &value);
        if (status == SAMME_NOT_FOUND ||
            (status == SAMME_OK &&
             samme_span_compare(samme_row_key_span(key), samme_row_key_span(end)) >= 0))
            return SAMME_OK;
        *out_cut = seen == SAMME_RECEIPTS_SCANNED_MAX;
        if (status == SAMME_OK && *out_cut)
            return SAMME_OK;
        samme_arena_reset(scratch);
        if (status == SAMME_OK)
            status = samme_row_parse(value, &samme__receipt_row__descriptor, scratch, &message);
        if (status != SAMME_OK)
            return status;
        const Samme__Sale *sale = SAMME_ROW(ReceiptRow, message)->sale;
        if (sale != NULL && has_sku(sale, sku)) {
            status = read_receipt(rows, samme_row_key_span(key), arena, &out[*out_count]);
            if (status != SAMME_OK)
                return status;
            ++*out_count;
        }
        samme_key_after(key);
    }
    return SAMME_OK;
}

samme_status samme_find_receipts_with_sku(const samme_rows *rows, uint32_t branch, int32_t from,
                                          int32_t to, const char *sku, samme_arena *arena,
                                          const Samme__ReceiptRow **out, size_t maximum,
                                          size_t *out_count, bool *out_cut) {
    samme_row_key key, last, end;
    *out_count = 0;
    *out_cut = false;
    day_prefix(branch, from, &key);
    day_prefix(branch, to, &last);
    samme_key_after_prefix(&last, &end);
    samme_arena scratch;
    samme_arena_init(&scratch, SCAN_BYTES);
    samme_status status =
        scan(rows, &key, &end, sku, &scratch, arena, out, maximum, out_count, out_cut);
    samme_arena_free(&scratch);
    return status;
}
