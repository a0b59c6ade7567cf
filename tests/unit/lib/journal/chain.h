/* A small chain for tests of the journal: a root, a roster of two branches, releases with a policy,
 * branch logs and a replay over rows in memory. Keys are fixed seeds. */
#ifndef SAMME_TEST_JOURNAL_CHAIN_H
#define SAMME_TEST_JOURNAL_CHAIN_H

#include "journal/batch.h"
#include "journal/past.h"
#include "journal/record.h"
#include "tests/unit/lib/history/fixture.h"

enum { CHAIN_BRANCHES = 2, CHAIN_FINDINGS_MAX = 32 };

typedef struct chain {
    fixture f; /* rows and arenas */
    samme_root root;
    samme_map *documents;                /* by hash */
    uint32_t epochs[CHAIN_BRANCHES + 1]; /* in the newest roster note */
    uint64_t roster_version, release_version;
    samme_hash roster_hash, release_hash;
    samme_range logs[CHAIN_BRANCHES + 1];
    samme_range journal;
    int64_t hub_time_ms;
    samme_replay replay;
    samme_replay_options options;
    samme_finding findings[CHAIN_FINDINGS_MAX];
    size_t finding_count;
} chain;

/* `chain` must stay where it is. */
void chain_init(chain *c, bool check_content, bool decide_again);
/* init, then roster 1 and release 1 as records 0 and 1. */
void chain_start(chain *c, bool decide_again);
void chain_free(chain *c);
/* Ends the replay and begins it again from its rows. */
samme_status chain_reopen(chain *c, samme_error *error);

samme_hash chain_store(chain *c, samme_span document);
void chain_forget(chain *c, const samme_hash *hash);

/* Signed notes in the arena, stored as documents. `key` is a seed number; 0 is the role's own. */
samme_hash chain_roster_note(chain *c, uint64_t version, const samme_hash *previous, unsigned key);
samme_hash chain_release_note(chain *c, uint64_t version, const samme_hash *previous, unsigned key);
/* A release note over these documents only. */
samme_hash chain_release_of(chain *c, uint64_t version, const samme_hash *previous, unsigned key,
                            samme_release_document *documents, size_t count);
/* Any release, and any halt of one. */
samme_hash chain_release_signed(chain *c, const samme_release *release, unsigned key);
samme_hash chain_halt_signed(chain *c, const samme_halt *halt, unsigned key);
/* The two documents every release here has. */
void chain_documents(chain *c, samme_release_document out[static 2]);

/* The secret of a branch's log key. */
samme_seed chain_log_seed(uint32_t branch, uint32_t epoch);

/* One record and what it points at, ready to be spoiled. */
typedef struct chain_push {
    samme_record record;
    samme_batch batch;
    samme_span *entries;
} chain_push;
chain_push chain_make_push(chain *c, uint32_t branch, const samme_span *entries, size_t count);
samme_status chain_replay(chain *c, const samme_record *record, const samme_batch *batch,
                          samme_error *error);
/* Roster and release records. */
samme_status chain_replay_note(chain *c, samme_record_kind kind, uint64_t version,
                               const samme_hash *hash, samme_error *error);
/* An honest batch; must be taken. */
void chain_push_entries(chain *c, uint32_t branch, const samme_span *entries, size_t count);
void chain_push_event(chain *c, uint32_t branch, Samme__EventKind kind, const void *body);
void chain_take_release(chain *c, uint32_t branch);

/* A decision as an honest node writes it, knowing `journal_size` records and all of its own
 * entries. */
Samme__ReturnDecided *chain_decide(chain *c, uint32_t branch, const Samme__ReturnOpened *opened,
                                   uint64_t journal_size);

/* A hash over every row there is. */
samme_hash chain_rows_hash(const chain *c);

#endif
