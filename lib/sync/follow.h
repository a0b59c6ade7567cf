/* Following the journal: what a node and an auditor do alike. Records are pulled and verified
 * against the hub's signed head, their content is pulled and verified against the record, stored,
 * and folded, in order. Pure: messages in, messages out, two spaces to write to.
 *
 * One request is under way at a time; it is repeated when no answer came within
 * SAMME_FOLLOW_RETRY_MS, and whenever the doorbell or the poll interval says that there is more. */
#ifndef SAMME_SYNC_FOLLOW_H
#define SAMME_SYNC_FOLLOW_H

#include "base/space.h"
#include "journal/batch.h"
#include "journal/record.h"
#include "journal/replay.h"
#include "sync/tables.h"

#define SAMME_PROTOCOL_VERSION      1u
#define SAMME_FOLLOW_RETRY_MS       3000
#define SAMME_FOLLOW_DOCUMENTS_MAX  64u /* hashes in one request */
#define SAMME_FOLLOW_ENTRIES_A_STEP 4096u
#define SAMME_FOLLOW_PUTS_A_STEP    (4u * 1024u * 1024u) /* bytes; then no further record is begun */
/* Of the heads that the hub signs one is kept, the newest, in so many records: two kept follow each
 * other within 3 times as many. */
#define SAMME_HEADS_APART 1024u

typedef struct samme_follow_setup {
    const samme_root *root;
    samme_vkey hub_log; /* from the enrolment; a later roster replaces it */
    uint32_t branch;    /* whose own batches lie in SAMME_TABLE_OWN; 0: none */
    uint32_t epoch;
    samme_space *log; /* sync/tables.h */
    samme_space *views;
    samme_replay_options replay;
} samme_follow_setup;

typedef struct samme_follow {
    samme_follow_setup setup;
    samme_space_table rows_binding;
    samme_replay replay;
    samme_range held;       /* journal records verified and stored */
    uint64_t hub_size;      /* newest journal size heard of */
    bool poked;             /* ask even if nothing more was heard of */
    bool unanswered;        /* the journal was asked for, and said nothing yet: it is asked again */
    uint64_t reported_size; /* folded size last told to the hub */
    bool requested;         /* a request is under way */
    int64_t requested_ms;   /* monotonic */
    uint64_t refused_parts; /* answers that did not verify */
    samme_hash wanted[SAMME_FOLLOW_DOCUMENTS_MAX]; /* documents the next record needs */
    size_t wanted_count;
    uint64_t documents_taken;               /* so far */
    bool wants_entries;                     /* the next record needs its batch */
    struct samme_batch_record wanted_batch; /* that one */
    uint64_t failed_at; /* a step went wrong at this record: the next one ends before it */
    bool stopped; /* the next record is of a later version or does not verify: stored and served,
                   * not folded; trouble says why. Until a restart */
    samme_error trouble; /* newest thing that did not verify */
    samme_arena arena;
} samme_follow;

/* Both spaces must be open (between begin and end). SAMME_CORRUPT when the stores contradict
 * themselves; SAMME_MISMATCH when the views are ahead of the log (throw them away and start from
 * empty). */
samme_status samme_follow_init(samme_follow *follow, const samme_follow_setup *setup,
                               samme_error *error) SAMME_CHECKED;
void samme_follow_fini(samme_follow *follow);
/* Forgets what is in memory and loads again: after a step was abandoned. */
samme_status samme_follow_reload(samme_follow *follow, samme_error *error) SAMME_CHECKED;

/* Takes an answer of the hub (journal_part, entries_part, documents_part, doorbell, refused, later;
 * others are ignored). SAMME_OK, or why it was refused: then both spaces' writes of this step must
 * be abandoned and the follower reloaded. */
samme_status samme_follow_receive(samme_follow *follow, const Samme__Message *message,
                                  int64_t now_ms, samme_error *error) SAMME_CHECKED;
/* Folds records whose content is held, up to about SAMME_FOLLOW_ENTRIES_A_STEP entries. *out_more:
 * call again in the next step. Same failures and duties as receive. */
samme_status samme_follow_fold(samme_follow *follow, bool *out_more,
                               samme_error *error) SAMME_CHECKED;
/* The next request, if one is due: packs it into *out (cleared first) and says true. */
bool samme_follow_request(samme_follow *follow, int64_t now_ms, samme_buffer *out);
/* Says in the views which commit of the log they rest on, when this step has changed them: between
 * the ends of the two spaces. Two environments become durable each in its own time; views that a
 * crash left ahead of the log are found by this, and made again. */
samme_status samme_follow_stamp(samme_follow *follow, uint64_t log_head) SAMME_CHECKED;
/* The hub's signed head of the size held, in the arena. SAMME_NOT_FOUND: none is kept. */
samme_status samme_follow_head(samme_follow *follow, samme_arena *arena,
                               samme_span *out) SAMME_CHECKED;
/* By which heads are judged: that of the roster in force, before one that of the enrolment. */
const samme_vkey *samme_follow_hub_key(const samme_follow *follow);
/* Ask for the journal again at the next occasion. */
void samme_follow_poke(samme_follow *follow);

/* What one step has put into views is so much that another record need not fit the commit. */
bool samme_views_full(const samme_space *views);

bool samme_follow_complete(const samme_follow *follow)
    SAMME_CHECKED; /* folded all it has heard of */

/* Entries and note of a batch record as held, pulled or of the own log, in the arena.
 * SAMME_NOT_FOUND when not held. */
samme_status samme_held_batch(samme_space *log, uint64_t journal_index, const samme_record *record,
                              samme_arena *arena, samme_batch *out) SAMME_CHECKED;
/* Remembers the Idempotency-Keys of a batch of an older epoch of this branch, those that are not
 * known yet. */
samme_status samme_store_keys(samme_space *log, uint64_t journal_index, const samme_batch *batch,
                              samme_arena *arena) SAMME_CHECKED;
/* The place of an entry of SAMME_TABLE_ENTRY in SAMME_TABLE_KEY, and back; false: an index. */
uint64_t samme_held_place(uint64_t journal_index, uint32_t offset);
bool samme_held_place_of(uint64_t place, uint64_t *out_journal_index, uint32_t *out_offset);
samme_content samme_held_documents(samme_space *log);
/* Stores a batch under its journal index. */
samme_status samme_store_batch(samme_space *log, uint64_t journal_index,
                               const samme_batch *batch) SAMME_CHECKED;

#endif
