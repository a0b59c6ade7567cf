/* The fold: entries in merged order become rows. Total: every entry, late, doubled or impossible,
 * has a defined outcome; what no version may accept becomes a quarantine row and changes nothing
 * else. Reads the clear part only. Pure.
 *
 * Rows (values are messages of proto/view.proto; keys in docs/FORMATS.md):
 *   r receipt     ReceiptRow     of a sale, effective when all parts came
 *   n number      empty          receipts by number
 *   f refund      RefundSlice    one per authorised line, by receipt, line and deciding entry
 *   m loan        LoanRow        one per entry that lent, by receipt, line and that entry
 *   o borrowed    BorrowedRow    loans by borrower, in the order of the journal
 *   c case        CaseRow        by case code
 *   a alarm       AlarmRow       a line refunded beyond what was sold
 *   A list                       of alarms that are open (alarms.h)
 *   w awaited     1 byte         receipts refunded before their sale is complete; u64 by branch
 *   z day         DayRow         what a till counted
 *   b branch      BranchRow
 *   e epoch       EpochRow       of a branch, ended
 *   E carried     empty          by branch and leaf hash: events that were carried over
 *   q quarantine  QuarantineRow
 *   Q count       u64            of quarantine rows
 *   d digest      32 bytes       one for service rows, one per home branch for sales
 * Digested rows are r and z (sales of their home branch), f, m, c, a and q (service). */
#ifndef SAMME_HISTORY_FOLD_H
#define SAMME_HISTORY_FOLD_H

#include "history/digest.h"
#include "history/entry.h"
#include "samme/rows.h"

/* What a row can be named by and hold; an entry over one of these is quarantined. */
#define SAMME_TILL_MAX_BYTES           32u
#define SAMME_RECEIPT_NUMBER_MAX_BYTES 64u
#define SAMME_CASE_CODE_MAX_BYTES      40u
#define SAMME_SALE_LINES_MAX           10000u /* of all parts of a sale together */
#define SAMME_RETURN_LINES_MAX         1000u
#define SAMME_SLICES_PER_LINE_MAX      1024u
#define SAMME_LOANS_PER_LINE_MAX       1024u
/* The least maximum of the arena a fold is given: a receipt row at its maximum fits. */
#define SAMME_FOLD_SCRATCH_BYTES (64u * 1024u * 1024u)

/* Where an entry stands. own_layer: in our own log but not merged yet; journal_index is then
 * ignored. again: with own_layer, it was accepted when it was written, and what it rests on in the
 * journal may lie ahead of rows that are folded again from the start. */
typedef struct samme_position {
    uint32_t branch;
    uint32_t epoch;
    uint64_t index;
    uint64_t journal_index;
    bool own_layer;
    bool again;
    /* Of an event within a carried entry, else 0: the epoch and index where it stood first, and how
     * much of that log the journal has in common with it. */
    uint32_t first_epoch;
    uint64_t first_index;
    uint64_t common;
} samme_position;

/* Whether the entry is a carried one; then the event within it, and where that stands: at the
 * entry's place. SAMME_OK also when it is not, or not well-formed (*out_carried is false). */
samme_status samme_carried_event(const samme_position *position, samme_span entry,
                                 samme_arena *arena, samme_position *out_position,
                                 samme_span *out_event, bool *out_carried) SAMME_CHECKED;

/* Entries of one branch, folded one behind the other: digests are read once and put once, at the
 * end. Rows are right behind each entry, digest rows behind the end. */
typedef struct samme_fold_run {
    const samme_rows *rows;
    samme_arena *scratch;
    samme_buffer packed; /* the row being put */
    samme_digests digests;
    uint64_t digest_bytes; /* of the digest rows that entries moved, once an entry and row: what
                              SAMME_RECORD_PUTS_MAX_BYTES counts, though they are put less often */
    bool awaited_read;
    uint64_t awaited; /* receipts of the branch that were refunded before they were sold */
} samme_fold_run;

/* Rows and scratch must outlive the run; each entry resets the scratch. */
void samme_fold_begin(samme_fold_run *run, const samme_rows *rows, uint32_t branch,
                      samme_arena *scratch);
/* SAMME_OK also for a quarantined entry (*out_quarantined says so; may be NULL). Other statuses are
 * of the rows or memory only: the run is lost, and so is what it has put. */
samme_status samme_fold_next(samme_fold_run *run, const samme_position *position, samme_span entry,
                             bool *out_quarantined, samme_error *error) SAMME_CHECKED;
/* Puts a row into quarantine by name; the reason is part of the row and so of the digest: never
 * changed once published. */
samme_status samme_fold_next_quarantined(samme_fold_run *run, const samme_position *position,
                                         const char *reason) SAMME_CHECKED;
/* Gives back what the run holds; puts the digests when `status`, of the entries, is SAMME_OK.
 * Returns that status, or that of putting them. */
samme_status samme_fold_end(samme_fold_run *run, samme_status status) SAMME_CHECKED;

/* A run of one entry. */
samme_status samme_fold(const samme_rows *rows, const samme_position *position, samme_span entry,
                        samme_arena *scratch, bool *out_quarantined,
                        samme_error *error) SAMME_CHECKED;
/* The same, for what is wrong outside entries (a release record that does not verify: branch 0, the
 * journal index). */
samme_status samme_quarantine(const samme_rows *rows, const samme_position *position,
                              const char *reason) SAMME_CHECKED;

/* SHA-256 over all digest rows, in order: what two holders of the same prefix compare. */
samme_status samme_state_digest(const samme_rows *rows, samme_hash *out) SAMME_CHECKED;
uint64_t samme_quarantine_count(const samme_rows *rows);

#endif
