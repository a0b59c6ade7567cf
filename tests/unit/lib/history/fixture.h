/* For tests of history and journal: rows in memory, and entries in one line. */
#ifndef SAMME_TEST_HISTORY_FIXTURE_H
#define SAMME_TEST_HISTORY_FIXTURE_H

#include "base/layer.h"
#include "history/fold.h"
#include "history/query.h"

samme_rows fixture_no_rows(void); /* an empty table that takes none */

typedef struct fixture {
    samme_arena arena;   /* messages and entries */
    samme_arena scratch; /* of the fold */
    samme_layer table;
    samme_rows rows;
    uint64_t next_index[16]; /* by branch */
    uint64_t journal_index;  /* of the next entry folded; grows by one each */
} fixture;

void fixture_init(fixture *f);
void fixture_free(fixture *f);

/* Bytes of an entry, in the arena. */
samme_span fixture_entry(samme_arena *arena, Samme__EventKind kind, const void *body);
/* Folds an entry as the branch's next, in a journal record of its own. NULL: accepted; else why it
 * was quarantined. */
const char *fixture_fold(fixture *f, uint32_t branch, Samme__EventKind kind, const void *body);
const char *fixture_fold_bytes(fixture *f, uint32_t branch, samme_span entry);

/* Messages in the arena; fields may be changed before use. */
Samme__ReceiptRef *fixture_receipt(samme_arena *arena, uint32_t branch, const char *number);
Samme__Sale *fixture_sale(samme_arena *arena, uint32_t branch, const char *number);
Samme__SaleLine *fixture_line(samme_arena *arena, Samme__Sale *sale, uint32_t no, int64_t quantity,
                              int64_t paid);
Samme__ReturnOpened *fixture_opened(samme_arena *arena, const char *code,
                                    Samme__ReceiptRef *receipt, uint32_t no, int64_t quantity);
void fixture_open_line(samme_arena *arena, Samme__ReturnOpened *opened, uint32_t no,
                       int64_t quantity);
/* Decides every line alike, with facts as derived at the horizon; refund is line_paid when
 * authorised. */
Samme__ReturnDecided *fixture_decided(samme_arena *arena, const samme_rows *rows,
                                      const Samme__ReturnOpened *opened,
                                      const samme_horizon *horizon, Samme__Verdict verdict);
Samme__ReturnDone *fixture_done(samme_arena *arena, const char *code, Samme__ReturnOutcome outcome);

/* All that is known at a branch. */
samme_horizon fixture_present(uint32_t branch);
/* "counted, present" sum of a line. */
samme_line_sum fixture_sum(const fixture *f, const Samme__ReceiptRef *receipt, uint32_t line,
                           samme_horizon horizon);
/* The sum of all digested rows of all groups, counted anew from the rows themselves. */
samme_hash fixture_recount(const samme_rows *rows);
/* The sum of all digest rows. */
samme_hash fixture_digest_sum(const samme_rows *rows);

#endif
