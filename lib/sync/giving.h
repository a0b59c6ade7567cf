/* Giving what is held of the journal to who follows it: the hub to everybody, a node to a hub that
 * came back from an old backup. Bounded parts, however much is asked for. Pure.
 *
 * What an answer points at lives in the arena; notes and sizes that it states are the caller's to
 * fill in. A status that is not SAMME_OK is the store's, or SAMME_NO_MEMORY. */
#ifndef SAMME_SYNC_GIVING_H
#define SAMME_SYNC_GIVING_H

#include "base/space.h"
#include "journal/record.h"
#include "journal/replay.h"
#include "sync/tables.h"

#define SAMME_GIVE_RECORDS_MAX 2048u           /* in one part, where its giver has the choice */
#define SAMME_GIVE_PART_BYTES  (1024u * 1024u) /* about this much in one part */

/* Records from `from` on and before `to`: at least one when there is one, at most as many as are in
 * `most_bytes` and one more. SAMME_NOT_FOUND: one of them is not held. */
samme_status samme_give_records(samme_space *log, uint64_t from, uint64_t to, size_t most_bytes,
                                samme_arena *arena, Samme__JournalPart *out) SAMME_CHECKED;
/* The batch asked for, and those behind it, which its asker will want next, as far as they are held
 * and are of records before `journal_size`. */
samme_status samme_give_entries(samme_space *log, uint64_t journal_size, uint64_t journal_index,
                                samme_arena *arena, Samme__EntriesPart *out) SAMME_CHECKED;
/* One batch as a message; SAMME_NOT_FOUND when its entries are not held. */
samme_status samme_give_batch(samme_space *log, uint64_t journal_index, const samme_record *record,
                              samme_arena *arena, Samme__Batch **out,
                              size_t *out_bytes) SAMME_CHECKED;
/* Of the documents asked for, those held. */
samme_status samme_give_documents(samme_space *log, const Samme__PullDocuments *pull,
                                  samme_arena *arena, Samme__DocumentsPart *out) SAMME_CHECKED;

#endif
