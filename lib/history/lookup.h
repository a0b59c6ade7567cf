/* Receipts by what a till can read off a slip, an article or a card slip. Rows beside the receipt,
 * outside the digest: empty values, keys 'l', one letter, the text, 00, and the receipt's key
 * without its letter. Texts longer than a receipt's number are not looked up. Pure. */
#ifndef SAMME_HISTORY_LOOKUP_H
#define SAMME_HISTORY_LOOKUP_H

#include "history/folding.h"
#include "history/query.h"

typedef enum samme_lookup {
    SAMME_BY_BARCODE = 'b',   /* of the slip */
    SAMME_BY_SERIAL = 's',    /* of an article */
    SAMME_BY_REFERENCE = 'p', /* of a payment */
    SAMME_BY_CUSTOMER = 'c',  /* the subject's hex digits */
} samme_lookup;

/* One call of the sale's fold, when a receipt is whole. */
samme_status samme_fold_lookups(samme_folding *folding, const samme_row_key *receipt_key,
                                const Samme__Sale *sale) SAMME_CHECKED;

/* Up to `maximum` receipts, in key order (branch, then day). */
samme_status samme_find_receipts_by(const samme_rows *rows, samme_lookup by, const char *text,
                                    samme_arena *arena, const Samme__ReceiptRow **out,
                                    size_t maximum, size_t *out_count) SAMME_CHECKED;

#define SAMME_RECEIPTS_SCANNED_MAX 20000u
/* Receipts of one branch of business days [from, to] (since 1970-01-01) with an article of this
 * sku, up to `maximum`, in key order. *out_cut: SAMME_RECEIPTS_SCANNED_MAX were looked at, and
 * there are more. */
samme_status samme_find_receipts_with_sku(const samme_rows *rows, uint32_t branch, int32_t from,
                                          int32_t to, const char *sku, samme_arena *arena,
                                          const Samme__ReceiptRow **out, size_t maximum,
                                          size_t *out_count, bool *out_cut) SAMME_CHECKED;

#endif
