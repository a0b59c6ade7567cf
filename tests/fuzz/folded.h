/* Rows in memory, and what must hold of them whatever was folded. */
#ifndef SAMME_FUZZ_FOLDED_H
#define SAMME_FUZZ_FOLDED_H

#include "base/layer.h"
#include "history/fold.h"

typedef struct fuzz_folded {
    samme_layer journal; /* rows of the journal */
    samme_layer own;     /* a layer of own entries over them, cleared after use */
    samme_rows journal_rows, own_rows;
    samme_arena arena;
    uint64_t next_record;   /* journal index of the next entry */
    uint64_t next_index[8]; /* by branch */
    uint32_t ended[8];      /* how many epochs of its log have */
} fuzz_folded;

enum { FUZZ_BRANCHES = 4 }; /* 1 to 4 */

void fuzz_folded_open(fuzz_folded *folded);
void fuzz_folded_close(fuzz_folded *folded);
/* Folds the entry as the next one of a branch's log: on trial as an own entry, then for good. The
 * trial must foretell what happens, and change no digest. */
void fuzz_fold(fuzz_folded *folded, uint32_t branch, samme_span entry);
/* The branch's log begins anew, in its next epoch. */
void fuzz_end_epoch(fuzz_folded *folded, uint32_t branch);
/* The digests are those of the rows that are there; so is the number of those in quarantine. */
void fuzz_check_digests(const fuzz_folded *folded);
samme_hash fuzz_digest(const fuzz_folded *folded);

#endif
