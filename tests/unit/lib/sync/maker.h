/* For tests of a follower: an honest hub's journal, made record by record, with what its records
 * point at; and a follower on stores in memory that is fed messages one step at a time. */
#ifndef SAMME_TEST_SYNC_MAKER_H
#define SAMME_TEST_SYNC_MAKER_H

#include <criterion/criterion.h>

#include "store/memory.h"
#include "support/chain.h"
#include "sync/follow.h"

enum { MAKER_RECORDS_MAX = 2048, MAKER_DOCUMENTS_MAX = 256, MAKER_BRANCHES = 2 };

typedef struct maker {
    samme_test_chain chain;
    samme_arena arena; /* everything below and every message made lives here */
    size_t record_count;
    samme_span records[MAKER_RECORDS_MAX];
    samme_hash roots[MAKER_RECORDS_MAX + 1]; /* of the journal, by size */
    samme_batch batches[MAKER_RECORDS_MAX];  /* of batch records */
    samme_range journal;
    samme_range logs[MAKER_BRANCHES + 1];
    size_t document_count;
    samme_span documents[MAKER_DOCUMENTS_MAX];
    uint64_t release_version;
    samme_hash release_hash;

    samme_memory_store *log_memory, *views_memory;
    samme_store log_port, views_port;
    samme_space log, views;
    samme_follow_setup setup;
    samme_follow follow;
    bool log_stuck; /* its disk: what is committed now does not become durable */
    int64_t now_ms;
    const Samme__Message *request; /* what the newest step asked for; NULL: nothing */
    samme_error error;             /* of the newest step */
} maker;

/* A follower of branch `branch` (0: none) with nothing. */
void maker_open(maker *m, uint32_t branch);
void maker_close(maker *m);
/* Starts the follower again on what its stores hold. */
samme_status maker_restart(maker *m);
void maker_lose_views(maker *m); /* before maker_restart */

/* Records; each is the journal's next. */
void maker_roster(maker *m);
void maker_release(maker *m, size_t extra_documents);
void maker_sales(maker *m, uint32_t branch, unsigned count);
void maker_raw(maker *m, samme_span record);
samme_span maker_entry(maker *m, unsigned number, uint32_t branch); /* a sale */

/* Honest answers. */
Samme__Message *maker_journal(maker *m, uint64_t from, uint64_t to);
Samme__Message *maker_entries(maker *m, uint64_t index, size_t count);
Samme__Message *maker_documents(maker *m, const Samme__PullDocuments *pull);
Samme__Message *maker_doorbell(maker *m, uint64_t journal_size);
Samme__Message *maker_answer(maker *m, const Samme__Message *request);

/* A step that takes the message (NULL: none), folds and asks, and more steps as long as there is
 * more to fold. What does not verify is abandoned. */
samme_status maker_step(maker *m, const Samme__Message *message);
/* Steps and honest answers until nothing is asked for. */
void maker_serve(maker *m);
bool maker_holds_record(maker *m, uint64_t index);
bool maker_holds_document(maker *m, samme_span document);
samme_hash maker_digest(maker *m);

#endif
