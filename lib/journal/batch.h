/* A batch: entries [old, new) of a branch log with the branch's signed checkpoint at new. Checked
 * the same way by the hub that takes it and by everyone who pulls it. Pure. */
#ifndef SAMME_JOURNAL_BATCH_H
#define SAMME_JOURNAL_BATCH_H

#include "journal/replay.h"

/* Appends the batch to *range (the branch's log so far) and checks the note: signed by log_key,
 * size and root as computed, every entry at most SAMME_ENTRY_MAX_BYTES, 1..SAMME_BATCH_MAX_ENTRIES
 * of them, SAMME_BATCH_MAX_BYTES together. On failure *range is unchanged. SAMME_MALFORMED,
 * SAMME_TOO_LARGE, SAMME_BAD_SIGNATURE, SAMME_MISMATCH. */
samme_status samme_batch_check(const samme_batch *batch, const samme_vkey *log_key,
                               samme_range *range, samme_error *error) SAMME_CHECKED;
/* All of that but the signature. */
samme_status samme_batch_check_unsigned(const samme_batch *batch, const samme_vkey *log_key,
                                        samme_range *range, samme_error *error) SAMME_CHECKED;
/* Spans of the entries of wire items into the arena. Items that are subtree hashes are
 * SAMME_UNSUPPORTED until a node may hold a log in part. */
samme_status samme_batch_from_items(Samme__Item **items, size_t count, samme_span note,
                                    samme_arena *arena, samme_batch *out,
                                    samme_error *error) SAMME_CHECKED;

#endif
