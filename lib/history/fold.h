/* The fold: entries in merged order become rows. Total: every entry, late, doubled or impossible, has a defined outcome;
 * what no version may accept becomes a quarantine row and changes nothing else. Reads the clear part only. Pure.
 *
 * Rows (values are messages of proto/view.proto; keys in docs/FORMATS.md):
 *   r receipt   ReceiptRow     of a sale, effective when all parts came
 *   n number    empty          receipts by number
 *   f refund    RefundSlice    one per decided and authorised line, by receipt, line, and the deciding entry
 *   c case      CaseRow        by case code
 *   b branch    BranchRow
 *   q quarantine QuarantineRow
 *   d digest    32 bytes       one per region for service rows, one per home branch for sales
 * Digested rows are r (sales of their home branch), f, c and q (service of the region). */
#ifndef SAMME_HISTORY_FOLD_H
#define SAMME_HISTORY_FOLD_H

#include "history/entry.h"
#include "samme/rows.h"

/* Where an entry stands. own_layer: in our own log but not merged yet; journal_index is then ignored. */
typedef struct samme_position {
    uint32_t branch;
    uint32_t epoch;
    uint64_t index;
    uint64_t journal_index;
    bool own_layer;
} samme_position;

/* SAMME_OK also for a quarantined entry (*out_quarantined says so; may be NULL). Other statuses are of the rows or memory
 * only. `scratch` is reset by the callee. */
samme_status samme_fold(const samme_rows *rows, const samme_position *position, samme_span entry, samme_arena *scratch,
                        bool *out_quarantined, samme_error *error) SAMME_CHECKED;

/* Puts a row into quarantine by name; for what is wrong outside entries (a release record that does not verify). */
samme_status samme_quarantine(const samme_rows *rows, const samme_position *position, const char *reason) SAMME_CHECKED;

/* SHA-256 over all digest rows, in order: what two holders of the same prefix compare. */
samme_status samme_state_digest(const samme_rows *rows, samme_hash *out) SAMME_CHECKED;
uint64_t samme_quarantine_count(const samme_rows *rows);

#endif
